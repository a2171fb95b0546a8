#include "foxtail/forecast/habits.hpp"

#include "foxtail/forecast/local_time.hpp"
#include "foxtail/forecast/zone_testing.hpp"

#include <gtest/gtest.h>

namespace foxtail::forecast {
namespace {

const BerlinZone habit_zone;

struct Driving {
    CarHabits habits;
    double kwh = 40;

    void trip(std::int64_t day, int leave, int back, double used) {
        habits.seen(moment_of(habit_zone, day, 0), true, kwh, habit_zone);
        habits.seen(moment_of(habit_zone, day, leave), false, kwh, habit_zone);
        habits.seen(moment_of(habit_zone, day + back / 1440, back % 1440), true, kwh - used,
                    habit_zone);
    }
    void home(std::int64_t day) {
        habits.seen(moment_of(habit_zone, day, 0), true, kwh, habit_zone);
    }
};

/// To work from Monday to Friday, at half past seven give or take; shopping on most Saturdays.
Driving worker(std::int64_t monday, int weeks) {
    Driving out;
    for (int week = 0; week < weeks; ++week) {
        for (int day = 0; day < 5; ++day)
            out.trip(monday + week * 7 + day, 450 + (week * 5 + day) * 7 % 20 - 10, 1030, 8);
        if (week % 2 == 0) {
            out.trip(monday + week * 7 + 5, 600, 660, 3);
        } else {
            out.home(monday + week * 7 + 5);
        }
        out.home(monday + week * 7 + 6);
    }
    return out;
}

const std::int64_t monday = local_time(habit_zone, at("2026-09-07T10:00:00Z")).day;

TEST(Habits, a_week_of_work_is_foretold_over_the_change_of_clocks) {
    const auto car = worker(monday, 6);
    const auto now = moment_of(habit_zone, monday + 42, 0);  // Monday 2026-10-19
    ASSERT_EQ(weekday_of(monday + 42), 0);
    const auto trips = car.habits.trips(now, days(14), 5, habit_zone);
    std::size_t on_work_days = 0;
    for (const auto& trip : trips) {
        const auto leave = local_time(habit_zone, trip.leave);
        if (leave.weekend()) continue;
        ++on_work_days;
        EXPECT_NEAR(leave.minute, 450, 10);
        EXPECT_EQ(local_time(habit_zone, trip.back).minute, 1030);
        EXPECT_LE(trip.leave_early, trip.leave);
        EXPECT_NEAR(trip.kwh, 8, 0.01);
        EXPECT_GT(trip.confidence, 0.95);
    }
    EXPECT_EQ(on_work_days, 10U);
    EXPECT_EQ(trips.size(), 12U) << "and two Saturdays, of which nobody is so sure";
    for (const auto& trip : trips) {
        const bool saturday = local_time(habit_zone, trip.leave).weekday == 5;
        EXPECT_TRUE(!saturday || trip.confidence < 0.7);
    }
}

TEST(Habits, with_too_little_known_nothing_is_foretold) {
    EXPECT_TRUE(CarHabits().trips(at("2026-09-07T00:00:00Z"), days(7), 5, habit_zone).empty());
    Driving once;
    once.trip(monday, 450, 1030, 8);
    const auto trips =
        once.habits.trips(moment_of(habit_zone, monday + 1, 0), days(7), 5, habit_zone);
    EXPECT_TRUE(trips.empty());
}

TEST(Habits, a_car_that_stays_at_home_has_no_trips) {
    Driving car;
    for (int day = 0; day < 40; ++day) car.home(monday + day);
    EXPECT_TRUE(
        car.habits.trips(moment_of(habit_zone, monday + 40, 0), days(7), 5, habit_zone).empty());
    EXPECT_EQ(car.habits.days_known(), 40U);
}

TEST(Habits, a_car_under_way_comes_back_when_it_usually_does) {
    auto car = worker(monday, 6);
    const auto left = moment_of(habit_zone, monday + 42, 440);
    car.habits.seen(left, false, 40, habit_zone);
    const auto noon = moment_of(habit_zone, monday + 42, 720);
    auto trips = car.habits.trips(noon, days(1), 5, habit_zone);
    ASSERT_FALSE(trips.empty());
    EXPECT_TRUE(trips[0].under_way);
    EXPECT_EQ(trips[0].leave, left);
    EXPECT_EQ(trips[0].back, moment_of(habit_zone, monday + 42, 1030));
    // Late in the evening it is later than usual: soon, and not so sure.
    const auto late = moment_of(habit_zone, monday + 42, 1300);
    trips = car.habits.trips(late, days(1), 5, habit_zone);
    EXPECT_EQ(trips[0].back, late + hours(1));
    EXPECT_LT(trips[0].confidence, 0.6);
}

TEST(Habits, who_did_not_leave_an_hour_after_the_usual_time_is_not_expected_to_leave_today) {
    const auto car = worker(monday, 6);
    const auto now = moment_of(habit_zone, monday + 42, 520);
    const auto trips = car.habits.trips(now, days(1), 5, habit_zone);
    ASSERT_FALSE(trips.empty());
    EXPECT_EQ(local_time(habit_zone, trips[0].leave).day, monday + 43);
}

TEST(Habits, who_has_been_away_today_stays) {
    auto car = worker(monday, 6);
    car.trip(monday + 42, 400, 430, 2);
    const auto now = moment_of(habit_zone, monday + 42, 435);
    const auto trips = car.habits.trips(now, hours(12), 5, habit_zone);
    EXPECT_TRUE(trips.empty());
}

TEST(Habits, holidays_are_no_habit_and_time_does_not_go_back) {
    auto car = worker(monday, 6);
    const auto known = car.habits.days_known();
    car.trip(monday + 42, 480, 480 + 9 * 1440, 30);
    EXPECT_EQ(car.habits.days_known(), known);
    car.habits.seen(moment_of(habit_zone, monday, 0), false, 40, habit_zone);
    EXPECT_TRUE(car.habits.trips(moment_of(habit_zone, monday + 52, 0), days(1), 5, habit_zone)
                    .front()
                    .under_way == false);
}

TEST(Habits, a_car_that_left_before_the_clock_was_set_back_comes_back_after_it_left) {
    const std::int64_t day = local_time(habit_zone, at("2026-11-16T10:00:00Z")).day;
    CarHabits habits;
    habits.seen(moment_of(habit_zone, day, 600), true, 40, habit_zone);
    habits.seen(moment_of(habit_zone, day, 700), false, 40, habit_zone);
    const Time earlier = moment_of(habit_zone, day, 100);
    const auto trips = habits.trips(earlier, days(2), 5, habit_zone);
    ASSERT_FALSE(trips.empty());
    EXPECT_LE(trips.front().leave, earlier);
    EXPECT_LE(trips.front().leave, trips.front().back);
}

TEST(Habits, forgets_the_oldest_and_is_the_same_after_saving) {
    const auto car = worker(monday, 30);
    EXPECT_EQ(car.habits.days_known(), CarHabits::days_max);
    CarHabits again;
    ASSERT_TRUE(again.load(car.habits.save()));
    EXPECT_EQ(again.save(), car.habits.save());
}

}  // namespace
}  // namespace foxtail::forecast
