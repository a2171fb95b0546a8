#pragma once

#include "foxtail/planner/solver.hpp"

#include <memory>

namespace foxtail::solver {

/// COIN-OR's linear solver in this process: keeps its basis between solves, prints nothing, and
/// answers the same to the same calls. Not thread-safe; two of them do not disturb each other.
/// A solve takes milliseconds; one that is not done within `seconds_max` of this process' time on
/// the processor hangs, and is given up.
[[nodiscard]] std::unique_ptr<planner::LinearSolver> make_clp(double seconds_max = 10);

}  // namespace foxtail::solver
