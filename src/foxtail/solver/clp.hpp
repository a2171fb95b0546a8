#pragma once

#include "foxtail/planner/solver.hpp"

#include <memory>

namespace foxtail::solver {

/// COIN-OR's linear solver in this process: keeps its basis between solves, prints nothing, and
/// answers the same to the same calls. Not thread-safe; two of them do not disturb each other.
[[nodiscard]] std::unique_ptr<planner::LinearSolver> make_clp();

}  // namespace foxtail::solver
