#include "foxtail/config/charging.hpp"

#include "foxtail/model/thing.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <set>

namespace foxtail {
namespace {

using charging::CarSite;
using charging::CircuitSite;
using charging::PointSite;
using charging::Site;

constexpr double amps_most = 1000;
constexpr double watts_most = 1e6;

/// Reads one `charging:` section.
class ChargingReader {
public:
    ChargingReader(Yaml& yaml, ChargingConfig& out) : yaml_(yaml), out_(out) {}

    void read(const YAML::Node& map) {
        static constexpr std::array<std::string_view, 11> keys = {
            "points", "circuits", "cars",   "cards",    "sun",    "price",
            "co2",    "volts",    "delays", "currency", "feed_in"};
        if (!yaml_.is_map(map, "'charging'")) return;
        yaml_.check_keys(map, keys, "'charging'");
        // Points name circuits, and circuits their parents.
        each(map, "circuits", "a circuit", [&](const YAML::Node& one) { name_circuit(one); });
        each(map, "circuits", "a circuit", [&](const YAML::Node& one) { circuit(one); });
        each(map, "points", "a charging point", [&](const YAML::Node& one) { point(one); });
        each(map, "cars", "a car", [&](const YAML::Node& one) { car(one); });
        if (const auto cards = Yaml::at(map, "cards"); cards && yaml_.is_map(cards, "'cards'")) {
            for (const auto& one : cards) {
                const auto person = yaml_.text(one.second, "whose card it is");
                if (person) out_.site.tags.push_back({one.first.as<std::string>(""), *person});
            }
        }
        sun(Yaml::at(map, "sun"));
        house(map, "price");
        house(map, "co2");
        feed_in(Yaml::at(map, "feed_in"));
        if (out_.house.contains("price") && out_.house.contains("grid") &&
            !Yaml::at(map, "feed_in"))
            yaml_.note(map,
                       std::string(own_sun_is_free) + "write 'feed_in' under 'charging', or 0");
        if (const auto node = Yaml::at(map, "volts"))
            out_.site.volts = number(node, "'volts'", 100, 400).value_or(230);
        if (const auto node = Yaml::at(map, "currency"))
            out_.currency = yaml_.text(node, "'currency'").value_or("EUR");
        delays(Yaml::at(map, "delays"));
        if (out_.site.points.empty())
            yaml_.wrong(map, "'charging' needs 'points' with at least one charging point");
        check_tree(Yaml::at(map, "circuits"));
    }

private:
    void each(const YAML::Node& map, const char* key, const char* what,
              const std::function<void(const YAML::Node&)>& read) {
        const auto list = Yaml::at(map, key);
        if (!list || !yaml_.is_list(list, "'" + std::string(key) + "'")) return;
        for (const auto& one : list) {
            if (yaml_.is_map(one, what)) read(one);
        }
    }
    std::optional<double> number(const YAML::Node& node, const std::string& what, double low,
                                 double high) {
        const auto value = yaml_.number(node, what);
        if (!value) return std::nullopt;
        if (*value >= low && *value <= high) return value;
        const auto words = [](double v) {
            auto text = std::to_string(v);
            text.erase(text.find_last_not_of('0') + 1);
            if (text.ends_with('.')) text.pop_back();
            return text;
        };
        yaml_.wrong(node, what + " lies between " + words(low) + " and " + words(high));
        return std::nullopt;
    }
    std::string address(const YAML::Node& node, const std::string& what) {
        const auto text = yaml_.text(node, what);
        if (!text) return {};
        if (parse_address(*text)) return *text;
        yaml_.wrong(node, what + " is an address such as grid-meter/power");
        return {};
    }
    std::string name_of(const YAML::Node& map, const char* what) {
        const auto node = yaml_.required(map, "name", what);
        if (!node) return {};
        const auto name = yaml_.text(node, "'name'");
        if (!name) return {};
        if (!valid_name(*name))
            yaml_.wrong(node, "a name has letters, digits, '_', '-' and '.' only");
        return *name;
    }
    template <std::size_t n>
    void roles(const YAML::Node& map, const std::array<std::string_view, n>& known,
               ChargingConfig::Map& out) {
        const auto list = Yaml::at(map, "map");
        if (!list || !yaml_.is_map(list, "'map'")) return;
        yaml_.check_keys(list, known, "'map'");
        for (const auto& role : known) {
            if (const auto node = Yaml::at(list, role))
                out[std::string(role)] = address(node, "'" + std::string(role) + "'");
        }
    }
    /// What a thing says under the roles' own names.
    template <std::size_t n>
    static void own_names(const std::string& thing, const std::array<std::string_view, n>& known,
                          ChargingConfig::Map& out) {
        if (thing.empty()) return;
        for (const auto& role : known) out[std::string(role)] = thing + "/" + std::string(role);
    }
    std::vector<std::string> texts(const YAML::Node& list, const char* what) {
        std::vector<std::string> out;
        if (!list || !yaml_.is_list(list, what)) return out;
        for (const auto& one : list) {
            if (auto text = yaml_.text(one, what)) out.push_back(std::move(*text));
        }
        return out;
    }

    void name_circuit(const YAML::Node& map) {
        const auto name = name_of(map, "a circuit");
        if (find_circuit(name)) yaml_.wrong(map, "there is a circuit '" + name + "' already");
        if (out_.site.circuits.size() >= charging::circuits_max)
            return yaml_.wrong(map, "there can be at most 32 circuits");
        CircuitSite circuit;
        circuit.name = name;
        out_.site.circuits.push_back(circuit);
        out_.circuits.emplace_back();
    }
    std::optional<std::size_t> find_circuit(const std::string& name) {
        const auto& all = out_.site.circuits;
        const auto at = std::find_if(all.begin(), all.end(),
                                     [&](const CircuitSite& c) { return c.name == name; });
        if (at == all.end()) return std::nullopt;
        return static_cast<std::size_t>(at - all.begin());
    }
    std::optional<std::size_t> circuit_named(const YAML::Node& node) {
        const auto name = yaml_.text(node, "a circuit's name");
        if (!name) return std::nullopt;
        const auto at = find_circuit(*name);
        if (!at) yaml_.wrong(node, "there is no circuit '" + *name + "' under 'circuits'");
        return at;
    }
    void circuit(const YAML::Node& map) {
        static constexpr std::array<std::string_view, 9> keys = {
            "name", "limit", "in", "meter", "map", "limit_w", "signal", "safe", "stale_after"};
        yaml_.check_keys(map, keys, "a circuit");
        if (circuits_read_ >= out_.site.circuits.size()) return;
        CircuitSite& circuit = out_.site.circuits[circuits_read_];
        auto& heard = out_.circuits[circuits_read_++];
        if (const auto node = Yaml::at(map, "limit"))
            circuit.limit_a = number(node, "'limit' (A per phase)", 1, amps_most);
        if (const auto node = Yaml::at(map, "limit_w"))
            circuit.limit_w = number(node, "'limit_w' (W of all phases)", 0, watts_most);
        if (const auto node = Yaml::at(map, "in")) circuit.parent = circuit_named(node);
        if (const auto node = Yaml::at(map, "meter")) {
            const auto thing = yaml_.text(node, "'meter'").value_or("");
            if (!valid_name(thing)) yaml_.wrong(node, "'meter' is the name of a thing");
            static constexpr std::array<std::string_view, 7> metered = {
                "current_l1", "current_l2", "current_l3", "power_l1",
                "power_l2",   "power_l3",   "power"};
            own_names(thing, metered, heard);
        }
        roles(map, charging::circuit_roles, heard);
        if (const auto node = Yaml::at(map, "signal")) {
            const auto where = address(node, "'signal'");
            if (!where.empty()) heard[circuit.limit_w ? "signal_on" : "signal_w"] = where;
        }
        const bool signalled = heard.contains("signal_on") || heard.contains("signal_w");
        if (circuit.limit_w && !heard.contains("signal_on"))
            yaml_.wrong(map, "'limit_w' holds while a signal is on: name it under 'signal'");
        const bool by_phase = heard.contains("current_l1") || heard.contains("power_l1");
        circuit.metered = by_phase || heard.contains("power");
        if (!circuit.limit_a && !signalled)
            yaml_.wrong(map, "a circuit needs 'limit' (A per phase), or 'signal'");
        if (circuit.limit_a && circuit.metered && !by_phase)
            yaml_.wrong(map,
                        "a limit per phase needs a meter that tells current_l1 or power_l1; "
                        "the power of all phases together does not tell which fuse is full");
        circuit.safe_a = circuit.limit_a ? std::min(6.0, *circuit.limit_a) : 6.0;
        if (const auto node = Yaml::at(map, "safe"))
            circuit.safe_a =
                number(node, "'safe' (A per phase)", 0, circuit.limit_a.value_or(amps_most))
                    .value_or(circuit.safe_a);
        if (const auto node = Yaml::at(map, "stale_after"))
            circuit.stale_after =
                yaml_.duration(node, "'stale_after'").value_or(circuit.stale_after);
        if (circuit.stale_after < seconds(1))
            yaml_.wrong(Yaml::at(map, "stale_after"), "'stale_after' is at least 1s");
    }
    void check_tree(const YAML::Node& list) {
        const auto& all = out_.site.circuits;
        for (std::size_t i = 0; i < all.size(); ++i) {
            auto at = all[i].parent;
            for (std::size_t depth = 0; at; ++depth) {
                if (depth > all.size() || *at == i) {
                    yaml_.wrong(list, "circuit '" + all[i].name + "' hangs in itself");
                    return;
                }
                at = all[*at].parent;
            }
        }
    }
    void point(const YAML::Node& map) {
        static constexpr std::array<std::string_view, 16> keys = {
            "name",        "thing",    "map",      "set_limit", "set_phases",
            "start",       "start_as", "phases",   "most",      "least",
            "step",        "circuit",  "priority", "mode",      "switches_phases",
            "obeys_within"};
        yaml_.check_keys(map, keys, "a charging point");
        if (out_.site.points.size() >= charging::points_max)
            return yaml_.wrong(map, "there can be at most 32 charging points");
        PointSite point;
        point.name = name_of(map, "a charging point");
        for (const auto& other : out_.site.points) {
            if (other.name == point.name)
                yaml_.wrong(map, "there is a charging point '" + point.name + "' already");
        }
        ChargingConfig::Map heard;
        std::string thing;
        if (const auto node = Yaml::at(map, "thing")) {
            thing = yaml_.text(node, "'thing'").value_or("");
            if (!valid_name(thing)) yaml_.wrong(node, "'thing' is the name of a thing");
            own_names(thing, charging::point_roles, heard);
            heard.erase("plan");
            heard.erase("plan_phases");
        }
        roles(map, charging::point_roles, heard);
        if (!heard.contains("status"))
            yaml_.wrong(map, "a charging point needs 'thing', or 'status' under 'map'");
        numbers_of(map, point);
        wiring_of(map, point);
        if (const auto node = Yaml::at(map, "circuit")) {
            point.circuit = circuit_named(node).value_or(0);
        } else {
            yaml_.wrong(map, "a charging point needs 'circuit', the fuse that it hangs on");
        }
        if (const auto node = Yaml::at(map, "mode")) {
            const auto text = yaml_.text(node, "'mode'");
            const auto mode = text ? charging::mode_from(*text) : std::nullopt;
            if (text && (!mode || *mode == charging::Mode::now))
                yaml_.wrong(node, "'mode' is off, sun, min_sun or planned");
            point.mode = mode.value_or(point.mode);
        }
        if (const auto node = Yaml::at(map, "start_as"))
            point.start_tag = yaml_.text(node, "'start_as'").value_or("");
        const auto where = [&](const char* key, const std::string& otherwise) {
            const auto node = Yaml::at(map, key);
            return node ? address(node, "'" + std::string(key) + "'") : otherwise;
        };
        const auto own = [&](const char* name) {
            return thing.empty() ? std::string() : thing + "/" + name;
        };
        out_.limits.push_back(where("set_limit", own("limit")));
        out_.limit_powers.push_back(own("limit_power"));
        out_.phases.push_back(where("set_phases", own("phases")));
        out_.starts.push_back(where("start", own("start")));
        if (out_.limits.back().empty())
            yaml_.wrong(map,
                        "a charging point needs 'thing', or 'set_limit', where its limit is "
                        "set");
        out_.site.points.push_back(std::move(point));
        out_.points.push_back(std::move(heard));
    }
    void numbers_of(const YAML::Node& map, PointSite& point) {
        if (const auto node = Yaml::at(map, "least"))
            point.current_min_a = number(node, "'least' (A)", 6, 80).value_or(6);
        if (const auto node = Yaml::at(map, "most"))
            point.current_max_a = number(node, "'most' (A)", 6, 80).value_or(16);
        if (point.current_max_a < point.current_min_a)
            yaml_.wrong(map, "'most' is at least 'least'");
        if (const auto node = Yaml::at(map, "step"))
            point.step_a = number(node, "'step' (A)", 0.1, 2).value_or(1);
        if (const auto node = Yaml::at(map, "priority"))
            point.priority = static_cast<int>(number(node, "'priority'", -100, 100).value_or(0));
        if (const auto node = Yaml::at(map, "switches_phases"))
            point.switches_phases = yaml_.flag(node, "'switches_phases'").value_or(false);
        if (const auto node = Yaml::at(map, "obeys_within")) {
            point.obeys_within = yaml_.duration(node, "'obeys_within'").value_or(seconds(35));
            if (point.obeys_within < seconds(1) || point.obeys_within > minutes(5))
                yaml_.wrong(node, "'obeys_within' lies between 1s and 5m");
        }
    }
    void wiring_of(const YAML::Node& map, PointSite& point) {
        const auto list = Yaml::at(map, "phases");
        if (!list || !yaml_.is_list(list, "'phases'")) return;
        std::vector<std::uint8_t> wiring;
        std::set<int> seen;
        for (const auto& one : list) {
            const auto phase = number(one, "a phase", 1, 3);
            if (!phase) return;
            if (!seen.insert(static_cast<int>(*phase)).second)
                yaml_.wrong(one, "a phase can stand in 'phases' once");
            wiring.push_back(static_cast<std::uint8_t>(*phase - 1));
        }
        if (wiring.empty() || wiring.size() > 3)
            return yaml_.wrong(list,
                               "'phases' are those of the house on the box's L1, L2, L3, "
                               "e.g. [2, 3, 1], or one of them");
        if (wiring.size() == 2) return yaml_.wrong(list, "'phases' are one or three of them");
        point.wiring = std::move(wiring);
    }
    void car(const YAML::Node& map) {
        static constexpr std::array<std::string_view, 6> keys = {"thing",  "map",        "cards",
                                                                 "ev_ids", "belongs_to", "phases"};
        yaml_.check_keys(map, keys, "a car");
        if (out_.site.cars.size() >= charging::cars_max)
            return yaml_.wrong(map, "there can be at most 16 cars");
        CarSite car;
        const auto node = yaml_.required(map, "thing", "a car");
        if (!node) return;
        car.name = yaml_.text(node, "'thing'").value_or("");
        if (!valid_name(car.name) || car.name == "guest" || car.name == "unknown")
            yaml_.wrong(node, "'thing' is the name of a vehicle");
        for (const auto& other : out_.site.cars) {
            if (other.name == car.name) yaml_.wrong(node, "the car stands here already");
        }
        car.tags = texts(Yaml::at(map, "cards"), "'cards'");
        car.ev_ids = texts(Yaml::at(map, "ev_ids"), "'ev_ids'");
        if (const auto who = Yaml::at(map, "belongs_to"))
            car.belongs_to = yaml_.text(who, "'belongs_to'").value_or("");
        if (const auto n = Yaml::at(map, "phases"))
            car.phases = static_cast<int>(number(n, "'phases'", 1, 3).value_or(0));
        const std::string battery = car.name + "/Powertrain.TractionBattery.";
        ChargingConfig::Map heard = {
            {"cable", battery + "Charging.ChargingPort.AnyPosition.IsChargingCableConnected"},
            {"charging", battery + "Charging.IsCharging"},
            {"home", car.name + "/Foxtail.Home"},
            {"power", battery + "CurrentPower"}};
        roles(map, charging::car_roles, heard);
        out_.site.cars.push_back(std::move(car));
        out_.cars.push_back(std::move(heard));
    }
    void sun(const YAML::Node& map) {
        static constexpr std::array<std::string_view, 3> keys = {"grid", "battery", "production"};
        if (!map || !yaml_.is_map(map, "'sun'")) return;
        yaml_.check_keys(map, keys, "'sun'");
        if (!yaml_.required(map, "grid", "'sun'")) return;
        house(map, "grid");
        house(map, "battery");
        house(map, "production");
    }
    void house(const YAML::Node& map, const char* key) {
        if (const auto node = Yaml::at(map, key))
            out_.house[key] = address(node, "'" + std::string(key) + "'");
    }
    /// What a kWh brings that is fed in: a number, or where it is told.
    void feed_in(const YAML::Node& node) {
        if (!node) return;
        const auto text = yaml_.text(node, "'feed_in'");
        if (!text) return;
        if (text->find('/') != std::string::npos)
            out_.house["feed_in"] = address(node, "'feed_in'");
        else
            out_.site.feed_in = number(node, "'feed_in'", -10, 10).value_or(0);
    }
    void delays(const YAML::Node& map) {
        static constexpr std::array<std::string_view, 7> keys = {
            "raise", "start", "stop", "restart", "switch_phases", "switch_again", "turn"};
        if (!map || !yaml_.is_map(map, "'delays'")) return;
        yaml_.check_keys(map, keys, "'delays'");
        auto& d = out_.site.delays;
        const std::array<Duration*, 7> where = {
            &d.raise, &d.start, &d.stop, &d.restart, &d.switch_phases, &d.switch_again, &d.turn};
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto node = Yaml::at(map, keys[i]);
            if (!node) continue;
            const auto value = yaml_.duration(node, "'" + std::string(keys[i]) + "'");
            if (!value) continue;
            if (*value < Duration{} || *value > hours(4)) {
                yaml_.wrong(node, "a delay lies between 0s and 4h");
            } else {
                *where[i] = *value;
            }
        }
    }

    Yaml& yaml_;
    ChargingConfig& out_;
    std::size_t circuits_read_ = 0;
};

}  // namespace

ChargingConfig read_charging(Yaml& yaml, const YAML::Node& map) {
    ChargingConfig out;
    if (!map) return out;
    ChargingReader(yaml, out).read(map);
    out.written = YAML::Dump(map);
    return out;
}

}  // namespace foxtail
