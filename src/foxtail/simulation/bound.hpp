#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/planner/solver.hpp"
#include "foxtail/simulation/plant.hpp"

namespace foxtail::simulation {

/// The whole span as one linear program in quarter hours that knows all that will come, with
/// powers from nothing to the most and machines that may run in parts: no controller can cost less.
[[nodiscard]] planner::Model bound_model(const House& house, const World& world, Time from,
                                         Time until);
/// What it costs: as Outcome::cost_eur, so with what is left in the house at the end taken off.
/// Error: unavailable, when the solver found no optimum.
[[nodiscard]] Result<double> lower_bound(const House& house, const World& world, Time from,
                                         Time until, planner::LinearSolver& solver);

}  // namespace foxtail::simulation
