#include "foxtail/api/call.hpp"

#include "foxtail/api/json_text.hpp"

#include <algorithm>
#include <charconv>

namespace foxtail::api {

const std::string* Call::find(std::string_view name) const {
    const auto at = std::find_if(query.begin(), query.end(),
                                 [&](const auto& member) { return member.first == name; });
    return at == query.end() ? nullptr : &at->second;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (wrong != std::errc() || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return value;
}

std::string Call::base() const {
    return (request.secure ? "https://" : "http://") + std::string(request.header("Host"));
}

Result<std::optional<std::uint64_t>> Call::number(std::string_view name) const {
    const std::string* text = find(name);
    if (text == nullptr) return std::optional<std::uint64_t>();
    const auto value = parse_number(*text);
    if (!value)
        return fail(
            Code::invalid_input,
            "'" + std::string(name) + "' must be a whole number, not '" + printable(*text) + "'");
    return value;
}

Result<std::uint64_t> Call::number(std::string_view name, std::uint64_t least, std::uint64_t most,
                                   std::uint64_t otherwise) const {
    const auto value = number(name);
    if (!value) return fail(value.error());
    const std::uint64_t found = value->value_or(otherwise);
    if (found < least || found > most)
        return fail(Code::invalid_input,
                    "'" + std::string(name) + "' must be between " + std::to_string(least) +
                        " and " + std::to_string(most) + ", not " + std::to_string(found));
    return found;
}

Result<std::optional<Time>> Call::time(std::string_view name) const {
    const std::string* text = find(name);
    if (text == nullptr) return std::optional<Time>();
    const auto value = parse_rfc3339(*text);
    if (!value)
        return fail(Code::invalid_input, "'" + std::string(name) + "': " + value.error().message);
    return std::optional<Time>(*value);
}

unsigned status_of(Code code, Denial denial) {
    switch (code) {
        case Code::invalid_input:
            return 400;
        case Code::not_found:
            return 404;
        case Code::denied:
            return denial == Denial::is_told ? 403 : 404;
        case Code::conflict:
            return 409;
        case Code::unavailable:
            return 503;
        case Code::timed_out:
            return 504;
        case Code::exhausted:
            return 429;
        case Code::corrupt:
            return 500;
    }
    return 500;
}

std::string problem_json(unsigned status, std::string_view detail) {
    std::string body;
    JsonText json(body);
    json.object()
        .text("type", "about:blank")
        .text("title", reason_phrase(status))
        .number("status", status);
    if (!detail.empty()) json.text("detail", detail);
    json.end_object();
    return body;
}

HttpResponse problem(unsigned status, std::string_view detail) {
    HttpResponse response;
    response.status = status;
    response.headers.push_back({"Content-Type", "application/problem+json"});
    if (status == 401) {
        // RFC 9449, 7.1. Always the same: it does not say what was wrong.
        response.headers.push_back(
            {"WWW-Authenticate", R"(Bearer realm="foxtail", DPoP algs="ES256 EdDSA")"});
    }
    if (status == 429) response.headers.push_back({"Retry-After", "10"});
    if (status == 503) response.headers.push_back({"Retry-After", "2"});
    response.body = problem_json(status, detail);
    return response;
}

void add_security_headers(HttpResponse& response) {
    response.headers.push_back(
        {"Content-Security-Policy",
         "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
         "frame-ancestors 'none'; object-src 'none'"});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    response.headers.push_back({"Referrer-Policy", "no-referrer"});
    response.headers.push_back({"X-Frame-Options", "DENY"});
    response.headers.push_back({"Cross-Origin-Resource-Policy", "same-origin"});
    response.headers.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
    const bool cached =
        std::any_of(response.headers.begin(), response.headers.end(),
                    [](const auto& header) { return header.name == "Cache-Control"; });
    if (!cached) response.headers.push_back({"Cache-Control", "no-store"});
}

void Answer::send(HttpResponse response) const {
    if (seen_) seen_(response);
    add_security_headers(response);
    reply_.answer(std::move(response));
}

void Answer::json(unsigned status, std::string body, std::vector<HttpHeader> headers) const {
    HttpResponse response;
    response.status = status;
    response.headers = std::move(headers);
    const bool typed =
        std::any_of(response.headers.begin(), response.headers.end(),
                    [](const auto& header) { return header.name == "Content-Type"; });
    if (!typed) response.headers.push_back({"Content-Type", "application/json"});
    response.body = std::move(body);
    send(std::move(response));
}

void Answer::nothing(std::vector<HttpHeader> headers) const {
    HttpResponse response;
    response.status = 204;
    response.headers = std::move(headers);
    send(std::move(response));
}

void Answer::error(const Error& error) const {
    problem(status_of(error.code, denial_), error.message);
}

void Answer::stream(std::shared_ptr<HttpTalker> talker) const {
    HttpResponse for_headers;
    for_headers.headers.push_back({"Cache-Control", "no-store"});
    add_security_headers(for_headers);
    for_headers.headers.erase(for_headers.headers.begin());  // the event stream says it itself
    reply_.stream(std::move(talker), std::move(for_headers.headers));
}

}  // namespace foxtail::api
