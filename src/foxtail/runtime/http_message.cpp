#include "foxtail/runtime/http_message.hpp"

#include "foxtail/base/utf8.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

namespace foxtail {
namespace {

constexpr std::size_t query_members_max = 64;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char l = lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

}  // namespace

bool same_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view HttpRequest::header(std::string_view name) const {
    for (const HttpHeader& one : headers) {
        if (same_ignoring_case(one.name, name)) return one.value;
    }
    return {};
}

std::string_view reason_phrase(unsigned status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 204:
            return "No Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 422:
            return "Unprocessable Content";
        case 426:
            return "Upgrade Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        default:
            return status < 400 ? "OK" : "Error";
    }
}

bool has_token(std::string_view header_value, std::string_view token) {
    while (!header_value.empty()) {
        const auto comma = header_value.find(',');
        auto one = header_value.substr(0, comma);
        one = trimmed(one.substr(0, one.find(';')));
        if (same_ignoring_case(one, token)) return true;
        if (comma == std::string_view::npos) return false;
        header_value.remove_prefix(comma + 1);
    }
    return false;
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return fail(Code::invalid_input, "\"%\" at byte " + std::to_string(i) +
                                                     " is not followed by two hex digits");
            }
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    if (!valid_utf8(out) || out.find('\0') != std::string::npos) {
        return fail(Code::invalid_input, "the address is not UTF-8 text");
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (is_plain(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

Result<QueryMembers> parse_query(std::string_view query) {
    QueryMembers out;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto one = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (one.empty()) continue;
        if (out.size() == query_members_max) {
            return fail(Code::invalid_input,
                        "more than " + std::to_string(query_members_max) + " members in the query");
        }
        const auto equals = one.find('=');
        auto name = percent_decode(one.substr(0, equals), true);
        if (!name) return fail(std::move(name.error()));
        auto value = percent_decode(
            equals == std::string_view::npos ? std::string_view{} : one.substr(equals + 1), true);
        if (!value) return fail(std::move(value.error()));
        out.emplace_back(std::move(*name), std::move(*value));
    }
    return out;
}

std::string_view find_cookie(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const auto end = header.find(';');
        const auto one = trimmed(header.substr(0, end));
        header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
        const auto equals = one.find('=');
        if (equals != std::string_view::npos && one.substr(0, equals) == name)
            return one.substr(equals + 1);
    }
    return {};
}

Result<std::string> host_name_of(std::string_view host) {
    std::string_view name = host;
    std::string_view rest;
    if (name.starts_with('[')) {
        const auto end = name.find(']');
        if (end == std::string_view::npos)
            return fail(Code::invalid_input, "the host has no closing bracket");
        rest = name.substr(end + 1);
        name = name.substr(1, end - 1);
    } else {
        const auto colon = name.find(':');
        if (colon != std::string_view::npos) rest = name.substr(colon);
        name = name.substr(0, colon);
    }
    const bool port_good =
        rest.empty() ||
        (rest.size() <= 6 && rest.front() == ':' &&
         std::all_of(rest.begin() + 1, rest.end(), [](char c) { return c >= '0' && c <= '9'; }));
    if (name.empty() || !port_good)
        return fail(Code::invalid_input, "the host is not NAME or NAME:PORT");
    std::string out(name);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    if (out.size() > 1 && out.back() == '.') out.pop_back();
    return out;
}

bool is_ip_literal(std::string_view host) {
    boost::system::error_code bad;
    boost::asio::ip::make_address(std::string(host), bad);
    return !bad;
}

}  // namespace foxtail
