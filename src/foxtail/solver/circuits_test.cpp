// Fuses between the house and its cars: what hangs below one is planned within it.
#include "foxtail/planner/check.hpp"
#include "foxtail/planner/grid.hpp"
#include "foxtail/planner/hostile_testing.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/planner/thumb.hpp"
#include "foxtail/solver/clp.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace foxtail::solver {
namespace {

using planner::Circuit;
using planner::Code;
using planner::Plan;
using planner::Request;
using planner::Series;

const Time evening = *parse_rfc3339("2026-03-03T18:00:00Z");

/// Two cars that are to be fuller by the morning, at one price: both begin at once, if they may.
Request two_cars() {
    Request r;
    r.now = evening;
    r.connection.import_max_kw = 30;
    r.buy_eur = Series::constant(0.3);
    r.sell_eur = Series::constant(0.05);
    r.load_kw = Series::constant(0.4);
    r.sun_kw = Series::constant(0);
    r.outdoor_c = Series::constant(8);
    r.prices_until = r.now + hours(48);
    for (const char* name : {"leaf", "zoe"}) {
        planner::Car car;
        car.name = name;
        car.capacity_kwh = 60;
        car.energy_kwh = 10;
        car.sessions = {{r.now - minutes(1), r.now + hours(12), 40, 0, 1, "goal"}};
        r.cars.push_back(car);
    }
    return r;
}

Plan plan_of(const Request& request) {
    return planner::Planner(make_clp()).plan(request);
}

double most_together(const Plan& plan) {
    double most = 0;
    for (std::size_t t = 0; t < plan.slots.size(); ++t)
        most = std::max(most, plan.courses[0].steps[t].kw + plan.courses[1].steps[t].kw);
    return most;
}

TEST(Circuits, cars_below_one_fuse_share_it_and_their_goals_are_met_all_the_same) {
    auto r = two_cars();
    EXPECT_GT(most_together(plan_of(r)), 20) << "nothing but the connection limits them";
    r.circuits = {{"garage", 11, {{0, 1, 1}, {1, 1, 1}}}};
    const auto plan = plan_of(r);
    EXPECT_LE(most_together(plan), 11 + 1e-6);
    for (const auto& course : plan.courses)
        EXPECT_EQ(course.goals[0].state, planner::Goal::State::met) << course.name;
    EXPECT_EQ(planner::check(planner::make_scene(r), plan).broken, std::vector<std::string>());
}

TEST(Circuits, one_phase_is_full_before_three_are) {
    auto r = two_cars();
    // 16 A a phase: two cars on phase L1 alone are one too many, whatever the other phases carry.
    for (auto& car : r.cars) car.ranges = {{1.38, 3.68}};
    r.circuits = {{"garage", 3.68, {{0, 1, 1}, {1, 1, 1}}}};
    EXPECT_LE(most_together(plan_of(r)), 3.68 + 1e-6);
    // On three phases each, a third of it counts on each of them.
    for (auto& car : r.cars) car.ranges = {{1.38, 3.68}, {4.14, 11}};
    const double third = 1.0 / 3;
    r.circuits = {{"garage", 3.68, {{0, third, 1}, {1, third, 1}}}};
    const auto plan = plan_of(r);
    EXPECT_LE(most_together(plan), 11.04 + 1e-6);
    EXPECT_GT(most_together(plan), 10);
    EXPECT_EQ(planner::check(planner::make_scene(r), plan).broken, std::vector<std::string>());
}

TEST(Circuits, who_waits_because_its_fuse_is_full_is_told_so) {
    auto r = two_cars();
    r.cars[0].sessions[0].depart = r.now + hours(3);  // it has no time to wait
    r.circuits = {{"garage", 11, {{0, 1, 1}, {1, 1, 1}}}};
    const auto plan = plan_of(r);
    EXPECT_GT(plan.courses[0].steps[0].kw, 8);
    EXPECT_EQ(plan.courses[1].steps[0].kw, 0);
    EXPECT_EQ(plan.courses[1].steps[0].code, Code::circuit_limit);
}

TEST(Circuits, what_is_limited_is_found_by_who_looks_at_a_plan) {
    auto r = two_cars();
    const auto free = plan_of(r);
    r.circuits = {{"garage", 11, {{0, 1, 1}, {1, 1, 1}}}};
    const auto found = planner::check(planner::make_scene(r), free).broken;
    ASSERT_FALSE(found.empty());
    EXPECT_NE(found.front().find("circuit 'garage'"), std::string::npos) << found.front();
}

TEST(Circuits, without_one_the_model_is_what_it_was) {
    const auto r = two_cars();
    const auto without = planner::formulate(planner::make_scene(r));
    auto none = r;
    none.circuits = {{"empty", 5, {}}, {"of nobody", 5, {{7, 1, 1}}}};
    const auto with = planner::formulate(planner::make_scene(none));
    EXPECT_EQ(with.model.rows.size(), without.model.rows.size());
    EXPECT_EQ(with.model.columns.size(), without.model.columns.size());
    EXPECT_EQ(with.model.entries.size(), without.model.entries.size());
}

TEST(Circuits, hold_in_houses_nobody_should_have_and_by_rules_of_thumb) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        auto r = planner::Hostile(seed).request();
        for (std::size_t i = 0; i < r.cars.size(); ++i)
            r.circuits.push_back({"fuse", static_cast<double>(seed % 7), {{i, 1.0 / 3, 1}}});
        Circuit all{"all", static_cast<double>(seed % 11), {}};
        for (std::size_t i = 0; i < r.cars.size(); ++i) all.shares.push_back({i, 1, 1});
        r.circuits.push_back(all);
        const auto scene = planner::make_scene(r);
        for (const auto& plan : {plan_of(r), planner::rules_of_thumb(scene)})
            for (const auto& what : planner::check(scene, plan).broken)
                EXPECT_EQ(what.find("circuit"), std::string::npos) << seed << ": " << what;
    }
}

}  // namespace
}  // namespace foxtail::solver
