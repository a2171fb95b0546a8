#pragma once

#include "foxtail/planner/request.hpp"

#include <string>

namespace foxtail {

/// What a plan was made from, as it stands in the plan's record (`inputs` of `plan/plan`), so that
/// two plans can be compared: levels, limits, stays with their goals, bands, what people said.
/// Prices, sun, load and warmth are not in it: the plan has them by slot. In kW, kWh and °C; of
/// everything that is a list at most a few dozen, the soonest.
[[nodiscard]] std::string plan_inputs_json(const planner::Request& request);

}  // namespace foxtail
