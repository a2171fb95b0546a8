#include "foxtail/cli/commands.hpp"

#include "foxtail/cli/command.hpp"
#include "foxtail/cli/completion.hpp"

#include <ostream>

#include <CLI/CLI.hpp>

namespace foxtail::cli {

CLI::App* Setting::command(CLI::App& parent, const std::string& name,
                           const std::string& description, const std::string& examples) const {
    auto* command = parent.add_subcommand(name, description);
    if (!examples.empty()) command->footer("Examples:\n" + examples);
    return command;
}

std::shared_ptr<ConnectionOptions> Setting::connection(CLI::App& command) const {
    auto to = std::make_shared<ConnectionOptions>();
    command
        .add_option("--url", to->url,
                    "Where the hub answers (FOXTAIL_URL; else http://127.0.0.1:8420)")
        ->group("Connection");
    command
        .add_option("--token-file", to->token_file,
                    "File with the token to ask with (or FOXTAIL_TOKEN)")
        ->group("Connection");
    command
        .add_option("--ca", to->ca,
                    "Over https: the certificate to trust, as 'foxtail ca' prints it (FOXTAIL_CA)")
        ->type_name("FILE")
        ->group("Connection");
    command
        .add_option("-d,--data", to->data,
                    "The household's folder, for its owner.token (FOXTAIL_DATA; else data)")
        ->group("Connection");
    return to;
}

std::shared_ptr<std::string> Setting::data(CLI::App& command) const {
    auto folder = std::make_shared<std::string>();
    command.add_option("-d,--data", *folder, "The household's folder (FOXTAIL_DATA; else data)");
    return folder;
}

void Setting::conclude(const Result<void>& outcome) const {
    if (outcome) {
        terminal.out.flush();
        // A reader that has seen enough is no failure; a full disk is.
        status = terminal.out.good() || output_is_closed() ? done : failed;
        if (status == failed) terminal.err << "foxtail: the output could not be written\n";
        return;
    }
    const Error& error = outcome.error();
    if (!error.message.empty()) terminal.err << "foxtail: " << error.message << "\n";
    status = error.code == Code::invalid_input ? misused : failed;
}

void Setting::with_hub(const ConnectionOptions& connection,
                       const std::function<Result<void>(HubClient&)>& work) const {
    auto found = find_hub(connection, terminal);
    if (!found) return conclude(fail(found.error()));
    HubClient hub(std::move(*found));
    conclude(work(hub));
}

Result<void> Setting::print_answer(HubClient& hub, const std::string& target) const {
    const auto answer = hub.ask("GET", target);
    if (!answer) return fail(answer.error());
    terminal.line(answer->body);
    return {};
}

void add_completion_command(const Setting& setting) {
    auto shell = std::make_shared<std::string>();
    auto* command = setting.command(
        setting.app, "completion", "Prints a script that completes commands in your shell",
        "  source <(foxtail completion bash)\n"
        "  foxtail completion zsh > ~/.zfunc/_foxtail\n"
        "  foxtail completion fish > ~/.config/fish/completions/foxtail.fish");
    command->add_option("shell", *shell, "The shell")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->callback([setting, shell] {
        setting.terminal.out << completion_script(completion_tree(setting.app), "foxtail", *shell);
        setting.conclude({});
    });
}

}  // namespace foxtail::cli

namespace foxtail {

void add_client_commands(CLI::App& app, int& status, const cli::Terminal& terminal) {
    const cli::Setting setting{app, status, terminal};
    cli::add_thing_commands(setting);
    cli::add_cars_command(setting);
    cli::add_wish_commands(setting);
    cli::add_watch_command(setting);
    cli::add_history_command(setting);
    cli::add_journal_commands(setting);
    cli::add_affair_commands(setting);
    cli::add_grant_commands(setting);
    cli::add_desk_commands(setting);
    cli::add_people_commands(setting);
    cli::add_charge_commands(setting);
    cli::add_charger_commands(setting);
    cli::add_plan_commands(setting);
    cli::add_file_commands(setting);
    add_ca_command(setting);
    add_witness_command(setting);
    cli::add_completion_command(setting);
}

void add_client_commands(CLI::App& app, int& status) {
    static const cli::Terminal terminal = cli::standard_terminal();
    add_client_commands(app, status, terminal);
}

}  // namespace foxtail
