#pragma once

#include "foxtail/planner/formulation.hpp"
#include "foxtail/planner/solver.hpp"

#include <optional>
#include <vector>

namespace foxtail::planner {

/// Whole numbers for a model, and what the rest of it is then.
struct Dived {
    Solution solution;          // of the model with its whole numbers fixed
    std::vector<double> fixed;  // one a column; NaN where nothing is fixed
    double bound = 0;           // the relaxed optimum: no plan costs less
    int solves = 0;
};

/// Holds the model in the solver with some columns fixed, and gives them free again.
class Fixing {
public:
    Fixing(const Model& model, LinearSolver& linear);

    void fix(int column, double value);
    void free(int column);
    [[nodiscard]] bool is_fixed(int column) const;
    [[nodiscard]] double value(int column) const;
    [[nodiscard]] Solution solve();
    [[nodiscard]] const std::vector<double>& all() const { return fixed_; }
    [[nodiscard]] int solves() const { return solves_; }

private:
    const Model& model_;
    LinearSolver& linear_;
    std::vector<double> fixed_;
    int solves_ = 0;
};

/// Tier 1: from the relaxed optimum to whole numbers by rounding with sense, kind by kind, each
/// guess priced by a warm solve. `linear` holds the model already, relaxed. `hints` are whole
/// numbers worth trying (the last plan's), NaN where unknown, or empty. Nothing when the solver
/// does not do what a solver does.
[[nodiscard]] std::optional<Dived> dive(const Formulation& f, LinearSolver& linear,
                                        const std::vector<double>& hints);

/// All whole numbers as given, with directions chosen by the solution itself. Nothing where that
/// does not hold.
[[nodiscard]] std::optional<Dived> settle(const Formulation& f, LinearSolver& linear,
                                          const std::vector<double>& whole);

}  // namespace foxtail::planner
