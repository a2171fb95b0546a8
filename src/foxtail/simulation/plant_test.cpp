#include "foxtail/simulation/run.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace foxtail::simulation {
namespace {

const Time monday{1'714'345'200'000'000};  // 2024-04-29, 00:00 by the clock of the default house

World flat_world(double load_kw, double sun_kw, double outdoor_c = 8) {
    const auto same = [](double value) {
        return planner::Series{monday - days(8), minutes(15),
                               std::vector<double>(static_cast<std::size_t>(30 * 96), value)};
    };
    return {same(load_kw), same(sun_kw), same(0.30), same(0.08), same(outdoor_c)};
}

House empty_house() {
    return {};
}

planner::Battery small_battery() {
    auto out = default_habits().batteries[0];
    out.energy_kwh = 5;
    return out;
}

/// The same orders all the time.
Plant run_with(const House& house, const World& world, const Orders& orders, Duration span) {
    Plant plant(house, world, monday);
    while (plant.state().now < monday + span) plant.advance(orders, minutes(1));
    return plant;
}

TEST(Plant, energy_through_the_battery_loses_what_it_loses_and_no_more) {
    auto house = empty_house();
    house.batteries = {small_battery()};
    const auto world = flat_world(1, 0);
    const auto full = run_with(house, world, {.battery_kw = {2}}, hours(2));
    EXPECT_NEAR(full.state().battery_kwh[0], 5 + 4 * 0.95, 1e-9);
    EXPECT_NEAR(full.totals().import_kwh, 2 + 4, 1e-9);
    EXPECT_NEAR(full.totals().grid_eur, 6 * 0.30, 1e-9);
    EXPECT_NEAR(full.totals().wear_eur, 4 * 0.02 / 2, 1e-9);
    const auto emptied = run_with(house, world, {.battery_kw = {-5}}, hours(4));
    EXPECT_NEAR(emptied.state().battery_kwh[0], 0.5, 1e-9) << "not below its least";
    EXPECT_NEAR(emptied.totals().export_kwh + 4 - emptied.totals().import_kwh, 4.5 * 0.95, 1e-9);
}

TEST(Plant, a_car_that_leaves_with_too_little_is_counted) {
    auto house = empty_house();
    auto car = default_habits().cars[0].car;
    car.energy_kwh = 40;
    car.sessions = {{monday - hours(1), monday + hours(1), 48, 0, 1, ""},
                    {monday + hours(3), monday + hours(9), std::nullopt, 12, 1, ""}};
    house.cars = {car};
    const auto world = flat_world(0, 0);
    const auto one = run_with(house, world, {.car_kw = {5}}, hours(2));
    EXPECT_NEAR(one.state().car_kwh[0], 44.6, 1e-9) << "it charged for an hour and left";
    EXPECT_FALSE(one.state().plugged[0]);
    EXPECT_NEAR(one.totals().shortfall_kwh, 48 - 44.6, 1e-9);
    EXPECT_NEAR(one.totals().penalty_eur, 2 * (48 - 44.6), 1e-9);
    const auto back = run_with(house, world, {.car_kw = {3}}, hours(4));
    EXPECT_NEAR(back.state().car_kwh[0], 28, 1e-9) << "3 kW are below what the car can take";
    EXPECT_TRUE(back.state().plugged[0]);
}

TEST(Plant, a_trip_longer_than_the_battery_leaves_the_car_stranded) {
    auto house = empty_house();
    auto car = default_habits().cars[0].car;
    car.energy_kwh = 5;
    car.sessions = {{monday - hours(1), monday + hours(1), std::nullopt, 0, 1, ""},
                    {monday + hours(3), monday + hours(9), std::nullopt, 12, 1, ""}};
    house.cars = {car};
    const auto plant = run_with(house, flat_world(0, 0), {}, hours(4));
    EXPECT_EQ(plant.state().car_kwh[0], 0);
    EXPECT_NEAR(plant.totals().stranded_kwh, 7, 1e-9);
}

TEST(Plant, a_zone_cools_as_its_walls_say) {
    auto house = empty_house();
    auto zone = default_habits().zones[0].zone;
    zone.temperature_c = 20;
    zone.low_c = planner::Series::constant(19);
    zone.cop = planner::Series::constant(4);
    house.zones = {zone};
    const auto cold = run_with(house, flat_world(0, 0, 0), {}, hours(45));
    EXPECT_NEAR(cold.state().zone_c[0], 20 * std::exp(-1.0), 1e-9) << "R times C is 45 hours";
    EXPECT_GT(cold.totals().cold_kh, 100);
    const auto held = run_with(house, flat_world(0, 0, 0), {.zone_kw = {1}}, hours(45));
    EXPECT_NEAR(held.state().zone_c[0], 20, 1e-9) << "4 kW of heat are lost at 20 K";
    EXPECT_EQ(held.totals().cold_kh, 0);
    EXPECT_EQ(held.totals().heat_pump_starts, 1);
}

TEST(Plant, a_machine_runs_once_and_one_that_never_ran_is_counted) {
    auto house = empty_house();
    house.appliances = {{"washer", {2, 1}, monday + hours(1), monday + hours(3), 5},
                        {"dryer", {2}, monday + hours(1), monday + hours(2), 5}};
    const auto plant = run_with(house, flat_world(0, 0), {.start = {true, false}}, hours(6));
    EXPECT_NEAR(plant.totals().import_kwh, 0.75, 1e-9);
    EXPECT_EQ(plant.totals().missed_runs, 1);
    EXPECT_NEAR(plant.totals().penalty_eur, 5, 1e-9);
}

TEST(Plant, sun_that_is_held_back_is_neither_sold_nor_used) {
    const auto plant = run_with(empty_house(), flat_world(1, 4), {.curtail_kw = 2}, hours(1));
    EXPECT_NEAR(plant.totals().export_kwh, 1, 1e-9);
    EXPECT_NEAR(plant.totals().grid_eur, -0.08, 1e-9);
}

TEST(House, habits_fall_on_their_days_and_hours) {
    const auto world = flat_world(0, 0);
    const auto house = house_between(default_habits(), world, monday, monday + days(7));
    const auto& stays = house.cars[0].sessions;
    ASSERT_GE(stays.size(), 8U);
    EXPECT_EQ(format_rfc3339(stays[0].depart), "2024-04-29T06:30:00Z") << "half past seven";
    EXPECT_EQ(stays[0].trip_kwh, 0);
    EXPECT_EQ(stays[1].arrive - stays[0].depart, hours(10));
    EXPECT_EQ(stays[1].trip_kwh, 12);
    EXPECT_EQ(stays[5].depart - (monday + days(5)), hours(14)) << "on Saturday";
    int washes = 0;
    for (const auto& run : house.appliances) washes += run.name == "washer" ? 1 : 0;
    EXPECT_EQ(washes, 3);
    const auto& low = house.zones[0].low_c;
    EXPECT_EQ(low.at(monday + hours(5)), 19);
    EXPECT_EQ(low.at(monday + hours(7)), 20.5);
}

TEST(Baselines, charging_on_arrival_keeps_every_wish) {
    const auto world = made_up_world(monday - days(2), 12);
    const auto house = house_between(default_habits(), world, monday, monday + days(7));
    for (const auto& made : {charge_on_arrival(), cheapest_slots()}) {
        const auto outcome = simulate(house, world, monday, monday + days(7), *made);
        EXPECT_NEAR(outcome.totals.shortfall_kwh, 0, 1e-6) << outcome.controller;
        EXPECT_EQ(outcome.totals.missed_runs, 0);
        EXPECT_LT(outcome.totals.cold_kh, 0.5);
        EXPECT_EQ(outcome.totals.over_fuse_kwh, 0);
        EXPECT_GE(outcome.totals.car_kwh, 7 * 12 / 0.92 - 20);
    }
}

TEST(Baselines, the_cheapest_slots_are_taken_and_of_equal_ones_the_latest) {
    auto world = flat_world(0, 0);
    const auto cheap_at = [&](Time t) {
        return static_cast<std::size_t>((t - world.from()).us / minutes(15).us);
    };
    auto house = empty_house();
    auto car = default_habits().cars[0].car;
    car.energy_kwh = 40;
    // An hour at 11 kW is a little less than what is missing of 50.12.
    car.sessions = {{monday - hours(1), monday + hours(8), 50.12, 0, 1, ""}};
    house.cars = {car};
    const auto controller = cheapest_slots();
    const auto charged_between = [&](Time from, Time until) {
        Plant plant(house, world, monday);
        const View view{house, world, plant};
        double before = 0;
        while (view.now() < until) {
            if (view.now() == from) before = plant.state().car_kwh[0];
            if (view.now().us % minutes(15).us == 0) controller->quarter(view);
            plant.advance(controller->orders(view), minutes(1));
        }
        return plant.state().car_kwh[0] - before;
    };
    EXPECT_NEAR(charged_between(monday + hours(7), monday + hours(8) - minutes(1)), 10.12, 0.2)
        << "all cost the same: the latest hour";
    for (int i = 0; i < 4; ++i)
        world.buy_eur.values[cheap_at(monday + hours(2)) + static_cast<std::size_t>(i)] = 0.1;
    EXPECT_NEAR(charged_between(monday + hours(2), monday + hours(3)), 10.12, 0.01);
}

TEST(Baselines, prices_are_known_until_the_markets_day_ends) {
    EXPECT_EQ(prices_known_until(monday + hours(6)), monday + days(1));
    EXPECT_EQ(prices_known_until(monday + hours(13)), monday + days(2));
}

TEST(Captured, nothing_saved_is_nothing_and_all_is_one) {
    EXPECT_DOUBLE_EQ(captured(10, 10, 2).value_or(-1), 0);
    EXPECT_DOUBLE_EQ(captured(10, 2, 2).value_or(-1), 1);
    EXPECT_DOUBLE_EQ(captured(10, 12, 2).value_or(-1), -0.25);
    EXPECT_FALSE(captured(2, 2, 2));
}

}  // namespace
}  // namespace foxtail::simulation
