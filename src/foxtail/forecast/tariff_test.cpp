#include "foxtail/forecast/tariff.hpp"

#include "foxtail/forecast/local_time.hpp"
#include "foxtail/forecast/zone_testing.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace foxtail::forecast {
namespace {

const BerlinZone berlin;

Price dynamic_price() {
    Price price;
    price.kind = Price::Kind::dynamic;
    return price;
}

/// Hourly prices from `from`: the day of the month in euros and the local hour in cents.
Series told_prices(Time from, int hours_told) {
    Series out{from, hours(1), {}};
    for (int i = 0; i < hours_told; ++i) {
        const Time t = from + hours(i);
        const auto civil = civil_from(t + berlin.offset_at(t));
        out.values.push_back(civil.day + civil.hour / 100.0);
    }
    return out;
}

TEST(Tariff, flat_prices_are_the_same_always_and_never_guessed) {
    Price price;
    price.flat_eur = 0.25;
    price.vat = 0.2;
    price.fee_eur = 0.01;
    const auto got = prices(price, {}, at("2026-11-22T10:07:00Z"), hours(2), minutes(15), berlin);
    EXPECT_EQ(got.eur.from, at("2026-11-22T10:00:00Z"));
    ASSERT_EQ(got.eur.values.size(), 9U);  // the rest of this quarter of an hour, and eight more
    for (const double eur : got.eur.values) EXPECT_DOUBLE_EQ(eur, 0.25 * 1.2 + 0.01);
    EXPECT_EQ(got.known_until, got.eur.until());
}

TEST(Tariff, taxes_and_fees_come_in_the_order_of_the_formula) {
    auto price = dynamic_price();
    price.factor = 1.03;
    price.adder_eur = 0.15;
    price.network = {{0x7F, 17 * 60, 22 * 60, 0.05}};
    price.vat = 0.19;
    price.fee_eur = 0.002;
    const Series source{at("2026-11-22T15:00:00Z"), hours(1), {-0.2, 0.1}};
    const auto got = prices(price, source, source.from, hours(2), hours(1), berlin);
    EXPECT_DOUBLE_EQ(got.eur.values[0], (-0.2 * 1.03 + 0.15) * 1.19 + 0.002);
    EXPECT_DOUBLE_EQ(got.eur.values[1], (0.1 * 1.03 + 0.15 + 0.05) * 1.19 + 0.002);
    EXPECT_LT(got.eur.values[0], 0) << "a negative price stays negative";
}

TEST(Tariff, a_table_goes_by_the_clock_on_the_wall_also_over_midnight_and_by_weekday) {
    Price price;
    price.kind = Price::Kind::table;
    price.flat_eur = 0.3;
    price.table = {{0x7F, 22 * 60, 6 * 60, 0.2},   // each night
                   {1U << 5U, 0, 24 * 60, 0.25},   // Saturdays
                   {1U << 4U, 23 * 60, 60, 0.1}};  // in the night to Saturday
    // Friday 2026-06-05; 20:00 UTC is 22:00 there.
    const auto got = prices(price, {}, at("2026-06-05T19:00:00Z"), hours(28), hours(1), berlin).eur;
    EXPECT_EQ(got.at(at("2026-06-05T19:30:00Z")), 0.3);
    EXPECT_EQ(got.at(at("2026-06-05T20:00:00Z")), 0.2);
    EXPECT_EQ(got.at(at("2026-06-05T21:00:00Z")), 0.1);
    EXPECT_EQ(got.at(at("2026-06-05T22:59:00Z")), 0.1) << "until one in the morning";
    EXPECT_EQ(got.at(at("2026-06-05T23:00:00Z")), 0.25) << "the last line that holds counts";
    EXPECT_EQ(got.at(at("2026-06-06T22:00:00Z")), 0.2) << "the night to Sunday";
}

TEST(Tariff, what_the_source_has_not_told_is_the_newest_earlier_day_of_its_kind) {
    // Thursday, Friday and Saturday are told; Sunday has none of its own, Monday takes Friday's.
    const auto source = told_prices(at("2026-06-03T22:00:00Z"), 72);
    const auto got =
        prices(dynamic_price(), source, at("2026-06-06T10:00:00Z"), hours(72), hours(1), berlin);
    EXPECT_EQ(got.known_until, at("2026-06-06T22:00:00Z"));
    EXPECT_EQ(got.holes, 0U);
    EXPECT_DOUBLE_EQ(got.eur.at(at("2026-06-06T12:00:00Z")), 6.14);
    EXPECT_DOUBLE_EQ(got.eur.at(at("2026-06-07T12:00:00Z")), 6.14) << "Sunday as the day before";
    EXPECT_DOUBLE_EQ(got.eur.at(at("2026-06-08T12:00:00Z")), 5.14) << "Monday as Friday";
}

TEST(Tariff, days_of_23_and_25_hours_are_guessed_by_the_clock) {
    // Told: Saturday 2026-03-28. Guessed: Sunday, on which 02:00 is missing.
    auto source = told_prices(at("2026-03-27T23:00:00Z"), 24);
    auto got =
        prices(dynamic_price(), source, at("2026-03-28T23:00:00Z"), hours(23), hours(1), berlin);
    EXPECT_EQ(got.known_until, got.eur.from);
    EXPECT_DOUBLE_EQ(got.eur.at(at("2026-03-29T00:30:00Z")), 28.01);
    EXPECT_DOUBLE_EQ(got.eur.at(at("2026-03-29T01:30:00Z")), 28.03);
    EXPECT_DOUBLE_EQ(got.eur.at(at("2026-03-29T21:30:00Z")), 28.23);
    // Told: Saturday 2026-10-24. Guessed: Sunday, on which 02:00 comes twice.
    source = told_prices(at("2026-10-23T22:00:00Z"), 24);
    got = prices(dynamic_price(), source, at("2026-10-24T22:00:00Z"), hours(25), hours(1), berlin);
    EXPECT_DOUBLE_EQ(got.eur.at(at("2026-10-25T00:30:00Z")), 24.02);
    EXPECT_DOUBLE_EQ(got.eur.at(at("2026-10-25T01:30:00Z")), 24.02);
    EXPECT_DOUBLE_EQ(got.eur.at(at("2026-10-25T02:30:00Z")), 24.03);
    // Told: the long Sunday. Guessed: the Sunday after.
    source = told_prices(at("2026-10-24T22:00:00Z"), 25);
    got = prices(dynamic_price(), source, at("2026-10-31T23:00:00Z"), hours(24), hours(1), berlin);
    EXPECT_DOUBLE_EQ(got.eur.at(at("2026-11-01T01:30:00Z")), 25.02);
    EXPECT_DOUBLE_EQ(got.eur.at(at("2026-11-01T22:30:00Z")), 25.23);
}

TEST(Tariff, holes_and_what_is_no_number_are_guessed_and_counted) {
    auto source = told_prices(at("2026-06-03T22:00:00Z"), 48);
    source.values[30] = std::numeric_limits<double>::quiet_NaN();
    source.values[31] = std::numeric_limits<double>::infinity();
    source.values[32] = 1e9;
    const auto got =
        prices(dynamic_price(), source, source.from + hours(24), hours(24), minutes(15), berlin);
    EXPECT_EQ(got.holes, 12U);
    EXPECT_EQ(got.known_until, source.until());
    EXPECT_DOUBLE_EQ(got.eur.at(source.from + hours(30)), source.values[6]);
    for (const double eur : got.eur.values) EXPECT_TRUE(std::isfinite(eur));
}

TEST(Tariff, with_no_source_at_all_the_flat_price_is_guessed) {
    auto price = dynamic_price();
    price.flat_eur = 0.12;
    const auto got = prices(price, {}, at("2026-06-03T22:00:00Z"), hours(3), hours(1), berlin);
    EXPECT_EQ(got.known_until, got.eur.from);
    for (const double eur : got.eur.values) EXPECT_DOUBLE_EQ(eur, 0.12);
    const Series broken{at("2026-06-03T22:00:00Z"), Duration{}, {1, 2}};
    EXPECT_DOUBLE_EQ(prices(price, broken, broken.from, hours(1), hours(1), berlin).eur.values[0],
                     0.12);
}

TEST(Tariff, quarters_of_an_hour_and_whole_hours_become_each_other) {
    const Series quarters{at("2026-06-03T22:00:00Z"), minutes(15), {1, 2, 3, 6}};
    const auto hour =
        prices(dynamic_price(), quarters, quarters.from, hours(1), hours(1), berlin).eur;
    ASSERT_EQ(hour.values.size(), 1U);
    EXPECT_DOUBLE_EQ(hour.values[0], 3);
    const Series hourly{at("2026-06-03T22:00:00Z"), hours(1), {4}};
    const auto fine =
        prices(dynamic_price(), hourly, hourly.from, hours(1), minutes(15), berlin).eur;
    EXPECT_EQ(fine.values, (std::vector<double>{4, 4, 4, 4}));
}

TEST(Tariff, a_source_that_tells_only_the_future_still_leaves_days_to_guess_by) {
    const Time monday_evening = at("2026-06-08T10:00:00Z");
    auto known = told_prices(at("2026-06-07T22:00:00Z"), 24);  // Monday
    known = joined(known, told_prices(at("2026-06-08T12:00:00Z"), 34), monday_evening - days(14));
    EXPECT_EQ(known.from, at("2026-06-07T22:00:00Z"));
    EXPECT_EQ(known.until(), at("2026-06-09T22:00:00Z"));
    auto quarters = told_prices(at("2026-06-09T12:00:00Z"), 2);
    quarters.step = minutes(15);
    quarters.values = {7, std::numeric_limits<double>::quiet_NaN()};
    known = joined(known, quarters, at("2026-06-08T22:00:00Z"));
    EXPECT_EQ(known.step, minutes(15));
    EXPECT_EQ(known.from, at("2026-06-08T22:00:00Z"));
    EXPECT_EQ(known.at(at("2026-06-09T12:00:00Z")), 7);
    EXPECT_DOUBLE_EQ(known.at(at("2026-06-09T12:15:00Z")), 9.14) << "a hole hides nothing";
    EXPECT_EQ(joined({}, quarters, {}).values.size(), 2U);
    EXPECT_EQ(joined(known, {}, {}).values.size(), known.values.size());
}

TEST(LocalTime, moments_of_local_times_are_found_on_long_and_short_days) {
    const auto day = [](std::string_view text) { return local_time(berlin, at(text)).day; };
    const auto shown = [&](std::string_view text, int hour, int minute) {
        return format_rfc3339(moment_of(berlin, day(text), hour * 60 + minute));
    };
    EXPECT_EQ(shown("2026-01-05T12:00:00Z", 7, 30), "2026-01-05T06:30:00Z");
    EXPECT_EQ(shown("2026-03-29T12:00:00Z", 2, 30), "2026-03-29T01:30:00Z") << "skipped";
    EXPECT_EQ(shown("2026-03-29T12:00:00Z", 3, 0), "2026-03-29T01:00:00Z");
    EXPECT_EQ(shown("2026-10-25T12:00:00Z", 2, 30), "2026-10-25T00:30:00Z") << "the first of two";
    EXPECT_EQ(shown("2026-10-25T12:00:00Z", 3, 0), "2026-10-25T02:00:00Z");
    EXPECT_EQ(weekday_of(-3), 0);  // 1969-12-29 was a Monday
}

}  // namespace
}  // namespace foxtail::forecast
