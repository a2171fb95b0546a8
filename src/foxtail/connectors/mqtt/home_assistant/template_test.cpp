#include "foxtail/connectors/mqtt/home_assistant/template.hpp"

#include "foxtail/connectors/mqtt/home_assistant/abbreviations.hpp"
#include "foxtail/connectors/mqtt/test_material.hpp"
#include "foxtail/json/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::mqtt::ha {
namespace {

struct PickCase {
    const char* text;
    const char* expected;  // null: missing; "!": not supported
};
class Pick : public ::testing::TestWithParam<PickCase> {};

TEST_P(Pick, FollowsPlainPathsAndRefusesTheRest) {
    const auto message =
        parse_json(R"({"a":{"b":1.5,"c d":["x",{"e":true}]},"n":null,"s":"text","1st":4})").value();
    const auto picker = Picker::parse(GetParam().text);
    if (std::string_view(GetParam().expected ? GetParam().expected : "") == "!") {
        ASSERT_FALSE(picker);
        EXPECT_THAT(picker.error().message, ::testing::StartsWith("template not supported: "));
        return;
    }
    ASSERT_TRUE(picker) << picker.error().message;
    ASSERT_TRUE(picker->wants_json());
    const auto* found = picker->pick(message);
    if (GetParam().expected == nullptr) {
        EXPECT_EQ(found, nullptr);
    } else {
        ASSERT_NE(found, nullptr);
        EXPECT_EQ(rendered(*found), GetParam().expected);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Pick,
    ::testing::Values(
        PickCase{"{{ value_json.s }}", "text"}, PickCase{"{{value_json.a.b}}", "1.5"},
        PickCase{"{{- value_json['s'] -}}", "text"},
        PickCase{"  {{ value_json[\"a\"][\"c d\"][0] }} ", "x"},
        PickCase{"{{ value_json.a['c d'][1].e }}", "True"}, PickCase{"{{ value_json.n }}", "None"},
        PickCase{"{{ value_json['1st'] }}", "4"}, PickCase{"{{ value_json.missing }}", nullptr},
        PickCase{"{{ value_json.a['c d'][7] }}", nullptr},
        PickCase{"{{ value_json.s.t }}", nullptr}, PickCase{"{{ value_json.s | upper }}", "!"},
        PickCase{"{{ value_json.a.b + 1 }}", "!"}, PickCase{"{{ value_json.1st }}", "!"},
        PickCase{"{{ value_json. }}", "!"}, PickCase{"{{ value_json[a] }}", "!"},
        PickCase{"{{ value_json['a\"] }}", "!"}, PickCase{"{{ value_json[-1] }}", "!"},
        PickCase{"{{ states('x') }}", "!"}, PickCase{"{{ value_jsonx }}", "!"},
        PickCase{"plain", "!"}, PickCase{"{{ value_json.a }}{{ value_json.s }}", "!"},
        PickCase{"{% if value %}1{% endif %}", "!"}, PickCase{"{{ value_json.s", "!"},
        PickCase{"pre {{ value_json.s }}", "!"}));

TEST(Template, TheWholePayloadIsNoTemplateOrValue) {
    EXPECT_FALSE(Picker::parse("")->wants_json());
    EXPECT_FALSE(Picker::parse("{{ value }}")->wants_json());
}

TEST(Template, CommandsMayStandInText) {
    const auto write = [](std::string_view text) { return Writer::parse(text, {"position"}); };
    EXPECT_EQ(write("")->write("7"), "7");
    EXPECT_EQ(write("{{ value }}")->write("7"), "7");
    EXPECT_EQ(write("{ \"position\": {{ position }} }")->write("7"), "{ \"position\": 7 }");
    EXPECT_EQ(write("{{value}},{{value}}")->write("7"), "7,7");
    EXPECT_EQ(write("STOP")->write("7"), "STOP");
    EXPECT_FALSE(write("{{ value | int }}"));
    EXPECT_FALSE(write("{{ tilt }}"));
    EXPECT_FALSE(write("{% set x = 1 %}{{ value }}"));
    EXPECT_FALSE(write("{{ value"));
}

TEST(Abbreviations, StandForTheirFullKeys) {
    EXPECT_EQ(full_key(Keys::option, "stat_t"), "state_topic");
    EXPECT_EQ(full_key(Keys::option, "state_topic"), "state_topic");
    EXPECT_EQ(full_key(Keys::device, "sw"), "sw_version");
    EXPECT_EQ(full_key(Keys::origin, "url"), "support_url");
    EXPECT_EQ(full_key(Keys::option, "mdl"), "mdl") << "a device key only";
}

TEST(Abbreviations, AgreeWithTheCollectedList) {
    const std::string path = find_material("mqtt/ha_mqtt_abbreviations.json");
    if (path.empty()) GTEST_SKIP() << "the list is not here";
    const auto list = parse_json(read_material(path)).value();
    const auto agree = [&](const char* key, Keys keys) {
        for (const auto& entry : list.at(key).as_object()) {
            EXPECT_EQ(full_key(keys, entry.key()), entry.value().as_string()) << entry.key();
        }
    };
    agree("core", Keys::option);
    agree("device", Keys::device);
    agree("origin", Keys::origin);
}

}  // namespace
}  // namespace foxtail::mqtt::ha
