#include "foxtail/model/value.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/base/utf8.hpp"

#include <array>
#include <bitset>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

namespace foxtail {
namespace {

constexpr std::size_t json_depth_max = 64;

bool same_number(std::int64_t whole, double fraction) {
    // Comparing as doubles would call 2^53 and 2^53 + 1 equal; comparing as integers needs the
    // range first.
    constexpr double limit = 9223372036854775808.0;  // 2^63
    if (!(fraction >= -limit && fraction < limit) || std::trunc(fraction) != fraction) return false;
    return static_cast<std::int64_t>(fraction) == whole;
}

void append_double(std::string& out, double value) {
    if (!std::isfinite(value)) {
        FOX_BUG("a NaN or infinity reached the JSON writer");
        out += "null";
        return;
    }
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    const std::string_view digits(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    out += digits;
    if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto put = [&out](std::uint32_t byte) {
        out += static_cast<char>(static_cast<unsigned char>(byte));
    };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0 | (point >> 6));
        put(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        put(0xE0 | (point >> 12));
        put(0x80 | ((point >> 6) & 0x3F));
        put(0x80 | (point & 0x3F));
    } else {
        put(0xF0 | (point >> 18));
        put(0x80 | ((point >> 12) & 0x3F));
        put(0x80 | ((point >> 6) & 0x3F));
        put(0x80 | (point & 0x3F));
    }
}

/// Where the first significant digit of a well-formed JSON number stands: 10^result <= |number| <
/// 10^(result+1). Tells overflow from underflow, which std::from_chars reports alike.
std::int64_t decimal_magnitude(std::string_view number) {
    std::int64_t magnitude = -1;
    bool significant = false;
    bool fraction = false;
    std::size_t at = 0;
    for (; at < number.size() && number[at] != 'e' && number[at] != 'E'; ++at) {
        if (number[at] == '.') fraction = true;
        if (!is_digit(number[at])) continue;
        significant = significant || number[at] != '0';
        if (!fraction && significant) ++magnitude;
        if (fraction && !significant) --magnitude;
    }
    if (!significant) return std::numeric_limits<std::int64_t>::min();  // 0e999 is zero
    if (at == number.size()) return magnitude;
    ++at;
    const bool negative = number[at] == '-';
    if (number[at] == '-' || number[at] == '+') ++at;
    std::int64_t exponent = 0;
    constexpr std::int64_t exponent_max =
        1'000'000'000'000;  // beyond any text that fits into memory
    for (; at < number.size() && exponent < exponent_max; ++at)
        exponent = exponent * 10 + (number[at] - '0');
    return magnitude + (negative ? -exponent : exponent);
}

/// Walks over one JSON text (RFC 8259), checking it. Each step returns false and leaves `wrong` and
/// `at` behind.
struct Scanner {
    std::string_view text;
    std::size_t at = 0;
    const char* wrong = "";

    bool refuse(const char* what) {
        wrong = what;
        return false;
    }
    [[nodiscard]] bool done() const { return at >= text.size(); }
    [[nodiscard]] char peek() const { return done() ? '\0' : text[at]; }
    void skip_space() {
        while (!done() && is_space(text[at])) ++at;
    }
    bool literal(std::string_view word) {
        if (text.substr(at, word.size()) != word) return refuse("expected true, false or null");
        at += word.size();
        return true;
    }

    bool hex4(std::uint32_t& out) {
        out = 0;
        for (int i = 0; i < 4; ++i, ++at) {
            const char c = peek();
            std::uint32_t digit = 0;
            if (is_digit(c)) {
                digit = static_cast<std::uint32_t>(c - '0');
            } else if (c >= 'a' && c <= 'f') {
                digit = static_cast<std::uint32_t>(c - 'a' + 10);
            } else if (c >= 'A' && c <= 'F') {
                digit = static_cast<std::uint32_t>(c - 'A' + 10);
            } else {
                return refuse("expected four hexadecimal digits after \\u");
            }
            out = out * 16 + digit;
        }
        return true;
    }

    /// After "\u". A character beyond the first 65,536 is written as two escapes, a high and a low
    /// surrogate.
    bool unicode_escape(std::string* out) {
        std::uint32_t point = 0;
        if (!hex4(point)) return false;
        if (point >= 0xDC00 && point <= 0xDFFF)
            return refuse("a low surrogate without a high one before it");
        if (point >= 0xD800 && point <= 0xDBFF) {
            std::uint32_t low = 0;
            if (text.substr(at, 2) != "\\u")
                return refuse("a high surrogate without a low one after it");
            at += 2;
            if (!hex4(low)) return false;
            if (low < 0xDC00 || low > 0xDFFF)
                return refuse("a high surrogate without a low one after it");
            point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        }
        if (out != nullptr) append_utf8(*out, point);
        return true;
    }

    bool escape(std::string* out) {
        constexpr std::string_view from = "\"\\/bfnrt";
        constexpr std::string_view to = "\"\\/\b\f\n\r\t";
        const char c = peek();
        if (c == 'u') {
            ++at;
            return unicode_escape(out);
        }
        const auto which = c == '\0' ? std::string_view::npos : from.find(c);
        if (which == std::string_view::npos) return refuse("unknown escape in a string");
        if (out != nullptr) *out += to[which];
        ++at;
        return true;
    }

    /// At the opening quote. `out`, when given, receives the decoded text. The caller has checked
    /// the UTF-8.
    bool string(std::string* out) {
        if (peek() != '"') return refuse("expected a string");
        ++at;
        while (!done()) {
            const auto first = at;
            while (!done() && text[at] != '"' && text[at] != '\\' &&
                   static_cast<unsigned char>(text[at]) >= 0x20)
                ++at;
            if (out != nullptr) out->append(text.substr(first, at - first));
            if (done()) break;
            if (text[at] == '"') {
                ++at;
                return true;
            }
            if (text[at] != '\\') return refuse("a control character in a string must be escaped");
            ++at;
            if (!escape(out)) return false;
        }
        return refuse("the string does not end");
    }

    bool digits() {
        if (!is_digit(peek())) return refuse("expected a digit");
        while (is_digit(peek())) ++at;
        return true;
    }

    /// Integers become int64 where they fit and double where they do not.
    bool number(Value& out) {
        const auto first = at;
        bool whole = true;
        if (peek() == '-') ++at;
        if (peek() == '0') {
            ++at;
            if (is_digit(peek())) return refuse("a number must not start with 0");
        } else if (!digits()) {
            return false;
        }
        if (peek() == '.') {
            whole = false;
            ++at;
            if (!digits()) return false;
        }
        if (peek() == 'e' || peek() == 'E') {
            whole = false;
            ++at;
            if (peek() == '+' || peek() == '-') ++at;
            if (!digits()) return false;
        }
        return number_of(text.substr(first, at - first), whole, out);
    }

    bool number_of(std::string_view digits, bool whole, Value& out) {
        const char* const begin = digits.data();
        const char* const end = begin + digits.size();
        if (whole) {
            std::int64_t integer = 0;
            if (std::from_chars(begin, end, integer).ec == std::errc{}) {
                out = Value{integer};
                return true;
            }
        }
        double real = 0;
        if (std::from_chars(begin, end, real).ec != std::errc{}) {
            if (decimal_magnitude(digits) > 0) return refuse("the number is too large");
            real = digits.front() == '-' ? -0.0 : 0.0;
        }
        if (!std::isfinite(real)) return refuse("the number is too large");
        out = Value{real};
        return true;
    }

    bool scalar(Value& out) {
        switch (peek()) {
            case '"': {
                std::string decoded;
                if (!string(&decoded)) return false;
                out = Value{std::move(decoded)};
                return true;
            }
            case 't':
                out = Value{true};
                return literal("true");
            case 'f':
                out = Value{false};
                return literal("false");
            case 'n':
                out = Value{Null{}};
                return literal("null");
            default:
                return number(out);
        }
    }

    void copy_to(std::string& out, std::size_t first) const {
        out.append(text.substr(first, at - first));
    }

    bool key(std::string& out) {
        skip_space();
        const auto first = at;
        if (!string(nullptr)) return refuse(done() ? wrong : "expected a name in quotes");
        copy_to(out, first);
        skip_space();
        if (peek() != ':') return refuse("expected a colon");
        ++at;
        out += ':';
        skip_space();
        return true;
    }

    /// At "[" or "{": checks the whole and appends it without the white space between its parts.
    /// Not recursive, so that no input can exhaust the stack.
    bool compact(std::string& out) {
        std::bitset<json_depth_max> is_object;
        std::size_t depth = 0;
        Value ignored;
        do {
            // Here a value starts.
            skip_space();
            const char c = peek();
            if (c == '[' || c == '{') {
                if (depth == json_depth_max) return refuse("nested deeper than 64");
                out += c;
                ++at;
                is_object[depth++] = c == '{';
                skip_space();
                if (peek() != (c == '{' ? '}' : ']')) {
                    if (c == '{' && !key(out)) return false;
                    continue;
                }
            } else {
                const auto first = at;
                if (!(c == '"' ? string(nullptr) : scalar(ignored))) return false;
                copy_to(out, first);
            }
            if (!after_value(out, is_object, depth)) return false;
        } while (depth > 0);
        return true;
    }

    /// Closes what ends here and goes over the comma, if one follows.
    bool after_value(std::string& out, const std::bitset<json_depth_max>& is_object,
                     std::size_t& depth) {
        while (depth > 0) {
            skip_space();
            const bool object = is_object[depth - 1];
            const char c = peek();
            if (c == ',') {
                out += c;
                ++at;
                return !object || key(out);
            }
            if (c != (object ? '}' : ']'))
                return refuse(object ? "expected , or }" : "expected , or ]");
            out += c;
            ++at;
            --depth;
        }
        return true;
    }
};

}  // namespace

bool as_number(const Value& value, double& out) {
    if (const auto* b = std::get_if<bool>(&value)) {
        out = *b ? 1.0 : 0.0;
    } else if (const auto* i = std::get_if<std::int64_t>(&value)) {
        out = static_cast<double>(*i);
    } else if (const auto* d = std::get_if<double>(&value)) {
        out = *d;
    } else {
        return false;
    }
    return true;
}

bool same_value(const Value& a, const Value& b) {
    if (a.index() == b.index()) return a == b;
    const auto* const a_whole = std::get_if<std::int64_t>(&a);
    const auto* const b_whole = std::get_if<std::int64_t>(&b);
    const auto* const a_real = std::get_if<double>(&a);
    const auto* const b_real = std::get_if<double>(&b);
    if (a_whole != nullptr && b_real != nullptr) return same_number(*a_whole, *b_real);
    if (b_whole != nullptr && a_real != nullptr) return same_number(*b_whole, *a_real);
    return false;
}

void append_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    std::size_t copied = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        out.append(text.substr(copied, at - copied));
        copied = at + 1;
        out += '\\';
        switch (byte) {
            case '"':
                out += '"';
                break;
            case '\\':
                out += '\\';
                break;
            case '\b':
                out += 'b';
                break;
            case '\f':
                out += 'f';
                break;
            case '\n':
                out += 'n';
                break;
            case '\r':
                out += 'r';
                break;
            case '\t':
                out += 't';
                break;
            default:
                out += "u00";
                out += hex[byte >> 4U];
                out += hex[byte & 0xFU];
        }
    }
    out.append(text.substr(copied));
    out += '"';
}

void append_json(std::string& out, const Value& value) {
    if (const auto* b = std::get_if<bool>(&value)) {
        out += *b ? "true" : "false";
    } else if (const auto* i = std::get_if<std::int64_t>(&value)) {
        std::array<char, 24> buffer{};
        out.append(buffer.data(),
                   std::to_chars(buffer.data(), buffer.data() + buffer.size(), *i).ptr);
    } else if (const auto* d = std::get_if<double>(&value)) {
        append_double(out, *d);
    } else if (const auto* s = std::get_if<std::string>(&value)) {
        append_json_string(out, *s);
    } else if (const auto* j = std::get_if<Json>(&value)) {
        out += j->text;
    } else {
        out += "null";
    }
}

std::string to_json(const Value& value) {
    std::string out;
    append_json(out, value);
    return out;
}

Result<Value> parse_json_value(std::string_view text) {
    if (!valid_utf8(text)) return fail(Code::invalid_input, "not JSON: not valid UTF-8");
    Scanner scanner{text};
    Value value;
    scanner.skip_space();
    bool good = true;
    if (scanner.peek() == '[' || scanner.peek() == '{') {
        Json json;
        good = scanner.compact(json.text);
        value = Value{std::move(json)};
    } else {
        good = scanner.scalar(value);
    }
    if (good) {
        scanner.skip_space();
        if (!scanner.done()) good = scanner.refuse("something follows the value");
    }
    if (!good) {
        return fail(Code::invalid_input,
                    "not JSON at byte " + std::to_string(scanner.at) + ": " + scanner.wrong);
    }
    return value;
}

}  // namespace foxtail
