// Machines in quiet hours: by the solver, by rules of thumb, and what check says of who does not
// keep them.
#include "foxtail/planner/check.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/planner/thumb.hpp"
#include "foxtail/solver/clp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::solver {
namespace {

using planner::Request;
using planner::Series;
using ::testing::Contains;
using ::testing::HasSubstr;

const Time ten = *parse_rfc3339("2026-03-03T22:00:00Z");

/// A dishwasher at ten in the evening; power is cheap from one to four, the house quiet till six.
Request at_night(int ready_in_hours) {
    Request r;
    r.now = ten;
    r.buy_eur = {ten, hours(1), {0.4, 0.4, 0.4, 0.1, 0.1, 0.1, 0.4}};
    r.sell_eur = Series::constant(0.05);
    r.load_kw = Series::constant(0.4);
    r.prices_until = r.now + hours(48);
    r.appliances = {{"dishes", {1.8, 0.3, 1.6}, r.now, r.now + hours(ready_in_hours)}};
    r.appliances.front().quiet = {ten, hours(1), {1, 1, 1, 1, 1, 1, 1, 1, 0}};
    return r;
}

/// Hours after ten at which it begins; nothing when it does not run.
std::optional<double> begins(const planner::Plan& plan) {
    const auto& steps = plan.courses.front().steps;
    for (std::size_t t = 0; t < steps.size(); ++t)
        if (steps[t].kw > 0.01) return planner::Slot{ten, plan.slots[t].from}.hours();
    return std::nullopt;
}

TEST(QuietHours, no_machine_runs_in_them_however_cheap_it_is) {
    auto r = at_night(14);
    auto plan = planner::Planner(make_clp()).plan(r);
    EXPECT_GE(begins(plan).value_or(0), 8);
    EXPECT_TRUE(planner::check(planner::make_scene(r), plan).holds());
    r.appliances.front().quiet = {};
    plan = planner::Planner(make_clp()).plan(r);
    EXPECT_NEAR(begins(plan).value_or(0), 3, 0.01) << "when it is cheap";
}

TEST(QuietHours, who_cannot_be_ready_without_noise_runs_after_them_and_is_late) {
    const auto r = at_night(6);
    const auto plan = planner::Planner(make_clp()).plan(r);
    EXPECT_NEAR(begins(plan).value_or(0), 8, 0.01);
    EXPECT_EQ(plan.courses.front().goals.at(0).state, planner::Goal::State::missed);
}

TEST(QuietHours, somebodys_word_goes_before_them) {
    auto r = at_night(14);
    r.overrides = {
        {"dishes", planner::Override::What::at_least, 1, r.now, r.now + hours(1), "anna"}};
    const auto plan = planner::Planner(make_clp()).plan(r);
    EXPECT_NEAR(begins(plan).value_or(9), 0, 0.01);
    EXPECT_TRUE(planner::check(planner::make_scene(r), plan).holds());
}

TEST(QuietHours, rules_of_thumb_keep_them) {
    const auto scene = planner::make_scene(at_night(14));
    const auto plan = planner::rules_of_thumb(scene);
    EXPECT_NEAR(begins(plan).value_or(0), 8, 0.01);
    EXPECT_TRUE(planner::check(scene, plan).holds());
}

TEST(QuietHours, a_plan_that_does_not_keep_them_does_not_hold) {
    auto r = at_night(14);
    const auto quiet = r.appliances.front().quiet;
    r.appliances.front().quiet = {};
    const auto plan = planner::Planner(make_clp()).plan(r);
    r.appliances.front().quiet = quiet;
    const auto checked = planner::check(planner::make_scene(r), plan);
    EXPECT_THAT(checked.broken, Contains(HasSubstr("quiet hours")));
}

}  // namespace
}  // namespace foxtail::solver
