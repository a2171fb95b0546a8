#include <filesystem>
#include <regex>
#include <set>

#include "tree.hpp"
#include <gtest/gtest.h>

namespace foxtail::tidy {
namespace {

TEST(Words, nothing_is_left_for_later) {
    const std::regex later(R"re(\b(TODO|FIXME|XXX|HACK|WIP)\b)re");
    std::vector<Finding> findings;
    for (const File& file : files()) {
        const bool web = file.path.starts_with("web/src/");
        if (!file.cpp() && !web) continue;
        int number = 0;
        for (const SourceLine& line : file.source()) {
            ++number;
            for (const auto* part : {&line.code, &line.comment}) {
                std::smatch match;
                if (!std::regex_search(*part, match, later)) continue;
                findings.push_back({file.path, number,
                                    "'" + match[1].str() +
                                        "': do it now, or open an issue and leave the word out"});
            }
        }
    }
    tell(findings);
}

TEST(Words, no_type_is_called_by_a_word_that_says_nothing) {
    const std::regex empty(
        R"re(\b(class|struct|enum|union|using|concept)\s+(class\s+)?(Manager|Handler|Helper|Helpers|Util|Utils|Utility|Data|Info)\b)re");
    std::vector<Finding> findings;
    for (const File& file : files()) {
        if (!file.cpp()) continue;
        int number = 0;
        for (const SourceLine& line : file.source()) {
            ++number;
            std::smatch match;
            if (!std::regex_search(line.code, match, empty)) continue;
            findings.push_back(
                {file.path, number,
                 "'" + match[3].str() + "' says nothing: name it after what it is or does"});
        }
    }
    tell(findings);
}

TEST(Words, no_folder_is_a_drawer_for_odds_and_ends) {
    const std::set<std::string> drawers = {"util",    "utils", "common", "helper",
                                           "helpers", "misc",  "shared", "lib"};
    std::set<std::string> seen;
    std::vector<Finding> findings;
    for (const File& file : files()) {
        if (!file.path.starts_with("src/") && !file.path.starts_with("tests/") &&
            !file.path.starts_with("web/src/"))
            continue;
        for (const auto& part : std::filesystem::path(file.path).parent_path()) {
            if (!drawers.contains(part.string()) || !seen.insert(part.string()).second) continue;
            findings.push_back({file.path, 0,
                                "a folder '" + part.string() +
                                    "' has no subject: put the file where its subject is; "
                                    "what a third module needs goes to base/"});
        }
    }
    tell(findings);
}

}  // namespace
}  // namespace foxtail::tidy
