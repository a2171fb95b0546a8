#include "foxtail/simulation/house.hpp"

#include "foxtail/planner/grid.hpp"

#include <algorithm>

namespace foxtail::simulation {
namespace {

constexpr Duration beyond = hours(50);

/// Local midnights, as moments.
Time midnight_before(const Habits& habits, Time t) {
    const auto local = t.us + habits.local.us;
    return {local - local % days(1).us - habits.local.us};
}

bool falls_on(Weekdays on, const Habits& habits, Time midnight) {
    const int sunday_is_0 = civil_from(midnight + habits.local).weekday;
    return (on >> static_cast<unsigned>((sunday_is_0 + 6) % 7) & 1U) != 0;
}

planner::Car car_between(const Habits& habits, const CarHabit& habit, Time from, Time until) {
    planner::Car out = habit.car;
    out.sessions.clear();
    struct Way {
        Time leaves;
        Time returns;
        double kwh;
    };
    std::vector<Way> ways;
    for (auto day = midnight_before(habits, from); day < until; day = day + days(1)) {
        for (const auto& trip : habit.trips)
            if (falls_on(trip.on, habits, day) && day + trip.leaves >= from)
                ways.push_back({day + trip.leaves, day + trip.returns, trip.kwh});
    }
    std::ranges::sort(ways, {}, &Way::leaves);
    Time arrive = from - hours(1);
    double used = 0;
    for (const auto& way : ways) {
        out.sessions.push_back({arrive, way.leaves, habit.target_kwh, used, 1, out.name});
        arrive = way.returns;
        used = way.kwh;
    }
    out.sessions.push_back({arrive, until + days(1), std::nullopt, used, 1, ""});
    return out;
}

planner::Zone zone_between(const Habits& habits, const ZoneHabit& habit, const World& world,
                           Time from, Time until) {
    planner::Zone out = habit.zone;
    out.low_c = {from, minutes(15), {}};
    out.high_c = planner::Series::constant(habit.high_c);
    for (auto t = from; t < until; t = t + minutes(15)) {
        const auto local = t - midnight_before(habits, t);
        const bool day = local >= habit.day_from && local < habit.day_until;
        out.low_c.values.push_back(day ? habit.day_low_c : habit.night_low_c);
    }
    out.high_c = {from, minutes(15), std::vector<double>(out.low_c.values.size(), habit.high_c)};
    if (out.cop.values.empty()) out.cop = cop_of(out.supply_c, world.outdoor_c);
    return out;
}

planner::HotWater tank_between(const Habits& habits, const TankHabit& habit, Time from,
                               Time until) {
    planner::HotWater out = habit.tank;
    out.draw_kw = {from, minutes(15), {}};
    for (auto t = from; t < until; t = t + minutes(15)) {
        const auto hour = (t - midnight_before(habits, t)).us / hours(1).us;
        out.draw_kw.values.push_back(habit.draw_kw[static_cast<std::size_t>(hour)]);
    }
    return out;
}

}  // namespace

planner::Series cop_of(double supply_c, const planner::Series& outdoor_c) {
    planner::Series out{outdoor_c.from, outdoor_c.step, {}};
    out.values.reserve(outdoor_c.values.size());
    for (const double outdoor : outdoor_c.values)
        out.values.push_back(planner::carnot_cop(supply_c, outdoor));
    return out;
}

House house_between(const Habits& habits, const World& world, Time from, Time until) {
    const auto end = until + beyond;
    House out;
    out.connection = habits.connection;
    out.batteries = habits.batteries;
    out.ladder = habits.ladder;
    for (const auto& habit : habits.cars) out.cars.push_back(car_between(habits, habit, from, end));
    for (const auto& habit : habits.zones)
        out.zones.push_back(zone_between(habits, habit, world, from, end));
    for (const auto& habit : habits.tanks)
        out.tanks.push_back(tank_between(habits, habit, from, end));
    for (auto day = midnight_before(habits, from); day < end; day = day + days(1)) {
        for (const auto& machine : habits.machines) {
            if (!falls_on(machine.on, habits, day) || day + machine.armed < from) continue;
            // What need not be done within the span would be counted to some and not to others.
            if (day + machine.ready_by > until) continue;
            out.appliances.push_back(
                {machine.name, machine.profile_kw, day + machine.armed, day + machine.ready_by, 5});
        }
    }
    return out;
}

Habits default_habits() {
    Habits out;
    planner::Battery battery;
    battery.name = "battery";
    battery.capacity_kwh = 10;
    battery.energy_kwh = 5;
    battery.min_kwh = 0.5;
    battery.max_kwh = 10;
    battery.charge_max_kw = 5;
    battery.discharge_max_kw = 5;
    out.batteries.push_back(battery);

    CarHabit car;
    car.car.name = "car";
    car.car.capacity_kwh = 60;
    car.car.energy_kwh = 40;
    car.car.max_kwh = 60;
    car.trips = {{working_days, minutes(450), minutes(1050), 12},
                 {weekend, hours(14), hours(18), 12}};
    out.cars.push_back(car);

    ZoneHabit zone;
    zone.zone.name = "house";
    zone.zone.temperature_c = 20.8;
    out.zones.push_back(zone);

    out.machines = {{"dishwasher", {2.0, 1.0, 0.2, 0.1, 1.6, 0.3}, every_day, hours(19), hours(31)},
                    {"washer", {1.8, 1.2, 0.3, 0.2, 0.2, 0.4}, 0x2a, hours(8), hours(18)}};
    return out;
}

}  // namespace foxtail::simulation
