#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/runtime/http_message.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// Whom to trust over TLS.
struct HttpTrust {
    std::string name;     // whose certificate it must be: a name or a literal address
    std::string ca_file;  // of the authority, PEM; empty = those that the machine trusts
};

/// Where a Foxtail answers, and as whom to ask.
struct HttpEndpoint {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8420;
    std::string token;                // bearer; empty = none
    Duration patience = seconds(30);  // for each step: connecting, sending, the answer
    std::vector<HttpHeader> headers;  // sent with every request
    std::optional<HttpTrust> tls;     // nothing = in clear
};

/// A blocking client for the command line and for tests: one connection, kept open between
/// requests. Not thread-safe.
class HttpClient {
public:
    explicit HttpClient(HttpEndpoint endpoint);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// `target` is the path with its query. Any status is an answer; errors: unavailable (nobody
    /// there), timed_out, corrupt (no HTTP).
    [[nodiscard]] Result<HttpResponse> get(std::string_view target) {
        return ask("GET", target, {});
    }
    [[nodiscard]] Result<HttpResponse> put(std::string_view target, std::string body) {
        return ask("PUT", target, std::move(body));
    }
    [[nodiscard]] Result<HttpResponse> post(std::string_view target, std::string body) {
        return ask("POST", target, std::move(body));
    }
    [[nodiscard]] Result<HttpResponse> remove(std::string_view target) {
        return ask("DELETE", target, {});
    }
    [[nodiscard]] Result<HttpResponse> ask(std::string_view method, std::string_view target,
                                           std::string body,
                                           const std::vector<HttpHeader>& headers = {});

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

/// A blocking WebSocket client of text messages. Not thread-safe.
class WebSocketClient {
public:
    WebSocketClient();
    ~WebSocketClient();
    WebSocketClient(const WebSocketClient&) = delete;
    WebSocketClient& operator=(const WebSocketClient&) = delete;

    /// Error: unavailable, timed_out, denied (the server answered 401), corrupt.
    [[nodiscard]] Result<void> open(const HttpEndpoint& endpoint, std::string_view target);
    [[nodiscard]] Result<void> send(std::string_view text);
    /// The next message. Error: timed_out (nothing came within `patience`; the connection is over
    /// then), unavailable (closed; close_code() tells how).
    [[nodiscard]] Result<std::string> read(Duration patience);
    /// The code the other side closed with; 0 = none.
    [[nodiscard]] std::uint16_t close_code() const;
    void close();

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace foxtail
