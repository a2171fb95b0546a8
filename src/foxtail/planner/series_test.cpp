#include "foxtail/planner/series.hpp"

#include <gtest/gtest.h>

namespace foxtail::planner {
namespace {

const Time noon{1'700'000'000'000'000};

TEST(Series, holds_its_first_and_last_value_outside) {
    const Series prices{noon, hours(1), {1, 2, 3}};
    EXPECT_EQ(prices.at(noon - hours(5)), 1);
    EXPECT_EQ(prices.at(noon + minutes(61)), 2);
    EXPECT_EQ(prices.at(noon + hours(9)), 3);
    EXPECT_EQ(Series{}.at(noon), 0);
}

TEST(Series, mean_weighs_by_time) {
    const Series prices{noon, hours(1), {1, 2, 3}};
    EXPECT_DOUBLE_EQ(prices.mean(noon, noon + hours(2)), 1.5);
    EXPECT_DOUBLE_EQ(prices.mean(noon + minutes(45), noon + minutes(75)), 1.5);
    EXPECT_DOUBLE_EQ(prices.mean(noon - hours(1), noon + hours(1)), 1);
    EXPECT_DOUBLE_EQ(prices.mean(noon + hours(2), noon + hours(6)), 3);
    EXPECT_DOUBLE_EQ(prices.mean(noon + hours(1), noon + hours(1)), 2);
    EXPECT_DOUBLE_EQ(Series::constant(7).mean(noon, noon + hours(3)), 7);
}

}  // namespace
}  // namespace foxtail::planner
