#include "foxtail/json/member_texts.hpp"

namespace foxtail {
namespace {

bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct Cursor {
    std::string_view text;
    std::size_t at = 0;

    [[nodiscard]] char peek() const { return at < text.size() ? text[at] : '\0'; }
    void skip_space() {
        while (at < text.size() && blank(text[at])) ++at;
    }
    bool take(char c) {
        skip_space();
        if (peek() != c) return false;
        ++at;
        return true;
    }
    /// At the opening quote; goes behind the closing one.
    bool skip_string() {
        for (++at; at < text.size(); ++at) {
            if (text[at] == '\\') {
                ++at;
            } else if (text[at] == '"') {
                ++at;
                return true;
            }
        }
        return false;
    }
    /// Counts brackets instead of pairing them: the value's own reader tells the difference.
    bool value(std::string_view& out) {
        skip_space();
        const auto first = at;
        std::size_t depth = 0;
        while (at < text.size()) {
            const char c = text[at];
            if (c == '"') {
                if (!skip_string()) return false;
            } else if (c == '[' || c == '{') {
                ++depth;
                ++at;
            } else if (c == ']' || c == '}') {
                if (depth == 0) break;
                --depth;
                ++at;
            } else if (c == ',' && depth == 0) {
                break;
            } else {
                ++at;
            }
        }
        auto last = at;
        while (last > first && blank(text[last - 1])) --last;
        out = text.substr(first, last - first);
        return depth == 0 && !out.empty();
    }
    [[nodiscard]] auto refuse(const char* what) const {
        return fail(Code::invalid_input,
                    "not JSON at byte " + std::to_string(at) + ": " + std::string(what));
    }
};

}  // namespace

Result<MemberTexts> MemberTexts::split(std::string_view text) {
    Cursor in{text};
    MemberTexts out;
    if (!in.take('{')) return in.refuse("expected an object");
    if (!in.take('}')) {
        do {
            in.skip_space();
            const auto first = in.at;
            if (in.peek() != '"' || !in.skip_string()) return in.refuse("expected a name");
            const auto key = text.substr(first + 1, in.at - first - 2);
            std::string_view value;
            if (!in.take(':')) return in.refuse("expected a colon");
            if (!in.value(value)) return in.refuse("expected a value");
            out.members_.emplace_back(key, value);
        } while (in.take(','));
        if (!in.take('}')) return in.refuse("expected , or }");
    }
    in.skip_space();
    if (in.at != text.size()) return in.refuse("something follows the object");
    return out;
}

std::optional<std::string_view> MemberTexts::find(std::string_view name) const {
    for (const auto& [key, value] : members_) {
        if (key == name) return value;
    }
    return std::nullopt;
}

Result<std::vector<std::string_view>> split_elements(std::string_view text) {
    Cursor in{text};
    std::vector<std::string_view> out;
    if (!in.take('[')) return in.refuse("expected an array");
    if (!in.take(']')) {
        do {
            std::string_view value;
            if (!in.value(value)) return in.refuse("expected a value");
            out.push_back(value);
        } while (in.take(','));
        if (!in.take(']')) return in.refuse("expected , or ]");
    }
    in.skip_space();
    if (in.at != text.size()) return in.refuse("something follows the array");
    return out;
}

}  // namespace foxtail
