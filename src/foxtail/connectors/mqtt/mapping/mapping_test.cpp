#include "foxtail/connectors/mqtt/mapping/mapping.hpp"

#include "foxtail/connectors/mqtt/recording_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

cars::MappedProperty number_of(const char* name, const char* unit) {
    cars::MappedProperty out;
    out.spec.name = out.spec.title = name;
    out.spec.type = Type::number;
    out.spec.unit = unit;
    return out;
}

/// A car that speaks JSON, meters that speak plain text, one topic each.
std::vector<cars::MappedThing> two_descriptions() {
    cars::MappedThing car;
    car.id = "zoe";
    car.kind = ThingKind::vehicle;
    car.title = "Zoe";
    cars::MappedProperty soc;
    soc.spec.name = "Powertrain.TractionBattery.StateOfCharge.Displayed";
    soc.spec.max_age = hours(2);
    soc.from_catalogue = true;
    soc.topic = "zoe/state";
    soc.path = "/battery/0/level";
    soc.time_path = "/at";
    car.properties.push_back(soc);
    cars::MappedProperty range = soc;
    range.spec.name = "Powertrain.Range";
    range.path = "/range";
    range.unit = "[mi_i]";
    car.properties.push_back(range);
    cars::MappedProperty plugged;
    plugged.spec.name = plugged.spec.title = "plugged";
    plugged.spec.type = Type::boolean;
    plugged.topic = "zoe/state";
    plugged.path = "/plug~1state";
    plugged.values = {{"IN", true}, {"OUT", false}};
    car.properties.push_back(plugged);
    cars::MappedProperty limit = number_of("limit", "W");
    limit.topic = "zoe/limit";
    limit.unit = "kW";
    limit.scale = 0.1;
    limit.spec.settable = true;
    limit.command = cars::MappedCommand{"zoe/limit/set",
                                        R"({"limit":{json},"text":"{value}"})",
                                        false,
                                        {.money = 0.02, .wakes = 1}};
    car.properties.push_back(limit);
    car.budget = {.calls = 2};
    cars::MappedThing meter;
    meter.id = "meter-{1}";
    meter.title = "Meter {1}";
    cars::MappedProperty power = number_of("power", "W");
    power.topic = "meters/+/power";
    meter.properties.push_back(power);
    cars::MappedAction reset;
    reset.spec.name = reset.spec.title = "reset";
    reset.command = {"meters/{1}/reset", "now", true, {}};
    meter.actions.push_back(reset);
    return {car, meter};
}

class MappingTest : public ::testing::Test {
protected:
    MappingTest() : format(MappingOptions{.things = two_descriptions()}) { format.start(sink); }
    ~MappingTest() override {
        EXPECT_THAT(sink.wrong, IsEmpty());
        EXPECT_THAT(sink.bad, IsEmpty());
    }
    RecordingSink sink;
    Mapping format;
};

TEST_F(MappingTest, a_described_car_has_the_signals_types_and_speaks_json) {
    ASSERT_TRUE(sink.things.contains("zoe")) << "it is there before it was heard";
    const auto* soc = sink.property("zoe", "Powertrain.TractionBattery.StateOfCharge.Displayed");
    EXPECT_EQ(soc->unit, "%");
    EXPECT_EQ(soc->maximum, 100);
    EXPECT_EQ(soc->max_age, hours(2));
    sink.deliver(format, "zoe/state",
                 R"({"battery":[{"level":"71.5"}],"range":100,"plug/state":"IN",
                     "at":"2025-06-15T10:00:00Z"})");
    EXPECT_EQ(sink.value("zoe/Powertrain.TractionBattery.StateOfCharge.Displayed"), Value(71.5));
    EXPECT_EQ(sink.value("zoe/Powertrain.Range"), Value(std::int64_t{160934}));
    EXPECT_EQ(sink.value("zoe/plugged"), Value(true));
    EXPECT_EQ(sink.said.front().source_time, *parse_rfc3339("2025-06-15T10:00:00Z"));
    sink.deliver(format, "zoe/state", R"({"plug/state":"OUT"})");
    EXPECT_EQ(sink.value("zoe/plugged"), Value(false));
    EXPECT_THAT(sink.refused, IsEmpty()) << "a message may leave things out";
}

TEST_F(MappingTest, a_described_car_that_tells_its_position_says_whether_it_is_at_home) {
    auto described = two_descriptions();
    for (const auto* name : {"Latitude", "Longitude"}) {
        cars::MappedProperty degrees;
        degrees.spec.name = std::string("CurrentLocation.") + name;
        degrees.from_catalogue = true;
        degrees.topic = std::string("zoe/") + name;
        described[0].properties.push_back(degrees);
    }
    RecordingSink heard;
    Mapping cars(MappingOptions{.things = described, .home = cars::HomePlace{48.1, 11.5}});
    cars.start(heard);
    heard.deliver(cars, "zoe/Latitude", "48.1");
    heard.deliver(cars, "zoe/Longitude", "11.5");
    EXPECT_EQ(heard.value("zoe/Foxtail.Home"), Value(true));
    heard.deliver(cars, "zoe/Longitude", "11.6");
    EXPECT_EQ(heard.value("zoe/Foxtail.Home"), Value(false));
    // Who says so itself is believed.
    cars::MappedProperty home;
    home.spec.name = "Foxtail.Home";
    home.from_catalogue = true;
    home.topic = "zoe/home";
    described[0].properties.push_back(home);
    RecordingSink told;
    Mapping tells(MappingOptions{.things = described, .home = cars::HomePlace{48.1, 11.5}});
    tells.start(told);
    told.deliver(tells, "zoe/home", "true");
    told.deliver(tells, "zoe/Latitude", "50");
    told.deliver(tells, "zoe/Longitude", "11.5");
    EXPECT_EQ(told.value("zoe/Foxtail.Home"), Value(true));
}

TEST_F(MappingTest, what_does_not_fit_is_refused_with_the_propertys_name) {
    sink.deliver(format, "zoe/state", R"({"battery":[{"level":120}]})");
    sink.deliver(format, "zoe/state", R"({"plug/state":"HALF"})");
    sink.deliver(format, "zoe/state", "{");
    sink.deliver(format, "zoe/limit", "much");
    ASSERT_GE(sink.refused.size(), 4U);
    EXPECT_THAT(sink.refused[0].reason, HasSubstr("StateOfCharge.Displayed"));
    EXPECT_THAT(sink.refused[1].reason, HasSubstr("plugged: 'HALF' is neither true nor false"));
}

TEST_F(MappingTest, each_text_at_a_wildcard_is_a_thing_of_its_own_and_commands_find_it) {
    sink.deliver(format, "meters/attic/power", "12.5");
    sink.deliver(format, "meters/cellar/power", "99");
    EXPECT_EQ(sink.value("meter-attic/power"), Value(12.5));
    EXPECT_EQ(sink.value("meter-cellar/power"), Value(99.0));
    EXPECT_EQ(sink.things.at("meter-attic").title, "Meter attic");
    const auto sent = format.encode({"meter-cellar", "", "reset", {}, Null{}});
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->front().topic, "meters/cellar/reset");
    EXPECT_EQ(sent->front().payload, "now");
    EXPECT_TRUE(sent->front().retain);
}

TEST_F(MappingTest, a_wish_goes_out_in_the_devices_own_unit_within_the_budget) {
    sink.deliver(format, "zoe/limit", "37");
    EXPECT_EQ(sink.value("zoe/limit"), Value(3700.0)) << "tenths of a kilowatt";
    const Order order{"zoe", "limit", "", {}, 7400.0, 5, sink.now};
    const auto sent = format.encode(order);
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->front().payload, R"({"limit":74,"text":"74"})");
    ASSERT_TRUE(format.encode(order));
    const auto third = format.encode(order);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, Code::exhausted);
    EXPECT_EQ(sink.value("zoe/Foxtail.Budget.CallsLeft"), Value(std::int64_t{0}));
    EXPECT_EQ(std::get<Json>(sink.events.at(0).detail).text, R"({"for":"limit","command":5})");
}

TEST_F(MappingTest, a_value_that_looks_like_a_template_is_only_a_value) {
    cars::MappedThing sign;
    sign.id = "sign";
    cars::MappedProperty text;
    text.spec.name = text.spec.title = "text";
    text.spec.settable = true;
    text.spec.readable = false;
    text.command = cars::MappedCommand{"sign/set", "{value}|{json}", false, {}};
    sign.properties.push_back(text);
    Mapping other(MappingOptions{.things = {sign}});
    RecordingSink heard;
    other.start(heard);
    const auto sent = other.encode({"sign", "text", "", {}, "{json}\"{1}"});
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->front().payload, R"({json}"{1}|"{json}\"{1}")");
}

TEST(MappingPointer, leads_where_rfc_6901_says) {
    const auto json = parse_json(R"({"a/b":{"m~n":[1,{"":2}]}})");
    ASSERT_TRUE(json);
    EXPECT_EQ(find_at(*json, ""), &*json);
    ASSERT_NE(find_at(*json, "/a~1b/m~0n/1/"), nullptr);
    EXPECT_EQ(to_value(*find_at(*json, "/a~1b/m~0n/1/")), Value(std::int64_t{2}));
    for (const auto* nowhere : {"/x", "a", "/a~1b/m~0n/2", "/a~1b/m~0n/-1", "/a~1b/m~0n/0/0"})
        EXPECT_EQ(find_at(*json, nowhere), nullptr) << nowhere;
}

}  // namespace
}  // namespace foxtail::mqtt
