#include "foxtail/cli/completion.hpp"

#include "foxtail/cli/text.hpp"

#include <algorithm>
#include <functional>

#include <CLI/CLI.hpp>

namespace foxtail::cli {
namespace {

bool is_path(const CLI::Option& option) {
    static constexpr std::array<std::string_view, 7> names{"config",     "data",  "file", "out",
                                                           "token-file", "files", "FROM"};
    const auto type = option.get_type_name();
    if (type.find("FILE") != std::string::npos || type.find("DIR") != std::string::npos)
        return true;
    const auto known = [](const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    const auto& long_names = option.get_lnames();
    return std::any_of(long_names.begin(), long_names.end(), known);
}

/// CLI11 tells a closed list only in the type's name: "TEXT:{json,text}".
std::vector<std::string> choices_of(const CLI::Option& option) {
    const auto type = option.get_type_name();
    const auto open = type.find('{');
    const auto close = type.find('}', open == std::string::npos ? 0 : open);
    std::vector<std::string> out;
    if (open == std::string::npos || close == std::string::npos) return out;
    std::string one;
    for (const char c : type.substr(open + 1, close - open - 1) + ",") {
        if (c != ',') {
            one += c;
        } else if (!one.empty()) {
            out.push_back(std::exchange(one, {}));
        }
    }
    return out;
}

CompletionOption option_of(const CLI::Option& option) {
    CompletionOption out;
    for (const auto& name : option.get_snames()) out.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) out.names.push_back("--" + name);
    out.description = option.get_description();
    out.takes_value = option.get_items_expected_max() > 0;
    out.path = is_path(option);
    out.choices = choices_of(option);
    return out;
}

CompletionCommand command_of(const CLI::App& app, std::vector<std::string> path) {
    CompletionCommand out;
    out.path = std::move(path);
    out.description = app.get_description();
    for (const CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
        if (!option->nonpositional()) {
            out.takes_path = out.takes_path || is_path(*option);
            if (out.choices.empty()) out.choices = choices_of(*option);
        } else if (!option->get_group().empty()) {
            out.options.push_back(option_of(*option));
        }
    }
    if (app.get_fallthrough() && app.get_parent() != nullptr) {
        for (const CLI::Option* option : app.get_parent()->get_options(
                 [](const CLI::Option* o) { return o->nonpositional(); })) {
            auto handed_on = option_of(*option);
            const bool known = std::any_of(
                out.options.begin(), out.options.end(),
                [&](const auto& o) { return o.names.back() == handed_on.names.back(); });
            if (!known) out.options.push_back(std::move(handed_on));
        }
    }
    for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (child->get_group().empty() || child->get_name().empty()) continue;
        auto below = out.path;
        below.push_back(child->get_name());
        out.commands.push_back(command_of(*child, std::move(below)));
    }
    return out;
}

void each(const CompletionCommand& command,
          const std::function<void(const CompletionCommand&)>& visit) {
    visit(command);
    for (const auto& child : command.commands) each(child, visit);
}

/// In single quotes, for all three shells.
std::string shell_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string first_line(std::string_view text) {
    return std::string(text.substr(0, text.find('\n')));
}

std::string words_of(const CompletionCommand& command) {
    std::vector<std::string> words;
    for (const auto& child : command.commands) words.push_back(child.path.back());
    for (const auto& choice : command.choices) words.push_back(choice);
    for (const auto& option : command.options) {
        for (const auto& name : option.names) words.push_back(name);
    }
    return joined(words, " ");
}

// ---- bash
// -----------------------------------------------------------------------------------------

std::string bash_script(const CompletionCommand& tree, const std::string& program) {
    std::string commands;
    std::string words;
    std::string values;
    each(tree, [&](const CompletionCommand& command) {
        const auto key = joined(command.path, " ");
        for (const auto& child : command.commands) {
            commands +=
                "            " + shell_quoted(joined(child.path, " ")) + ") at=\"$next\" ;;\n";
        }
        words += "        " + shell_quoted(key) + ") words=" + shell_quoted(words_of(command)) +
                 (command.takes_path ? "; files=1" : "") + " ;;\n";
        for (const auto& option : command.options) {
            if (!option.takes_value) continue;
            std::vector<std::string> cases;
            for (const auto& name : option.names) cases.push_back(shell_quoted(key + "|" + name));
            values += "        " + joined(cases, "|") + ") ";
            if (option.path) {
                values +=
                    "COMPREPLY=($(compgen -f -- \"$cur\")); compopt -o filenames; return ;;\n";
            } else if (!option.choices.empty()) {
                values += "COMPREPLY=($(compgen -W " + shell_quoted(joined(option.choices, " ")) +
                          " -- \"$cur\")); return ;;\n";
            } else {
                values += "return ;;\n";
            }
        }
    });
    return "# bash completion of " + program + "; made by: " + program + " completion bash\n_" +
           program +
           "() {\n"
           "    local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
           "    local at='' next word words='' files='' i\n"
           "    COMPREPLY=()\n"
           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "        word=\"${COMP_WORDS[i]}\"\n"
           "        next=\"${at:+$at }$word\"\n"
           "        case \"$next\" in\n" +
           commands +
           "        esac\n"
           "    done\n"
           "    case \"$at|$prev\" in\n" +
           values +
           "    esac\n"
           "    case \"$at\" in\n" +
           words +
           "    esac\n"
           "    if [[ -n $files && $cur != -* ]]; then\n"
           "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
           "        compopt -o filenames\n"
           "        return\n"
           "    fi\n"
           "    [[ $cur == -* ]] || words=\" $words \" words=\"${words// -*/}\"\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
           "}\ncomplete -F _" +
           program + " " + program + "\n";
}

// ---- zsh
// ------------------------------------------------------------------------------------------

/// For a spec of _describe: the colon ends the word.
std::string described(const std::string& word, std::string_view description) {
    std::string safe;
    for (const char c : word) safe += c == ':' ? std::string("\\:") : std::string(1, c);
    return shell_quoted(safe + ":" + first_line(description));
}

std::string zsh_script(const CompletionCommand& tree, const std::string& program) {
    std::string commands;
    std::string cases;
    std::string values;
    each(tree, [&](const CompletionCommand& command) {
        const auto key = joined(command.path, " ");
        std::string below;
        std::string options;
        for (const auto& child : command.commands) {
            commands +=
                "            " + shell_quoted(joined(child.path, " ")) + ") at=\"$next\" ;;\n";
            below += " " + described(child.path.back(), child.description);
        }
        for (const auto& choice : command.choices) below += " " + described(choice, "");
        for (const auto& option : command.options) {
            std::vector<std::string> patterns;
            for (const auto& name : option.names) {
                options += " " + described(name, option.description);
                patterns.push_back(shell_quoted(key + "|" + name));
            }
            if (!option.takes_value) continue;
            values += "        " + joined(patterns, "|") + ") ";
            values += option.path ? "_files; return ;;\n"
                      : option.choices.empty()
                          ? "_message value; return ;;\n"
                          : "compadd -- " + joined(option.choices, " ") + "; return ;;\n";
        }
        cases += "        " + shell_quoted(key) + ") below=(" + below + "); options=(" + options +
                 ")" + (command.takes_path ? "; files=1" : "") + " ;;\n";
    });
    return "#compdef " + program + "\n# zsh completion; made by: " + program +
           " completion zsh\n_" + program +
           "() {\n"
           "    local at='' next word files='' i\n"
           "    local -a below options\n"
           "    for ((i = 2; i < CURRENT; i++)); do\n"
           "        word=\"${words[i]}\"\n"
           "        next=\"${at:+$at }$word\"\n"
           "        case \"$next\" in\n" +
           commands +
           "        esac\n"
           "    done\n"
           "    case \"$at|${words[CURRENT-1]}\" in\n" +
           values +
           "    esac\n"
           "    case \"$at\" in\n" +
           cases +
           "    esac\n"
           "    [[ -n $files ]] && _files\n"
           "    (( $#below )) && _describe command below\n"
           "    [[ $PREFIX == -* ]] && _describe option options\n"
           "}\nif [ \"$funcstack[1]\" = \"_" +
           program + "\" ]; then _" + program + "; else compdef _" + program + " " + program +
           "; fi\n";
}

// ---- fish
// -----------------------------------------------------------------------------------------

std::string fish_script(const CompletionCommand& tree, const std::string& program) {
    std::string out = "# fish completion; made by: " + program + " completion fish\ncomplete -c " +
                      program + " -f\n";
    out +=
        "function __fish_" + program +
        "_at\n"
        "    set -l words (commandline -opc)\n"
        "    set -l plain (string match -v -- '-*' $words[2..-1])\n"
        "    set -l want (string split -n ' ' -- $argv[1])\n"
        "    test (count $want) -eq 0; and test (count $plain) -eq 0; and return 0\n"
        "    test (count $want) -gt 0; and test \"$plain[1..\"(count $want)\"]\" = \"$argv[1]\"\n"
        "end\n";
    each(tree, [&](const CompletionCommand& command) {
        const auto when =
            "complete -c " + program + " -n " +
            shell_quoted("__fish_" + program + "_at '" + joined(command.path, " ") + "'");
        for (const auto& child : command.commands) {
            out += when + " -a " + shell_quoted(child.path.back()) + " -d " +
                   shell_quoted(first_line(child.description)) + "\n";
        }
        if (!command.choices.empty())
            out += when + " -a " + shell_quoted(joined(command.choices, " ")) + "\n";
        if (command.takes_path) out += when + " -F\n";
        for (const auto& option : command.options) {
            out += when;
            for (const auto& name : option.names) {
                out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            }
            if (option.takes_value) out += option.path ? " -r -F" : " -x";
            if (!option.choices.empty()) out += " -a " + shell_quoted(joined(option.choices, " "));
            out += " -d " + shell_quoted(first_line(option.description)) + "\n";
        }
    });
    return out;
}

}  // namespace

CompletionCommand completion_tree(const CLI::App& app) {
    return command_of(app, {});
}

std::string completion_script(const CompletionCommand& tree, std::string_view program,
                              std::string_view shell) {
    if (shell == "bash") return bash_script(tree, std::string(program));
    if (shell == "zsh") return zsh_script(tree, std::string(program));
    if (shell == "fish") return fish_script(tree, std::string(program));
    return {};
}

}  // namespace foxtail::cli
