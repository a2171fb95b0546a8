#include "foxtail/connectors/vss/import.hpp"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::vss {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The specification's own export, where it lies beside the repository; empty where it does not.
std::string whole_export() {
    std::string up;
    for (int levels = 0; levels < 10; ++levels, up += "../") {
        std::ifstream file(up + "shared/data/vss/vss_6.0.json", std::ios::binary);
        if (file.good()) return {std::istreambuf_iterator<char>(file), {}};
    }
    return {};
}

std::string tree(std::string_view leaves) {
    return R"({"Vehicle":{"type":"branch","description":"","children":{)" + std::string(leaves) +
           "}}}";
}

std::string refused(std::string_view leaves) {
    const auto read = read_export(tree(leaves));
    return read ? std::string("taken") : read.error().message;
}

TEST(VssImport, a_leaf_becomes_a_signal_with_its_unit_in_ucum) {
    const auto read = read_export(tree(R"("A":{"type":"branch","children":{
          "Power":{"type":"sensor","datatype":"float","unit":"kW","min":-10,"max":22.5},
          "Mode":{"type":"actuator","datatype":"string","allowed":["ON","OFF"]},
          "Types":{"type":"attribute","datatype":"string[]","allowed":["X","Y"]},
          "Temp":{"type":"sensor","datatype":"int16","unit":"celsius","max":120.0},
          "Since":{"type":"sensor","datatype":"string","unit":"iso8601"},
          "Odd":{"type":"sensor","datatype":"uint8","unit":"furlong"}}})"));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->leaves, 6U);
    const auto power = read->signals.property("A.Power");
    EXPECT_EQ(power->unit, "kW");
    EXPECT_EQ(power->type, Type::number);
    EXPECT_EQ(power->minimum, -10);
    EXPECT_EQ(power->maximum, 22.5);
    EXPECT_EQ(read->signals.find("A.Mode")->kind, cars::SignalKind::actuator);
    EXPECT_THAT(read->signals.property("A.Mode")->allowed, ElementsAre("ON", "OFF"));
    EXPECT_EQ(read->signals.property("A.Types")->type, Type::array);
    EXPECT_TRUE(fit(*read->signals.property("A.Types"), Json{R"(["Y","X"])"}));
    EXPECT_FALSE(fit(*read->signals.property("A.Types"), Json{R"(["Y","Z"])"}));
    const auto temperature = read->signals.property("A.Temp");
    EXPECT_EQ(temperature->unit, "Cel") << "4.0 writes it small";
    EXPECT_EQ(temperature->minimum, -32768);
    EXPECT_EQ(temperature->maximum, 120) << "a float limit on an integer, as in 5.1";
    EXPECT_EQ(read->signals.find("A.Since")->unit, "");
    EXPECT_THAT(read->unknown_units, ElementsAre("furlong"));
}

TEST(VssImport, each_unit_that_vss_has_had_is_known) {
    for (const char* unit :
         {"mm",        "cm",        "m",         "km",    "inch",     "km/h",    "m/s",
          "m/s^2",     "cm/s^2",    "ml",        "l",     "cm^3",     "celsius", "fahrenheit",
          "degrees",   "degrees/s", "rad/s",     "W",     "kW",       "PS",      "kWh",
          "g",         "kg",        "lbs",       "V",     "A",        "Ah",      "ms",
          "s",         "min",       "h",         "day",   "weeks",    "months",  "years",
          "unix-time", "iso8601",   "mbar",      "Pa",    "kPa",      "psi",     "stars",
          "g/s",       "g/km",      "kWh/100km", "Wh/km", "ml/100km", "l/100km", "l/h",
          "mpg-us",    "mpg-uk",    "mpge",      "mpg",   "km/l",     "N",       "kN",
          "Nm",        "rpm",       "Hz",        "cpm",   "bpm",      "ratio",   "percent",
          "nm/km",     "dBm",       "dB",        "Ohm",   "lx"}) {
        const auto read = read_export(tree(R"("A":{"type":"sensor","datatype":"float","unit":")" +
                                           std::string(unit) + "\"}"));
        ASSERT_TRUE(read) << unit << ": " << read.error().message;
        EXPECT_THAT(read->unknown_units, IsEmpty());
    }
}

TEST(VssImport, an_overlay_adds_leaves_and_replaces_only_what_it_says) {
    auto base = read_export(
        tree(R"("Speed":{"type":"sensor","datatype":"float","unit":"km/h","max":250})"));
    ASSERT_TRUE(base);
    const auto laid =
        lay_over(*base, tree(R"("Speed":{"type":"sensor","datatype":"float","max":300},
                       "OBD":{"type":"branch","children":{"Load":{"type":"sensor","datatype":"uint8"}}})"));
    ASSERT_TRUE(laid) << laid.error().message;
    EXPECT_EQ(base->signals.find("Speed")->maximum, 300);
    EXPECT_EQ(base->signals.find("Speed")->unit, "km/h");
    EXPECT_NE(base->signals.find("OBD.Load"), nullptr);
    const auto wrong = lay_over(*base, tree(R"("New":{"type":"sensor"})"));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(base->signals.find("New"), nullptr) << "what is refused changes nothing";
}

TEST(VssImport, what_is_wrong_is_told_with_its_path_and_what_would_be_right) {
    EXPECT_THAT(refused(R"("A":{"type":"sensor","datatype":"int24"})"),
                HasSubstr("A: 'datatype' is 'int24', expected e.g. boolean"));
    EXPECT_THAT(refused(R"("A":{"type":"gauge","datatype":"int8"})"),
                HasSubstr("A: 'type' is 'gauge', expected sensor, actuator"));
    EXPECT_THAT(refused(R"("A":{"type":"sensor","datatype":"int8","min":"low"})"),
                HasSubstr("'min' must be a number"));
    EXPECT_THAT(refused(R"("A":{"type":"sensor","datatype":"int8","min":3,"max":2})"),
                HasSubstr("'min' is more than 'max'"));
    EXPECT_THAT(refused(R"("A":{"type":"sensor","datatype":"uint8","min":300})"),
                HasSubstr("more than"));
    EXPECT_THAT(refused(R"("A":{"type":"sensor","datatype":"string","allowed":["A","A"]})"),
                HasSubstr("different words"));
    EXPECT_THAT(refused(R"("A b":{"type":"sensor","datatype":"int8"})"), HasSubstr("a path has"));
    EXPECT_THAT(refused(R"("A":7)"), HasSubstr("A: must be an object"));
    EXPECT_THAT(read_export("[]").error().message, HasSubstr("one root"));
    EXPECT_THAT(read_export("{").error().message, ::testing::Not(IsEmpty()));
    std::string deep = R"({"type":"sensor","datatype":"int8"})";
    for (int i = 0; i < 30; ++i) deep = R"({"type":"branch","children":{"A":)" + deep + "}}";
    EXPECT_FALSE(read_export("{\"V\":" + deep + "}"));
}

TEST(VssImport, the_whole_of_6_0_is_read_and_every_signal_can_be_a_property) {
    const std::string text = whole_export();
    if (text.empty()) GTEST_SKIP() << "the specification's export is not there";
    const auto read = read_export(text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->leaves, 1263U);
    EXPECT_THAT(read->unknown_units, IsEmpty());
    ThingSpec car;
    car.id = car.title = "car";
    for (const cars::Signal& one : read->signals.all()) {
        car.properties = {*read->signals.property(one.path)};
        const auto good = check(car);
        EXPECT_TRUE(good) << good.error().message;
    }
    const auto again = cars::Signals::load(read->signals.save());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, read->signals);
}

TEST(VssImport, foxtails_own_catalogue_says_the_same_as_the_specification) {
    const std::string text = whole_export();
    if (text.empty()) GTEST_SKIP() << "the specification's export is not there";
    const auto read = read_export(text);
    ASSERT_TRUE(read);
    for (const cars::Signal& ours : cars::Signals::household().all()) {
        if (ours.path.starts_with("Foxtail.")) continue;
        const cars::Signal* theirs = read->signals.find(ours.path);
        ASSERT_NE(theirs, nullptr) << ours.path;
        EXPECT_EQ(ours.kind, theirs->kind) << ours.path;
        EXPECT_EQ(ours.datatype, theirs->datatype) << ours.path;
        EXPECT_EQ(ours.array, theirs->array) << ours.path;
        EXPECT_EQ(ours.unit, theirs->unit) << ours.path;
        EXPECT_EQ(ours.minimum, theirs->minimum) << ours.path;
        EXPECT_EQ(ours.maximum, theirs->maximum) << ours.path;
        EXPECT_EQ(ours.allowed, theirs->allowed) << ours.path;
    }
}

}  // namespace
}  // namespace foxtail::vss
