#pragma once

#include "foxtail/simulation/controller.hpp"

#include <string_view>

namespace foxtail::simulation {

/// How Foxtail knows what comes.
enum class Foresight : std::uint8_t {
    perfect,  // all of it
    naive     // load: mean of the same quarter hour of up to seven days before; sun: a quarter
           // of the day before and the rest of that mean, scaled by how the last two hours compare,
           // which fades; outdoor: the day before, moved by how now compares; prices: as published
           // at one, beyond as the day before
};
constexpr std::array<std::string_view, 2> foresight_names = {"perfect", "naive"};

/// Quarter hours from the one that `now` is in. What is measured now is known to both.
struct Forecast {
    planner::Series load_kw;
    planner::Series sun_kw;
    planner::Series buy_eur;
    planner::Series sell_eur;
    planner::Series outdoor_c;
    Time prices_until;
};
[[nodiscard]] Forecast forecast(Foresight foresight, const World& world, Time now,
                                Duration horizon);

}  // namespace foxtail::simulation
