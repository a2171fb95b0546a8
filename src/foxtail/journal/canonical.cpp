#include "foxtail/journal/canonical.hpp"

#include "foxtail/journal/base64.hpp"

#include <charconv>

namespace foxtail::ledger {
namespace {

constexpr std::string_view escaped_by_letter = "\"\\\b\f\n\r\t";
constexpr std::string_view letters = "\"\\bfnrt";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The number of the control character in "\u00xx", or -1: above 0x1f nothing is written so.
int control_from(std::string_view four) {
    if (four.size() != 4 || four.substr(0, 2) != "00") return -1;
    if (four[2] != '0' && four[2] != '1') return -1;
    const char low = four[3];
    const bool hex = is_digit(low) || (low >= 'a' && low <= 'f');
    if (!hex) return -1;
    return (four[2] - '0') * 16 + (is_digit(low) ? low - '0' : low - 'a' + 10);
}

}  // namespace

void CanonicalReader::expect(std::string_view what) {
    if (!accept(what)) ok_ = false;
}

bool CanonicalReader::accept(std::string_view what) {
    if (!next_is(what)) return false;
    at_ += what.size();
    return true;
}

std::uint64_t CanonicalReader::number() {
    std::uint64_t out = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), out);
    const auto size = static_cast<std::size_t>(end - begin);
    if (!ok_ || error != std::errc{} || !is_digit(peek()) || (peek() == '0' && size > 1)) {
        ok_ = false;
        return 0;
    }
    at_ += size;
    return out;
}

std::int64_t CanonicalReader::integer() {
    const bool negative = accept("-");
    const auto magnitude = number();
    constexpr auto limit = std::uint64_t{1} << 63;
    if (negative ? (magnitude == 0 || magnitude > limit) : magnitude >= limit) ok_ = false;
    if (!ok_) return 0;
    return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

bool CanonicalReader::escape(std::string& out) {
    ++at_;
    if (at_ >= text_.size()) return false;
    if (const auto letter = letters.find(peek()); letter != std::string_view::npos) {
        out += escaped_by_letter[letter];
        ++at_;
        return true;
    }
    if (peek() != 'u') return false;
    const int control = control_from(text_.substr(at_ + 1, 4));
    if (control < 0) return false;
    const char c = static_cast<char>(control);
    if (escaped_by_letter.find(c) != std::string_view::npos) return false;  // it has a letter
    out += c;
    at_ += 5;
    return true;
}

std::string CanonicalReader::string() {
    std::string out;
    expect("\"");
    while (ok_) {
        const auto from = at_;
        while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
               static_cast<unsigned char>(text_[at_]) >= 0x20)
            ++at_;
        out.append(text_.substr(from, at_ - from));
        if (at_ >= text_.size()) break;
        if (accept("\"")) return out;
        if (peek() != '\\' || !escape(out)) break;
    }
    ok_ = false;
    return {};
}

std::string_view CanonicalReader::word() {
    expect("\"");
    const auto from = at_;
    while (at_ < text_.size() &&
           ((text_[at_] >= 'a' && text_[at_] <= 'z') || is_digit(text_[at_]) || text_[at_] == '_'))
        ++at_;
    const auto out = text_.substr(from, at_ - from);
    expect("\"");
    if (out.empty()) ok_ = false;
    return ok_ ? out : std::string_view{};
}

std::string CanonicalReader::bytes() {
    expect("\"");
    const auto from = at_;
    const auto end = ok_ ? text_.find('"', at_) : std::string_view::npos;
    if (end == std::string_view::npos) {
        ok_ = false;
        return {};
    }
    at_ = end + 1;
    auto decoded = from_base64(text_.substr(from, end - from));
    if (!decoded) {
        ok_ = false;
        return {};
    }
    return std::move(*decoded);
}

bool CanonicalReader::skip_string() {
    for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == '\\') {
            ++at_;
        } else if (text_[at_] == '"') {
            ++at_;
            return true;
        }
    }
    return false;
}

std::string_view CanonicalReader::value() {
    const auto from = at_;
    std::size_t depth = 0;
    while (ok_ && at_ < text_.size()) {
        const char c = text_[at_];
        if (depth == 0 && at_ > from && (c == ',' || c == ']' || c == '}')) break;
        if (c == '"') {
            ok_ = skip_string();
            continue;
        }
        if (c == '[' || c == '{') ++depth;
        if (c == ']' || c == '}') {
            if (depth == 0) break;
            --depth;
        }
        ++at_;
    }
    if (depth != 0 || at_ == from || at_ > text_.size()) ok_ = false;
    return ok_ ? text_.substr(from, at_ - from) : std::string_view{};
}

}  // namespace foxtail::ledger
