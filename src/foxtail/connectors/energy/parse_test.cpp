#include "foxtail/connectors/energy/parse.hpp"

#include "foxtail/forecast/zone_testing.hpp"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::energy {
namespace {

using forecast::at;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

const forecast::BerlinZone zone;

Told read(Format format, Use use, const std::string& text, double scale = 1) {
    const auto told = parse({format, use, scale}, text, zone);
    EXPECT_TRUE(told) << told.error().message;
    return told ? *told : Told{};
}
std::string mistake(Format format, Use use, const std::string& text) {
    const auto told = parse({format, use, 1}, text, zone);
    return told ? "it was read" : told.error().message;
}

TEST(PriceSources, awattar_tells_euros_for_a_mwh) {
    const auto told = read(Format::awattar, Use::price,
                           R"({"object":"list","data":[
        {"start_timestamp":1795302000000,"end_timestamp":1795305600000,"marketprice":84.05,"unit":"Eur/MWh"},
        {"start_timestamp":1795305600000,"end_timestamp":1795309200000,"marketprice":-3.2,"unit":"Eur/MWh"}]})");
    EXPECT_EQ(format_rfc3339(told.series.from), "2026-11-21T23:00:00Z");
    EXPECT_EQ(told.series.step, hours(1));
    EXPECT_THAT(told.series.values, ElementsAre(DoubleNear(0.08405, 1e-12), -0.0032));
    EXPECT_EQ(told.currency, "EUR");
    EXPECT_EQ(told.holes, 0U);
}

TEST(PriceSources, quarters_and_holes_are_kept) {
    const auto told = read(
        Format::awattar, Use::price,
        R"({"data":[{"start_timestamp":1795302000000,"end_timestamp":1795302900000,"marketprice":100},
        {"start_timestamp":1795303800000,"end_timestamp":1795304700000,"marketprice":200}]})");
    EXPECT_EQ(told.series.step, minutes(15));
    ASSERT_EQ(told.series.values.size(), 3U);
    EXPECT_TRUE(std::isnan(told.series.values[1]));
    EXPECT_EQ(told.holes, 1U);
}

TEST(PriceSources, tibber_tells_totals_by_day_also_those_of_tomorrow) {
    const std::string days_told =
        R"({"current":null,"today":[{"total":0.31,"startsAt":"2026-11-22T22:00:00.000+01:00","currency":"EUR"},
            {"total":0.29,"startsAt":"2026-11-22T23:00:00.000+01:00","currency":"EUR"}],
            "tomorrow":[{"total":0.25,"startsAt":"2026-11-23T00:00:00.000+01:00","currency":"EUR"}]})";
    const auto whole = read(Format::tibber, Use::price,
                            R"({"data":{"viewer":{"homes":[{"currentSubscription":null},
            {"currentSubscription":{"priceInfo":)" +
                                days_told + "}}]}}}");
    EXPECT_EQ(whole.series.from, at("2026-11-22T21:00:00Z"));
    EXPECT_THAT(whole.series.values, ElementsAre(0.31, 0.29, 0.25));
    EXPECT_EQ(whole.currency, "EUR");
    EXPECT_EQ(read(Format::tibber, Use::price, days_told).series.values, whole.series.values);
}

TEST(PriceSources, what_tibber_cannot_answer_is_told_in_its_words) {
    const auto told = parse({Format::tibber, Use::price, 1},
                            R"({"errors":[{"message":"invalid token"}],"data":null})", zone);
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code, Code::unavailable);
    EXPECT_EQ(told.error().message, "tibber says: invalid token");
}

std::string entsoe_document(const std::string& curve, const std::string& points,
                            const std::string& more = "") {
    return R"(<?xml version="1.0" encoding="utf-8"?>
<Publication_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3">
  <TimeSeries>
    <currency_Unit.name>EUR</currency_Unit.name>
    <price_Measure_Unit.name>MWH</price_Measure_Unit.name>
    <curveType>)" +
           curve + R"(</curveType>
    <Period>
      <timeInterval><start>2026-11-21T23:00Z</start><end>2026-11-22T03:00Z</end></timeInterval>
      <resolution>PT60M</resolution>)" +
           points + "</Period></TimeSeries>" + more + "</Publication_MarketDocument>";
}
std::string entsoe_point(int position, const char* amount) {
    return "<Point><position>" + std::to_string(position) + "</position><price.amount>" + amount +
           "</price.amount></Point>";
}

TEST(PriceSources, entsoe_leaves_out_what_repeats_in_curve_a03) {
    const auto points = entsoe_point(1, "100") + entsoe_point(3, "-50.5");
    const auto repeated = read(Format::entsoe, Use::price, entsoe_document("A03", points));
    EXPECT_EQ(repeated.series.from, at("2026-11-21T23:00:00Z"));
    EXPECT_THAT(repeated.series.values, ElementsAre(0.1, 0.1, -0.0505, -0.0505));
    EXPECT_EQ(repeated.currency, "EUR");
    const auto single = read(Format::entsoe, Use::price, entsoe_document("A01", points));
    EXPECT_EQ(single.series.values.size(), 3U) << "in curve A01 what is left out is not told";
    EXPECT_TRUE(std::isnan(single.series.values[1]));
}

TEST(PriceSources, of_several_auctions_entsoe_means_the_first) {
    std::string second = entsoe_document("A03", entsoe_point(1, "999"));
    second = second.substr(second.find("<TimeSeries>"));
    second = second.substr(0, second.find("</Publication"));
    second.insert(12,
                  "<classificationSequence_AttributeInstanceComponent.position>2"
                  "</classificationSequence_AttributeInstanceComponent.position>");
    const auto told =
        read(Format::entsoe, Use::price, entsoe_document("A03", entsoe_point(1, "100"), second));
    EXPECT_THAT(told.series.values, testing::Each(0.1));
}

TEST(PriceSources, entsoes_long_day_has_twenty_five_hours) {
    std::string points;
    for (int i = 1; i <= 25; ++i) points += entsoe_point(i, std::to_string(i).c_str());
    auto text = entsoe_document("A03", points);
    text.replace(text.find("2026-11-21T23:00Z"), 17, "2026-10-24T22:00Z");
    text.replace(text.find("2026-11-22T03:00Z"), 17, "2026-10-25T23:00Z");
    EXPECT_EQ(read(Format::entsoe, Use::price, text).series.values.size(), 25U);
}

TEST(PriceSources, what_entsoe_refuses_and_what_is_hostile_is_told) {
    EXPECT_EQ(mistake(Format::entsoe, Use::price,
                      "<Acknowledgement_MarketDocument><Reason><code>999</code><text>No matching "
                      "data found</text></Reason></Acknowledgement_MarketDocument>"),
              "entsoe says: No matching data found");
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<a>";
    EXPECT_EQ(mistake(Format::entsoe, Use::price, deep), "entsoe: it has deeper than 12 tags");
    EXPECT_THAT(mistake(Format::entsoe, Use::price, "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"),
                HasSubstr("DOCTYPE"));
    EXPECT_THAT(mistake(Format::entsoe, Use::price, R"(<a b="</a></a>"><a></a></a>)"),
                HasSubstr("a tag within a tag"));
    EXPECT_THAT(mistake(Format::entsoe, Use::price, "<a><b></a>"), HasSubstr("not XML"));
    EXPECT_EQ(mistake(Format::entsoe, Use::price, "<a></a>"),
              "entsoe: no Publication_MarketDocument");
    EXPECT_EQ(mistake(Format::entsoe, Use::price, entsoe_document("A03", entsoe_point(9, "1"))),
              "entsoe: a Point's position is not between 1 and 4");
    EXPECT_EQ(mistake(Format::entsoe, Use::price, entsoe_document("A03", entsoe_point(1, "1,5"))),
              "entsoe: Point 1 has no price.amount");
    EXPECT_EQ(mistake(Format::entsoe, Use::price, entsoe_document("A03", "")),
              "entsoe: no entry has a value");
}

TEST(PriceSources, a_list_of_ones_own_is_simple) {
    const auto told = read(Format::list, Use::price,
                           R"([{"from":"2026-11-22T01:00:00+01:00","value":0.31},
                              {"from":"2026-11-22T01:00:00Z","value":null},
                              {"start":1795312800,"end":1795316400,"price":-0.02}])",
                           2);
    EXPECT_EQ(told.series.from, at("2026-11-22T00:00:00Z"));
    ASSERT_EQ(told.series.values.size(), 3U);
    EXPECT_DOUBLE_EQ(told.series.values[0], 0.62);
    EXPECT_TRUE(std::isnan(told.series.values[1]));
    EXPECT_DOUBLE_EQ(told.series.values[2], -0.04);
    EXPECT_EQ(
        read(Format::list, Use::price, R"({"values":[{"from":"2026-11-22T00:00:00Z","value":1}]})")
            .series.values.size(),
        1U);
}

TEST(PriceSources, mistakes_name_the_entry_and_what_is_wrong) {
    const auto list = [](const std::string& text) {
        return mistake(Format::list, Use::price, text);
    };
    EXPECT_EQ(list("[]"), "list: nothing is told");
    EXPECT_THAT(list("7"), HasSubstr("neither a list nor an object"));
    EXPECT_EQ(list(R"([{"from":"2026-11-22T00:00:00Z","value":"cheap"}])"),
              "list: entry 1: the value is no number");
    EXPECT_THAT(list(R"([{"from":"2026-11-22T00:00:00Z","value":1},{"value":2}])"),
                HasSubstr("list: entry 2 is not like"));
    EXPECT_THAT(list(R"([{"from":"22.11.2026","value":1}])"),
                HasSubstr("list: entry 1: '22.11.2026' is not an RFC 3339 time"));
    EXPECT_EQ(list(R"([{"from":"2026-11-22T02:00:00Z","until":"2026-11-22T01:00:00Z","value":1}])"),
              "list: entry 1 ends before it begins");
    EXPECT_EQ(list(R"([{"from":"2026-11-22T00:00:00Z","value":1},
                       {"from":"2027-11-22T00:00:00Z","value":1}])"),
              "list: told for 365 days, limit 60");
    EXPECT_EQ(mistake(Format::awattar, Use::price, R"({"prices":[]})"), "awattar: no list 'data'");
    EXPECT_EQ(
        mistake(
            Format::awattar, Use::price,
            R"({"data":[{"start_timestamp":1795302000000,"end_timestamp":1795305600000,"marketprice":8,"unit":"ct/kWh"}]})"),
        "awattar: entry 1 is in 'ct/kWh', not Eur/MWh");
    EXPECT_THAT(mistake(Format::awattar, Use::price, "{\"data\":"), HasSubstr("awattar: "));
    EXPECT_EQ(mistake(Format::awattar, Use::sun, "{}"), "awattar does not tell that");
    EXPECT_THAT(mistake(Format::list, Use::price, std::string(told_bytes_max + 1, ' ')),
                HasSubstr("limit 4194304"));
}

constexpr const char* weather_text =
    R"({"utc_offset_seconds":3600,"timezone":"Europe/Berlin","hourly":{
      "time":["2026-11-22T10:00","2026-11-22T11:00","2026-11-22T12:00","2026-11-22T13:00"],
      "temperature_2m":[3,5,null,7],"shortwave_radiation":[100,200,300,400]}})";

TEST(WeatherSources, open_meteos_radiation_belongs_to_the_hour_before_and_its_times_are_local) {
    const auto sun = read(Format::open_meteo, Use::sun, weather_text, 8);
    EXPECT_EQ(sun.series.from, at("2026-11-22T09:00:00Z"));
    EXPECT_THAT(sun.series.values,
                ElementsAre(DoubleNear(1.6, 1e-9), DoubleNear(2.4, 1e-9), DoubleNear(3.2, 1e-9)));
    const auto outdoor = read(Format::open_meteo, Use::outdoor, weather_text);
    EXPECT_DOUBLE_EQ(outdoor.series.values[0], 4);
    EXPECT_EQ(outdoor.holes, 2U);
}

TEST(WeatherSources, open_meteos_quarters_and_tilted_planes_go_first_and_numbers_are_utc) {
    const auto told =
        read(Format::open_meteo, Use::sun,
             R"({"utc_offset_seconds":7200,"minutely_15":{"time":[1795338000,1795338900,1795339800],
            "shortwave_radiation":[1,1,1],"global_tilted_irradiance":[0,500,1000]},
            "hourly":{"time":[1795338000],"shortwave_radiation":[1]}})");
    EXPECT_EQ(told.series.step, minutes(15));
    EXPECT_EQ(told.series.from, Time{1795338000000000});
    EXPECT_THAT(told.series.values, ElementsAre(0.5, 1));
}

TEST(WeatherSources, what_open_meteo_refuses_and_what_does_not_fit_is_told) {
    EXPECT_EQ(mistake(Format::open_meteo, Use::sun, R"({"error":true,"reason":"Daily limit"})"),
              "open_meteo says: Daily limit");
    EXPECT_EQ(mistake(Format::open_meteo, Use::sun,
                      R"({"hourly":{"time":["2026-11-22T10:00"],"temperature_2m":[1]}})"),
              "open_meteo: neither 'hourly' nor 'minutely_15' has global_tilted_irradiance");
    EXPECT_EQ(mistake(Format::open_meteo, Use::outdoor,
                      R"({"hourly":{"time":["2026-11-22T10:00"],"temperature_2m":[1,2]}})"),
              "open_meteo: 'time' and 'temperature_2m' are not of one length");
    EXPECT_EQ(
        mistake(
            Format::open_meteo, Use::outdoor,
            R"({"hourly":{"time":["2026-11-22T10:00","2026-11-22T10:00"],"temperature_2m":[1,2]}})"),
        "open_meteo: entry 2 of 'time' is no time after the one before");
}

TEST(WeatherSources, forecast_solars_energies_end_at_their_times_by_the_houses_clock) {
    const auto told =
        read(Format::forecast_solar, Use::sun,
             R"({"result":{"watt_hours_period":{"2026-11-22 09:00:00":240,"2026-11-22 07:42:00":0,
            "2026-11-22 08:00:00":9,"2026-11-22 16:10:00":0,"2026-11-23 07:43:00":0,
            "2026-11-23 08:43:00":60}},"message":{"code":0}})");
    EXPECT_EQ(told.series.from, at("2026-11-22T06:30:00Z"));
    EXPECT_NEAR(told.series.mean(at("2026-11-22T07:00:00Z"), at("2026-11-22T08:00:00Z")), 0.24,
                1e-9);
    EXPECT_EQ(told.series.at(at("2026-11-22T20:00:00Z")), 0) << "by night there is no sun";
    EXPECT_NEAR(told.series.at(at("2026-11-23T07:00:00Z")), 0.06, 1e-9);
}

TEST(WeatherSources, forecast_solars_powers_are_joined_by_lines_where_there_is_nothing_better) {
    const auto told = read(Format::forecast_solar, Use::sun,
                           R"({"result":{"2026-06-22 09:00:00":1000,"2026-06-22 10:00:00":2000}})");
    EXPECT_EQ(told.series.from, at("2026-06-22T07:00:00Z"));
    EXPECT_THAT(told.series.values, ElementsAre(1.5));
    for (const auto* how : {R"("code":429)", R"("type":"error")"})
        EXPECT_EQ(mistake(Format::forecast_solar, Use::sun,
                          std::string(R"({"result":null,"message":{)") + how +
                              R"(,"text":"Rate limit"}})"),
                  "forecast_solar says: Rate limit");
    EXPECT_EQ(mistake(Format::forecast_solar, Use::sun, R"({"result":{"soon":1}})"),
              "forecast_solar: 'soon' is no time");
}

}  // namespace
}  // namespace foxtail::energy
