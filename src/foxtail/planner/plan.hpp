#pragma once

#include "foxtail/planner/request.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::planner {

struct Slot {
    Time from;
    Time until;
    [[nodiscard]] double hours() const {
        return static_cast<double>((until - from).us) / 3'600'000'000.0;
    }
};

enum class Kind : std::uint8_t { battery, car, heat_pump, hot_water, appliance };
constexpr std::array<std::string_view, 5> kind_names = {"battery", "car", "heat_pump", "hot_water",
                                                        "appliance"};

/// What the follower is to do; the power beside it is what the plan expects.
enum class Intent : std::uint8_t {
    off,        // car: not; appliance: not yet; heat pump: blocked
    hold,       // battery: neither in nor out
    automatic,  // battery: follows the house (fills from surplus, covers the load)
    surplus,    // car, battery: takes what would go out of the house, and no more
    minimum,    // car: its least power
    charge,     // at the slot's power
    discharge,  // at the slot's power
    normal,     // heat pump: as its own control wants
    boost,      // heat pump: now, more than it would
    run         // appliance, hot water: on
};
constexpr std::array<std::string_view, 10> intent_names = {
    "off",    "hold",      "automatic", "surplus", "minimum",
    "charge", "discharge", "normal",    "boost",   "run"};

enum class Code : std::uint8_t {
    cheap_slot,
    pv_surplus,
    deadline_tight,
    min_soc,
    reserve_for_peak,
    hold_for_higher_price,
    peak_limit,
    comfort_preheat,
    comfort,
    negative_price,
    full,
    export_beats_store,
    user_override,
    wait_for_cheaper,
    indifferent,
    not_there,
    done,
    not_obeying,
    wait_for_sun,
    price_too_high,
    quiet_hours,
    from_battery,
    avoids_import,
    circuit_limit
};
constexpr std::array<std::string_view, 24> code_names = {"CHEAP_SLOT",
                                                         "PV_SURPLUS",
                                                         "DEADLINE_TIGHT",
                                                         "MIN_SOC",
                                                         "RESERVE_FOR_PEAK",
                                                         "HOLD_FOR_HIGHER_PRICE",
                                                         "PEAK_LIMIT",
                                                         "COMFORT_PREHEAT",
                                                         "COMFORT",
                                                         "NEGATIVE_PRICE",
                                                         "FULL",
                                                         "EXPORT_BEATS_STORE",
                                                         "USER_OVERRIDE",
                                                         "WAIT_FOR_CHEAPER",
                                                         "INDIFFERENT",
                                                         "NOT_THERE",
                                                         "DONE",
                                                         "NOT_OBEYING",
                                                         "WAIT_FOR_SUN",
                                                         "PRICE_TOO_HIGH",
                                                         "QUIET_HOURS",
                                                         "FROM_BATTERY",
                                                         "AVOIDS_IMPORT",
                                                         "CIRCUIT_LIMIT"};

/// One device in one slot.
struct Step {
    double kw = 0;     // + takes, - gives (battery, V2H)
    double level = 0;  // at the slot's end: kWh, or °C of a zone; unused for appliances
    Intent intent = Intent::off;
    Code code = Code::indifferent;
};

/// How a goal stands in this plan.
struct Goal {
    enum class State : std::uint8_t { met, at_risk, missed };
    std::string what;  // Session::goal, or what it is ("comfort", "reserve", "dishwasher")
    Time due;
    State state = State::met;
    double wanted = 0;
    double reached = 0;  // the same unit as wanted: kWh; °C; 1 = it ran
    Duration slack;      // of deadlines: so much later one could begin at full power
};

struct Course {
    Kind kind = Kind::car;
    std::string name;
    std::vector<Step> steps;  // one a slot
    std::vector<Goal> goals;
};

/// How good it is.
enum class Stage : std::uint8_t {
    rules_of_thumb,  // no solver answered
    warm,            // tier 0: the last whole numbers, re-solved
    dive,            // tier 1
    proved           // tier 2: `gap_eur` is proved
};
constexpr std::array<std::string_view, 4> stage_names = {"rules_of_thumb", "warm", "dive",
                                                         "proved"};

/// Something in the request that was mended.
struct Mended {
    std::string where;  // "car leaf"
    std::string what;   // "state of charge 130 % is above its capacity: 100 % is planned with"
};

struct Plan {
    Time made;
    Stage stage = Stage::rules_of_thumb;
    std::optional<double> gap_eur;
    std::vector<Slot> slots;
    // by slot
    std::vector<double> buy_eur, sell_eur, load_kw, sun_kw;
    std::vector<double> import_kw, export_kw, curtailed_kw;
    std::vector<double> marginal_eur;  // what one more kWh in the house costs
    std::vector<Course> courses;
    /// For the grid, wear and starts over the horizon, without penalties and terminal values.
    double cost_eur = 0;
    /// The whole objective (stage A): comparable between plans of the same request.
    double objective_eur = 0;
    double terminal_eur = 0;
    double penalty_eur = 0;
    std::vector<Mended> mended;

    /// What it costs less what is then worth more in batteries, cars and walls: by this two plans
    /// of one moment are compared.
    [[nodiscard]] double worth_eur() const { return cost_eur - terminal_eur; }
};

/// An alternative that was not taken, and what it would cost more (or, negative, save).
struct Alternative {
    std::string device;
    std::size_t slot = 0;
    std::string what;  // "charging now", "not heating water", "starting": in that slot
    double more_eur = 0;
    bool possible = true;  // false: not now (minimum pause of the heat pump, nobody there)
};

}  // namespace foxtail::planner
