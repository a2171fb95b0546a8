#include <map>
#include <optional>
#include <regex>
#include <set>

#include "tree.hpp"
#include <gtest/gtest.h>

namespace foxtail::tidy {
namespace {

struct Module {
    int layer;
    std::set<std::string> may_include;
};

// Which module may include which; README.md shows the same table with what each is for. A new line
// or a new name in one is a decision about the architecture: write the record in docs/decisions/
// with it.
const std::map<std::string, Module>& modules() {
    static const std::map<std::string, Module> all = {
        {"base", {0, {}}},
        {"model", {1, {"base"}}},
        {"confine", {1, {"base"}}},
        {"runtime", {1, {"base"}}},
        {"journal", {2, {"base", "model"}}},
        {"twin", {2, {"base", "model", "journal"}}},
        {"grants", {2, {"base", "model", "journal"}}},
        {"rules", {3, {"base", "model", "journal", "twin"}}},
        {"cars", {3, {"base", "model", "twin"}}},
        {"planner", {3, {"base"}}},
        {"solver", {4, {"base", "planner", "runtime"}}},
        {"forecast", {3, {"base", "planner"}}},
        {"planning", {3, {"base", "model", "planner", "forecast"}}},
        {"charging", {3, {"base", "model", "journal", "twin"}}},
        {"json", {3, {"base", "model", "journal", "grants"}}},
        {"verify", {3, {"base", "model", "journal"}}},
        {"hub", {4, {"base", "model", "journal", "twin", "grants", "rules", "planner"}}},
        {"store",
         {5, {"base", "model", "journal", "twin", "grants", "json", "hub", "runtime", "verify"}}},
        {"connectors",
         {5,
          {"base", "model", "journal", "grants", "cars", "json", "runtime", "planner",
           "forecast"}}},
        {"config",
         {5,
          {"base", "model", "rules", "cars", "charging", "json", "grants", "planner", "forecast"}}},
        {"sim", {5, {"base", "model"}}},
        {"simulation", {5, {"base", "planner", "forecast", "solver"}}},
        {"api",
         {5,
          {"base", "model", "journal", "twin", "grants", "rules", "planner", "json", "hub",
           "runtime"}}},
        {"cli",
         {6,
          {"base", "model", "journal", "grants", "json", "runtime", "hub", "store", "config",
           "planner", "solver", "simulation"}}},
        {"app", {6, {"base",     "model",   "journal",  "twin",     "grants",     "rules",
                     "cars",     "planner", "forecast", "planning", "simulation", "solver",
                     "charging", "json",    "hub",      "runtime",  "store",      "connectors",
                     "config",   "api",     "cli",      "sim",      "confine"}}}};
    return all;
}

/// What the deterministic core is made of: no input or output, no clock, no chance, no threads.
const std::set<std::string> core = {"base", "model",   "journal",  "twin",     "grants",   "rules",
                                    "cars", "planner", "forecast", "planning", "charging", "hub"};

std::string first_part(const std::string& module) {
    return module.substr(0, module.find('/'));
}

TEST(Layers, every_module_is_in_the_table) {
    std::vector<Finding> findings;
    std::set<std::string> told;
    for (const File& file : files()) {
        const auto module = first_part(file.module());
        if (module.empty() || modules().contains(module) || !told.insert(module).second) continue;
        findings.push_back(
            {file.path, 0,
             "module '" + module +
                 "' is in no layer: add it to the table in tests/tidy/layers_test.cpp and in "
                 "README.md, or put the file into a module that exists"});
    }
    tell(findings);
}

TEST(Layers, the_table_itself_points_downwards_or_sideways_without_a_circle) {
    for (const auto& [name, module] : modules()) {
        for (const auto& below : module.may_include) {
            ASSERT_TRUE(modules().contains(below))
                << name << " may include " << below << ", which is no module";
            EXPECT_LE(modules().at(below).layer, module.layer)
                << name << " may include " << below << ", which stands above it";
            EXPECT_FALSE(modules().at(below).may_include.contains(name))
                << name << " and " << below << " may include each other";
        }
    }
}

TEST(Layers, every_include_follows_the_layers) {
    const std::regex include(R"re(^\s*#\s*include\s+"foxtail/([a-z]+)/(?:([a-z_]+)/)?)re");
    std::vector<Finding> findings;
    for (const File& file : files()) {
        const auto module = file.module();
        if (!file.cpp() || !modules().contains(first_part(module))) continue;
        int number = 0;
        for (const auto line : file.lines()) {
            ++number;
            std::match_results<std::string_view::const_iterator> match;
            if (!std::regex_search(line.begin(), line.end(), match, include)) continue;
            const std::string other = match[1];
            if (other == "connectors" && module.starts_with("connectors/") &&
                "connectors/" + match[2].str() != module) {
                findings.push_back(
                    {file.path, number,
                     "connectors do not know each other: move what both need to a module below"});
            }
            if (other == first_part(module) ||
                modules().at(first_part(module)).may_include.contains(other))
                continue;
            findings.push_back({file.path, number,
                                module + " must not know " + other +
                                    ": move the code down, or pass in what is needed"});
        }
    }
    tell(findings);
}

TEST(Layers, the_core_includes_nothing_that_waits_asks_or_allocates_a_city) {
    const std::regex banned(
        R"re(^\s*#\s*include\s+<(boost/.*|sqlite3\.h|nlohmann/.*|yaml-cpp/.*|thread|mutex|shared_mutex|condition_variable|future|iostream|regex|chrono|random)>)re");
    std::vector<Finding> findings;
    for (const File& file : files()) {
        if (!file.cpp() || file.test() || file.path.ends_with("_testing.hpp") ||
            !core.contains(file.module()))
            continue;
        // The log is the one place of the core's ground that writes, and may do so from any thread.
        if (file.path == "src/foxtail/base/log.cpp") continue;
        int number = 0;
        for (const auto line : file.lines()) {
            ++number;
            std::match_results<std::string_view::const_iterator> match;
            if (!std::regex_search(line.begin(), line.end(), match, banned)) continue;
            findings.push_back(
                {file.path, number,
                 "<" + match[1].str() +
                     "> has no place in the core: do it at an edge (runtime, store, connectors, "
                     "api) and pass the result in"});
        }
    }
    tell(findings);
}

TEST(Layers, only_runtime_and_the_edges_know_asio) {
    const std::regex asio(R"re(^\s*#\s*include\s+<boost/(asio|beast))re");
    const std::set<std::string> may = {"runtime", "connectors", "solver", "api",
                                       "app",     "cli",        "sim"};
    std::vector<Finding> findings;
    for (const File& file : files()) {
        if (!file.cpp() || file.module().empty() || may.contains(first_part(file.module())))
            continue;
        int number = 0;
        for (const auto line : file.lines()) {
            ++number;
            if (!std::regex_search(line.begin(), line.end(), asio)) continue;
            findings.push_back(
                {file.path, number, "sockets and timers belong to runtime: use its interface"});
        }
    }
    tell(findings);
}

// Rows look like "| `base` | 0 | ... |"; `store/sqlite` and `connectors/mqtt` count for their
// folder.
TEST(Layers, readmes_table_of_modules_equals_the_tree) {
    const File* readme = find("README.md");
    if (readme == nullptr) GTEST_SKIP() << "README.md does not exist yet";
    const std::regex row(R"re(^\|\s*`([a-z/]+)`\s*\|\s*([0-9])\s*\|)re");
    std::map<std::string, int> shown;
    for (const auto line : readme->lines()) {
        std::match_results<std::string_view::const_iterator> match;
        if (std::regex_search(line.begin(), line.end(), match, row)) {
            std::string name = first_part(match[1]);
            shown[name] = std::stoi(match[2]);
        }
    }
    if (shown.empty()) GTEST_SKIP() << "README.md has no table of modules yet";
    std::set<std::string> tree;
    for (const File& file : files()) {
        if (file.cpp() && !file.module().empty()) tree.insert(first_part(file.module()));
    }
    for (const auto& name : tree) {
        ASSERT_TRUE(modules().contains(name));
        EXPECT_TRUE(shown.contains(name))
            << "README.md: add a row for `" << name << "` to the table of modules";
        if (shown.contains(name)) {
            EXPECT_EQ(shown.at(name), modules().at(name).layer)
                << "README.md: `" << name << "` stands in another layer";
        }
    }
    for (const auto& [name, layer] : shown) {
        EXPECT_TRUE(tree.contains(name))
            << "README.md: there is no module `" << name << "` (any more): take the row out";
    }
}

}  // namespace
}  // namespace foxtail::tidy
