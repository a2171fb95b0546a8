#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/model/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::scenario {

/// A scenario that cannot be read, or an expectation that is not met: both stop the scenario at
/// their line.
struct Mistake {
    int line = 0;
    std::string what;
};

struct Line {
    int number = 0;  // from 1
    std::string text;
};

/// A line that begins at the margin, with the indented lines below it.
struct Statement {
    Line head;
    std::vector<Line> body;
};

/// Splits a file; comments and empty lines are left out (but kept within a body, which may be
/// YAML).
[[nodiscard]] std::vector<Statement> read_statements(std::string_view text);

/// The words of one line, taken from left to right. What is not as asked for is a Mistake with the
/// line's number.
class Words {
public:
    explicit Words(const Line& line);

    /// Takes these words when they come next: take("take back").
    bool take(std::string_view words);
    /// Takes these words, or it is a mistake.
    void need(std::string_view words);
    /// The next word; `what` says in a message what was expected.
    std::string word(std::string_view what);
    /// The next word if it stands in double quotes.
    std::optional<std::string> quoted();
    /// true, false, unknown, a number, a word, "a text", or [1, 2] as JSON in quotes after `json`.
    Value value();
    Duration duration();
    /// "18:00", "18:00:05" or "18:00:05.250" as a time of day.
    Duration time_of_day();
    [[nodiscard]] bool done() const { return at_ == words_.size(); }
    /// Nothing may be left.
    void end() const;
    [[nodiscard]] std::string_view peek() const;
    [[nodiscard]] int line() const { return line_; }
    [[noreturn]] void wrong(std::string what) const;

private:
    struct Word {
        std::string text;
        bool quoted = false;
    };
    int line_;
    std::vector<Word> words_;
    std::size_t at_ = 0;
};

}  // namespace foxtail::scenario
