#include "foxtail/config/mapping.hpp"

#include "foxtail/config/configuration.hpp"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> lines_about(const std::vector<Mistake>& mistakes) {
    std::vector<std::string> out;
    for (const Mistake& one : mistakes) {
        out.push_back(std::to_string(one.source.line) + ":" + std::to_string(one.source.column) +
                      ": " + one.message);
    }
    return out;
}

TEST(MappingFile, the_example_is_understood_whole) {
    std::ifstream file(std::string(FOX_DOCS_DIR) + "/../config/cars-map.yaml");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    ASSERT_FALSE(text.empty());
    const auto read = read_mapping(text, "cars-map.yaml");
    EXPECT_THAT(lines_about(read.mistakes), IsEmpty());
    ASSERT_THAT(read.things, SizeIs(2));
    const auto& zoe = read.things[0];
    EXPECT_EQ(zoe.kind, ThingKind::vehicle);
    EXPECT_EQ(zoe.budget.calls, 50U);
    ASSERT_THAT(zoe.properties, SizeIs(5));
    EXPECT_EQ(zoe.properties[0].spec.unit, "%");
    EXPECT_EQ(zoe.properties[0].spec.max_age, hours(2));
    EXPECT_EQ(zoe.properties[0].topic, "carbridge/zoe/status");
    EXPECT_EQ(zoe.properties[1].unit, "km");
    EXPECT_EQ(zoe.properties[1].spec.type, Type::integer);
    EXPECT_EQ(zoe.properties[2].scale, -1);
    EXPECT_EQ(zoe.properties[4].spec.sensitivity, Sensitivity::critical);
    EXPECT_EQ(zoe.properties[4].command->cost.wakes, 1U);
    EXPECT_TRUE(zoe.properties[4].spec.settable);
    EXPECT_EQ(zoe.actions[0].command.payload, "now");
    const auto& meter = read.things[1];
    EXPECT_EQ(meter.id, "heatmeter-{1}");
    EXPECT_EQ(meter.properties[1].command->topic, "heat/{1}/valve/set");
}

TEST(MappingFile, each_mistake_is_told_with_its_place_and_what_would_be_right) {
    const auto mistakes =
        lines_about(read_mapping("things:\n"
                                 "  - id: a\n"
                                 "    properties:\n"
                                 "      power: {topic: a/#, type: number}\n"
                                 "      flow: {topic: a/flow+/x, type: number}\n"
                                 "      heat: {topic: a/heat, type: number, unit: W, from: km}\n"
                                 "      soc: {topic: a/soc}\n"
                                 "      lamp: {topic: a/lamp, type: boolean, scale: 2}\n"
                                 "      place: {topic: a/place, type: string, path: place}\n"
                                 "      silent: {type: number}\n"
                                 "      wide: {topic: a/+/wide, type: number}\n"
                                 "      mode: {topic: a/mode, type: enumeration, allowed: [on], "
                                 "values: {x: sideways}}\n"
                                 "      colour: {topic: a/c, typ: string, type: string}\n",
                                 "m.yaml")
                        .mistakes);
    EXPECT_THAT(mistakes,
                ElementsAre(HasSubstr("2:9: 'a/+/wide' has 1 '+' and the id 'a' has 0 places"),
                            HasSubstr("4:22: '#' would take in everything below"),
                            HasSubstr("5:21: '+' stands for a whole level"),
                            HasSubstr("6:58: there is no way from 'km' to 'W'"),
                            HasSubstr("7:12: 'soc' needs 'type'"),
                            HasSubstr("8:51: 'scale' is for numbers"),
                            HasSubstr("9:51: 'path' is a JSON pointer and begins with '/': "
                                      "'/place'"),
                            HasSubstr("10:15: 'silent' needs 'topic'"), HasSubstr("12:75: value"),
                            HasSubstr("13:28: a property has no 'typ'")));
}

TEST(MappingFile, a_vehicles_unknown_name_needs_a_type_and_its_signal_has_its_own_unit) {
    const auto mistakes =
        lines_about(read_mapping("things:\n"
                                 "  - id: car\n"
                                 "    kind: vehicle\n"
                                 "    properties:\n"
                                 "      Powertrain.Warp: {topic: car/warp}\n"
                                 "      Powertrain.Range: {topic: car/range, unit: km}\n"
                                 "      TraveledDistance: {topic: car/odo, from: km}\n",
                                 "m.yaml")
                        .mistakes);
    EXPECT_THAT(mistakes, ElementsAre(HasSubstr("'Powertrain.Warp' needs 'type'; without it"),
                                      HasSubstr("say with 'from' in which unit")));
}

TEST(MappingFile, ids_and_commands_have_the_places_of_their_wildcards) {
    const auto mistakes = lines_about(
        read_mapping("things:\n"
                     "  - id: m-{1}\n"
                     "    properties:\n"
                     "      a: {topic: m/+/+/a, type: number}\n"
                     "  - id: n-{1}\n"
                     "    properties:\n"
                     "      a: {topic: n/+/a, type: number, command: {topic: 'n/{2}/set'}}\n"
                     "      b: {topic: n/+/b, type: number, command: {topic: n/+/set}}\n"
                     "  - id: n-{1}\n"
                     "    properties: {a: {topic: x/+, type: number}}\n",
                     "m.yaml")
            .mistakes);
    EXPECT_THAT(mistakes, ElementsAre(HasSubstr("has 2 '+' and the id 'm-{1}' has 1 places"),
                                      HasSubstr("has more places than the id"),
                                      HasSubstr("what is published has no '+'; write {1}"),
                                      HasSubstr("'n-{1}' stands there twice")));
}

// ---- cars in the configuration

TEST(CarsInConfiguration, sources_meters_and_formats_are_read) {
    const auto read = read_configuration(
        "formats:\n"
        "  teslamate: {prefix: tm, home: Zuhause}\n"
        "  ovms: {client: house, budget: {calls: 100, money: 1.5, wakes: 3}, money_per_call: "
        "0.01, driver: right}\n"
        "  evcc: {enabled: false}\n"
        "  mapping: [cars-map.yaml]\n"
        "cars:\n"
        "  leaf:\n"
        "    title: The green one\n"
        "    sources: [{thing: ovms-leaf, trust: 2}, {thing: evcc-leaf}]\n"
        "    meters: [{energy: garage/energy, car: charge-garage/car}]\n"
        "    capacity_kwh: 39\n"
        "    efficiency: 0.88\n"
        "household: {latitude: 48.1, longitude: 11.5}\n",
        "foxtail.yaml");
    EXPECT_THAT(lines_about(read.mistakes), IsEmpty());
    const CarsConfig& cars = read.configuration.cars;
    EXPECT_EQ(cars.teslamate_prefix, "tm");
    EXPECT_EQ(cars.ovms_budget, (cars::BudgetLimits{100, 1.5, 3}));
    EXPECT_TRUE(cars.ovms_driver_right);
    EXPECT_EQ(cars.home, (cars::HomePlace{48.1, 11.5}));
    EXPECT_EQ(cars.evcc_prefix, std::nullopt);
    EXPECT_THAT(cars.mapping_files, ElementsAre("cars-map.yaml"));
    ASSERT_THAT(cars.cars, SizeIs(1));
    EXPECT_THAT(cars.cars[0].sources,
                ElementsAre(CarSourceConfig{"ovms-leaf", 2}, CarSourceConfig{"evcc-leaf", 1}));
    EXPECT_EQ(cars.cars[0].meters[0].car, "charge-garage/car");
}

TEST(CarsInConfiguration, a_driver_sits_on_the_left_or_on_the_right) {
    const auto read = read_configuration("formats: {ovms: {driver: roof}}\n", "foxtail.yaml");
    ASSERT_THAT(lines_about(read.mistakes), SizeIs(1));
    EXPECT_THAT(lines_about(read.mistakes)[0], HasSubstr("left, right"));
    EXPECT_FALSE(read.configuration.cars.ovms_driver_right);
    EXPECT_EQ(read.configuration.cars.home, std::nullopt);
}

TEST(CarsInConfiguration, mistakes_are_told_with_their_place) {
    const auto mistakes = lines_about(
        read_configuration("formats: {ovms: {client: a/b, budget: {calls: 1.5}}}\n"
                           "cars:\n"
                           "  leaf: {sources: []}\n"
                           "  zoe: {sources: [{thing: zoe}, {thing: leaf, trust: 101}]}\n"
                           "  i3: {sources: [{thing: x}, {thing: x}], capacity_kwh: 0, "
                           "meters: [{energy: nowhere}]}\n",
                           "foxtail.yaml")
            .mistakes);
    ASSERT_THAT(mistakes, SizeIs(9));
    EXPECT_THAT(mistakes[0], HasSubstr("1:26: 'client' is one level"));
    EXPECT_THAT(mistakes[1], HasSubstr("'calls' a day is a whole number"));
    EXPECT_THAT(mistakes[2], HasSubstr("'leaf' is a joined car itself"));
    EXPECT_THAT(mistakes[3], HasSubstr("1 to 16 sources"));
    EXPECT_THAT(mistakes[4], HasSubstr("cannot be its own source"));
}

}  // namespace
}  // namespace foxtail
