#pragma once

#include "foxtail/planner/plan.hpp"
#include "foxtail/planner/request.hpp"
#include "foxtail/planner/told.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace foxtail::planner {

// The quick layer under the plan: called every few seconds, and at once when a meter jumps. The
// plan says what each device is to do in this quarter hour; the follower says how much that is
// right now, with the sun and the load as they are and never above the fuse. Powers are kW on the
// AC side: + takes from the house, - gives to it.

struct ObservedDevice {
    Kind kind = Kind::battery;
    std::string name;             // as in the plan
    double kw = 0;                // measured
    bool there = true;            // answers; of a car: plugged in
    double take_max_kw = 0;       // the most it can take now; 0 = nothing (full, refused)
    double give_max_kw = 0;       // battery, V2H; 0 = nothing (empty)
    std::optional<double> level;  // kWh; °C of a zone
    /// What it can take while it takes: a car's phases, a heat pump's least power. Empty = anything
    /// up to take_max_kw.
    std::vector<PowerRange> ranges;
    bool running = false;  // an appliance in its run, which is not interrupted
    bool told = true;      // false: the plan is only shown for it, so it cannot disobey
    /// What its charging point lets it take at the moment, where that is less than it was told: a
    /// fuse on the way there is full. Nothing = not known.
    std::optional<double> let_kw;
};

struct Observed {
    Time now;
    double grid_kw = 0;       // at the connection; + import
    double sun_kw = 0;        // as it would come, also what is held back
    double curtailed_kw = 0;  // of that, held back by the inverter on our word
    double import_max_kw = 17;
    double export_max_kw = 17;
    std::vector<ObservedDevice> devices;
};

struct Setpoint {
    Kind kind = Kind::battery;
    std::string device;
    Intent intent = Intent::off;
    double kw = 0;        // of Intent::normal: what is expected, not an order
    std::string because;  // "the plan: cheap_slot", "the fuse: 17 kW"
};

/// A device that does not do what it was told.
struct Disobeys {
    std::string device;
    double told_kw = 0;
    double takes_kw = 0;
    Time since;
    /// It takes although it was told not to: somebody switched it on at the device. To be planned
    /// around as an Override, not fought.
    bool by_hand = false;
};

/// A device that would do as it was told, and may not.
struct HeldBack {
    std::string device;
    double told_kw = 0;
    double let_kw = 0;
};

struct Followed {
    std::vector<Setpoint> setpoints;  // of each observed device that the plan knows
    double curtail_kw = 0;            // sun to hold back
    /// The same as the most that the sun may give: what the house takes and may give away. It does
    /// not hang on how much there would be. Nothing = it need not be held back.
    std::optional<double> sun_limit_kw;
    std::vector<Disobeys> disobeys;
    std::vector<HeldBack> held_back;
    Told replan;  // why a new plan is due ("battery: 1.2 kWh below the plan"); empty = no
};

struct FollowerOptions {
    Duration surplus_start_after = minutes(1);  // so long there must be enough for the least power
    Duration surplus_stop_after = minutes(3);   // so long the least power may come from the grid
    double change_least_kw = 0.1;               // smaller changes are not sent
    Duration obeys_within = seconds(45);
    double obeys_kw = 0.4;     // the least difference that counts ...
    double obeys_share = 0.2;  // ... and the least share of what was told
    double off_plan_kwh = 1;
    double off_plan_k = 0.7;
    double sun_room_kw = 1;  // so near its limit the sun is told of it
};

/// Turns a plan's intents into powers. Knows no clock: equal calls in equal order give equal
/// set-points. Keeps since when what has been so; one for each household. Not thread-safe.
///
/// When the fuse does not hold everything, what is cut first: batteries that charge, cars (the last
/// first), hot water, heat pumps, appliances that have not begun. What runs by itself and an
/// appliance in its run cannot be cut, so only they can exceed it.
class Follower {
public:
    explicit Follower(FollowerOptions options = {}) : options_(options) {}
    [[nodiscard]] Followed follow(const Observed& observed, const Plan& plan);

private:
    struct Memory {
        bool told = false;
        double told_kw = 0;
        Intent told_intent = Intent::off;
        Time enough_since;   // there has been enough sun for the least power
        Time short_since;    // there has not
        Time differs_since;  // from what was told
    };
    struct Work;
    using Key = std::pair<Kind, std::string>;

    [[nodiscard]] double surplus_for(Memory& memory, const ObservedDevice& car, double available,
                                     Time now) const;
    void give_surplus(Work& work);
    void give_batteries(Work& work) const;
    void steady(Work& work);
    void tell(const Work& work, Followed& out);
    void compare_with_orders(const Observed& observed, Followed& out);
    void compare_with_plan(const Observed& observed, const Plan& plan, Followed& out) const;

    FollowerOptions options_;
    std::map<Key, Memory> memory_;
};

/// The plan's slot that holds `now`; nothing before the first and after the last.
[[nodiscard]] std::optional<std::size_t> slot_at(const Plan& plan, Time now);
[[nodiscard]] const Course* find_course(const Plan& plan, Kind kind, std::string_view name);
/// The highest power in the ranges that is not above `kw` and `max_kw`; 0 when even the least is.
[[nodiscard]] double fit_power(const std::vector<PowerRange>& ranges, double kw, double max_kw);

}  // namespace foxtail::planner
