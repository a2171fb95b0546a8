#include "foxtail/cli/command_line_testing.hpp"
#include "foxtail/cli/house_file.hpp"
#include "foxtail/json/parse.hpp"

#include <fstream>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::cli {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view house_text = R"(utc_offset: 2h
connection: {import_max: 14, export_max: 7}
batteries:
  - {name: cellar, capacity: 5, charge: 2.5, discharge: 2.5}
cars:
  - name: leaf
    capacity: 40
    target: 32
    power: [1.38, 7.4]
    gives_back: 5
    trips:
      - {on: mon-fri, leaves: "07:30", returns: "17:30", kwh: 9}
zones:
  - {name: rooms, heat_pump: [0.6, 2.5], day: 21, night: 18.5, high: 23}
hot_water:
  - {name: tank, zone: rooms, capacity: 6, draws: [{at: "06:00", kwh: 2}, {at: "19:00", kwh: 1.5}]}
machines:
  - {name: dryer, profile: [2, 1.5], on: "mon,thu", armed: "09:00", ready_by: "18:00"}
)";

TEST(HouseFile, a_house_is_read_as_people_write_it) {
    const auto read = read_house(house_text, "house.yaml");
    ASSERT_TRUE(read.mistakes.empty()) << read.mistakes[0].message;
    const auto& habits = read.habits;
    EXPECT_EQ(habits.local, hours(2));
    EXPECT_EQ(habits.connection.import_max_kw, 14);
    ASSERT_EQ(habits.batteries.size(), 1U);
    EXPECT_EQ(habits.batteries[0].charge_max_kw, 2.5);
    ASSERT_EQ(habits.cars.size(), 1U);
    EXPECT_EQ(habits.cars[0].target_kwh, 32);
    EXPECT_EQ(habits.cars[0].car.ranges[0].min_kw, 1.38);
    ASSERT_EQ(habits.cars[0].trips.size(), 1U);
    EXPECT_EQ(habits.cars[0].trips[0].on, simulation::working_days);
    EXPECT_EQ(habits.cars[0].trips[0].leaves, minutes(450));
    EXPECT_TRUE(habits.cars[0].car.gives_back);
    EXPECT_EQ(habits.cars[0].car.discharge_max_kw, 5);
    EXPECT_EQ(habits.cars[0].car.discharge_floor_kwh, 12);
    ASSERT_EQ(habits.tanks.size(), 1U);
    EXPECT_EQ(habits.tanks[0].tank.zone, 0U);
    EXPECT_EQ(habits.tanks[0].tank.min_kwh, 1.5);
    EXPECT_EQ(habits.tanks[0].draw_kw[19], 1.5);
    ASSERT_EQ(habits.zones.size(), 1U);
    EXPECT_EQ(habits.zones[0].night_low_c, 18.5);
    ASSERT_EQ(habits.machines.size(), 1U);
    EXPECT_EQ(habits.machines[0].on, 0b1001U);
}

TEST(HouseFile, mistakes_are_told_with_their_place) {
    const auto read = read_house(
        "cars:\n"
        "  - {name: leaf, capacity: many}\n"
        "  - {name: leaf, wheels: 4, trips: [{on: someday, leaves: \"7\", returns: \"17:00\"}]}\n"
        "hot_water: [{name: tank, zone: attic}]\n"
        "machines:\n"
        "  - {name: dryer, profile: [2, 2, 2, 2, 2], armed: \"09:00\", ready_by: \"10:00\"}\n",
        "house.yaml");
    std::string all;
    for (const auto& mistake : read.mistakes)
        all += std::to_string(mistake.source.line) + ": " + mistake.message + "\n";
    EXPECT_THAT(all, HasSubstr("2: "));
    EXPECT_THAT(all, HasSubstr("3: two devices are called 'leaf'"));
    EXPECT_THAT(all, HasSubstr("4: there is no zone 'attic'"));
    EXPECT_THAT(all, HasSubstr("wheels"));
    EXPECT_THAT(all, HasSubstr("\"mon-fri\""));
    EXPECT_THAT(all, HasSubstr("\"07:30\""));
    EXPECT_THAT(all, HasSubstr("6: between 'armed' and 'ready_by' there is no time for the run"));
}

TEST(PlanSimulate, a_made_up_house_is_run_and_told_in_json) {
    CommandLine line;
    ASSERT_EQ(line.run({"plan", "simulate", "--made-up", "9", "--days", "1", "--json"}), 0)
        << line.err();
    const auto told = boost::json::parse(line.out());
    const double bound = told.at("lower_bound_eur").to_number<double>();
    const auto& controllers = told.at("controllers").as_array();
    ASSERT_EQ(controllers.size(), 3U);
    for (const auto& each : controllers) {
        EXPECT_GE(each.at("cost_eur").to_number<double>(), bound - 1e-6);
        EXPECT_EQ(each.at("missed_runs").to_number<int>(), 0);
        EXPECT_LT(each.at("shortfall_kwh").to_number<double>(), 0.5);
    }
    EXPECT_EQ(controllers[0].at("captured").to_number<double>(), 0);
    EXPECT_GT(controllers[2].at("captured").to_number<double>(), 0.1);
}

TEST(PlanSimulate, a_table_tells_the_same_of_a_csv) {
    const TestFolder folder;
    std::ofstream(folder / "week.csv") << [] {
        std::string out = "time,load_kw,sun_kw,buy_eur,sell_eur,outdoor_c\n";
        for (int hour = 0; hour < 96; ++hour) {
            const auto t = *parse_rfc3339("2026-05-04T00:00:00Z") + hours(hour);
            out += format_rfc3339(t) + ",0.5," + (hour % 24 > 8 && hour % 24 < 16 ? "4" : "0") +
                   "," + (hour % 24 < 5 ? "0.15" : "0.35") + ",0.08,12\n";
        }
        return out;
    }();
    std::ofstream(folder / "house.yaml") << house_text;
    CommandLine line;
    ASSERT_EQ(line.run({"plan", "simulate", "--csv", folder / "week.csv", "--house",
                        folder / "house.yaml", "--from", "2026-05-05", "--days", "1",
                        "--controllers", "arrival,cheapest"}),
              0)
        << line.err();
    EXPECT_THAT(line.out(), HasSubstr("lower bound"));
    EXPECT_THAT(line.out(), HasSubstr("cheapest"));
    EXPECT_EQ(line.run({"plan", "simulate", "--csv", folder / "week.csv", "--from", "2026-05-09"}),
              2);
    EXPECT_THAT(line.err(), HasSubstr("is not within the series"));
}

TEST(PlanSimulate, what_is_wrong_is_said) {
    CommandLine line;
    EXPECT_EQ(line.run({"plan", "simulate"}), 2);
    EXPECT_THAT(line.err(), HasSubstr("--csv FILE or --made-up DAYS is needed"));
    EXPECT_EQ(line.run({"plan", "simulate", "--csv", "nowhere.csv"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("nowhere.csv cannot be read"));
    EXPECT_EQ(line.run({"plan", "simulate", "--made-up", "20", "--forecast", "psychic"}), 2);
}

}  // namespace
}  // namespace foxtail::cli
