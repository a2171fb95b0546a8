#include "foxtail/cli/arguments.hpp"

#include "foxtail/json/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string value(std::string_view schema, std::string_view text) {
    const auto out = value_for(*parse_json(schema), text);
    return out ? *out : "wrong: " + out.error().message;
}

TEST(Arguments, AnAddressOfAHubMayBeShort) {
    EXPECT_EQ(parse_url("http://127.0.0.1:8420")->text(), "http://127.0.0.1:8420");
    EXPECT_EQ(parse_url("house.local")->text(), "http://house.local:8420");
    EXPECT_EQ(parse_url("house:80/")->text(), "http://house:80");
    EXPECT_EQ(parse_url("[::1]:9")->text(), "http://[::1]:9");
    EXPECT_EQ(parse_url("[::1]")->host, "::1");
}

TEST(Arguments, AnAddressThatIsNoneIsTold) {
    for (const auto* text :
         {"", "http://", "http://a b", "a:0", "a:65536", "a:x", "[::1", "http://a/things"}) {
        EXPECT_FALSE(parse_url(text)) << text;
    }
    EXPECT_EQ(parse_url("https://house/")->text(), "https://house:8443");
    EXPECT_EQ(parse_url("https://[::1]:443")->text(), "https://[::1]:443");
    EXPECT_FALSE(parse_url("http://127.0.0.1")->tls);
}

TEST(Arguments, MomentsAreAgesDatesOrTimes) {
    const auto now = *parse_rfc3339("2026-11-22T12:00:00Z");
    EXPECT_EQ(*parse_moment("24h", now), now - hours(24));
    EXPECT_EQ(*parse_moment("now", now), now);
    EXPECT_EQ(format_rfc3339(*parse_moment("2026-11-01", now)), "2026-11-01T00:00:00Z");
    EXPECT_EQ(format_rfc3339(*parse_moment("2026-11-01T07:00:00+01:00", now)),
              "2026-11-01T06:00:00Z");
    EXPECT_EQ(*parse_moment_ahead("2d", now), now + hours(48));
    EXPECT_FALSE(parse_moment("yesterday", now));
    EXPECT_FALSE(parse_moment("2026-13-01", now));
}

TEST(Arguments, AddressesHaveAThingAndAMember) {
    EXPECT_EQ(parse_address("leaf/A.B.C")->thing, "leaf");
    EXPECT_EQ(parse_address("lamp/a/b")->member, "a/b");
    for (const auto* text : {"", "lamp", "/on", "lamp/"}) EXPECT_FALSE(parse_address(text)) << text;
}

TEST(Arguments, ValuesFollowTheTypeOfTheProperty) {
    EXPECT_EQ(value(R"({"type":"boolean"})", "ON"), "true");
    EXPECT_EQ(value(R"({"type":"boolean"})", "no"), "false");
    EXPECT_THAT(value(R"({"type":"boolean"})", "maybe"), HasSubstr("wrong: 'maybe' is neither"));
    EXPECT_EQ(value(R"({"type":"integer"})", "42"), "42");
    EXPECT_EQ(value(R"({"type":"integer"})", "9007199254740993"), "9007199254740993");
    EXPECT_EQ(value(R"({"type":"integer"})", "-3"), "-3");
    EXPECT_EQ(value(R"({"type":"integer"})", "1e3"), "1000");
    EXPECT_THAT(value(R"({"type":"integer"})", "1.5"), HasSubstr("no whole number"));
    EXPECT_EQ(value(R"({"type":"number"})", "21.5"), "21.5");
    EXPECT_THAT(value(R"({"type":"number"})", "nan"), HasSubstr("no number"));
    EXPECT_THAT(value(R"({"type":"number"})", "1e999"), HasSubstr("no number"));
    EXPECT_EQ(value(R"({"type":"string"})", "say \"hi\""), R"("say \"hi\"")");
    EXPECT_EQ(value(R"({"type":"string"})", "21"), R"("21")");
    EXPECT_THAT(value(R"({"type":"string"})", "\xff"), HasSubstr("UTF-8"));
    EXPECT_EQ(value(R"({"type":"object"})", R"({"r": 1})"), R"({"r":1})");
    EXPECT_THAT(value(R"({"type":"object"})", "[1]"), HasSubstr("no JSON object"));
    EXPECT_EQ(value(R"({"type":"array"})", "[1, 2]"), "[1,2]");
}

TEST(Arguments, NumbersMayHaveAUnitThatIsConverted) {
    EXPECT_EQ(value(R"({"type":"number","unit":"Cel"})", "212 °F"), "100.0");
    EXPECT_EQ(value(R"({"type":"number","unit":"W"})", "1.5kW"), "1500.0");
    EXPECT_EQ(value(R"({"type":"integer","unit":"%"})", "50%"), "50");
    EXPECT_THAT(value(R"({"type":"number","unit":"Cel"})", "5 kW"),
                HasSubstr("cannot be converted"));
    EXPECT_THAT(value(R"({"type":"number"})", "5 kW"), HasSubstr("has no unit"));
    EXPECT_THAT(value(R"({"type":"number","unit":"W"})", "5 bananas"), HasSubstr("no unit"));
}

TEST(Arguments, EnumsTellWhatThereIs) {
    const auto* schema = R"({"type":"string","enum":["heat","off"]})";
    EXPECT_EQ(value(schema, "Heat"), "\"heat\"");
    EXPECT_THAT(value(schema, "cool"), HasSubstr("there are heat, off"));
}

TEST(Arguments, PatternsMatchThingsOrAddresses) {
    EXPECT_TRUE(matches("hall-lamp", "hall-lamp/on"));
    EXPECT_FALSE(matches("hall", "hall-lamp/on"));
    EXPECT_TRUE(matches("hall*", "hall-lamp/on"));
    EXPECT_TRUE(matches("*/temperature", "kitchen/temperature"));
    EXPECT_FALSE(matches("*/temperature", "kitchen/temperature_max"));
    EXPECT_TRUE(matches("*", "a/b"));
    EXPECT_TRUE(matches("a*b*c/*", "aXbYc/z"));
    EXPECT_FALSE(matches("", "a/b"));
}

TEST(Arguments, NearNamesAreOffered) {
    EXPECT_THAT(nearest("brightnes", {"on", "brightness", "color"}), ElementsAre("brightness"));
    EXPECT_THAT(nearest("bright", {"on", "brightness"}), ElementsAre("brightness"));
    EXPECT_THAT(nearest("xyz", {"on", "brightness"}), ElementsAre());
}

TEST(Arguments, NumbersOfRecordsAreDigits) {
    EXPECT_EQ(parse_seq("42"), 42U);
    for (const auto* text : {"", "4x", "-1", "+1", " 1", "99999999999999999999"})
        EXPECT_FALSE(parse_seq(text)) << text;
}

}  // namespace
}  // namespace foxtail::cli
