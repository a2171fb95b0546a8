#include <algorithm>
#include <regex>

#include "tree.hpp"
#include <gtest/gtest.h>

namespace foxtail::tidy {
namespace {

constexpr std::size_t file_lines_max = 600;
constexpr int function_lines_max = 70;
constexpr std::string_view reason_mark = "tidy: long because ";

/// A function's body, found by its braces.
struct Body {
    int first = 0;  // the line of its opening brace
    int last = 0;
};

/// Words before a brace that open something else than a function's body.
bool opens_a_scope(const std::string& head) {
    static const std::regex scope(R"re(\b(namespace|class|struct|enum|union|extern)\b[^()]*$)re");
    return std::regex_search(head, scope);
}

/// A body follows a parameter list: "...) {", "...) const {", "...) -> T {", "...) : member(x) {".
/// Everything at the top level of a file, a namespace or a class that is none of these is an
/// initialiser.
bool opens_a_body(const std::string& head) {
    static const std::regex body(
        R"re(\)\s*(const|noexcept|override|final|mutable|&|\s)*(->[^;=]*)?(:[^;]*)?$)re");
    static const std::regex value(R"re(=\s*(\[[^\]]*\].*)?$)re");
    return head.find('(') != std::string::npos && std::regex_search(head, body) &&
           !std::regex_search(head, value);
}

/// Walks over the code and notes where functions begin and end.
class Walk {
public:
    std::vector<Body> over(const std::vector<SourceLine>& lines) {
        for (const SourceLine& line : lines) {
            ++line_;
            const auto first = line.code.find_first_not_of(' ');
            const bool macro = first != std::string::npos && line.code[first] == '#';
            char before = ' ';
            for (const char c : macro&& inside_ == 0 ? std::string() : line.code) {
                inside_ > 0 ? within(c) : outside(c, before);
                before = c;
            }
            head_ += ' ';
        }
        return std::move(found_);
    }

private:
    void within(char c) {
        inside_ += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (inside_ > 0) return;
        found_.push_back({first_, line_});
        head_.clear();
    }
    void outside(char c, char before) {
        if (initialiser_ > 0 || (c == '{' && before != ' ')) {
            // "member{2}" in a constructor's list, or a table: not the end of what came before.
            initialiser_ += c == '{' ? 1 : c == '}' ? -1 : 0;
        } else if (c == '{') {
            if (!opens_a_scope(head_) && opens_a_body(head_)) {
                first_ = line_;
                inside_ = 1;
            }
            head_.clear();
        } else if (c == '}' || c == ';') {
            head_.clear();
        } else {
            head_ += c;
        }
    }

    std::vector<Body> found_;
    std::string head_;  // what stands before the next brace
    int line_ = 0;
    int first_ = 0;
    int inside_ = 0;       // depth within a body
    int initialiser_ = 0;  // depth within braces that hold values
};

std::vector<Body> bodies(const std::vector<SourceLine>& lines) {
    return Walk().over(lines);
}

/// The reason may stand in the lines before the body or in its first ones.
bool reason_given(const std::vector<SourceLine>& lines, const Body& body) {
    const auto from = static_cast<std::size_t>(std::max(body.first - 6, 0));
    const auto to = std::min(static_cast<std::size_t>(body.first) + 2, lines.size());
    for (std::size_t i = from; i < to; ++i) {
        const auto at = lines[i].comment.find(reason_mark);
        if (at != std::string::npos && lines[i].comment.size() > at + reason_mark.size() + 10)
            return true;
    }
    return false;
}

TEST(Sizes, no_file_is_longer_than_a_sitting) {
    std::vector<Finding> findings;
    for (const File& file : files()) {
        const bool web = file.path.starts_with("web/src/");
        if (!file.cpp() && !web) continue;
        const auto lines = file.lines();
        if (lines.size() <= file_lines_max) continue;
        const bool reason = std::any_of(
            lines.begin(), lines.begin() + 10,
            [](std::string_view line) { return line.find(reason_mark) != std::string_view::npos; });
        if (reason) continue;
        findings.push_back({file.path, 0,
                            std::to_string(lines.size()) + " lines, limit " +
                                std::to_string(file_lines_max) +
                                ": split it along what it is about, or say '" +
                                std::string(reason_mark) + "...' in its first lines"});
    }
    tell(findings);
}

TEST(Sizes, no_function_is_longer_than_a_screen) {
    std::vector<Finding> findings;
    for (const File& file : files()) {
        if (!file.cpp()) continue;
        const auto& lines = file.source();
        for (const Body& body : bodies(lines)) {
            const int length = body.last - body.first + 1;
            if (length <= function_lines_max || reason_given(lines, body)) continue;
            findings.push_back({file.path, body.first,
                                "a function of " + std::to_string(length) + " lines, limit " +
                                    std::to_string(function_lines_max) +
                                    ": give a part of it a name of its own, or say '// " +
                                    std::string(reason_mark) + "...' above it"});
        }
    }
    tell(findings);
}

// The measure itself: it must find long functions wherever they stand, and not take a class or a
// table for one.
TEST(Sizes, finds_functions_and_only_functions) {
    const auto long_text = [](const std::string& head, const std::string& tail = "}\n") {
        std::string text = head;
        for (int i = 0; i < 80; ++i) text += "    one(two);\n";
        return text + tail;
    };
    const auto longest = [](const std::string& text) {
        int lines = 0;
        for (const Body& body : bodies(lex(text)))
            lines = std::max(lines, body.last - body.first + 1);
        return lines;
    };
    EXPECT_EQ(longest(long_text("void f() {\n")), 82);
    EXPECT_EQ(longest(long_text("namespace a {\nint A::f(int x) const noexcept {\n", "}\n}\n")),
              82);
    EXPECT_EQ(longest(long_text("class A {\npublic:\n    A() : x_(1), y_{2} {\n", "}\n};\n")), 82);
    EXPECT_EQ(longest(long_text("auto f() -> std::vector<int> {\n")), 82);
    EXPECT_EQ(longest(long_text("TEST(A, b) {\n")), 82);
    EXPECT_EQ(longest("void f() {\n    // }\n    g(\"}\");\n    h('}');\n}\n"), 5);
    EXPECT_EQ(longest("class A {\n" + std::string(80, '\n') + "};\n"), 0);
    EXPECT_EQ(
        longest("constexpr std::array<int, 3> table = {{\n" + std::string(80, '\n') + "}};\n"), 0);
}

}  // namespace
}  // namespace foxtail::tidy
