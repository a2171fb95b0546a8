#include "foxtail/planning/words.hpp"

#include "foxtail/planning/planning_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::planning {
namespace {

using planner::Code;
using planner::Intent;
using ::testing::HasSubstr;

/// Four quarters of an hour, in the third of which the car charges.
struct Words : ::testing::Test {
    Words() {
        planner::Course course;
        course.kind = planner::Kind::car;
        course.name = "leaf";
        for (std::size_t i = 0; i < 4; ++i) {
            const Time from = now + minutes(15) * static_cast<std::int64_t>(i);
            plan.slots.push_back({from, from + minutes(15)});
            course.steps.push_back(i == 2 ? planner::Step{7.4, 22, Intent::charge, Code::cheap_slot}
                                          : planner::Step{0, 20, Intent::off, {}});
            course.steps.back().code = i < 2 ? Code::wait_for_cheaper : course.steps.back().code;
        }
        for (auto* list : {&plan.buy_eur, &plan.sell_eur, &plan.load_kw, &plan.sun_kw,
                           &plan.import_kw, &plan.export_kw, &plan.curtailed_kw})
            list->assign(4, 0);
        plan.buy_eur = plan.marginal_eur = {0.3, 0.3, 0.14, 0.3};
        plan.import_kw.assign(4, 7.8);
        plan.courses.push_back(course);
    }
    [[nodiscard]] std::string said(std::size_t slot = 0) const {
        return why_now(plan, plan.courses[0], alternatives, plan.slots[slot].from, {utc, "EUR"});
    }
    Time now = at("2026-11-23T20:00:00Z");
    planner::Plan plan;
    std::vector<planner::Alternative> alternatives;
};

TEST_F(Words, say_what_is_waited_for_and_what_the_other_way_would_cost) {
    alternatives = {{"leaf", 0, "charging now", 0.84, true}};
    EXPECT_THAT(said(), HasSubstr("Waits until 20:30: 0.14 EUR/kWh then, 0.30 now."));
    EXPECT_THAT(said(), HasSubstr("Charging now would cost 0.84 EUR more."));
    alternatives.clear();
    EXPECT_EQ(said(2), "Charges at 7.4 kW: power is cheap: 0.14 EUR/kWh, 0.26 on average.");
}

TEST_F(Words, of_who_waits_for_the_sun_say_what_the_sun_would_bring_and_not_the_grids_price) {
    // As the demo's page said once: "waits until 09:00: 0.300 then, 0.238 now".
    plan.buy_eur = {0.238, 0.25, 0.3, 0.3};
    plan.sell_eur.assign(4, 0.08);
    plan.sun_kw = {0, 0, 9, 9};
    plan.import_kw = {0.3, 0.3, 0, 0};
    plan.export_kw = {0, 0, 1, 8};
    plan.courses[0].steps[0].code = Code::wait_for_sun;
    EXPECT_EQ(said(),
              "Waits until 20:30: the sun gives it then, fed in it would bring 0.08 "
              "EUR/kWh; 0.24 now.");
    plan.import_kw[2] = 2.5;  // a third of it is bought
    EXPECT_EQ(said(),
              "Waits until 20:30: most of it comes from the sun then, 0.15 EUR/kWh; 0.24 "
              "now.");
    // Whatever the code is: without a price that speaks for it, nothing is claimed.
    plan.sell_eur.assign(4, 0.5);
    plan.marginal_eur = plan.buy_eur;
    EXPECT_EQ(said(), "Waits until 20:30: nothing speaks for another time.");
}

TEST_F(Words, tell_prices_that_hardly_differ_with_the_digits_in_which_they_do) {
    plan.buy_eur = {0.302, 0.302, 0.298, 0.302};
    EXPECT_THAT(said(), HasSubstr("0.298 EUR/kWh then, 0.302 now."));
}

TEST_F(Words, call_nothing_cheap_that_is_not) {
    plan.buy_eur = {0.3, 0.3, 0.32, 0.3};
    EXPECT_EQ(said(2), "Charges at 7.4 kW: it is worth its price: 0.32 EUR/kWh.");
    plan.buy_eur.assign(4, 0.32);
    EXPECT_EQ(said(2), "Charges at 7.4 kW: power costs the same at all times: 0.32 EUR/kWh.");
}

TEST_F(Words, say_of_who_is_not_there_that_and_no_price) {
    plan.courses[0].steps[0].code = Code::not_there;
    EXPECT_EQ(said(), "Waits until 20:30: it is not there.");
}

}  // namespace
}  // namespace foxtail::planning
