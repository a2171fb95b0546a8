// Sun that nobody can hold back is not planned to be.
#include "foxtail/planner/check.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/solver/clp.hpp"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::solver {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Noon, 5 kW of sun, half a kW of load, no device that could take the rest.
planner::Request noon(double sell_eur, double export_max_kw, bool curtails) {
    planner::Request r;
    r.now = Time{1'700'049'600'000'000};
    r.horizon = hours(6);
    r.connection.export_max_kw = export_max_kw;
    r.connection.curtails = curtails;
    r.buy_eur = planner::Series::constant(0.3);
    r.sell_eur = planner::Series::constant(sell_eur);
    r.prices_until = r.now + hours(6);
    r.load_kw = planner::Series::constant(0.5);
    r.sun_kw = planner::Series::constant(5);
    r.outdoor_c = planner::Series::constant(20);
    return r;
}

planner::Plan planned(const planner::Request& r) {
    planner::Planner planner(make_clp());
    auto plan = planner.plan(r);
    const auto checked = planner::check(planner::make_scene(r), plan);
    EXPECT_THAT(checked.broken, IsEmpty());
    EXPECT_NEAR(checked.objective_eur(), plan.objective_eur, 1e-4);
    return plan;
}

double sum(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST(Curtailment, who_pays_for_feeding_in_holds_the_sun_back_where_it_can_be) {
    const auto held = planned(noon(-0.05, 17, true));
    EXPECT_DOUBLE_EQ(sum(held.export_kw), 0);
    EXPECT_NEAR(held.curtailed_kw.front(), 4.5, 1e-6);
    EXPECT_NEAR(held.cost_eur, 0, 1e-6);
    EXPECT_THAT(held.mended, IsEmpty());
}

TEST(Curtailment, sun_that_cannot_be_held_back_is_fed_in_and_paid_for) {
    const auto fed = planned(noon(-0.05, 17, false));
    EXPECT_NEAR(sum(fed.curtailed_kw), 0, 0.01);
    EXPECT_NEAR(fed.export_kw.front(), 4.5, 0.01);
    EXPECT_NEAR(fed.cost_eur, 6 * 4.5 * 0.05, 1e-3);
    EXPECT_THAT(fed.mended, IsEmpty());
}

TEST(Curtailment, a_connection_that_is_too_small_leaves_nothing_else_and_the_plan_says_so) {
    const auto plan = planned(noon(0.08, 2, false));
    EXPECT_NEAR(plan.export_kw.front(), 2, 1e-6);
    EXPECT_NEAR(plan.curtailed_kw.front(), 2.5, 1e-6);
    ASSERT_EQ(plan.mended.size(), 1U);
    EXPECT_EQ(plan.mended[0].where, "sun");
    EXPECT_THAT(plan.mended[0].what, HasSubstr("15.0 kWh more than the connection lets out"));
    EXPECT_THAT(planned(noon(0.08, 2, true)).mended, IsEmpty());
}

TEST(Curtailment, a_battery_takes_what_cannot_be_held_back) {
    auto r = noon(-0.05, 17, false);
    planner::Battery cellar;
    cellar.name = "cellar";
    cellar.capacity_kwh = cellar.max_kwh = 10;
    cellar.charge_max_kw = cellar.discharge_max_kw = 4.5;
    r.batteries.push_back(cellar);
    const auto plan = planned(r);
    EXPECT_NEAR(plan.courses.front().steps.back().level, 10, 0.1);
    EXPECT_NEAR(sum(plan.curtailed_kw), 0, 0.01);
}

}  // namespace
}  // namespace foxtail::solver
