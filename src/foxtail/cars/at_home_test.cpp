#include "foxtail/cars/at_home.hpp"

#include <gtest/gtest.h>

namespace foxtail::cars {
namespace {

constexpr double metre = 1.0 / 111'195;  // northwards, in degrees

TEST(AtHome, comes_within_one_distance_and_leaves_beyond_a_larger_one) {
    AtHome car({48.1, 11.5});
    EXPECT_FALSE(car.look()) << "nobody said where it is";
    car.heard_latitude(48.1 + 120 * metre);
    EXPECT_FALSE(car.look()) << "half a position is none";
    car.heard_longitude(11.5);
    EXPECT_EQ(car.look(), false);
    car.heard_latitude(48.1 + 90 * metre);
    EXPECT_EQ(car.look(), true);
    car.heard_latitude(48.1 + 140 * metre);
    EXPECT_EQ(car.look(), true) << "satellites are off by as much";
    car.heard_latitude(48.1 + 160 * metre);
    EXPECT_EQ(car.look(), false);
    car.heard_latitude(48.1 + 140 * metre);
    EXPECT_EQ(car.look(), false);
    car.heard_latitude(std::nullopt);
    EXPECT_FALSE(car.look()) << "it no longer says";
}

TEST(AtHome, knows_that_degrees_of_longitude_are_short_in_the_north_and_go_round) {
    AtHome far_north({70, 20});
    far_north.heard_latitude(70);
    far_north.heard_longitude(20 + 200 * metre);  // 68 m there
    EXPECT_EQ(far_north.look(), true);
    far_north.heard_longitude(20 + 600 * metre);
    EXPECT_EQ(far_north.look(), false);
    AtHome date_line({0, 180});
    date_line.heard_latitude(0);
    date_line.heard_longitude(-180 + 50 * metre);
    EXPECT_EQ(date_line.look(), true);
}

}  // namespace
}  // namespace foxtail::cars
