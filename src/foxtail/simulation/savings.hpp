#pragma once

#include "foxtail/planner/plan.hpp"
#include "foxtail/simulation/house.hpp"

#include <string>
#include <vector>

namespace foxtail::simulation {

// The ledger of savings: what a measured span cost, against what the same span would have cost if
// the car had charged on arrival, a thermostat had heated and machines had begun at once (the
// controller "arrival"), with the same sun, load, weather, prices, trips and wishes.

/// What a device took, measured. Steps as fine as they are known; gaps hold the value before.
struct Taken {
    planner::Kind kind = planner::Kind::car;
    std::string device;  // as in the house; of a machine, one entry for all its runs
    planner::Series kw;  // + took, - gave
    /// kWh or °C at the beginning of each step and one more at the end; empty for machines.
    planner::Series level;
};

struct Day {
    Time from;  // at quarter hours
    Time until;
    /// The devices with their state at `from`, and the stays, trips, wishes and armings that were.
    House house;
    World world;  // measured; the load without what stands in `taken`
    std::vector<Taken> taken;
};

struct Saved {
    planner::Kind kind = planner::Kind::car;
    std::string device;
    double kwh = 0;          // it took
    double arrival_kwh = 0;  // it would have taken
    double eur = 0;          // saved; less than 0 is possible
};

/// A wish that was not met, in what was or in what would have been.
struct Shortfall {
    planner::Kind kind = planner::Kind::car;
    std::string device;
    std::string unit;  // "kWh" at departures, "K·h" too cold, "runs" not made
    double amount = 0;
    double arrival_amount = 0;
};

struct Savings {
    Time from;
    Time until;
    double cost_eur = 0;     // grid and wear, less what is left in the house at the end
    double arrival_eur = 0;  // the same, as it would have been
    std::vector<Saved> devices;
    std::vector<Shortfall> shortfalls;  // only those where either amount is not 0
    [[nodiscard]] double saved_eur() const { return arrival_eur - cost_eur; }
};

/// Devices are put from "would have been" to "was" one after the other (machines, cars, hot water,
/// heat pumps, batteries last), so that what is told of each adds up to the whole. What is left in
/// batteries, cars and walls at the end counts at the rule of terminal_value(). Missed wishes are
/// told, not turned into money. A device of the house that is not in `taken` counts as it would
/// have been.
[[nodiscard]] Savings savings(const Day& measured);

/// Days into weeks.
[[nodiscard]] Savings together(const std::vector<Savings>& days);

}  // namespace foxtail::simulation
