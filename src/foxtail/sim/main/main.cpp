#include "foxtail/base/time.hpp"
#include "foxtail/sim/carport.hpp"
#include "foxtail/sim/day.hpp"
#include "foxtail/sim/json_text.hpp"
#include "foxtail/sim/run.hpp"
#include "foxtail/sim/supervise.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>
#include <sys/prctl.h>

// foxtail-sim: the demo household's devices, each a process of its own (see --help and truth.hpp).

namespace foxtail::sim {
namespace {

std::atomic<bool> stop{false};

struct Options {
    std::string host = "127.0.0.1";
    int port = 1883;
    std::string user;
    std::string password_file;
    double speed = 1;
    std::uint64_t seed = 1;
    std::string start;  // "HH:MM", RFC 3339, or empty: now
    bool simulated_stamps = false;
    bool with_parent = false;
    bool fresh = false;
    std::int64_t era = 0;
    std::string device;
    std::string person;
    std::string out;
    double hours = 24;
    std::string wallbox;
    std::string ocpp;
};

std::int64_t real_ms() {
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(wall).count();
}

int machine_offset_min() {
    const std::time_t now = ::time(nullptr);
    std::tm parts{};
    ::localtime_r(&now, &parts);
    return static_cast<int>(parts.tm_gmtoff / 60);
}

/// When the simulation starts, in UTC. "HH:MM" is today on the household's clocks.
Result<std::int64_t> start_ms(const std::string& text, const Site& site) {
    if (text.empty()) {
        return real_ms();
    }
    int hour = 0;
    int minute = 0;
    char rest = 0;
    if (text.size() == 5 && std::sscanf(text.c_str(), "%2d:%2d%c", &hour, &minute, &rest) == 2 &&
        hour >= 0 && hour < 24 && minute >= 0 && minute < 60) {
        const Local today = local_time(site, real_ms());
        return today.day * day_ms +
               (hour * 60 + minute - site.utc_offset_min) * std::int64_t{60'000};
    }
    const auto time = parse_rfc3339(text);
    if (!time) {
        return fail(
            Code::invalid_input,
            "--start \"" + text + "\" is neither HH:MM nor RFC 3339: " + time.error().message);
    }
    return time->us / 1000;
}

int misused(const std::string& text) {
    std::cerr << "foxtail-sim: " << text << "\n";
    return 2;
}

Result<LinkOptions> link_options(const Options& options, const std::string& name) {
    LinkOptions link;
    link.host = options.host;
    link.port = options.port;
    link.user = options.user;
    link.client_id = "sim-" + name;
    // Both protocol versions are in use in a real house; the newer device speaks the newer one.
    link.mqtt5 = name == "car" || name == "home-battery";
    if (!options.password_file.empty()) {
        std::ifstream file(options.password_file);
        if (!std::getline(file, link.password)) {
            return fail(Code::not_found, "cannot read a password from " + options.password_file);
        }
    }
    return link;
}

int live_device(const Options& options, const std::string& name) {
    const auto device = make_device(name, options.simulated_stamps);
    if (!device) {
        std::string known;
        for (const std::string& other : device_names()) {
            known += " " + other;
        }
        return misused("no device \"" + name + "\"; there are:" + known);
    }
    auto link = link_options(options, name);
    if (!link) {
        return misused(link.error().message);
    }
    run_device(*device, *link, stop);
    return 0;
}

int live_carport(const Options& options) {
    auto link = link_options(options, "carport");
    if (!link) {
        return misused(link.error().message);
    }
    const auto carport = make_carport({options.wallbox, options.ocpp, options.speed});
    run_device(*carport, *link, stop);
    return 0;
}

int live_world(const Options& options) {
    WorldOptions world;
    world.setup.seed = options.seed;
    world.setup.site.utc_offset_min = machine_offset_min();
    world.speed = options.speed;
    world.resume = !options.fresh;
    world.era = options.era;
    const auto start = start_ms(options.start, world.setup.site);
    auto link = link_options(options, "world");
    if (!start || !link) {
        return misused(!start ? start.error().message : link.error().message);
    }
    world.start_ms = *start;
    run_world(world, *link, stop);
    return 0;
}

int all(const Options& options) {
    std::vector<std::string> common{"--host", options.host, "--port", std::to_string(options.port)};
    if (!options.user.empty()) common.insert(common.end(), {"--user", options.user});
    if (!options.password_file.empty())
        common.insert(common.end(), {"--password-file", options.password_file});
    std::vector<std::vector<std::string>> commands;
    const auto add = [&](std::vector<std::string> command) {
        // Options first: the name stands last, where the supervisor's log looks for it.
        command.insert(command.begin(), common.begin(), common.end());
        commands.push_back(std::move(command));
    };
    std::vector<std::string> world{"--seed", std::to_string(options.seed), "--speed",
                                   print_number(options.speed, 6)};
    if (!options.start.empty()) world.insert(world.end(), {"--start", options.start});
    if (options.fresh || !options.start.empty()) {
        world.insert(world.end(), {"--era", std::to_string(real_ms())});
    }
    world.emplace_back("world");
    add(world);
    for (const std::string& name : device_names()) {
        constexpr std::string_view phone = "phone-";
        std::vector<std::string> command;
        if (options.simulated_stamps) command.emplace_back("--simulated-stamps");
        if (name.starts_with(phone)) {
            command.insert(command.end(), {"phone", name.substr(phone.size())});
        } else if (name == "bridge") {
            command.emplace_back("bridge");
        } else {
            command.insert(command.end(), {"device", name});
        }
        add(command);
    }
    if (!options.wallbox.empty()) {
        add({"--speed", print_number(options.speed, 6), "--wallbox", options.wallbox, "--ocpp",
             options.ocpp, "carport"});
    }
    // A wrong password file is told once, here, and not by each process every half minute.
    if (auto link = link_options(options, "all"); !link) {
        return misused(link.error().message);
    }
    std::error_code error;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
    return supervise(error ? "/proc/self/exe" : program.string(), commands);
}

int write_day(const Options& options) {
    DayOptions day;
    day.setup.seed = options.seed;
    // A fixed spring Wednesday on clocks an hour ahead of UTC, unless asked for another: the
    // machine's own date and zone must not change the bytes.
    const auto start =
        start_ms(options.start.empty() ? "2026-04-14T23:00:00Z" : options.start, day.setup.site);
    if (!start) {
        return misused(start.error().message);
    }
    day.start_ms = *start;
    day.length_ms = static_cast<std::int64_t>(options.hours * 3'600'000.0);
    std::ofstream file;
    if (options.out != "-") {
        file.open(options.out, std::ios::binary | std::ios::trunc);
    }
    std::ostream& out = options.out == "-" ? std::cout : file;
    run_day(day, [&out](std::int64_t t_ms, const Message& message) {
        out << to_line(t_ms, message) << '\n';
    });
    out.flush();
    if (!out) {
        std::cerr << "foxtail-sim: cannot write " << options.out << "\n";
        return 1;
    }
    return 0;
}

void add_options(CLI::App& app, Options& options) {
    app.add_option("--host", options.host, "MQTT server")->capture_default_str();
    app.add_option("--port", options.port, "its port")
        ->check(CLI::Range(1, 65535))
        ->capture_default_str();
    app.add_option("--user", options.user, "user name; none: anonymous");
    app.add_option("--password-file", options.password_file,
                   "file whose first line is the password");
    app.add_option("--speed", options.speed, "simulated seconds per second")
        ->check(CLI::Range(0.1, 3600.0))
        ->capture_default_str();
    // Numbers in the shared truth are JSON's: whole up to 2^53.
    app.add_option("--seed", options.seed, "another seed is another weather and other habits")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 52U))
        ->capture_default_str();
    app.add_option("--start", options.start,
                   "simulated time at the start: HH:MM today, or RFC 3339; default now");
    app.add_flag("--simulated-stamps", options.simulated_stamps,
                 "phones stamp with simulated time instead of real time");
    app.add_option("--wallbox", options.wallbox,
                   "a second wallbox that speaks OCPP: path of demo/wallbox/wallbox.mjs");
    app.add_option("--ocpp", options.ocpp, "where it goes, e.g. ws://127.0.0.1:9220/ocpp");
    app.add_flag("--fresh", options.fresh, "do not go on from the world the server has kept");
    app.add_option("--era", options.era)->group("");  // between `all` and its world
    app.add_flag("--die-with-parent", options.with_parent,
                 "end when the process that started this one ends");
}

int run(int argc, char** argv) {
    CLI::App app{
        "The demo household: two people, a car and about forty devices that speak their real "
        "formats over MQTT."};
    Options options;
    app.set_version_flag("--version", FOX_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    add_options(app, options);
    int status = 0;
    app.add_subcommand("all", "everything, one process each, kept running")->callback([&] {
        status = all(options);
    });
    app.add_subcommand("world", "the physics the devices share")->callback([&] {
        status = live_world(options);
    });
    app.add_subcommand("bridge", "a Zigbee2MQTT-like bridge with its devices")->callback([&] {
        status = live_device(options, "bridge");
    });
    CLI::App* device = app.add_subcommand("device", "one Home Assistant discovery device");
    device->add_option("name", options.device, "for example heat-pump")->required();
    device->callback([&] { status = live_device(options, options.device); });
    app.add_subcommand("carport", "the second car and its wallbox; with --wallbox and --ocpp")
        ->callback([&] { status = live_carport(options); });
    CLI::App* phone = app.add_subcommand("phone", "one person's phone with OwnTracks");
    phone->add_option("name", options.person, "anna or ben")->required();
    phone->callback([&] { status = live_device(options, "phone-" + options.person); });
    CLI::App* list = app.add_subcommand("list", "the names of all devices");
    list->callback([] {
        for (const std::string& name : device_names()) {
            std::cout << name << "\n";
        }
    });
    CLI::App* day =
        app.add_subcommand("day", "a whole simulated day as JSON lines, without any server");
    day->add_option("--out", options.out, "file, or - for standard output")->required();
    day->add_option("--hours", options.hours, "length")
        ->check(CLI::Range(0.01, 24.0 * 400))
        ->capture_default_str();
    day->callback([&] { status = write_day(options); });
    const auto on_signal = [](int) { stop = true; };
    std::signal(SIGTERM, on_signal);
    std::signal(SIGINT, on_signal);
    app.parse_complete_callback([&] {
        if (options.with_parent) {
            ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        }
    });
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    return status;
}

}  // namespace
}  // namespace foxtail::sim

int main(int argc, char** argv) {
    return foxtail::sim::run(argc, argv);
}
