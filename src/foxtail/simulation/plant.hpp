#pragma once

#include "foxtail/simulation/house.hpp"

#include <string>
#include <vector>

namespace foxtail::simulation {

/// How the house stands. The vectors are parallel to House's.
struct State {
    Time now;
    std::vector<double> battery_kwh;
    std::vector<double> car_kwh;
    std::vector<double> zone_c;
    std::vector<double> tank_kwh;
    std::vector<std::size_t> stay;  // the car's stay now, or the next one when it is away
    std::vector<bool> plugged;
    std::vector<bool> zone_runs;
    std::vector<Time> zone_since;  // so long it has been running, or not
    std::vector<Time> started;     // of each appliance run; not known = not yet
    // What they took in the step before.
    std::vector<double> battery_kw;
    std::vector<double> car_kw;
    std::vector<double> zone_kw;
    std::vector<double> tank_kw;
    std::vector<double> appliance_kw;
    double grid_kw = 0;  // + import
    double curtailed_kw = 0;
};

/// What is asked of the devices; they do no more than they can. Empty vectors = nothing.
struct Orders {
    std::vector<double> battery_kw;
    std::vector<double> car_kw;
    std::vector<double> zone_kw;
    std::vector<bool> tank_on;
    std::vector<bool> start;  // of each appliance run
    double curtail_kw = 0;
};

/// What came of it.
struct Totals {
    double grid_eur = 0;
    double wear_eur = 0;
    double import_kwh = 0;
    double export_kwh = 0;
    double import_peak_kw = 0;
    double over_fuse_kwh = 0;
    double cold_kh = 0;  // below the comfort wanted
    double hot_kh = 0;
    double water_kwh = 0;      // of hot water below its least, times hours
    double shortfall_kwh = 0;  // of cars that left with less than wanted
    double stranded_kwh = 0;   // of trips that the battery did not hold
    int missed_runs = 0;       // machines that did not run in time
    int heat_pump_starts = 0;
    double battery_in_kwh = 0;
    double car_kwh = 0;
    double heat_kwh = 0;  // power of heat pumps and hot water
    double penalty_eur = 0;

    [[nodiscard]] double cost_eur() const { return grid_eur + wear_eur + penalty_eur; }
};

/// The house's physics: exact for constant powers.
class Plant {
public:
    /// Both must outlive it.
    Plant(const House& house, const World& world, Time from);

    [[nodiscard]] const State& state() const { return state_; }
    [[nodiscard]] const Totals& totals() const { return totals_; }
    [[nodiscard]] double load_kw() const { return world_.load_kw.at(state_.now); }
    [[nodiscard]] double sun_kw() const { return world_.sun_kw.at(state_.now); }
    /// Goes on by `step`, which must not cross a quarter of an hour.
    void advance(const Orders& orders, Duration step);
    /// The quarter hour that `t` is in, of the run's profile; 0 before and after it.
    [[nodiscard]] double appliance_kw(std::size_t run, Time t) const;

private:
    void batteries(const Orders& orders, double hours);
    void cars(const Orders& orders, double hours);
    void heat(const Orders& orders, Duration step, double hours);
    void machines(const Orders& orders);
    void meter(const Orders& orders, double hours);
    void come_and_go();
    void close_quarter();

    const House& house_;
    const World& world_;
    State state_;
    Totals totals_;
};

/// What is in the house at the end, in money, by the same rule for everybody: a battery's kWh at
/// 0.9 of the middle between mean and least price of the span, a car's at 0.85 (0.6 mean + 0.4
/// least), a zone's kelvin at 0.7 of what it costs at the mean price.
[[nodiscard]] double terminal_value(const House& house, const World& world, const State& state,
                                    Time from, Time until);
struct Price {
    double mean = 0;
    double least = 0;
};
[[nodiscard]] Price price_between(const planner::Series& series, Time from, Time until);
/// EUR for one more kWh (zones: K) at the end of the span.
using Worth = planner::Left;
[[nodiscard]] Worth worth_at_end(const House& house, const World& world, Time from, Time until);

}  // namespace foxtail::simulation
