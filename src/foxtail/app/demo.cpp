#include "foxtail/app/demo.hpp"

#include "foxtail/app/program.hpp"
#include "foxtail/base/log.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace foxtail {
namespace {

// config/demo-rules.yaml, embedded by the build: the demo runs from the binary alone.
constexpr const char* demo_rules =
#include "demo_rules.inc"
    ;

// config/demo-map.yaml, likewise.
constexpr const char* demo_map =
#include "demo_map.inc"
    ;

// The energy devices of the demo, as whoever plans for them finds them:
//   Grid_meter/power, power_l1 to power_l3  W, + into the house
//   Solar_inverter/ac_power                 W
//   Home_battery/soc                        % of 10.2 kWh
//   Home_battery/power                      W, + into the battery, at most 5000
//   Home_battery/setpoint                   W, settable, + into the battery; sets the mode, too
//   Home_battery/mode                       settable: automatic, hold, charge, setpoint
//   Home_battery/reserve                    %, settable: it gives nothing below
//   Heat_pump/mode                          settable: normal, boost, block, as SG Ready has them
//   Heat_pump/power                         W
//   Heat_pump/room_temperature              Cel; also outdoor_temperature, flow_temperature
//   Hot_water/temperature, setpoint         Cel; the latter settable, 40 to 60
//   kitchen_dishwasher-plug/state, power    boolean, settable; W. Without it the machine waits
//   Dishwasher/status, program, start       people load and start it in the evening
//   Wallbox/limit                           A on three phases, settable: 0 (pause), 6 to 16
//   Wallbox/status, power, current_l1, ...  in the words of a charging point (docs/charging.md)
//   CARPORT-1/limit, status, power, ...     with --wallbox: a second one, over OCPP; charge-carport
//   tesla-2/Powertrain. ...                 and the car that stands there, by TeslaMate
//   charge-garage/mode, at_most, ...        the same point as Foxtail charges it
//   Leaf_green/Powertrain. ...              a car with an OVMS module, in VSS's words: charge of 58
//                                           kWh, range, cable, climate, doors (docs/cars.md)
//   Leaf_link/locked, charge_limit, online  boolean; %, 50 to 100; both settable (map.yaml)
constexpr const char* demo_charging =
    "charging:\n"
    "  circuits:\n"
    "    - {name: main, limit: 35, meter: Grid_meter, safe: 6}\n"
    "  points:\n"
    "    - {name: garage, thing: Wallbox, circuit: main, mode: min_sun}\n";
constexpr const char* demo_second_point =
    "    - {name: carport, thing: CARPORT-1, circuit: main, mode: min_sun}\n";
constexpr const char* demo_charging_cars =
    "  cars:\n"
    "    - {thing: Leaf_green, phases: 3}\n";
constexpr const char* demo_second_car = "    - {thing: tesla-2, cards: [04C8A1F2], phases: 3}\n";
// What the plan reckons with, so that both tell the same money.
constexpr const char* demo_charging_rest =
    "  sun: {grid: Grid_meter/power, battery: Home_battery/power, "
    "production: Solar_inverter/ac_power}\n"
    "  price: plan/price\n"
    "  feed_in: 0.08\n";

// Shown only: whoever likes what is planned lets it act, for each device.
constexpr const char* demo_planning =
    "planning:\n"
    "  act: false\n"
    "  grid: {power: Grid_meter/power, import_kw: 24, export_kw: 10}\n"
    "  sun:\n"
    "    power: Solar_inverter/ac_power\n"
    "    peak_kw: 8.2\n"
    "    forecast: {format: list, address: Energy_outlook/sun}\n"
    "  outdoor:\n"
    "    temperature: Heat_pump/outdoor_temperature\n"
    "    forecast: {format: list, address: Energy_outlook/outdoor}\n"
    "  tariff:\n"
    "    buy: {dynamic: true, flat: 0.30, adder: 0.14, vat: 0.19}\n"
    "    sell: 0.08\n"
    "    prices: {format: list, address: Energy_outlook/prices}\n"
    "  batteries:\n"
    "    - {name: battery, capacity_kwh: 10.2, min: 5, charge_kw: 5, soc: Home_battery/soc, "
    "power: Home_battery/power, setpoint: Home_battery/setpoint}\n"
    "  cars:\n"
    "    - {name: leaf, vehicle: Leaf_green, point: garage, home: "
    "Leaf_green/Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition."
    "IsChargingCableConnected, capacity_kwh: 58, floor: 15, max: 90, day_kwh: 9}\n"
    "  heat_pumps:\n"
    "    - name: heating\n"
    "      room: Heat_pump/room_temperature\n"
    "      power: Heat_pump/power\n"
    "      mode: {address: Heat_pump/mode, words: {normal: normal, boost: boost, off: block}}\n"
    "      comfort: {low: [{c: 20.5}, {from: \"22:00\", until: \"05:30\", c: 18.5}], high: 23}\n"
    "  appliances:\n"
    "    - name: dishwasher\n"
    "      profile_kw: [2.0, 0.3, 0.2, 1.6, 0.1]\n"
    "      armed: Dishwasher/waiting\n"
    "      power: kitchen_dishwasher-plug/power\n"
    "      ready_by: \"06:30\"\n"
    "      start: {address: kitchen_dishwasher-plug/state, words: {run: true, off: false}}\n"
    "  calendars:\n"
    "    - {name: anna, file: anna.ics, person: anna, car: leaf}\n"
    "  locations:\n"
    "    - {words: [office, lab], km: 42}\n";

// A program on this machine, which nobody else reaches.
constexpr const char* demo_ocpp =
    "ocpp:\n"
    "  listeners: [{listen: \"127.0.0.1:0\"}]\n"
    "  stations:\n"
    "    - {id: CARPORT, max_current: 16, open_because: nobody but this machine reaches it}\n";

// A week of Anna's; times are the house's.
constexpr const char* demo_calendar =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Foxtail//Demo//EN\r\n"
    "BEGIN:VEVENT\r\nUID:office@demo\r\nDTSTART;TZID=Europe/Berlin:20260105T083000\r\n"
    "DTEND;TZID=Europe/Berlin:20260105T163000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,TH\r\n"
    "SUMMARY:Work\r\nLOCATION:office\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:choir@demo\r\nDTSTART;TZID=Europe/Berlin:20260107T193000\r\n"
    "DTEND;TZID=Europe/Berlin:20260107T213000\r\nRRULE:FREQ=WEEKLY;BYDAY=WE\r\n"
    "SUMMARY:Choir (14 km)\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:parents@demo\r\nDTSTART;TZID=Europe/Berlin:20260110T100000\r\n"
    "DTEND;TZID=Europe/Berlin:20260110T180000\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SA\r\n"
    "SUMMARY:Parents' 120 km\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

constexpr const char* demo_head =
    "# The demo household. Made anew at each start of `foxtail demo`.\n";

std::string configuration_text(const DemoOptions& options) {
    const bool second = !options.wallbox.empty();
    return std::string(demo_head) +
           "household:\n  name: Demo household\n  time_zone: Europe/Berlin\n"
           "api:\n  listen: 127.0.0.1:" +
           std::to_string(options.port) +
           "\nmqtt:\n  listeners:\n    - listen: 127.0.0.1:" + std::to_string(options.mqtt_port) +
           "\n      anonymous: true   # loopback only: whoever is on this machine\n"
           "  anonymous:\n    publish: [\"#\"]\n    subscribe: [\"#\"]\n"
           "formats:\n  zigbee2mqtt:\n    - base_topic: zigbee2mqtt\n  mapping: [map.yaml]\n"
           "things:\n  Leaf_green: {title: Leaf green, place: Garage}\n" +
           (second ? demo_ocpp : "") + demo_charging + (second ? demo_second_point : "") +
           demo_charging_cars + (second ? demo_second_car : "") + demo_charging_rest +
           demo_planning + "rules:\n  - rules.yaml\n";
}

std::string default_data() {
    const auto said = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
    if (const auto cache = said("XDG_CACHE_HOME"); !cache.empty()) return cache + "/foxtail-demo";
    if (const auto home = said("HOME"); !home.empty()) return home + "/.cache/foxtail-demo";
    return "foxtail-demo";
}

Result<void> write_file(const std::filesystem::path& path, const std::string& text) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) return fail(Code::unavailable, path.string() + ": " + std::strerror(errno));
    return {};
}

/// A household of somebody's own, or a demo that runs, is not written over.
Result<void> check_free(const std::string& data) {
    std::ifstream before(data + "/foxtail.yaml");
    std::string line;
    if (before && std::getline(before, line) && line + "\n" != demo_head) {
        return fail(Code::conflict,
                    data + " is another household's folder: its foxtail.yaml is not the demo's");
    }
    const int lock = ::open((data + "/lock").c_str(), O_RDWR | O_CLOEXEC);
    if (lock < 0) return {};  // nobody was ever here
    const bool free = ::flock(lock, LOCK_EX | LOCK_NB) == 0;
    ::close(lock);
    if (free) return {};
    return fail(Code::conflict, data + " is in use by another foxtail");
}

/// The demo's files; rules that are there already stay as somebody may have changed them.
Result<void> write_files(const std::string& data, const DemoOptions& options) {
    if (auto free = check_free(data); !free) return free;
    if (auto done = write_file(data + "/foxtail.yaml", configuration_text(options)); !done)
        return done;
    if (!std::filesystem::exists(data + "/rules.yaml")) {
        if (auto done = write_file(data + "/rules.yaml", demo_rules); !done) return done;
    }
    if (auto done = write_file(data + "/map.yaml", demo_map); !done) return done;
    return write_file(data + "/anna.ics", demo_calendar);
}

std::string beside_this_program(const char* name) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::string(name) : (self.parent_path() / name).string();
}

/// Starts foxtail-sim; it ends with this process. -1 when it cannot be started.
pid_t start_devices(const DemoOptions& options, std::uint16_t mqtt_port, std::uint16_t ocpp_port) {
    const std::string program = beside_this_program("foxtail-sim");
    if (::access(program.c_str(), X_OK) != 0) return -1;
    std::vector<std::string> arguments = {program,   "all",
                                          "--host",  "127.0.0.1",
                                          "--port",  std::to_string(mqtt_port),
                                          "--seed",  std::to_string(options.seed),
                                          "--speed", std::to_string(options.speed)};
    if (!options.wallbox.empty())
        arguments.insert(arguments.end(),
                         {"--wallbox", options.wallbox, "--ocpp",
                          "ws://127.0.0.1:" + std::to_string(ocpp_port) + "/ocpp"});
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        ::execv(program.c_str(), argv.data());
        ::_exit(127);
    }
    return child;
}

}  // namespace

int run_demo(const DemoOptions& options) {
    const std::string data = options.data.empty() ? default_data() : options.data;
    std::error_code error;
    std::filesystem::create_directories(data, error);
    const std::string config = data + "/foxtail.yaml";
    if (auto done = write_files(data, options); !done) {
        std::cerr << "foxtail: " << done.error().message << "\n";
        return 1;
    }
    Loaded loaded = load_configuration(config);
    for (const auto& mistake : loaded.mistakes) std::cerr << format_mistake(mistake) << "\n";
    if (!loaded.mistakes.empty()) return 1;
    Program program({config, data}, std::move(loaded));
    if (auto done = program.start(); !done) {
        std::cerr << "foxtail: " << done.error().message << "\n";
        return 1;
    }
    const pid_t devices =
        options.devices ? start_devices(options, program.mqtt_port(), program.ocpp_port()) : -1;
    if (options.devices && devices < 0) {
        std::cerr
            << "foxtail: foxtail-sim was not found beside this program: the house stays empty\n";
    }
    const std::string link = program.signup_link();
    const std::string url =
        options.port == DemoOptions::usual_port ? "" : " --url " + program.page_address();
    std::cout << "Foxtail's demo household is alive. Open this page and choose a name and a "
                 "passphrase:\n\n    "
              << link << "\n\nThe MQTT door is at 127.0.0.1:" << program.mqtt_port()
              << "; the command line finds the house with --data " << data << url
              << "\nCtrl-C stops it.\n"
              << std::flush;
    const int status = program.run();
    if (devices > 0) {
        ::kill(devices, SIGTERM);
        ::waitpid(devices, nullptr, 0);
    }
    return status;
}

}  // namespace foxtail
