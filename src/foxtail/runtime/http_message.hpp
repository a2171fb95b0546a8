#pragma once

#include "foxtail/base/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foxtail {

struct HttpHeader {
    std::string name;
    std::string value;
};

/// One request, read whole.
struct HttpRequest {
    std::string method;  // "GET"
    std::string path;    // as sent, still percent-encoded: "/things/hall-lamp"
    std::string query;   // behind the "?", still encoded
    std::vector<HttpHeader> headers;
    std::string body;
    std::string peer;              // "127.0.0.1", the other side's address without its port
    bool secure = false;           // it came over TLS
    bool wants_websocket = false;  // a well-formed WebSocket handshake

    /// The first header of that name (case does not matter); empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// One answer. The server adds Content-Length and Connection.
struct HttpResponse {
    unsigned status = 200;
    std::vector<HttpHeader> headers;
    std::string body;
    std::string_view
        fixed;  // used when body is empty: bytes that outlive the program (files in the binary)
};

/// "Not Found" for 404.
[[nodiscard]] std::string_view reason_phrase(unsigned status);

/// True when the tokens of a comma-separated header value have `token` (case does not matter).
[[nodiscard]] bool has_token(std::string_view header_value, std::string_view token);
[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b);

/// "%41b" to "Ab"; "+" to a space when asked (queries). Error: invalid_input (bad escape, not
/// UTF-8, a zero byte).
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, bool plus_is_space);
/// Letters, digits and "-._~" stay, everything else becomes %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// "a=1&b=2" in order. At most 64 members. Error: invalid_input.
using QueryMembers = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] Result<QueryMembers> parse_query(std::string_view query);

/// The value of one cookie in a Cookie header; empty when it is not there. Of two of a name the
/// first counts.
[[nodiscard]] std::string_view find_cookie(std::string_view cookie_header, std::string_view name);

/// "[::1]:8420" to "::1"; "LOCALHOST:80" to "localhost". Error: invalid_input.
[[nodiscard]] Result<std::string> host_name_of(std::string_view host_header);
/// True for the literal addresses of IPv4 and IPv6.
[[nodiscard]] bool is_ip_literal(std::string_view host);

}  // namespace foxtail
