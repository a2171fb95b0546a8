#pragma once

#include "foxtail/planner/plan.hpp"
#include "foxtail/planner/request.hpp"
#include "foxtail/planner/solver.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace foxtail::planner {

/// A request by slot.
struct Scene {
    Request request;  // as prepare() left it
    std::vector<Mended> mended;
    std::vector<Slot> slots;
    std::vector<double> hours, buy, sell, load, sun, outdoor;
    Ladder ladder;  // scaled
    double factor = 1;
    double mean_price = 0;  // of buying, by time; never negative
    double least_price = 0;
    double dearest_price = 0;
    // Whole numbers are kept for slots that begin before:
    std::size_t heat_whole = 0, car_whole = 0, appliance_whole = 0;

    [[nodiscard]] std::size_t size() const { return slots.size(); }
};
[[nodiscard]] Scene make_scene(const Request& asked);

/// Columns of the model; -1 where a slot has none.
using Columns = std::vector<int>;
constexpr int none = -1;

struct BatteryColumns {
    Columns in, out, level, direction;
    Columns gaps;   // of reserve, least and most
    Columns steps;  // rows
};
struct CarColumns {
    std::vector<int> session;        // of each slot; -1 = not there
    std::vector<Columns> power, on;  // for each range
    Columns out, gives, level;
    Columns goal_gap;            // for each session
    std::vector<int> goal_slot;  // whose end is the departure; -1 = none in the horizon
    Columns steps;               // rows
};
struct ZoneColumns {
    Columns power, on, start, temperature, cold, hot;
    Columns steps;
    std::vector<double> cop;
    std::vector<double> keep, reach;  // T = keep * T before + reach * kW + constant
    std::vector<bool> blocked;
    std::vector<bool> forced;  // has to go on running
};
struct TankColumns {
    Columns on, level, gap, unmet;
    Columns steps;
    std::vector<double> heat;  // kWh of heat in the slot when on
    std::vector<double> draw;  // kWh
};
struct ApplianceStart {
    std::size_t slot = 0;
    int column = none;
    std::vector<double> kw;  // by slot from `slot` on
};
struct ApplianceColumns {
    std::vector<ApplianceStart> starts;
    int missed = none;
    bool late = false;  // cannot be ready in time
};
struct OverrideColumns {
    std::size_t which = 0;
    Columns gaps;
};

/// Which of money, penalties and terminal values a column's cost belongs to; or to none: what only
/// breaks ties.
enum class Share : std::uint8_t { money, penalty, terminal, tie };
/// Of times that cost the same the soonest: a kWh an hour later "costs" so much. Enough for the
/// solver to see, and all together less than a tenth of a cent.
constexpr double later_eur_kwh_h = 2e-6;
[[nodiscard]] double later_eur(const Scene& scene, std::size_t slot, double kwh);

/// The request as a linear program with few whole numbers, and where everything stands in it.
struct Formulation {
    Scene scene;
    Model model;
    std::vector<Share> shares;

    Columns imports, exports, curtailed, direction, over_soft;
    Columns balance;  // rows
    int peak = none;  // above the peak so far
    std::vector<BatteryColumns> batteries;
    std::vector<CarColumns> cars;
    std::vector<ZoneColumns> zones;
    std::vector<TankColumns> tanks;
    std::vector<ApplianceColumns> appliances;
    std::vector<OverrideColumns> overrides;
    int money_row = none;  // the whole objective, unbounded until stage B

    /// What a column or row belongs to: which device, which slot, and which of its kind there. Two
    /// formulations of one house find each other's by it.
    struct Mark {
        std::size_t owner = 0;
        std::size_t slot = no_slot;
        std::size_t kind = 0;
        std::size_t which = 0;
    };
    static constexpr std::size_t no_slot = static_cast<std::size_t>(-1);
    std::vector<Mark> column_marks;
    std::vector<Mark> row_marks;

    /// What is added from here on belongs to the next device and to no slot ...
    void next_owner();
    /// ... or to this slot of it.
    void at_slot(std::size_t slot);
    int column(double lower, double upper, double cost, Share share, bool whole = false);
    int row(double lower, double upper);
    void entry(int row, int column, double value);
    /// Takes (value > 0) or gives power in the slot's balance.
    void draws(std::size_t slot, int column, double value);

private:
    [[nodiscard]] Mark marked(std::size_t kind);

    std::size_t owner_ = 0;
    std::size_t slot_ = no_slot;
    std::array<std::size_t, 12> made_{};  // of each kind, here
};
[[nodiscard]] Formulation formulate(Scene scene);

// By kind of device, each in a file of its own.
void add_grid(Formulation& f);
void add_batteries(Formulation& f);
void add_cars(Formulation& f);
void add_zones(Formulation& f);
void add_tanks(Formulation& f);
void add_appliances(Formulation& f);

/// Whether this slot is decided together with the one before: from `single` ahead on a heat pump
/// and a car are switched by the half hour, from twice that on by the hour.
[[nodiscard]] bool joined(const Scene& scene, std::size_t slot, Duration single);

/// What a person said about this device in this slot, the last word counting.
[[nodiscard]] const Override* override_of(const Scene& scene, const std::string& device,
                                          std::size_t slot);
/// A column for what of a person's word is not done, for the row it is to stand in.
int add_override_gap(Formulation& f, std::size_t slot, double most_kw);

/// For a kWh·h above a battery's limit: too little to burn it for, enough to use it first.
constexpr double battery_over_eur = 0.002;

/// Money worth per kWh that is left at the horizon.
[[nodiscard]] double battery_worth(const Scene& scene);
[[nodiscard]] double car_worth(const Scene& scene);
[[nodiscard]] double zone_worth(const Scene& scene, const Zone& zone, double cop);  // for a K
[[nodiscard]] double tank_worth(const Scene& scene, const HotWater& tank, double cop);

}  // namespace foxtail::planner
