// foxtail: the hub and its command line. See foxtail --help.
#include "foxtail/app/demo.hpp"
#include "foxtail/app/load.hpp"
#include "foxtail/app/program.hpp"
#include "foxtail/app/signals_file.hpp"
#include "foxtail/base/log.hpp"
#include "foxtail/cli/commands.hpp"
#include "foxtail/confine/confinement.hpp"
#include "foxtail/json/thing.hpp"
#include "foxtail/runtime/password.hpp"
#include "foxtail/solver/work.hpp"

#include <csignal>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

namespace foxtail {
namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int misused = 2;

struct RunOptions {
    std::string config = "foxtail.yaml";
    std::string data = "data";
    std::string log;
    std::string level;
    bool confined = true;
};

/// Left to itself, glibc learns from the first snapshot it frees to keep megabytes for the next
/// one, hours later: a sixteenth of what a large home needs.
void give_memory_back() {
    constexpr int kept_at_most = 128 * 1024;
    (void)mallopt(M_MMAP_THRESHOLD, kept_at_most);
    (void)mallopt(M_TRIM_THRESHOLD, kept_at_most);
}

/// Before there are threads, and before anybody is let in. Who runs it where that cannot be done is
/// told, and served all the same.
void shut_in(const RunOptions& options) {
    if (!options.confined)
        return log(LogLevel::warning, "not confined", {{"why", "--no-sandbox was said"}});
    if (const auto shut = confine(); !shut)
        return log(LogLevel::warning, "not confined", {{"why", shut.error().message}});
    log(LogLevel::info, "confined",
        {{"system calls left", std::to_string(allowed_calls().size())}});
}

int tell_mistakes(const std::vector<Mistake>& mistakes) {
    for (const auto& mistake : mistakes) std::cerr << format_mistake(mistake) << "\n";
    std::cerr << mistakes.size() << (mistakes.size() == 1 ? " mistake" : " mistakes")
              << "; nothing was started\n";
    return failed;
}

int run(const RunOptions& options) {
    Loaded loaded = load_configuration(options.config);
    if (!loaded.mistakes.empty()) return tell_mistakes(loaded.mistakes);
    Program::Options how{options.config, options.data};
    if (!options.log.empty())
        how.log_format = options.log == "json" ? LogFormat::json : LogFormat::text;
    if (options.level == "debug") how.log_level = LogLevel::debug;
    if (options.level == "info") how.log_level = LogLevel::info;
    if (options.level == "warning") how.log_level = LogLevel::warning;
    if (options.level == "error") how.log_level = LogLevel::error;
    set_log(how.log_level.value_or(loaded.configuration.log_level),
            how.log_format.value_or(loaded.configuration.log_format));
    for (const auto& note : loaded.notes)
        log(LogLevel::warning, "configuration", {{"note", format_mistake(note)}});
    give_memory_back();
    shut_in(options);
    Program program(std::move(how), std::move(loaded));
    if (auto started = program.start(); !started) {
        log(LogLevel::error, "not started", {{"why", started.error().message}});
        return failed;
    }
    // The only time this code is seen: it makes the first owner.
    if (program.signup_link() != program.page_address()) {
        std::cout << "Open this link once to become the owner: " << program.signup_link()
                  << std::endl;
    }
    return program.run();
}

std::string as_json(const Mistake& found, bool is_note) {
    std::string out = "{\"file\":";
    append_json_string(out, found.source.file);
    out += ",\"line\":" + std::to_string(found.source.line) +
           ",\"column\":" + std::to_string(found.source.column) + ",\"message\":";
    append_json_string(out, found.message);
    return out + (is_note ? ",\"note\":true}" : "}");
}

int check(const std::vector<std::string>& files, bool json) {
    std::size_t count = 0;
    std::string out = "[";
    const auto tell = [&](const Mistake& found, bool is_note) {
        if (json)
            out += (out.size() > 1 ? "," : "") + as_json(found, is_note);
        else
            std::cerr << format_mistake(found) << (is_note ? " (a note)" : "") << "\n";
    };
    for (const auto& file : files) {
        const auto loaded = load_configuration(file);
        for (const auto& mistake : loaded.mistakes) tell(mistake, false);
        for (const auto& note : loaded.notes) tell(note, true);
        count += loaded.mistakes.size();
    }
    if (json) std::cout << out << "]\n";
    if (!json && count == 0) std::cout << "no mistakes\n";
    return count == 0 ? done : failed;
}

int password() {
    std::string text;
    if (::isatty(STDIN_FILENO) != 0)
        std::cerr << "Password (shown while you type; better: pipe it in): ";
    if (!std::getline(std::cin, text)) return failed;
    const auto hash = hash_password(text);
    if (!hash) {
        std::cerr << "foxtail: " << hash.error().message << "\n";
        return failed;
    }
    std::cout << *hash << "\n";
    return done;
}

/// What cars can say: imports, and shows what is there.
struct SignalsOptions {
    std::string file;
    std::vector<std::string> overlays;
    std::string data = "data";
    std::string text;
    bool json = false;
};

int import_vss(const SignalsOptions& options) {
    const auto imported = import_signals(options.file, options.overlays, options.data);
    if (!imported) {
        std::cerr << "foxtail: " << imported.error().message << "\n";
        return failed;
    }
    std::cout << *imported << "\n";
    return done;
}

int list_vss(const SignalsOptions& options) {
    const auto signals = load_signals(options.data);
    if (!signals) {
        std::cerr << "foxtail: " << signals.error().message << "\n";
        return failed;
    }
    std::string out = "[";
    for (const auto& one : signals->all()) {
        if (one.path.find(options.text) == std::string::npos) continue;
        const auto property = signals->property(one.path);
        if (!options.json) {
            std::cout << one.path << "  " << cars::name(one.kind) << "  " << name(property->type)
                      << (one.unit.empty() ? "" : "  " + one.unit) << "\n";
            continue;
        }
        out += out.size() > 1 ? ",{\"path\":" : "{\"path\":";
        append_json_string(out, one.path);
        out += ",\"kind\":\"" + std::string(cars::name(one.kind)) + "\",\"property\":";
        append_json(out, *property);
        out += "}";
    }
    if (options.json) std::cout << out << "]\n";
    return done;
}

void add_vss_command(CLI::App& app, int& status) {
    static SignalsOptions options;
    auto* vss = app.add_subcommand("vss", "What cars can say: the vehicle signals of VSS");
    vss->require_subcommand(1);
    auto* import = vss->add_subcommand(
        "import", "Reads an export of the Vehicle Signal Specification (JSON) for this household");
    import->add_option("FILE", options.file, "The export, e.g. vss.json")->required();
    import->add_option("--overlay", options.overlays, "Laid over it; may be said again");
    import->add_option("-d,--data", options.data, "The household's folder")->capture_default_str();
    import->footer(
        "Examples:\n  foxtail vss import vss.json --data /var/lib/foxtail\n"
        "  foxtail vss import vss.json --overlay mine.json");
    import->callback([&status] { status = import_vss(options);
});
auto* list = vss->add_subcommand("list", "Lists the signals that this household knows");
list->add_option("TEXT", options.text, "Only those with this in their path");
list->add_option("-d,--data", options.data, "The household's folder")->capture_default_str();
list->add_flag("--json", options.json, "With types, units and limits, as JSON");
list->footer("Examples:\n  foxtail vss list\n  foxtail vss list Charging --json");
list->callback([&status] { status = list_vss(options); });
}  // namespace

void add_program_commands(CLI::App& app, int& status) {
    static RunOptions run_options;
    static DemoOptions demo_options;
    static std::vector<std::string> files;
    static bool json = false;

    auto* run_command = app.add_subcommand("run", "Runs the household's hub until TERM or INT");
    run_command->add_option("-c,--config", run_options.config, "Configuration file")
        ->capture_default_str();
    run_command->add_option("-d,--data", run_options.data, "Folder of the journal and the secrets")
        ->capture_default_str();
    run_command->add_option("--log", run_options.log, "Log lines as json or text")
        ->check(CLI::IsMember({"json", "text"}));
    run_command->add_flag("!--no-sandbox", run_options.confined,
                          "Without giving up the system calls that it never needs");
    run_command->add_option("--log-level", run_options.level, "Least level that is logged")
        ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
    run_command->callback([&status] { status = run(run_options); });

    auto* demo =
        app.add_subcommand("demo", "Runs a demo household with simulated people, car and devices");
    demo->add_option("-d,--data", demo_options.data,
                     "Folder for its data (default: in your cache folder)");
    demo->add_option("--port", demo_options.port, "Port of the page")->capture_default_str();
    demo->add_option("--mqtt-port", demo_options.mqtt_port, "Port of the MQTT door")
        ->capture_default_str();
    demo->add_option("--speed", demo_options.speed, "Simulated seconds a second")
        ->capture_default_str()
        ->check(CLI::Range(0.1, 3600.0));
    demo->add_option("--seed", demo_options.seed, "Another seed, another life")
        ->capture_default_str();
    demo->add_option("--wallbox", demo_options.wallbox,
                     "A second wallbox, which speaks OCPP: the path of demo/wallbox/wallbox.mjs")
        ->check(CLI::ExistingFile);
    demo->add_flag("!--no-devices", demo_options.devices, "Without the simulated devices");
    demo->callback([&status] { status = run_demo(demo_options); });

    auto* check_command = app.add_subcommand(
        "check", "Checks configuration files and the rules they name, without starting anything");
    check_command->add_option("files", files, "Configuration files")->required();
    check_command->add_flag("--json", json, "Mistakes as JSON");
    check_command->callback([&status] { status = check(files, json); });

    add_vss_command(app, status);
    app.add_subcommand("password", "Reads a password and prints its hash for the configuration")
        ->callback([&status] { status = password(); });
    // Started by the hub; not for people, so not in the help.
    app.add_subcommand("plan-worker", "Proves plans: tasks on standard input, answers on output")
        ->group("")
        ->callback([&status] { status = solver::work(STDIN_FILENO, STDOUT_FILENO); });
    app.add_subcommand("version", "Prints the version")->callback([] {
        std::cout << "foxtail " << FOX_VERSION << "\n";
    });
}

}  // namespace foxtail

int main_of(int argc, char** argv) {
    // A reader that went away is an error of one connection, never the end of the program.
    ::signal(SIGPIPE, SIG_IGN);
    // What this program writes is the household's: the journal, its log, its exports.
    ::umask(0077);
    // A core would hold passphrases, sessions and people's whereabouts.
    if (const auto left = leave_no_core(); !left)
        std::cerr << "foxtail: a crash may leave a core dump: " << left.error().message << "\n";
    CLI::App app{"Foxtail joins people, cars and home into one system that its household owns."};
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("foxtail ") + FOX_VERSION);
    int status = done;
    add_program_commands(app, status);
    add_client_commands(app, status);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (app.get_subcommands().empty() && argc > 1 && argv[1][0] != '-') {
            std::cerr << "foxtail: there is no command '" << argv[1]
                      << "'; 'foxtail --help' lists them\n";
            return misused;
        }
        return app.exit(error) == 0 ? done : misused;
    }
    return status;
}

}  // namespace foxtail

int main(int argc, char** argv) {
    return foxtail::main_of(argc, argv);
}
