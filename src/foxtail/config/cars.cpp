#include "foxtail/config/cars.hpp"

#include "foxtail/config/mapping.hpp"
#include "foxtail/model/thing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace foxtail {
namespace {

constexpr std::size_t sources_max = 16;
constexpr std::size_t meters_max = 16;

void read_prefix(Yaml& yaml, const YAML::Node& map, std::optional<std::string>& out) {
    if (const auto node = Yaml::at(map, "prefix")) {
        const auto text = yaml.text(node, "'prefix'");
        if (text && (text->empty() || text->find_first_of("+#") != std::string::npos))
            yaml.wrong(node, "'prefix' is the beginning of a topic, without '+' and '#'");
        out = text;
    }
    const auto enabled = Yaml::at(map, "enabled");
    if (enabled && !yaml.flag(enabled, "'enabled'").value_or(true)) out.reset();
}

void read_teslamate(Yaml& yaml, const YAML::Node& map, CarsConfig& out) {
    static constexpr std::array<std::string_view, 3> keys = {"enabled", "prefix", "home"};
    if (!map || !yaml.is_map(map, "'teslamate'")) return;
    yaml.check_keys(map, keys, "'teslamate'");
    read_prefix(yaml, map, out.teslamate_prefix);
    if (const auto node = Yaml::at(map, "home"))
        out.teslamate_home = yaml.text(node, "'home'").value_or("Home");
}

void read_ovms(Yaml& yaml, const YAML::Node& map, CarsConfig& out) {
    static constexpr std::array<std::string_view, 6> keys = {"enabled", "prefix",         "client",
                                                             "budget",  "money_per_call", "driver"};
    if (!map || !yaml.is_map(map, "'ovms'")) return;
    yaml.check_keys(map, keys, "'ovms'");
    read_prefix(yaml, map, out.ovms_prefix);
    if (const auto node = Yaml::at(map, "client")) {
        out.ovms_client = yaml.text(node, "'client'").value_or("foxtail");
        if (out.ovms_client.empty() || out.ovms_client.find_first_of("/+#") != std::string::npos)
            yaml.wrong(node, "'client' is one level of a topic, without '/', '+' and '#'");
    }
    if (const auto node = Yaml::at(map, "driver")) {
        const auto side = yaml.text(node, "'driver'").value_or("left");
        if (side != "left" && side != "right")
            yaml.wrong(node, "'driver' sits on the left or on the right: left, right");
        out.ovms_driver_right = side == "right";
    }
    out.ovms_budget = read_budget(yaml, Yaml::at(map, "budget"));
    if (const auto node = Yaml::at(map, "money_per_call")) {
        const auto money = yaml.number(node, "'money_per_call'");
        if (money && *money < 0) yaml.wrong(node, "'money_per_call' is 0 or more");
        out.ovms_money_per_call = std::max(0.0, money.value_or(0));
    }
}

void read_evcc(Yaml& yaml, const YAML::Node& map, CarsConfig& out) {
    static constexpr std::array<std::string_view, 2> keys = {"enabled", "prefix"};
    if (!map || !yaml.is_map(map, "'evcc'")) return;
    yaml.check_keys(map, keys, "'evcc'");
    read_prefix(yaml, map, out.evcc_prefix);
}

/// An address as written; a mistake when it is none.
std::string address_at(Yaml& yaml, const YAML::Node& map, std::string_view key) {
    const auto node = Yaml::at(map, key);
    const auto text = node ? yaml.text(node, "'" + std::string(key) + "'") : std::nullopt;
    if (!text) return {};
    if (auto good = parse_address(*text); !good)
        yaml.wrong(node, good.error().message + "; expected thing/property");
    return *text;
}

void read_sources(Yaml& yaml, const YAML::Node& list, CarConfig& out) {
    static constexpr std::array<std::string_view, 2> keys = {"thing", "trust"};
    if (!list || !yaml.is_list(list, "'sources'")) return;
    std::set<std::string> seen;
    for (const auto& item : list) {
        if (!yaml.is_map(item, "a source")) continue;
        yaml.check_keys(item, keys, "a source");
        const auto node = yaml.required(item, "thing", "a source");
        if (!node) continue;
        CarSourceConfig source;
        source.thing = yaml.text(node, "'thing'").value_or("");
        if (!valid_name(source.thing))
            yaml.wrong(node, "'thing' is a thing's id; `foxtail things` shows them");
        if (!seen.insert(source.thing).second)
            yaml.wrong(node, "'" + source.thing + "' stands there twice");
        if (source.thing == out.id)
            yaml.wrong(node, "a car cannot be its own source; give it another id");
        if (const auto trust = Yaml::at(item, "trust")) {
            const auto number = yaml.number(trust, "'trust'");
            if (number && (*number < 0 || *number > 100 || *number != std::floor(*number)))
                yaml.wrong(trust, "'trust' is a whole number, 0 to 100; higher goes before lower");
            source.trust = static_cast<int>(std::min(100.0, std::max(0.0, number.value_or(1))));
        }
        out.sources.push_back(std::move(source));
    }
    if (out.sources.empty() || out.sources.size() > sources_max)
        yaml.wrong(list, "a car has 1 to 16 sources");
}

void read_meters(Yaml& yaml, const YAML::Node& list, CarConfig& out) {
    static constexpr std::array<std::string_view, 2> keys = {"energy", "car"};
    if (!list || !yaml.is_list(list, "'meters'")) return;
    for (const auto& item : list) {
        if (!yaml.is_map(item, "a meter")) continue;
        yaml.check_keys(item, keys, "a meter");
        if (!yaml.required(item, "energy", "a meter")) continue;
        out.meters.push_back({address_at(yaml, item, "energy"), address_at(yaml, item, "car")});
    }
    if (out.meters.size() > meters_max) yaml.wrong(list, "a car has at most 16 meters");
}

CarConfig car_from(Yaml& yaml, std::string id, const YAML::Node& map) {
    static constexpr std::array<std::string_view, 6> keys = {
        "title", "place", "sources", "meters", "capacity_kwh", "efficiency"};
    CarConfig out;
    out.id = std::move(id);
    yaml.check_keys(map, keys, "a car");
    if (const auto node = Yaml::at(map, "title"))
        out.title = yaml.text(node, "'title'").value_or("");
    if (const auto node = Yaml::at(map, "place"))
        out.place = yaml.text(node, "'place'").value_or("");
    read_sources(yaml, yaml.required(map, "sources", "a car"), out);
    read_meters(yaml, Yaml::at(map, "meters"), out);
    const auto within = [&](std::string_view key, double least, double most) {
        const auto node = Yaml::at(map, key);
        const std::string shown = "'" + std::string(key) + "'";
        auto number = node ? yaml.number(node, shown) : std::nullopt;
        if (number && (*number < least || *number > most)) {
            yaml.wrong(node, shown + " lies between " + to_json(Value{least}) + " and " +
                                 to_json(Value{most}));
            number.reset();
        }
        return number;
    };
    out.capacity_kwh = within("capacity_kwh", 1, 1000);
    out.efficiency = within("efficiency", 0.5, 1).value_or(0.9);
    return out;
}

}  // namespace

void read_car_formats(Yaml& yaml, const YAML::Node& formats, CarsConfig& out) {
    read_teslamate(yaml, Yaml::at(formats, "teslamate"), out);
    read_ovms(yaml, Yaml::at(formats, "ovms"), out);
    read_evcc(yaml, Yaml::at(formats, "evcc"), out);
    if (const auto list = Yaml::at(formats, "mapping"); list && yaml.is_list(list, "'mapping'")) {
        for (const auto& item : list) {
            if (auto file = yaml.text(item, "a mapping file")) out.mapping_files.push_back(*file);
        }
    }
}

void read_cars(Yaml& yaml, const YAML::Node& map, CarsConfig& out) {
    if (!map || !yaml.is_map(map, "'cars'")) return;
    for (const auto& each : map) {
        const auto id = yaml.text(each.first, "a car's id");
        if (!id || !yaml.is_map(each.second, "a car")) continue;
        if (!valid_name(*id)) yaml.wrong(each.first, "'" + *id + "' is no id for a thing");
        for (const CarConfig& other : out.cars) {
            if (other.id == *id) yaml.wrong(each.first, "'" + *id + "' stands there twice");
        }
        out.cars.push_back(car_from(yaml, *id, each.second));
    }
    // Or two cars could each wait for the other's word.
    for (const CarConfig& car : out.cars) {
        for (const CarSourceConfig& source : car.sources) {
            for (const CarConfig& other : out.cars) {
                if (&other != &car && other.id == source.thing)
                    yaml.wrong(map, "'" + source.thing +
                                        "' is a joined car itself; name its "
                                        "sources in '" +
                                        car.id + "' instead");
            }
        }
    }
}

}  // namespace foxtail
