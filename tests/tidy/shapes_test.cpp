#include <algorithm>
#include <regex>
#include <set>

#include "tree.hpp"
#include <gtest/gtest.h>

namespace foxtail::tidy {
namespace {

/// A finding for each line of code that matches, in the files that `wanted` picks.
template <class Wanted>
void tell_lines(const std::regex& shape, const std::string& what, Wanted wanted) {
    std::vector<Finding> findings;
    for (const File& file : files()) {
        if (!file.cpp() || !wanted(file)) continue;
        int number = 0;
        for (const SourceLine& line : file.source()) {
            ++number;
            const bool reason = line.comment.find("tidy: ") != std::string::npos;
            if (!reason && std::regex_search(line.code, shape))
                findings.push_back({file.path, number, what});
        }
    }
    tell(findings);
}

TEST(Shapes, the_core_throws_nothing) {
    const std::set<std::string> core = {"base",  "model",   "journal", "twin", "grants",
                                        "rules", "planner", "json",    "hub"};
    tell_lines(
        std::regex(R"re(\bthrow\b)re"),
        "an expected failure is a Result, a broken contract a FOX_ASSERT: nothing is thrown here",
        [&](const File& file) { return core.contains(file.module()) && !file.test(); });
}

TEST(Shapes, tests_do_not_sleep) {
    tell_lines(std::regex(R"re(\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\()re"),
               "a test that sleeps is slow and still fails on a busy machine: let simulated time "
               "pass, or wait for what is expected "
               "with a deadline (where neither can be: '// tidy: sleeps because ...' on the line)",
               [](const File& file) { return file.test(); });
}

TEST(Shapes, no_namespace_is_opened_for_a_whole_file) {
    tell_lines(std::regex(R"re(^using\s+namespace\b(?!\s+std::\w*literals))re"),
               "name what you use, or open the namespace within one function",
               [](const File&) { return true; });
}

TEST(Shapes, only_programs_and_tests_write_to_the_terminal) {
    tell_lines(std::regex(R"re(\bstd::(cout|cerr|clog)\b|\b(printf|puts)\s*\()re"),
               "write through log() of base/log.hpp, or give the text back", [](const File& file) {
                   const auto module = file.module();
                   return !module.empty() && module != "app" && module != "cli" && !file.test() &&
                          file.path.find("/main/") == std::string::npos &&
                          file.path != "src/foxtail/base/log.cpp" &&
                          file.path != "src/foxtail/base/assert.cpp";
               });
}

// ---- coroutines: GCC 12 destroys some temporaries twice when they share an expression with
// co_await -------------

/// The statement that begins in each line with co_await, up to its semicolon.
std::vector<std::pair<int, std::string>> awaiting(const std::vector<SourceLine>& lines) {
    std::vector<std::pair<int, std::string>> found;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].code.find("co_await") == std::string::npos) continue;
        std::string statement;
        for (std::size_t j = i; j < lines.size() && j < i + 20; ++j) {
            statement += lines[j].code + ' ';
            if (lines[j].code.find(';') != std::string::npos) break;
        }
        found.emplace_back(static_cast<int>(i) + 1, statement.substr(0, statement.find(';')));
    }
    return found;
}

/// What GCC 12 would get wrong in the statement, or nothing.
std::string miscompiled(const std::string& statement) {
    static const std::regex binding(R"re(auto\s*&?&?\s*\[[^\]]*\]\s*=\s*co_await)re");
    static const std::regex lambda(R"re([(,=]\s*\[[^\]]+\]\s*[({])re");
    static const std::regex braces(R"re([\w>(,]\s*\{)re");
    if (std::regex_search(statement, binding))
        return "a structured binding on co_await: name the result first, then take it apart";
    const auto at = statement.find("co_await");
    const auto after = at == std::string::npos ? statement : statement.substr(at);
    if (std::regex_search(after, lambda))
        return "a capturing lambda in an expression with co_await: name it first, then move it in";
    if (std::regex_search(after, braces))
        return "a braced temporary in an expression with co_await: name it first, then move it in";
    return {};
}

TEST(Shapes, no_coroutine_has_a_shape_that_gcc_12_miscompiles) {
    const std::regex coroutine_lambda(
        R"re(\[[^\]]+\]\s*\([^)]*\)\s*(mutable\s*)?->\s*[\w:]*awaitable)re");
    std::vector<Finding> findings;
    for (const File& file : files()) {
        if (!file.cpp() || file.path.starts_with("tests/tidy/")) continue;
        for (const auto& [line, statement] : awaiting(file.source())) {
            if (auto what = miscompiled(statement); !what.empty())
                findings.push_back({file.path, line, std::move(what)});
        }
        int number = 0;
        for (const SourceLine& line : file.source()) {
            ++number;
            if (!std::regex_search(line.code, coroutine_lambda)) continue;
            findings.push_back(
                {file.path, number,
                 "a coroutine that is a capturing lambda: make it a function with parameters"});
        }
    }
    tell(findings);
}

TEST(Shapes, knows_the_shapes_that_gcc_12_miscompiles) {
    const auto found = [](const char* code) {
        const auto statements = awaiting(lex(code));
        return std::any_of(statements.begin(), statements.end(),
                           [](const auto& one) { return !miscompiled(one.second).empty(); });
    };
    EXPECT_TRUE(found("co_await send(Frame{text});"));
    EXPECT_TRUE(found("co_await send({text, 1});"));
    EXPECT_TRUE(found("co_await run([this] { go(); });"));
    EXPECT_TRUE(found("auto [a, b] = co_await both();"));
    EXPECT_TRUE(found("auto x = co_await send(\n    Frame{text});"));
    EXPECT_FALSE(found("Frame frame{text};\nauto x = co_await send(std::move(frame));"));
    EXPECT_FALSE(found("// co_await send({text});"));
    EXPECT_FALSE(found("const char* text = \"co_await send({text})\";"));
}

}  // namespace
}  // namespace foxtail::tidy
