#include "foxtail/cli/house_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>

namespace foxtail::cli {
namespace {

using simulation::Weekdays;

constexpr std::size_t devices_max = 20;
constexpr std::size_t profile_quarters_max = 96;
constexpr std::array<std::string_view, 7> day_names = {"mon", "tue", "wed", "thu",
                                                       "fri", "sat", "sun"};

/// "mon-fri", "sat,sun", "daily".
std::optional<Weekdays> weekdays_of(std::string_view text) {
    if (text == "daily") return simulation::every_day;
    Weekdays out = 0;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto part = text.substr(0, comma);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
        const auto dash = part.find('-');
        const auto* first = std::ranges::find(day_names, part.substr(0, dash));
        const auto* last = dash == std::string_view::npos
                               ? first
                               : std::ranges::find(day_names, part.substr(dash + 1));
        if (first == day_names.end() || last == day_names.end() || last < first)
            return std::nullopt;
        for (const auto* day = first; day <= last; ++day) out |= 1U << (day - day_names.begin());
    }
    return out == 0 ? std::nullopt : std::optional(out);
}

/// "07:30"; hours beyond 23 are the next day.
std::optional<Duration> clock_of(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    for (const std::size_t i : {0U, 1U, 3U, 4U})
        if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) return std::nullopt;
    const int hour = (text[0] - '0') * 10 + text[1] - '0';
    const int minute = (text[3] - '0') * 10 + text[4] - '0';
    if (hour > 47 || minute > 59 || minute % 15 != 0) return std::nullopt;
    return hours(hour) + minutes(minute);
}

class HouseReader {
public:
    HouseReader(Yaml& yaml, simulation::Habits& out) : yaml_(yaml), out_(out) {}

    void read(const YAML::Node& root) {
        static constexpr std::array<std::string_view, 7> keys = {
            "utc_offset", "connection", "batteries", "cars", "zones", "hot_water", "machines"};
        if (!yaml_.is_map(root, "the file")) return;
        yaml_.check_keys(root, keys, "the file");
        if (const auto node = Yaml::at(root, "utc_offset"))
            out_.local = yaml_.duration(node, "'utc_offset'").value_or(out_.local);
        if (const auto map = Yaml::at(root, "connection")) {
            static constexpr std::array<std::string_view, 2> known = {"import_max", "export_max"};
            if (yaml_.is_map(map, "'connection'")) yaml_.check_keys(map, known, "'connection'");
            number(map, "import_max", 0.5, 1000, out_.connection.import_max_kw);
            number(map, "export_max", 0, 1000, out_.connection.export_max_kw);
        }
        each(root, "batteries", [&](const YAML::Node& map) { battery(map); });
        each(root, "cars", [&](const YAML::Node& map) { car(map); });
        each(root, "zones", [&](const YAML::Node& map) { zone(map); });
        each(root, "hot_water", [&](const YAML::Node& map) { hot_water(map); });
        each(root, "machines", [&](const YAML::Node& map) { machine(map); });
    }

private:
    void each(const YAML::Node& root, const char* key,
              const std::function<void(const YAML::Node&)>& read_one) {
        const auto list = Yaml::at(root, key);
        if (!list || !yaml_.is_list(list, "'" + std::string(key) + "'")) return;
        if (list.size() > devices_max)
            return yaml_.wrong(list, "at most " + std::to_string(devices_max) + " of them");
        for (const auto& one : list)
            if (yaml_.is_map(one, "an entry of '" + std::string(key) + "'")) read_one(one);
    }

    void number(const YAML::Node& map, const char* key, double least, double most, double& out) {
        const auto node = Yaml::at(map, key);
        if (!node) return;
        const auto value = yaml_.number(node, "'" + std::string(key) + "'");
        if (!value) return;
        if (!(*value >= least && *value <= most)) {
            std::string text = std::to_string(least) + " to " + std::to_string(most);
            return yaml_.wrong(node, "'" + std::string(key) + "' is to be " + text);
        }
        out = *value;
    }

    void power(const YAML::Node& map, const char* key, double& least, double& most) {
        const auto node = Yaml::at(map, key);
        if (!node || !yaml_.is_list(node, "'" + std::string(key) + "'")) return;
        if (node.size() != 2) return yaml_.wrong(node, "two numbers in kW: the least and the most");
        const auto low = yaml_.number(node[0], "the least power");
        const auto high = yaml_.number(node[1], "the most power");
        if (!low || !high) return;
        if (!(*low >= 0 && *low <= *high && *high <= 1000))
            return yaml_.wrong(node, "the least power is to be below the most, in kW");
        least = *low;
        most = *high;
    }

    void clock(const YAML::Node& map, const char* key, Duration& out) {
        const auto node = Yaml::at(map, key);
        if (!node) return;
        const auto text = yaml_.text(node, "'" + std::string(key) + "'");
        if (!text) return;
        if (const auto read = clock_of(*text)) {
            out = *read;
        } else {
            yaml_.wrong(node, "'" + std::string(key) +
                                  "' is to be a time at a quarter of an hour: \"07:30\"");
        }
    }

    void days_on(const YAML::Node& map, Weekdays& out) {
        const auto node = Yaml::at(map, "on");
        if (!node) return;
        const auto text = yaml_.text(node, "'on'");
        if (!text) return;
        if (const auto read = weekdays_of(*text)) {
            out = *read;
        } else {
            yaml_.wrong(node, "'on' is to be days: \"mon-fri\", \"sat,sun\" or \"daily\"");
        }
    }

    std::string name(const YAML::Node& map, const char* what) {
        const auto node = yaml_.required(map, "name", what);
        if (!node) return {};
        auto text = yaml_.text(node, "'name'").value_or("");
        if (std::ranges::find(names_, text) != names_.end())
            yaml_.wrong(node, "two devices are called '" + text + "'");
        names_.push_back(text);
        return text;
    }

    void battery(const YAML::Node& map) {
        static constexpr std::array<std::string_view, 10> keys = {
            "name",      "capacity",   "min",  "start",     "charge",
            "discharge", "efficiency", "wear", "from_grid", "to_grid"};
        yaml_.check_keys(map, keys, "a battery");
        planner::Battery one;
        one.name = name(map, "a battery");
        one.capacity_kwh = 10;
        number(map, "capacity", 0.1, 1000, one.capacity_kwh);
        one.max_kwh = one.capacity_kwh;
        one.energy_kwh = one.capacity_kwh / 2;
        one.min_kwh = 0.05 * one.capacity_kwh;
        number(map, "min", 0, one.capacity_kwh, one.min_kwh);
        number(map, "start", 0, one.capacity_kwh, one.energy_kwh);
        one.charge_max_kw = one.discharge_max_kw = one.capacity_kwh / 2;
        number(map, "charge", 0, 1000, one.charge_max_kw);
        number(map, "discharge", 0, 1000, one.discharge_max_kw);
        number(map, "efficiency", 0.5, 1, one.charge_efficiency);
        one.discharge_efficiency = one.charge_efficiency;
        number(map, "wear", 0, 1, one.wear_eur_kwh);
        if (const auto node = Yaml::at(map, "from_grid"))
            one.grid_charge = yaml_.flag(node, "'from_grid'").value_or(true);
        if (const auto node = Yaml::at(map, "to_grid"))
            one.grid_export = yaml_.flag(node, "'to_grid'").value_or(false);
        out_.batteries.push_back(one);
    }

    void car(const YAML::Node& map) {
        static constexpr std::array<std::string_view, 10> keys = {
            "name",       "capacity", "target",     "start",      "power",
            "efficiency", "trips",    "gives_back", "keeps_back", "wear"};
        yaml_.check_keys(map, keys, "a car");
        simulation::CarHabit habit;
        habit.car.name = name(map, "a car");
        habit.car.capacity_kwh = 60;
        number(map, "capacity", 1, 1000, habit.car.capacity_kwh);
        habit.car.max_kwh = habit.car.capacity_kwh;
        habit.target_kwh = 0.8 * habit.car.capacity_kwh;
        habit.car.energy_kwh = 0.6 * habit.car.capacity_kwh;
        number(map, "target", 0, habit.car.capacity_kwh, habit.target_kwh);
        number(map, "start", 0, habit.car.capacity_kwh, habit.car.energy_kwh);
        number(map, "efficiency", 0.5, 1, habit.car.efficiency);
        power(map, "power", habit.car.ranges[0].min_kw, habit.car.ranges[0].max_kw);
        number(map, "gives_back", 0, 1000, habit.car.discharge_max_kw);
        habit.car.gives_back = habit.car.discharge_max_kw > 0;
        habit.car.discharge_floor_kwh = 0.3 * habit.car.capacity_kwh;
        number(map, "keeps_back", 0, habit.car.capacity_kwh, habit.car.discharge_floor_kwh);
        number(map, "wear", 0, 1, habit.car.wear_eur_kwh);
        each(map, "trips", [&](const YAML::Node& node) {
            static constexpr std::array<std::string_view, 4> known = {"on", "leaves", "returns",
                                                                      "kwh"};
            yaml_.check_keys(node, known, "a trip");
            simulation::Trip trip;
            days_on(node, trip.on);
            clock(node, "leaves", trip.leaves);
            clock(node, "returns", trip.returns);
            number(node, "kwh", 0, 1000, trip.kwh);
            if (trip.returns <= trip.leaves || trip.returns > hours(24))
                yaml_.wrong(node, "a trip is to return after it leaves, on the same day");
            habit.trips.push_back(trip);
        });
        out_.cars.push_back(habit);
    }

    void zone(const YAML::Node& map) {
        static constexpr std::array<std::string_view, 11> keys = {
            "name", "resistance", "capacity", "heat_pump", "supply",   "start",
            "day",  "night",      "high",     "day_from",  "day_until"};
        yaml_.check_keys(map, keys, "a zone");
        simulation::ZoneHabit habit;
        habit.zone.name = name(map, "a zone");
        number(map, "resistance", 0.1, 100, habit.zone.resistance_k_kw);
        number(map, "capacity", 0.1, 200, habit.zone.capacity_kwh_k);
        power(map, "heat_pump", habit.zone.min_kw, habit.zone.max_kw);
        number(map, "supply", 20, 75, habit.zone.supply_c);
        number(map, "day", 5, 30, habit.day_low_c);
        number(map, "night", 5, 30, habit.night_low_c);
        number(map, "high", 10, 35, habit.high_c);
        habit.zone.temperature_c = habit.day_low_c + 0.3;
        number(map, "start", 0, 35, habit.zone.temperature_c);
        clock(map, "day_from", habit.day_from);
        clock(map, "day_until", habit.day_until);
        if (habit.high_c < habit.day_low_c || habit.high_c < habit.night_low_c)
            yaml_.wrong(map, "'high' is to be above 'day' and 'night'");
        out_.zones.push_back(habit);
    }

    /// A tank with a rod, or heated by the heat pump of a zone.
    void hot_water(const YAML::Node& map) {
        static constexpr std::array<std::string_view, 9> keys = {
            "name", "capacity", "min", "start", "loss", "power", "cop", "zone", "draws"};
        yaml_.check_keys(map, keys, "hot water");
        simulation::TankHabit habit;
        auto& tank = habit.tank;
        tank.name = name(map, "hot water");
        tank.max_kwh = 8;
        number(map, "capacity", 0.5, 1000, tank.max_kwh);
        tank.min_kwh = 0.25 * tank.max_kwh;
        number(map, "min", 0, tank.max_kwh, tank.min_kwh);
        tank.energy_kwh = tank.max_kwh / 2;
        number(map, "start", 0, tank.max_kwh, tank.energy_kwh);
        number(map, "loss", 0, 10, tank.loss_kw);
        number(map, "power", 0.1, 100, tank.power_kw);
        if (const auto node = Yaml::at(map, "zone")) tank.zone = zone_called(node);
        double cop = tank.zone ? 2.5 : 1;
        number(map, "cop", 0.5, 10, cop);
        tank.cop = planner::Series::constant(cop);
        each(map, "draws", [&](const YAML::Node& node) {
            static constexpr std::array<std::string_view, 2> known = {"at", "kwh"};
            yaml_.check_keys(node, known, "a draw");
            Duration at;
            double kwh = 0;
            clock(node, "at", at);
            number(node, "kwh", 0, 100, kwh);
            const auto hour = static_cast<std::size_t>(at.us / hours(1).us);
            if (hour >= habit.draw_kw.size()) return yaml_.wrong(node, "a draw is within the day");
            habit.draw_kw[hour] += kwh;
        });
        out_.tanks.push_back(habit);
    }

    std::optional<std::size_t> zone_called(const YAML::Node& node) {
        const auto text = yaml_.text(node, "'zone'");
        for (std::size_t i = 0; i < out_.zones.size(); ++i)
            if (text && out_.zones[i].zone.name == *text) return i;
        if (text) yaml_.wrong(node, "there is no zone '" + *text + "'");
        return std::nullopt;
    }

    void machine(const YAML::Node& map) {
        static constexpr std::array<std::string_view, 5> keys = {"name", "profile", "on", "armed",
                                                                 "ready_by"};
        yaml_.check_keys(map, keys, "a machine");
        simulation::MachineHabit habit;
        habit.name = name(map, "a machine");
        days_on(map, habit.on);
        habit.ready_by = hours(24);
        clock(map, "armed", habit.armed);
        clock(map, "ready_by", habit.ready_by);
        const auto list = yaml_.required(map, "profile", "a machine");
        if (!list || !yaml_.is_list(list, "'profile'")) return;
        if (list.size() == 0 || list.size() > profile_quarters_max)
            return yaml_.wrong(list, "'profile' is a power in kW for each quarter hour, 1 to 96");
        for (const auto& node : list)
            habit.profile_kw.push_back(
                std::clamp(yaml_.number(node, "a power in kW").value_or(0), 0.0, 100.0));
        const auto takes = minutes(15) * static_cast<std::int64_t>(habit.profile_kw.size());
        if (habit.armed + takes > habit.ready_by)
            yaml_.wrong(map, "between 'armed' and 'ready_by' there is no time for the run");
        out_.machines.push_back(habit);
    }

    Yaml& yaml_;
    simulation::Habits& out_;
    std::vector<std::string> names_;
};

}  // namespace

HouseRead read_house(std::string_view text, std::string_view file) {
    HouseRead out;
    Yaml yaml(std::string(file), text);
    HouseReader(yaml, out.habits).read(yaml.root());
    out.mistakes = yaml.take_mistakes();
    return out;
}

}  // namespace foxtail::cli
