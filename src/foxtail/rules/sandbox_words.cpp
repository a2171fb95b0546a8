#include "foxtail/base/utf8.hpp"
#include "foxtail/rules/sandbox_state.hpp"

#include <algorithm>
#include <array>

// A look at an expression's words before it ever runs: a misspelled name would otherwise only be
// told when the rule is triggered, perhaps months later. Runs after Lua has accepted the text, so
// it need not find syntax errors.
namespace foxtail::sandbox {
namespace {

struct Word {
    enum class Kind : std::uint8_t { end, name, text, other } kind = Kind::end;
    std::string_view text;  // of texts without the quotes
    int line = 1;
};

class Words {
public:
    explicit Words(std::string_view text) : rest_(text) {}

    Word next() {
        skip();
        Word word{Word::Kind::end, {}, line_};
        if (rest_.empty()) return word;
        const char c = rest_.front();
        if (letter(c)) {
            word.kind = Word::Kind::name;
            word.text = take(span([](char x) { return letter(x) || digit(x); }));
        } else if (digit(c)) {
            word.kind = Word::Kind::other;
            word.text = take(span([](char x) { return letter(x) || digit(x) || x == '.'; }));
        } else if (c == '"' || c == '\'') {
            word.kind = Word::Kind::text;
            word.text = take_quoted(c);
        } else if (const auto level = long_bracket()) {
            word.kind = Word::Kind::text;
            word.text = take_long(*level);
        } else {
            word.kind = Word::Kind::other;
            word.text = take(rest_.starts_with("..") || rest_.starts_with("::") ? 2U : 1U);
        }
        return word;
    }

private:
    static bool letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }
    static bool digit(char c) { return c >= '0' && c <= '9'; }

    template <class Test>
    std::size_t span(Test test) const {
        return static_cast<std::size_t>(std::find_if_not(rest_.begin(), rest_.end(), test) -
                                        rest_.begin());
    }

    std::string_view take(std::size_t size) {
        const auto taken = rest_.substr(0, size);
        line_ += static_cast<int>(std::count(taken.begin(), taken.end(), '\n'));
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view take_quoted(char quote) {
        std::size_t at = 1;
        while (at < rest_.size() && rest_[at] != quote) at += rest_[at] == '\\' ? 2U : 1U;
        const auto whole = take(std::min(at + 1, rest_.size()));
        return whole.size() < 2 ? std::string_view{} : whole.substr(1, whole.size() - 2);
    }

    /// The number of "=" when "[[", "[=[" and so on come next.
    [[nodiscard]] std::optional<std::size_t> long_bracket() const {
        if (!rest_.starts_with('[')) return std::nullopt;
        const auto second = rest_.find_first_not_of('=', 1);
        if (second == std::string_view::npos || rest_[second] != '[') return std::nullopt;
        return second - 1;
    }

    std::string_view take_long(std::size_t level) {
        const std::string close = "]" + std::string(level, '=') + "]";
        const auto end = rest_.find(close);
        const auto whole = take(end == std::string_view::npos ? rest_.size() : end + close.size());
        return whole.size() < 2 * close.size()
                   ? std::string_view{}
                   : whole.substr(close.size(), whole.size() - 2 * close.size());
    }

    void skip() {
        while (true) {
            take(span([](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }));
            if (!rest_.starts_with("--")) return;
            take(2);
            if (const auto level = long_bracket()) {
                take_long(*level);
            } else {
                take(std::min(rest_.find('\n'), rest_.size()));
            }
        }
    }

    std::string_view rest_;
    int line_ = 1;
};

constexpr std::array<std::string_view, 22> keywords = {
    "and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
    "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
    "repeat",   "return", "then", "true", "until",  "while"};
// With these an expression has names of its own, and what is free takes more than a look at the
// words.
constexpr std::array<std::string_view, 5> makes_names = {"local", "function", "for", "goto", "{"};
constexpr std::array<std::string_view, 4> takes_address = {"get", "known", "age", "quality"};
constexpr std::array<std::string_view, 3> gone_after_wait = {"value", "before", "event"};

template <std::size_t n>
bool one_of(std::string_view word, const std::array<std::string_view, n>& list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool has_own_names(std::string_view text) {
    Words words(text);
    for (Word word = words.next(); word.kind != Word::Kind::end; word = words.next()) {
        if (word.kind != Word::Kind::text && one_of(word.text, makes_names)) return true;
    }
    return false;
}

std::optional<ExpressionMistake> check_name(const Word& word, bool after_wait) {
    if (after_wait && one_of(word.text, gone_after_wait)) {
        return ExpressionMistake{word.line, "after a wait there is no '" + std::string(word.text) +
                                                "' any more, use get(\"thing/property\")"};
    }
    if (known_name(word.text)) return std::nullopt;
    if (word.text == "null" || word.text == "None") {
        return ExpressionMistake{word.line,
                                 "there is no '" + std::string(word.text) + "', unknown is 'nil'"};
    }
    return ExpressionMistake{
        word.line, "there is no '" + printable(word.text, 60) + "'" + known_name_near(word.text)};
}

}  // namespace

std::optional<ExpressionMistake> check_words(std::string_view text, bool after_wait) {
    const bool own_names = has_own_names(text);
    Words words(text);
    Word before_last;
    Word last;
    for (Word word = words.next(); word.kind != Word::Kind::end; word = words.next()) {
        const bool member =
            last.kind == Word::Kind::other && (last.text == "." || last.text == ":");
        if (!own_names && !member && word.kind == Word::Kind::name &&
            !one_of(word.text, keywords)) {
            if (auto mistake = check_name(word, after_wait)) return mistake;
        }
        const bool asks = before_last.kind == Word::Kind::name &&
                          one_of(before_last.text, takes_address) && last.text == "(";
        if (asks && !own_names && word.kind == Word::Kind::text && !parse_address(word.text)) {
            return ExpressionMistake{
                word.line,
                "'" + printable(word.text, 60) + "' is no address, write it as \"thing/property\""};
        }
        before_last = last;
        last = word;
    }
    return std::nullopt;
}

}  // namespace foxtail::sandbox
