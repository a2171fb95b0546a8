#pragma once

#include "foxtail/planner/solver.hpp"

#include <vector>

namespace foxtail::solver {

/// A model as COIN-OR takes it: the matrix by columns, everything else in arrays.
struct ByColumn {
    explicit ByColumn(const planner::Model& model);

    std::vector<int> start, row;
    std::vector<double> value;
    std::vector<double> lower, upper, cost;
    std::vector<double> row_lower, row_upper;
};

}  // namespace foxtail::solver
