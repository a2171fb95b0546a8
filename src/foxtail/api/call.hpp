#pragma once

#include "foxtail/api/gate.hpp"
#include "foxtail/base/result.hpp"
#include "foxtail/runtime/http_server.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::api {

/// One request on its way to a route.
struct Call {
    HttpRequest request;
    std::vector<std::string> parts;  // what stands for the {…} of the route, decoded
    QueryMembers query;
    std::optional<Caller> caller;  // always there for guarded routes

    /// How the one who asks reaches the hub: "https://house.example:8443".
    [[nodiscard]] std::string base() const;
    [[nodiscard]] const std::string* find(std::string_view name) const;
    /// The number in a query member. Error: invalid_input.
    [[nodiscard]] Result<std::optional<std::uint64_t>> number(std::string_view name) const;
    /// The same within limits; `otherwise` when it is left out.
    [[nodiscard]] Result<std::uint64_t> number(std::string_view name, std::uint64_t least,
                                               std::uint64_t most, std::uint64_t otherwise) const;
    [[nodiscard]] Result<std::optional<Time>> time(std::string_view name) const;
};

/// Digits only, within 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

/// What a problem document says about an error (RFC 9457). Routes that manage the household answer
/// 403 to who may not; everywhere else what is forbidden looks like what does not exist.
enum class Denial : std::uint8_t { looks_missing, is_told };
[[nodiscard]] unsigned status_of(Code code, Denial denial);
[[nodiscard]] std::string problem_json(unsigned status, std::string_view detail);
[[nodiscard]] HttpResponse problem(unsigned status, std::string_view detail);

/// The right to answer a call, once; in the forms that routes need.
class Answer {
public:
    /// What an answer to be kept is shown to, before it goes.
    using Seen = std::function<void(const HttpResponse&)>;
    Answer(HttpReply reply, Denial denial, Seen seen = {})
        : reply_(std::move(reply)), denial_(denial), seen_(std::move(seen)) {}

    void json(std::string body) const { json(200, std::move(body), {}); }
    void json(unsigned status, std::string body, std::vector<HttpHeader> headers) const;
    void nothing(std::vector<HttpHeader> headers = {}) const;  // 204
    void error(const Error& error) const;
    void problem(unsigned status, std::string_view detail) const {
        send(api::problem(status, detail));
    }
    /// Any other answer; the security headers are added.
    void send(HttpResponse response) const;
    void stream(std::shared_ptr<HttpTalker> talker) const;
    void websocket(std::shared_ptr<HttpTalker> talker) const {
        reply_.websocket(std::move(talker));
    }

private:
    HttpReply reply_;
    Denial denial_;
    Seen seen_;
};

/// On every answer: what a browser must not do with it.
void add_security_headers(HttpResponse& response);

}  // namespace foxtail::api
