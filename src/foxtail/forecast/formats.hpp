#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace foxtail::forecast {

/// In which shape a source tells the future; connectors/energy reads them.
enum class Format : std::uint8_t {
    awattar,        // day-ahead prices, EUR/MWh
    tibber,         // prices with taxes, EUR/kWh
    entsoe,         // day-ahead prices, XML, EUR/MWh
    list,           // [{"from": "...", "until": "...", "value": 0.31}], in the unit of its use
    open_meteo,     // temperature (°C) and radiation (W/m²)
    forecast_solar  // what the roof gives (W)
};
constexpr std::array<std::string_view, 6> format_names = {
    "awattar", "tibber", "entsoe", "list", "open_meteo", "forecast_solar"};

[[nodiscard]] constexpr std::optional<Format> format_from(std::string_view word) {
    for (std::size_t i = 0; i < format_names.size(); ++i) {
        if (format_names.at(i) == word) return static_cast<Format>(i);
    }
    return std::nullopt;
}

}  // namespace foxtail::forecast
