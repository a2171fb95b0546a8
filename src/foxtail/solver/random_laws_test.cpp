// What has to hold between plans, of houses made by chance, with whole numbers, to the gap that is
// proved. FOX_LAW_HOUSES says of how many, FOX_LAW_FROM from which seed on.
#include "foxtail/planner/hostile_testing.hpp"
#include "foxtail/planner/house_testing.hpp"
#include "foxtail/planner/options.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/solver/cbc.hpp"
#include "foxtail/solver/clp.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace foxtail::solver {
namespace {

using planner::Formulation;
using planner::HouseOf;
using planner::none;
using planner::Plan;
using planner::Planner;
using planner::Request;
using planner::Season;
using planner::Series;
using planner::Status;
using planner::Tariff;

constexpr double cent = 0.01;
constexpr double gap_eur = cent / 2;  // to which an optimum is proved
constexpr double rounding = 1e-4;     // of the solvers

int number_from(const char* name, int otherwise) {
    const char* said = std::getenv(name);
    return said ? std::atoi(said) : otherwise;
}

/// Chance that is the same on every machine.
class Chance {
public:
    explicit Chance(int seed) : engine_(static_cast<std::uint64_t>(seed) * 7919 + 1) {}
    double between(double least, double most) {
        return least + (most - least) * static_cast<double>(engine_() >> 11) / 9007199254740992.0;
    }
    int pick(int count) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(count)); }
    bool one_in(int count) { return pick(count) == 0; }

private:
    std::mt19937_64 engine_;
};

void add_tank(Request& r, Chance& chance) {
    planner::HotWater tank;
    tank.name = "water";
    tank.energy_kwh = chance.between(1.5, 6);
    tank.min_kwh = 1;
    tank.max_kwh = 8;
    tank.draw_kw = Series::constant(chance.between(0.05, 0.3));
    r.tanks.push_back(tank);
}

/// A whole house of a day, with whole numbers of every kind. What is left at the end is worth the
/// same whatever the sun and the prices are: else two requests would not be asked for the same.
Request house_by_chance(int seed) {
    Chance chance(seed);
    HouseOf of;
    of.season = static_cast<Season>(chance.pick(4));
    of.tariff = static_cast<Tariff>(chance.pick(5));
    of.hour = 15 + chance.pick(8);
    of.day = chance.pick(300);
    of.gives_back = chance.one_in(3);
    of.peak_eur_kw = chance.one_in(3) ? chance.between(0.5, 4) : 0;
    auto r = planner::house(of);
    r.now = r.now + minutes(chance.pick(60));
    r.horizon = hours(24);
    for (auto& eur : r.buy_eur.values) eur += chance.between(-0.03, 0.03);
    auto& battery = r.batteries.front();
    battery.energy_kwh = chance.between(0.5, 10);
    battery.grid_export = chance.one_in(3);
    auto& car = r.cars.front();
    car.energy_kwh = chance.between(10, 40);
    car.sessions.front().target_kwh = chance.between(25, 58);
    if (chance.one_in(2)) car.ranges = {{1.38, 3.68}, {4.14, 11}};
    auto& zone = r.zones.front();
    zone.temperature_c = chance.between(19.5, 22);
    zone.running = chance.one_in(2);
    if (chance.one_in(4)) r.zones.clear();
    if (chance.one_in(3)) add_tank(r, chance);
    r.appliances.resize(static_cast<std::size_t>(chance.pick(3)));
    planner::Left left{chance.between(0.05, 0.25), chance.between(0.05, 0.25), {}, {}};
    left.zone_k.assign(r.zones.size(), chance.between(0.1, 0.6));
    left.tank_kwh.assign(r.tanks.size(), chance.between(0.03, 0.1));
    r.left = left;
    // Who pays for feeding in, or is paid for taking, pays for sun that cannot be held back: no
    // law.
    const auto below_zero = [](const Series& series) {
        return *std::min_element(series.values.begin(), series.values.end()) < 0;
    };
    const bool costs = below_zero(r.sell_eur) || below_zero(r.buy_eur);
    r.connection.curtails = costs || chance.one_in(2);
    return r;
}

int houses() {
    return number_from("FOX_LAW_HOUSES", 16);
}
int first_house() {
    return number_from("FOX_LAW_FROM", 1);
}

/// What a house costs at best: between `least` and `most`.
struct Best {
    double least = 0;
    double most = 0;
    bool proved = false;  // they are no further apart than the gap
};

Best best_of(const Request& r) {
    Planner planner(make_clp());
    const auto plan = planner.plan(r);
    auto task = planner.task();
    task.nodes_max = 6000;
    task.gap_eur = gap_eur;
    const auto answer = solve_whole(task);
    Best best;
    best.most = plan.objective_eur;
    best.least = -1e9;
    if (answer.status != Status::optimal && answer.status != Status::feasible) return best;
    best.most = std::min(best.most, answer.objective);
    // Branches that win less than the gap are left out of its bound as well.
    best.proved = answer.status == Status::optimal;
    best.least = best.proved ? answer.objective - gap_eur : answer.bound - gap_eur;
    return best;
}

const Best& best_of_house(int seed) {
    static std::map<int, Best> known;
    const auto at = known.find(seed);
    return at != known.end() ? at->second : known[seed] = best_of(house_by_chance(seed));
}

/// `relax` asks for less, or gives more. What was best before can still be done, for at most as
/// much: so the least of the relaxed house is at most what is known to be possible in the other.
void never_dearer(const char* law, const std::function<void(Request&, Chance&)>& relax) {
    const int end = first_house() + houses();
    std::printf("%s: seeds %d to %d\n", law, first_house(), end - 1);
    int proved = 0;
    for (int seed = first_house(); seed < end; ++seed) {
        SCOPED_TRACE(std::string(law) + ", seed " + std::to_string(seed));
        Chance chance(seed + 1'000'000);
        auto relaxed = house_by_chance(seed);
        relax(relaxed, chance);
        const auto& before = best_of_house(seed);
        const auto after = best_of(relaxed);
        EXPECT_LE(after.least, before.most + rounding);
        if (!after.proved) continue;
        EXPECT_LE(after.most, before.most + gap_eur + rounding);
        ++proved;
    }
    EXPECT_GE(proved * 4, houses() * 3) << "too few are proved to say much";
}

TEST(RandomLaws, a_later_deadline_is_never_dearer) {
    never_dearer("a later deadline", [](Request& r, Chance& chance) {
        auto& stay = r.cars.front().sessions.front();
        stay.depart = stay.depart + hours(1 + chance.pick(4));
    });
}

TEST(RandomLaws, a_lower_goal_is_never_dearer) {
    never_dearer("a lower goal", [](Request& r, Chance& chance) {
        *r.cars.front().sessions.front().target_kwh -= chance.between(0.2, 15);
        for (auto& zone : r.zones) {
            for (auto& celsius : zone.low_c.values) celsius -= 0.5;
        }
    });
}

TEST(RandomLaws, more_sun_is_never_dearer) {
    never_dearer("more sun", [](Request& r, Chance& chance) {
        const double more = chance.between(0, 0.5);
        for (auto& kw : r.sun_kw.values) kw = kw * (1 + more) + chance.between(0, 0.3);
    });
}

TEST(RandomLaws, a_lower_price_is_never_dearer) {
    never_dearer("a lower price", [](Request& r, Chance& chance) {
        for (std::size_t i = 0; i < r.buy_eur.values.size(); ++i) {
            if (!chance.one_in(3)) continue;
            // Feeding in is paid at most what a kWh costs: it must not get less for it.
            auto& buy = r.buy_eur.values[i];
            const double least = std::min(buy, r.sell_eur.values[i]);
            buy = std::max(least, buy - chance.between(0, 0.12));
        }
    });
}

TEST(RandomLaws, a_later_end_of_a_run_is_never_dearer) {
    never_dearer("a machine that has more time", [](Request& r, Chance& chance) {
        for (auto& machine : r.appliances) {
            machine.ready_by = machine.ready_by + hours(1 + chance.pick(3));
        }
    });
}

// ---- the same again

/// To the last bit, in all that leaves the planner.
void expect_identical(const Plan& a, const Plan& b) {
    EXPECT_EQ(a.made, b.made);
    EXPECT_EQ(a.stage, b.stage);
    EXPECT_EQ(a.gap_eur, b.gap_eur);
    EXPECT_EQ(a.cost_eur, b.cost_eur);
    EXPECT_EQ(a.objective_eur, b.objective_eur);
    EXPECT_EQ(a.terminal_eur, b.terminal_eur);
    EXPECT_EQ(a.penalty_eur, b.penalty_eur);
    EXPECT_EQ(a.buy_eur, b.buy_eur) << "buy";
    EXPECT_EQ(a.sell_eur, b.sell_eur) << "sell";
    EXPECT_EQ(a.load_kw, b.load_kw) << "load";
    EXPECT_EQ(a.sun_kw, b.sun_kw) << "sun";
    EXPECT_EQ(a.import_kw, b.import_kw) << "import";
    EXPECT_EQ(a.export_kw, b.export_kw) << "export";
    EXPECT_EQ(a.curtailed_kw, b.curtailed_kw) << "curtailed";
    EXPECT_EQ(a.marginal_eur, b.marginal_eur) << "marginal";
    ASSERT_EQ(a.slots.size(), b.slots.size());
    for (std::size_t t = 0; t < a.slots.size(); ++t) {
        EXPECT_EQ(a.slots[t].from, b.slots[t].from);
        EXPECT_EQ(a.slots[t].until, b.slots[t].until);
    }
    ASSERT_EQ(a.courses.size(), b.courses.size());
    for (std::size_t i = 0; i < a.courses.size(); ++i) {
        EXPECT_EQ(a.courses[i].name, b.courses[i].name);
        ASSERT_EQ(a.courses[i].steps.size(), b.courses[i].steps.size());
        for (std::size_t t = 0; t < a.courses[i].steps.size(); ++t) {
            const auto& here = a.courses[i].steps[t];
            const auto& there = b.courses[i].steps[t];
            ASSERT_TRUE(here.kw == there.kw && here.level == there.level &&
                        here.intent == there.intent && here.code == there.code)
                << a.courses[i].name << " in slot " << t;
        }
        ASSERT_EQ(a.courses[i].goals.size(), b.courses[i].goals.size());
        for (std::size_t g = 0; g < a.courses[i].goals.size(); ++g) {
            EXPECT_EQ(a.courses[i].goals[g].state, b.courses[i].goals[g].state);
            EXPECT_EQ(a.courses[i].goals[g].reached, b.courses[i].goals[g].reached);
        }
    }
}

TEST(RandomLaws, unchanged_inputs_give_the_identical_plan) {
    const auto twice = [](const Request& r) {
        Planner one(make_clp());
        const auto first = one.plan(r);
        one.accept(first);
        expect_identical(first, one.plan(r));
        Planner other(make_clp());
        expect_identical(first, other.plan(r));
    };
    for (int seed = first_house(); seed < first_house() + houses(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        auto r = house_by_chance(seed);
        twice(r);
        r.left.reset();
        r.horizon = hours(48);
        twice(r);
    }
    for (int seed = first_house(); seed < first_house() + 2 * houses(); ++seed) {
        SCOPED_TRACE("hostile seed " + std::to_string(seed));
        twice(planner::Hostile(static_cast<std::uint64_t>(seed)).request());
    }
}

// ---- prices of alternatives

/// Every whole number as planned.
planner::Model as_planned(const Formulation& f, const std::vector<double>& x) {
    auto model = f.model;
    for (std::size_t i = 0; i < model.columns.size(); ++i) {
        auto& column = model.columns[i];
        if (column.whole) column.lower = column.upper = std::round(x[i]);
    }
    return model;
}

struct Bounds {
    double lower = 0;
    double upper = 0;
};
/// The columns that an alternative, in its own words, decides otherwise.
class Decided {
public:
    Decided(const Formulation& f, const planner::Alternative& one) : f_(f), one_(one) {
        const auto& r = f.scene.request;
        for (std::size_t i = 0; i < r.cars.size(); ++i)
            if (r.cars[i].name == one.device) car(f.cars[i]);
        for (std::size_t i = 0; i < r.zones.size(); ++i)
            if (r.zones[i].name == one.device) zone(r.zones[i], f.zones[i]);
        for (std::size_t i = 0; i < r.tanks.size(); ++i)
            if (r.tanks[i].name == one.device) fix(f.tanks[i].on[one.slot], not_ ? 0 : 1);
        for (std::size_t i = 0; i < r.batteries.size(); ++i)
            if (r.batteries[i].name == one.device) battery(f.batteries[i]);
        for (std::size_t i = 0; i < r.appliances.size(); ++i)
            if (r.appliances[i].name == one.device) appliance(f.appliances[i]);
    }
    std::map<int, Bounds> columns;

private:
    void fix(int column, double value) {
        if (column != none) columns[column] = {value, value};
    }
    void car(const planner::CarColumns& c) {
        for (const auto& range : c.on)
            if (not_ || &range == &c.on.back()) fix(range[one_.slot], not_ ? 0 : 1);
        if (!not_) fix(c.gives[one_.slot], 0);
    }
    void zone(const planner::Zone& zone, const planner::ZoneColumns& c) {
        fix(c.on[one_.slot], not_ ? 0 : 1);
        const auto until = f_.scene.slots[one_.slot].from + zone.min_up;
        for (std::size_t t = one_.slot + 1; !not_ && t < f_.scene.heat_whole; ++t)
            if (f_.scene.slots[t].from < until) fix(c.on[t], 1);
    }
    void battery(const planner::BatteryColumns& c) {
        if (not_)
            return fix(
                one_.what.find("giving") != std::string::npos ? c.out[one_.slot] : c.in[one_.slot],
                0);
        const int in = c.in[one_.slot];
        fix(in, f_.model.columns[static_cast<std::size_t>(in)].upper);
        fix(c.direction[one_.slot], 1);
    }
    void appliance(const planner::ApplianceColumns& c) {
        for (const auto& start : c.starts)
            if (start.slot < f_.scene.appliance_whole)
                fix(start.column, start.slot == one_.slot ? 1 : 0);
    }

    const Formulation& f_;
    const planner::Alternative& one_;
    bool not_ = one_.what.starts_with("not ");
};

planner::Model with(planner::Model model, const std::map<int, Bounds>& otherwise) {
    for (const auto& [index, bounds] : otherwise) {
        auto& column = model.columns[static_cast<std::size_t>(index)];
        column.lower = bounds.lower;
        column.upper = bounds.upper;
    }
    return model;
}

/// Of a car's or a battery's alternative: the whole numbers of cars, given free.
std::map<int, Bounds> free_others(const Formulation& f, const planner::Alternative& one) {
    std::map<int, Bounds> out;
    const auto is_it = [&](const auto& device) { return device.name == one.device; };
    const auto& r = f.scene.request;
    if (std::none_of(r.cars.begin(), r.cars.end(), is_it) &&
        std::none_of(r.batteries.begin(), r.batteries.end(), is_it))
        return out;
    for (const auto& car : f.cars) {
        for (const auto& range : car.on)
            for (const int column : range)
                if (column != none && f.model.columns[static_cast<std::size_t>(column)].whole)
                    out[column] = {0, f.model.columns[static_cast<std::size_t>(column)].upper};
    }
    for (const int column : f.direction)
        if (column != none && f.model.columns[static_cast<std::size_t>(column)].whole)
            out[column] = {0, 1};
    return out;
}

planner::Solution solved_anew(const planner::Model& model) {
    const auto cold = make_clp();
    cold->load(model);
    return cold->solve();
}

/// Every kind of alternative, each solved anew from nothing.
TEST(RandomLaws, the_price_of_each_alternative_is_what_solving_it_anew_costs) {
    std::map<std::string, int> compared;
    int impossible = 0;
    for (int seed = first_house(); seed < first_house() + houses(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const auto f = planner::formulate(planner::make_scene(house_by_chance(seed)));
        const auto linear = make_clp();
        linear->load(f.model);
        const auto dived = planner::dive(f, *linear, {});
        ASSERT_TRUE(dived.has_value());
        linear->load(f.model);
        const auto base = as_planned(f, dived->solution.x);
        const auto planned = solved_anew(base);
        ASSERT_EQ(planned.status, Status::optimal);
        for (const auto& option : planner::options(f, *linear, *dived, 60)) {
            const auto otherwise = Decided(f, option).columns;
            ASSERT_FALSE(otherwise.empty()) << option.device << " " << option.what;
            SCOPED_TRACE(option.device + " " + option.what + " " + std::to_string(option.slot));
            const auto anew = solved_anew(with(base, otherwise));
            const double kept = anew.objective - planned.objective;
            if (const auto others = free_others(f, option); !others.empty()) {
                // A car may do in other slots what it does not do in this one: never dearer than
                // that it may not, never cheaper than with any powers from nothing on.
                const auto relaxed = solved_anew(with(with(base, others), otherwise));
                if (!option.possible) {
                    EXPECT_NE(anew.status, Status::optimal);
                    continue;
                }
                ASSERT_EQ(relaxed.status, Status::optimal);
                EXPECT_GE(option.more_eur, relaxed.objective - planned.objective - cent);
                if (anew.status == Status::optimal) {
                    EXPECT_LE(option.more_eur, kept + cent);
                }
            } else {
                EXPECT_EQ(option.possible, anew.status == Status::optimal);
                impossible += option.possible ? 0 : 1;
                if (!option.possible || anew.status != Status::optimal) continue;
                EXPECT_NEAR(option.more_eur, kept, cent);
            }
            ++compared[option.device];
        }
    }
    for (const char* device : {"leaf", "battery", "house", "water", "dishwasher"})
        EXPECT_GE(compared[device], 10) << device << " is hardly compared";
    std::printf("%d not possible\n", impossible);
}

/// What is told is no guess, but what can really be done: with everything else free it costs no
/// more than that.
TEST(RandomLaws, an_alternative_costs_at_most_what_is_told_of_it) {
    double over = 0;
    int compared = 0;
    for (int seed = first_house(); seed < first_house() + houses() / 2; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const auto f = planner::formulate(planner::make_scene(house_by_chance(seed)));
        const auto linear = make_clp();
        linear->load(f.model);
        const auto dived = planner::dive(f, *linear, {});
        ASSERT_TRUE(dived.has_value());
        linear->load(f.model);
        for (const auto& option : planner::options(f, *linear, *dived, 6)) {
            if (!option.possible) continue;
            planner::WholeTask task;
            task.model = with(f.model, Decided(f, option).columns);
            task.nodes_max = 2000;
            task.gap_eur = gap_eur;
            const auto answer = solve_whole(task);
            if (answer.status != Status::optimal) continue;
            EXPECT_LE(answer.objective - dived->solution.objective, option.more_eur + cent)
                << option.device << " " << option.what << " in slot " << option.slot;
            // Against the best plan there is; this one may be some cents dearer than that.
            const double more = answer.objective - best_of_house(seed).most;
            over = std::max(over, option.more_eur - more);
            ++compared;
        }
    }
    EXPECT_GE(compared, houses());
    std::printf("%d alternatives, at most %.3f EUR less with everything else free\n", compared,
                over);
    EXPECT_LE(over, 0.25) << "far from what it would really cost";
}

}  // namespace
}  // namespace foxtail::solver
