// cars: the household's cars at a glance.
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/json/parse.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace foxtail::cli {
namespace bj = boost::json;
namespace {

constexpr std::string_view charge_path = "Powertrain.TractionBattery.StateOfCharge.Displayed";
constexpr std::string_view plug_path =
    "Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected";
constexpr std::string_view charging_path = "Powertrain.TractionBattery.Charging.IsCharging";

struct CarsOptions {
    bool all = false;
    bool json = false;
};

using Readings = std::map<std::string, const bj::value*, std::less<>>;

const bj::value* find_reading(const Readings& readings, const std::string& car,
                              std::string_view path) {
    const auto at = readings.find(car + "/" + std::string(path));
    if (at == readings.end() || member(*at->second, "value").is_null()) return nullptr;
    return at->second;
}

bool reads_true(const bj::value* reading) {
    return reading != nullptr && is_true(*reading, "value");
}

/// "61 %, estimated"
Cell charge_cell(const bj::value* reading) {
    if (reading == nullptr) return {"unknown", Tone::faint};
    const auto quality = text_of(*reading, "quality");
    auto text = value_words(member(*reading, "value"), text_of(*reading, "unit"));
    if (const auto words = quality_words(quality); !words.empty()) text += ", " + words;
    return {text, quality_tone(quality)};
}

std::string range_words(const bj::value* reading) {
    double metres = 0;
    if (reading == nullptr || !as_number(to_value(member(*reading, "value")), metres)) return {};
    return std::to_string(static_cast<long>(metres / 1000)) + " km";
}

std::string plug_words(const bj::value* plugged, bool charging) {
    if (charging) return "charging";
    if (plugged == nullptr) return {};
    return reads_true(plugged) ? "plugged in" : "unplugged";
}

/// A name is told before figures, and neither when the asker may not know.
std::string where_words(const Readings& readings, const std::string& car) {
    if (reads_true(find_reading(readings, car, "Foxtail.Home"))) return "home";
    if (const auto* place = find_reading(readings, car, "Foxtail.Place")) {
        if (auto text = value_words(member(*place, "value"), ""); !text.empty()) return text;
    }
    const auto* latitude = find_reading(readings, car, "CurrentLocation.Latitude");
    const auto* longitude = find_reading(readings, car, "CurrentLocation.Longitude");
    if (latitude == nullptr || longitude == nullptr) return {};
    return value_words(member(*latitude, "value"), "") + ", " +
           value_words(member(*longitude, "value"), "");
}

/// "locked, window open": the charging flap is no door.
std::string door_words(const Readings& readings, const std::string& car) {
    static constexpr std::array<std::array<std::string_view, 2>, 5> parts = {
        {{"Door", "door"},
         {"Window", "window"},
         {"Hood", "bonnet"},
         {"Trunk.Front", "bonnet"},
         {"Trunk", "boot"}}};
    std::vector<std::string> said;
    if (const auto* locked = find_reading(readings, car, "Foxtail.IsLocked"))
        said.emplace_back(reads_true(locked) ? "locked" : "unlocked");
    const std::string prefix = car + "/";
    for (auto at = readings.lower_bound(prefix);
         at != readings.end() && at->first.starts_with(prefix); ++at) {
        const std::string_view name = at->first;
        const bool opens = name.ends_with(".IsOpen") || name.ends_with("IsDoorOpen") ||
                           name.ends_with("IsWindowOpen");
        if (!opens || !reads_true(at->second)) continue;
        const auto part = std::find_if(parts.begin(), parts.end(), [&](const auto& one) {
            return name.substr(prefix.size()).find(one[0]) != std::string_view::npos;
        });
        if (part == parts.end()) continue;
        const std::string words = std::string((*part)[1]) + " open";
        if (std::find(said.begin(), said.end(), words) == said.end()) said.push_back(words);
    }
    return joined(said);
}

/// "on, 21 Cel"
std::string climate_words(const Readings& readings, const std::string& car) {
    std::vector<std::string> said;
    for (const char* path : {"Cabin.HVAC.IsAirConditioningActive", "Foxtail.IsClimateActive"}) {
        const auto* on = find_reading(readings, car, path);
        if (on == nullptr) continue;
        said.emplace_back(reads_true(on) ? "on" : "off");
        break;
    }
    if (const auto* inside = find_reading(readings, car, "Cabin.HVAC.AmbientAirTemperature"))
        said.push_back(value_words(member(*inside, "value"), text_of(*inside, "unit")));
    return joined(said);
}

/// What is planned for it: "surplus, 80 % by 07:00 mon-fri". The plan tells by which name it knows
/// whose battery.
std::string plan_words(const Readings& readings, const std::string& car) {
    const auto* places = find_reading(readings, "plan", "places");
    const auto* devices =
        places == nullptr ? nullptr : member(member(*places, "value"), "devices").if_object();
    if (devices == nullptr) return {};
    for (const auto& device : *devices) {
        if (!text_of(device.value(), "level").starts_with(car + "/")) continue;
        std::vector<std::string> said;
        for (const char* name : {"intent", "goals"}) {
            const auto* reading = find_reading(readings, "plan-" + std::string(device.key()), name);
            auto words = reading == nullptr ? std::string() : text_of(*reading, "value");
            if (!words.empty()) said.push_back(std::move(words));
        }
        return joined(said);
    }
    return {};
}

/// Things that a joined car has as its sources: they would come twice.
std::set<std::string> sources_in(const bj::value& readings) {
    std::set<std::string> out;
    for (const auto& reading : list_of(readings, "readings")) {
        if (!text_of(reading, "address").ends_with("/Foxtail.Sources")) continue;
        for (const auto& source : list_of(member(reading, "value")))
            out.insert(text_of(source, "thing"));
    }
    return out;
}

using Titles = std::map<std::string, std::string>;  // by the car's id

void print_json(const Terminal& terminal, const Titles& cars, const Readings& readings) {
    std::string out = "[";
    for (const auto& car : cars) {
        const std::string& id = car.first;  // clang 14 lets no lambda have a structured binding
        out += out.size() > 1 ? ",{\"id\":" : "{\"id\":";
        append_json_string(out, id);
        out += ",\"title\":";
        append_json_string(out, car.second);
        const auto add = [&](const char* key, std::string_view path) {
            const auto at = readings.find(id + "/" + std::string(path));
            out += std::string(",\"") + key + "\":";
            if (at == readings.end()) {
                out += "null";
            } else {
                append_json(out, *at->second);
            }
        };
        add("state_of_charge", charge_path);
        add("range", "Powertrain.Range");
        add("plugged_in", plug_path);
        add("charging", charging_path);
        add("conflicts", "Foxtail.Conflicts");
        for (const auto& [key, words] : {std::pair{"doors", door_words(readings, id)},
                                         std::pair{"climate", climate_words(readings, id)},
                                         std::pair{"plan", plan_words(readings, id)},
                                         std::pair{"where", where_words(readings, id)}}) {
            out += std::string(",\"") + key + "\":";
            append_json_string(out, words);
        }
        out += "}";
    }
    terminal.line(out + "]");
}

Result<void> list_cars(const Setting& setting, HubClient& hub, const CarsOptions& options) {
    const auto things = hub.get("/things");
    if (!things) return fail(things.error());
    const auto answer = hub.get("/readings");
    if (!answer) return fail(answer.error());
    const auto sources = options.all ? std::set<std::string>{} : sources_in(*answer);
    Readings readings;
    for (const auto& reading : list_of(*answer, "readings"))
        readings[text_of(reading, "address")] = &reading;
    Titles cars;
    for (const auto& thing : list_of(*things)) {
        const auto id = thing_id_of(thing);
        if (text_of(thing, "fox:kind") == "vehicle" && !sources.contains(id))
            cars[id] = text_of(thing, "title");
    }
    const Terminal& terminal = setting.terminal;
    if (options.json) {
        print_json(terminal, cars, readings);
        return {};
    }
    if (cars.empty()) {
        terminal.line("There are no cars yet.");
        return {};
    }
    Table table({{"CAR"},
                 {"TITLE"},
                 {"CHARGE"},
                 {"AGE", Table::Align::right},
                 {"RANGE", Table::Align::right},
                 {"PLUG"},
                 {"DOORS"},
                 {"CLIMATE"},
                 {"PLAN"},
                 {"WHERE"},
                 {"NOTE"}});
    for (const auto& [id, title] : cars) {
        const auto* charge = find_reading(readings, id, charge_path);
        const auto when = charge == nullptr ? Time{} : time_of(*charge, "time");
        const auto* conflicts = find_reading(readings, id, "Foxtail.Conflicts");
        const bool conflict = conflicts != nullptr && !list_of(member(*conflicts, "value")).empty();
        table.add({{id, Tone::strong},
                   title,
                   charge_cell(charge),
                   when.known() ? age_words(terminal.clock.now() - when) : std::string(),
                   range_words(find_reading(readings, id, "Powertrain.Range")),
                   plug_words(find_reading(readings, id, plug_path),
                              reads_true(find_reading(readings, id, charging_path))),
                   door_words(readings, id),
                   climate_words(readings, id),
                   plan_words(readings, id),
                   where_words(readings, id),
                   conflict ? Cell("its sources disagree", Tone::warning) : Cell("")});
    }
    terminal.table(table);
    return {};
}

}  // namespace

void add_cars_command(const Setting& setting) {
    auto options = std::make_shared<CarsOptions>();
    auto* command = setting.command(
        setting.app, "cars",
        "Lists the cars: state of charge with its age, range, plug, doors, climate, what is "
        "planned, and where they are",
        "  foxtail cars\n  foxtail cars --json");
    command->add_flag("--all", options->all, "Also the sources that a joined car is made of");
    command->add_flag("--json", options->json, "As JSON, with qualities and times");
    auto connection = setting.connection(*command);
    command->callback([setting, options, connection] {
        setting.with_hub(*connection,
                         [&](HubClient& hub) { return list_cars(setting, hub, *options); });
    });
}

}  // namespace foxtail::cli
