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
    Basis relaxed;         // of the relaxed optimum
    bool carried = false;  // the whole numbers of the plan before

    [[nodiscard]] double gap() const { return solution.objective - bound; }
};

/// What an older plan leaves to the next; all of it may be unknown.
struct Before {
    std::vector<double> whole;  // one a column, NaN where unknown; empty = nothing is known
    Basis relaxed;
    double gap = 0;  // EUR above the relaxed optimum with which its whole numbers are taken again
    double better = 1e-4;  // EUR: what saves less does not replace them
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
/// guess priced by a warm solve. `linear` holds the model already, relaxed. What was decided
/// before is priced first, is given up only for something better, and ends the dive at once where
/// it is near enough to the relaxed optimum. Nothing when the solver does not do what a solver
/// does.
[[nodiscard]] std::optional<Dived> dive(const Formulation& f, LinearSolver& linear,
                                        const Before& before);

/// All whole numbers as given, with directions chosen by the solution itself. Nothing where that
/// does not hold.
[[nodiscard]] std::optional<Dived> settle(const Formulation& f, LinearSolver& linear,
                                          const std::vector<double>& whole);

}  // namespace foxtail::planner
