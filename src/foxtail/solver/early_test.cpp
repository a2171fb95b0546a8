// Where waiting gains nothing, nobody waits.
#include "foxtail/planner/planner.hpp"
#include "foxtail/solver/clp.hpp"

#include <gtest/gtest.h>

namespace foxtail::solver {
namespace {

using planner::Planner;
using planner::Request;
using planner::Series;

/// A car that stays for twelve hours and a dishwasher, in the middle of a quarter of an hour.
Request waiting_house(double target_kwh) {
    Request r;
    r.now = *parse_rfc3339("2026-03-03T18:07:00Z");
    r.buy_eur = Series::constant(0.3);
    r.sell_eur = Series::constant(0.08);
    r.load_kw = Series::constant(0.4);
    r.sun_kw = Series::constant(0);
    r.outdoor_c = Series::constant(8);
    planner::Car car;
    car.name = "leaf";
    car.capacity_kwh = 60;
    car.energy_kwh = 22;
    car.sessions = {{r.now - minutes(1), r.now + hours(12), target_kwh, 0, 1, "by six"}};
    r.cars = {car};
    r.appliances = {{"dishes", {1.8, 0.3, 1.6}, r.now, r.now + hours(12)}};
    return r;
}

/// Slots in which it charges or runs: the first, and whether there is none between them without.
struct Runs {
    Time from;
    bool in_one_go = true;
};
Runs runs_of(const planner::Plan& plan, const std::string& device) {
    Runs out;
    Time last;
    for (const auto& course : plan.courses) {
        if (course.name != device) continue;
        for (std::size_t t = 0; t < plan.slots.size(); ++t) {
            if (course.steps[t].kw < 0.01) continue;
            if (!out.from.known()) out.from = plan.slots[t].from;
            if (last.known() && last != plan.slots[t].from) out.in_one_go = false;
            last = plan.slots[t].until;
        }
    }
    return out;
}

TEST(Early, at_one_price_a_car_charges_at_once_and_until_it_is_done) {
    for (const double target : {30.0, 40.0, 50.0}) {
        const auto r = waiting_house(target);
        const auto plan = Planner(make_clp()).plan(r);
        EXPECT_EQ(runs_of(plan, "leaf").from, r.now) << target;
        EXPECT_TRUE(runs_of(plan, "leaf").in_one_go) << target;
        EXPECT_EQ(runs_of(plan, "dishes").from, r.now) << target;
    }
}

TEST(Early, a_car_that_comes_sooner_than_it_was_expected_does_not_wait_for_that_hour) {
    const auto r = waiting_house(30);
    auto expected = r;
    expected.now = r.now - minutes(10);
    expected.cars[0].sessions[0].arrive = r.now + minutes(53);
    Planner planner(make_clp());
    planner.accept(planner.plan(expected));
    EXPECT_EQ(runs_of(planner.plan(r), "leaf").from, r.now);
}

TEST(Early, in_cheap_hours_that_cost_the_same_the_first_of_them_are_taken) {
    auto r = waiting_house(40);
    const auto cheap = *parse_rfc3339("2026-03-03T22:00:00Z");
    r.buy_eur = {*parse_rfc3339("2026-03-03T18:00:00Z"), hours(1), {}};
    for (int hour = 0; hour < 72; ++hour)
        r.buy_eur.values.push_back(hour % 24 >= 4 && hour % 24 < 12 ? 0.22 : 0.36);
    const auto plan = Planner(make_clp()).plan(r);
    EXPECT_EQ(runs_of(plan, "leaf").from, cheap);
    EXPECT_EQ(runs_of(plan, "dishes").from, cheap);
}

TEST(Early, what_breaks_ties_is_no_part_of_what_a_plan_costs) {
    const auto plan = Planner(make_clp()).plan(waiting_house(50));
    EXPECT_NEAR(plan.objective_eur, plan.cost_eur + plan.penalty_eur - plan.terminal_eur, 1e-9);
    double money = 0;
    for (std::size_t t = 0; t < plan.slots.size(); ++t)
        money += plan.import_kw[t] * plan.buy_eur[t] * plan.slots[t].hours();
    EXPECT_NEAR(plan.cost_eur, money, 1e-6);
}

}  // namespace
}  // namespace foxtail::solver
