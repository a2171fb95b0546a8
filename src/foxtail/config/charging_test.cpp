#include "foxtail/config/charging.hpp"

#include "foxtail/config/configuration.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using testing::HasSubstr;

/// The only mistake, as "line:column message"; all of them when there are several.
std::string charging_mistakes(const std::string& text) {
    std::string out;
    for (const auto& one : read_configuration(text, "f.yaml").mistakes)
        out += std::to_string(one.source.line) + ":" + std::to_string(one.source.column) + " " +
               one.message + "\n";
    return out;
}

constexpr const char* charging_good =
    "charging:\n"
    "  circuits:\n"
    "    - {name: main, limit: 35, meter: grid, safe: 8}\n"
    "    - {name: garage, limit: 20, in: main}\n"
    "  points:\n"
    "    - {name: left, thing: box, circuit: garage, phases: [2, 3, 1], mode: sun}\n";

TEST(ChargingConfigReading, circuits_and_points_find_each_other_by_name) {
    const auto read = read_configuration(charging_good, "f.yaml");
    ASSERT_TRUE(read.mistakes.empty()) << read.mistakes.front().message;
    const auto& charging = read.configuration.charging;
    ASSERT_EQ(charging.site.circuits.size(), 2U);
    EXPECT_EQ(charging.site.circuits[1].parent, 0U);
    EXPECT_TRUE(charging.site.circuits[0].metered);
    EXPECT_EQ(charging.site.circuits[0].safe_a, 8);
    ASSERT_EQ(charging.site.points.size(), 1U);
    EXPECT_EQ(charging.site.points[0].circuit, 1U);
    EXPECT_THAT(charging.site.points[0].wiring, testing::ElementsAre(1, 2, 0));
    EXPECT_EQ(charging.site.points[0].mode, charging::Mode::sun);
    EXPECT_EQ(charging.points[0].at("current_l1"), "box/current_l1");
    EXPECT_EQ(charging.limits[0], "box/limit");
}

TEST(ChargingConfigReading, a_house_that_says_nothing_of_feeding_in_is_told_that_its_sun_is_free) {
    const std::string metered =
        std::string(charging_good) + "  price: tariff/now\n  sun: {grid: meter/power}\n";
    const auto silent = read_configuration(metered, "f.yaml");
    EXPECT_TRUE(silent.mistakes.empty());
    ASSERT_EQ(silent.notes.size(), 1U);
    EXPECT_NE(silent.notes[0].message.find("'feed_in'"), std::string::npos);
    EXPECT_TRUE(read_configuration(metered + "  feed_in: 0\n", "f.yaml").notes.empty());
}

TEST(ChargingConfigReading, what_is_fed_in_brings_a_number_or_what_is_told) {
    const auto with = [](const std::string& feed_in) {
        return read_configuration(std::string(charging_good) + "  feed_in: " + feed_in + "\n",
                                  "f.yaml");
    };
    EXPECT_EQ(with("0.08").configuration.charging.site.feed_in, 0.08);
    EXPECT_EQ(with("tariff/sell").configuration.charging.house.at("feed_in"), "tariff/sell");
    for (const char* wrong : {"a lot", "11", "{}"})
        EXPECT_EQ(with(wrong).mistakes.size(), 1U) << wrong;
    EXPECT_EQ(read_configuration(charging_good, "f.yaml").configuration.charging.site.feed_in, 0);
}

TEST(ChargingConfigReading, without_it_nothing_charges) {
    EXPECT_FALSE(
        read_configuration("household: {name: Home}\n", "f.yaml").configuration.charging.any());
}

TEST(ChargingConfigReading, each_mistake_is_told_with_its_place_and_what_would_be_right) {
    const auto of_point = [](const std::string& point) {
        return charging_mistakes(
            "charging:\n  circuits:\n    - {name: main, limit: 35}\n  points:\n    - " + point +
            "\n");
    };
    EXPECT_EQ(of_point("{name: a, thing: box, circuit: attic}"),
              "5:38 there is no circuit 'attic' under 'circuits'\n");
    EXPECT_THAT(of_point("{name: a, thing: box}"), HasSubstr("needs 'circuit'"));
    EXPECT_THAT(of_point("{name: a, circuit: main}"), HasSubstr("needs 'thing', or 'status'"));
    EXPECT_THAT(of_point("{name: a, thing: box, circuit: main, least: 5}"),
                HasSubstr("'least' (A) lies between 6 and 80"));
    EXPECT_THAT(of_point("{name: a, thing: box, circuit: main, phases: [1, 1, 2]}"),
                HasSubstr("a phase can stand in 'phases' once"));
    EXPECT_THAT(of_point("{name: a, thing: box, circuit: main, phases: [1, 2]}"),
                HasSubstr("one or three"));
    EXPECT_THAT(of_point("{name: a, thing: box, circuit: main, mode: now}"),
                HasSubstr("off, sun, min_sun or planned"));
    EXPECT_THAT(of_point("{name: a, thing: box, circuit: main, map: {status: nonsense}}"),
                HasSubstr("an address such as"));
    EXPECT_THAT(of_point("{name: a, thing: box, circuit: main, colour: red}"), HasSubstr("colour"));
}

TEST(ChargingConfigReading, circuits_that_could_not_guard_are_refused) {
    const auto of_circuit = [](const std::string& circuit) {
        return charging_mistakes("charging:\n  circuits:\n    - " + circuit +
                                 "\n  points:\n    - {name: a, thing: box, circuit: main}\n");
    };
    EXPECT_THAT(of_circuit("{name: main}"), HasSubstr("needs 'limit' (A per phase), or 'signal'"));
    EXPECT_THAT(of_circuit("{name: main, limit: 35, map: {power: grid/power}}"),
                HasSubstr("does not tell which fuse is full"));
    EXPECT_THAT(of_circuit("{name: main, limit: 35, in: main}"), HasSubstr("hangs in itself"));
    EXPECT_THAT(of_circuit("{name: main, limit_w: 4200}"), HasSubstr("name it under 'signal'"));
    EXPECT_EQ(of_circuit("{name: main, limit_w: 4200, signal: relay/on}"), "");
}

TEST(ChargingConfigReading, the_example_in_the_documentation_is_right) {
    std::ifstream file(FOX_DOCS_DIR "/charging.md");
    std::stringstream text;
    text << file.rdbuf();
    const auto all = text.str();
    const auto from = all.find("```yaml\n") + 8;
    const auto example = all.substr(from, all.find("```", from) - from);
    ASSERT_THAT(example, HasSubstr("charging:"));
    EXPECT_EQ(charging_mistakes(example), "");
}

}  // namespace
}  // namespace foxtail
