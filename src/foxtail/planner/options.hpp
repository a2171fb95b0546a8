#pragma once

#include "foxtail/planner/dive.hpp"
#include "foxtail/planner/plan.hpp"

#include <vector>

namespace foxtail::planner {

/// What else could have been done, each priced by a warm solve with the other whole numbers as
/// they are. `linear` holds the model with the costs of stage A and nothing fixed, or as the last
/// call left it.
[[nodiscard]] std::vector<Alternative> options(const Formulation& f, LinearSolver& linear,
                                               const Dived& taken, std::size_t most);

}  // namespace foxtail::planner
