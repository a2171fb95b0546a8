#include "foxtail/forecast/load.hpp"

#include "foxtail/forecast/local_time.hpp"
#include "foxtail/forecast/zone_testing.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace foxtail::forecast {
namespace {

const BerlinZone load_zone;

/// A house that takes 0.3 kW, 1.5 kW from six to eight in the evening (at weekends from noon to
/// two), and 0.1 kW when nobody is there; by the local clock.
double house_kw(Time t, bool home) {
    const auto local = local_time(load_zone, t);
    const int hour = local.minute / 60;
    if (!home) return 0.1;
    const bool cooking = local.weekend() ? hour == 12 || hour == 13 : hour == 18 || hour == 19;
    return cooking ? 1.5 : 0.3;
}

LoadForecast learned(Time from, int day_count, bool home = true) {
    LoadForecast out;
    for (Time t = from; t < from + days(day_count); t = t + minutes(15))
        out.learn(t, minutes(15), house_kw(t, home), home, load_zone);
    return out;
}

TEST(LoadForecasting, knows_hours_of_weekdays_and_weekends_by_the_local_clock) {
    // Until Friday 2026-10-16; the change of clocks lies in the horizon.
    const auto known = learned(at("2026-09-14T00:00:00Z"), 32);
    const Time from = at("2026-10-16T00:00:00Z");
    const auto band = known.forecast(from, days(11), minutes(15), {}, load_zone);
    ASSERT_EQ(band.mean.values.size(), 11U * 96U);
    double worst = 0;
    for (Time t = from + hours(8); t < from + days(11); t = t + minutes(15))
        worst = std::max(worst, std::abs(band.p50.at(t) - house_kw(t, true)));
    EXPECT_LT(worst, 0.05);
    EXPECT_EQ(known.left_out(), 0U);
    EXPECT_GT(known.hours_known(), 500U);
}

TEST(LoadForecasting, an_empty_house_takes_what_it_took_when_it_was_empty) {
    auto known = learned(at("2026-09-14T00:00:00Z"), 14);
    for (Time t = at("2026-09-28T00:00:00Z"); t < at("2026-10-05T00:00:00Z"); t = t + hours(1))
        known.learn(t, hours(1), house_kw(t, false), false, load_zone);
    const Time from = at("2026-10-05T00:00:00Z");
    const auto evening = at("2026-10-06T17:00:00Z");
    const auto away = known.forecast(from, days(2), hours(1), Series::constant(0), load_zone);
    EXPECT_NEAR(away.p50.at(evening), 0.1, 0.02);
    const auto there = known.forecast(from, days(2), hours(1), Series::constant(1), load_zone);
    EXPECT_NEAR(there.p50.at(evening), 1.5, 0.1);
    const auto maybe = known.forecast(from, days(2), hours(1), Series::constant(0.5), load_zone);
    EXPECT_NEAR(maybe.mean.at(evening), (away.mean.at(evening) + there.mean.at(evening)) / 2, 1e-9);
}

TEST(LoadForecasting, newer_days_weigh_more) {
    LoadForecast known;
    const Time begin = at("2026-06-01T00:00:00Z");
    for (int day = 0; day < 60; ++day) {
        for (int hour = 0; hour < 24; ++hour)
            known.learn(begin + days(day) + hours(hour), hours(1), day < 30 ? 0.2 : 0.8, true,
                        load_zone);
    }
    const auto band = known.forecast(begin + days(60), days(1), hours(1), {}, load_zone);
    EXPECT_NEAR(band.p50.at(begin + days(60) + hours(20)), 0.8, 0.01);
    EXPECT_GT(band.mean.at(begin + days(60) + hours(20)), 0.7);
}

TEST(LoadForecasting, the_band_holds_what_varies) {
    LoadForecast known;
    const Time begin = at("2026-06-01T00:00:00Z");
    for (int hour = 0; hour < 24 * 40; ++hour)
        known.learn(begin + hours(hour), hours(1), 0.1 * (1 + hour * 7 % 11), true, load_zone);
    const auto band = known.forecast(begin + days(40), days(1), hours(1), {}, load_zone);
    for (std::size_t i = 6; i < band.p50.values.size(); ++i) {
        EXPECT_LT(band.p10.values[i], band.p50.values[i]);
        EXPECT_LT(band.p50.values[i], band.p90.values[i]);
        EXPECT_NEAR(band.p50.values[i], 0.6, 0.25);
    }
}

TEST(LoadForecasting, what_is_beyond_the_usual_now_fades) {
    auto known = learned(at("2026-09-14T00:00:00Z"), 21);
    const Time from = at("2026-10-05T01:00:00Z");
    known.learn(from - hours(1), hours(1), 3.3, true, load_zone);  // usually 0.3
    const auto band = known.forecast(from, hours(12), hours(1), {}, load_zone);
    EXPECT_GT(band.mean.values[0], 1.5);
    EXPECT_LT(band.mean.values[0], 3.3);
    EXPECT_LT(band.mean.values[4], 0.7);
    const auto later = known.forecast(from + hours(5), hours(1), hours(1), {}, load_zone);
    EXPECT_LT(later.mean.values[0], 0.6) << "five hours old is no news";
}

TEST(LoadForecasting, nothing_known_is_said_and_nonsense_is_left_out) {
    LoadForecast known;
    const Time from = at("2026-10-05T00:00:00Z");
    const auto band = known.forecast(from, hours(2), hours(1), {}, load_zone, 0.5);
    EXPECT_DOUBLE_EQ(band.p50.values[0], 0.5);
    EXPECT_EQ(known.hours_known(), 0U);
    known.learn(from, hours(1), std::numeric_limits<double>::quiet_NaN(), true, load_zone);
    known.learn(from, hours(1), -1, true, load_zone);
    known.learn(from, hours(1), 1e9, true, load_zone);
    known.learn(from, Duration{}, 1, true, load_zone);
    known.learn(from, days(400), 1, true, load_zone);
    EXPECT_EQ(known.left_out(), 5U);
    known.learn(from, hours(1), 1, true, load_zone);
    known.learn(from - hours(3), hours(1), 1, true, load_zone);
    EXPECT_EQ(known.left_out(), 6U) << "out of order";
    EXPECT_EQ(known.hours_known(), 1U);
}

TEST(LoadForecasting, a_clock_that_was_wrong_by_years_does_not_end_the_learning) {
    LoadForecast known;
    known.learn(at("2099-10-05T00:00:00Z"), hours(1), 1, true, load_zone);
    known.learn(at("2026-10-05T00:00:00Z"), hours(1), 1, true, load_zone);
    EXPECT_EQ(known.hours_known(), 2U);
}

TEST(LoadForecasting, is_the_same_after_saving_and_loading) {
    const auto known = learned(at("2026-09-14T00:00:00Z"), 10);
    LoadForecast again;
    ASSERT_TRUE(again.load(known.save()));
    EXPECT_EQ(again.save(), known.save());
    const Time from = at("2026-09-24T00:00:00Z");
    EXPECT_EQ(again.forecast(from, days(1), hours(1), {}, load_zone).p90.values,
              known.forecast(from, days(1), hours(1), {}, load_zone).p90.values);
}

}  // namespace
}  // namespace foxtail::forecast
