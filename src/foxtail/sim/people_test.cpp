#include "foxtail/sim/people.hpp"

#include "foxtail/base/time.hpp"

#include <gtest/gtest.h>

namespace foxtail::sim {
namespace {

constexpr std::int64_t first_day = 20'550;  // spring 2026

TEST(People, do_one_thing_after_the_other_and_sleep_at_home) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const Dice dice(seed);
        for (std::int64_t day = first_day; day < first_day + 370; ++day) {
            for (const Person person : {Person::anna, Person::ben}) {
                const DayPlan plan = plan_day(dice, person, day);
                double free_from = plan.wake_s;
                for (const Outing& outing : plan.outings) {
                    ASSERT_GT(outing.leave_s, free_from);
                    ASSERT_GT(outing.back_s, outing.leave_s + 2 * outing.travel_s);
                    free_from = outing.back_s;
                }
                ASSERT_LT(free_from, plan.bed_s);
                ASSERT_LT(plan.bed_s, 86'400);
            }
        }
    }
}

TEST(People, a_passenger_travels_only_when_the_driver_does_the_same) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const Dice dice(seed);
        int together = 0;
        for (std::int64_t day = first_day; day < first_day + 370; ++day) {
            for (const Outing& outing : plan_day(dice, Person::anna, day).outings) {
                if (outing.travel != Travel::passenger) {
                    continue;
                }
                ++together;
                bool driven = false;
                for (const Outing& drive : plan_day(dice, Person::ben, day).outings) {
                    driven =
                        driven || (drive.travel == Travel::car && drive.leave_s == outing.leave_s &&
                                   drive.back_s == outing.back_s && drive.place == outing.place);
                }
                ASSERT_TRUE(driven) << "seed " << seed << " day " << day;
            }
        }
        EXPECT_GT(together, 20);
    }
}

TEST(People, workdays_and_weekends_differ_and_no_two_days_are_alike) {
    const Dice dice(1);
    int school_days = 0;
    for (std::int64_t day = first_day; day < first_day + 28; ++day) {
        for (const Outing& outing : plan_day(dice, Person::ben, day).outings) {
            school_days += outing.place == Place::school ? 1 : 0;
        }
        EXPECT_NE(plan_day(dice, Person::ben, day).wake_s,
                  plan_day(dice, Person::ben, day + 7).wake_s);
    }
    EXPECT_EQ(school_days, 20);
}

TEST(People, move_without_jumps) {
    const Site site;
    const Dice dice(2);
    for (const Person person : {Person::anna, Person::ben}) {
        const std::int64_t start_ms = first_day * day_ms;
        Whereabouts before = whereabouts(site, dice, person, start_ms);
        for (std::int64_t t = start_ms + 20'000; t < start_ms + 7 * day_ms; t += 20'000) {
            const Whereabouts now = whereabouts(site, dice, person, t);
            // 130 km/h for 20 s.
            ASSERT_LT(distance_m(before.latitude_deg, before.longitude_deg, now.latitude_deg,
                                 now.longitude_deg),
                      720)
                << name(person) << " at " << format_rfc3339(Time{t * 1000});
            ASSERT_EQ(now.place == Place::home, now.room != Room::none);
            before = now;
        }
    }
}

TEST(People, distances_are_those_of_the_map) {
    EXPECT_NEAR(distance_m(48, 8, 48.01, 8), 1112, 2);
    EXPECT_NEAR(distance_m(48, 8, 48, 8.01), 744, 2);
}

}  // namespace
}  // namespace foxtail::sim
