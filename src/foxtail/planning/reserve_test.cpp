// What is kept for an outage, and what a car is never charged above, hold for who carries the plan
// out too.
#include "foxtail/planning/planning_testing.hpp"

#include <gtest/gtest.h>

namespace foxtail::planning {
namespace {

struct Reserve : ::testing::Test {
    Reserve() {
        keeper.expect(flat_outlook(now.wall), planner::Tells::prices_came, 1, now);
        keeper.hear(HouseFact::grid, 2, 2, now);
        keeper.hear(battery, DeviceFact::power, 0, 2, now);
        keeper.hear(battery, DeviceFact::level, 50, 2, now);
        keeper.hear(leaf, DeviceFact::plugged, 1, 2, now);
        keeper.hear(leaf, DeviceFact::level, 80, 2, now);
    }
    /// What a device is told to take (kW) by a plan that has it do this.
    double told(Kind kind, const char* name, planner::Step step) {
        planner::Plan plan;
        plan.made = now.wall;
        plan.slots.push_back({now.wall, now.wall + hours(1)});
        plan.courses.push_back({kind, name, {step}, {}});
        for (auto* list :
             {&plan.buy_eur, &plan.sell_eur, &plan.load_kw, &plan.sun_kw, &plan.import_kw,
              &plan.export_kw, &plan.curtailed_kw, &plan.marginal_eur})
            list->assign(1, 0.3);
        EXPECT_TRUE(keeper.due(now));
        EXPECT_TRUE(keeper.planned(plan, now).published);
        for (const auto& one : keeper.follow(now).setpoints)
            if (one.device == name) return one.kw;
        ADD_FAILURE() << name << " is told nothing";
        return 0;
    }
    double battery_told() {
        return told(Kind::battery, "battery",
                    {0, 5, planner::Intent::automatic, planner::Code::pv_surplus});
    }
    void somebody_says(DeviceId device, Setting setting, Value value) {
        now = {now.wall + seconds(5), now.mono + seconds(5)};
        ASSERT_TRUE(keeper.set(device, setting, value, "anna", 3, now));
    }
    Moment now{at("2026-11-23T20:00:00Z"), hours(1)};
    Keeper keeper{small_site(), utc};
};

TEST_F(Reserve, a_battery_serves_the_house_down_to_what_is_kept_and_no_further) {
    EXPECT_NEAR(battery_told(), -2, 1e-6);
    somebody_says(battery, Setting::reserve, 60.0);
    EXPECT_NEAR(battery_told(), 0, 1e-6) << "half full, and 60 % are for an outage";
    somebody_says(battery, Setting::reserve, 40.0);
    EXPECT_NEAR(battery_told(), -2, 1e-6);
}

TEST_F(Reserve, what_is_configured_is_kept_too) {
    auto site = small_site();
    site.batteries[0].limits.reserve_kwh = planner::Series::constant(6);
    Keeper other(site, utc);
    EXPECT_EQ(reserve_of(site, other.wishes(), battery).at(now.wall), 6);
    ASSERT_TRUE(other.set(battery, Setting::reserve, 20.0, "anna", 3, now));
    EXPECT_EQ(reserve_of(site, other.wishes(), battery).at(now.wall), 2)
        << "what is said goes first";
}

TEST_F(Reserve, a_car_is_never_charged_above_the_most_that_was_said) {
    const planner::Step charge{7.4, 36, planner::Intent::charge, planner::Code::cheap_slot};
    EXPECT_NEAR(told(Kind::car, "leaf", charge), 7.4, 1e-6);
    somebody_says(leaf, Setting::most, 80.0);
    EXPECT_NEAR(told(Kind::car, "leaf", charge), 0, 1e-6) << "it has its 80 %";
    somebody_says(leaf, Setting::most, 90.0);
    EXPECT_NEAR(told(Kind::car, "leaf", charge), 7.4, 1e-6);
}

}  // namespace
}  // namespace foxtail::planning
