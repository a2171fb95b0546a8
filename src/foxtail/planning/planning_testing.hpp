#pragma once

#include "foxtail/planning/keeper.hpp"

namespace foxtail::planning {

class UtcZone final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time) const override { return {}; }
};
inline const UtcZone utc;

inline constexpr DeviceId leaf{planner::Kind::car, 0};
inline constexpr DeviceId battery{planner::Kind::battery, 0};
inline constexpr DeviceId pump{planner::Kind::heat_pump, 0};
inline constexpr DeviceId dishes{planner::Kind::appliance, 0};

inline Time at(const char* text) {
    return *parse_rfc3339(text);
}

/// A car that is plugged in, a battery, a heat pump, a dishwasher.
inline Site small_site() {
    Site site;
    CarSite car;
    car.limits.name = "leaf";
    car.limits.capacity_kwh = 40;
    car.limits.floor_kwh = 4;
    car.goals = *parse_goals("80 % by 07:00");
    site.cars.push_back(car);
    BatterySite store;
    store.limits.name = "battery";
    store.limits.capacity_kwh = store.limits.max_kwh = 10;
    store.limits.charge_max_kw = store.limits.discharge_max_kw = 5;
    site.batteries.push_back(store);
    HeatPumpSite heating;
    heating.limits.name = "heat-pump";
    heating.low_c = {{0x7f, 6 * 60, 22 * 60, 20.5}, {0x7f, 22 * 60, 6 * 60, 18}};
    site.heat_pumps.push_back(heating);
    ApplianceSite machine;
    machine.limits.name = "dishwasher";
    machine.limits.profile_kw = {2, 0.2, 0.2, 2};
    machine.ready_minute = 6 * 60;
    site.appliances.push_back(machine);
    return site;
}

/// 200 litres from 45 to 55 degrees, counted from 40, with a rod.
inline TankSite small_tank() {
    TankSite tank;
    tank.limits.name = "boiler";
    tank.limits.min_kwh = 5 * 0.001163 * 200;
    tank.limits.max_kwh = 15 * 0.001163 * 200;
    return tank;
}

inline Outlook flat_outlook(Time now) {
    Outlook outlook;
    outlook.load_kw = planner::Series::constant(0.4);
    outlook.outdoor_c = planner::Series::constant(5);
    outlook.buy.eur = planner::Series::constant(0.3);
    outlook.buy.known_until = now + hours(48);
    outlook.sell.eur = planner::Series::constant(0.08);
    outlook.sell.known_until = now + hours(48);
    return outlook;
}

}  // namespace foxtail::planning
