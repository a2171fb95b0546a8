#include "foxtail/connectors/mqtt/zigbee2mqtt/zigbee2mqtt.hpp"

#include "foxtail/connectors/mqtt/recording_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string device(std::string_view ieee, std::string_view name, std::string_view exposes,
                   std::string_view more = "", std::string_view description = "A device") {
    return R"({"ieee_address":")" + std::string(ieee) + R"(","type":"Router","friendly_name":")" +
           std::string(name) +
           R"(","disabled":false,"supported":true,"definition":{"model":"M1",)" +
           R"("vendor":"Acme","description":")" + std::string(description) +
           R"(","supports_ota":false,"exposes":[)" + std::string(exposes) + "]}" +
           std::string(more) + "}";
}

constexpr std::string_view lamp_exposes = R"(
  {"type":"light","features":[
    {"type":"binary","name":"state","label":"State","property":"state","access":7,
     "value_on":"ON","value_off":"OFF","value_toggle":"TOGGLE"},
    {"type":"numeric","name":"brightness","label":"Brightness","property":"brightness","access":7,
     "value_min":0,"value_max":254},
    {"type":"numeric","name":"color_temp","label":"Color temp","property":"color_temp","access":7,
     "unit":"mired","value_min":150,"value_max":500,
     "presets":[{"name":"cool","value":160,"description":""},{"name":"warm","value":454,"description":""}]},
    {"type":"composite","name":"color_xy","label":"Color XY",
                           "property" : "color",
                           "access" : 7,
                           "features"
    : [
        {"type" : "numeric", "name" : "x", "label" : "X", "property" : "x", "access" : 7},
        {"type" : "numeric", "name" : "y", "label" : "Y", "property" : "y", "access" : 7}
    ]
},
    {"type":"composite","name":"color_hs","label":"Color HS","property":"color","access":7,"features":[
      {"type":"numeric","name":"hue","label":"Hue","property":"hue","access":7},
      {"type":"numeric","name":"saturation","label":"Saturation","property":"saturation","access":7}]}]
},
  {"type":"enum","name":"effect","label":"Effect","property":"effect","access":2,"values":["blink","okay"]},
  {"type":"numeric","name":"linkquality","label":"Linkquality","property":"linkquality","access":1,
   "category":"diagnostic","unit":"lqi","value_min":0,"value_max":255})";

class Zigbee2MqttTest : public ::testing::Test {
protected:
    Zigbee2MqttTest() { format.start(sink); }
    ~Zigbee2MqttTest() override { EXPECT_THAT(sink.wrong, IsEmpty()); }

    void devices(const std::vector<std::string>& list) {
        std::string message =
            R"([{"ieee_address":"0x00","type":"Coordinator","friendly_name":"Coordinator"})";
        for (const std::string& one : list) message += "," + one;
        ASSERT_TRUE(sink.deliver(format, "zigbee2mqtt/bridge/devices", message + "]", true));
    }
    void hear(std::string_view topic, std::string_view payload, bool retained = false) {
        EXPECT_TRUE(sink.deliver(format, topic, payload, retained)) << topic;
    }
    std::string set(std::string_view thing, std::string_view property, Value value) {
        auto sent = format.encode({thing, property, {}, {}, std::move(value)});
        if (!sent) return sent.error().message;
        return sent->at(0).topic + " " + sent->at(0).payload;
    }
    std::string run(std::string_view thing, std::string_view action, Value input = {}) {
        auto sent = format.encode({thing, {}, action, {}, std::move(input)});
        if (!sent) return sent.error().message;
        return sent->at(0).topic + " " + sent->at(0).payload;
    }

    RecordingSink sink;
    Zigbee2Mqtt format;
};

TEST_F(Zigbee2MqttTest, ALampBecomesAThingWithTypedProperties) {
    devices({device("0x0a", "hall lamp", lamp_exposes)});
    ASSERT_TRUE(sink.things.contains("hall_lamp"));
    const ThingSpec& spec = sink.things.at("hall_lamp");
    EXPECT_EQ(spec.title, "hall lamp");
    EXPECT_EQ(spec.maker, "Acme");
    const PropertySpec* state = sink.property("hall_lamp", "state");
    ASSERT_NE(state, nullptr);
    EXPECT_EQ(state->type, Type::boolean);
    EXPECT_TRUE(state->settable);
    const PropertySpec* brightness = sink.property("hall_lamp", "brightness");
    ASSERT_NE(brightness, nullptr);
    EXPECT_EQ(brightness->type, Type::number);
    EXPECT_EQ(brightness->maximum, 254);
    EXPECT_NE(sink.property("hall_lamp", "color.x"), nullptr);
    EXPECT_NE(sink.property("hall_lamp", "color.hue"), nullptr);
    const PropertySpec* effect = sink.property("hall_lamp", "effect");
    ASSERT_NE(effect, nullptr);
    EXPECT_FALSE(effect->readable);
    EXPECT_TRUE(effect->settable);
    EXPECT_THAT(effect->allowed, ElementsAre("blink", "okay"));
    EXPECT_EQ(sink.property("hall_lamp", "linkquality")->category, Category::diagnostic);
    EXPECT_TRUE(format.owns("hall_lamp"));
    EXPECT_FALSE(format.owns("hall"));
}

TEST_F(Zigbee2MqttTest, AStateMessageBecomesReadingsOfWhatItHolds) {
    devices({device("0x0a", "lamp", lamp_exposes)});
    hear("zigbee2mqtt/lamp",
         R"({"state":"ON","brightness":128,"color":{"x":0.3,"y":0.4,"hue":null},"effect":null,)"
         R"("color_temp":null,"linkquality":90,"strange":1})");
    hear("zigbee2mqtt/lamp", R"({"strange":2})");
    EXPECT_EQ(sink.value("lamp/state"), Value(true));
    EXPECT_EQ(sink.value("lamp/brightness"), Value(128.0));
    EXPECT_EQ(sink.value("lamp/color.x"), Value(0.3));
    EXPECT_EQ(sink.value("lamp/color.y"), Value(0.4));
    EXPECT_EQ(sink.value("lamp/color_temp"), std::nullopt);
    EXPECT_EQ(sink.value("lamp/color.hue"), std::nullopt);
    EXPECT_EQ(format.refusals().unknown_keys, 1u);
    EXPECT_THAT(sink.bad, IsEmpty());
}

TEST_F(Zigbee2MqttTest, KeysThatNoExposeNamesAreToldOnceWithTheirValues) {
    devices({device("0x0a", "lamp", lamp_exposes),
             device("0x0b", "knob", R"({"type":"enum","name":"action","label":"Action",
        "property":"action","access":1,"values":["turn"]})")});
    // What Zigbee2MQTT adds by itself, and what is unknown to the device too.
    hear("zigbee2mqtt/lamp",
         R"({"linkquality":90,"last_seen":"2025-06-15T10:00:00Z","elapsed":5,"color_mode":"xy",
             "update_available":false,"update":{"state":"idle"},"device":{"model":"M1"},"odd":null})");
    hear("zigbee2mqtt/knob", R"({"action":"turn","action_angle":12})");
    EXPECT_THAT(sink.refused, IsEmpty());
    hear("zigbee2mqtt/lamp", R"({"strange":1,"state":"ON","color":{"x":0.3,"z":0.5}})");
    ASSERT_THAT(sink.refused, SizeIs(1));
    EXPECT_EQ(sink.refused[0].topic, "zigbee2mqtt/lamp");
    EXPECT_EQ(sink.refused[0].sample, R"({"strange":1,"z":0.5})");
    EXPECT_THAT(sink.refused[0].reason, HasSubstr("no expose names"));
    EXPECT_EQ(sink.value("lamp/state"), Value(true)) << "the rest is taken";
    hear("zigbee2mqtt/lamp", R"({"strange":2})");
    EXPECT_THAT(sink.refused, SizeIs(1)) << "it says that with every message";
    hear("zigbee2mqtt/lamp", R"({"strange":3,"action_angle":4})");
    ASSERT_THAT(sink.refused, SizeIs(2)) << "a lamp turns nothing";
    EXPECT_EQ(sink.refused[1].sample, R"({"action_angle":4})");
}

TEST_F(Zigbee2MqttTest, AMessageOfADeviceThatNoListNamesIsShown) {
    hear("zigbee2mqtt/lamp", R"({"state":"ON"})");
    ASSERT_THAT(sink.refused, SizeIs(1));
    EXPECT_THAT(sink.refused[0].reason, HasSubstr("has not come yet"));
    devices({device("0x0a", "lamp", lamp_exposes), device("0x0b", "up/lamp", lamp_exposes)});
    hear("zigbee2mqtt/lamp", R"({"state":"ON"})");
    hear("zigbee2mqtt/up/lamp", R"({"state":"ON"})");
    hear("zigbee2mqtt/lamp/state", "ON");  // Zigbee2MQTT's output by attribute
    hear("zigbee2mqtt/lamp/set", R"({"state":"ON"})");
    hear("zigbee2mqtt/bridge/logging", R"({"level":"info"})");
    hear("zigbee2mqtt/ghost/availability", "online");
    hear("zigbee2mqtt/ghost/set/state", "ON");
    hear("zigbee2mqtt/ghost/get", "");
    hear("zigbee2mqtt/ghost", R"({"state":"ON"})", true);  // left over from a device long gone
    hear("zigbee2mqtt/ghost", "");
    EXPECT_THAT(sink.refused, SizeIs(1));
    hear("zigbee2mqtt/ghost", R"({"state":"ON"})");
    hear("zigbee2mqtt/up/ghost", R"({"state":"ON"})");
    ASSERT_THAT(sink.refused, SizeIs(3));
    EXPECT_EQ(sink.refused[1].topic, "zigbee2mqtt/ghost");
    EXPECT_EQ(sink.refused[1].sample, R"({"state":"ON"})");
    EXPECT_THAT(sink.refused[1].reason, HasSubstr("zigbee2mqtt/bridge/devices"));
    EXPECT_FALSE(sink.things.contains("ghost"));
}

TEST_F(Zigbee2MqttTest, DevicesThatSwapTheirNamesStayKnown) {
    devices({device("0x0a", "a", lamp_exposes), device("0x0b", "b", lamp_exposes)});
    devices({device("0x0a", "b", lamp_exposes), device("0x0b", "a", lamp_exposes)});
    hear("zigbee2mqtt/a", R"({"brightness":1})");
    hear("zigbee2mqtt/b", R"({"brightness":2})");
    EXPECT_EQ(sink.value("a/brightness"), Value(2.0)) << "the thing keeps its id";
    EXPECT_EQ(sink.value("b/brightness"), Value(1.0));
    EXPECT_THAT(sink.refused, IsEmpty());
    devices({device("0x0b", "a", lamp_exposes)});
    hear("zigbee2mqtt/b", R"({"brightness":3})");
    EXPECT_THAT(sink.refused, SizeIs(1));
}

TEST_F(Zigbee2MqttTest, NullIsSaidOnlyWhereSomethingWasKnown) {
    devices({device("0x0a", "lamp", lamp_exposes)});
    hear("zigbee2mqtt/lamp", R"({"brightness":10,"color":{"x":0.1,"y":0.2}})");
    hear("zigbee2mqtt/lamp", R"({"brightness":null,"color":null,"state":null})");
    EXPECT_EQ(sink.value("lamp/brightness"), Value(Null{}));
    EXPECT_EQ(sink.value("lamp/color.x"), Value(Null{}));
    EXPECT_EQ(sink.value("lamp/state"), std::nullopt);
}

TEST_F(Zigbee2MqttTest, ValuesOfTheWrongTypeAreRefusedAndTheRestIsTaken) {
    devices({device("0x0a", "lamp", lamp_exposes)});
    hear("zigbee2mqtt/lamp", R"({"state":true,"brightness":{"a":1},"color":5,"linkquality":"77"})");
    EXPECT_EQ(sink.value("lamp/state"), std::nullopt);
    EXPECT_EQ(sink.value("lamp/linkquality"), Value(77.0));
    EXPECT_THAT(sink.refused, SizeIs(3));
    EXPECT_THAT(sink.misfits, ElementsAre("lamp/state", "lamp/brightness"));
    hear("zigbee2mqtt/lamp", "not json");
    hear("zigbee2mqtt/lamp", "[1]");
    EXPECT_THAT(sink.refused, SizeIs(5));
    hear("zigbee2mqtt/lamp", R"({"brightness":1e999})");
    EXPECT_EQ(sink.value("lamp/brightness"), std::nullopt);
}

TEST_F(Zigbee2MqttTest, SettingsAreWrittenAsTheDeviceSpellsThem) {
    devices({device("0x0a", "lamp", lamp_exposes)});
    EXPECT_EQ(set("lamp", "state", true), R"(zigbee2mqtt/lamp/set {"state":"ON"})");
    EXPECT_EQ(set("lamp", "state", false), R"(zigbee2mqtt/lamp/set {"state":"OFF"})");
    EXPECT_EQ(set("lamp", "brightness", 128.0), R"(zigbee2mqtt/lamp/set {"brightness":128})");
    EXPECT_EQ(set("lamp", "effect", std::string("okay")),
              R"(zigbee2mqtt/lamp/set {"effect":"okay"})");
    EXPECT_EQ(run("lamp", "color_temp_preset", std::string("warm")),
              R"(zigbee2mqtt/lamp/set {"color_temp":454})");
    EXPECT_THAT(run("lamp", "color_temp_preset", std::string("hot")), HasSubstr("cannot take"));
    EXPECT_EQ(run("lamp", "refresh"),
              R"(zigbee2mqtt/lamp/get {"brightness":"","color":"","color_temp":"","state":""})");
    EXPECT_EQ(format.encode({"lamp", "linkquality", {}, {}, 1.0}).error().code, Code::not_found);
    EXPECT_EQ(format.encode({"lamp", "state", {}, {}, std::int64_t{1}}).error().code,
              Code::invalid_input);
    EXPECT_EQ(format.encode({"none", "state", {}, {}, true}).error().code, Code::not_found);
}

TEST_F(Zigbee2MqttTest, OneLeafOfAColourIsSetTogetherWithTheOther) {
    devices({device("0x0a", "lamp", lamp_exposes)});
    EXPECT_EQ(set("lamp", "color.x", 0.5), R"(zigbee2mqtt/lamp/set {"color":{"x":0.5}})");
    hear("zigbee2mqtt/lamp", R"({"color":{"x":0.1,"y":0.2}})");
    EXPECT_EQ(set("lamp", "color.x", 0.7), R"(zigbee2mqtt/lamp/set {"color":{"x":0.7,"y":0.2}})");
    // The second wish must not take the first one back.
    EXPECT_EQ(set("lamp", "color.y", 0.3), R"(zigbee2mqtt/lamp/set {"color":{"y":0.3,"x":0.7}})");
    EXPECT_EQ(run("lamp", "set_color", Json{R"({"x":0.4,"y":0.1})"}),
              R"(zigbee2mqtt/lamp/set {"color":{"x":0.4,"y":0.1}})");
}

TEST_F(Zigbee2MqttTest, CompositesNestToAnyDepth) {
    devices({device("0x0a", "valve", R"(
      {"type":"composite","name":"plan","label":"Plan","property":"plan","access":3,"features":[
        {"type":"binary","name":"on","label":"On","property":"on","access":3,"value_on":true,"value_off":false},
        {"type":"composite","name":"days","label":"Days","property":"days","access":3,"features":[
          {"type":"binary","name":"mon","label":"Mon","property":"mon","access":3,"value_on":1,"value_off":0},
          {"type":"binary","name":"tue","label":"Tue","property":"tue","access":3,"value_on":1,"value_off":0}]}]},
      {"type":"list","name":"slots","label":"Slots","property":"slots","access":3,
       "item_type":{"type":"text","name":"slot"}})")});
    hear("zigbee2mqtt/valve", R"({"plan":{"on":true,"days":{"mon":1,"tue":0}},"slots":["a",2]})");
    EXPECT_EQ(sink.value("valve/plan.on"), Value(true));
    EXPECT_EQ(sink.value("valve/plan.days.mon"), Value(true));
    EXPECT_EQ(sink.value("valve/plan.days.tue"), Value(false));
    EXPECT_EQ(sink.value("valve/slots"), Value(Json{R"(["a",2])"}));
    EXPECT_EQ(set("valve", "plan.days.tue", true),
              R"(zigbee2mqtt/valve/set {"plan":{"days":{"tue":1,"mon":1}}})");
    EXPECT_EQ(set("valve", "slots", Json{R"(["b"])"}), R"(zigbee2mqtt/valve/set {"slots":["b"]})");
}

struct BinaryCase {
    const char* on;
    const char* off;
    const char* said;
    std::optional<bool> expected;
};
class Zigbee2MqttBinary : public Zigbee2MqttTest,
                          public ::testing::WithParamInterface<BinaryCase> {};

TEST_P(Zigbee2MqttBinary, IsComparedWithItsTypedValues) {
    const BinaryCase& c = GetParam();
    devices({device("0x0a", "d",
                    std::string(R"({"type":"binary","name":"b","label":"B","property":"b",)") +
                        R"("access":3,"value_on":)" + c.on + R"(,"value_off":)" + c.off + "}")});
    hear("zigbee2mqtt/d", std::string(R"({"b":)") + c.said + "}");
    const auto value = sink.value("d/b");
    if (c.expected) {
        EXPECT_EQ(value, Value(*c.expected));
        EXPECT_EQ(set("d", "b", *c.expected),
                  std::string(R"(zigbee2mqtt/d/set {"b":)") + c.said + "}");
    } else {
        EXPECT_EQ(value, std::nullopt);
        EXPECT_THAT(sink.refused, SizeIs(1));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Zigbee2MqttBinary,
    ::testing::Values(BinaryCase{R"("ON")", R"("OFF")", R"("ON")", true},
                      BinaryCase{R"("ON")", R"("OFF")", "true", std::nullopt},
                      BinaryCase{"true", "false", "false", false},
                      BinaryCase{"true", "false", R"("true")", std::nullopt},
                      BinaryCase{"false", "true", "false", true},
                      BinaryCase{"false", "true", "true", false}, BinaryCase{"1", "0", "1", true},
                      BinaryCase{"1", "0", "true", std::nullopt},
                      BinaryCase{R"("LOCK")", R"("UNLOCK")", R"("UNLOCK")", false},
                      BinaryCase{R"("LOCK")", R"("UNLOCK")", R"("JAM")", std::nullopt}));

TEST_F(Zigbee2MqttTest, AnInvertedContactSaysSoInItsTitle) {
    devices({device("0x0a", "door",
                    R"({"type":"binary","name":"contact","label":"Contact","property":"contact",
        "access":1,"value_on":false,"value_off":true})")});
    EXPECT_EQ(sink.property("door", "contact")->title, "Contact open");
    hear("zigbee2mqtt/door", R"({"contact":false})");
    EXPECT_EQ(sink.value("door/contact"), Value(true));
}

TEST_F(Zigbee2MqttTest, EnumsMayHoldNumbers) {
    devices({device("0x0a", "d",
                    R"({"type":"enum","name":"mode","label":"Mode","property":"mode","access":3,
        "values":[0,1,"auto"]})")});
    EXPECT_THAT(sink.property("d", "mode")->allowed, ElementsAre("0", "1", "auto"));
    hear("zigbee2mqtt/d", R"({"mode":1})");
    EXPECT_EQ(sink.value("d/mode"), Value(std::string("1")));
    EXPECT_EQ(set("d", "mode", std::string("0")), R"(zigbee2mqtt/d/set {"mode":0})");
    EXPECT_EQ(set("d", "mode", std::string("auto")), R"(zigbee2mqtt/d/set {"mode":"auto"})");
    hear("zigbee2mqtt/d", R"({"mode":"turbo"})");  // said, and judged by the household
    EXPECT_THAT(sink.bad, SizeIs(1));
}

TEST_F(Zigbee2MqttTest, ActionsAreEventsAndNeverState) {
    devices({device("0x0a", "button",
                    R"({"type":"enum","name":"action","label":"Action","property":"action",
        "access":1,"values":["single","double"]})"),
             device("0x0b", "cube",
                    R"({"type":"enum","name":"action","label":"Action","property":"action",
        "access":1,"values":["recall_*","slide"]})")});
    EXPECT_EQ(sink.property("button", "action"), nullptr);
    ASSERT_THAT(sink.things.at("button").events, SizeIs(1));
    EXPECT_THAT(sink.things.at("button").events[0].kinds, ElementsAre("single", "double"));
    EXPECT_THAT(sink.things.at("cube").events[0].kinds, IsEmpty());
    hear("zigbee2mqtt/button", R"({"action":"single"})");
    hear("zigbee2mqtt/button", R"({"action":""})");
    hear("zigbee2mqtt/button", R"({"action":null})");
    hear("zigbee2mqtt/button", R"({"action":"double"})", true);  // retained: not a press
    ASSERT_THAT(sink.events, SizeIs(1));
    EXPECT_EQ(sink.events[0].name, "action");
    EXPECT_EQ(sink.events[0].detail, Value(std::string("single")));
}

TEST_F(Zigbee2MqttTest, UnitsAreNormalisedAndPseudoUnitsStandInTheTitle) {
    devices({device("0x0a", "s", R"(
      {"type":"numeric","name":"temperature","label":"Temperature","property":"temperature","access":1,"unit":"  C"},
      {"type":"numeric","name":"gain","label":"Gain","property":"gain","access":1,"unit":"raw unit"})")});
    EXPECT_EQ(sink.property("s", "temperature")->unit, "Cel");
    EXPECT_EQ(sink.property("s", "gain")->unit, "");
    EXPECT_EQ(sink.property("s", "gain")->title, "Gain (raw unit)");
    EXPECT_EQ(format.refusals().pseudo_units.at("raw unit"), 1u);
    ASSERT_THAT(sink.refused, SizeIs(1));
    EXPECT_EQ(sink.refused[0].sample, "s raw unit");
    EXPECT_THAT(sink.refused[0].reason, HasSubstr("no unit that is known"));
}

TEST_F(Zigbee2MqttTest, WhatCannotBeMappedIsInTheListWithItsReason) {
    devices({device("0x0a", "odd", R"(
      {"type":"numeric","name":"a","label":"A","property":"a","access":0},
      {"type":"hologram","name":"b","label":"B","property":"b","access":1},
      {"type":"enum","name":"c","label":"C","property":"c","access":1,"values":[]},
      {"type":"binary","name":"d","label":"D","property":"d","access":1,"value_on":"X"},
      {"type":"binary","name":"e","label":"E","property":"e","access":1,"value_on":1,"value_off":1},
      {"type":"light"}, 7,
      {"type":"numeric","name":"good","label":"Good","property":"good","access":1},
      {"type":"text","name":"good","label":"Good","property":"good","access":1})")});
    EXPECT_NE(sink.property("odd", "good"), nullptr);
    EXPECT_EQ(format.refusals().total, 8u);
    EXPECT_EQ(format.refusals().list[0].path, "a");
    EXPECT_THAT(format.refusals().list[0].reason, HasSubstr("access 0"));
    EXPECT_THAT(sink.refused, SizeIs(8));
}

TEST_F(Zigbee2MqttTest, WhatWasNotTakenAsNewsAfterARestartIsSaidAgain) {
    sink.from_before_a_restart = true;
    devices({device("0x0a", "lamp", lamp_exposes)});
    hear("zigbee2mqtt/lamp/availability", "online", true);
    EXPECT_EQ(sink.value("lamp/available"), std::nullopt);
    sink.from_before_a_restart = false;
    hear("zigbee2mqtt/bridge/state", "online");
    EXPECT_EQ(sink.value("lamp/available"), Value(true));
}

TEST_F(Zigbee2MqttTest, AvailabilityCombinesBridgeAndDevice) {
    devices({device("0x0a", "lamp", lamp_exposes), device("0x0b", "other", lamp_exposes)});
    EXPECT_EQ(sink.value("lamp/available"), std::nullopt);
    hear("zigbee2mqtt/bridge/state", R"({"state":"online"})", true);
    EXPECT_EQ(sink.value("lamp/available"), Value(true));
    hear("zigbee2mqtt/lamp/availability", R"({"state":"offline"})", true);
    EXPECT_EQ(sink.value("lamp/available"), Value(false));
    EXPECT_EQ(sink.value("other/available"), Value(true));
    hear("zigbee2mqtt/lamp/availability", "online");
    EXPECT_EQ(sink.value("lamp/available"), Value(true));
    hear("zigbee2mqtt/bridge/state", "offline");
    EXPECT_EQ(sink.value("lamp/available"), Value(false));
    EXPECT_EQ(sink.value("other/available"), Value(false));
    EXPECT_EQ(format.encode({"lamp", "state", {}, {}, true}).error().code, Code::unavailable);
    hear("zigbee2mqtt/bridge/state", "online");
    EXPECT_EQ(sink.value("lamp/available"), Value(true));
    hear("zigbee2mqtt/lamp/availability", "perhaps");
    EXPECT_THAT(sink.refused, SizeIs(1));
}

TEST_F(Zigbee2MqttTest, ARenamedDeviceStaysTheSameThingAndMovesItsTopics) {
    devices({device("0x0a", "lamp", lamp_exposes)});
    devices({device("0x0a", "wohnzimmer/Lämpchen", lamp_exposes)});
    EXPECT_EQ(sink.things.at("lamp").title, "wohnzimmer/Lämpchen");
    EXPECT_EQ(sink.things.at("lamp").place, "wohnzimmer");
    EXPECT_THAT(sink.gone_things, IsEmpty());
    EXPECT_FALSE(sink.listening.contains("zigbee2mqtt/lamp"));
    hear("zigbee2mqtt/wohnzimmer/Lämpchen", R"({"state":"ON"})");
    EXPECT_EQ(sink.value("lamp/state"), Value(true));
    EXPECT_EQ(set("lamp", "state", true), R"(zigbee2mqtt/wohnzimmer/Lämpchen/set {"state":"ON"})");
    // Kept by who starts the format again: the id outlives a restart.
    Zigbee2MqttOptions options;
    options.known_ids = format.ids();
    Zigbee2Mqtt again(std::move(options));
    RecordingSink other;
    again.start(other);
    other.deliver(again, "zigbee2mqtt/bridge/devices",
                  "[" + device("0x0a", "wohnzimmer/Lämpchen", lamp_exposes) + "]");
    EXPECT_TRUE(other.things.contains("lamp"));
}

TEST_F(Zigbee2MqttTest, ADeviceThatLeftTheListIsGone) {
    devices({device("0x0a", "lamp", lamp_exposes), device("0x0b", "b", lamp_exposes)});
    devices({device("0x0b", "b", lamp_exposes)});
    EXPECT_THAT(sink.gone_things, ElementsAre("lamp"));
    EXPECT_FALSE(format.owns("lamp"));
    EXPECT_FALSE(sink.listening.contains("zigbee2mqtt/lamp"));
    const std::size_t tellings = sink.tellings;
    devices({device("0x0b", "b", lamp_exposes)});
    EXPECT_EQ(sink.tellings, tellings) << "an unchanged device is not told again";
    hear("zigbee2mqtt/bridge/devices", "[{");
    hear("zigbee2mqtt/bridge/devices", "");
    EXPECT_TRUE(format.owns("b")) << "a broken list takes nothing away";
}

TEST_F(Zigbee2MqttTest, NamesThatFoldToOneGetTheirAddressBehindThem) {
    devices({device("0x0b", "Lamp 1", lamp_exposes), device("0x0a", "Lamp/1", lamp_exposes),
             device("0x00124b0012345678", "0x00124b0012345678", lamp_exposes)});
    EXPECT_EQ(sink.things.at("Lamp_1").title, "Lamp/1") << "the lower address has the plain name";
    EXPECT_EQ(sink.things.at("Lamp_1-0b").title, "Lamp 1");
    EXPECT_TRUE(sink.things.contains("0x00124b0012345678"));
}

TEST_F(Zigbee2MqttTest, ANameThatCannotStandInATopicIsRefusedAndTheRestTaken) {
    devices({device("0x0a", "a/#", lamp_exposes), device("0x0b", "b+", lamp_exposes),
             R"({"type":"Router","friendly_name":"no address"})",
             device("0x0c", "c", lamp_exposes)});
    EXPECT_THAT(sink.things, SizeIs(1));
    EXPECT_THAT(sink.refused, SizeIs(3));
}

TEST_F(Zigbee2MqttTest, LocksAndGarageDoorsAreCritical) {
    constexpr std::string_view cover = R"({"type":"cover","features":[
        {"type":"enum","name":"state","label":"State","property":"state","access":7,"values":["OPEN","CLOSE","STOP"]}]})";
    devices({device("0x0a", "door", R"({"type":"lock","features":[
        {"type":"binary","name":"state","label":"State","property":"state","access":7,"value_on":"LOCK","value_off":"UNLOCK"}]})"),
             device("0x0b", "blind", cover),
             device("0x0c", "gd", cover, "", "Garage door opener")});
    EXPECT_EQ(sink.property("door", "state")->sensitivity, Sensitivity::critical);
    EXPECT_EQ(sink.property("door", "state")->title, "Locked") << "not: on";
    EXPECT_EQ(sink.property("blind", "state")->sensitivity, Sensitivity::home);
    EXPECT_EQ(sink.property("gd", "state")->sensitivity, Sensitivity::critical);
}

TEST_F(Zigbee2MqttTest, AGroupOffersWhatItsMembersShare) {
    constexpr std::string_view plug = R"({"type":"switch","features":[
      {"type":"binary","name":"state","label":"State","property":"state","access":7,"value_on":"ON","value_off":"OFF"}]})";
    hear("zigbee2mqtt/bridge/groups",
         R"([{"id":3,"friendly_name":"all","scenes":[{"id":2,"name":"evening"}],
              "members":[{"ieee_address":"0x0a","endpoint":1},{"ieee_address":"0x0b","endpoint":1}]}])");
    devices({device("0x0a", "lamp", lamp_exposes), device("0x0b", "plug", plug)});
    EXPECT_NE(sink.property("all", "state"), nullptr);
    EXPECT_EQ(sink.property("all", "brightness"), nullptr);
    hear("zigbee2mqtt/all", R"({"state":"OFF"})");
    EXPECT_EQ(sink.value("all/state"), Value(false));
    EXPECT_EQ(set("all", "state", true), R"(zigbee2mqtt/all/set {"state":"ON"})");
    EXPECT_EQ(run("all", "recall_scene", std::string("evening")),
              R"(zigbee2mqtt/all/set {"scene_recall":2})");
    hear("zigbee2mqtt/bridge/groups", "[]");
    EXPECT_THAT(sink.gone_things, ElementsAre("all"));
}

TEST_F(Zigbee2MqttTest, AKeyExposedTwiceIsOnePropertyThatCanBoth) {
    devices({device("0x0a", "t", R"({"type":"climate","features":[
        {"type":"enum","name":"system_mode","label":"Mode","property":"system_mode","access":1,"values":["off"]}]},
        {"type":"enum","name":"system_mode","label":"Mode","property":"system_mode","access":3,"values":["off","heat"]})")});
    EXPECT_TRUE(sink.property("t", "system_mode")->settable);
    EXPECT_THAT(sink.property("t", "system_mode")->allowed, ElementsAre("off", "heat"));
    EXPECT_EQ(format.refusals().total, 0u);
}

TEST_F(Zigbee2MqttTest, ARetainedStateCarriesTheTimeTheDeviceWasHeard) {
    devices({device("0x0a", "lamp", lamp_exposes)});
    hear("zigbee2mqtt/lamp", R"({"brightness":1,"last_seen":"2025-06-15T10:00:00Z"})", true);
    EXPECT_EQ(sink.said.back().source_time, parse_rfc3339("2025-06-15T10:00:00Z").value());
    hear("zigbee2mqtt/lamp", R"({"brightness":2,"last_seen":1749999999000})", true);
    EXPECT_EQ(sink.said.back().source_time.us, 1'749'999'999'000'000);
    hear("zigbee2mqtt/lamp", R"({"brightness":3,"last_seen":"2025-06-15T10:00:00Z"})");
    EXPECT_FALSE(sink.said.back().source_time.known());
}

TEST_F(Zigbee2MqttTest, FirmwareUpdatesAreShownAndCanBeInstalled) {
    std::string entry = device("0x0a", "lamp", lamp_exposes);
    const std::string off = R"("supports_ota":false)";
    entry.replace(entry.find(off), off.size(), R"("supports_ota":true)");
    devices({entry});
    hear(
        "zigbee2mqtt/lamp",
        R"({"update":{"state":"available","installed_version":17,"latest_version":18,"progress":12.5}})");
    EXPECT_EQ(sink.value("lamp/update.state"), Value(std::string("available")));
    EXPECT_EQ(sink.value("lamp/update.installed_version"), Value(std::string("17")));
    EXPECT_EQ(sink.value("lamp/update.progress"), Value(12.5));
    EXPECT_EQ(run("lamp", "install_update"),
              R"(zigbee2mqtt/bridge/request/device/ota_update/update {"id":"0x0a"})");
}

TEST(Zigbee2MqttBridges, SeveralBridgesStandSideBySide) {
    Zigbee2MqttOptions options;
    options.bridges = {{"z2m/upstairs", ""}, {"z2m/garden", "garden-"}};
    Zigbee2Mqtt format(std::move(options));
    RecordingSink sink;
    format.start(sink);
    sink.deliver(format, "z2m/upstairs/bridge/devices",
                 "[" + device("0x0a", "lamp", lamp_exposes) + "]");
    sink.deliver(format, "z2m/garden/bridge/devices",
                 "[" + device("0x0a", "lamp", lamp_exposes) + "]");
    EXPECT_TRUE(format.owns("lamp"));
    EXPECT_TRUE(format.owns("garden-lamp"));
    sink.deliver(format, "z2m/garden/lamp", "{}");
    sink.deliver(format, "z2m/cellar/lamp", "{}");
    EXPECT_THAT(sink.refused, IsEmpty());
    sink.deliver(format, "z2m/garden/bridge/devices", "[]");
    EXPECT_TRUE(format.owns("lamp"));
    EXPECT_FALSE(format.owns("garden-lamp"));
    EXPECT_THAT(sink.wrong, IsEmpty());
}

TEST(Zigbee2MqttBridges, ABridgeBelowAnotherIsNoDeviceOfIt) {
    Zigbee2MqttOptions options;
    options.bridges = {{"z2m", ""}, {"z2m/garden", "garden-"}};
    Zigbee2Mqtt format(std::move(options));
    RecordingSink sink;
    format.start(sink);
    sink.deliver(format, "z2m/bridge/devices", "[]");
    sink.deliver(format, "z2m/garden/bridge/devices",
                 "[" + device("0x0a", "lamp", lamp_exposes) + "]");
    sink.deliver(format, "z2m/garden/lamp", R"({"brightness":1})");
    EXPECT_EQ(sink.value("garden-lamp/brightness"), Value(1.0));
    EXPECT_THAT(sink.refused, IsEmpty());
    sink.deliver(format, "z2m/garden/ghost", R"({"brightness":1})");
    EXPECT_THAT(sink.refused, SizeIs(1)) << "told by the one it is of";
}

}  // namespace
}  // namespace foxtail::mqtt
