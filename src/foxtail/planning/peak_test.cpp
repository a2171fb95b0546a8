#include "foxtail/planning/peak.hpp"

#include "foxtail/planning/planning_testing.hpp"

#include <gtest/gtest.h>

namespace foxtail::planning {
namespace {

struct PeakTest : ::testing::Test {
    /// The meter says `kw` each 10 s, from `now` on for so long.
    void draws(double kw, Duration length) {
        const Time until = now + length;
        for (; now < until; now = now + seconds(10)) meter.measure(kw, now);
        meter.measure(kw, now);
    }
    Time now = at("2026-11-23T20:00:00Z");
    PeakMeter meter{utc};
};

TEST_F(PeakTest, the_mean_of_a_quarter_of_the_clock_counts_and_not_the_moment) {
    draws(1, minutes(10));
    draws(13, minutes(5));
    EXPECT_NEAR(meter.so_far_kw(), 5, 0.1);
    draws(2, minutes(15));
    EXPECT_NEAR(meter.so_far_kw(), 5, 0.1) << "what is less changes nothing";
}

TEST_F(PeakTest, what_is_fed_in_is_no_import) {
    draws(-8, minutes(10));
    draws(6, minutes(5));
    EXPECT_NEAR(meter.so_far_kw(), 2, 0.1);
}

TEST_F(PeakTest, a_quarter_of_which_little_was_heard_does_not_count) {
    now = at("2026-11-23T20:10:00Z");
    draws(9, minutes(5));
    EXPECT_EQ(meter.so_far_kw(), 0);
    meter.measure(std::nullopt, now);
    now = now + minutes(14);
    draws(9, minutes(1));
    EXPECT_EQ(meter.so_far_kw(), 0);
}

TEST_F(PeakTest, a_month_begins_anew_also_with_what_was_configured) {
    meter.configured(7, now);
    EXPECT_EQ(meter.so_far_kw(), 7);
    draws(8, minutes(15));
    EXPECT_NEAR(meter.so_far_kw(), 8, 0.01);
    now = at("2026-11-30T23:45:00Z");
    meter.measure(1, now);
    draws(10, minutes(15));
    EXPECT_LT(meter.so_far_kw(), 1) << "that quarter was November's";
    meter.configured(7, now);
    EXPECT_LT(meter.so_far_kw(), 1) << "it was said of November";
    meter.configured(3, now);
    EXPECT_EQ(meter.so_far_kw(), 3);
}

TEST_F(PeakTest, a_restart_forgets_nothing_and_damage_changes_nothing) {
    meter.configured(2, now);
    draws(9, minutes(15));
    draws(12, minutes(8));
    const auto bytes = meter.save();
    PeakMeter again(utc);
    ASSERT_TRUE(again.load(bytes));
    EXPECT_EQ(again.save(), bytes);
    for (int i = 0; i < 60; ++i, now = now + seconds(10)) again.measure(12, now);
    EXPECT_NEAR(again.so_far_kw(), 12, 0.1) << "the quarter under way goes on";
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        PeakMeter damaged(utc);
        EXPECT_FALSE(damaged.load(std::string_view(bytes).substr(0, cut)));
        EXPECT_EQ(damaged.so_far_kw(), 0);
    }
}

TEST_F(PeakTest, a_clock_set_back_over_midnight_does_not_forget_the_month) {
    now = at("2026-12-01T00:05:00Z");
    draws(9, minutes(25));
    now = at("2026-11-30T23:50:00Z");
    draws(1, minutes(20));
    EXPECT_NEAR(meter.so_far_kw(), 9, 0.1);
}

TEST_F(PeakTest, the_planner_is_told_what_was_reached) {
    auto site = small_site();
    site.connection.peak_so_far_kw = 2;
    Keeper keeper(site, utc);
    EXPECT_EQ(keeper.request_with(keeper.wishes(), now).connection.peak_so_far_kw, 2);
    keeper.set_peak(6.5);
    EXPECT_EQ(keeper.request_with(keeper.wishes(), now).connection.peak_so_far_kw, 6.5);
}

}  // namespace
}  // namespace foxtail::planning
