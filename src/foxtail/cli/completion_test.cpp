#include "foxtail/cli/completion.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Program {
    Program() {
        app.add_flag("--json", json, "As JSON, it's \"nice\"");
        auto* journal = app.add_subcommand("journal", "The journal");
        journal->add_option("--data", text, "Folder");
        auto* list = journal->add_subcommand("list", "Lists: records");
        list->add_option("--kind", text, "Kind")->check(CLI::IsMember({"command", "event"}));
        list->fallthrough();
        auto* verify = journal->add_subcommand("verify", "Checks");
        verify->add_option("FILE", text, "A file")->type_name("FILE");
        app.add_subcommand("hidden", "Not shown")->group("");
    }
    CLI::App app{"A program"};
    bool json = false;
    std::string text;
};

/// What the script offers for a command line, asked from a real bash.
std::vector<std::string> offered(const std::string& script, const std::vector<std::string>& words) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("completion_test_" + std::to_string(::getpid()) + ".sh");
    std::string line = "source " + path.string() + "; COMP_WORDS=(";
    for (const auto& word : words) line += "'" + word + "' ";
    line += "); COMP_CWORD=" + std::to_string(words.size() - 1) +
            "; _fox; printf '%s\\n' \"${COMPREPLY[@]}\"";
    std::ofstream(path) << script;
    std::vector<std::string> out;
    const std::string command = "bash --norc -c \"" + [&] {
        std::string escaped;
        for (const char c : line)
            escaped +=
                c == '"' || c == '$' || c == '\\' ? std::string("\\") + c : std::string(1, c);
        return escaped;
    }() + "\" 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return {"no shell"};
    char buffer[512];
    while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) {
        std::string one(buffer);
        while (!one.empty() && one.back() == '\n') one.pop_back();
        if (!one.empty()) out.push_back(one);
    }
    ::pclose(pipe);
    std::filesystem::remove(path);
    return out;
}

TEST(Completion, TheTreeIsTheProgramsOwn) {
    Program program;
    const auto tree = completion_tree(program.app);
    ASSERT_EQ(tree.commands.size(), 1U);  // the hidden one is not told
    const auto& journal = tree.commands[0];
    EXPECT_THAT(journal.path, ElementsAre("journal"));
    ASSERT_EQ(journal.commands.size(), 2U);
    const auto& list = journal.commands[0];
    EXPECT_THAT(list.path, ElementsAre("journal", "list"));
    bool kind = false;
    bool handed_on = false;
    for (const auto& option : list.options) {
        if (option.names.back() == "--kind") {
            kind = true;
            EXPECT_THAT(option.choices, ElementsAre("command", "event"));
            EXPECT_TRUE(option.takes_value);
        }
        if (option.names.back() == "--data") {
            handed_on = true;
            EXPECT_TRUE(option.path);
        }
    }
    EXPECT_TRUE(kind);
    EXPECT_TRUE(handed_on);
    EXPECT_TRUE(journal.commands[1].takes_path);
}

TEST(Completion, BashOffersCommandsOptionsAndTheirValues) {
    Program program;
    const auto script = completion_script(completion_tree(program.app), "fox", "bash");
    EXPECT_THAT(offered(script, {"fox", "jo"}), ElementsAre("journal"));
    EXPECT_THAT(offered(script, {"fox", "journal", ""}), ElementsAre("list", "verify"));
    EXPECT_THAT(offered(script, {"fox", "journal", "list", "--ki"}), ElementsAre("--kind"));
    EXPECT_THAT(offered(script, {"fox", "journal", "list", "--kind", "c"}), ElementsAre("command"));
    EXPECT_THAT(offered(script, {"fox", "hid"}), IsEmpty());
}

TEST(Completion, OtherShellsHaveAllCommandsToo) {
    Program program;
    const auto tree = completion_tree(program.app);
    EXPECT_THAT(
        completion_script(tree, "fox", "zsh"),
        AllOf(HasSubstr("#compdef fox"), HasSubstr("'journal list'"),
              HasSubstr("'list:Lists: records'"), HasSubstr("it'\\''s"), Not(HasSubstr("hidden"))));
    EXPECT_THAT(completion_script(tree, "fox", "fish"),
                AllOf(HasSubstr("-a 'journal'"), HasSubstr("-l kind -x"),
                      HasSubstr("command event"), Not(HasSubstr("hidden"))));
    EXPECT_EQ(completion_script(tree, "fox", "tcsh"), "");
}

}  // namespace
}  // namespace foxtail::cli
