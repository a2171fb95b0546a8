#pragma once

#include "foxtail/planner/request.hpp"

namespace foxtail::planner {

/// The ladder as it is used: every rung multiplied so that it stays above the dearest price that
/// is paid or earned. Up to 0.60 a kWh it is as published.
[[nodiscard]] Ladder scaled(const Ladder& ladder, double dearest_eur);
/// The factor of scaled().
[[nodiscard]] double ladder_factor(double dearest_eur);

/// What it costs, a kWh, not to do what a person said over the plan's head: more than any rung.
constexpr double override_eur_kwh = 10;
/// What it costs, a kWh, to hold back sun that nobody can hold back: more than any rung.
constexpr double curtail_eur_kwh = 10;

}  // namespace foxtail::planner
