#include "foxtail/forecast/score.hpp"

#include "foxtail/forecast/zone_testing.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace foxtail::forecast {
namespace {

const Time score_begin = at("2026-11-01T00:00:00Z");

Band flat_band(Time from, int hour_count, double p10, double p50, double p90) {
    const auto all = [&](double v) {
        return Series{from, hours(1), std::vector<double>(static_cast<std::size_t>(hour_count), v)};
    };
    return {all(p10), all(p50), all(p90), all(p50)};
}

TEST(Scoring, error_bias_and_coverage_are_those_of_hand) {
    Score score;
    score.foretold(score_begin, flat_band(score_begin, 4, 1, 2, 3));
    const std::vector<double> came = {2, 2.5, 4, 0.5};
    for (std::size_t i = 0; i < came.size(); ++i)
        score.came(score_begin + hours(static_cast<int>(i)), hours(1), came[i]);
    const auto within_hour = score.figures(Lead::within_1h);
    EXPECT_EQ(within_hour.hours, 1U);
    EXPECT_DOUBLE_EQ(within_hour.mae, 0);
    EXPECT_DOUBLE_EQ(within_hour.coverage, 1);
    const auto within_six = score.figures(Lead::within_6h);
    EXPECT_EQ(within_six.hours, 3U);
    EXPECT_DOUBLE_EQ(within_six.mae, (0.5 + 2 + 1.5) / 3);
    EXPECT_DOUBLE_EQ(within_six.bias, (-0.5 - 2 + 1.5) / 3);
    EXPECT_DOUBLE_EQ(within_six.coverage, 1.0 / 3);
    EXPECT_DOUBLE_EQ(within_six.mean, 7.0 / 3);
    EXPECT_EQ(score.figures(Lead::within_24h).hours, 0U);
}

TEST(Scoring, of_each_lead_the_newest_forecast_counts) {
    Score score;
    const Time hour = score_begin + hours(10);
    score.foretold(score_begin, flat_band(score_begin, 48, 0, 9, 9));             // 10 h before
    score.foretold(score_begin + hours(3), flat_band(score_begin, 48, 0, 7, 9));  // 7 h before
    score.foretold(score_begin + hours(6), flat_band(score_begin, 48, 0, 4, 9));  // 4 h before
    score.foretold(hour + minutes(5), flat_band(score_begin, 48, 0, 1, 9));       // too late
    score.came(hour, hours(1), 1);
    EXPECT_DOUBLE_EQ(score.figures(Lead::within_24h).mae, 6);
    EXPECT_DOUBLE_EQ(score.figures(Lead::within_6h).mae, 3);
    EXPECT_EQ(score.figures(Lead::within_1h).hours, 0U) << "seen already when it was foretold";
    EXPECT_EQ(score.figures(Lead::within_48h).hours, 0U);
}

TEST(Scoring, only_the_last_fourteen_days_count) {
    Score score;
    for (int day = 0; day < 30; ++day) {
        const Time from = score_begin + days(day);
        score.foretold(from, flat_band(from, 24, 0, day < 16 ? 5.0 : 1.0, 9));
        for (int hour = 0; hour < 24; ++hour) score.came(from + hours(hour), hours(1), 1);
    }
    EXPECT_EQ(score.figures(Lead::within_1h).hours, 14U);
    EXPECT_DOUBLE_EQ(score.figures(Lead::within_24h).mae, 0);
}

TEST(Scoring, what_nobody_foretold_is_counted_and_holes_are_not_compared) {
    Score score;
    score.came(score_begin, hours(3), 1);
    EXPECT_EQ(score.not_foretold(), 3U);
    auto band = flat_band(score_begin + hours(3), 24, 0, 1, 2);
    band.p50.values[1] = std::numeric_limits<double>::quiet_NaN();
    score.foretold(score_begin + hours(3), band);
    score.foretold(score_begin + hours(3), Band{});
    score.came(score_begin + hours(3), minutes(20), 1);  // too little was heard of this hour
    score.came(score_begin + hours(4), hours(2), 1);
    EXPECT_EQ(score.figures(Lead::within_6h).hours, 1U);
    EXPECT_EQ(score.not_foretold(), 4U);
}

TEST(Scoring, memory_is_bounded_and_survives_saving) {
    Score score;
    for (int made = 0; made < 2000; ++made) {
        const Time from = score_begin + hours(made);
        score.foretold(from, flat_band(from, 5000, 0, 1, 2));
    }
    EXPECT_LT(score.save().size(), 40'000U);
    Score again;
    ASSERT_TRUE(again.load(score.save()));
    EXPECT_EQ(again.save(), score.save());
    score.came(score_begin + hours(10), hours(1), 2);
    again.came(score_begin + hours(10), hours(1), 2);
    EXPECT_DOUBLE_EQ(again.figures(Lead::within_1h).mae, 1);
    EXPECT_EQ(again.save(), score.save());
}

}  // namespace
}  // namespace foxtail::forecast
