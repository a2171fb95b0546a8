#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/result.hpp"
#include "foxtail/forecast/formats.hpp"
#include "foxtail/planner/series.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// What sources of prices and weather answer, as series. The formats are those that each of them
// publishes: awattar.de/services/api, developer.tibber.com, transparency.entsoe.eu (publication
// documents 7.0 and newer), open-meteo.com/en/docs, doc.forecast.solar; and a plain list of our
// own.
namespace foxtail::energy {

using forecast::Format;
using planner::Series;

enum class Use : std::uint8_t {
    price,   // EUR/kWh (or whatever the source's currency is)
    sun,     // kW
    outdoor  // °C
};

struct Asked {
    Format format = Format::list;
    Use use = Use::price;
    double scale = 1;  // of each value; of open_meteo's radiation: kW of the roof at 1 kW/m²
};

struct Told {
    Series series;          // steps of 15 or 60 min; NaN where nothing was told
    std::string currency;   // "EUR" where the source says so
    std::size_t holes = 0;  // steps without a value between the first and the last
};

constexpr std::size_t told_bytes_max = 4U << 20U;
constexpr std::size_t told_entries_max = 20'000;
constexpr std::int64_t told_days_max = 60;  // from the first to the last

/// `zone` is the house's: Forecast.Solar tells local times. Errors: invalid_input (not this format,
/// with the entry and what is wrong with it), exhausted (too large, with the limit), unavailable
/// (the source itself says that it cannot answer, with its words).
[[nodiscard]] Result<Told> parse(const Asked& asked, std::string_view text, const Zone& zone);

}  // namespace foxtail::energy
