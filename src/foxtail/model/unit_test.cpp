#include "foxtail/model/unit.hpp"

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

using Spellings = std::vector<std::pair<std::string_view, std::string_view>>;

void expect_codes(const Spellings& spellings) {
    for (const auto& [text, code] : spellings) {
        const auto got = unit_from_spelling(text);
        EXPECT_EQ(got.value_or(""), code) << "for the spelling '" << text << "'";
        if (!code.empty()) {
            EXPECT_NE(find_unit(code), nullptr) << code;
        }
    }
}

double converted(double value, std::string_view from, std::string_view to) {
    const auto result = convert(value, from, to);
    EXPECT_TRUE(result.has_value()) << from << " to " << to;
    return result.value_or(std::numeric_limits<double>::quiet_NaN());
}

TEST(Unit, every_code_is_found_and_stands_once) {
    std::set<std::string_view> codes;
    for (const Unit& unit : all_units()) {
        EXPECT_TRUE(codes.insert(unit.code).second) << unit.code << " stands twice";
        ASSERT_EQ(find_unit(unit.code), &unit) << unit.code;
        EXPECT_FALSE(unit.quantity.empty()) << unit.code;
        EXPECT_TRUE(std::isfinite(unit.factor) && unit.factor > 0) << unit.code;
        EXPECT_TRUE(std::isfinite(unit.divisor) && unit.divisor > 0) << unit.code;
    }
    for (const std::string_view code : {"", "cel", "CEL", "kw.h", "kWh", "°C", "zz", "{", "~"})
        EXPECT_EQ(find_unit(code), nullptr) << code;
}

TEST(Unit, codes_are_written_in_the_characters_ucum_allows) {
    for (const Unit& unit : all_units()) {
        for (const char c : unit.code) EXPECT_TRUE(c > ' ' && c < 127) << unit.code;
        EXPECT_EQ(unit_from_spelling(unit.code).value_or(""), unit.code);
    }
}

TEST(Unit, what_people_read_leads_back_to_the_unit) {
    for (const Unit& unit : all_units()) {
        const std::string_view symbol = unit.symbol;
        // "gal (UK)", "g₀" and the like are for people only; where a symbol is understood, it must
        // be this unit.
        const auto code = unit_from_spelling(symbol);
        if (code) {
            EXPECT_EQ(find_unit(*code)->quantity, unit.quantity) << symbol << " of " << unit.code;
        }
    }
}

TEST(Unit, converts_there_and_back_between_all_units_of_one_quantity) {
    for (const Unit& from : all_units()) {
        for (const Unit& to : all_units()) {
            if (from.quantity != to.quantity) {
                EXPECT_FALSE(convert(1, from.code, to.code).has_value())
                    << from.code << " to " << to.code;
                continue;
            }
            for (const double value :
                 {0.0, 1.0, -40.0, 0.37, 21.5, 1013.25, 123456.789, 1e9, 1e-6}) {
                const double there = converted(value, from.code, to.code);
                const double back = converted(there, to.code, from.code);
                // An offset swallows digits of what is small beside it: 1e-6 Cel is 273.150001 K.
                const bool offset = from.offset != to.offset;
                const double scale = offset ? std::max(std::abs(value), 500.0) : std::abs(value);
                EXPECT_LE(std::abs(back - value), 1e-9 * scale)
                    << value << " " << from.code << " to " << to.code << " is " << there
                    << ", back " << back;
            }
        }
    }
}

TEST(Unit, everyday_conversions_are_exact_to_the_last_digit) {
    EXPECT_EQ(converted(32, "[degF]", "Cel"), 0);
    EXPECT_EQ(converted(212, "[degF]", "Cel"), 100);
    EXPECT_EQ(converted(-40, "Cel", "[degF]"), -40);
    EXPECT_EQ(converted(20, "Cel", "K"), 293.15);
    EXPECT_EQ(converted(1.5, "kW.h", "W.h"), 1500);
    EXPECT_EQ(converted(1, "kW.h", "J"), 3.6e6);
    EXPECT_EQ(converted(36, "km/h", "m/s"), 10);
    EXPECT_EQ(converted(90, "min", "h"), 1.5);
    EXPECT_EQ(converted(1, "[mi_i]", "m"), 1609.344);
    EXPECT_EQ(converted(1, "[in_i]", "mm"), 25.4);
    EXPECT_EQ(converted(1, "[gal_us]", "L"), 3.785411784);
    EXPECT_EQ(converted(1, "[lb_av]", "kg"), 0.45359237);
    EXPECT_EQ(converted(16, "[oz_av]", "[lb_av]"), 1);
    EXPECT_EQ(converted(1, "bar", "hPa"), 1000);
    EXPECT_EQ(converted(1, "m3", "L"), 1000);
    EXPECT_EQ(converted(1, "m3/h", "L/min"), 1000.0 / 60);
    EXPECT_EQ(converted(1, "%", "[ppm]"), 10000);
    EXPECT_EQ(converted(1, "GiBy", "By"), 1073741824);
    EXPECT_EQ(converted(1, "MBy/s", "Mbit/s"), 8);
    EXPECT_EQ(converted(60, "{rpm}", "deg/s"), 360);
}

TEST(Unit, derived_definitions_agree_with_the_published_figures) {
    EXPECT_NEAR(converted(1, "[psi]", "Pa"), 6894.757293168361, 1e-9);
    EXPECT_NEAR(converted(760, "mm[Hg]", "Pa"), 101325, 0.5);
    EXPECT_NEAR(converted(1, "[in_i'Hg]", "mm[Hg]"), 25.4, 1e-12);
    EXPECT_NEAR(converted(1, "[in_i'H2O]", "Pa"), 249.08891, 1e-9);
    EXPECT_NEAR(converted(1, "[Btu_IT]/h", "W"), 0.29307107017, 1e-11);
    EXPECT_NEAR(converted(1, "[Btu_IT]", "J"), 1055.05585262, 1e-9);
    EXPECT_NEAR(converted(1, "[Btu_IT]/(h.[sft_i])", "W/m2"), 3.154590745, 1e-8);
    EXPECT_NEAR(converted(1, "75.kgf.m/s", "W"), 735.49875, 1e-12);
    EXPECT_NEAR(converted(1, "kcal", "J"), 4184, 1e-9);
    EXPECT_NEAR(converted(1, "[kn_i]", "m/s"), 0.514444444444, 1e-12);
    EXPECT_NEAR(converted(60, "[mi_i]/h", "km/h"), 96.56064, 1e-12);
    EXPECT_NEAR(converted(1, "[gal_br]", "L"), 4.54609, 1e-15);
    EXPECT_NEAR(converted(1, "[foz_us]", "mL"), 29.5735295625, 1e-12);
    EXPECT_NEAR(converted(1, "[cft_i]/min", "m3/h"), 1.69901079552, 1e-12);
    EXPECT_NEAR(converted(1, "[gal_us]/min", "L/min"), 3.785411784, 1e-12);
    EXPECT_NEAR(converted(1, "[gal_us]/d", "L/h"), 0.157725491, 1e-12);
    EXPECT_NEAR(converted(1, "[mi_i]/[gal_us]", "km/L"), 0.425143707430, 1e-12);
    EXPECT_NEAR(converted(1, "[mi_i]/[gal_br]", "km/L"), 0.354006189935, 1e-12);
    EXPECT_NEAR(converted(1, "[mi_i]/[gal_us]{equivalent}", "[mi_i]/(kW.h)"), 1 / 33.7, 1e-15);
    EXPECT_NEAR(converted(15, "kW.h/(100.km)", "W.h/km"), 150, 1e-12);
    EXPECT_NEAR(converted(180, "deg", "rad"), 3.141592653589793, 1e-15);
    EXPECT_NEAR(converted(1, "[stone_av]", "[lb_av]"), 14, 1e-12);
    EXPECT_NEAR(converted(1, "ug/[cft_i]", "ug/m3"), 35.3146667215, 1e-9);
    EXPECT_NEAR(converted(1, "wk", "d"), 7, 0);
    EXPECT_NEAR(converted(12, "mo", "a"), 1, 0);
    EXPECT_NEAR(converted(1, "[sft_i]", "m2"), 0.09290304, 1e-15);
    EXPECT_NEAR(converted(1, "dS/m", "mS/cm"), 1, 1e-15);
}

TEST(Unit, what_looks_alike_but_is_another_quantity_does_not_convert) {
    EXPECT_FALSE(convert(1, "N.m", "J"));
    EXPECT_FALSE(convert(1, "V.A", "W"));
    EXPECT_FALSE(convert(1, "{uv_index}", "{voc_index}"));
    EXPECT_FALSE(convert(1, "{EUR}", "{USD}"));
    EXPECT_FALSE(convert(1, "Cel", "no such unit"));
    EXPECT_FALSE(convert(std::numeric_limits<double>::max(), "PBy", "bit"));
    EXPECT_FALSE(convert(std::numeric_limits<double>::infinity(), "m", "km"));
}

// tidy: long because it is a table. Every spelling in the exposes and options of
// zigbee-herdsman-converters 26.112.0. Empty = no unit.
TEST(Unit, knows_every_spelling_of_the_zigbee2mqtt_converters_or_says_that_it_is_none) {
    expect_codes({
        {"°C", "Cel"},
        {"%", "%"},
        {"mired", "{mired}"},
        {"s", "s"},
        {"kWh", "kW.h"},
        {"W", "W"},
        {"V", "V"},
        {"A", "A"},
        {"mV", "mV"},
        {"ms", "ms"},
        {"lx", "lx"},
        {"ppm", "[ppm]"},
        {"min", "min"},
        {"m", "m"},
        {"sec", "s"},
        {"Hz", "Hz"},
        {"VA", "V.A"},
        {"seconds", "s"},
        {"kPa", "kPa"},
        {"µg/m³", "ug/m3"},
        {"h", "h"},
        {"Hours", "h"},
        {"Hr", "h"},
        {"VAR", "V.A{reactive}"},
        {"cm", "cm"},
        {"hPa", "hPa"},
        {"minutes", "min"},
        {"L", "L"},
        {"°", "deg"},
        {"mA", "mA"},
        {"ppb", "[ppb]"},
        {"VOC Index points", "{voc_index}"},
        {"C", "Cel"},
        {"bar", "bar"},
        {"psi", "[psi]"},
        {"#/cm³", "{#}/cm3"},
        {"°F", "[degF]"},
        {"raw unit", ""},
        {"lux", "lx"},
        {"meters", "m"},
        {"μS/cm", "uS/cm"},
        {"m³", "m3"},
        {"m3", "m3"},
        {"day", "d"},
        {"kW", "kW"},
        {"Lx", "lx"},
        {"times", ""},
        {"*", ""},
        {"dBA", "dB{A}"},
        {"µm", "um"},
        {"VAr", "V.A{reactive}"},
        {"kVArh", "kV.A.h{reactive}"},
        {"m³/h", "m3/h"},
        {"VArh", "V.A.h{reactive}"},
        {"mm/s", "mm/s"},
        {"gal", "[gal_us]"},
        {"µS/cm", "uS/cm"},
        {"10 ms", ""},
        {"Sec", "s"},
        {"  C", "Cel"},
        {"℉", "[degF]"},
        {"rpm", "{rpm}"},
        {"PM2.5 Index", "{pm25_index}"},
        {"NOx Index points", "{nox_index}"},
        {"%LEL", "%{LEL}"},
        {"g", "g"},
        {"mm", "mm"},
        {"m/s", "m/s"},
        {"hours", "h"},
        {"level", ""},
        {"LEL", ""},
        {"℃", "Cel"},
        {"pH", "[pH]"},
        {"mg/L", "mg/L"},
        {"ºC", "Cel"},
        {"raw", ""},
        {"μR/h", "uR/h"},
        {"min.", "min"},
        {"adc", ""},
        {"days", "d"},
        {"year", "a"},
        {"month", "mo"},
        {"hour", "h"},
        {"mg/m³", "mg/m3"},
        {"kVA", "kV.A"},
        {"portion", "{portion}"},
        {"dB", "dB"},
        {"Wh", "W.h"},
        {"VOC index points", "{voc_index}"},
        {"K", "K"},
        {"w", "W"},
        {"minute", "min"},
        {"x", ""},
        {"volt", "V"},
        {"watt", "W"},
        {"dBm", "dB{mW}"},
        {"sec.", "s"},
        {"index", ""},
        {"Seconds", "s"},
        {"minutes or litres", ""},
        {"seconds or litres", ""},
        {"ug/m3", "ug/m3"},
        {"dB/m", "dB/m"},
        {"gal/min", "[gal_us]/min"},
        {"", ""},
        {"breaths/min", "{breaths}/min"},
        {"lqi", "{lqi}"},
        {"mm/h", "mm/h"},
        {"hPa/h", "hPa/h"},
        {"liter", "L"},
        {"10s", ""},
        {"Day", "d"},
        {"L/h", "L/h"},
        {"d", "d"},
        {"mWt", ""},
        {"gg", ""},
        {"LEL %", "%{LEL}"},
        {"H", "h"},
        {"S", "s"},
        {"‰", "[ppth]"},
        {"Volt", "V"},
    });
}

// tidy: long because it is a table.
TEST(Unit, knows_the_spellings_of_home_assistant) {
    expect_codes({
        {"mW", "mW"},
        {"MW", "MW"},
        {"GW", "GW"},
        {"BTU/h", "[Btu_IT]/h"},
        {"mVA", "mV.A"},
        {"mvar", "mV.A{reactive}"},
        {"var", "V.A{reactive}"},
        {"kvar", "kV.A{reactive}"},
        {"varh", "V.A.h{reactive}"},
        {"kvarh", "kV.A.h{reactive}"},
        {"J", "J"},
        {"GJ", "GJ"},
        {"mWh", "mW.h"},
        {"MWh", "MW.h"},
        {"TWh", "TW.h"},
        {"kcal", "kcal"},
        {"Gcal", "Gcal"},
        {"kWh/100km", "kW.h/(100.km)"},
        {"Wh/km", "W.h/km"},
        {"mi/kWh", "[mi_i]/(kW.h)"},
        {"km/kWh", "km/(kW.h)"},
        {"μV", "uV"},
        {"kV", "kV"},
        {"€", "{EUR}"},
        {"$", "{USD}"},
        {"EUR/kWh", "{EUR}/(kW.h)"},
        {"μs", "us"},
        {"weeks", "wk"},
        {"in", "[in_i]"},
        {"ft", "[ft_i]"},
        {"yd", "[yd_i]"},
        {"mi", "[mi_i]"},
        {"nmi", "[nmi_i]"},
        {"kHz", "kHz"},
        {"MHz", "MHz"},
        {"GHz", "GHz"},
        {"mPa", "mPa"},
        {"Pa", "Pa"},
        {"cbar", "cbar"},
        {"mbar", "mbar"},
        {"mmHg", "mm[Hg]"},
        {"inHg", "[in_i'Hg]"},
        {"inH₂O", "[in_i'H2O]"},
        {"ft³", "[cft_i]"},
        {"CCF", "100.[cft_i]"},
        {"MCF", "1000.[cft_i]"},
        {"mL", "mL"},
        {"fl. oz.", "[foz_us]"},
        {"m³/min", "m3/min"},
        {"m³/s", "m3/s"},
        {"ft³/min", "[cft_i]/min"},
        {"L/min", "L/min"},
        {"L/s", "L/s"},
        {"gal/h", "[gal_us]/h"},
        {"gal/d", "[gal_us]/d"},
        {"mL/s", "mL/s"},
        {"m²", "m2"},
        {"cm²", "cm2"},
        {"km²", "km2"},
        {"in²", "[sin_i]"},
        {"ft²", "[sft_i]"},
        {"yd²", "[syd_i]"},
        {"ha", "har"},
        {"μg", "ug"},
        {"oz", "[oz_av]"},
        {"lb", "[lb_av]"},
        {"st", "[stone_av]"},
        {"S/cm", "S/cm"},
        {"mS/cm", "mS/cm"},
        {"UV index", "{uv_index}"},
        {"W/m²", "W/m2"},
        {"BTU/(h⋅ft²)", "[Btu_IT]/(h.[sft_i])"},
        {"in/d", "[in_i]/d"},
        {"in/h", "[in_i]/h"},
        {"mm/d", "mm/d"},
        {"g/m³", "g/m3"},
        {"μg/ft³", "ug/[cft_i]"},
        {"p/m³", "{#}/m3"},
        {"mg/dL", "mg/dL"},
        {"mmol/L", "mmol/L"},
        {"ft/s", "[ft_i]/s"},
        {"in/s", "[in_i]/s"},
        {"m/min", "m/min"},
        {"kn", "[kn_i]"},
        {"mph", "[mi_i]/h"},
        {"km/h", "km/h"},
        {"kbit", "kbit"},
        {"B", "By"},
        {"kB", "kBy"},
        {"MB", "MBy"},
        {"TB", "TBy"},
        {"GiB", "GiBy"},
        {"kbit/s", "kbit/s"},
        {"Mbit/s", "Mbit/s"},
        {"MB/s", "MBy/s"},
        {"MiB/s", "MiBy/s"},
        {"y", "a"},
        {"bpm", "{beats}/min"},
    });
}

TEST(Unit, knows_the_spellings_of_the_vehicle_signal_specification) {
    expect_codes({
        {"percent", "%"},
        {"degrees", "deg"},
        {"Nm", "N.m"},
        {"Celsius", "Cel"},
        {"Fahrenheit", "[degF]"},
        {"N", "N"},
        {"kN", "kN"},
        {"l", "L"},
        {"ml", "mL"},
        {"degrees/s", "deg/s"},
        {"rad/s", "rad/s"},
        {"inch", "[in_i]"},
        {"kg", "kg"},
        {"lbs", "[lb_av]"},
        {"m/s^2", "m/s2"},
        {"cm/s^2", "cm/s2"},
        {"cm^3", "cm3"},
        {"Ah", "A.h"},
        {"cpm", "{cycles}/min"},
        {"l/100km", "L/(100.km)"},
        {"ml/100km", "mL/(100.km)"},
        {"km/l", "km/L"},
        {"g/km", "g/km"},
        {"g/s", "g/s"},
        {"l/h", "L/h"},
        {"PS", "75.kgf.m/s"},
        {"mpg", "[mi_i]/[gal_us]"},
        {"mpg-us", "[mi_i]/[gal_us]"},
        {"mpg-uk", "[mi_i]/[gal_br]"},
        {"mpge", "[mi_i]/[gal_us]{equivalent}"},
        {"ratio", "1"},
        {"stars", "{stars}"},
        {"nm/km", "nm/km"},
        {"Ohm", "Ohm"},
        {"months", "mo"},
        {"years", "a"},
        {"iso8601", ""},
        {"unix-time", ""},
    });
}

TEST(Unit, white_space_case_of_words_and_both_micro_signs_do_not_matter) {
    expect_codes({
        {" \t°C \n", "Cel"},
        {"KWH", "kW.h"},
        {"SECONDS", "s"},
        {"\u00B5g/m3", "ug/m3"},
        {"\u03BCg/m3", "ug/m3"},
        {"\u00A0W\u00A0", "W"},
        {"k\u03A9", "kOhm"},
        {"k\u2126", "kOhm"},
        {"N·m", "N.m"},
        {"kW.h", "kW.h"},
    });
    // Where the case makes another unit, it is kept.
    expect_codes(
        {{"mW", "mW"}, {"MW", "MW"}, {"mWh", "mW.h"}, {"MWh", "MW.h"}, {"mb", ""}, {"Mw", ""}});
}

TEST(Unit, long_or_broken_spellings_are_no_unit) {
    EXPECT_FALSE(unit_from_spelling(std::string(100'000, 'm')));
    EXPECT_FALSE(unit_from_spelling(std::string(100'000, ' ')));
    EXPECT_FALSE(unit_from_spelling("\xC2"));
    EXPECT_FALSE(unit_from_spelling(std::string_view("W\0", 2)));
    EXPECT_FALSE(unit_from_spelling("."));
}

}  // namespace
}  // namespace foxtail
