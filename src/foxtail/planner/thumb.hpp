#pragma once

#include "foxtail/planner/formulation.hpp"
#include "foxtail/planner/plan.hpp"

namespace foxtail::planner {

/// A plan without a solver: cars charge when they come up to their goal, the heat pump keeps the
/// lower end of the band, water is heated when there is little, appliances run when they may, the
/// battery follows the house; all of it within the connection. Dear, but never wrong.
[[nodiscard]] Plan rules_of_thumb(const Scene& scene);

}  // namespace foxtail::planner
