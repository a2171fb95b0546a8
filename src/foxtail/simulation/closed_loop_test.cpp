#include "foxtail/simulation/bound.hpp"
#include "foxtail/simulation/foxtail.hpp"
#include "foxtail/simulation/run.hpp"
#include "foxtail/solver/clp.hpp"

#include <gtest/gtest.h>

namespace foxtail::simulation {
namespace {

const Time spring{1'712'527'200'000'000};  // 2024-04-07, at eleven in the evening

struct ClosedLoop : ::testing::Test {
    World world = made_up_world(spring - days(8), 14);
    Time until = spring + days(2);
    House house = house_between(default_habits(), world, spring, until);

    double bound() const {
        const auto linear = solver::make_clp();
        return lower_bound(house, world, spring, until, *linear).value_or(1e9);
    }
    Outcome foxtail(Foresight foresight) const {
        FoxtailOptions options;
        options.foresight = foresight;
        Foxtail controller(solver::make_clp(), options);
        return simulate(house, world, spring, until, controller);
    }
};

TEST_F(ClosedLoop, nobody_is_better_than_the_bound_and_foxtail_better_than_the_others) {
    const double least = bound();
    const auto arrival = simulate(house, world, spring, until, *charge_on_arrival());
    const auto cheapest = simulate(house, world, spring, until, *cheapest_slots());
    const auto ours = foxtail(Foresight::perfect);
    EXPECT_LE(least, ours.cost_eur() + 1e-6);
    EXPECT_LE(least, cheapest.cost_eur() + 1e-6);
    EXPECT_LT(ours.cost_eur(), arrival.cost_eur());
    EXPECT_LT(ours.cost_eur(), cheapest.cost_eur());
    EXPECT_LT(ours.totals.shortfall_kwh, 0.05);
    EXPECT_EQ(ours.totals.missed_runs, 0);
    EXPECT_EQ(ours.totals.over_fuse_kwh, 0);
    EXPECT_LT(ours.totals.cold_kh, 0.5);
}

TEST_F(ClosedLoop, with_a_naive_forecast_wishes_are_kept_as_well) {
    until = spring + days(1);
    const auto ours = foxtail(Foresight::naive);
    EXPECT_LT(ours.totals.shortfall_kwh, 0.05);
    EXPECT_EQ(ours.totals.missed_runs, 0);
    EXPECT_EQ(ours.totals.over_fuse_kwh, 0);
    EXPECT_LT(ours.totals.cold_kh, 0.5);
    EXPECT_LT(ours.cost_eur(),
              simulate(house, world, spring, until, *charge_on_arrival()).cost_eur());
}

TEST_F(ClosedLoop, what_rounding_leaves_a_little_short_is_charged_after_all) {
    for (int hour = 2; hour < 8; ++hour) {
        const auto now = spring + hours(hour);
        auto later = house_between(default_habits(), world, now, until);
        later.batteries.clear();
        later.zones.clear();
        later.appliances.clear();
        for (double kwh = 47.1; kwh < 48; kwh += 0.06) {
            later.cars[0].energy_kwh = kwh;
            const Plant plant(later, world, now);
            planner::Planner planner(solver::make_clp());
            const auto plan =
                planner.plan(request_for({later, world, plant}, Foresight::perfect, hours(48)));
            const auto* course = planner::find_course(plan, planner::Kind::car, "car");
            ASSERT_NE(course, nullptr);
            ASSERT_FALSE(course->goals.empty());
            const auto& goal = course->goals[0];
            EXPECT_GT(goal.reached, goal.wanted - 0.01)
                << "from " << kwh << " kWh, " << hour << " hours later";
        }
    }
}

TEST_F(ClosedLoop, hot_water_that_shares_the_heat_pump_leaves_everybody_a_plan) {
    auto habits = default_habits();
    TankHabit tank;
    tank.tank.name = "tank";
    tank.tank.zone = 0;
    tank.tank.max_kwh = 8;
    tank.tank.min_kwh = 2;
    tank.tank.energy_kwh = 4;
    tank.tank.cop = planner::Series::constant(2.5);
    tank.draw_kw[6] = 3;
    tank.draw_kw[19] = 2.5;
    habits.tanks.push_back(tank);
    house = house_between(habits, world, spring, until);
    const auto ours = foxtail(Foresight::perfect);
    EXPECT_LT(ours.totals.shortfall_kwh, 0.05);
    EXPECT_LT(ours.totals.cold_kh, 0.5);
    EXPECT_EQ(ours.totals.missed_runs, 0);
    EXPECT_LT(ours.cost_eur(),
              simulate(house, world, spring, until, *charge_on_arrival()).cost_eur());
}

TEST_F(ClosedLoop, what_breaks_ties_does_not_add_up_over_the_plans_of_a_day) {
    double spent = 0;
    for (int hour = 0; hour < 24; ++hour) {
        const auto now = spring + hours(hour);
        const auto later = house_between(default_habits(), world, now, until);
        const Plant plant(later, world, now);
        planner::Planner planner(solver::make_clp());
        const auto plan =
            planner.plan(request_for({later, world, plant}, Foresight::perfect, hours(48)));
        const auto cheapest = planner.task();
        spent += plan.objective_eur;
        for (std::size_t i = 0; i < cheapest.start.size(); ++i)
            spent -= cheapest.model.columns[i].cost * cheapest.start[i];
    }
    EXPECT_LT(spent, 0.02);
}

TEST_F(ClosedLoop, the_same_day_ends_the_same) {
    until = spring + hours(4);
    EXPECT_EQ(foxtail(Foresight::naive).cost_eur(), foxtail(Foresight::naive).cost_eur());
}

}  // namespace
}  // namespace foxtail::simulation
