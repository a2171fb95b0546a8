#include "foxtail/model/unit.hpp"
#include "foxtail/model/unit_table.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

// How devices spell units, collected from Zigbee2MQTT's converters, Home Assistant's constants, the
// Vehicle Signal Specification and MIoT. A text goes through `plain` first, so that one entry
// stands for all its typographic variants. What could mean two things a home has (e.g. "mb",
// "ct/kWh") is left out on purpose: no unit is better than a wrong one.

namespace foxtail {
namespace {

struct Spelling {
    std::string_view text;
    std::string_view code;
};

// clang-format off
/// Exactly as written: symbols whose letters mean something else in the other case.
constexpr auto symbols = std::to_array<Spelling>({
    {"°C", "Cel"}, {"C", "Cel"}, {"°F", "[degF]"}, {"F", "[degF]"}, {"°K", "K"},
    {"w", "W"}, {"PS", "75.kgf.m/s"},
    {"mVA", "mV.A"}, {"VA", "V.A"}, {"kVA", "kV.A"}, {"mvar", "mV.A{reactive}"},
    {"mWh", "mW.h"}, {"MWh", "MW.h"}, {"GWh", "GW.h"}, {"TWh", "TW.h"},
    {"mAh", "mA.h"}, {"Ah", "A.h"},
    {"BTU/(h.ft2)", "[Btu_IT]/(h.[sft_i])"},
    {"‰", "[ppth]"},
    {"in", "[in_i]"}, {"ft", "[ft_i]"}, {"yd", "[yd_i]"}, {"mi", "[mi_i]"}, {"nmi", "[nmi_i]"},
    {"in2", "[sin_i]"}, {"ft2", "[sft_i]"}, {"yd2", "[syd_i]"}, {"ha", "har"},
    {"ft3", "[cft_i]"}, {"CCF", "100.[cft_i]"}, {"MCF", "1000.[cft_i]"},
    {"ft3/min", "[cft_i]/min"}, {"ft3/m", "[cft_i]/min"}, {"CFM", "[cft_i]/min"},
    {"gal/min", "[gal_us]/min"}, {"gal/h", "[gal_us]/h"}, {"gal/d", "[gal_us]/d"},
    {"in/d", "[in_i]/d"}, {"in/h", "[in_i]/h"}, {"in/s", "[in_i]/s"}, {"ft/s", "[ft_i]/s"}, {"kn", "[kn_i]"},
    {"st", "[stone_av]"}, {"y", "a"},
    {"°", "deg"}, {"°/s", "deg/s"}, {"ug/ft3", "ug/[cft_i]"},
    {"#/cm3", "{#}/cm3"}, {"1/cm3", "{#}/cm3"}, {"#/m3", "{#}/m3"}, {"p/m3", "{#}/m3"}, {"1/m3", "{#}/m3"},
    {"B", "By"}, {"kB", "kBy"}, {"KB", "kBy"}, {"MB", "MBy"}, {"GB", "GBy"}, {"TB", "TBy"}, {"PB", "PBy"},
    {"KiB", "KiBy"}, {"MiB", "MiBy"}, {"GiB", "GiBy"}, {"TiB", "TiBy"},
    {"B/s", "By/s"}, {"kB/s", "kBy/s"}, {"KB/s", "kBy/s"}, {"MB/s", "MBy/s"}, {"GB/s", "GBy/s"},
    {"KiB/s", "KiBy/s"}, {"MiB/s", "MiBy/s"}, {"GiB/s", "GiBy/s"},
    {"Nm", "N.m"}, {"€", "{EUR}"}, {"$", "{USD}"}, {"£", "{GBP}"},
    {"€/kWh", "{EUR}/(kW.h)"}, {"EUR/kWh", "{EUR}/(kW.h)"}, {"€/MWh", "{EUR}/(MW.h)"}, {"EUR/MWh", "{EUR}/(MW.h)"},
    {"$/kWh", "{USD}/(kW.h)"}, {"USD/kWh", "{USD}/(kW.h)"}, {"$/MWh", "{USD}/(MW.h)"}, {"USD/MWh", "{USD}/(MW.h)"},
    {"£/kWh", "{GBP}/(kW.h)"}, {"GBP/kWh", "{GBP}/(kW.h)"}, {"£/MWh", "{GBP}/(MW.h)"}, {"GBP/MWh", "{GBP}/(MW.h)"},
});

/// In any case, and with or without a full stop behind: words, and symbols with one meaning only.
constexpr auto words = std::to_array<Spelling>({
    {"celsius", "Cel"}, {"degree celsius", "Cel"}, {"degrees celsius", "Cel"}, {"deg c", "Cel"}, {"degc", "Cel"},
    {"fahrenheit", "[degF]"}, {"degree fahrenheit", "[degF]"}, {"degrees fahrenheit", "[degF]"}, {"deg f", "[degF]"},
    {"degf", "[degF]"}, {"kelvin", "K"},
    {"percent", "%"}, {"percentage", "%"}, {"pct", "%"}, {"ratio", "1"}, {"ppm", "[ppm]"}, {"ppb", "[ppb]"},
    {"watt", "W"}, {"watts", "W"}, {"kw", "kW"}, {"kilowatt", "kW"}, {"kilowatts", "kW"}, {"btu/h", "[Btu_IT]/h"},
    {"va", "V.A"}, {"var", "V.A{reactive}"}, {"kvar", "kV.A{reactive}"},
    {"varh", "V.A.h{reactive}"}, {"kvarh", "kV.A.h{reactive}"},
    {"joule", "J"}, {"joules", "J"}, {"wh", "W.h"}, {"kwh", "kW.h"}, {"btu", "[Btu_IT]"},
    {"volt", "V"}, {"volts", "V"}, {"ampere", "A"}, {"amperes", "A"}, {"amp", "A"}, {"amps", "A"},
    {"ohm", "Ohm"}, {"ohms", "Ohm"}, {"hz", "Hz"}, {"hertz", "Hz"}, {"khz", "kHz"}, {"ghz", "GHz"},
    {"cpm", "{cycles}/min"}, {"bpm", "{beats}/min"}, {"breaths/min", "{breaths}/min"},
    {"lx", "lx"}, {"lux", "lx"}, {"lumen", "lm"}, {"lumens", "lm"}, {"candela", "cd"},
    {"mired", "{mired}"}, {"mireds", "{mired}"},
    {"pa", "Pa"}, {"pascal", "Pa"}, {"hpa", "hPa"}, {"kpa", "kPa"}, {"psi", "[psi]"},
    {"mmhg", "mm[Hg]"}, {"inhg", "[in_i'Hg]"}, {"inh2o", "[in_i'H2O]"},
    {"meter", "m"}, {"meters", "m"}, {"metre", "m"}, {"metres", "m"},
    {"centimeter", "cm"}, {"centimeters", "cm"}, {"centimetre", "cm"}, {"centimetres", "cm"},
    {"millimeter", "mm"}, {"millimeters", "mm"}, {"millimetre", "mm"}, {"millimetres", "mm"},
    {"kilometer", "km"}, {"kilometers", "km"}, {"kilometre", "km"}, {"kilometres", "km"},
    {"inch", "[in_i]"}, {"inches", "[in_i]"}, {"foot", "[ft_i]"}, {"feet", "[ft_i]"},
    {"yard", "[yd_i]"}, {"yards", "[yd_i]"}, {"mile", "[mi_i]"}, {"miles", "[mi_i]"},
    {"sqm", "m2"}, {"sq m", "m2"}, {"hectare", "har"}, {"hectares", "har"},
    {"l", "L"}, {"liter", "L"}, {"liters", "L"}, {"litre", "L"}, {"litres", "L"}, {"ml", "mL"},
    {"gal", "[gal_us]"}, {"gallon", "[gal_us]"}, {"gallons", "[gal_us]"},
    {"fl. oz", "[foz_us]"}, {"fl oz", "[foz_us]"},
    {"l/h", "L/h"}, {"l/hr", "L/h"}, {"l/min", "L/min"}, {"lpm", "L/min"}, {"l/s", "L/s"}, {"ml/s", "mL/s"},
    {"ml/min", "mL/min"}, {"m3/hr", "m3/h"}, {"gpm", "[gal_us]/min"},
    {"km/h", "km/h"}, {"kmh", "km/h"}, {"kph", "km/h"}, {"mph", "[mi_i]/h"}, {"mi/h", "[mi_i]/h"},
    {"knot", "[kn_i]"}, {"knots", "[kn_i]"},
    {"degree", "deg"}, {"degrees", "deg"}, {"arcdegrees", "deg"}, {"degrees/s", "deg/s"}, {"radian", "rad"},
    {"radians", "rad"}, {"rpm", "{rpm}"},
    {"s", "s"}, {"sec", "s"}, {"secs", "s"}, {"second", "s"}, {"seconds", "s"},
    {"millisecond", "ms"}, {"milliseconds", "ms"}, {"msec", "ms"}, {"microseconds", "us"},
    {"min", "min"}, {"mins", "min"}, {"minute", "min"}, {"minutes", "min"},
    {"h", "h"}, {"hr", "h"}, {"hrs", "h"}, {"hour", "h"}, {"hours", "h"}, {"day", "d"}, {"days", "d"},
    {"week", "wk"}, {"weeks", "wk"}, {"month", "mo"}, {"months", "mo"}, {"year", "a"}, {"years", "a"},
    {"gram", "g"}, {"grams", "g"}, {"kg", "kg"}, {"kilogram", "kg"}, {"kilograms", "kg"},
    {"oz", "[oz_av]"}, {"ounce", "[oz_av]"}, {"ounces", "[oz_av]"},
    {"lb", "[lb_av]"}, {"lbs", "[lb_av]"}, {"pound", "[lb_av]"}, {"pounds", "[lb_av]"},
    {"g/kwh", "g/(kW.h)"}, {"gco2/kwh", "g/(kW.h)"}, {"gco2eq/kwh", "g/(kW.h)"},
    {"mg/l", "mg/L"}, {"g/l", "g/L"}, {"mg/dl", "mg/dL"}, {"mmol/l", "mmol/L"},
    {"%lel", "%{LEL}"}, {"lel %", "%{LEL}"}, {"% lel", "%{LEL}"}, {"lel%", "%{LEL}"}, {"ph", "[pH]"},
    {"db", "dB"}, {"decibel", "dB"}, {"decibels", "dB"}, {"dba", "dB{A}"}, {"db(a)", "dB{A}"}, {"db[a]", "dB{A}"},
    {"dbm", "dB{mW}"},
    {"bits", "bit"}, {"byte", "By"}, {"bytes", "By"}, {"bps", "bit/s"}, {"kbps", "kbit/s"}, {"mbps", "Mbit/s"},
    {"gbps", "Gbit/s"},
    {"newton", "N"}, {"n.m", "N.m"}, {"newton meter", "N.m"},
    {"wh/km", "W.h/km"}, {"kwh/100km", "kW.h/(100.km)"}, {"kwh/100 km", "kW.h/(100.km)"}, {"km/kwh", "km/(kW.h)"},
    {"mi/kwh", "[mi_i]/(kW.h)"}, {"mpge", "[mi_i]/[gal_us]{equivalent}"},
    {"ml/100km", "mL/(100.km)"}, {"l/100km", "L/(100.km)"}, {"l/100 km", "L/(100.km)"}, {"km/l", "km/L"},
    {"mpg", "[mi_i]/[gal_us]"}, {"mpg-us", "[mi_i]/[gal_us]"}, {"mpg-uk", "[mi_i]/[gal_br]"},
    {"eur", "{EUR}"}, {"usd", "{USD}"}, {"gbp", "{GBP}"},
    {"lqi", "{lqi}"}, {"portion", "{portion}"}, {"portions", "{portion}"}, {"star", "{stars}"}, {"stars", "{stars}"},
    {"step", "{steps}"}, {"steps", "{steps}"}, {"aqi", "{aqi}"}, {"uv index", "{uv_index}"},
    {"voc index", "{voc_index}"}, {"voc index points", "{voc_index}"},
    {"nox index", "{nox_index}"}, {"nox index points", "{nox_index}"}, {"pm2.5 index", "{pm25_index}"},
});

/// Characters that look or mean alike, and the one the tables above use.
struct Fold {
    std::string_view from;
    std::string_view to;
};
constexpr auto folds = std::to_array<Fold>({
    {"\u00B5", "u"}, {"\u03BC", "u"},                        // micro sign, Greek mu
    {"\u00BA", "°"}, {"\u02DA", "°"},                        // masculine ordinal, ring above
    {"\u2103", "°C"}, {"\u2109", "°F"},                      // one-character degrees
    {"\u00B2", "2"}, {"\u00B3", "3"}, {"\u2082", "2"}, {"^", ""},
    {"\u00B7", "."}, {"\u22C5", "."}, {"\u2219", "."}, {"*", "."},
    {"\u03A9", "Ohm"}, {"\u2126", "Ohm"},                    // Greek omega, ohm sign
    {"\u00A0", " "}, {"\u202F", " "}, {"\u2009", " "}, {"\t", " "}, {"\r", " "}, {"\n", " "},
});
// clang-format on

template <std::size_t n>
constexpr std::array<Spelling, n> sorted(std::array<Spelling, n> table) {
    std::sort(table.begin(), table.end(),
              [](const auto& a, const auto& b) { return a.text < b.text; });
    return table;
}
constexpr auto sorted_symbols = sorted(symbols);
constexpr auto sorted_words = sorted(words);

template <std::size_t n>
constexpr bool sound(const std::array<Spelling, n>& table) {
    for (std::size_t i = 0; i < n; ++i) {
        if (i > 0 && table[i - 1].text == table[i].text) return false;
        if (std::none_of(unit_table::units.begin(), unit_table::units.end(),
                         [&](const Unit& unit) { return unit.code == table[i].code; })) {
            return false;
        }
    }
    return true;
}
static_assert(sound(sorted_symbols),
              "a spelling stands twice, or names a unit that is not in the table");
static_assert(sound(sorted_words),
              "a spelling stands twice, or names a unit that is not in the table");

/// A spelling is short; what does not fit here is no unit.
struct Plain {
    std::array<char, 48> bytes{};
    std::size_t size = 0;

    bool append(std::string_view text) {
        if (text.size() > bytes.size() - size) return false;
        std::copy(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        size += text.size();
        return true;
    }
    [[nodiscard]] std::string_view view() const { return {bytes.data(), size}; }
};

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool to_plain(std::string_view text, Plain& out) {
    while (!text.empty()) {
        std::string_view taken = text.substr(0, 1);
        std::string_view put = taken;
        const auto byte = static_cast<unsigned char>(text.front());
        if (byte >= 0x80 || byte < ' ' || byte == '^' || byte == '*') {
            const auto* const fold =
                std::find_if(folds.begin(), folds.end(),
                             [text](const Fold& f) { return text.starts_with(f.from); });
            if (fold != folds.end()) {
                taken = fold->from;
                put = fold->to;
            }
        }
        if (!out.append(put)) return false;
        text.remove_prefix(taken.size());
    }
    return true;
}

template <std::size_t n>
std::optional<std::string_view> find_in(const std::array<Spelling, n>& table,
                                        std::string_view text) {
    const auto* const at = std::lower_bound(
        table.begin(), table.end(), text,
        [](const Spelling& s, std::string_view wanted) { return s.text < wanted; });
    if (at == table.end() || at->text != text) return std::nullopt;
    return at->code;
}

}  // namespace

std::optional<std::string_view> unit_from_spelling(std::string_view text) {
    Plain buffer;
    if (!to_plain(text, buffer)) return std::nullopt;
    const auto plain = trimmed(buffer.view());
    if (const auto code = find_in(sorted_symbols, plain)) return code;
    if (const Unit* const unit = find_unit(plain); unit != nullptr) return unit->code;
    Plain lower;
    for (const char c : plain) {
        const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (!lower.append({&small, 1})) return std::nullopt;
    }
    auto word = lower.view();
    if (word.ends_with('.')) word.remove_suffix(1);
    return find_in(sorted_words, word);
}

}  // namespace foxtail
