#include "foxtail/solver/columns.hpp"

namespace foxtail::solver {

ByColumn::ByColumn(const planner::Model& model)
    : start(model.columns.size() + 1), row(model.entries.size()), value(model.entries.size()) {
    for (const auto& entry : model.entries) ++start[static_cast<std::size_t>(entry.column) + 1];
    for (std::size_t i = 1; i < start.size(); ++i) start[i] += start[i - 1];
    std::vector<int> next(start.begin(), start.end() - 1);
    for (const auto& entry : model.entries) {
        const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(entry.column)]++);
        row[at] = entry.row;
        value[at] = entry.value;
    }
    for (const auto& column : model.columns) {
        lower.push_back(column.lower);
        upper.push_back(column.upper);
        cost.push_back(column.cost);
    }
    for (const auto& r : model.rows) {
        row_lower.push_back(r.lower);
        row_upper.push_back(r.upper);
    }
}

}  // namespace foxtail::solver
