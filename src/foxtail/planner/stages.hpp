#pragma once

#include "foxtail/planner/dive.hpp"
#include "foxtail/planner/plan.hpp"

namespace foxtail::planner {

/// Stage B: among the plans that cost as much (within a twentieth of a cent) the one that is steady
/// against the plan being carried out, charges early, and keeps the highest import low. `linear`
/// holds the model with its whole numbers fixed, solved to `money`; it holds the same afterwards,
/// with the objective of stage B. Nothing where the solver fails: the solution of stage A stands.
[[nodiscard]] std::optional<Solution> break_ties(const Formulation& f, LinearSolver& linear,
                                                 double money, const Plan* carried_out);

/// Columns of which only one may be above nothing in a slot (in and out of a battery, of the
/// house, of a car), where a solution has both: the smaller is closed and it is solved again.
/// Nothing where that does not hold.
[[nodiscard]] std::optional<Solution> one_way(const Formulation& f, LinearSolver& linear,
                                              Solution solution);

}  // namespace foxtail::planner
