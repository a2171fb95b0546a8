#include "foxtail/app/plan_why.hpp"

#include "foxtail/app/plan_json.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/planner/house_testing.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/planning/planning_testing.hpp"
#include "foxtail/solver/clp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using planning::utc;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A house's plan as it stands on record.
struct PlanWhy : ::testing::Test {
    PlanWhy() {
        auto request = planner::house({});
        request.cars[0].sessions[0].goal = "anna: 100 % by 07:00";
        request.cars[0].sessions[0].target_kwh = 60;  // all it can hold: it binds
        request.batteries[0].reserve_kwh = planner::Series::constant(2);
        made = planner::Planner(solver::make_clp()).plan(request);
        told = plan_json(keeper, made, {}, made.made, {utc, "EUR"}, {}, "");
    }
    [[nodiscard]] boost::json::value why(std::string_view device, Time at) const {
        return parse_json(plan_why_json(*read_plan(told), device, at, utc)).value();
    }
    planning::Keeper keeper{planning::small_site(), utc};
    planner::Plan made;
    std::string told;
};

TEST_F(PlanWhy, a_plan_on_record_says_of_each_slot_what_it_said_when_it_was_made) {
    const auto read = read_plan(told);
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->plan.slots.size(), made.slots.size());
    ASSERT_EQ(read->plan.courses.size(), made.courses.size());
    for (std::size_t i = 0; i < made.courses.size(); ++i)
        for (std::size_t t = 0; t < made.slots.size(); ++t) {
            const auto& then = made.courses[i].steps[t];
            const auto& now = read->plan.courses[i].steps[t];
            EXPECT_EQ(now.code, then.code);
            EXPECT_EQ(now.intent, then.intent);
            EXPECT_NEAR(now.kw, then.kw, 0.001);
            EXPECT_EQ(read->plan.slots[t].until, made.slots[t].until);
        }
}

TEST_F(PlanWhy, tells_slot_reason_goal_and_where_the_inputs_are) {
    std::size_t charges = 0;
    while (made.courses[1].steps[charges].kw < 1) ++charges;
    const auto& slot = made.slots[charges];
    const auto said = why("leaf", slot.from + seconds(7));
    EXPECT_EQ(said.at("device").as_string(), "leaf");
    EXPECT_EQ(said.at("inputs").as_string(), "/plan/versions/0");
    EXPECT_EQ(said.at("slot").at("from").as_string(), format_rfc3339(slot.from));
    EXPECT_EQ(said.at("slot").at("until").as_string(), format_rfc3339(slot.until));
    EXPECT_NEAR(said.at("slot").at("kw").to_number<double>(), made.courses[1].steps[charges].kw,
                0.001);
    EXPECT_EQ(said.at("slot").at("code").as_string(),
              planner::code_names[static_cast<std::size_t>(made.courses[1].steps[charges].code)]);
    EXPECT_THAT(std::string(said.at("slot").at("sentence").as_string()), StartsWith("Charges at"));
    const auto& goal = said.at("goal");
    EXPECT_EQ(goal.at("who").as_string(), "anna");
    EXPECT_EQ(goal.at("what").as_string(), "100 % by 07:00");
    EXPECT_EQ(goal.at("state").as_string(), "met");
    EXPECT_EQ(goal.at("due").as_string(), format_rfc3339(made.courses[1].goals[0].due));
}

TEST_F(PlanWhy, no_goal_is_named_that_does_not_bind) {
    made.courses[1].goals[0].reached = made.courses[1].goals[0].wanted + 10;
    told = plan_json(keeper, made, {}, made.made, {utc, "EUR"}, {}, "");
    const auto said = why("leaf", made.made);
    const auto* goal = said.as_object().if_contains("goal");
    const auto* who = goal != nullptr ? goal->as_object().if_contains("who") : nullptr;
    EXPECT_TRUE(who == nullptr || *who != "anna") << said;
}

TEST_F(PlanWhy, without_a_device_the_slot_is_told_alone_and_outside_of_the_plan_none) {
    const auto house = why("", made.made);
    EXPECT_FALSE(house.as_object().contains("device"));
    EXPECT_FALSE(house.at("slot").as_object().contains("code"));
    EXPECT_FALSE(why("leaf", made.slots.back().until + hours(1)).as_object().contains("slot"));
}

TEST_F(PlanWhy, what_is_no_plan_is_none) {
    for (const char* text : {"", "[]", "null", "{}", R"({"slots":[]})"})
        EXPECT_FALSE(read_plan(text)) << text;
    // Of what a later version of the program tells, a device that is not understood is left out.
    const auto read = read_plan(
        R"({"slots":["2026-11-23T20:00:00Z"],"until":"2026-11-23T20:15:00Z","devices":[
            {"name":"leaf","kind":"car","kw":[1],"intent":["levitate"],"code":["CHEAP_SLOT"]}]})");
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->plan.courses.empty());
}

}  // namespace
}  // namespace foxtail
