#include "foxtail/rules/schedule.hpp"

#include "foxtail/rules/test_house.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

using testing::FakeZone;

Time at(std::string_view text) {
    return *parse_rfc3339(text);
}

/// A clock that the test moves; counts what fires and when (UTC).
class ScheduleTest : public ::testing::Test {
protected:
    void start(const Zone& zone, std::string_view when) {
        schedule.emplace(zone);
        now = {at(when), hours(5)};
        schedule->restart(now);
    }
    void daily(int minute_of_day, std::uint8_t weekdays = 0x7F) {
        schedule->add(AtTime{minute_of_day, weekdays}, {0, 0});
    }

    void tick() {
        std::vector<Schedule::Place> due;
        schedule->due(now, due);
        for (std::size_t i = 0; i < due.size(); ++i) fired.push_back(format_rfc3339(now.wall));
    }
    void pass(Duration time) {
        now.wall = now.wall + time;
        now.mono = now.mono + time;
    }
    /// Lives through `time` as the hub does: waking whenever the schedule asks for it.
    void live(Duration time) {
        const Duration end = now.mono + time;
        while (true) {
            const auto wake = schedule->next_wake();
            ASSERT_TRUE(wake);
            ASSERT_LT(++looks, 2'000'000);
            const Duration next = std::min(std::max(*wake, now.mono), end);
            pass(next - now.mono);
            tick();
            if (now.mono >= end) return;
        }
    }
    void jump(Duration by) { now.wall = now.wall + by; }

    std::optional<Schedule> schedule;
    Moment now;
    std::vector<std::string> fired;
    int looks = 0;
};

using Fired = std::vector<std::string>;

TEST_F(ScheduleTest, a_time_of_day_comes_once_a_day_in_local_time) {
    const FakeZone zone(hours(1));
    start(zone, "2026-11-22T03:00:00Z");
    daily(7 * 60);
    live(days(3));
    EXPECT_EQ(fired,
              (Fired{"2026-11-22T06:00:00Z", "2026-11-23T06:00:00Z", "2026-11-24T06:00:00Z"}));
}

TEST_F(ScheduleTest, a_time_already_past_waits_for_tomorrow) {
    const FakeZone zone;
    start(zone, "2026-11-22T07:00:00Z");
    daily(7 * 60);
    live(hours(25));
    EXPECT_EQ(fired, (Fired{"2026-11-23T07:00:00Z"}));
}

TEST_F(ScheduleTest, weekdays_are_local_weekdays) {
    const FakeZone zone(hours(10));
    start(zone, "2026-11-22T00:00:00Z");  // a Sunday, 10:00 there
    daily(30, 1U << 1U);                  // Mondays 00:30, which is Sunday afternoon in UTC
    live(days(14));
    EXPECT_EQ(fired, (Fired{"2026-11-22T14:30:00Z", "2026-11-29T14:30:00Z"}));
}

TEST_F(ScheduleTest, a_time_that_summer_time_skips_comes_at_the_change) {
    const FakeZone berlin(hours(1), at("2026-03-29T01:00:00Z"), hours(2));
    start(berlin, "2026-03-28T00:00:00Z");
    daily(2 * 60 + 30);
    live(days(3));
    EXPECT_EQ(fired,
              (Fired{"2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}));
}

TEST_F(ScheduleTest, a_time_that_comes_twice_counts_once) {
    const FakeZone berlin(hours(2), at("2026-10-25T01:00:00Z"), hours(1));
    start(berlin, "2026-10-24T00:00:00Z");
    daily(2 * 60 + 30);
    live(days(3));
    EXPECT_EQ(fired,
              (Fired{"2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}));
}

TEST_F(ScheduleTest, a_start_between_the_two_comings_waits_for_tomorrow) {
    const FakeZone berlin(hours(2), at("2026-10-25T01:00:00Z"), hours(1));
    start(berlin, "2026-10-25T00:45:00Z");
    daily(2 * 60 + 30);
    live(hours(12));
    EXPECT_EQ(fired, Fired{});
}

TEST_F(ScheduleTest, half_hour_shifts_and_midnight_changes_work) {
    const FakeZone lord_howe(minutes(630), at("2026-10-03T15:30:00Z"),
                             hours(11));  // 02:00 becomes 02:30
    start(lord_howe, "2026-10-03T00:00:00Z");
    daily(2 * 60 + 15);
    live(days(2));
    EXPECT_EQ(fired, (Fired{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}));
}

TEST_F(ScheduleTest, what_a_jump_forward_skips_does_not_fire) {
    const FakeZone zone;
    start(zone, "2026-11-22T06:30:00Z");
    daily(7 * 60);
    live(minutes(10));
    jump(hours(1));
    live(hours(1));
    EXPECT_EQ(fired, Fired{});
    live(days(1));
    EXPECT_EQ(fired, (Fired{"2026-11-23T07:00:00Z"}));
}

TEST_F(ScheduleTest, a_jump_to_just_after_the_time_does_not_fire_either) {
    const FakeZone zone;
    start(zone, "2026-11-22T06:00:30Z");
    daily(7 * 60);
    tick();
    jump(hours(1));
    live(minutes(10));
    EXPECT_EQ(fired, Fired{});
}

TEST_F(ScheduleTest, a_jump_back_does_not_fire_the_same_minute_of_the_same_date_again) {
    const FakeZone zone;
    start(zone, "2026-11-22T06:30:00Z");
    daily(7 * 60);
    live(hours(1));
    jump(hours(-1));
    live(days(1) + hours(1));
    EXPECT_EQ(fired, (Fired{"2026-11-22T07:00:00Z", "2026-11-23T07:00:00Z"}));
}

TEST_F(ScheduleTest, a_small_correction_around_the_time_fires_once) {
    const FakeZone zone;
    for (const auto correction : {minutes(-3), seconds(-30), seconds(30), minutes(3)}) {
        fired.clear();
        start(zone, "2026-11-22T06:58:00Z");
        daily(7 * 60);
        live(seconds(121));
        jump(correction);
        live(minutes(20));
        EXPECT_EQ(fired, (Fired{"2026-11-22T07:00:00Z"})) << format_duration(correction);
    }
    fired.clear();
    start(zone, "2026-11-22T06:58:00Z");
    daily(7 * 60);
    live(seconds(60));
    jump(minutes(3));
    live(minutes(20));
    EXPECT_EQ(fired.size(), 1U) << "skipped by three minutes is late, not lost";
}

TEST_F(ScheduleTest, jumps_of_400_days_cause_no_storm_and_no_silence) {
    const FakeZone zone;
    start(zone, "2026-11-22T06:00:00Z");
    for (int i = 0; i < 24 * 60; i += 7)
        schedule->add(AtTime{i, 0x7F}, {static_cast<std::uint32_t>(i), 0});
    jump(days(400));
    tick();
    pass(seconds(61));
    tick();
    EXPECT_LE(fired.size(), 1U);
    jump(days(-400));
    pass(seconds(61));
    tick();
    EXPECT_LE(fired.size(), 2U);
    fired.clear();
    live(days(1));
    EXPECT_EQ(fired.size(), static_cast<std::size_t>((24 * 60 + 6) / 7));
}

constexpr Position berlin{52.52, 13.405};
constexpr Position tromso{69.6492, 18.9553};

TEST_F(ScheduleTest, the_sun_comes_each_day_at_its_time_and_with_its_offset) {
    const FakeZone zone(hours(1));
    start(zone, "2026-11-22T00:00:00Z");
    schedule->add(AtSun{SunEvent::sunset, {}, 0x7F, berlin}, {0, 0});
    live(days(3));
    EXPECT_EQ(fired.size(), 3U);
    EXPECT_EQ(fired.front().substr(0, 16), "2026-11-22T15:04");
    fired.clear();
    schedule->restart(now);
    schedule->add(AtSun{SunEvent::sunrise, Duration{} - minutes(90), 0x7F, berlin}, {0, 0});
    live(days(1));
    ASSERT_EQ(fired.size(), 1U);
    EXPECT_EQ(fired.front().substr(0, 15), "2026-11-25T05:1");
}

TEST_F(ScheduleTest, the_days_of_the_sun_are_those_of_its_rising_and_setting) {
    const FakeZone zone;
    start(zone, "2026-11-22T00:00:00Z");  // a Sunday
    schedule->add(AtSun{SunEvent::sunset, hours(12), 1U << 0U, berlin}, {0, 0});
    live(days(9));
    ASSERT_EQ(fired.size(), 2U);
    EXPECT_EQ(fired[0].substr(0, 13), "2026-11-23T03") << "twelve hours after Sunday's";
    EXPECT_EQ(fired[1].substr(0, 13), "2026-11-30T02");
}

TEST_F(ScheduleTest, the_sun_comes_back_after_the_polar_night) {
    const FakeZone zone(hours(1));
    start(zone, "2026-11-24T12:00:00Z");
    schedule->add(AtSun{SunEvent::sunrise, {}, 0x7F, tromso}, {0, 0});
    live(days(60));
    ASSERT_FALSE(fired.empty());
    EXPECT_GE(fired.size(), 5U);
    const auto back = std::find_if(fired.begin(), fired.end(),
                                   [](const std::string& t) { return t > "2026-12-01"; });
    ASSERT_NE(back, fired.end());
    EXPECT_EQ(back->substr(0, 9), "2027-01-1") << "it shows itself again in the middle of January";
}

TEST_F(ScheduleTest, without_a_place_the_sun_never_comes) {
    const FakeZone zone;
    start(zone, "2026-11-22T00:00:00Z");
    schedule->add(AtSun{SunEvent::sunset, {}, 0x7F, std::nullopt}, {0, 0});
    live(days(3));
    EXPECT_EQ(fired, Fired{});
}

TEST_F(ScheduleTest, a_household_that_was_asleep_does_not_catch_up) {
    const FakeZone zone;
    start(zone, "2026-11-22T06:00:00Z");
    daily(7 * 60);
    pass(hours(10));  // both clocks went on: the process was stopped
    tick();
    EXPECT_EQ(fired, Fired{});
}

TEST_F(ScheduleTest, periods_count_on_the_clock_that_never_jumps) {
    const FakeZone zone;
    start(zone, "2026-11-22T06:00:00Z");
    schedule->add(Every{minutes(5)}, {0, 0});
    live(minutes(11));
    EXPECT_EQ(fired.size(), 2U);
    jump(days(400));
    live(minutes(5));
    jump(days(-800));
    live(minutes(5));
    EXPECT_EQ(fired.size(), 4U);
    pass(hours(3));
    tick();
    EXPECT_EQ(fired.size(), 5U) << "late periods come once";
}

TEST_F(ScheduleTest, reloading_keeps_the_rhythm_of_periods) {
    const FakeZone zone;
    start(zone, "2026-11-22T06:00:00Z");
    schedule->add(Every{minutes(5)}, {0, 0});
    live(minutes(4));
    schedule->restart(now);
    schedule->add(Every{minutes(5)}, {0, 0});
    live(minutes(1));
    EXPECT_EQ(fired.size(), 1U);
}

TEST_F(ScheduleTest, without_time_triggers_nobody_wakes) {
    const FakeZone zone;
    start(zone, "2026-11-22T06:00:00Z");
    EXPECT_FALSE(schedule->next_wake());
}

}  // namespace
}  // namespace foxtail
