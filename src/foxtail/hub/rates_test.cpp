#include "foxtail/hub/rates.hpp"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

TEST(Rates, no_hour_sees_more_than_was_given) {
    std::mt19937 random(7);
    Rates rates;
    std::vector<Duration> told;
    Duration now = hours(30);
    for (int i = 0; i < 20'000; ++i) {
        now = now + milliseconds(static_cast<std::int64_t>(random() % 90'000));
        if (!rates.has_room(4, 25, now)) continue;
        rates.count(4, now);
        told.push_back(now);
    }
    ASSERT_GT(told.size(), 1'000U);
    for (std::size_t i = 25; i < told.size(); ++i)
        ASSERT_GE(told[i] - told[i - 25], hours(1)) << "26 values within one hour";
}

TEST(Rates, room_comes_back_within_a_minute_of_the_hour) {
    Rates rates;
    const Duration begin = minutes(1000) + seconds(30);
    for (int i = 0; i < 3; ++i) rates.count(1, begin);
    EXPECT_FALSE(rates.has_room(1, 3, begin + minutes(60)));
    EXPECT_TRUE(rates.has_room(1, 3, begin + minutes(61)));
    EXPECT_TRUE(rates.has_room(2, 3, begin)) << "each grant by itself";
}

TEST(Rates, what_was_told_before_a_restart_counts_on) {
    Rates rates;
    const Duration begin = seconds(5);  // the clock has only begun
    rates.count(1, begin - minutes(50), 2);
    rates.count(1, begin - minutes(1));
    EXPECT_FALSE(rates.has_room(1, 3, begin));
    EXPECT_TRUE(rates.has_room(1, 4, begin));
    EXPECT_TRUE(rates.has_room(1, 2, begin + minutes(12))) << "two of them are over an hour ago";
    EXPECT_FALSE(rates.has_room(1, 1, begin + minutes(12)));
}

}  // namespace
}  // namespace foxtail
