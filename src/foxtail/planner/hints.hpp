#pragma once

#include "foxtail/planner/formulation.hpp"

#include <vector>

namespace foxtail::planner {

/// The whole numbers of an older plan, found again by device and time in a new model; NaN where
/// there is nothing to find. Empty where the households do not match.
[[nodiscard]] std::vector<double> carried_over(const Formulation& old,
                                               const std::vector<double>& old_x,
                                               const Formulation& fresh);

/// The basis of an older model, found again in the same way; empty where the households do not
/// match.
[[nodiscard]] Basis carried_basis(const Formulation& old, const Basis& basis,
                                  const Formulation& fresh);

/// Whether only numbers have changed between two formulations that do not decide about whole
/// numbers: charge levels, temperatures, forecasts of load, sun and weather.
[[nodiscard]] bool alike(const Formulation& old, const Formulation& fresh);

/// Whether people want of cars and appliances what they wanted: stays, goals, runs, overrides.
[[nodiscard]] bool wanted_alike(const Request& old, const Request& fresh);

/// Whether they are the same to the last digit.
[[nodiscard]] bool same(const Formulation& old, const Formulation& fresh);

}  // namespace foxtail::planner
