#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <regex>

#include "tree.hpp"
#include <gtest/gtest.h>

namespace foxtail::tidy {
namespace {

TEST(Places, no_file_names_a_place_on_one_machine) {
    const std::regex place(R"re((^|[\s"'=(`:,])/(work|root|home)/[A-Za-z0-9_.]+)re");
    std::vector<Finding> findings;
    for (const File& file : files()) {
        if (file.path.starts_with("tests/tidy/")) continue;
        int number = 0;
        for (const auto line : file.lines()) {
            ++number;
            if (line.size() > 5000 || !std::regex_search(line.begin(), line.end(), place)) continue;
            findings.push_back({file.path, number,
                                "an absolute path of one machine: write it from the repository's "
                                "root, or ask for it"});
        }
    }
    tell(findings);
}

TEST(Places, no_file_names_a_package_registry) {
    const std::array<std::string, 7> hosts = {
        "registry.npmjs.org", "registry.yarnpkg.com", "pypi.org",       "static.crates.io",
        "index.crates.io",    "proxy.golang.org",     "index.docker.io"};
    std::vector<Finding> findings;
    for (const File& file : files()) {
        if (file.path.starts_with("tests/tidy/")) continue;
        int number = 0;
        for (const auto line : file.lines()) {
            ++number;
            const bool found = std::any_of(hosts.begin(), hosts.end(), [&](const auto& host) {
                return line.find(host) != std::string_view::npos;
            });
            if (!found) continue;
            findings.push_back({file.path, number,
                                "which registry packages come from is for each machine to say, not "
                                "for the repository "
                                "(npm: omit-lockfile-registry-resolved=true)"});
        }
    }
    tell(findings);
}

TEST(Places, decisions_are_numbered_once_and_named_after_what_was_decided) {
    const std::regex shape(R"re(^docs/decisions/([0-9]{4})-[a-z0-9-]+\.md$)re");
    std::map<std::string, std::string> by_number;
    for (const File& file : files()) {
        if (!file.path.starts_with("docs/decisions/") || file.path == "docs/decisions/README.md")
            continue;
        std::smatch match;
        if (!std::regex_match(file.path, match, shape)) {
            ADD_FAILURE() << file.path << ": call a decision's file 0007-what-was-decided.md";
            continue;
        }
        const auto [known, fresh] = by_number.emplace(match[1], file.path);
        EXPECT_TRUE(fresh) << file.path << " has the number of " << known->second
                           << ": give it the next free one";
        EXPECT_TRUE(file.text.starts_with("# "))
            << file.path << ": begin with its title, as '# ...'";
    }
}

/// What a command says, and whether it ended well.
std::pair<std::string, bool> run(const std::string& command) {
    FILE* out = popen((command + " 2>&1").c_str(), "r");
    if (out == nullptr) return {"cannot be run", false};
    std::string all;
    std::array<char, 4096> buffer;
    for (auto n = std::fread(buffer.data(), 1, buffer.size(), out); n > 0;
         n = std::fread(buffer.data(), 1, buffer.size(), out)) {
        all.append(buffer.data(), n);
    }
    return {all, pclose(out) == 0};
}

TEST(Format, every_cpp_file_is_as_clang_format_14_writes_it) {
    if (!run("clang-format-14 --version").second)
        GTEST_SKIP() << "clang-format-14 is not installed, so formats are not looked at";
    std::string command;
    std::string told;
    std::size_t count = 0;
    const auto look = [&] {
        if (count > 0)
            told += run(std::string("cd '") + FOX_ROOT +
                        "' && clang-format-14 --dry-run -ferror-limit=1" + command)
                        .first;
        command.clear();
        count = 0;
    };
    for (const File& file : files()) {
        if (!file.cpp() || (!file.path.starts_with("src/") && !file.path.starts_with("tests/")))
            continue;
        command += " '" + file.path + "'";
        if (++count == 100) look();
    }
    look();
    const std::regex place(
        R"re(([\w/.-]+\.[ch]pp):(\d+):\d+: warning: code should be clang-formatted)re");
    std::map<std::string, int> findings;
    for (auto at = std::sregex_iterator(told.begin(), told.end(), place);
         at != std::sregex_iterator(); ++at) {
        findings.emplace((*at)[1], std::stoi((*at)[2]));
    }
    for (const auto& [path, line] : findings) {
        ADD_FAILURE_AT(path.c_str(), line) << "run 'clang-format-14 -i " << path << "'";
    }
}

}  // namespace
}  // namespace foxtail::tidy
