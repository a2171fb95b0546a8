#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace foxtail {

/// Units are UCUM codes (ucum.org, case sensitive): "Cel", "%", "W", "kW.h", "lx", "m/s". The table
/// holds what homes and cars use, exactly; docs/decisions say why it is not a library.
struct Unit {
    std::string_view code;      // UCUM, e.g. "Cel"
    std::string_view symbol;    // what people read, e.g. "°C"
    std::string_view quantity;  // dimension; only units of one quantity convert, e.g. "temperature"
    // base = (value * factor + offset) / divisor. Both are whole numbers wherever the definition is
    // rational, so that 212 [degF] is 100 Cel and not 99.99999999999999.
    double factor = 1;
    double offset = 0;
    double divisor = 1;
};

/// Every unit there is, grouped by quantity.
[[nodiscard]] std::span<const Unit> all_units();

/// The unit of a UCUM code, or null.
[[nodiscard]] const Unit* find_unit(std::string_view code);

/// The UCUM code for a spelling found in the wild ("°C", "ºC", "C", "sec", "µg/m³", "kWh", "VAr",
/// ...), or null. Unknown pseudo units ("level", "raw unit", "*") are null.
[[nodiscard]] std::optional<std::string_view> unit_from_spelling(std::string_view text);

/// `value` in `to`, or nothing when the units are unknown or of different quantities. Temperatures
/// are taken as points on the scale; a difference of 1 Cel must not be converted to [degF] with
/// this.
[[nodiscard]] std::optional<double> convert(double value, std::string_view from,
                                            std::string_view to);

}  // namespace foxtail
