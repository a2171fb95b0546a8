#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/runtime/http_message.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace foxtail {

/// The parts of "https://house.example:8443/a?b".
struct Url {
    bool tls = false;
    std::string host;  // name or literal address, IPv6 without brackets
    std::uint16_t port = 80;
    std::string target = "/";  // path with its query
    friend bool operator==(const Url&, const Url&) = default;
};
/// http and https only; a fragment is dropped; names and passwords in it are refused. Error:
/// invalid_input.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// Something to be asked of somebody else's server.
struct FetchRequest {
    std::string url;
    std::string token;  // bearer; empty = none
    std::string body;   // sent as a POST; empty = GET
    std::vector<HttpHeader> headers;
    Duration patience = seconds(30);  // for all of it, names and redirects included
    std::size_t bytes_max = 4U << 20U;
    std::string trusted;  // PEM of authorities that are trusted beside the system's
    std::string method;   // another than GET and POST: "REPORT"
};

/// Asks one thing at a time, without blocking, over HTTP or TLS (1.2 and newer; the server's
/// certificate and name are checked against the system's authorities). Follows up to three
/// redirects of a GET, never from TLS to plain HTTP, and shows the token only where it was meant
/// for. On the context's thread.
class HttpFetch {
public:
    /// Any status but a redirect is an answer. Errors: invalid_input (the URL), unavailable (not
    /// found, not reached, not trusted), timed_out, exhausted (too many bytes or redirects),
    /// corrupt (no HTTP).
    using Done = std::function<void(Result<HttpResponse>)>;

    explicit HttpFetch(boost::asio::io_context& context);
    /// What was asked is never answered.
    ~HttpFetch();
    HttpFetch(const HttpFetch&) = delete;
    HttpFetch& operator=(const HttpFetch&) = delete;

    /// `done` is called once, later. What was asked before and not answered yet is dropped: its
    /// `done` is never called.
    void ask(FetchRequest request, Done done);

private:
    struct Core;
    boost::asio::io_context& context_;
    std::shared_ptr<Core> core_;
};

}  // namespace foxtail
