#include "foxtail/json/parse.hpp"
#include "foxtail/json/thing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using ::testing::HasSubstr;

ThingSpec full_thing() {
    ThingSpec spec;
    spec.id = "hall-lamp";
    spec.kind = ThingKind::device;
    spec.title = "Lamp \"of\" the hall, ünïcode";
    spec.place = "hall";
    spec.maker = "Acme";
    spec.model = "L1";
    spec.description = "two\nlines";
    PropertySpec level;
    level.name = "level";
    level.title = "Level";
    level.type = Type::number;
    level.unit = "%";
    level.minimum = 0;
    level.maximum = 100;
    level.step = 0.5;
    level.max_age = milliseconds(1500);
    level.retention = days(30);
    level.category = Category::config;
    level.sensitivity = Sensitivity::critical;
    level.settable = true;
    PropertySpec effect;
    effect.name = "effect";
    effect.title = "Effect";
    effect.type = Type::enumeration;
    effect.allowed = {"blink", "breathe"};
    effect.readable = false;
    effect.settable = true;
    spec.properties = {level, effect};
    ActionSpec identify;
    identify.name = "identify";
    identify.title = "Identify";
    identify.input = effect;
    identify.input->name = "how";
    identify.sensitivity = Sensitivity::sensitive;
    spec.actions = {identify, ActionSpec{"reset", "Reset", std::nullopt, Sensitivity::home}};
    spec.events = {EventSpec{"pressed", "Pressed", {"single", "double"}}};
    return spec;
}

TEST(Json, AThingSurvivesTheWayThroughJson) {
    const ThingSpec spec = full_thing();
    std::string text;
    append_json(text, spec);
    const auto parsed = parse_json(text);
    ASSERT_TRUE(parsed) << parsed.error().message << text;
    const auto back = thing_from_json(*parsed);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, spec);
}

TEST(Json, AThingWithAWrongMemberIsRefusedNamingTheMember) {
    const auto thing = [](std::string_view text) {
        return thing_from_json(parse_json(text).value());
    };
    EXPECT_FALSE(thing("[]"));
    auto wrong = thing(R"({"id":"a","properties":{"p":{"title":"P","type":"colour"}}})");
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().message, HasSubstr("p.type"));
    wrong = thing(R"({"id":"a","properties":{"p":{"title":"P","type":"number","minimum":"0"}}})");
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().message, HasSubstr("p.minimum"));
    EXPECT_FALSE(thing(R"({"id":"a b"})"));
}

TEST(Json, NumbersKeepTheirKind) {
    const auto value = [](std::string_view text) { return to_value(parse_json(text).value()); };
    EXPECT_EQ(value("21"), Value(std::int64_t{21}));
    EXPECT_EQ(value("21.0"), Value(21.0));
    EXPECT_EQ(value("18446744073709551615"), Value(18446744073709551615.0));
    EXPECT_EQ(value("9223372036854775807"), Value(std::int64_t{9223372036854775807}));
    EXPECT_EQ(value("null"), Value(Null{}));
    EXPECT_EQ(value("true"), Value(true));
    EXPECT_EQ(value("\"\\u00e9\""), Value(std::string("é")));
}

TEST(Json, ArraysAndObjectsBecomeCompactTextInTheirOrder) {
    const auto value =
        to_value(parse_json(R"( { "b" : [ 1 , 2.5 , "x" , { } , [ ] ] , "a" : null } )").value());
    EXPECT_EQ(value, Value(Json{R"({"b":[1,2.5,"x",{},[]],"a":null})"}));
}

TEST(Json, BadTextIsRefused) {
    for (const std::string_view bad :
         {"", " ", "{", "{}x", "nul", "NaN", "[1,]", "\"\xff\"", "{\"a\":1,}", "01", "'a'"}) {
        EXPECT_FALSE(parse_json(bad)) << bad;
        JsonReader reader;
        EXPECT_FALSE(reader.read(bad)) << bad;
    }
}

TEST(Json, DepthAndSizeAreBounded) {
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    EXPECT_FALSE(parse_json(deep));
    EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']')));
    EXPECT_FALSE(parse_json(std::string(65, '[') + std::string(65, ']')));
    const auto long_text = parse_json("[1,2,3]", {.bytes_max = 6, .depth_max = 4});
    ASSERT_FALSE(long_text);
    EXPECT_EQ(long_text.error().code, Code::exhausted);
}

TEST(Json, AReaderForgetsTheTextBefore) {
    JsonReader reader;
    const std::string big = "[\"" + std::string(100'000, 'x') + "\"]";
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(reader.read(big));
        ASSERT_FALSE(reader.read("[\"half"));
        const auto small = reader.read(R"({"a":1})");
        ASSERT_TRUE(small);
        EXPECT_EQ(to_value(**small), Value(Json{R"({"a":1})"}));
    }
}

}  // namespace
}  // namespace foxtail
