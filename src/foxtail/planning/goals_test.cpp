#include "foxtail/planning/goals.hpp"

#include "foxtail/forecast/tariff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::planning {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Central Europe in 2026: summer time begins on March 29 and ends on October 25, at 01:00 UTC.
class Berlin final : public Zone {
public:
    Duration offset_at(Time t) const override {
        const bool summer = t >= *parse_rfc3339("2026-03-29T01:00:00Z") &&
                            t < *parse_rfc3339("2026-10-25T01:00:00Z");
        return hours(summer ? 2 : 1);
    }
};
const Berlin berlin;

Time at(const char* text) {
    return *parse_rfc3339(text);
}

TEST(Goals, are_read_as_people_write_them) {
    const auto goals =
        parse_goals("80 % by 07:00 mon-fri; 100% by 2026-12-24T09:00:00Z;40 kWh by 18:30 sat,sun");
    ASSERT_TRUE(goals) << goals.error().message;
    ASSERT_EQ(goals->size(), 3U);
    EXPECT_EQ((*goals)[0], (CarGoal{80, CarGoal::Unit::percent, {}, 420, 0x1f}));
    EXPECT_EQ((*goals)[1].at, at("2026-12-24T09:00:00Z"));
    EXPECT_EQ((*goals)[2], (CarGoal{40, CarGoal::Unit::kwh, {}, 1110, 0x60}));
    EXPECT_THAT(*parse_goals("  "), IsEmpty());
}

TEST(Goals, what_is_written_reads_back_the_same) {
    for (const char* text :
         {"80 % by 07:00 mon-fri", "12.5 kWh by 23:59", "120 km by 08:00 sat,sun",
          "50 % by 2026-12-24T09:00:00Z", "1 % by 00:00 mon,wed,fri-sun"}) {
        const auto goals = parse_goals(text);
        ASSERT_TRUE(goals) << text;
        EXPECT_EQ(format_goals(*goals), text);
        EXPECT_EQ(*parse_goals(format_goals(*goals)), *goals);
    }
}

TEST(Goals, mistakes_say_what_would_be_right) {
    for (const char* text :
         {"lots by 07:00", "80 by 07:00", "80 % at 07:00", "80 % by 25:00", "180 % by 07:00",
          "-5 kWh by 7:00", "80 % by 07:00 someday", "80 % by 07:00 mon-fri please",
          "80 % by tomorrow", "nan % by 7:00", "80 % by 2026-12-24T09:00:00Z mon"}) {
        const auto goals = parse_goals(text);
        ASSERT_FALSE(goals) << text;
        EXPECT_THAT(goals.error().message, HasSubstr("80 % by 07:00 mon-fri")) << text;
    }
    std::string many;
    for (int i = 0; i < 17; ++i) many += "80 % by 07:00;";
    EXPECT_FALSE(parse_goals(many));
}

TEST(Goals, fall_due_on_their_days) {
    const CarGoal goal = (*parse_goals("80 % by 07:00 mon-fri"))[0];
    // 2026-11-20 is a Friday.
    EXPECT_THAT(due_times(goal, berlin, at("2026-11-20T05:00:00Z"), at("2026-11-24T12:00:00Z")),
                ElementsAre(at("2026-11-20T06:00:00Z"), at("2026-11-23T06:00:00Z"),
                            at("2026-11-24T06:00:00Z")));
    EXPECT_THAT(due_times(goal, berlin, at("2026-11-20T06:00:00Z"), at("2026-11-22T12:00:00Z")),
                IsEmpty());
}

TEST(Goals, follow_the_clock_on_the_wall_over_a_change_of_time) {
    const CarGoal seven = (*parse_goals("80 % by 07:00"))[0];
    EXPECT_THAT(due_times(seven, berlin, at("2026-03-28T12:00:00Z"), at("2026-03-30T12:00:00Z")),
                ElementsAre(at("2026-03-29T05:00:00Z"), at("2026-03-30T05:00:00Z")));
    EXPECT_THAT(due_times(seven, berlin, at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")),
                ElementsAre(at("2026-10-25T06:00:00Z")));
    // 02:30 is left out on March 29: it becomes 03:30, which is 01:30 UTC.
    const CarGoal skipped = (*parse_goals("80 % by 02:30"))[0];
    EXPECT_THAT(due_times(skipped, berlin, at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")),
                ElementsAre(at("2026-03-29T01:30:00Z")));
}

TEST(Holds, are_read_for_the_next_such_time_and_written_so_that_they_stay) {
    const Time evening = at("2026-11-23T20:05:00Z");  // 21:05 in Berlin
    const auto hold = parse_hold("3.7 kW from 02:00 to 04:00", berlin, evening);
    ASSERT_TRUE(hold);
    EXPECT_DOUBLE_EQ(hold->kw, 3.7);
    EXPECT_EQ(hold->from, at("2026-11-24T01:00:00Z"));
    EXPECT_EQ(hold->until, at("2026-11-24T03:00:00Z"));
    const auto text = format_hold(*hold);
    EXPECT_EQ(text, "3.7 kW from 2026-11-24T01:00:00Z to 2026-11-24T03:00:00Z");
    EXPECT_EQ(*parse_hold(text, berlin, evening + days(3)), *hold);
    // Under way already, and over midnight.
    EXPECT_EQ(parse_hold("1 kW from 20:00 to 22:00", berlin, evening)->from,
              at("2026-11-23T19:00:00Z"));
    EXPECT_EQ(parse_hold("-2 kW from 23:00 to 01:00", berlin, evening)->from,
              at("2026-11-23T22:00:00Z"));
}

TEST(Holds, what_is_none_is_refused_with_what_would_be_right) {
    const Time evening = at("2026-11-23T20:05:00Z");
    for (const char* text :
         {"", "now", "3.7 from 02:00 to 04:00", "nan kW from 02:00 to 04:00", "3 kW from 02:00",
          "3 kW from 25:00 to 04:00", "3 kW from 02:00 to 04:00 daily",
          "3 kW from 2026-11-24T05:00:00Z to 2026-11-24T03:00:00Z", "1e9 kW from 02:00 to 04:00"}) {
        const auto hold = parse_hold(text, berlin, evening);
        ASSERT_FALSE(hold) << text;
        EXPECT_NE(hold.error().message.find("right would be"), std::string::npos);
    }
}

TEST(Goals, weekday_and_minute_are_local) {
    EXPECT_EQ(local_weekday(berlin, at("2026-11-22T23:30:00Z")), 0);  // Monday in Berlin
    EXPECT_EQ(local_minute(berlin, at("2026-11-22T23:30:00Z")), 30);
}

TEST(Goals, tables_by_the_clock_and_goals_mean_the_same_days) {
    const CarGoal goal = (*parse_goals("80 % by 07:00 mon-wed,sat"))[0];
    const std::vector<forecast::ByClock> table = {{goal.days, 0, 24 * 60, 1}};
    int of_them = 0;
    for (int day = 0; day < 7; ++day) {
        const Time noon = at("2026-11-23T11:00:00Z") + days(day);
        const bool due = !due_times(goal, berlin, noon - hours(12), noon).empty();
        EXPECT_EQ(forecast::by_clock(table, noon, berlin, 0) > 0, due) << day;
        of_them += due;
    }
    EXPECT_EQ(of_them, 4);
}

}  // namespace
}  // namespace foxtail::planning
