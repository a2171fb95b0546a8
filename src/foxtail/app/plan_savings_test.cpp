#include "foxtail/app/plan_savings.hpp"

#include "foxtail/planning/planning_testing.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using planner::Kind;
using planning::at;
using planning::DeviceId;
using testing::HasSubstr;

constexpr DeviceId leaf{Kind::car, 0};
constexpr double dear = 0.40;
constexpr double cheap = 0.10;

/// A night in which the car was there until half past seven, wanted 80 % by seven, and charged from
/// `hour` on. Power is dear until three.
planning::Ledger::Day night(int hour, double kwh = 12) {
    planning::Site site;
    site.cars = planning::small_site().cars;
    site.cars[0].limits.max_kwh = 32;
    const Moment midnight{at("2026-11-23T00:00:00Z"), hours(1)};
    planning::Keeper keeper(site, planning::utc);
    keeper.expect(planning::flat_outlook(midnight.wall), planner::Tells::prices_came, 1, midnight);
    keeper.hear(leaf, planning::DeviceFact::plugged, 1, 1, midnight);
    keeper.hear(leaf, planning::DeviceFact::level, 50, 1, midnight);

    planning::Ledger::Day day;
    day.date = "2026-11-23";
    day.began = keeper.request_with(keeper.wishes(), midnight.wall);
    const auto& car = day.began.cars[0];
    const double most_kw = car.ranges.back().max_kw;
    double level = 20;
    for (int q = 0; q < 96; ++q) {
        planning::Measured one;
        one.from = midnight.wall + minutes(15) * q;
        one.load_kw = 0.4;
        one.buy_eur = q < 3 * 4 ? dear : cheap;
        one.sell_eur = 0.05;
        one.outdoor_c = 5;
        auto& device = one.devices[leaf];
        device.plugged = q < 30;
        device.level = level;
        if (device.plugged && q >= hour * 4)
            device.kw = std::min(most_kw, (20 + kwh - level) / (0.25 * car.efficiency));
        level += device.kw * 0.25 * car.efficiency;
        day.quarters.push_back(one);
    }
    return day;
}

TEST(PlanSavings, who_charged_on_arrival_saved_nothing) {
    const auto found = reckon_savings(night(0));
    EXPECT_EQ(found.date, "2026-11-23");
    EXPECT_NEAR(found.saved(), 0, 0.1);
    EXPECT_GT(found.paid, reckon_savings(night(3)).paid + 12 * (dear - cheap));
    EXPECT_EQ(found.note, "");
}

TEST(PlanSavings, who_waited_for_cheap_power_saved_the_difference) {
    const auto day = night(3);
    const auto found = reckon_savings(day);
    const double taken = 12 / day.began.cars[0].efficiency;
    EXPECT_NEAR(found.saved(), taken * (dear - cheap), 0.25);
    ASSERT_EQ(found.devices.size(), 1U);
    EXPECT_EQ(found.devices[0].name, "leaf");
    EXPECT_NEAR(found.devices[0].saved, found.saved(), 0.01);
    EXPECT_EQ(found.note, "");
}

TEST(PlanSavings, what_was_missed_and_what_was_not_measured_is_said) {
    auto day = night(3, 4);
    day.missing = 2;
    const auto found = reckon_savings(day);
    EXPECT_THAT(found.note, HasSubstr("leaf: 8.0 kWh missed"));
    EXPECT_THAT(found.note, HasSubstr("30 minutes were not measured"));
}

TEST(PlanSavings, holes_in_a_day_are_as_the_quarter_before) {
    auto day = night(3);
    day.quarters.erase(day.quarters.begin() + 60, day.quarters.begin() + 62);
    day.missing = 2;
    EXPECT_NEAR(reckon_savings(day).saved(), reckon_savings(night(3)).saved(), 0.01);
    day.quarters.clear();
    EXPECT_EQ(reckon_savings(day).saved(), 0) << "nothing measured, nothing saved";
}

/// A day without devices: 0.30 EUR a kWh until noon, 0.10 then.
planning::Ledger::Day plain_day(const planning::Site& site) {
    const Moment midnight{at("2026-11-23T00:00:00Z"), hours(1)};
    planning::Keeper keeper(site, planning::utc);
    keeper.expect(planning::flat_outlook(midnight.wall), planner::Tells::prices_came, 1, midnight);
    planning::Ledger::Day day;
    day.date = "2026-11-23";
    day.began = keeper.request_with(keeper.wishes(), midnight.wall);
    for (const auto& one : site.appliances) day.machines.push_back(one.limits.name);
    for (int q = 0; q < 96; ++q) {
        planning::Measured one;
        one.from = midnight.wall + minutes(15) * q;
        one.load_kw = 0.4;
        one.buy_eur = q < 48 ? 0.3 : 0.1;
        one.outdoor_c = 5;
        day.quarters.push_back(one);
    }
    return day;
}

TEST(PlanSavings, a_machine_that_waited_for_cheap_power_saved_the_difference) {
    planning::Site site;
    site.appliances = planning::small_site().appliances;
    auto day = plain_day(site);
    for (std::size_t q = 0; q < 96; ++q) {
        auto& device = day.quarters[q].devices[{Kind::appliance, 0}];
        device.armed = q >= 32 && q < 56;  // loaded at eight, ran from one to two
        device.kw = q == 52 || q == 55 ? 2 : 0;
    }
    const auto found = reckon_savings(day);
    EXPECT_NEAR(found.saved(), 0.3 - 0.1, 1e-6);  // a kWh
    ASSERT_EQ(found.devices.size(), 1U);
    EXPECT_EQ(found.devices[0].name, "dishwasher");
    EXPECT_EQ(found.note, "");
}

TEST(PlanSavings, hot_water_is_replayed_with_what_was_drawn) {
    planning::Site site;
    site.tanks.push_back(planning::small_tank());
    auto day = plain_day(site);
    const DeviceId boiler{Kind::hot_water, 0};
    // Full at midnight, a shower at seven, heated again at noon, when it is cheap.
    double level = day.began.tanks[0].max_kwh;
    const double shower = level - 0.1;
    for (std::size_t q = 0; q < 96; ++q) {
        auto& device = day.quarters[q].devices[boiler];
        device.level = level;
        if (q == 28) level -= shower;
        if (q >= 50 && level < day.began.tanks[0].max_kwh - 0.5) device.kw = 2;
        level += 0.25 * (device.kw - day.began.tanks[0].loss_kw);
    }
    const auto found = reckon_savings(day);
    // A thermostat had heated some three kWh at seven, and kept it warm.
    EXPECT_GT(found.saved(), 2.5 * (0.3 - 0.1));
    EXPECT_LT(found.saved(), 4.5 * (0.3 - 0.1));
    EXPECT_EQ(found.note, "");
}

TEST(PlanSavings, a_heat_pump_that_did_as_a_thermostat_saved_next_to_nothing) {
    planning::Site site;
    site.heat_pumps = planning::small_site().heat_pumps;
    auto day = plain_day(site);
    const DeviceId house{Kind::heat_pump, 0};
    for (auto& one : day.quarters) {
        one.devices[house].level = 20.5;
        one.devices[house].kw = 0.7;
    }
    const auto found = reckon_savings(day);
    EXPECT_TRUE(std::isfinite(found.would));
    EXPECT_NEAR(found.saved(), 0, 1);
}

TEST(PlanSavings, a_device_whose_level_was_not_known_is_left_out_and_that_is_said) {
    planning::Site site;
    site.heat_pumps = planning::small_site().heat_pumps;
    site.batteries = planning::small_site().batteries;
    auto day = plain_day(site);
    for (std::size_t q = 0; q < 96; ++q) {
        auto& devices = day.quarters[q].devices;
        devices[{Kind::heat_pump, 0}].kw = 0.7;
        if (q > 0) devices[{Kind::heat_pump, 0}].level = 20.5;
        if (q < 90) devices[{Kind::battery, 0}].level = 5;
    }
    const auto found = reckon_savings(day);
    EXPECT_NEAR(found.saved(), 0, 1e-6);
    EXPECT_NEAR(found.paid, 24 * (0.4 + 0.7) * 0.2, 1e-6)
        << "what it took is paid for all the same";
    EXPECT_THAT(found.note, HasSubstr("heat-pump: its level was not known, so it is left out"));
    EXPECT_THAT(found.note, HasSubstr("battery: its level was not known, so it is left out"));
}

DaySaved of_day(int number) {
    return {"day " + std::to_string(number), 3, 3.5, "", {{"leaf", 0.5}}};
}

TEST(SavingsBook, adds_up_also_what_it_no_longer_has) {
    SavingsBook book;
    const int days = static_cast<int>(SavingsBook::days_max) + 10;
    for (int i = 0; i < days; ++i) book.add(of_day(i));
    EXPECT_NEAR(book.total(), days * 0.5, 1e-6);
    const auto shown = book.json("EUR");
    EXPECT_THAT(shown, HasSubstr("\"day " + std::to_string(days - 1) + "\""));
    EXPECT_THAT(shown, testing::Not(HasSubstr("\"day 0\"")));
    EXPECT_LT(shown.size(), 65536U);
}

TEST(SavingsBook, adds_days_into_weeks_from_monday_on) {
    SavingsBook book;
    for (const char* date : {"2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"})
        book.add({date, 3, 3.5, "", {{"leaf", 0.4}, {"battery", 0.1}}});
    const auto shown = book.json("EUR");
    const auto weeks = shown.substr(shown.find("\"weeks\""));
    EXPECT_EQ(weeks,
              R"("weeks":[{"day":"2026-11-23","saved":1.0,"paid":6.0,"would":7.0,"count":2,)"
              R"("devices":[{"name":"leaf","saved":0.8},{"name":"battery","saved":0.2}]},)"
              R"({"day":"2026-11-16","saved":1.0,"paid":6.0,"would":7.0,"count":2,)"
              R"("devices":[{"name":"leaf","saved":0.8},{"name":"battery","saved":0.2}]}]})");
}

TEST(SavingsBook, outlives_a_restart_and_damage_changes_nothing) {
    SavingsBook book;
    for (int i = 0; i < 3; ++i) book.add(of_day(i));
    const auto bytes = book.save();
    SavingsBook again;
    ASSERT_TRUE(again.load(bytes));
    EXPECT_EQ(again.save(), bytes);
    EXPECT_EQ(again.json("EUR"), book.json("EUR"));
    const auto nothing = SavingsBook().save();
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        SavingsBook damaged;
        if (damaged.load(std::string_view(bytes).substr(0, cut))) continue;
        EXPECT_EQ(damaged.save(), nothing) << cut;
    }
}

}  // namespace
}  // namespace foxtail
