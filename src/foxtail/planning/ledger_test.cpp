#include "foxtail/planning/ledger.hpp"

#include "foxtail/planning/planning_testing.hpp"

#include <gtest/gtest.h>

namespace foxtail::planning {
namespace {

using planner::Kind;

/// Clocks go back or forth by an hour at two in the morning.
class ChangingZone final : public Zone {
public:
    ChangingZone(Time at, Duration before, Duration after)
        : at_(at), before_(before), after_(after) {}
    [[nodiscard]] Duration offset_at(Time t) const override { return t < at_ ? before_ : after_; }

private:
    Time at_;
    Duration before_, after_;
};

struct LedgerTest : ::testing::Test {
    /// As the desk does, every half minute; the meter speaks first.
    void measure_until(Time until) {
        for (; now.wall < until; now.wall = now.wall + seconds(30)) {
            keeper->hear(DeviceId{Kind::car, 0}, DeviceFact::level, 50, 0, now);
            keeper->hear(DeviceId{Kind::car, 0}, DeviceFact::power, 2, 0, now);
            keeper->hear(HouseFact::grid, 2.5, 0, now);
            ledger.measure(*keeper, now);
        }
    }
    void begin(const char* text, const Zone& zone = utc) {
        now.wall = at(text);
        keeper.emplace(small_site(), zone);
        keeper->expect(flat_outlook(now.wall), planner::Tells::prices_came, 1, now);
    }
    /// The hub ends, and is back later.
    void restart(Duration after) {
        const auto bytes = ledger.save();
        ledger = Ledger();
        ASSERT_TRUE(ledger.load(bytes));
        now.wall = now.wall + after;
    }
    Moment now;
    std::optional<Keeper> keeper;
    Ledger ledger;
};

TEST_F(LedgerTest, a_day_has_its_quarters_with_what_was_measured) {
    begin("2026-11-22T22:10:00Z");
    measure_until(at("2026-11-24T00:00:00Z"));
    EXPECT_FALSE(ledger.take_day()) << "the first was not whole, the second is not over";
    measure_until(at("2026-11-24T00:05:00Z"));
    const auto day = ledger.take_day();
    ASSERT_TRUE(day);
    EXPECT_EQ(day->date, "2026-11-23");
    ASSERT_EQ(day->quarters.size(), 96U);
    EXPECT_EQ(day->missing, 0U);
    EXPECT_EQ(day->quarters.front().from, at("2026-11-23T00:00:00Z"));
    for (const auto& one : day->quarters) {
        EXPECT_NEAR(one.load_kw, 0.5, 1e-9) << format_rfc3339(one.from);
        EXPECT_NEAR(one.buy_eur, 0.3, 1e-9);
        const auto& car = one.devices.at({Kind::car, 0});
        EXPECT_NEAR(car.kw, 2, 1e-9);
        EXPECT_NEAR(car.level.value_or(0), 20, 1e-9);
        EXPECT_FALSE(one.devices.at(pump).level) << "nobody told it";
    }
    EXPECT_EQ(day->began.cars.size(), 1U);
    EXPECT_FALSE(ledger.take_day()) << "once";
}

TEST_F(LedgerTest, a_restart_at_noon_or_over_midnight_leaves_the_day_whole) {
    begin("2026-11-23T00:00:00Z");
    measure_until(at("2026-11-23T12:00:00Z"));
    restart(minutes(3));
    measure_until(at("2026-11-23T23:52:00Z"));
    restart(minutes(12));
    measure_until(at("2026-11-24T00:20:00Z"));
    const auto day = ledger.take_day();
    ASSERT_TRUE(day);
    EXPECT_EQ(day->date, "2026-11-23");
    EXPECT_EQ(day->quarters.size() + day->missing, 96U);
    EXPECT_LE(day->missing, 2U);
}

TEST_F(LedgerTest, up_to_an_hour_may_be_missing_wherever_it_is) {
    begin("2026-11-23T00:30:00Z");
    measure_until(at("2026-11-23T12:00:00Z"));
    now.wall = at("2026-11-23T12:30:00Z");
    measure_until(at("2026-11-24T00:05:00Z"));
    auto day = ledger.take_day();
    ASSERT_TRUE(day);
    EXPECT_EQ(day->missing, 4U) << "two at the beginning and two at noon";
    measure_until(at("2026-11-24T12:00:00Z"));
    now.wall = at("2026-11-24T13:15:00Z");
    measure_until(at("2026-11-25T00:05:00Z"));
    EXPECT_FALSE(ledger.take_day());
}

TEST_F(LedgerTest, while_the_meter_is_silent_nothing_is_measured) {
    begin("2026-11-23T00:00:00Z");
    measure_until(at("2026-11-23T01:00:00Z"));
    for (; now.wall < at("2026-11-23T03:00:00Z"); now.wall = now.wall + seconds(30)) {
        keeper->hear(HouseFact::grid, std::nullopt, 0, now);
        ledger.measure(*keeper, now);
    }
    measure_until(at("2026-11-24T00:05:00Z"));
    EXPECT_FALSE(ledger.take_day());
}

TEST_F(LedgerTest, days_of_23_and_25_hours_are_whole) {
    const ChangingZone spring(at("2026-03-29T01:00:00Z"), hours(1), hours(2));
    begin("2026-03-28T22:50:00Z", spring);
    measure_until(at("2026-03-29T22:05:00Z"));
    auto day = ledger.take_day();
    ASSERT_TRUE(day);
    EXPECT_EQ(day->quarters.size(), 92U);
    EXPECT_EQ(day->missing, 0U);

    ledger = Ledger();
    const ChangingZone autumn(at("2026-10-25T01:00:00Z"), hours(2), hours(1));
    begin("2026-10-24T21:50:00Z", autumn);
    measure_until(at("2026-10-25T23:05:00Z"));
    day = ledger.take_day();
    ASSERT_TRUE(day);
    EXPECT_EQ(day->quarters.size(), 100U);
    EXPECT_EQ(day->missing, 0U);
}

TEST_F(LedgerTest, what_was_measured_outlives_a_restart_and_damage_changes_nothing) {
    begin("2026-11-23T00:00:00Z");
    measure_until(at("2026-11-23T02:05:00Z"));
    const auto bytes = ledger.save();
    Ledger again;
    ASSERT_TRUE(again.load(bytes));
    EXPECT_EQ(again.save(), bytes);
    const auto nothing = Ledger().save();
    for (std::size_t cut = 0; cut < bytes.size(); cut += 7) {
        Ledger damaged;
        if (damaged.load(std::string_view(bytes).substr(0, cut))) continue;
        EXPECT_EQ(damaged.save(), nothing) << cut;
    }
}

}  // namespace
}  // namespace foxtail::planning
