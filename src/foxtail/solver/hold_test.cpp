// A power that somebody named for a while is kept to, whatever it costs.
#include "foxtail/planner/follower.hpp"
#include "foxtail/planner/house_testing.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/solver/clp.hpp"

#include <gtest/gtest.h>

namespace foxtail::solver {
namespace {

using planner::Kind;
using planner::Override;

const planner::Course& course_of(const planner::Plan& plan, const std::string& name) {
    for (const auto& course : plan.courses)
        if (course.name == name) return course;
    return plan.courses.front();
}

TEST(Hold, a_held_slot_has_the_power_that_was_said_and_the_intent_to_keep_to_it) {
    auto r = planner::house({planner::Season::winter, planner::Tariff::dynamic});
    const Time from = r.now + hours(1);
    const Time until = r.now + hours(2);
    const auto& car = r.cars.front();
    const auto& battery = r.batteries.front();
    r.overrides = {{car.name, Override::What::exactly, 5, from, until, "anna: hold"},
                   {battery.name, Override::What::exactly, 2, from, until, "anna: hold"}};
    planner::Planner planner(make_clp());
    const auto plan = planner.plan(r);
    int slots = 0;
    for (std::size_t t = 0; t < plan.slots.size(); ++t) {
        if (plan.slots[t].from < from || plan.slots[t].until > until) continue;
        ++slots;
        const auto& charges = course_of(plan, car.name).steps[t];
        EXPECT_NEAR(charges.kw, 5, 0.01);
        EXPECT_EQ(charges.intent, planner::Intent::charge);
        EXPECT_EQ(charges.code, planner::Code::user_override);
        const auto& stores = course_of(plan, battery.name).steps[t];
        EXPECT_NEAR(stores.kw, 2, 0.01);
        EXPECT_EQ(stores.intent, planner::Intent::charge);
        EXPECT_EQ(stores.code, planner::Code::user_override);
    }
    EXPECT_GE(slots, 3);
}

}  // namespace
}  // namespace foxtail::solver
