#include "foxtail/connectors/mqtt/broker_throttle.hpp"

#include <gtest/gtest.h>

namespace foxtail::mqtt {
namespace {

void fail(LoginThrottle& throttle, std::string_view source, int times, Duration now = seconds(1)) {
    for (int i = 0; i < times; ++i) throttle.failed(source, now);
}

TEST(LoginThrottle, the_first_failures_are_free_then_the_wait_doubles) {
    LoginThrottle throttle;
    const auto now = seconds(1);
    fail(throttle, "10.0.0.1", 3);
    EXPECT_EQ(throttle.admit("10.0.0.1", now), Duration{});
    fail(throttle, "10.0.0.1", 1);
    EXPECT_EQ(throttle.admit("10.0.0.1", now), milliseconds(250));
    fail(throttle, "10.0.0.1", 2);
    EXPECT_EQ(throttle.admit("10.0.0.1", seconds(100)), seconds(1));
    EXPECT_EQ(throttle.admit("10.0.0.2", now), Duration{}) << "others are not slowed down";
}

TEST(LoginThrottle, logins_of_one_source_wait_in_line_and_a_long_line_is_refused) {
    LoginThrottle throttle;
    fail(throttle, "10.0.0.1", 6);  // a gap of one second
    for (int place = 1; place <= 10; ++place) {
        EXPECT_EQ(throttle.admit("10.0.0.1", seconds(1)), seconds(place));
    }
    EXPECT_EQ(throttle.admit("10.0.0.1", seconds(1)), std::nullopt);
    EXPECT_EQ(throttle.admit("10.0.0.1", seconds(5)), seconds(7));
}

TEST(LoginThrottle, success_and_time_forgive) {
    LoginThrottle throttle;
    fail(throttle, "10.0.0.1", 4);
    throttle.succeeded("10.0.0.1");
    EXPECT_EQ(throttle.admit("10.0.0.1", seconds(1)), Duration{});
    fail(throttle, "10.0.0.1", 10);
    EXPECT_EQ(throttle.admit("10.0.0.1", minutes(11)), Duration{});
    EXPECT_EQ(throttle.sources(), 0U);
}

TEST(LoginThrottle, an_ipv6_neighbour_in_the_same_64_bits_is_the_same_source) {
    EXPECT_EQ(throttle_key("2001:db8:1:2::1"), throttle_key("2001:db8:1:2:ffff::9"));
    EXPECT_NE(throttle_key("2001:db8:1:2::1"), throttle_key("2001:db8:1:3::1"));
    EXPECT_EQ(throttle_key("fe80::1%eth0"), throttle_key("fe80::2"));
    EXPECT_NE(throttle_key("::ffff:10.0.0.1"), throttle_key("::ffff:10.0.0.2"));
}

TEST(LoginThrottle, remembers_a_bounded_number_of_sources_and_keeps_the_worst) {
    LoginThrottle throttle;
    fail(throttle, "9.9.9.9", 8);
    for (std::size_t i = 0; i < 2 * LoginThrottle::sources_max; ++i) {
        throttle.failed("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256),
                        seconds(2));
    }
    EXPECT_LE(throttle.sources(), LoginThrottle::sources_max);
    EXPECT_NE(throttle.admit("9.9.9.9", seconds(3)), Duration{});
}

}  // namespace
}  // namespace foxtail::mqtt
