#include "foxtail/forecast/weather.hpp"

#include "foxtail/forecast/zone_testing.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace foxtail::forecast {
namespace {

constexpr double pi = 3.14159265358979323846;

/// A clear day's power from six to eighteen UTC, times how clear it is.
double clear_kw(Time t, double clear) {
    const auto civil = civil_from(t);
    const double hour = civil.hour + civil.minute / 60.0;
    return hour <= 6 || hour >= 18 ? 0 : 6 * std::sin((hour - 6) / 12 * pi) * clear;
}

double kwh(const Series& series, Time from, Time until) {
    return series.mean(from, until) * static_cast<double>((until - from).us) / 3.6e9;
}

void sunny(WeatherForecast& sun, Time from, Time until, double clear) {
    for (Time t = from; t < until; t = t + minutes(15))
        sun.learn(t, minutes(15), clear_kw(t + minutes(7), clear));
}

Series source_of(Time from, int hour_count, double clear) {
    Series out{from, hours(1), {}};
    for (int i = 0; i < hour_count; ++i) {
        double sum = 0;
        for (int q = 0; q < 4; ++q) sum += clear_kw(from + hours(i) + minutes(15 * q + 7), clear);
        out.values.push_back(sum / 4);
    }
    return out;
}

const Time midnight = at("2026-06-20T00:00:00Z");

TEST(SunForecasting, without_a_source_it_is_as_it_was_at_this_hour) {
    WeatherForecast sun(WeatherForecast::Of::sun);
    sunny(sun, midnight - days(10), midnight, 0.8);
    const auto band = sun.forecast(midnight, days(2), minutes(15));
    EXPECT_NEAR(kwh(band.mean, midnight, midnight + days(1)), 0.8 * 45.8, 2);
    EXPECT_DOUBLE_EQ(band.p90.at(midnight + hours(2)), 0);
    EXPECT_GT(band.mean.at(midnight + hours(12)), 4.5);
    EXPECT_LE(band.mean.at(midnight + hours(6)), 0.5);
}

TEST(SunForecasting, a_dark_morning_makes_a_darker_day_and_not_a_dark_week) {
    WeatherForecast sun(WeatherForecast::Of::sun);
    sunny(sun, midnight - days(10), midnight, 1);
    sunny(sun, midnight, midnight + hours(11), 0.25);
    const Time now = midnight + hours(11);
    const auto band = sun.forecast(now, days(2), minutes(15));
    const auto afternoon = kwh(band.mean, now, midnight + hours(18));
    const auto usually = kwh(source_of(midnight, 24, 1), now, midnight + hours(18));
    EXPECT_LT(afternoon, 0.5 * usually);
    EXPECT_GT(afternoon, 0.2 * usually);
    EXPECT_GT(kwh(band.mean, midnight + days(1), midnight + days(2)), 0.6 * 45.8);
}

TEST(SunForecasting, a_source_is_corrected_by_what_it_used_to_be_wrong_by) {
    WeatherForecast sun(WeatherForecast::Of::sun);
    // A source that says twice of what the roof gives.
    for (int day = 20; day > 0; --day) {
        const Time from = midnight - days(day);
        const double clear = day % 3 == 0 ? 0.3 : 0.9;
        sun.told(source_of(from, 48, 2 * clear), from);
        sunny(sun, from, from + days(1), clear);
    }
    sun.told(source_of(midnight, 48, 2 * 0.6), midnight);
    const auto band = sun.forecast(midnight, days(2), minutes(15));
    EXPECT_NEAR(kwh(band.mean, midnight, midnight + days(1)), 0.6 * 45.8, 3);
    EXPECT_EQ(sun.told_until(midnight), midnight + days(2));
    EXPECT_EQ(sun.told_until(midnight + days(3)), midnight + days(3));
}

TEST(SunForecasting, beyond_a_source_and_in_its_holes_own_history_stands_in) {
    WeatherForecast sun(WeatherForecast::Of::sun);
    sunny(sun, midnight - days(10), midnight, 0.5);
    auto source = source_of(midnight, 24, 1);
    source.values[12] = std::numeric_limits<double>::quiet_NaN();
    source.values[13] = -4;
    sun.told(source, midnight);
    const auto band = sun.forecast(midnight, days(2), hours(1));
    EXPECT_NEAR(band.mean.at(midnight + hours(11)), clear_kw(midnight + hours(11), 1), 1);
    EXPECT_NEAR(band.mean.at(midnight + hours(12)), clear_kw(midnight + hours(12), 0.5), 0.6);
    EXPECT_NEAR(band.mean.at(midnight + hours(13)), clear_kw(midnight + hours(13), 0.5), 0.6);
    EXPECT_NEAR(band.mean.at(midnight + hours(36)), clear_kw(midnight + hours(12), 0.5), 0.6);
    EXPECT_EQ(sun.told_until(midnight), midnight + hours(12));
}

TEST(SunForecasting, what_was_told_before_counts_not_what_is_restated_later) {
    WeatherForecast sun(WeatherForecast::Of::sun);
    for (int day = 20; day > 0; --day) {
        const Time from = midnight - days(day);
        sun.told(source_of(from, 48, 1), from);
        sunny(sun, from, from + hours(20), 0.5);
        sun.told(source_of(from, 48, 0.5), from + hours(20));  // now it has always known
        sunny(sun, from + hours(20), from + days(1), 0.5);
    }
    sun.told(source_of(midnight, 24, 1), midnight);
    const auto band = sun.forecast(midnight, days(1), hours(1));
    EXPECT_NEAR(kwh(band.mean, midnight, midnight + days(1)), 0.5 * 45.8, 4);
}

TEST(SunForecasting, knowing_nothing_it_foretells_nothing_and_leaves_nonsense_out) {
    WeatherForecast sun(WeatherForecast::Of::sun);
    const auto band = sun.forecast(midnight, days(1), hours(1));
    for (const double kw : band.p90.values) EXPECT_EQ(kw, 0);
    sun.learn(midnight, hours(1), -1);
    sun.learn(midnight, hours(1), std::numeric_limits<double>::infinity());
    sun.told({midnight, Duration{}, {1, 2, 3}}, midnight);
    EXPECT_EQ(sun.told_until(midnight), midnight);
    EXPECT_EQ(sun.left_out(), 2U);
    EXPECT_EQ(sun.hours_known(), 0U);
}

/// Warmest at 14:00 UTC.
double warm_c(Time t, double mean) {
    const auto civil = civil_from(t);
    return mean + 4 * std::cos((civil.hour + civil.minute / 60.0 - 14) / 12 * pi);
}

TEST(OutdoorForecasting, own_history_is_moved_by_todays_warmth) {
    WeatherForecast outdoor(WeatherForecast::Of::outdoor);
    for (Time t = midnight - days(6); t < midnight; t = t + minutes(15))
        outdoor.learn(t, minutes(15), warm_c(t, 8));
    for (Time t = midnight; t < midnight + hours(10); t = t + minutes(15))
        outdoor.learn(t, minutes(15), warm_c(t, 3));
    const Time now = midnight + hours(10);
    const auto band = outdoor.forecast(now, days(2), hours(1));
    EXPECT_NEAR(band.mean.at(now + hours(1)), warm_c(now + hours(1), 3), 1.5);
    EXPECT_GT(band.mean.at(now + hours(46)), warm_c(now + hours(46), 4));
    EXPECT_EQ(band.p50.values.size(), 48U);
}

TEST(OutdoorForecasting, a_source_is_corrected_by_a_difference_also_below_zero) {
    WeatherForecast outdoor(WeatherForecast::Of::outdoor);
    const auto told = [&](Time from, double mean) {
        Series out{from, hours(1), {}};
        for (int i = 0; i < 48; ++i) out.values.push_back(warm_c(from + hours(i), mean));
        outdoor.told(out, from);
    };
    for (int day = 20; day > 0; --day) {
        const Time from = midnight - days(day);
        told(from, -5 + day % 4);
        for (Time t = from; t < from + days(1); t = t + hours(1))
            outdoor.learn(t, hours(1), warm_c(t, -5 + day % 4) - 2);
    }
    told(midnight, -8);
    const auto band = outdoor.forecast(midnight, days(1), hours(1));
    EXPECT_NEAR(band.mean.at(midnight + hours(14)), -8 + 4 - 2, 0.4);
    EXPECT_LT(band.p10.at(midnight + hours(14)), band.p90.at(midnight + hours(14)) + 1e-9);
}

TEST(OutdoorForecasting, knowing_nothing_it_says_what_it_was_given) {
    const WeatherForecast outdoor(WeatherForecast::Of::outdoor);
    EXPECT_DOUBLE_EQ(outdoor.forecast(midnight, hours(1), hours(1), 11).p50.values[0], 11);
}

TEST(WeatherForecasting, is_the_same_after_saving_and_loading_but_for_the_sources_word) {
    WeatherForecast sun(WeatherForecast::Of::sun);
    sun.told(source_of(midnight - days(2), 72, 1), midnight - days(2));
    sunny(sun, midnight - days(2), midnight, 0.7);
    WeatherForecast again(WeatherForecast::Of::sun);
    ASSERT_TRUE(again.load(sun.save()));
    EXPECT_EQ(again.save(), sun.save());
    again.told(source_of(midnight, 24, 1), midnight);
    sun.told(source_of(midnight, 24, 1), midnight);
    EXPECT_EQ(again.forecast(midnight, days(1), hours(1)).p50.values,
              sun.forecast(midnight, days(1), hours(1)).p50.values);
    WeatherForecast other(WeatherForecast::Of::outdoor);
    EXPECT_EQ(other.load(sun.save()).error().code, Code::corrupt);
}

}  // namespace
}  // namespace foxtail::forecast
