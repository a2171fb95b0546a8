#pragma once

#include "foxtail/planner/series.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::planner {

// What a plan is asked for. Units everywhere: kW on the AC side (>= 0 for each direction), kWh, °C,
// money per kWh (EUR in what follows), time in UTC. Nothing here has to be sensible: prepare() in
// grid.hpp mends or names what is not, so that there is always a plan.

/// The connection to the grid.
struct Connection {
    double import_max_kw = 17;  // the fuse; hard
    double export_max_kw = 17;  // hard
    Series soft_import_kw;      // §14a or a wish; kept if it can be. Empty = none
    double peak_eur_kw = 0;     // for the highest import of the billing period ...
    double peak_so_far_kw = 0;  // ... which is this already
    /// The sun can be held back. Else it comes as it comes, and is planned to be held back only
    /// where nothing else is possible, which the plan says.
    bool curtails = true;
};

struct Battery {
    std::string name;
    double capacity_kwh = 0;
    double energy_kwh = 0;
    double min_kwh = 0;
    double max_kwh = 0;
    Series reserve_kwh;  // for an outage; soft. Empty = none
    double charge_max_kw = 0;
    double discharge_max_kw = 0;
    double charge_efficiency = 0.95;
    double discharge_efficiency = 0.95;
    double wear_eur_kwh = 0.02;  // for a kWh in and out again
    bool grid_charge = true;     // may be filled from the grid
    bool grid_export = false;    // may be emptied into the grid
};

/// A stay at the charging point with a goal at its end.
struct Session {
    Time arrive;  // in the past = plugged in now
    Time depart;
    std::optional<double> target_kwh;  // in the battery at departure; nothing = as the price says
    double trip_kwh = 0;               // used up on the way *before* this stay
    double confidence = 1;             // 0..1: how certain this stay and goal are
    std::string goal;                  // whose wish it is, for the words ("anna: 80 % by 07:00")
};

/// Powers a charger can give while charging; 1 and 3 phases are two of them.
struct PowerRange {
    double min_kw = 1.38;
    double max_kw = 11;
};

struct Car {
    std::string name;
    double capacity_kwh = 0;
    double energy_kwh = 0;
    double floor_kwh = 0;  // below it: charged at any price
    double max_kwh = 0;    // the car's own limit; 0 = capacity
    std::vector<PowerRange> ranges = {{4.14, 11}};
    double efficiency = 0.92;
    bool gives_back = false;  // V2H
    double discharge_max_kw = 0;
    double discharge_floor_kwh = 0;
    double wear_eur_kwh = 0.05;  // of giving back
    std::vector<Session> sessions;
    bool charging = false;  // now
};

/// A heated zone (1R1C) with a heat pump.
struct Zone {
    std::string name;
    double resistance_k_kw = 5;
    double capacity_kwh_k = 9;
    double temperature_c = 20;
    Series low_c;         // comfort band
    Series high_c;        // the same steps
    Series gain_kw;       // sun through windows, people; empty = 0
    double min_kw = 0.8;  // electric
    double max_kw = 3.2;
    Series cop;  // by slot; empty = from the outdoor temperature (carnot_cop() in grid.hpp)
    double supply_c = 35;
    Duration min_up = minutes(30);
    Duration min_down = minutes(15);
    double start_eur = 0.01;
    bool running = false;
    Duration in_state = hours(24);  // so long it has been running, or not
    Series must_be_off;             // > 0: not to run (quiet hours, §14a block). Empty = never
};

/// A tank heated by the zone's heat pump (`zone`) or by a rod of its own.
struct HotWater {
    std::string name;
    std::optional<std::size_t> zone;  // shares that heat pump: one of the two at a time
    double energy_kwh = 0;            // heat above the useful temperature
    double min_kwh = 0;               // soft
    double max_kwh = 0;
    double loss_kw = 0.05;
    Series draw_kw;
    double power_kw = 2;  // electric, on or off
    Series cop;           // empty = 1 (a rod)
};

/// Runs once, in one go, when it was armed.
struct Appliance {
    std::string name;
    std::vector<double> profile_kw;  // for each quarter hour
    Time earliest;
    Time ready_by;
    double missed_eur = 5;  // what it costs not to run at all
    Series quiet;           // > 0: it makes no noise then (quiet hours). Empty = never
};

/// What a person said over the plan's head: the plan works round it.
struct Override {
    enum class What : std::uint8_t { off, at_least, exactly };
    std::string device;
    What what = What::off;
    double kw = 0;
    Time from;
    Time until;
    std::string by;         // "anna: now"
    bool measured = false;  // nobody's word: what the device takes, whatever it is told
};

/// Of money per missing unit; scaled up with the highest price (planner/ladder.hpp).
struct Ladder {
    double car_floor_kwh = 5;
    double deadline_kwh = 2;
    double reserve_kwh = 1;
    double cold_kh = 0.6;
    double hot_kh = 0.3;
    double water_kwh = 1.5;
    double soft_limit_kwh = 1;
};

/// EUR for what is left at the end of the horizon: a kWh in a battery or a car, a kelvin in a zone,
/// a kWh of hot water; the last two by zone and by tank.
struct Left {
    double battery_kwh = 0;
    double car_kwh = 0;
    std::vector<double> zone_k;
    std::vector<double> tank_kwh;
};

/// A fuse between the house and some of its cars. What else hangs below it is not known here.
struct Circuit {
    struct Share {
        std::size_t car = 0;
        double part = 1;  // of its power that counts here: a third, of one of three phases
        /// The same while it charges in a range below its highest: on fewer phases.
        double part_few_phases = 1;
        friend bool operator==(const Share&, const Share&) = default;
    };
    std::string name;
    double limit_kw = 0;  // hard
    std::vector<Share> shares;
    friend bool operator==(const Circuit&, const Circuit&) = default;
};

struct Request {
    Time now;
    Duration horizon = hours(48);
    Connection connection;
    Series buy_eur;  // all in
    Series sell_eur;
    Time prices_until;  // from here on they are guessed
    Series load_kw;     // without what is planned here
    Series sun_kw;
    Series outdoor_c;
    std::vector<Battery> batteries;
    std::vector<Car> cars;
    std::vector<Circuit> circuits;
    std::vector<Zone> zones;
    std::vector<HotWater> tanks;
    std::vector<Appliance> appliances;
    std::vector<Override> overrides;
    Ladder ladder;
    /// What a kWh is worth that is left at the end of the horizon (terminal values are shares of
    /// it); nothing = from the mean and the least of `buy_eur`.
    std::optional<double> terminal_eur_kwh;
    /// Instead of all that, where the end is one and somebody has said what is paid then.
    std::optional<Left> left;
};

}  // namespace foxtail::planner
