#include "foxtail/config/charging.hpp"
#include "foxtail/config/planner_yaml.hpp"
#include "foxtail/model/thing.hpp"
#include "foxtail/planner/prepare.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace foxtail {
namespace {

using planner::ChargingPlace;
using planner::Intent;

constexpr double device_kw_most = 100;
constexpr double capacity_kwh_most = 500;
constexpr std::string_view soc_signal = "Powertrain.TractionBattery.StateOfCharge.Displayed";
constexpr std::string_view cable_signal =
    "Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected";

constexpr std::array<Intent, 6> battery_intents = {Intent::hold,      Intent::automatic,
                                                   Intent::surplus,   Intent::charge,
                                                   Intent::discharge, Intent::off};
constexpr std::array<Intent, 3> heat_intents = {Intent::normal, Intent::boost, Intent::off};
constexpr std::array<Intent, 2> run_intents = {Intent::run, Intent::off};

/// A capacity is needed: nothing can be planned without it.
double capacity_of(PlanningPieces& pieces, const YAML::Node& map, std::string_view what) {
    if (!pieces.yaml().required(map, "capacity_kwh", what)) return 0;
    return pieces.number(map, "capacity_kwh", 0.1, capacity_kwh_most, 0);
}

/// Percent of the capacity, as kWh.
double share_of(PlanningPieces& pieces, const YAML::Node& map, std::string_view key,
                double capacity_kwh, double otherwise_percent) {
    return capacity_kwh * pieces.number(map, key, 0, 100, otherwise_percent) / 100;
}

/// A device that shall act must be told by something.
void check_act(PlanningPieces& pieces, const YAML::Node& map, bool can, std::string_view by) {
    const auto act = Yaml::at(map, "act");
    if (act && !can && pieces.flag(map, "act", false))
        pieces.yaml().wrong(
            act, "it cannot act: nothing says how it is told; give it " + std::string(by));
}

void read_battery(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                  PlanningConfig& out) {
    static constexpr std::array<std::string_view, 16> keys = {
        "name",       "capacity_kwh", "min",          "max",         "reserve", "charge_kw",
        "efficiency", "discharge_kw", "wear_eur_kwh", "grid_charge", "soc",     "grid_export",
        "power",      "setpoint",     "mode",         "act"};
    auto& yaml = pieces.yaml();
    yaml.check_keys(map, keys, "a battery");
    BatteryConfig one;
    auto& to = one.limits;
    to.name = pieces.device_name(map, "a battery", names.taken);
    to.capacity_kwh = capacity_of(pieces, map, "a battery");
    to.min_kwh = share_of(pieces, map, "min", to.capacity_kwh, 0);
    to.max_kwh = share_of(pieces, map, "max", to.capacity_kwh, 100);
    if (to.min_kwh > to.max_kwh) yaml.wrong(map, "'max' is at least 'min'");
    if (Yaml::at(map, "reserve")) {
        const double reserve = share_of(pieces, map, "reserve", to.capacity_kwh, 0);
        to.reserve_kwh = planner::Series::constant(reserve);
    }
    if (yaml.required(map, "charge_kw", "a battery"))
        to.charge_max_kw = pieces.number(map, "charge_kw", 0, device_kw_most, 0);
    to.discharge_max_kw = pieces.number(map, "discharge_kw", 0, device_kw_most, to.charge_max_kw);
    const double each_way = pieces.number(map, "efficiency", 0.3, 1, to.charge_efficiency);
    to.charge_efficiency = to.discharge_efficiency = each_way;
    to.wear_eur_kwh = pieces.number(map, "wear_eur_kwh", 0, 1, to.wear_eur_kwh);
    to.grid_charge = pieces.flag(map, "grid_charge", to.grid_charge);
    to.grid_export = pieces.flag(map, "grid_export", to.grid_export);
    one.soc = pieces.needed_address(map, "soc", "a battery");
    one.power = pieces.meter(map, "power");
    one.setpoint = pieces.setpoint(map, "setpoint");
    one.mode = pieces.mode(map, "mode", battery_intents);
    one.act = pieces.flag(map, "act", out.act);
    check_act(pieces, map, one.setpoint || one.mode, "'setpoint' or 'mode'");
    out.batteries.push_back(std::move(one));
}

std::vector<planner::PowerRange> read_ranges(PlanningPieces& pieces, const YAML::Node& map,
                                             const std::optional<ChargingPlace>& place) {
    static constexpr std::array<std::string_view, 2> keys = {"min", "max"};
    auto& yaml = pieces.yaml();
    if (!Yaml::at(map, "kw")) return place ? place->ranges() : planner::Car{}.ranges;
    std::vector<planner::PowerRange> out;
    pieces.each(map, "kw", "a range such as {min: 4.14, max: 11}", 2, [&](const YAML::Node& one) {
        yaml.check_keys(one, keys, "a range");
        planner::PowerRange range;
        range.min_kw = pieces.number(one, "min", 0, device_kw_most, range.min_kw);
        range.max_kw = pieces.number(one, "max", 0, device_kw_most, range.max_kw);
        if (range.min_kw > range.max_kw) yaml.wrong(one, "'max' is at least 'min'");
        if (place && place->amperes(range.max_kw) < place->least_a - 0.01)
            yaml.wrong(one, fmt::format("there it takes {:.2f} kW at least; less needs "
                                        "'switches_phases' of the point, or 'phases' of the car",
                                        place->ranges().front().min_kw));
        if (!out.empty() && range.min_kw < out.back().max_kw)
            yaml.wrong(one, "ranges go upwards and do not overlap: one phase first, then three");
        out.push_back(range);
    });
    return out;
}

void read_car(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
              PlanningConfig& out) {
    static constexpr std::array<std::string_view, 19> keys = {
        "name",         "vehicle",    "soc",          "cable",        "home",
        "power",        "point",      "capacity_kwh", "floor",        "max",
        "kw",           "efficiency", "gives_back",   "discharge_kw", "discharge_floor",
        "wear_eur_kwh", "kwh_per_km", "day_kwh",      "act"};
    auto& yaml = pieces.yaml();
    yaml.check_keys(map, keys, "a car");
    PlannedCarConfig one;
    auto& to = one.limits;
    const auto vehicle = yaml.required(map, "vehicle", "a car");
    one.vehicle = pieces.text(map, "vehicle");
    if (vehicle && !valid_name(one.vehicle))
        yaml.wrong(vehicle, "'vehicle' is the name of a thing");
    if (Yaml::at(map, "name") || one.vehicle.empty()) {
        to.name = pieces.device_name(map, "a car", names.taken);
    } else if (to.name = one.vehicle; !names.taken.insert(to.name).second) {
        yaml.wrong(vehicle, "there is a device '" + to.name + "' in the plan already");
    }
    const auto own = [&](const char* key, std::string_view signal) {
        return Yaml::at(map, key) ? pieces.address(map, key)
                                  : one.vehicle + "/" + std::string(signal);
    };
    one.soc = own("soc", soc_signal);
    one.cable = own("cable", cable_signal);
    one.home = own("home", "Foxtail.Home");
    one.power = pieces.address(map, "power");
    std::optional<ChargingPlace> place;
    if (const auto node = yaml.required(map, "point", "a car")) {
        one.point = pieces.text(map, "point");
        place = charging_place(*names.charging, one.point, one.vehicle);
        if (!place)
            yaml.wrong(node, "there is no charging point '" + one.point +
                                 "' under 'points' of 'charging'");
    }
    to.capacity_kwh = capacity_of(pieces, map, "a car");
    to.floor_kwh = share_of(pieces, map, "floor", to.capacity_kwh, 0);
    to.max_kwh = share_of(pieces, map, "max", to.capacity_kwh, 100);
    if (to.floor_kwh > to.max_kwh) yaml.wrong(map, "'max' is at least 'floor'");
    to.ranges = read_ranges(pieces, map, place);
    to.efficiency = pieces.number(map, "efficiency", 0.3, 1, to.efficiency);
    to.gives_back = pieces.flag(map, "gives_back", false);
    to.discharge_max_kw = pieces.number(map, "discharge_kw", 0, device_kw_most, 0);
    to.discharge_floor_kwh = share_of(pieces, map, "discharge_floor", to.capacity_kwh, 40);
    if (to.gives_back && to.discharge_max_kw <= 0)
        yaml.wrong(map, "a car that gives back needs 'discharge_kw'");
    to.wear_eur_kwh = pieces.number(map, "wear_eur_kwh", 0, 1, to.wear_eur_kwh);
    one.kwh_per_km = pieces.number(map, "kwh_per_km", 0.02, 2, one.kwh_per_km);
    one.arrive_kwh = pieces.number(map, "day_kwh", 0, capacity_kwh_most, 0);
    one.act = pieces.flag(map, "act", out.act);
    out.cars.push_back(std::move(one));
}

ComfortConfig read_comfort(PlanningPieces& pieces, const YAML::Node& map) {
    static constexpr std::array<std::string_view, 4> keys = {"low", "high", "low_away",
                                                             "high_away"};
    ComfortConfig out;
    const auto node = Yaml::at(map, "comfort");
    if (node && pieces.yaml().is_map(node, "'comfort'")) {
        pieces.yaml().check_keys(node, keys, "'comfort'");
        out.low_c = pieces.by_clock(node, "low", "c", 5, 30);
        out.high_c = pieces.by_clock(node, "high", "c", 5, 35);
        out.low_away_c = pieces.number(node, "low_away", 5, 30, out.low_away_c);
        out.high_away_c = pieces.number(node, "high_away", 5, 35, out.high_away_c);
        const auto lowest = [](const auto& table) {
            double low = 100;
            for (const auto& line : table) low = std::min(low, line.value);
            return low;
        };
        if (!out.low_c.empty() && !out.high_c.empty() && lowest(out.high_c) < lowest(out.low_c))
            pieces.yaml().wrong(node, "'high' is at least 'low'");
    }
    if (out.low_c.empty()) out.low_c = {{0x7F, 0, 1440, 20}};
    if (out.high_c.empty()) out.high_c = {{0x7F, 0, 1440, 23}};
    return out;
}

void read_heat_pump(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                    PlanningConfig& out) {
    static constexpr std::array<std::string_view, 19> keys = {
        "name",     "room",    "outdoor",         "power",          "mode",    "setpoint",
        "target",   "boost_k", "resistance_k_kw", "capacity_kwh_k", "min_kw",  "max_kw",
        "supply_c", "min_up",  "min_down",        "start_eur",      "comfort", "quiet",
        "act"};
    auto& yaml = pieces.yaml();
    yaml.check_keys(map, keys, "a heat pump");
    HeatPumpConfig one;
    auto& to = one.limits;
    to.name = pieces.device_name(map, "a heat pump", names.taken);
    one.room = pieces.needed_address(map, "room", "a heat pump");
    one.outdoor = pieces.address(map, "outdoor");
    one.power = pieces.meter(map, "power");
    one.mode = pieces.mode(map, "mode", heat_intents);
    one.setpoint = pieces.setpoint(map, "setpoint");
    one.target = pieces.address(map, "target");
    one.boost_k = pieces.number(map, "boost_k", 0, 10, one.boost_k);
    to.resistance_k_kw = pieces.number(map, "resistance_k_kw", 0.1, 200, to.resistance_k_kw);
    to.capacity_kwh_k = pieces.number(map, "capacity_kwh_k", 0.01, 1000, to.capacity_kwh_k);
    to.min_kw = pieces.number(map, "min_kw", 0, device_kw_most, to.min_kw);
    to.max_kw = pieces.number(map, "max_kw", 0, device_kw_most, to.max_kw);
    if (to.min_kw > to.max_kw) yaml.wrong(map, "'max_kw' is at least 'min_kw'");
    to.supply_c = pieces.number(map, "supply_c", 20, 75, to.supply_c);
    to.min_up = pieces.duration(map, "min_up", Duration{}, hours(6), to.min_up);
    to.min_down = pieces.duration(map, "min_down", Duration{}, hours(6), to.min_down);
    to.start_eur = pieces.number(map, "start_eur", 0, 10, to.start_eur);
    one.comfort = read_comfort(pieces, map);
    one.quiet = pieces.by_clock(map, "quiet", "off", 0, 1);
    one.act = pieces.flag(map, "act", out.act);
    check_act(pieces, map, one.setpoint || one.mode || !one.target.empty(),
              "'mode', 'setpoint' or 'target'");
    out.heat_pumps.push_back(std::move(one));
}

void read_tank(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
               PlanningConfig& out) {
    static constexpr std::array<std::string_view, 13> keys = {
        "name",       "heat_pump", "temperature", "litres", "useful_c", "max_c", "min_c",
        "litres_day", "loss_kw",   "power_kw",    "power",  "mode",     "act"};
    auto& yaml = pieces.yaml();
    yaml.check_keys(map, keys, "hot water");
    HotWaterConfig one;
    auto& to = one.limits;
    to.name = pieces.device_name(map, "hot water", names.taken);
    if (const auto node = Yaml::at(map, "heat_pump")) {
        one.heat_pump = pieces.text(map, "heat_pump");
        const auto& all = out.heat_pumps;
        const auto at = std::find_if(all.begin(), all.end(), [&](const HeatPumpConfig& pump) {
            return pump.limits.name == one.heat_pump;
        });
        if (at == all.end()) {
            yaml.wrong(node, "there is no heat pump '" + one.heat_pump + "' under 'heat_pumps'");
        } else {
            to.zone = static_cast<std::size_t>(at - all.begin());
        }
    }
    one.temperature = pieces.needed_address(map, "temperature", "hot water");
    one.litres = pieces.number(map, "litres", 5, 5000, one.litres);
    one.useful_c = pieces.number(map, "useful_c", 25, 60, one.useful_c);
    const double least = pieces.number(map, "min_c", 25, 80, one.useful_c + 5);
    const double most = pieces.number(map, "max_c", 30, 90, std::max(55.0, least));
    if (least < one.useful_c || most < least)
        yaml.wrong(map, "'max_c' is at least 'min_c', and that at least 'useful_c'");
    constexpr double kwh_per_litre_k = 0.001163;
    to.min_kwh = (least - one.useful_c) * one.litres * kwh_per_litre_k;
    to.max_kwh = (most - one.useful_c) * one.litres * kwh_per_litre_k;
    one.litres_day = pieces.number(map, "litres_day", 0, 5000, one.litres_day);
    to.loss_kw = pieces.number(map, "loss_kw", 0, 5, to.loss_kw);
    to.power_kw = pieces.number(map, "power_kw", 0.1, device_kw_most, to.power_kw);
    one.power = pieces.meter(map, "power");
    one.mode = pieces.mode(map, "mode", run_intents);
    one.act = pieces.flag(map, "act", out.act);
    check_act(pieces, map, one.mode.has_value(), "'mode'");
    out.tanks.push_back(std::move(one));
}

void read_appliance(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                    PlanningConfig& out) {
    static constexpr std::array<std::string_view, 8> keys = {
        "name", "profile_kw", "armed", "ready_by", "power", "start", "missed_eur", "act"};
    constexpr std::size_t quarters_max = 48;
    auto& yaml = pieces.yaml();
    yaml.check_keys(map, keys, "an appliance");
    ApplianceConfig one;
    one.name = pieces.device_name(map, "an appliance", names.taken);
    const auto profile = yaml.required(map, "profile_kw", "an appliance");
    if (profile && yaml.is_list(profile, "'profile_kw'")) {
        for (const auto& node : profile) {
            const auto kw = yaml.number(node, "a power");
            if (!kw) continue;
            if (*kw < 0 || *kw > device_kw_most)
                yaml.wrong(node, "a power lies between 0 and 100 (kW)");
            one.profile_kw.push_back(*kw);
        }
        if (one.profile_kw.empty() || one.profile_kw.size() > quarters_max)
            yaml.wrong(profile, "'profile_kw' has the power in kW of 1 to 48 quarters of an hour");
    }
    one.armed = pieces.needed_address(map, "armed", "an appliance");
    if (const auto node = Yaml::at(map, "ready_by")) {
        if (pieces.clock(node, "'ready_by'", false)) one.ready_by = pieces.text(map, "ready_by");
    }
    one.power = pieces.meter(map, "power");
    one.start = pieces.mode(map, "start", run_intents);
    one.missed_eur = pieces.number(map, "missed_eur", 0, 1000, one.missed_eur);
    one.act = pieces.flag(map, "act", out.act);
    check_act(pieces, map, one.start.has_value(), "'start'");
    out.appliances.push_back(std::move(one));
}

template <class Read>
void read_all(PlanningPieces& pieces, const YAML::Node& map, const char* key, const char* what,
              std::size_t most, Read read) {
    pieces.each(map, key, what, most, read);
}

}  // namespace

void read_batteries(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                    PlanningConfig& out) {
    read_all(pieces, map, "batteries", "a battery", planner::batteries_max,
             [&](const YAML::Node& one) { read_battery(pieces, one, names, out); });
}
void read_planned_cars(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                       PlanningConfig& out) {
    read_all(pieces, map, "cars", "a car", planner::cars_max,
             [&](const YAML::Node& one) { read_car(pieces, one, names, out); });
}
void read_heat_pumps(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                     PlanningConfig& out) {
    read_all(pieces, map, "heat_pumps", "a heat pump", planner::zones_max,
             [&](const YAML::Node& one) { read_heat_pump(pieces, one, names, out); });
}
void read_tanks(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                PlanningConfig& out) {
    read_all(pieces, map, "hot_water", "hot water", planner::tanks_max,
             [&](const YAML::Node& one) { read_tank(pieces, one, names, out); });
}
void read_appliances(PlanningPieces& pieces, const YAML::Node& map, DeviceNames& names,
                     PlanningConfig& out) {
    read_all(pieces, map, "appliances", "an appliance", planner::appliances_max,
             [&](const YAML::Node& one) { read_appliance(pieces, one, names, out); });
}

std::optional<ChargingPlace> charging_place(const ChargingConfig& charging, std::string_view point,
                                            std::string_view vehicle) {
    const auto& site = charging.site;
    for (const auto& one : site.points) {
        if (one.name != point) continue;
        ChargingPlace place;
        place.volts = site.volts;
        place.phases = static_cast<int>(one.wiring.size());
        for (const auto& car : site.cars)
            if (car.name == vehicle && car.phases > 0)
                place.phases = std::min(place.phases, car.phases);
        place.switches_phases = one.switches_phases && place.phases == 3;
        place.least_a = one.current_min_a;
        place.most_a = one.current_max_a;
        return place;
    }
    return std::nullopt;
}

}  // namespace foxtail
