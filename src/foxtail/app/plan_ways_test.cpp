#include "foxtail/planning/planning_testing.hpp"
#include "foxtail/planning/ways.hpp"
#include "foxtail/solver/clp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using planner::Goal;
using planning::DeviceFact;
using planning::Way;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A car that wants 80 % (32 kWh) by seven, looked at half past five; solved as in the hub.
struct PlanWays : ::testing::Test {
    PlanWays() {
        auto outlook = planning::flat_outlook(now.wall);
        // Waiting is worth something: what is needed by seven is dearer than what can wait.
        outlook.buy.eur = {at("2026-11-24T00:00:00Z"), hours(1), {}};
        for (int h = 0; h < 60; ++h) outlook.buy.eur.values.push_back(h < 7 ? 0.4 : 0.2);
        keeper.expect(std::move(outlook), planner::Tells::prices_came, 1, now);
        keeper.hear(planning::leaf, DeviceFact::plugged, 1, 1, now);
    }
    static Time at(const char* text) { return planning::at(text); }

    /// What leads out when the car is as full as that.
    std::vector<Way> ways(double percent) {
        keeper.hear(planning::leaf, DeviceFact::level, percent, 1, now);
        const auto due = keeper.due(now);
        EXPECT_TRUE(due);
        if (!due) return {};
        const auto as_is = planner.plan(due->request);
        keeper.planned(as_is, now);
        auto found = planning::ways_out(keeper, now.wall);
        std::vector<planner::Plan> plans;
        plans.reserve(found.size());
        for (const auto& way : found)
            plans.push_back(planner.plan(keeper.request_with(way.wishes, now.wall)));
        return planning::choose(std::move(found), as_is, plans, keeper.site());
    }
    static std::vector<std::string> told(const std::vector<Way>& ways) {
        std::vector<std::string> out;
        for (const auto& one : ways)
            out.push_back(std::string(planning::way_names[static_cast<std::size_t>(one.kind)]) +
                          " " + to_json(one.value));
        return out;
    }
    static planning::Site only_the_car() {
        planning::Site site;
        site.cars = planning::small_site().cars;
        return site;
    }

    Moment now{at("2026-11-24T05:30:00Z"), hours(1)};
    planning::Keeper keeper{only_the_car(), planning::utc};
    planner::Planner planner{solver::make_clp()};
};

TEST_F(PlanWays, a_goal_that_cannot_be_met_has_later_ones_and_a_lesser_one_with_their_prices) {
    const auto found = ways(20);
    ASSERT_EQ(keeper.plan()->courses.at(0).goals.at(0).state, Goal::State::missed);
    // At full power already: "now" leads nowhere. 57 % is what an hour and a half gives.
    EXPECT_THAT(told(found), ElementsAre(R"(LATER "80 % by 07:30")", R"(LATER "80 % by 08:00")",
                                         R"(LATER "80 % by 09:00")", R"(LESS "57 % by 07:00")"));
    EXPECT_EQ(found.at(0).state, Goal::State::missed);
    EXPECT_GT(found.at(0).reached, 8 + 15.2 + 4);
    EXPECT_NE(found.at(1).state, Goal::State::missed);
    EXPECT_NEAR(found.at(1).reached, 32, 0.1);
    EXPECT_NE(found.at(3).state, Goal::State::missed);
    // Each price is what two plans differ by, solved apart.
    for (const auto& way : found) {
        planner::Planner apart{solver::make_clp()};
        const auto other = apart.plan(keeper.request_with(way.wishes, now.wall));
        EXPECT_NEAR(way.more_eur, other.worth_eur() - keeper.plan()->worth_eur(), 0.01);
    }
    EXPECT_LT(found.at(2).more_eur, -0.5) << "two hours later most of it is had for half the price";
}

TEST_F(PlanWays, a_goal_at_risk_can_be_put_off_or_begun_at_once_and_needs_no_less) {
    const auto found = ways(45);
    ASSERT_EQ(keeper.plan()->courses.at(0).goals.at(0).state, Goal::State::at_risk);
    EXPECT_THAT(told(found), ElementsAre(R"(LATER "80 % by 07:30")", R"(LATER "80 % by 08:00")",
                                         R"(LATER "80 % by 09:00")", R"(NOW "now")"));
    EXPECT_EQ(found.at(1).state, Goal::State::met);
    EXPECT_GT(found.at(3).more_eur, -0.01) << "what is begun sooner costs no less";
}

TEST_F(PlanWays, what_is_met_needs_no_way_out) {
    EXPECT_THAT(ways(75), IsEmpty());
    EXPECT_EQ(keeper.plan()->courses.at(0).goals.at(0).state, Goal::State::met);
}

TEST_F(PlanWays, a_goal_late_in_the_evening_is_not_put_off_into_another_day) {
    ASSERT_TRUE(keeper.set(planning::leaf, planning::Setting::goals, std::string("80 % by 23:10"),
                           "anna", 2, now));
    now = {at("2026-11-24T22:40:00Z"), hours(18)};
    EXPECT_THAT(told(ways(20)),
                ElementsAre(R"(LATER "80 % by 23:40")", ::testing::StartsWith("LESS")));
}

}  // namespace
}  // namespace foxtail
