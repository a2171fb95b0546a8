#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace foxtail::cli {

struct CompletionOption {
    std::vector<std::string> names;  // "--json", "-d"
    std::string description;
    bool takes_value = false;
    bool path = false;                 // the value is a file or folder
    std::vector<std::string> choices;  // of the value, when the list is closed
};

/// One command with what may stand behind it.
struct CompletionCommand {
    std::vector<std::string> path;  // {} for the program, {"journal", "list"}
    std::string description;
    std::vector<CompletionOption> options;  // those of its parents that it hands on too
    std::vector<CompletionCommand> commands;
    std::vector<std::string> choices;  // of its first positional, when the list is closed
    bool takes_path = false;           // a positional is a file or folder
};

/// The tree of commands as CLI11 knows it. Groupless (hidden) commands are left out.
[[nodiscard]] CompletionCommand completion_tree(const CLI::App& app);

/// A script for "bash", "zsh" or "fish" that completes `program`; empty for any other shell.
[[nodiscard]] std::string completion_script(const CompletionCommand& tree, std::string_view program,
                                            std::string_view shell);

}  // namespace foxtail::cli
