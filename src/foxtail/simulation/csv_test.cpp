#include "foxtail/simulation/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::simulation {
namespace {

using ::testing::HasSubstr;

const std::string head = "time,load_kw,sun_kw,buy_eur,sell_eur,outdoor_c\n";

std::string mistake(const std::string& text) {
    const auto read = read_csv(text);
    if (read) return "none";
    EXPECT_EQ(read.error().code, Code::invalid_input);
    return read.error().message;
}

TEST(Csv, rows_become_series) {
    const auto world = read_csv(
        "# measured\nsun_kw,time,load_kw,note,buy_eur,sell_eur,outdoor_c\r\n"
        "3.5,2026-07-01T12:00:00+02:00,0.4,x,-0.05,0.08,21\r\n"
        "3,2026-07-01T10:15:00Z,0.5,,0.2,0.08,-3.5\r\n");
    ASSERT_TRUE(world) << world.error().message;
    EXPECT_EQ(format_rfc3339(world->from()), "2026-07-01T10:00:00Z");
    EXPECT_EQ(format_rfc3339(world->until()), "2026-07-01T10:30:00Z");
    EXPECT_EQ(world->sun_kw.values, (std::vector<double>{3.5, 3}));
    EXPECT_EQ(world->buy_eur.at(world->from()), -0.05);
    EXPECT_EQ(world->outdoor_c.at(world->from() + minutes(20)), -3.5);
}

TEST(Csv, mistakes_are_told_with_their_line) {
    const std::string first = "2026-01-01T00:00:00Z,1,0,0.2,0.08,5\n";
    EXPECT_THAT(mistake(""), HasSubstr("empty"));
    EXPECT_THAT(mistake("time,load_kw\n"), HasSubstr("line 1: there is no column 'sun_kw'"));
    EXPECT_THAT(mistake(head + "yesterday,1,0,0.2,0.08,5\n"), HasSubstr("line 2: time"));
    EXPECT_THAT(mistake(head + "2026-01-01T00:07:00Z,1,0,0.2,0.08,5\n"),
                HasSubstr("quarter of an hour"));
    EXPECT_THAT(mistake(head + first + "2026-01-01T00:30:00Z,1,0,0.2,0.08,5\n"),
                HasSubstr("line 3: time: rows are to be 15 or 60 minutes apart"));
    EXPECT_THAT(mistake(head + first + "2026-01-01T01:00:00Z,1,0,0.2,0.08,5\n" +
                        "2026-01-01T03:00:00Z,1,0,0.2,0.08,5\n"),
                HasSubstr("line 4: time: 2026-01-01T02:00:00Z is to come here"));
    EXPECT_THAT(mistake(head + "2026-01-01T00:00:00Z,one,0,0.2,0.08,5\n"),
                HasSubstr("line 2: load_kw: 'one' is not a number"));
    EXPECT_THAT(mistake(head + "2026-01-01T00:00:00Z,nan,0,0.2,0.08,5\n"),
                HasSubstr("is not a number"));
    EXPECT_THAT(mistake(head + "2026-01-01T00:00:00Z,1,-2,0.2,0.08,5\n"),
                HasSubstr("sun_kw: -2 is outside of 0 to 1000"));
    EXPECT_THAT(mistake(head + "2026-01-01T00:00:00Z,1,0,0.2,0.08\n"), HasSubstr("too few"));
    EXPECT_THAT(mistake(head + first), HasSubstr("fewer than two rows"));
}

TEST(MadeUpWorld, is_the_same_each_time_and_looks_like_a_year) {
    const Time winter{1'704'067'200'000'000};  // 2024-01-01
    const auto one = made_up_world(winter, 366);
    EXPECT_EQ(one.sun_kw.values, made_up_world(winter, 366).sun_kw.values);
    EXPECT_NE(one.sun_kw.values, made_up_world(winter, 366, 2).sun_kw.values);
    const auto kwh = [&](const planner::Series& series, int from_day, int day_count) {
        return series.mean(winter + days(from_day), winter + days(from_day + day_count)) * 24 *
               day_count;
    };
    EXPECT_GT(kwh(one.sun_kw, 150, 60), 3 * kwh(one.sun_kw, 0, 60));
    EXPECT_GT(one.outdoor_c.mean(winter + days(180), winter + days(200)),
              one.outdoor_c.mean(winter, winter + days(20)) + 10);
    EXPECT_EQ(one.sun_kw.at(winter + days(180)), 0) << "at midnight";
    for (const double price : one.buy_eur.values) {
        EXPECT_GT(price, 0);
        EXPECT_LT(price, 0.6);
    }
}

}  // namespace
}  // namespace foxtail::simulation
