#include "words.hpp"

#include <charconv>
#include <utility>

namespace foxtail::scenario {
namespace {

bool blank(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string_view::npos || text[first] == '#';
}

/// The whole of `text` as a number, or nothing.
template <class Number>
std::optional<Number> number_from(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::vector<Statement> read_statements(std::string_view text) {
    std::vector<Statement> statements;
    int number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string line(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        ++number;
        if (line.find('\t') != std::string::npos) throw Mistake{number, "a tab; write spaces"};
        const bool indented = line.starts_with(' ');
        if (indented && !statements.empty()) {
            statements.back().body.push_back({number, std::move(line)});
        } else if (!blank(line)) {
            if (indented) throw Mistake{number, "the first statement is indented"};
            statements.push_back({{number, std::move(line)}, {}});
        }
    }
    return statements;
}

Words::Words(const Line& line) : line_(line.number) {
    const std::string& text = line.text;
    std::size_t at = 0;
    while (true) {
        at = text.find_first_not_of(' ', at);
        if (at == std::string::npos || text[at] == '#') return;
        if (text[at] == '"') {
            const auto end = text.find('"', at + 1);
            if (end == std::string::npos) wrong("a text without its closing quote");
            words_.push_back({text.substr(at + 1, end - at - 1), true});
            at = end + 1;
        } else {
            const auto end = std::min(text.find(' ', at), text.size());
            words_.push_back({text.substr(at, end - at), false});
            at = end;
        }
    }
}

void Words::wrong(std::string what) const {
    throw Mistake{line_, std::move(what)};
}

std::string_view Words::peek() const {
    return done() ? std::string_view() : std::string_view(words_[at_].text);
}

bool Words::take(std::string_view words) {
    std::size_t at = at_;
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        if (at == words_.size() || words_[at].quoted || words_[at].text != words.substr(0, end))
            return false;
        words.remove_prefix(std::min(end + 1, words.size()));
        ++at;
    }
    at_ = at;
    return true;
}

void Words::need(std::string_view words) {
    if (!take(words))
        wrong("expected '" + std::string(words) + "', found '" + std::string(peek()) + "'");
}

std::string Words::word(std::string_view what) {
    if (done()) wrong("expected " + std::string(what) + " at the end of the line");
    return words_[at_++].text;
}

std::optional<std::string> Words::quoted() {
    if (done() || !words_[at_].quoted) return std::nullopt;
    return words_[at_++].text;
}

Value Words::value() {
    if (auto text = quoted()) return *text;
    const std::string text = word("a value");
    if (text == "true") return true;
    if (text == "false") return false;
    if (text == "unknown") return Null{};
    if (const auto whole = number_from<std::int64_t>(text)) return *whole;
    if (const auto real = number_from<double>(text)) return *real;
    return text;
}

Duration Words::duration() {
    const auto text = word("a length of time such as 5s or 2m");
    const auto duration = parse_duration(text);
    if (!duration) wrong(duration.error().message);
    return *duration;
}

Duration Words::time_of_day() {
    const auto text = word("a time of day such as 18:00");
    const auto bad = [&] {
        wrong("'" + text + "' is no time of day; write 18:00, 18:00:05 or 18:00:05.250");
    };
    if (text.size() < 5 || text[2] != ':') bad();
    const auto hour = number_from<int>(std::string_view(text).substr(0, 2));
    const auto minute = number_from<int>(std::string_view(text).substr(3, 2));
    if (!hour || !minute || *hour > 23 || *minute > 59) bad();
    double second = 0;
    if (text.size() > 5) {
        const auto rest = number_from<double>(std::string_view(text).substr(6));
        if (text[5] != ':' || !rest || *rest < 0 || *rest >= 60) bad();
        second = *rest;
    }
    return hours(*hour) + minutes(*minute) +
           milliseconds(static_cast<std::int64_t>(second * 1000 + 0.5));
}

void Words::end() const {
    if (!done()) wrong("'" + words_[at_].text + "' was not expected here");
}

}  // namespace foxtail::scenario
