#include "foxtail/config/planner.hpp"

#include "foxtail/config/charging.hpp"
#include "foxtail/config/configuration.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using planner::Intent;
using testing::HasSubstr;

/// All mistakes, as "line:column message".
std::string planning_mistakes(const std::string& text) {
    std::string out;
    for (const auto& one : read_configuration(text, "f.yaml").mistakes)
        out += std::to_string(one.source.line) + ":" + std::to_string(one.source.column) + " " +
               one.message + "\n";
    return out;
}

constexpr const char* charging_part =
    "charging:\n"
    "  circuits: [{name: main, limit: 35}]\n"
    "  points: [{name: left, thing: box, circuit: main, switches_phases: true}]\n";

std::string with_plan(const std::string& lines) {
    return std::string(charging_part) + "planning:\n  grid: {power: meter/power}\n" +
           "  tariff: {buy: 0.3}\n" + lines;
}

PlanningConfig planned(const std::string& lines) {
    const auto read = read_configuration(with_plan(lines), "f.yaml");
    EXPECT_TRUE(read.mistakes.empty()) << planning_mistakes(with_plan(lines));
    return read.configuration.planning;
}

TEST(PlanningConfigReading, without_a_section_nothing_is_planned) {
    EXPECT_FALSE(
        read_configuration("household: {name: Home}\n", "f.yaml").configuration.planning.any());
    EXPECT_FALSE(planned("  enabled: false\n").any());
}

TEST(PlanningConfigReading, a_house_without_devices_is_planned_in_shadow) {
    const auto plan = planned("");
    EXPECT_TRUE(plan.any());
    EXPECT_FALSE(plan.act);
    EXPECT_EQ(plan.grid.address, "meter/power");
    EXPECT_EQ(plan.tariff.buy.flat_eur, 0.3);
    EXPECT_EQ(plan.tariff.sell.flat_eur, 0);
    EXPECT_EQ(plan.horizon, hours(48));
}

TEST(PlanningConfigReading, sun_without_a_price_for_feeding_in_is_told_to_be_free) {
    const auto notes = [](const std::string& sell, const std::string& sun) {
        const auto read = read_configuration(
            "planning:\n  grid: {power: meter/power}\n  tariff: {buy: 0.3" + sell + "}\n" + sun,
            "f.yaml");
        EXPECT_TRUE(read.mistakes.empty());
        return read.notes.size();
    };
    const std::string sun = "  sun: {power: roof/power, peak_kw: 7}\n";
    EXPECT_EQ(notes("", sun), 1U);
    EXPECT_EQ(notes(", sell: 0", sun), 0U);
    EXPECT_EQ(notes("", ""), 0U);
}

TEST(PlanningConfigReading, a_dynamic_tariff_has_its_source_and_its_formula) {
    const auto read = read_configuration(
        "planning:\n"
        "  grid: {power: {address: meter/power, per_kw: -1}, import_kw: 20, soft_import: [{from: "
        "'17:00', until: '20:00', days: weekdays, kw: 4.2}]}\n"
        "  tariff:\n"
        "    buy: {dynamic: true, factor: 1.02, adder: 0.16, vat: 0.19, fee: 0.001,\n"
        "          network: [{from: '22:00', until: '6:00', eur: -0.05}]}\n"
        "    sell: {flat: 0.08}\n"
        "    prices: {format: awattar, url: 'https://prices.example/v1/marketdata', every: 30m}\n",
        "f.yaml");
    ASSERT_TRUE(read.mistakes.empty()) << read.mistakes.front().message;
    const auto& plan = read.configuration.planning;
    EXPECT_EQ(plan.grid.per_kw, -1);
    EXPECT_EQ(plan.connection.import_max_kw, 20);
    ASSERT_EQ(plan.soft_import_kw.size(), 1U);
    EXPECT_EQ(plan.soft_import_kw[0], (forecast::ByClock{0x1F, 1020, 1200, 4.2}));
    EXPECT_EQ(plan.tariff.buy.kind, forecast::Price::Kind::dynamic);
    EXPECT_EQ(plan.tariff.buy.network[0], (forecast::ByClock{0x7F, 1320, 360, -0.05}));
    EXPECT_EQ(plan.tariff.buy.vat, 0.19);
    EXPECT_EQ(plan.tariff.sell.flat_eur, 0.08);
    ASSERT_TRUE(plan.prices);
    EXPECT_EQ(plan.prices->format, forecast::Format::awattar);
    EXPECT_EQ(plan.prices->every, minutes(30));
}

TEST(PlanningConfigReading, devices_are_read_with_percents_as_kwh_and_words_as_values) {
    const auto plan = planned(
        "  act: true\n"
        "  sun: {power: roof/power, peak_kw: 8, forecast: {format: open_meteo, address: "
        "weather/sun}}\n"
        "  batteries:\n"
        "    - {name: cellar, capacity_kwh: 10, min: 10, max: 90, reserve: 20, charge_kw: 5,\n"
        "       soc: battery/soc, setpoint: {address: battery/power, per_kw: -1000},\n"
        "       mode: {address: battery/mode, words: {automatic: auto, charge: 2}}}\n"
        "  cars:\n"
        "    - {vehicle: leaf, point: left, capacity_kwh: 40, floor: 20, max: 80,\n"
        "       kw: [{min: 1.38, max: 3.68}, {min: 4.14, max: 11}]}\n"
        "  heat_pumps:\n"
        "    - {name: heating, room: hall/temperature, min_kw: 1, max_kw: 3,\n"
        "       mode: {address: relay/mode, words: {normal: 2, boost: 3, off: 1}},\n"
        "       comfort: {low: [{c: 20}, {from: '22:00', until: '06:00', c: 18}], high: 23}}\n"
        "  hot_water:\n"
        "    - {name: tank, heat_pump: heating, temperature: tank/temperature, litres: 100,\n"
        "       useful_c: 40, min_c: 45, max_c: 55, act: false}\n"
        "  appliances:\n"
        "    - {name: dishes, profile_kw: [2, 0.1, 1.5], armed: plug/armed, ready_by: '7:00',\n"
        "       start: {address: plug/on, words: {run: true, off: false}}}\n");
    EXPECT_DOUBLE_EQ(plan.sun_forecast->scale, 6.8);
    ASSERT_EQ(plan.batteries.size(), 1U);
    EXPECT_DOUBLE_EQ(plan.batteries[0].limits.max_kwh, 9);
    EXPECT_DOUBLE_EQ(plan.batteries[0].limits.reserve_kwh.at(Time{1}), 2);
    EXPECT_EQ(plan.batteries[0].setpoint->per_kw, -1000);
    EXPECT_EQ(plan.batteries[0].mode->words.at(Intent::charge), Value{std::int64_t{2}});
    EXPECT_TRUE(plan.batteries[0].act);
    ASSERT_EQ(plan.cars.size(), 1U);
    EXPECT_EQ(plan.cars[0].limits.name, "leaf");
    EXPECT_DOUBLE_EQ(plan.cars[0].limits.floor_kwh, 8);
    EXPECT_EQ(plan.cars[0].limits.ranges.size(), 2U);
    EXPECT_EQ(plan.cars[0].soc, "leaf/Powertrain.TractionBattery.StateOfCharge.Displayed");
    ASSERT_EQ(plan.heat_pumps.size(), 1U);
    EXPECT_EQ(plan.heat_pumps[0].comfort.low_c[1].value, 18);
    ASSERT_EQ(plan.tanks.size(), 1U);
    EXPECT_EQ(plan.tanks[0].limits.zone, 0U);
    EXPECT_NEAR(plan.tanks[0].limits.max_kwh, 15 * 100 * 0.001163, 1e-9);
    EXPECT_FALSE(plan.tanks[0].act);
    ASSERT_EQ(plan.appliances.size(), 1U);
    EXPECT_EQ(plan.appliances[0].profile_kw, (std::vector<double>{2, 0.1, 1.5}));
    EXPECT_EQ(plan.appliances[0].start->words.at(Intent::run), Value{true});
}

TEST(PlanningConfigReading, calendars_and_places_are_read) {
    const auto plan = planned(
        "  cars: [{vehicle: leaf, point: left, capacity_kwh: 40}]\n"
        "  calendars:\n"
        "    - {name: anna, file: anna.ics, person: anna, car: leaf}\n"
        "    - {name: family, url: 'http://127.0.0.1:5232/family.ics', every: 5m}\n"
        "  locations: [{words: [office, Zentrale], km: 42}]\n"
        "  absence_words: [away]\n");
    ASSERT_EQ(plan.calendars.size(), 2U);
    EXPECT_EQ(plan.calendars[1].every, minutes(5));
    EXPECT_EQ(plan.locations[0].words[1], "Zentrale");
    EXPECT_EQ(plan.absence_words, std::vector<std::string>{"away"});
}

TEST(PlanningConfigReading, the_household_says_whose_wish_holds) {
    EXPECT_EQ(planned("").wish_rule, "last");
    EXPECT_EQ(planned("").quiet_from, planned("").quiet_until);
    EXPECT_EQ(planned("  quiet: {from: '22:00', until: '6:30'}\n").quiet_from, 22 * 60);
    EXPECT_EQ(planned("  quiet: {from: '22:00', until: '6:30'}\n").quiet_until, 6 * 60 + 30);
    EXPECT_EQ(planned("  wishes: earliest_and_highest\n").wish_rule, "earliest_and_highest");
    const auto plan = planned("  wishes: {order: [anna, ben]}\n");
    EXPECT_EQ(plan.wish_rule, "order");
    EXPECT_EQ(plan.wish_order, (std::vector<std::string>{"anna", "ben"}));
    const auto of = [](const std::string& lines) { return planning_mistakes(with_plan(lines)); };
    for (const char* wrong : {"  wishes: first\n", "  wishes: [anna]\n"})
        EXPECT_THAT(of(wrong), HasSubstr("'wishes' is last, earliest_and_highest, or {order:"));
    for (const char* wrong : {"  wishes: {order: []}\n", "  wishes: {order: [anna, anna]}\n"})
        EXPECT_THAT(of(wrong), HasSubstr("'order' names people, each once"));
}

TEST(PlanningConfigReading, sun_is_held_back_where_it_can_be_told_and_the_plan_acts) {
    const std::string limit = "power: roof/power, peak_kw: 8, limit: {address: roof/limit}";
    EXPECT_FALSE(planned("  sun: {power: roof/power, peak_kw: 8}\n").connection.curtails);
    EXPECT_FALSE(planned("  sun: {" + limit + "}\n").connection.curtails);
    const auto plan = planned("  sun: {" + limit + ", act: true}\n");
    EXPECT_TRUE(plan.connection.curtails);
    EXPECT_EQ(plan.sun_limit->address, "roof/limit");
    EXPECT_DOUBLE_EQ(plan.sun_limit->most, 8000);
    const auto percent =
        planned("  sun: {power: r/p, limit: {address: r/l, per_kw: 12.5, most: 100}, act: true}\n");
    EXPECT_DOUBLE_EQ(percent.sun_limit->most, 100);

    const auto of = [](const std::string& sun) {
        return planning_mistakes(with_plan("  sun: " + sun + "\n"));
    };
    EXPECT_THAT(of("{power: r/p, act: true}"), HasSubstr("give it 'limit'"));
    EXPECT_THAT(of("{power: r/p, limit: r/l}"), HasSubstr("say 'peak_kw'"));
    EXPECT_THAT(of("{peak_kw: 8, limit: r/l}"), HasSubstr("'limit' needs 'power'"));
    EXPECT_THAT(of("{power: r/p, peak_kw: 8, limit: {address: r/l, per_kw: -1}}"),
                HasSubstr("'per_kw' of 'limit' is more than 0"));
}

TEST(PlanningConfigReading, what_a_car_can_take_comes_from_its_point_and_its_phases) {
    ChargingConfig charging;
    charging::PointSite box;
    box.name = "left";
    charging.site.points.push_back(box);
    const auto ranges = [&] { return charging_place(charging, "left", "leaf")->ranges(); };
    ASSERT_EQ(ranges().size(), 1U);
    EXPECT_NEAR(ranges()[0].min_kw, 4.14, 1e-9);
    EXPECT_NEAR(ranges()[0].max_kw, 11.04, 1e-9);
    charging.site.points[0].switches_phases = true;
    ASSERT_EQ(ranges().size(), 2U);
    EXPECT_NEAR(ranges()[0].min_kw, 1.38, 1e-9);
    EXPECT_NEAR(ranges()[0].max_kw, 3.68, 1e-9);
    const auto place = *charging_place(charging, "left", "leaf");
    EXPECT_EQ(place.phases_at(3.68), 1);
    EXPECT_NEAR(place.amperes(3.68), 16, 1e-9);
    EXPECT_EQ(place.phases_at(4.14), 3);
    EXPECT_NEAR(place.amperes(4.14), 6, 1e-9);
    charging.site.points[0].current_max_a = 32;
    for (const double kw : {ranges()[0].max_kw, ranges()[1].min_kw})
        EXPECT_EQ(charging_place(charging, "left", "leaf")->phases_at(kw), kw < 4.13 ? 1 : 3);
    EXPECT_LT(ranges()[0].max_kw, ranges()[1].min_kw) << "18 A of one are 6 A of three";
    charging.site.points[0].current_max_a = 16;
    // A car with one phase has nothing to switch.
    charging::CarSite leaf;
    leaf.name = "leaf";
    leaf.phases = 1;
    charging.site.cars.push_back(leaf);
    ASSERT_EQ(ranges().size(), 1U);
    EXPECT_NEAR(ranges()[0].max_kw, 3.68, 1e-9);
    EXPECT_NEAR(charging_place(charging, "left", "leaf")->amperes(3.68), 16, 1e-9);
    EXPECT_FALSE(charging_place(charging, "right", "leaf"));
}

TEST(PlanningConfigReading, each_mistake_is_told_with_its_place_and_what_would_be_right) {
    const auto of = [](const std::string& lines) { return planning_mistakes(with_plan(lines)); };
    EXPECT_EQ(planning_mistakes("planning: {}\n"),
              "1:11 'planning' needs 'grid'\n1:11 'planning' needs 'tariff'\n");
    EXPECT_EQ(of("  batteries: [{name: b, capacity_kwh: 10, charge_kw: 5}]\n"),
              "7:15 a battery needs 'soc'\n");
    EXPECT_EQ(of("  batteries: [{name: b, capacity_kwh: 10, charge_kw: 5, soc: b}]\n"),
              "7:62 'soc' is an address such as grid-meter/power\n");
    EXPECT_EQ(of("  batteries: [{name: b, capacity_kwh: 10, charge_kw: 5, soc: b/s, act: true}]\n"),
              "7:72 it cannot act: nothing says how it is told; give it 'setpoint' or 'mode'\n");
    EXPECT_EQ(of("  batteries: [{name: b, capacity_kwh: 10, min: 50, max: 40, charge_kw: 5, soc: "
                 "b/s}]\n"),
              "7:15 'max' is at least 'min'\n");
    EXPECT_EQ(of("  cars: [{vehicle: leaf, point: right, capacity_kwh: 40}]\n"),
              "7:33 there is no charging point 'right' under 'points' of 'charging'\n");
    EXPECT_EQ(of("  cars: [{vehicle: leaf, point: left, capacity_kwh: 40, kw: [{min: 0.5, max: "
                 "1}]}]\n"),
              "7:62 there it takes 1.38 kW at least; less needs 'switches_phases' of the point, or "
              "'phases' of the car\n");
    EXPECT_EQ(of("  cars: [{vehicle: leaf, point: left, capacity_kwh: 40000}]\n"),
              "7:53 'capacity_kwh' lies between 0.1 and 500\n");
    EXPECT_EQ(of("  cars: [{vehicle: leaf, point: left, capacity_kwh: 40, gives_back: true}]\n"),
              "7:10 a car that gives back needs 'discharge_kw'\n");
    EXPECT_EQ(of("  cars: [{vehicle: a, point: left, capacity_kwh: 40}]\n"
                 "  appliances: [{name: a, profile_kw: [1], armed: p/a}]\n"),
              "8:23 there is a device 'a' in the plan already\n");
    EXPECT_EQ(
        of("  heat_pumps: [{name: h, room: r/t, mode: {address: h/m, words: {charge: 1}}}]\n"),
        "7:66 'charge' is nothing it can do: normal, boost or off\n");
    EXPECT_EQ(of("  hot_water: [{name: w, heat_pump: h, temperature: w/t}]\n"),
              "7:36 there is no heat pump 'h' under 'heat_pumps'\n");
    EXPECT_EQ(of("  appliances: [{name: a, profile_kw: [], armed: p/a, ready_by: '25:00'}]\n"),
              "7:38 'profile_kw' has the power in kW of 1 to 48 quarters of an hour\n"
              "7:64 'ready_by' is a time such as 07:30\n");
    EXPECT_EQ(of("  calendars: [{name: anna, file: a.ics, url: 'http://h/a.ics'}]\n"),
              "7:15 a calendar has one of 'file', 'url' and 'caldav', e.g. file: anna.ics\n");
    EXPECT_EQ(
        of("  calendars: [{name: anna, caldav: 'http://h/anna/', user: a, password_file: p}]\n"),
        "7:36 a password goes over https:// only\n");
    EXPECT_EQ(of("  calendars: [{name: anna, caldav: 'https://h/anna/'}]\n"),
              "7:36 'caldav' needs 'user' and 'password_file'\n");
    EXPECT_EQ(of("  calendars: [{name: anna, file: a.ics, user: anna}]\n"),
              "7:47 'user' belongs to 'caldav'\n");
    EXPECT_EQ(of("  calendars: [{name: anna, url: 'http://anna:secret@h/a.ics'}]\n"),
              "7:33 a password does not belong into a URL: use 'token_file'\n");
    EXPECT_EQ(of("  sun: {power: r/p, forecast: {format: list, url: 'http://h/', token_query: "
                 "key}}\n"),
              "7:77 'token_query' needs 'token_file'\n");
    EXPECT_EQ(of("  sun: {power: roof/power, forecast: {format: awattar, url: 'http://h/'}}\n"),
              "7:47 'format' is forecast_solar, open_meteo or list\n");
    EXPECT_EQ(of("  sun: {power: roof/power, forecast: {format: open_meteo, url: 'http://h/'}}\n"),
              "7:8 open_meteo tells radiation: say 'peak_kw' of the roof, or 'scale'\n");
    EXPECT_THAT(of("  batterys: []\n"), HasSubstr("7:3 "));
}

TEST(PlanningConfigReading, more_than_can_be_planned_is_refused_where_it_stands) {
    const auto of = [](const std::string& lines) { return planning_mistakes(with_plan(lines)); };
    EXPECT_THAT(of("  horizon: 7d\n"), HasSubstr("'horizon' lies between 6h and 3d"));
    EXPECT_EQ(of("  horizon: 72h\n"), "");
    std::string batteries = "  batteries:\n";
    for (int i = 1; i <= 5; ++i)
        batteries += "    - {name: b" + std::to_string(i) +
                     ", capacity_kwh: 5, charge_kw: 2, soc: b/soc, power: b/power}\n";
    EXPECT_EQ(of(batteries), "12:7 'batteries' has at most 4\n");
}

TEST(PlanningConfigReading, mistakes_of_tariffs_are_told) {
    const auto of = [](const std::string& tariff) {
        return planning_mistakes("planning:\n  grid: {power: m/p}\n  tariff: " + tariff + "\n");
    };
    EXPECT_EQ(of("{buy: {dynamic: true}}"),
              "3:11 a dynamic tariff needs 'prices', the source that tells them\n");
    EXPECT_EQ(of("{buy: {vat: 0.19}}"), "3:17 'buy' needs 'flat', 'table' or 'dynamic: true'\n");
    EXPECT_EQ(of("{buy: 0.3, prices: {format: list, address: t/p}}"),
              "3:30 nothing asks for 'prices': write dynamic: true under 'buy' or 'sell'\n");
    EXPECT_EQ(of("{buy: {dynamic: true}, prices: {format: list}}"),
              "3:42 'prices' has either 'url', where it is asked, or 'address', the property that "
              "has it\n");
    EXPECT_EQ(of("{buy: {table: [{from: '9', eur: 0.2}, {days: holidays, eur: 1}, {from: "
                 "'09:00'}]}}"),
              "3:33 'from' is a time such as 07:30\n"
              "3:56 'holidays' is no day: mon, tue, wed, thu, fri, sat, sun, weekdays, weekend or "
              "daily\n"
              "3:75 a line of the table needs 'eur'\n");
    EXPECT_EQ(of("{buy: {flat: 0.3, vat: 19}}"), "3:34 'vat' lies between 0 and 1\n");
    EXPECT_EQ(of("{buy: cheap}"), "3:17 'buy' must be a number, not 'cheap'\n");
}

TEST(PlanningConfigReading, the_example_has_every_part) {
    std::ifstream file(std::string(FOX_DOCS_DIR) + "/../config/example.yaml");
    ASSERT_TRUE(file);
    std::stringstream text;
    text << file.rdbuf();
    const auto read = read_configuration(text.str(), "example.yaml");
    ASSERT_TRUE(read.mistakes.empty()) << read.mistakes.front().message;
    const auto& plan = read.configuration.planning;
    EXPECT_TRUE(plan.prices && plan.sun_forecast && plan.outdoor_forecast);
    EXPECT_EQ(plan.batteries.size() * plan.cars.size() * plan.heat_pumps.size() *
                  plan.tanks.size() * plan.appliances.size() * plan.calendars.size() *
                  plan.locations.size(),
              1U);
}

}  // namespace
}  // namespace foxtail
