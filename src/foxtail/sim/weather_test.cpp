#include "foxtail/sim/weather.hpp"

#include "foxtail/base/time.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace foxtail::sim {
namespace {

std::int64_t at(const char* text) {
    return parse_rfc3339(text).value().us / 1000;
}

TEST(Dice, give_the_same_numbers_for_the_same_question_and_others_for_another) {
    const Dice one(1);
    EXPECT_EQ(one.bits("cloud", 7), Dice(1).bits("cloud", 7));
    EXPECT_NE(one.bits("cloud", 7), one.bits("cloud", 8));
    EXPECT_NE(one.bits("cloud", 7), one.bits("wind", 7));
    EXPECT_NE(one.bits("cloud", 7), Dice(2).bits("cloud", 7));
}

TEST(Dice, are_fair) {
    const Dice dice(42);
    double sum = 0;
    double low = 1;
    double high = 0;
    for (int i = 0; i < 20'000; ++i) {
        const double u = dice.uniform("fair", i);
        sum += u;
        low = std::min(low, u);
        high = std::max(high, u);
    }
    EXPECT_NEAR(sum / 20'000, 0.5, 0.01);
    EXPECT_GE(low, 0.0);
    EXPECT_LT(high, 1.0);
    EXPECT_LT(low, 0.001);
    EXPECT_GT(high, 0.999);
}

TEST(Dice, smooth_curves_have_no_steps) {
    const Dice dice(3);
    for (double x = -5; x < 5; x += 0.01) {
        EXPECT_LT(std::abs(dice.smooth("s", x + 0.01) - dice.smooth("s", x)), 0.035);
    }
}

TEST(Sun, stands_where_the_almanac_says) {
    const Site freiburg;
    // Solar noon at 7.842 E is 12:28:38 UTC minus the equation of time.
    const Sun solstice = sun_at(freiburg, at("2026-06-21T11:30:30Z"));
    EXPECT_NEAR(solstice.elevation_deg, 90.0 - 47.999 + 23.43, 0.6);
    EXPECT_NEAR(solstice.azimuth_deg, 180.0, 3.0);
    const Sun winter = sun_at(freiburg, at("2026-12-21T11:27:00Z"));
    EXPECT_NEAR(winter.elevation_deg, 90.0 - 47.999 - 23.43, 0.6);
    EXPECT_LT(sun_at(freiburg, at("2026-06-21T00:00:00Z")).elevation_deg, -10.0);
    // At an equinox it rises in the east.
    EXPECT_NEAR(sun_at(freiburg, at("2026-03-20T05:36:00Z")).azimuth_deg, 90.0, 5.0);
}

TEST(Weather, stays_within_what_the_earth_has_seen_over_a_year) {
    const Site site;
    double coldest = 99;
    double warmest = -99;
    double brightest = 0;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const Dice dice(seed);
        for (std::int64_t t = at("2026-01-01T00:00:00Z"); t < at("2027-01-01T00:00:00Z");
             t += 2'820'000) {
            const Weather w = weather_at(site, dice, t);
            coldest = std::min(coldest, w.temperature_c);
            warmest = std::max(warmest, w.temperature_c);
            brightest = std::max(brightest, w.global_w_m2);
            ASSERT_GE(w.global_w_m2, 0);
            ASSERT_LE(w.beam_w_m2, 980.0);
            ASSERT_GE(w.cloud, 0);
            ASSERT_LE(w.cloud, 1);
            ASSERT_GE(w.humidity_pct, 20);
            ASSERT_LE(w.humidity_pct, 99);
            ASSERT_GE(w.wind_m_s, 0);
            ASSERT_GE(w.rain_mm_h, 0);
            ASSERT_GE(w.wind_from_deg, 0);
            ASSERT_LT(w.wind_from_deg, 360);
            if (w.sun.elevation_deg < 0) {
                ASSERT_EQ(w.global_w_m2, 0);
            }
        }
    }
    EXPECT_LT(coldest, 0);
    EXPECT_GT(coldest, -22);
    EXPECT_GT(warmest, 24);
    EXPECT_LT(warmest, 40);
    EXPECT_GT(brightest, 750);
    EXPECT_LT(brightest, 1100);
}

TEST(Weather, a_roof_that_faces_the_sun_gets_more_than_one_that_looks_away) {
    Weather w;
    w.sun = {30, 180};
    w.beam_w_m2 = 700;
    w.diffuse_w_m2 = 80;
    w.global_w_m2 = 700 * std::sin(30 * pi / 180) + 80;
    EXPECT_NEAR(w.on_plane_w_m2(0, 0), w.global_w_m2, 1e-9);
    EXPECT_GT(w.on_plane_w_m2(35, 180), w.global_w_m2);
    EXPECT_LT(w.on_plane_w_m2(35, 0), w.global_w_m2);
}

TEST(Weather, saturated_air_holds_what_tables_say) {
    EXPECT_NEAR(saturation_g_m3(20), 17.3, 0.2);
    EXPECT_NEAR(saturation_g_m3(0), 4.85, 0.1);
}

TEST(Calendar, knows_when_a_moment_of_the_day_was_passed_also_across_midnight) {
    const Site site{48, 8, 60};
    EXPECT_TRUE(passed(site, at("2026-05-01T04:59:55Z"), at("2026-05-01T05:00:00Z"), 6 * 3600));
    EXPECT_FALSE(passed(site, at("2026-05-01T05:00:00Z"), at("2026-05-01T05:00:05Z"), 6 * 3600));
    EXPECT_TRUE(passed(site, at("2026-05-01T22:59:55Z"), at("2026-05-01T23:00:05Z"), 2));
    EXPECT_FALSE(passed(site, at("2026-05-01T22:59:55Z"), at("2026-05-01T23:00:05Z"), 12 * 3600));
    EXPECT_EQ(local_time(site, at("2026-11-22T12:00:00Z")).weekday, 6);
}

}  // namespace
}  // namespace foxtail::sim
