#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::tidy {

/// One line of a C++ file, told apart: what the compiler reads (with texts emptied) and what people
/// read.
struct SourceLine {
    std::string code;
    std::string comment;
    std::string whole;
};

struct File {
    std::string path;  // from the root of the repository
    std::string text;

    [[nodiscard]] bool cpp() const { return path.ends_with(".cpp") || path.ends_with(".hpp"); }
    [[nodiscard]] bool test() const;
    /// "rules" for src/foxtail/rules/..., "connectors/mqtt" for a connector; empty outside of
    /// src/foxtail.
    [[nodiscard]] std::string module() const;
    [[nodiscard]] std::vector<std::string_view> lines() const;
    /// The lines of a C++ (or TypeScript) file with comments and texts told apart; read once.
    [[nodiscard]] const std::vector<SourceLine>& source() const;

    mutable std::vector<SourceLine> lexed;
};

/// Every text file of the repository that git knows or would take; without git, every file in the
/// source folders.
[[nodiscard]] const std::vector<File>& files();
[[nodiscard]] const File* find(std::string_view path);

/// The lines of C++ text with comments and texts told apart.
[[nodiscard]] std::vector<SourceLine> lex(std::string_view text);

/// Where a finding is and what to do, for a test's message.
struct Finding {
    std::string path;
    int line = 0;  // 0 = the whole file
    std::string what;
};
/// Fails the present test once for each, at its place.
void tell(const std::vector<Finding>& findings);

}  // namespace foxtail::tidy
