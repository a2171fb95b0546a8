#include "foxtail/rules/sun.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

Time moment(std::string_view text) {
    return *parse_rfc3339(text);
}

double apart_s(Time a, Time b) {
    return std::abs(static_cast<double>((a - b).us)) / 1e6;
}

TEST(Sun, stands_where_the_examples_of_Meeus_say) {
    // Examples 25.a and 28.a: 1992-10-13 at 0h; the minute between the two times is too little.
    const SunPosition there = sun_position(moment("1992-10-13T00:00:00Z"));
    EXPECT_NEAR(there.declination_deg, -7.78507, 0.001);
    EXPECT_NEAR(there.equation_of_time_min, 13.70940, 0.02);
}

struct Day {
    const char* where;
    Position place;
    const char* rises;
    const char* sets;
};

// By another theory and another program: PyEphem 4.2.1 (VSOP87), the middle of the sun at -0:50
// without its own air.
// clang-format off
constexpr Day table[] = {
    {"Berlin 2024-03-20", {52.52, 13.405}, "2024-03-20T05:08:08Z", "2024-03-20T17:20:18Z"},
    {"Berlin 2024-06-21", {52.52, 13.405}, "2024-06-21T02:43:12Z", "2024-06-21T19:33:22Z"},
    {"Berlin 2025-09-01", {52.52, 13.405}, "2025-09-01T04:17:30Z", "2025-09-01T17:54:03Z"},
    {"Berlin 2026-11-22", {52.52, 13.405}, "2026-11-22T06:40:11Z", "2026-11-22T15:04:18Z"},
    {"Berlin 2026-12-21", {52.52, 13.405}, "2026-12-21T07:14:55Z", "2026-12-21T14:53:56Z"},
    {"Berlin 2028-02-29", {52.52, 13.405}, "2028-02-29T05:54:09Z", "2028-02-29T16:44:20Z"},
    {"London 2026-12-21", {51.5, -0.125}, "2026-12-21T08:03:42Z", "2026-12-21T15:53:25Z"},
    {"New York 2024-06-21", {40.7128, -74.006}, "2024-06-21T09:25:08Z", "2024-06-22T00:30:50Z"},
    {"Quito 2024-03-20", {-0.1807, -78.4678}, "2024-03-20T11:17:52Z", "2024-03-20T23:24:21Z"},
    {"Quito 2026-12-21", {-0.1807, -78.4678}, "2026-12-21T11:07:59Z", "2026-12-21T23:16:06Z"},
    {"Sydney 2026-12-21", {-33.8688, 151.2093}, "2026-12-20T18:40:39Z", "2026-12-21T09:05:24Z"},
    {"Tromso 2024-03-20", {69.6492, 18.9553}, "2024-03-20T04:41:44Z", "2024-03-20T17:03:28Z"},
    {"Tromso 2025-09-01", {69.6492, 18.9553}, "2025-09-01T03:02:03Z", "2025-09-01T18:23:24Z"},
    {"Tromso 2026-11-22", {69.6492, 18.9553}, "2026-11-22T09:14:23Z", "2026-11-22T11:45:21Z"},
    {"Tromso 2028-02-29", {69.6492, 18.9553}, "2028-02-29T06:12:26Z", "2028-02-29T15:42:29Z"},
    {"Reykjavik 2024-06-21", {64.1466, -21.9426}, "2024-06-21T02:55:18Z", "2024-06-22T00:04:00Z"},
    {"Reykjavik 2028-02-29", {64.1466, -21.9426}, "2028-02-29T08:37:07Z", "2028-02-29T18:44:34Z"},
    {"Auckland 2024-06-21", {-36.8485, 174.7633}, "2024-06-20T19:33:47Z", "2024-06-21T05:11:44Z"},
};
// clang-format on

TEST(Sun, rises_and_sets_when_another_theory_says) {
    for (const Day& day : table) {
        const Time rises = moment(day.rises);
        const Time sets = moment(day.sets);
        const Time middle = rises + Duration{(sets - rises).us / 2};
        // Near the polar night the sun goes along the horizon: a hundredth of a degree is minutes.
        const double bound_s = sets - rises < hours(4) ? 180 : 45;
        for (const Duration off : {hours(0), hours(5), Duration{} - hours(5)}) {
            const auto up = sun_event(SunEvent::sunrise, day.place, middle + off);
            const auto down = sun_event(SunEvent::sunset, day.place, middle + off);
            ASSERT_TRUE(up && down) << day.where;
            EXPECT_LT(apart_s(*up, rises), bound_s) << day.where << " " << format_rfc3339(*up);
            EXPECT_LT(apart_s(*down, sets), bound_s) << day.where << " " << format_rfc3339(*down);
            EXPECT_EQ(up->us % 1'000'000, 0);
        }
    }
}

TEST(Sun, does_not_set_on_polar_days_nor_rise_in_polar_nights) {
    const Position north{69.6492, 18.9553};
    for (const SunEvent event : {SunEvent::sunrise, SunEvent::sunset}) {
        EXPECT_FALSE(sun_event(event, north, moment("2024-06-21T11:00:00Z")));
        EXPECT_FALSE(sun_event(event, north, moment("2026-12-21T11:00:00Z")));
    }
    for (const double pole : {90.0, -90.0}) {
        for (int day = 0; day < 366; ++day)
            EXPECT_FALSE(sun_event(SunEvent::sunset, {pole, 0},
                                   moment("2024-01-01T12:00:00Z") + days(1) * day));
    }
}

TEST(Sun, comes_once_a_day_everywhere_and_in_order) {
    for (double latitude = -60; latitude <= 60; latitude += 6) {
        for (double longitude = -180; longitude <= 180; longitude += 45) {
            const Position place{latitude, longitude};
            Time before;
            for (int day = 0; day < 400; day += 1) {
                const Time midday = moment("2025-12-01T12:00:00Z") + days(1) * day -
                                    Duration{static_cast<std::int64_t>(longitude * 240e6)};
                const auto up = sun_event(SunEvent::sunrise, place, midday);
                const auto down = sun_event(SunEvent::sunset, place, midday);
                if (!up || !down) {
                    ADD_FAILURE() << latitude << " " << longitude << " day " << day;
                    return;
                }
                EXPECT_LT(*up, *down);
                if (before.known()) {
                    EXPECT_LT(apart_s(*up - days(1), before), 600);
                }
                before = *up;
            }
        }
    }
}

}  // namespace
}  // namespace foxtail
