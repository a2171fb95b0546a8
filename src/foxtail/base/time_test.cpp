#include "foxtail/base/time.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

TEST(Time, reads_back_what_it_wrote_for_moments_across_four_thousand_years) {
    for (std::int64_t day = -700000; day < 700000; day += 997) {
        const Time t{day * 86400000000LL + day * 7919 % 86400000000LL};
        const auto back = parse_rfc3339(format_rfc3339(t));
        ASSERT_TRUE(back.has_value()) << format_rfc3339(t) << ": " << back.error().message;
        EXPECT_EQ(*back, t) << format_rfc3339(t);
    }
}

TEST(Time, takes_offsets_and_cuts_nanoseconds) {
    EXPECT_EQ(format_rfc3339(*parse_rfc3339("2026-11-22T08:00:00.1234567+01:00")),
              "2026-11-22T07:00:00.123456Z");
    EXPECT_EQ(format_rfc3339(*parse_rfc3339("2024-02-29T23:59:59-00:30")), "2024-03-01T00:29:59Z");
}

TEST(Time, says_what_is_wrong_with_a_time) {
    for (const char* wrong :
         {"", "2026-11-22", "2026-11-22T07:00:00", "2026-02-30T07:00:00Z", "2026-13-01T07:00:00Z",
          "2026-11-22T25:00:00Z", "2026-11-22T07:00:00.Z", "2026-11-22T07:00:00+1:00",
          "x026-11-22T07:00:00Z"}) {
        const auto got = parse_rfc3339(wrong);
        ASSERT_FALSE(got.has_value()) << wrong;
        EXPECT_EQ(got.error().code, Code::invalid_input);
    }
}

TEST(Time, knows_the_weekday) {
    EXPECT_EQ(civil_from(*parse_rfc3339("2026-11-22T12:00:00Z")).weekday, 0);
    EXPECT_EQ(civil_from(*parse_rfc3339("1969-12-31T12:00:00Z")).weekday, 3);
}

TEST(Time, durations_read_back) {
    for (const Duration d :
         {milliseconds(250), seconds(90), hours(25), Duration{1}, days(400) + milliseconds(1)}) {
        EXPECT_EQ(parse_duration(format_duration(d)).value(), d) << format_duration(d);
    }
    EXPECT_FALSE(parse_duration("5").has_value());
    EXPECT_FALSE(parse_duration("m").has_value());
    EXPECT_FALSE(parse_duration("99999999999s").has_value());
}

}  // namespace
}  // namespace foxtail
