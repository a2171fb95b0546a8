#include "foxtail/hub/outline.hpp"

#include "foxtail/model/thing.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

TEST(Outline, keeps_the_shape_and_hides_what_is_said) {
    EXPECT_EQ(outline(R"({"_type":"location","lat":47.9,"tid": "AN", "inregions":["Mum's"]})"),
              R"({"_type":"…","lat":…,"tid": "…", "inregions":["…"]})");
    EXPECT_EQ(outline(" [1, -2.5e3, true, null]"), "[…, …, …, …]");
    EXPECT_EQ(outline(R"({"at 47.9 with Bob":1,"a":{"b":"c"}})"), R"({"…":…,"a":{"b":"…"}})");
    EXPECT_EQ(outline("47.92211"), "8 bytes");
    EXPECT_EQ(outline("x"), "1 byte");
    EXPECT_EQ(outline(""), "");
}

TEST(Outline, hides_it_also_where_the_sample_is_cut_or_broken) {
    EXPECT_EQ(outline(R"({"lat":47.9)"), R"({"lat":…)");
    EXPECT_EQ(outline(R"({"lat":"47.9)"), R"({"lat":"…")");
    EXPECT_EQ(outline(R"({"at home)"), R"({"…")");
    EXPECT_EQ(outline(R"({"a":"b\"47.9","c":1})"), R"({"a":"…","c":…})");
    EXPECT_EQ(outline(R"({"a" 47.9)"), R"({"…" …)");
    EXPECT_EQ(outline("{47.9"), "{…");
    EXPECT_EQ(outline("[\"\\"), "[\"…\"");
}

TEST(Outline, of_a_reason_what_the_sample_said_goes_and_our_own_words_stay) {
    const auto reason = [](std::string_view text) {
        return without_said(text, R"({"event":"left Bobs","lat":47.92211,"acc":12,"tid":"x1"})");
    };
    EXPECT_EQ(reason("no lat from -90 to 90 and lon from -180 to 180"),
              "no lat from -90 to 90 and lon from -180 to 180");
    EXPECT_EQ(reason("at 47.92211, within 12 m"), "at …, within … m");
    EXPECT_EQ(reason("'47.92211' is no number"), "'…' is no number");
    EXPECT_EQ(reason("event is \"left Bobs\", expected enter or leave"),
              "event is \"…\", expected enter or leave");
    EXPECT_EQ(reason("'lat' is no number, 'battery' is missing, 'x1' is nothing"),
              "'lat' is no number, 'battery' is missing, '…' is nothing");
    EXPECT_EQ(reason("unknown _type \"left Bo..."), "unknown _type \"…");
}

TEST(Outline, of_a_reason_no_quote_of_the_sample_lets_the_rest_out) {
    EXPECT_EQ(without_said("''Secret place' is no number", "'Secret place"), "'…' is no number");
    EXPECT_EQ(without_said("'Anna's house' is no number", "Anna's house"), "'…' is no number");
    EXPECT_EQ(without_said("'Anna's house' is no number", R"({"at":"Anna's house"})"),
              "'…' is no number");
    EXPECT_EQ(without_said("\"at \"Bobs\" now\" is none", R"({"at":"at \"Bobs\" now"})"),
              "\"…\" is none");
    EXPECT_EQ(without_said("event is \"left Bob's\", expected enter or leave",
                           R"({"event":"left Bob's"})"),
              "event is \"…\", expected enter or leave");
}

TEST(Outline, of_megabytes_little_is_looked_at_and_nothing_is_told) {
    const std::string long_one = "{\"a\":\"" + std::string(1 << 20, 'x') + "Bob\"}";
    EXPECT_LE(outline(long_one).size(), 1024U);
    EXPECT_EQ(without_said("'Bob' at 47", long_one), "'…' at …");
    EXPECT_EQ(outline(std::string(1 << 20, 'x')), "1048576 bytes");
}

TEST(Outline, of_a_value_that_does_not_fit_nothing_is_told_however_it_was_converted) {
    PropertySpec latitude;
    latitude.name = "latitude";
    latitude.type = Type::number;
    latitude.minimum = -90;
    latitude.maximum = 90;
    const auto wrong = fit(latitude, Value{471.2});
    ASSERT_FALSE(wrong);
    const auto told = without_said(wrong.error().message, "0.4712e3");
    EXPECT_EQ(told.find("471"), std::string::npos) << told;
    EXPECT_NE(told.find("does not fit property 'latitude'"), std::string::npos) << told;
    EXPECT_NE(told.find("90"), std::string::npos) << "what would be right stays: " << told;
    latitude.type = Type::boolean;
    const auto quoted = fit(latitude, Value{std::string("a value does not fit property x")});
    ASSERT_FALSE(quoted);
    EXPECT_EQ(without_said(quoted.error().message, "").find("property x"), std::string::npos)
        << quoted.error().message;
}

}  // namespace
}  // namespace foxtail
