#include "foxtail/app/charger_tries.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

constexpr int tries = static_cast<int>(api::Throttle::tries_max);
const Duration begin = seconds(1000);

TEST(ChargerTries, an_address_has_a_few_and_gets_them_back_slowly) {
    ChargerTries door;
    int taken = 0;
    for (int i = 0; i < 100; ++i) taken += door.take("BOX" + std::to_string(i), "10.0.0.9", begin);
    EXPECT_EQ(taken, tries);
    EXPECT_TRUE(door.take("BOX", "10.0.0.1", begin)) << "another address pays for it";
    EXPECT_TRUE(door.take("BOX", "10.0.0.9", begin + seconds(10)));
    EXPECT_FALSE(door.take("BOX", "10.0.0.9", begin + seconds(10)));
}

TEST(ChargerTries, a_charger_has_a_few_from_all_addresses_together) {
    ChargerTries door;
    int taken = 0;
    for (int i = 0; i < 100; ++i) taken += door.take("BOX", "10.0.0." + std::to_string(i), begin);
    EXPECT_EQ(taken, tries);
    EXPECT_TRUE(door.take("OTHER", "10.0.1.1", begin));
}

TEST(ChargerTries, nobody_locks_a_charger_out_by_guessing_in_its_name) {
    ChargerTries door;
    ASSERT_TRUE(door.take("BOX", "10.0.0.1", begin));
    door.right("BOX", "10.0.0.1");
    for (int i = 0; i < 100; ++i) (void)door.take("BOX", "10.0.2." + std::to_string(i), begin);
    EXPECT_FALSE(door.take("BOX", "10.0.3.1", begin));
    EXPECT_TRUE(door.take("BOX", "10.0.0.1", begin)) << "where it last was right";
}

TEST(ChargerTries, who_is_right_may_come_every_second) {
    ChargerTries door;
    for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(door.take("BOX", "10.0.0.1", begin)) << i;
        door.right("BOX", "10.0.0.1");
    }
}

TEST(ChargerTries, one_neighbour_of_ipv6_is_one_address) {
    ChargerTries door;
    int taken = 0;
    for (int i = 0; i < 100; ++i) taken += door.take("2001:db8::" + std::to_string(i), begin);
    EXPECT_EQ(taken, tries);
}

}  // namespace
}  // namespace foxtail
