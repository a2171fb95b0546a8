#include "foxtail/cars/budget.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::cars {
namespace {

constexpr Time morning{1'800'000'000'000'000};

TEST(Budget, never_more_calls_than_allowed_in_any_day) {
    Budget budget({.calls = 3});
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.spend(morning + hours(i), {}, 7, "ask"));
    const auto refused = budget.spend(morning + hours(23), {}, 8, "ask");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::exhausted);
    EXPECT_THAT(refused.error().message, ::testing::HasSubstr("3 calls"));
    EXPECT_EQ(budget.left(morning + hours(23)).calls, 0);
    EXPECT_EQ(budget.spent().size(), 3U) << "what was refused is not spent";
    EXPECT_TRUE(budget.spend(morning + hours(24), {}, 9, "ask")) << "the first is a day old";
    EXPECT_FALSE(budget.spend(morning + hours(24), {}, 9, "ask"));
}

TEST(Budget, money_and_wake_ups_are_counted_too) {
    Budget budget({.money = 0.3, .wakes = 1});
    EXPECT_TRUE(budget.spend(morning, {.money = 0.1}, 1, "a"));
    EXPECT_TRUE(budget.spend(morning, {.money = 0.1, .wakes = 1}, 2, "b"));
    EXPECT_FALSE(budget.spend(morning, {.wakes = 1}, 3, "c")) << "it was woken today";
    EXPECT_TRUE(budget.spend(morning, {.money = 0.1}, 4, "d")) << "three times 0.1 is 0.3";
    EXPECT_FALSE(budget.spend(morning, {.money = 0.01}, 5, "e"));
    EXPECT_FALSE(budget.spend(morning, {.money = -1}, 5, "e"));
    ASSERT_EQ(budget.spent().size(), 3U);
    EXPECT_EQ(budget.spent()[1].cause, 2U);
}

TEST(Budget, a_clock_set_back_gives_nothing_back) {
    Budget budget({.calls = 2});
    EXPECT_TRUE(budget.spend(morning, {}, 1, ""));
    EXPECT_TRUE(budget.spend(morning - days(3), {}, 2, ""));
    EXPECT_FALSE(budget.spend(morning - days(3), {}, 3, ""));
    EXPECT_FALSE(budget.spend(morning + hours(23), {}, 3, ""));
    EXPECT_TRUE(budget.spend(morning + hours(24), {}, 3, ""));
}

TEST(Budget, it_survives_a_restart_and_rubbish_changes_nothing) {
    Budget budget({.calls = 2});
    ASSERT_TRUE(budget.spend(morning, {.money = 0.5, .wakes = 1}, 41, "climate on"));
    Budget again({.calls = 1});
    ASSERT_TRUE(again.load(budget.save()));
    EXPECT_EQ(again.spent(), budget.spent());
    EXPECT_FALSE(again.spend(morning + hours(1), {}, 42, ""));
    const std::string bytes = budget.save();
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(again.load(std::string_view(bytes).substr(0, size)));
    EXPECT_EQ(again.spent(), budget.spent());
}

TEST(Budget, whatever_is_tried_when_no_day_holds_more_than_the_limit) {
    std::mt19937 random(11);
    Budget budget({.calls = 10, .wakes = 4});
    std::vector<Spent> passed;
    Time now = morning;
    for (int i = 0; i < 5000; ++i) {
        now = now + minutes(static_cast<std::int64_t>(random() % 60));
        const Cost cost{.wakes = random() % 3 == 0 ? 1U : 0U};
        if (budget.spend(now, cost, 1, "")) passed.push_back({now, cost, 1, ""});
    }
    ASSERT_GT(passed.size(), 100U);
    for (std::size_t i = 0; i < passed.size(); ++i) {
        std::size_t calls = 0;
        std::size_t wakes = 0;
        for (std::size_t k = i; k < passed.size() && passed[k].at - passed[i].at < days(1); ++k) {
            ++calls;
            wakes += passed[k].cost.wakes;
        }
        EXPECT_LE(calls, 10U);
        EXPECT_LE(wakes, 4U);
    }
}

}  // namespace
}  // namespace foxtail::cars
