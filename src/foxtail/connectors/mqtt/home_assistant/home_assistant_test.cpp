#include "foxtail/connectors/mqtt/home_assistant/home_assistant.hpp"

#include "foxtail/connectors/mqtt/recording_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::mqtt {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string dev =
    R"("dev":{"ids":["n1"],"name":"Node One","mf":"Acme","mdl":"M1","sa":"Kitchen"})";

class HomeAssistantTest : public ::testing::Test {
protected:
    HomeAssistantTest() { format.start(sink); }
    ~HomeAssistantTest() override {
        EXPECT_THAT(sink.wrong, IsEmpty());
        EXPECT_THAT(sink.bad, IsEmpty());
    }

    void announce(std::string_view where, std::string_view payload) {
        EXPECT_TRUE(
            sink.deliver(format, "homeassistant/" + std::string(where) + "/config", payload, true));
    }
    /// One entity of the device "Node One", with "x" as its object id.
    void entity(std::string_view component, std::string_view options) {
        announce(std::string(component) + "/n1/x", "{" + dev + "," + std::string(options) + "}");
    }
    void hear(std::string_view topic, std::string_view payload, bool retained = false) {
        EXPECT_TRUE(sink.deliver(format, topic, payload, retained)) << topic;
    }
    std::string set(std::string_view property, Value value) {
        auto sent = format.encode({"Node_One", property, {}, {}, std::move(value)});
        if (!sent) return std::string("! ") + name(sent.error().code);
        return sent->at(0).topic + " " + sent->at(0).payload;
    }
    std::string run(std::string_view action, Value input = {}) {
        auto sent = format.encode({"Node_One", {}, action, {}, std::move(input)});
        if (!sent) return std::string("! ") + name(sent.error().code);
        return sent->at(0).topic + " " + sent->at(0).payload;
    }
    std::optional<Value> value(std::string_view property) const {
        return sink.value("Node_One/" + std::string(property));
    }
    const PropertySpec& property(std::string_view name) const {
        static const PropertySpec missing{};
        const PropertySpec* found = sink.property("Node_One", name);
        EXPECT_NE(found, nullptr) << name;
        return found == nullptr ? missing : *found;
    }

    RecordingSink sink;
    HomeAssistant format;
};

Value text(std::string_view value) {
    return std::string(value);
}

TEST_F(HomeAssistantTest, StartsByAskingForAnnouncements) {
    ASSERT_THAT(sink.published, SizeIs(1));
    EXPECT_EQ(sink.published[0].topic, "homeassistant/status");
    EXPECT_EQ(sink.published[0].payload, "online");
    EXPECT_FALSE(sink.published[0].retain);
}

TEST_F(HomeAssistantTest, EntitiesOfOneDeviceAreOneThing) {
    announce("sensor/n1/temperature",
             "{" + dev + R"(,"name":"Temperature","stat_t":"n1/s","val_tpl":"{{ value_json.t }}",
        "unit_of_meas":"°C","dev_cla":"temperature","stat_cla":"measurement","exp_aft":60})");
    announce("switch/n1/relay",
             "{" + dev + R"(,"name":"Relay","~":"n1","stat_t":"~/relay","cmd_t":"~/relay/set"})");
    ASSERT_THAT(sink.things, SizeIs(1));
    const ThingSpec& spec = sink.things.at("Node_One");
    EXPECT_EQ(spec.title, "Node One");
    EXPECT_EQ(spec.maker, "Acme");
    EXPECT_EQ(spec.place, "Kitchen");
    EXPECT_EQ(property("temperature").unit, "Cel");
    EXPECT_EQ(property("temperature").type, Type::number);
    EXPECT_EQ(property("temperature").max_age, seconds(60));
    hear("n1/s", R"({"t":21.5})");
    EXPECT_EQ(value("temperature"), Value(21.5));
    hear("n1/relay", "ON");
    EXPECT_EQ(value("relay"), Value(true));
    EXPECT_EQ(set("relay", false), "n1/relay/set OFF");
    EXPECT_TRUE(format.owns("Node_One"));
}

TEST_F(HomeAssistantTest, ATopicWithoutNodeIdIsNamedByItsName) {
    announce(
        "sensor/0x12_humidity",
        R"({"name":"Humidity","stat_t":"z","unit_of_meas":"%","dev":{"ids":"0x12","name":"S"}})");
    EXPECT_NE(sink.property("S", "humidity"), nullptr);
    announce("sensor/outside", R"({"name":"Outside","stat_t":"o","unit_of_meas":"%"})");
    EXPECT_NE(sink.property("Outside", "outside"), nullptr)
        << "an entity without device is a thing of its own";
}

TEST_F(HomeAssistantTest, AUnitThatIsNotKnownIsShownAndTheNumberTaken) {
    entity("sensor", R"("name":"Mood","stat_t":"n1/m","unit_of_meas":"smiles")");
    EXPECT_EQ(property("x").unit, "");
    EXPECT_EQ(property("x").title, "Mood (smiles)");
    ASSERT_THAT(sink.refused, SizeIs(1));
    EXPECT_EQ(sink.refused[0].topic, "homeassistant/sensor/n1/x/config");
    EXPECT_THAT(sink.refused[0].reason, HasSubstr("smiles: no unit that is known"));
    hear("n1/m", "3");
    EXPECT_EQ(value("x"), Value(3.0));
    entity("sensor", R"("name":"Mood","stat_t":"n1/m","unit_of_meas":"smiles")");
    EXPECT_THAT(sink.refused, SizeIs(1)) << "the same announcement again";
}

TEST_F(HomeAssistantTest, DevicePayloadsAnnounceManyAtOnce) {
    announce(
        "device/n1",
        R"({"dev":{"ids":"n1","name":"Node One"},"o":{"name":"me"},"stat_t":"n1/state","avty_t":"n1/lwt","cmps":{
        "temp":{"p":"sensor","uniq_id":"n1t","unit_of_meas":"°C","val_tpl":"{{ value_json['t'] }}"},
        "door":{"p":"binary_sensor","uniq_id":"n1d","val_tpl":"{{ value_json.d }}","name":null}}})");
    hear("n1/state", R"({"t":3,"d":"ON"})");
    EXPECT_EQ(value("temp"), Value(3.0));
    EXPECT_EQ(value("door"), Value(true));
    hear("n1/lwt", "offline");
    EXPECT_EQ(value("available"), Value(false));
    announce(
        "device/n1",
        R"({"dev":{"ids":"n1","name":"Node One"},"o":{"name":"me"},"stat_t":"n1/state","avty_t":"n1/lwt","cmps":{
        "temp":{"p":"sensor"},
        "door":{"p":"binary_sensor","uniq_id":"n1d","val_tpl":"{{ value_json.d }}","name":null}}})");
    EXPECT_EQ(sink.property("Node_One", "temp"), nullptr);
    EXPECT_NE(sink.property("Node_One", "door"), nullptr);
    announce("device/n1", "");
    EXPECT_THAT(sink.gone_things, ElementsAre("Node_One"));
    EXPECT_EQ(sink.listening.size(), 2u) << "nothing is listened to but discovery";
    announce("device/bad", R"({"dev":{"ids":"b"},"cmps":{}})");
    EXPECT_THAT(sink.refused.back().reason, HasSubstr("origin"));
}

TEST_F(HomeAssistantTest, TheBaseOfADevicePayloadIsThatOfItsComponents) {
    announce(
        "device/n1",
        "{" + dev +
            R"(,"o":{"name":"me"},"~":"base/n1","cmps":{"a":{"p":"switch","cmd_t":"~/set","stat_t":"~/state"}}})");
    hear("base/n1/state", "ON");
    EXPECT_EQ(value("a"), Value(true));
    EXPECT_EQ(set("a", false), "base/n1/set OFF");
}

TEST_F(HomeAssistantTest, MigrationKeepsThePropertyAndItsName) {
    const std::string options = R"("uniq_id":"u1","stat_t":"n1/t","unit_of_meas":"°C")";
    announce("sensor/n1/temperature", "{" + dev + "," + options + "}");
    announce("sensor/n1/temperature", R"({"migrate_discovery":true})");
    announce("device/n1",
             "{" + dev + R"(,"o":{"name":"me"},"cmps":{"comp1":{"p":"sensor",)" + options + "}}}");
    announce("sensor/n1/temperature", "");
    EXPECT_THAT(sink.gone_things, IsEmpty());
    hear("n1/t", "7");
    EXPECT_EQ(value("temperature"), Value(7.0));
    EXPECT_THAT(sink.refused, IsEmpty());
}

TEST_F(HomeAssistantTest, ASecondOneOfTheSameIdentityIsRefused) {
    announce("sensor/n1/a", "{" + dev + R"(,"uniq_id":"u","stat_t":"a"})");
    announce("sensor/n1/b", "{" + dev + R"(,"uniq_id":"u","stat_t":"b"})");
    EXPECT_EQ(sink.property("Node_One", "b"), nullptr);
    EXPECT_THAT(sink.refused, SizeIs(1));
}

TEST_F(HomeAssistantTest, AnEmptyPayloadRemovesAndTheSameAgainChangesNothing) {
    entity("sensor", R"("stat_t":"a")");
    const std::size_t tellings = sink.tellings;
    entity("sensor", R"("stat_t":"a")");
    EXPECT_EQ(sink.tellings, tellings);
    announce("sensor/n1/x", "");
    EXPECT_THAT(sink.gone_things, ElementsAre("Node_One"));
    EXPECT_FALSE(sink.deliver(format, "a", "1"));
    entity("sensor", R"("stat_t":"a")");
    EXPECT_TRUE(sink.things.contains("Node_One")) << "the id stays";
}

TEST_F(HomeAssistantTest, ADeviceWithANewNameIsToldAgain) {
    announce("switch/n1/x", R"({"dev":{"ids":["n1"],"name":"Node One"},"cmd_t":"n1/set"})");
    announce("switch/n1/x", R"({"dev":{"ids":["n1"],"name":"Attic fan"},"cmd_t":"n1/set"})");
    ASSERT_THAT(sink.things, SizeIs(1));
    EXPECT_EQ(sink.things.begin()->second.title, "Attic fan");
    EXPECT_EQ(sink.things.begin()->first, "Node_One") << "who knows it by its id still does";
}

TEST_F(HomeAssistantTest, OtherTemplatesRefuseTheirEntityAndLeaveTheRest) {
    entity("sensor", R"("stat_t":"a","val_tpl":"{{ value | float * 2 }}")");
    EXPECT_TRUE(sink.things.empty());
    ASSERT_THAT(sink.refused, SizeIs(1));
    EXPECT_EQ(sink.refused[0].reason, "template not supported: {{ value | float * 2 }}");
    announce("sensor/n1/y", "{" + dev + R"(,"stat_t":"b"})");
    EXPECT_NE(sink.property("Node_One", "y"), nullptr);
    EXPECT_THAT(format.refusals(), SizeIs(1));
    announce("climate/n1/c",
             "{" + dev + R"(,"act_t":"c","act_tpl":"{% set x = 1 %}{{ x }}","curr_temp_t":"c"})");
    EXPECT_NE(sink.property("Node_One", "c.current_temperature"), nullptr);
    EXPECT_EQ(sink.property("Node_One", "c.action"), nullptr);
    EXPECT_THAT(format.refusals(), SizeIs(2));
}

TEST_F(HomeAssistantTest, WhoJoinsATopicLateHearsItsRetainedMessageAlone) {
    entity("sensor", R"("stat_t":"n1/s","val_tpl":"{{ value_json.a }}")");
    hear("n1/s", R"({"a":"1","b":"2"})", true);
    EXPECT_THAT(sink.said, SizeIs(1));
    announce("sensor/n1/y", "{" + dev + R"(,"stat_t":"n1/s","val_tpl":"{{ value_json.b }}"})");
    hear("n1/s", R"({"a":"1","b":"2"})", true);
    ASSERT_THAT(sink.said, SizeIs(2)) << "the first one has heard it";
    EXPECT_EQ(sink.said[1].address, "Node_One/y");
    hear("n1/s", R"({"a":"3","b":"4"})");
    EXPECT_THAT(sink.said, SizeIs(4));
}

TEST_F(HomeAssistantTest, WhatWasNotTakenAsNewsAfterARestartIsSaidAgain) {
    sink.from_before_a_restart = true;
    entity("switch", R"("stat_t":"s","cmd_t":"c","avty_t":"a")");
    hear("a", "online", true);
    EXPECT_EQ(value("available"), std::nullopt);
    sink.from_before_a_restart = false;
    hear("a", "online");
    EXPECT_EQ(value("available"), Value(true));
}

struct AvailabilityCase {
    const char* mode;
    std::vector<std::pair<const char*, const char*>> heard;
    std::optional<bool> expected;
};
class HomeAssistantAvailability : public HomeAssistantTest,
                                  public ::testing::WithParamInterface<AvailabilityCase> {};

TEST_P(HomeAssistantAvailability, IsCombinedByItsMode) {
    entity(
        "sensor",
        std::string(R"("stat_t":"s","avty_mode":")") + GetParam().mode +
            R"(","avty":[{"t":"a"},{"t":"b","pl_avail":"yes","pl_not_avail":"no","val_tpl":"{{ value_json.ok }}"}])");
    for (const auto& [topic, payload] : GetParam().heard) hear(topic, payload);
    const std::optional<Value> expected =
        GetParam().expected ? std::optional<Value>(*GetParam().expected) : std::nullopt;
    EXPECT_EQ(value("available"), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, HomeAssistantAvailability,
    ::testing::Values(AvailabilityCase{"all", {{"a", "online"}}, std::nullopt},
                      AvailabilityCase{"all", {{"a", "online"}, {"b", R"({"ok":"yes"})"}}, true},
                      AvailabilityCase{"all", {{"a", "online"}, {"b", R"({"ok":"no"})"}}, false},
                      AvailabilityCase{"any", {{"a", "offline"}}, std::nullopt},
                      AvailabilityCase{"any", {{"a", "offline"}, {"b", R"({"ok":"yes"})"}}, true},
                      AvailabilityCase{"any", {{"a", "offline"}, {"b", R"({"ok":"no"})"}}, false},
                      AvailabilityCase{"latest", {{"b", R"({"ok":"no"})"}, {"a", "online"}}, true},
                      AvailabilityCase{"latest", {{"a", "online"}, {"b", R"({"ok":"no"})"}}, false},
                      AvailabilityCase{"latest", {{"a", "perhaps"}}, std::nullopt}));

/// What one message to topic "s" means for property "x" of a component.
struct ReadCase {
    const char* component;
    const char* options;
    const char* payload;
    const char* property;
    std::optional<Value> expected;
};
class HomeAssistantRead : public HomeAssistantTest,
                          public ::testing::WithParamInterface<ReadCase> {};

TEST_P(HomeAssistantRead, AMessageBecomesTheValue) {
    const ReadCase& c = GetParam();
    entity(c.component, c.options);
    hear("s", c.payload);
    EXPECT_EQ(value(c.property), c.expected) << c.component << " " << c.payload;
}

INSTANTIATE_TEST_SUITE_P(
    Table, HomeAssistantRead,
    ::testing::Values(
        ReadCase{"sensor", R"("stat_t":"s")", "warm", "x", text("warm")},
        ReadCase{"sensor", R"("stat_t":"s")", "", "x", std::nullopt},
        ReadCase{"sensor", R"("stat_t":"s","dev_cla":"power")", "None", "x", Value(Null{})},
        ReadCase{"sensor", R"("stat_t":"s","dev_cla":"power")", "many", "x", std::nullopt},
        ReadCase{"sensor", R"("stat_t":"s","dev_cla":"power")", "nan", "x", std::nullopt},
        ReadCase{"sensor", R"("stat_t":"s","dev_cla":"enum","ops":["a","b"])", "b", "x", text("b")},
        ReadCase{"sensor", R"("stat_t":"s","dev_cla":"enum","ops":["a","b"])", "c", "x",
                 std::nullopt},
        ReadCase{"sensor", R"("stat_t":"s","dev_cla":"timestamp")", "2026-01-01T00:00:00Z", "x",
                 text("2026-01-01T00:00:00Z")},
        ReadCase{"binary_sensor",
                 R"("stat_t":"s","pl_on":false,"pl_off":true,"val_tpl":"{{ value_json['c'] }}")",
                 R"({"c":false})", "x", Value(true)},
        ReadCase{"binary_sensor", R"("stat_t":"s")", "on", "x", std::nullopt},
        ReadCase{"number", R"("stat_t":"s","cmd_t":"c","min":-5,"max":5)", "-2.5", "x",
                 Value(-2.5)},
        ReadCase{"select", R"("stat_t":"s","cmd_t":"c","ops":["l","h"])", "h", "x", text("h")},
        ReadCase{"text", R"("stat_t":"s","cmd_t":"c")", "hello", "x", text("hello")},
        ReadCase{"text", R"("stat_t":"s","cmd_t":"c")", "\xff\xfe", "x", std::nullopt},
        ReadCase{"date", R"("stat_t":"s","cmd_t":"c")", "2026-03-01", "x", text("2026-03-01")},
        ReadCase{"cover", R"("stat_t":"s","cmd_t":"c","stat_clsd":"shut")", "shut", "x",
                 text("closed")},
        ReadCase{"cover", R"("pos_t":"s","pos_open":0,"pos_clsd":255)", "255", "x.position",
                 Value(0.0)},
        ReadCase{"cover", R"("tilt_status_t":"s")", "40", "x.tilt", Value(40.0)},
        ReadCase{"valve", R"("stat_t":"s","pos":true,"cmd_t":"c")", "75", "x.position",
                 Value(75.0)},
        ReadCase{"lock", R"("stat_t":"s","cmd_t":"c")", "LOCKED", "x", Value(true)},
        ReadCase{"lock", R"("stat_t":"s","cmd_t":"c")", "JAMMED", "x.state", text("jammed")},
        ReadCase{"alarm_control_panel", R"("stat_t":"s","cmd_t":"c")", "armed_away", "x",
                 text("armed_away")},
        ReadCase{"climate", R"("curr_temp_t":"s","temp_unit":"F")", "70", "x.current_temperature",
                 Value(70.0)},
        ReadCase{"climate", R"("mode_stat_t":"s","mode_cmd_t":"c","modes":["off","heat"])", "heat",
                 "x.mode", text("heat")},
        ReadCase{"climate", R"("act_t":"s")", "heating", "x.action", text("heating")},
        ReadCase{"water_heater", R"("temp_stat_t":"s","min_temp":"30","max_temp":"60")", "45",
                 "x.temperature", Value(45.0)},
        ReadCase{"humidifier", R"("hum_stat_t":"s","hum_cmd_t":"c","cmd_t":"p")", "55",
                 "x.target_humidity", Value(55.0)},
        ReadCase{"fan", R"("cmd_t":"p","pct_stat_t":"s","pct_cmd_t":"c","spd_rng_max":4)", "1",
                 "x.percentage", Value(25.0)},
        ReadCase{"fan", R"("cmd_t":"p","osc_stat_t":"s")", "oscillate_on", "x.oscillation",
                 Value(true)},
        ReadCase{"light", R"("cmd_t":"c","bri_stat_t":"s")", "200", "x.brightness", Value(200.0)},
        ReadCase{"light", R"("cmd_t":"c","rgb_stat_t":"s","rgb_cmd_t":"c")", "255,0,16", "x.rgb",
                 Value(Json{"[255,0,16]"})},
        ReadCase{"light", R"("schema":"json","cmd_t":"c","stat_t":"s","brightness":true)",
                 R"({"state":"ON","brightness":9})", "x.brightness", Value(9.0)},
        ReadCase{"light", R"("schema":"json","cmd_t":"c","stat_t":"s","sup_clrm":["xy"])",
                 R"({"color":{"x":0.1,"y":0.2}})", "x.color", Value(Json{R"({"x":0.1,"y":0.2})"})},
        ReadCase{"light", R"("schema":"json","cmd_t":"c","stat_t":"s")", R"({"state":"OFF"})", "x",
                 Value(false)},
        ReadCase{"siren", R"("stat_t":"s","cmd_t":"c")", "ON", "x", Value(true)},
        ReadCase{"siren", R"("stat_t":"s","cmd_t":"c")", R"({"state":"OFF"})", "x", Value(false)},
        ReadCase{"vacuum", R"("stat_t":"s","cmd_t":"c")",
                 R"({"state":"cleaning","battery_level":61})", "x.battery", Value(61.0)},
        ReadCase{"lawn_mower", R"("activity_state_topic":"s")", "mowing", "x", text("mowing")},
        ReadCase{"device_tracker", R"("stat_t":"s","pl_home":"in")", "in", "x", text("home")},
        ReadCase{"device_tracker", R"("stat_t":"s")", "work", "x", text("work")},
        ReadCase{"device_tracker", R"("json_attr_t":"s")", R"({"latitude":48.1,"gps_accuracy":9})",
                 "x.latitude", Value(48.1)},
        ReadCase{"update", R"("stat_t":"s")", "1.2.3", "x.installed_version", text("1.2.3")},
        ReadCase{"update", R"("stat_t":"s")", R"({"installed_version":"1","latest_version":"2"})",
                 "x.latest_version", text("2")},
        ReadCase{"image", R"("url_t":"s")", "http://x/y.png", "x.url", text("http://x/y.png")}));

struct SetCase {
    const char* component;
    const char* options;
    const char* target;  // property, or action with "!" before it
    Value value;
    const char* expected;
};
class HomeAssistantSet : public HomeAssistantTest, public ::testing::WithParamInterface<SetCase> {};

TEST_P(HomeAssistantSet, AWishBecomesTheMessage) {
    const SetCase& c = GetParam();
    entity(c.component, c.options);
    if (c.target[0] == '!') {
        EXPECT_EQ(run(c.target + 1, c.value), c.expected);
    } else {
        EXPECT_EQ(set(c.target, c.value), c.expected);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, HomeAssistantSet,
    ::testing::Values(
        SetCase{"switch", R"("cmd_t":"c","pl_on":"1","pl_off":"0")", "x", true, "c 1"},
        SetCase{"number", R"("cmd_t":"c","cmd_tpl":"{\"v\":{{ value }}}")", "x", 20.5,
                "c {\"v\":20.5}"},
        SetCase{"number", R"("cmd_t":"c")", "x", true, "! invalid_input"},
        SetCase{"select", R"("cmd_t":"c","ops":["a"])", "x", text("a"), "c a"},
        SetCase{"select", R"("cmd_t":"c","ops":["a"])", "x", text("b"), "! invalid_input"},
        SetCase{"text", R"("cmd_t":"c")", "x", text("hi"), "c hi"},
        SetCase{"button", R"("cmd_t":"c")", "!x", {}, "c PRESS"},
        SetCase{"scene", R"("cmd_t":"c","pl_on":"go")", "!x", {}, "c go"},
        SetCase{"notify", R"("cmd_t":"c")", "!x", text("dinner"), "c dinner"},
        SetCase{"infrared", R"("cmd_t":"c")", "!x.send", text("0A"), "c 0A"},
        SetCase{"cover", R"("cmd_t":"c")", "!x.open", {}, "c OPEN"},
        SetCase{"cover", R"("set_pos_t":"c","set_pos_tpl":"{ \"position\": {{ position }} }")",
                "x.position", 40.0, "c { \"position\": 40 }"},
        SetCase{"cover", R"("set_pos_t":"c","pos_open":0,"pos_clsd":200)", "x.position", 25.0,
                "c 150"},
        SetCase{"lock", R"("cmd_t":"c")", "x", true, "c LOCK"},
        SetCase{"lock", R"("cmd_t":"c","pl_open":"OPEN")", "!x.open", {}, "c OPEN"},
        SetCase{"alarm_control_panel", R"("cmd_t":"c")", "!x.arm_away", {}, "c ARM_AWAY"},
        SetCase{"climate", R"("temp_cmd_t":"c")", "x.temperature", 21.5, "c 21.5"},
        SetCase{"climate", R"("power_command_topic":"c")", "x.power", false, "c OFF"},
        SetCase{"fan", R"("cmd_t":"p","pct_cmd_t":"c","spd_rng_max":3)", "x.percentage", 50.0,
                "c 2"},
        SetCase{"fan", R"("cmd_t":"p","pr_mode_cmd_t":"c","pr_modes":["auto"])", "x.preset_mode",
                text("auto"), "c auto"},
        SetCase{"light", R"("cmd_t":"c","rgb_cmd_t":"r")", "x.rgb", Json{"[1,2,3]"}, "r 1,2,3"},
        SetCase{"light", R"("schema":"json","cmd_t":"c")", "x", true, R"(c {"state":"ON"})"},
        SetCase{"light", R"("schema":"json","cmd_t":"c","brightness":true)", "x.brightness", 100.0,
                R"(c {"state":"ON","brightness":100})"},
        SetCase{"light", R"("schema":"json","cmd_t":"c","fx_list":["a\"b"])", "x.effect",
                text("a\"b"), R"(c {"state":"ON","effect":"a\"b"})"},
        SetCase{"siren", R"("cmd_t":"c","av_tones":["fire"])", "x", true, R"(c {"state":"ON"})"},
        SetCase{"siren", R"("cmd_t":"c","av_tones":["fire"])", "!x.sound", text("fire"),
                R"(c {"state":"ON","tone":"fire"})"},
        SetCase{"vacuum", R"("cmd_t":"c")", "!x.return_to_base", {}, "c return_to_base"},
        SetCase{"lawn_mower", R"("dock_command_topic":"c")", "!x.dock", {}, "c dock"},
        SetCase{"update", R"("cmd_t":"c","pl_inst":"go","stat_t":"s")", "!x.install", {}, "c go"},
        SetCase{"humidifier", R"("cmd_t":"c","hum_cmd_t":"h")", "x", true, "c ON"},
        SetCase{"sensor", R"("stat_t":"s")", "x", 1.0, "! not_found"}));

TEST_F(HomeAssistantTest, WithoutAStateTopicACommandCountsAsDone) {
    entity("switch", R"("cmd_t":"c")");
    EXPECT_EQ(set("x", true), "c ON");
    EXPECT_EQ(value("x"), Value(true));
    announce("switch/n1/y", "{" + dev + R"(,"cmd_t":"d","stat_t":"s"})");
    EXPECT_EQ(set("y", true), "d ON");
    EXPECT_EQ(value("y"), std::nullopt) << "the device tells";
}

TEST_F(HomeAssistantTest, WhatIsAwayCannotBeSet) {
    entity("switch", R"("cmd_t":"c","avty_t":"a","ret":true,"qos":1)");
    hear("a", "online");
    EXPECT_TRUE(format.encode({"Node_One", "x", {}, {}, true})->at(0).retain);
    hear("a", "offline");
    EXPECT_EQ(set("x", true), "! unavailable");
}

TEST_F(HomeAssistantTest, AnOffDelayIsSaidLater) {
    entity("binary_sensor", R"("stat_t":"s","off_dly":30)");
    hear("s", "ON");
    ASSERT_THAT(sink.later, SizeIs(1));
    EXPECT_EQ(sink.later[0].delay, seconds(30));
    EXPECT_EQ(sink.later[0].value, Value(false));
    hear("s", "OFF");
    EXPECT_THAT(sink.later, SizeIs(1));
}

TEST_F(HomeAssistantTest, EventsTriggersTagsAndPicturesHappen) {
    announce("event/n1/bell", "{" + dev + R"(,"stat_t":"e","event_types":["ring","knock"]})");
    announce(
        "device_automation/n1/t1",
        "{" + dev +
            R"(,"atype":"trigger","type":"action","stype":"single","t":"b/action","pl":"single"})");
    announce("tag/n1/reader", "{" + dev + R"(,"t":"tag","val_tpl":"{{ value_json.uid }}"})");
    announce("camera/n1/cam", "{" + dev + R"(,"t":"cam"})");
    hear("e", R"({"event_type":"ring"})");
    hear("e", R"({"event_type":"ring"})", true);
    hear("e", R"({"event_type":"explode"})");
    hear("b/action", "single");
    hear("b/action", "double");
    hear("tag", R"({"uid":"04A1"})");
    hear("cam", std::string("\x89PNG\0", 5));
    ASSERT_THAT(sink.events, SizeIs(4));
    EXPECT_EQ(sink.events[0].name, "bell");
    EXPECT_EQ(sink.events[0].detail, text("ring"));
    EXPECT_EQ(sink.events[1].name, "action_single");
    EXPECT_EQ(sink.events[2].detail, text("04A1"));
    EXPECT_EQ(sink.events[3].detail, Value(Json{R"({"bytes":5})"}));
    EXPECT_THAT(sink.refused, SizeIs(1));
}

TEST_F(HomeAssistantTest, LocksGaragesAndAlarmsAreCriticalAndTrackersPersonal) {
    announce("lock/n1/l", "{" + dev + R"(,"cmd_t":"l"})");
    announce("cover/n1/g",
             "{" + dev + R"(,"cmd_t":"g","pos_t":"p","set_pos_t":"q","dev_cla":"garage"})");
    announce("cover/n1/b",
             "{" + dev + R"(,"cmd_t":"b","pos_t":"p","set_pos_t":"q","dev_cla":"blind"})");
    announce("device_tracker/n1/t", "{" + dev + R"(,"stat_t":"t"})");
    EXPECT_EQ(property("l").sensitivity, Sensitivity::critical);
    EXPECT_THAT(property("l").title, EndsWith("Locked")) << "not: on";
    EXPECT_EQ(property("g.position").sensitivity, Sensitivity::critical);
    EXPECT_EQ(property("b.position").sensitivity, Sensitivity::home);
    EXPECT_EQ(property("t").sensitivity, Sensitivity::personal);
}

TEST_F(HomeAssistantTest, BadAnnouncementsAreShownAndHarmNothing) {
    announce("sensor/n1/x", "{nonsense");
    announce("sensor/n1/x", "[]");
    announce("sensor/n1/x", "{" + dev + "}");
    announce("sensor/n1/x", "{" + dev + R"(,"stat_t":"a/#"})");
    announce("hologram/n1/x", "{" + dev + R"(,"stat_t":"a"})");
    announce("light/n1/x", "{" + dev + R"(,"schema":"template","cmd_t":"a"})");
    announce("switch/n1/x", "{" + dev + R"(,"cmd_t":"a","pl_on":"1","pl_off":"1"})");
    announce("sensor/n 1/x", "{}");
    EXPECT_THAT(sink.refused, SizeIs(8));
    EXPECT_THAT(sink.things, IsEmpty());
    EXPECT_EQ(sink.listening.size(), 2u);
}

TEST_F(HomeAssistantTest, NamesInOneThingDoNotCollide) {
    announce("sensor/n1/power", "{" + dev + R"(,"stat_t":"a"})");
    announce("switch/n1/power", "{" + dev + R"(,"cmd_t":"b"})");
    announce("sensor/n1/available", "{" + dev + R"(,"stat_t":"c"})");
    EXPECT_EQ(property("power").type, Type::string);
    EXPECT_EQ(property("power_2").type, Type::boolean);
    EXPECT_EQ(property("available_2").type, Type::string);
}

TEST(HomeAssistantOrigins, ThoseThatAnotherFormatBringsAreLeftAlone) {
    HomeAssistantOptions options;
    options.ignore_origins = {"Zigbee2MQTT"};
    HomeAssistant format(std::move(options));
    RecordingSink sink;
    format.start(sink);
    sink.deliver(format, "homeassistant/sensor/n1/x/config",
                 "{" + dev + R"(,"o":{"name":"Zigbee2MQTT"},"stat_t":"a"})");
    EXPECT_THAT(sink.things, IsEmpty());
    EXPECT_THAT(sink.refused, IsEmpty());
}

}  // namespace
}  // namespace foxtail::mqtt
