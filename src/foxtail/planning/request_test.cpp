#include "foxtail/planner/grid.hpp"
#include "foxtail/planning/planning_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::planning {
namespace {

using planner::Kind;
using testing::SizeIs;

struct RequestTest : ::testing::Test {
    Time now = at("2026-11-23T20:05:00Z");  // a Monday
    Site site = small_site();
    Facts facts;
    Wishes wishes;
    Outlook outlook = flat_outlook(now);
    [[nodiscard]] planner::Request make() const {
        return make_request(site, facts, wishes, outlook, utc, now);
    }
};

TEST_F(RequestTest, a_goal_ends_a_session_and_the_next_one_follows) {
    facts.devices[leaf].plugged = true;
    facts.devices[leaf].level = 50;
    const auto car = make().cars.at(0);
    EXPECT_DOUBLE_EQ(car.energy_kwh, 20);
    ASSERT_THAT(car.sessions, SizeIs(3));
    EXPECT_EQ(car.sessions[0].arrive, now);
    EXPECT_EQ(car.sessions[0].depart, at("2026-11-24T07:00:00Z"));
    EXPECT_DOUBLE_EQ(car.sessions[0].target_kwh.value_or(0), 32);
    EXPECT_EQ(car.sessions[0].goal, "80 % by 07:00");
    EXPECT_EQ(car.sessions[1].depart, at("2026-11-25T07:00:00Z"));
    EXPECT_FALSE(car.sessions[2].target_kwh);
}

TEST_F(RequestTest, now_of_a_tank_is_until_it_is_full_and_of_a_full_one_nothing) {
    site.tanks.push_back(small_tank());
    const DeviceId tank{Kind::hot_water, 0};
    auto& said = wishes.devices[tank];
    said.mode = DeviceWishes::Mode::now;
    said.until = now + hours(12);
    facts.devices[tank].level = 50;  // of 55
    const auto request = make();
    ASSERT_THAT(request.overrides, SizeIs(1));
    // Five degrees of 200 litres with 2 kW: 35 minutes.
    EXPECT_NEAR(static_cast<double>((request.overrides[0].until - now).us), 2093.4e6, 1e3);
    facts.devices[tank].level = 56;
    EXPECT_THAT(make().overrides, SizeIs(0));
}

TEST_F(RequestTest, a_trip_of_the_calendar_takes_the_car_away_and_needs_its_energy) {
    facts.devices[leaf].plugged = true;
    outlook.trips = {{"leaf", at("2026-11-24T09:00:00Z"), at("2026-11-24T15:00:00Z"), 16, 0.9,
                      "calendar of anna: Ulm"}};
    const auto sessions = make().cars.at(0).sessions;
    ASSERT_THAT(sessions, SizeIs(4));
    EXPECT_EQ(sessions[0].depart, at("2026-11-24T07:00:00Z"));
    EXPECT_EQ(sessions[1].depart, at("2026-11-24T09:00:00Z"));
    EXPECT_DOUBLE_EQ(sessions[1].target_kwh.value_or(0), 4 + 16 * 1.15);
    EXPECT_EQ(sessions[1].goal, "calendar of anna: Ulm");
    EXPECT_EQ(sessions[2].arrive, at("2026-11-24T15:00:00Z"));
    EXPECT_DOUBLE_EQ(sessions[2].trip_kwh, 16);
    EXPECT_EQ(sessions[3].arrive, at("2026-11-25T07:00:00Z"));
}

TEST_F(RequestTest, a_car_that_is_away_is_expected_but_not_counted_on) {
    facts.devices[leaf].plugged = false;
    auto sessions = make().cars.at(0).sessions;
    EXPECT_EQ(sessions[0].arrive, now + minutes(15));
    EXPECT_LT(sessions[0].confidence, 1);
    now = at("2026-11-23T12:00:00Z");
    sessions = make().cars.at(0).sessions;
    EXPECT_EQ(sessions[0].arrive, at("2026-11-23T18:00:00Z"));
}

TEST_F(RequestTest, a_skipped_goal_does_not_count_and_the_one_after_it_does) {
    facts.devices[leaf].plugged = true;
    wishes.devices[leaf].skip_until = at("2026-11-24T07:00:00Z");
    const auto sessions = make().cars.at(0).sessions;
    EXPECT_EQ(sessions[0].depart, at("2026-11-25T07:00:00Z"));
}

TEST_F(RequestTest, who_is_not_going_tomorrow_stays_at_home_and_needs_no_energy_for_the_trip) {
    facts.devices[leaf].plugged = true;
    outlook.trips = {
        {"leaf", at("2026-11-24T07:20:00Z"), at("2026-11-24T17:00:00Z"), 16, 0.9, "as usual"},
        {"leaf", at("2026-11-25T07:20:00Z"), at("2026-11-25T17:00:00Z"), 16, 0.9, "as usual"}};
    ASSERT_THAT(make().cars.at(0).sessions, SizeIs(5));
    wishes.devices[leaf].skip_until = at("2026-11-24T07:20:00Z");
    const auto sessions = make().cars.at(0).sessions;
    EXPECT_EQ(sessions[0].arrive, now);
    EXPECT_EQ(sessions[0].depart, at("2026-11-25T07:00:00Z"));
    EXPECT_EQ(sessions[0].goal, "80 % by 07:00");
    EXPECT_EQ(sessions[1].depart, at("2026-11-25T07:20:00Z"));
    EXPECT_EQ(sessions[1].goal, "as usual");
}

TEST_F(RequestTest, a_trip_well_after_the_skipped_goal_is_another_one) {
    facts.devices[leaf].plugged = true;
    outlook.trips = {
        {"leaf", at("2026-11-24T14:00:00Z"), at("2026-11-24T17:00:00Z"), 16, 1, "dentist"}};
    wishes.devices[leaf].skip_until = at("2026-11-24T07:00:00Z");
    const auto sessions = make().cars.at(0).sessions;
    EXPECT_EQ(sessions[0].goal, "dentist");
}

TEST_F(RequestTest, kilometres_are_worth_energy_above_the_least) {
    CarSite car = site.cars[0];
    EXPECT_DOUBLE_EQ(energy_of({100, CarGoal::Unit::km, {}, 0, 0}, car), 4 + 18);
    EXPECT_DOUBLE_EQ(energy_of({1000, CarGoal::Unit::km, {}, 0, 0}, car), 40);
    car.limits.max_kwh = 36;
    EXPECT_DOUBLE_EQ(energy_of({100, CarGoal::Unit::percent, {}, 0, 0}, car), 36);
}

TEST_F(RequestTest, comfort_goes_by_the_clock_by_what_was_said_and_by_who_is_away) {
    EXPECT_DOUBLE_EQ(make().zones[0].low_c.at(now), 20.5);
    EXPECT_DOUBLE_EQ(make().zones[0].low_c.at(at("2026-11-23T23:00:00Z")), 18);
    wishes.devices[pump].low_c = 21.5;
    EXPECT_DOUBLE_EQ(make().zones[0].low_c.at(at("2026-11-23T23:00:00Z")), 21.5);
    facts.somebody_home = false;
    EXPECT_DOUBLE_EQ(make().zones[0].low_c.at(now), 16);
    EXPECT_DOUBLE_EQ(make().zones[0].low_c.at(now + hours(3)), 21.5);
    wishes.away_until = now + hours(24);
    EXPECT_DOUBLE_EQ(make().zones[0].low_c.at(now + hours(23)), 16);
    EXPECT_DOUBLE_EQ(make().zones[0].low_c.at(now + hours(25)), 21.5);
}

TEST_F(RequestTest, a_holiday_of_the_calendar_lowers_the_rooms_from_its_beginning_to_its_end) {
    outlook.absences = {{at("2026-11-24T06:00:00Z"), at("2026-11-25T02:00:00Z")}};
    const auto low = make().zones[0].low_c;
    EXPECT_DOUBLE_EQ(low.at(now), 20.5);
    EXPECT_DOUBLE_EQ(low.at(now + hours(9)), 18);
    EXPECT_DOUBLE_EQ(low.at(now + hours(10)), 16);
    EXPECT_DOUBLE_EQ(low.at(now + hours(29)), 16);
    EXPECT_DOUBLE_EQ(low.at(now + hours(31)), 18);
}

TEST_F(RequestTest, hot_water_is_drawn_by_the_clock_as_much_as_is_said_for_a_day) {
    site.tanks.push_back(small_tank());
    const auto drawn = make().tanks.at(0).draw_kw;
    const Time midnight = at("2026-11-24T00:00:00Z");
    // 120 litres that come at 10 degrees and leave at 40.
    EXPECT_NEAR(drawn.mean(midnight, midnight + hours(24)) * 24, 120 * 0.001163 * 30, 1e-6);
    EXPECT_DOUBLE_EQ(drawn.at(midnight + hours(3)), 0);
    EXPECT_GT(drawn.at(midnight + hours(7)), 1);
    outlook.absences = {{midnight, midnight + hours(24)}};
    EXPECT_DOUBLE_EQ(make().tanks[0].draw_kw.mean(midnight, midnight + hours(24)), 0);
}

TEST_F(RequestTest, a_heat_pumps_hot_water_takes_less_power_than_a_rods) {
    site.tanks.push_back(small_tank());
    EXPECT_TRUE(make().tanks.at(0).cop.values.empty());
    site.tanks[0].limits.zone = 0;
    EXPECT_NEAR(make().tanks[0].cop.at(now), planner::carnot_cop(55, 5), 1e-6);
}

TEST_F(RequestTest, an_appliance_is_planned_when_it_is_armed_and_is_load_while_it_runs) {
    EXPECT_THAT(make().appliances, SizeIs(0));
    facts.devices[dishes].armed = true;
    ASSERT_THAT(make().appliances, SizeIs(1));
    EXPECT_EQ(make().appliances[0].ready_by, at("2026-11-24T06:00:00Z"));
    facts.devices[dishes].run_from = now - minutes(5);
    const auto request = make();
    EXPECT_THAT(request.appliances, SizeIs(0));
    EXPECT_NEAR(request.load_kw.mean(now - minutes(5), now + minutes(55)), 0.4 + 1.1, 0.02);
    EXPECT_NEAR(request.load_kw.at(now + hours(2)), 0.4, 1e-9);
}

TEST_F(RequestTest, now_and_pause_become_overrides_until_they_end) {
    wishes.devices[leaf].mode = DeviceWishes::Mode::now;
    wishes.devices[leaf].until = now + hours(2);
    const auto request = make();
    ASSERT_THAT(request.overrides, SizeIs(1));
    EXPECT_EQ(request.overrides[0].what, planner::Override::What::at_least);
    EXPECT_DOUBLE_EQ(request.overrides[0].kw, 11);
    now = now + hours(2);
    EXPECT_THAT(make().overrides, SizeIs(0));
}

TEST_F(RequestTest, what_somebody_holds_goes_before_what_a_deaf_device_takes) {
    wishes.devices[leaf].act = true;
    facts.devices[leaf].deaf_kw = 5;
    facts.devices[leaf].deaf_until = now + minutes(30);
    ASSERT_THAT(make().overrides, SizeIs(1));
    EXPECT_TRUE(make().overrides[0].measured);
    auto& hold = wishes.devices[leaf].hold.emplace();
    hold.kw = 3.7;
    hold.from = now;
    hold.until = now + hours(1);
    ASSERT_THAT(make().overrides, SizeIs(2));
    EXPECT_DOUBLE_EQ(make().overrides.back().kw, 3.7);
    EXPECT_FALSE(make().overrides.back().measured);
}

TEST_F(RequestTest, a_signal_of_the_grid_goes_before_the_table) {
    site.soft_import_kw = {{0x7f, 17 * 60, 22 * 60, 6}};
    EXPECT_DOUBLE_EQ(make().connection.soft_import_kw.at(now), 6);
    EXPECT_DOUBLE_EQ(make().connection.soft_import_kw.at(now + hours(3)), 17);
    facts.soft_import_kw = 4.2;
    EXPECT_DOUBLE_EQ(make().connection.soft_import_kw.at(now), 4.2);
}

}  // namespace
}  // namespace foxtail::planning
