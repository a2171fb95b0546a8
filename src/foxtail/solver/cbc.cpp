#include "foxtail/solver/cbc.hpp"

#include "foxtail/solver/columns.hpp"

#include <cfloat>
#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

#include <Cbc_C_Interface.h>

namespace foxtail::solver {
namespace {

using planner::Solution;
using planner::Status;
using planner::WholeTask;

struct Free {
    void operator()(Cbc_Model* model) const { Cbc_deleteModel(model); }
};

void replace_infinite(std::vector<double>& values) {
    for (auto& value : values) {
        if (std::isinf(value)) value = std::copysign(DBL_MAX, value);
    }
}

void set(Cbc_Model* cbc, const char* name, double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", value);
    Cbc_setParameter(cbc, name, text);
}

void load(Cbc_Model* cbc, const WholeTask& task) {
    ByColumn by(task.model);
    for (auto* values : {&by.lower, &by.upper, &by.row_lower, &by.row_upper}) {
        replace_infinite(*values);
    }
    Cbc_loadProblem(cbc, static_cast<int>(by.cost.size()), static_cast<int>(by.row_lower.size()),
                    by.start.data(), by.row.data(), by.value.data(), by.lower.data(),
                    by.upper.data(), by.cost.data(), by.row_lower.data(), by.row_upper.data());
    for (std::size_t i = 0; i < task.model.columns.size(); ++i) {
        if (task.model.columns[i].whole) Cbc_setInteger(cbc, static_cast<int>(i));
    }
    if (task.start.size() != task.model.columns.size()) return;
    std::vector<int> which;
    std::vector<double> value;
    for (std::size_t i = 0; i < task.start.size(); ++i) {
        which.push_back(static_cast<int>(i));
        value.push_back(task.model.columns[i].whole ? std::round(task.start[i]) : task.start[i]);
    }
    Cbc_setMIPStartI(cbc, static_cast<int>(which.size()), which.data(), value.data());
}

}  // namespace

Solution solve_whole(const WholeTask& task) {
    Solution solution;
    const std::unique_ptr<Cbc_Model, Free> cbc(Cbc_newModel());
    load(cbc.get(), task);
    Cbc_setLogLevel(cbc.get(), 0);
    set(cbc.get(), "allowableGap", task.gap_eur);
    set(cbc.get(), "ratioGap", 0);
    // Branches that cannot bring more than the gap are not looked into: that is what proves it.
    set(cbc.get(), "increment", 0.99 * task.gap_eur);
    // Measured on houses of all seasons: it begins with a good plan, so that looking for others by
    // rounding, or for a smaller model, costs more than it brings.
    Cbc_setParameter(cbc.get(), "preprocess", "off");
    Cbc_setParameter(cbc.get(), "heuristicsOnOff", "off");
    if (task.nodes_max > 0) {
        Cbc_setMaximumNodes(cbc.get(), task.nodes_max);
    } else {
        set(cbc.get(), "seconds", task.seconds);
        Cbc_setParameter(cbc.get(), "timeMode", "elapsed");
    }
    Cbc_solve(cbc.get());
    if (Cbc_isProvenInfeasible(cbc.get())) {
        solution.status = Status::infeasible;
        return solution;
    }
    const double* best = Cbc_bestSolution(cbc.get());
    if (!best) {
        solution.status = Status::stopped;
        return solution;
    }
    solution.x.assign(best, best + Cbc_getNumCols(cbc.get()));
    solution.objective = Cbc_getObjValue(cbc.get());
    solution.bound = Cbc_getBestPossibleObjValue(cbc.get());
    // Its search may end early because the gap is small enough; it calls that proved as well.
    const bool proved = Cbc_isProvenOptimal(cbc.get()) != 0;
    solution.status = proved ? Status::optimal : Status::feasible;
    if (proved) solution.bound = solution.objective - task.gap_eur;
    return solution;
}

}  // namespace foxtail::solver
