#pragma once

#include "foxtail/planner/solver.hpp"

namespace foxtail::solver {

/// COIN-OR's branch and cut on one task. It prints, keeps state of its own and only roughly keeps
/// to its time: call it in a process that can be ended (see process.hpp). `optimal` means proved
/// within the task's gap; `bound` is what was proved.
[[nodiscard]] planner::Solution solve_whole(const planner::WholeTask& task);

}  // namespace foxtail::solver
