#pragma once

#include "foxtail/planner/request.hpp"
#include "foxtail/simulation/world.hpp"

#include <array>
#include <string>
#include <vector>

namespace foxtail::simulation {

/// A house as it is at the beginning of a span, and everything that people will do in it: the
/// stays of the cars, the runs of the machines, the comfort wanted. In the planner's own types, so
/// that what is simulated and what is planned mean the same.
struct House {
    planner::Connection connection;
    std::vector<planner::Battery> batteries;
    std::vector<planner::Car> cars;  // all stays, in order
    std::vector<planner::Zone> zones;
    std::vector<planner::HotWater> tanks;
    std::vector<planner::Appliance> appliances;  // one entry a run; `earliest` is when it is armed
    planner::Ladder ladder;
};

/// Bit 0 = Monday.
using Weekdays = unsigned;
constexpr Weekdays every_day = 0x7f;
constexpr Weekdays working_days = 0x1f;
constexpr Weekdays weekend = 0x60;

struct Trip {
    Weekdays on = every_day;
    Duration leaves;   // after local midnight
    Duration returns;  // the same day
    double kwh = 12;
};

struct CarHabit {
    planner::Car car;
    std::vector<Trip> trips;
    double target_kwh = 48;  // wanted whenever it leaves
};

struct MachineHabit {
    std::string name;
    std::vector<double> profile_kw;  // by quarter hour
    Weekdays on = every_day;
    Duration armed;     // after local midnight
    Duration ready_by;  // after the same midnight; beyond 24 h is the next day
};

struct ZoneHabit {
    planner::Zone zone;
    double day_low_c = 20.5;
    double night_low_c = 19;
    double high_c = 23;
    Duration day_from = hours(6);
    Duration day_until = hours(22);
};

struct TankHabit {
    planner::HotWater tank;
    std::array<double, 24> draw_kw{};  // by local hour
};

/// What repeats itself, without dates. The default is the house of docs/simulate.md.
struct Habits {
    Duration local = hours(1);  // ahead of UTC
    planner::Connection connection;
    std::vector<planner::Battery> batteries;
    std::vector<CarHabit> cars;
    std::vector<ZoneHabit> zones;
    std::vector<TankHabit> tanks;
    std::vector<MachineHabit> machines;
    planner::Ladder ladder;
};
[[nodiscard]] Habits default_habits();

/// The habits from `from` until `until`, with two days beyond so that plans can look ahead.
[[nodiscard]] House house_between(const Habits& habits, const World& world, Time from, Time until);

/// What a heat pump gives for a kWh, as the planner reckons it.
[[nodiscard]] planner::Series cop_of(double supply_c, const planner::Series& outdoor_c);

}  // namespace foxtail::simulation
