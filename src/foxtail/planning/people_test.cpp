#include "foxtail/planning/planning_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::planning {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A household in which people want different things, under one of the rules.
struct PeopleTest : ::testing::Test {
    static Site site_with(WishRule rule) {
        auto site = small_site();
        site.wish_rule = std::move(rule);
        return site;
    }
    static Keeper household(WishRule rule) {
        Keeper keeper(site_with(std::move(rule)), utc);
        keeper.expect(flat_outlook(at("2026-11-23T20:05:00Z")), planner::Tells::prices_came, 1,
                      {at("2026-11-23T20:05:00Z"), hours(1)});
        return keeper;
    }
    void says(Keeper& keeper, const std::string& who, Setting setting, Value value,
              DeviceId device = leaf) {
        now.wall = now.wall + seconds(1);
        now.mono = now.mono + seconds(1);
        const auto done = keeper.set(device, setting, value, who, ++seq, now);
        EXPECT_TRUE(done) << done.error().message;
    }
    static std::vector<Contest> contested(const Keeper& keeper) {
        return contests(keeper.wishes(), keeper.site().wish_rule);
    }
    /// Why a plan is due; it is not made.
    static std::string because(Keeper& keeper, Moment when) {
        const auto due = keeper.due(when);
        if (due) keeper.planned_nothing();
        return due ? planner::words_of(due->because) : "";
    }
    Moment now{at("2026-11-23T20:05:00Z"), hours(1)};
    Seq seq = 10;
    const WishRule last{};
    const WishRule most{WishRule::Kind::most_is_asked_for, {}};
    const WishRule order{WishRule::Kind::order, {"anna", "ben"}};
};

TEST_F(PeopleTest, what_was_said_last_holds_and_who_lost_is_told_for_a_day) {
    auto keeper = household(last);
    says(keeper, "anna", Setting::goals, Value("80 % by 07:00"));
    EXPECT_THAT(contested(keeper), IsEmpty());
    EXPECT_EQ(because(keeper, now), "anna set 'goals' of leaf: 80 % by 07:00");
    says(keeper, "ben", Setting::goals, Value("60 % by 07:00"));
    EXPECT_EQ(keeper.shown(leaf, Setting::goals), Value("60 % by 07:00"));
    EXPECT_EQ(because(keeper, now),
              "ben set 'goals' of leaf: 60 % by 07:00, which holds over anna's 80 % by 07:00 "
              "(rule: last)");
    ASSERT_THAT(contested(keeper), SizeIs(1));
    EXPECT_EQ(contest_words(keeper.site(), contested(keeper).front()),
              "leaf, goals: ben's 60 % by 07:00 holds, anna's 80 % by 07:00 does not (rule: last)");
    now.wall = now.wall + hours(25);
    (void)keeper.due(now);
    EXPECT_THAT(contested(keeper), IsEmpty()) << "she has been told long enough";
    EXPECT_EQ(keeper.shown(leaf, Setting::goals), Value("60 % by 07:00"));
}

TEST_F(PeopleTest, who_takes_the_last_word_back_takes_all_back) {
    auto keeper = household(last);
    says(keeper, "anna", Setting::goals, Value("90 % by 06:00"));
    says(keeper, "ben", Setting::goals, Value(Null{}));
    EXPECT_EQ(keeper.shown(leaf, Setting::goals), Value("80 % by 07:00")) << "as configured";
    EXPECT_THAT(contested(keeper), IsEmpty());
}

TEST_F(PeopleTest, the_first_in_the_order_holds_whoever_speaks_last) {
    auto keeper = household(order);
    says(keeper, "carla", Setting::least, Value(50.0));
    says(keeper, "anna", Setting::least, Value(20.0));
    says(keeper, "ben", Setting::least, Value(30.0));
    EXPECT_EQ(keeper.shown(leaf, Setting::least), Value(20.0));
    EXPECT_THAT(because(keeper, now), HasSubstr("carla set 'least' of leaf; anna set 'least'"));
    says(keeper, "ben", Setting::least, Value(35.0));
    EXPECT_THAT(because(keeper, now),
                HasSubstr("ben set 'least' of leaf, but anna's 20 holds (rule: order)"));
    ASSERT_THAT(contested(keeper), SizeIs(1));
    EXPECT_THAT(contested(keeper).front().lost, SizeIs(2));
    says(keeper, "anna", Setting::least, Value(Null{}));
    EXPECT_EQ(keeper.shown(leaf, Setting::least), Value(35.0)) << "ben comes next";
    says(keeper, "ben", Setting::least, Value(Null{}));
    EXPECT_EQ(keeper.shown(leaf, Setting::least), Value(50.0)) << "and then who is not named";
    now.wall = now.wall + days(30);
    (void)keeper.due(now);
    EXPECT_EQ(keeper.shown(leaf, Setting::least), Value(50.0)) << "wishes do not wear out";
}

TEST_F(PeopleTest, where_the_most_counts_all_goals_hold_and_of_numbers_the_highest) {
    auto keeper = household(most);
    says(keeper, "anna", Setting::goals, Value("80 % by 07:00"));
    says(keeper, "ben", Setting::goals, Value("60 % by 05:00; 80 % by 07:00"));
    EXPECT_EQ(keeper.shown(leaf, Setting::goals), Value("80 % by 07:00; 60 % by 05:00"));
    EXPECT_THAT(keeper.wishes().devices.at(leaf).goals_by, ::testing::ElementsAre("anna", "ben"));
    says(keeper, "carla", Setting::goals, Value(""));
    ASSERT_THAT(contested(keeper), SizeIs(2 - 1));
    says(keeper, "anna", Setting::low, Value(19.0), pump);
    says(keeper, "ben", Setting::low, Value(21.0), pump);
    says(keeper, "anna", Setting::low, Value(20.0), pump);
    EXPECT_EQ(keeper.shown(pump, Setting::low), Value(21.0));
    says(keeper, "anna", Setting::ready_by, Value("07:00"), dishes);
    says(keeper, "ben", Setting::ready_by, Value("09:00"), dishes);
    EXPECT_EQ(keeper.shown(dishes, Setting::ready_by), Value("07:00"));
}

TEST_F(PeopleTest, both_peoples_goals_become_what_the_planner_is_asked_with_their_names) {
    auto keeper = household(most);
    keeper.hear(leaf, DeviceFact::plugged, 1, 2, now);
    says(keeper, "anna", Setting::goals, Value("80 % by 07:00"));
    says(keeper, "ben", Setting::goals, Value("60 % by 05:00"));
    std::string goals;
    const auto request = keeper.request_with(keeper.wishes(), now.wall);
    for (const auto& session : request.cars[0].sessions) goals += session.goal + "|";
    EXPECT_THAT(goals, HasSubstr("ben: 60 % by 05:00|anna: 80 % by 07:00|"));
}

TEST_F(PeopleTest, now_and_pause_and_automatic_go_by_the_rule_as_well) {
    for (const auto& rule : {most, order}) {
        auto keeper = household(rule);
        says(keeper, "anna", Setting::mode, Value("now"));
        says(keeper, "ben", Setting::mode, Value("pause"));
        EXPECT_EQ(keeper.shown(leaf, Setting::mode), Value("now"));
        says(keeper, "ben", Setting::mode, Value("automatic"));
        EXPECT_EQ(keeper.shown(leaf, Setting::mode), Value("now"));
        EXPECT_THAT(contested(keeper), SizeIs(1)) << "ben's word is not forgotten";
        EXPECT_FALSE(keeper.set(leaf, Setting::mode_until, Value("2026-11-24T06:00:00Z"), "carla",
                                ++seq, now))
            << "it is not hers to end";
        says(keeper, "anna", Setting::mode, Value("automatic"));
        EXPECT_EQ(keeper.shown(leaf, Setting::mode), Value("automatic"));
        EXPECT_THAT(contested(keeper), IsEmpty());
        says(keeper, "ben", Setting::mode, Value("pause"));
        EXPECT_EQ(keeper.shown(leaf, Setting::mode), Value("pause"))
            << "anna's automatic was an answer to ben's mode then, and ended with it";
    }
}

TEST_F(PeopleTest, when_the_mode_that_holds_ends_the_next_persons_holds) {
    auto keeper = household(order);
    says(keeper, "ben", Setting::mode, Value("pause"));
    says(keeper, "anna", Setting::mode, Value("now"));
    says(keeper, "anna", Setting::mode_until, Value("2026-11-23T21:00:00Z"));
    EXPECT_EQ(keeper.shown(leaf, Setting::mode), Value("now"));
    now.wall = at("2026-11-23T21:00:00Z");
    (void)keeper.due(now);
    EXPECT_EQ(keeper.shown(leaf, Setting::mode), Value("pause"));
    EXPECT_EQ(keeper.wishes().devices.at(leaf).by, "ben: pause");
}

TEST_F(PeopleTest, everybodys_wishes_outlive_a_restart_and_the_rule_may_be_another_then) {
    auto keeper = household(order);
    says(keeper, "ben", Setting::goals, Value("60 % by 07:00"));
    says(keeper, "anna", Setting::goals, Value("80 % by 06:00"));
    says(keeper, "ben", Setting::mode, Value("pause"));
    says(keeper, "anna", Setting::mode, Value("now"));
    const auto bytes = keeper.save();
    auto again = household(order);
    ASSERT_TRUE(again.load(bytes));
    EXPECT_EQ(again.save(), bytes);
    EXPECT_EQ(contested(again).size(), 2U);
    auto other = household({WishRule::Kind::order, {"ben"}});
    ASSERT_TRUE(other.load(bytes));
    EXPECT_EQ(other.shown(leaf, Setting::goals), Value("60 % by 07:00"));
    EXPECT_EQ(other.shown(leaf, Setting::mode), Value("pause"));
}

TEST_F(PeopleTest, equal_words_in_equal_order_give_equal_bytes) {
    const auto told = [&](const WishRule& rule) {
        now = {at("2026-11-23T20:05:00Z"), hours(1)};
        auto keeper = household(rule);
        for (const char* who : {"ben", "anna", "carla", "anna"})
            says(keeper, who, Setting::goals,
                 Value(std::string(who[0] == 'a' ? "80" : "50") + " % by 07:00"));
        return keeper.save();
    };
    for (const auto& rule : {last, most, order}) EXPECT_EQ(told(rule), told(rule));
}

TEST_F(PeopleTest, saying_the_same_again_changes_nothing_but_after_another_it_does) {
    auto keeper = household(last);
    says(keeper, "anna", Setting::goals, Value("60 % by 07:00"));
    const auto changes = keeper.changes();
    says(keeper, "anna", Setting::goals, Value("60 % by 07:00"));
    EXPECT_EQ(keeper.changes(), changes);
    says(keeper, "ben", Setting::goals, Value("50 % by 07:00"));
    says(keeper, "anna", Setting::goals, Value("60 % by 07:00"));
    EXPECT_EQ(keeper.shown(leaf, Setting::goals), Value("60 % by 07:00"));
}

}  // namespace
}  // namespace foxtail::planning
