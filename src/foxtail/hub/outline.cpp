#include "foxtail/hub/outline.hpp"

#include <algorithm>

namespace foxtail {
namespace {

constexpr std::string_view hidden = "…";
constexpr std::size_t name_bytes_max = 40;
constexpr std::size_t outlined_bytes_max = 1024;  // more is not shown anyway
constexpr std::size_t searched_bytes_max = 64 * 1024;
constexpr std::string_view before_value = "value ";
constexpr std::string_view after_value = " does not fit property ";

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// As programs name members, and hardly what a person says or is called.
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= name_bytes_max &&
           (is_letter(text.front()) || text.front() == '_') &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
}

/// The place after the string that begins at `at` with a quote; the end when it does not end.
std::size_t after_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at + 1;
        }
    }
    return text.size();
}

bool names_a_member(std::string_view text, std::size_t after) {
    while (after < text.size() && is_space(text[after])) ++after;
    return after < text.size() && text[after] == ':';
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// The end of the number at `at`; `at` when there is none.
std::size_t after_number(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() &&
           (is_digit(text[end]) ||
            (text[end] == '.' && end + 1 < text.size() && is_digit(text[end + 1]))))
        ++end;
    return end;
}

bool is_json(std::string_view sample) {
    std::size_t at = 0;
    while (at < sample.size() && is_space(sample[at])) ++at;
    return at < sample.size() && (sample[at] == '{' || sample[at] == '[');
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

/// Where the sample has quotes of its own nobody knows which of the reason's are a pair: all that
/// stands between the first and the last of them is hidden.
void hide_between(std::string& reason, char quote, bool in_sample) {
    const auto first = reason.find(quote);
    const auto last = reason.rfind(quote);
    if (!in_sample || first == std::string::npos || first == last) return;
    reason.replace(first + 1, last - first - 1, hidden);
}

}  // namespace

std::string outline(std::string_view sample) {
    if (sample.empty()) return {};
    if (!is_json(sample))
        return std::to_string(sample.size()) + (sample.size() == 1 ? " byte" : " bytes");
    std::size_t at = 0;
    sample = trimmed(sample).substr(0, outlined_bytes_max);
    std::string out;
    constexpr std::string_view marks = "{}[],:";
    while (at < sample.size()) {
        if (contains(marks, sample.substr(at, 1)) || is_space(sample[at])) {
            out += sample[at++];
            continue;
        }
        if (sample[at] == '"') {
            const std::size_t end = after_string(sample, at);
            const auto inner = sample.substr(at + 1, end - at < 2 ? 0 : end - at - 2);
            const bool kept = names_a_member(sample, end) && is_name(inner);
            out.append("\"").append(kept ? inner : hidden).append("\"");
            at = end;
            continue;
        }
        while (at < sample.size() && sample[at] != '"' && !is_space(sample[at]) &&
               !contains(marks, sample.substr(at, 1)))
            ++at;
        out += hidden;
    }
    return out;
}

std::string without_said(std::string_view reason, std::string_view sample) {
    const std::string shape = outline(sample);
    // Of what is too long to be searched nobody knows what it says.
    const bool searched = sample.size() <= searched_bytes_max;
    std::string whole(reason);
    const auto begin = whole.find(before_value);
    const auto end = whole.rfind(after_value);
    if (begin != std::string::npos && end != std::string::npos && begin < end)
        whole.replace(begin + before_value.size(), end - begin - before_value.size(), hidden);
    hide_between(whole, '\'', contains(sample, "'"));
    hide_between(whole, '"', contains(sample, is_json(sample) ? "\\\"" : "\""));
    const std::string_view text = whole;
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '"' || c == '\'') {
            const auto close = text.find(c, at + 1);
            const auto inner =
                text.substr(at + 1, close == std::string_view::npos ? close : close - at - 1);
            // A word of ours, or a name of theirs.
            const bool kept =
                searched && is_name(inner) && (!contains(sample, inner) || contains(shape, inner));
            out.append(1, c).append(kept ? inner : hidden);
            if (close != std::string_view::npos) out += c;
            at = close == std::string_view::npos ? text.size() : close + 1;
            continue;
        }
        const std::size_t number = after_number(text, at);
        if (number == at) {
            out += text[at++];
            continue;
        }
        const auto digits = text.substr(at, number - at);
        out.append(!searched || contains(sample, digits) ? hidden : digits);
        at = number;
    }
    return out;
}

}  // namespace foxtail
