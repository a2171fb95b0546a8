#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/planner/series.hpp"

#include <string_view>

namespace foxtail::simulation {

/// What comes to a house from outside. All series begin at the same time, have equal steps and are
/// equally long. kW, EUR/kWh, °C.
struct World {
    planner::Series load_kw;  // of the house without what is planned
    planner::Series sun_kw;
    planner::Series buy_eur;
    planner::Series sell_eur;
    planner::Series outdoor_c;

    [[nodiscard]] Time from() const { return load_kw.from; }
    [[nodiscard]] Time until() const { return load_kw.until(); }
};

constexpr std::size_t csv_rows_max = 400'000;  // eleven years of quarter hours

/// Reads CSV with the columns time,load_kw,sun_kw,buy_eur,sell_eur,outdoor_c in any order behind a
/// line of headings; others are left alone. Times are RFC 3339, 15 or 60 minutes apart without
/// gaps; `#` begins a comment line. Error: invalid_input, with the line and what would be right.
[[nodiscard]] Result<World> read_csv(std::string_view text);

/// A world made of formulas: a sun that follows season, hour and passing clouds, a load with
/// morning and evening, prices with two peaks and cheap middays, weather with days of its own.
/// Equal arguments give equal worlds. Not measured anywhere: for tests and first tries.
[[nodiscard]] World made_up_world(Time from, int day_count, unsigned seed = 1);

}  // namespace foxtail::simulation
