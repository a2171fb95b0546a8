#include "foxtail/solver/clp.hpp"

#include "foxtail/solver/columns.hpp"

#include <cfloat>
#include <cmath>

#include <Clp_C_Interface.h>

namespace foxtail::solver {
namespace {

using planner::Model;
using planner::Solution;
using planner::Status;

double finite(double value) {
    return std::isinf(value) ? std::copysign(DBL_MAX, value) : value;
}

class Clp final : public planner::LinearSolver {
public:
    explicit Clp(double seconds_max) : seconds_max_(seconds_max) { renew(); }
    ~Clp() override { Clp_deleteModel(clp_); }
    Clp(const Clp&) = delete;
    Clp& operator=(const Clp&) = delete;

    void load(const Model& model) override {
        // The same shape again: the basis is most likely near the new optimum.
        const bool alike = solved_ && Clp_numberColumns(clp_) == int_of(model.columns.size()) &&
                           Clp_numberRows(clp_) == int_of(model.rows.size());
        std::vector<unsigned char> basis;
        if (alike) {
            const auto* status = Clp_statusArray(clp_);
            basis.assign(status, status + model.columns.size() + model.rows.size());
        }
        Clp_deleteModel(clp_);
        renew();
        const ByColumn by(model);
        Clp_loadProblem(clp_, int_of(model.columns.size()), int_of(model.rows.size()),
                        by.start.data(), by.row.data(), by.value.data(), by.lower.data(),
                        by.upper.data(), by.cost.data(), by.row_lower.data(), by.row_upper.data());
        if (alike) Clp_copyinStatus(clp_, basis.data());
        give_up_above(Model::infinite);
        solved_ = false;
        costs_changed_ = false;
        bounds_changed_ = true;
    }

    [[nodiscard]] planner::Basis basis() const override {
        planner::Basis out;
        if (!solved_) return out;
        const auto* status = Clp_statusArray(clp_);
        const auto columns = static_cast<std::size_t>(Clp_numberColumns(clp_));
        const auto rows = static_cast<std::size_t>(Clp_numberRows(clp_));
        for (std::size_t i = 0; i < columns; ++i) out.columns.push_back(place(status[i]));
        for (std::size_t i = 0; i < rows; ++i) out.rows.push_back(place(status[columns + i]));
        return out;
    }

    void begin_from(const planner::Basis& basis) override {
        if (int_of(basis.columns.size()) != Clp_numberColumns(clp_) ||
            int_of(basis.rows.size()) != Clp_numberRows(clp_)) {
            return;
        }
        std::vector<unsigned char> status;
        for (const auto place : basis.columns) status.push_back(code(place));
        for (const auto place : basis.rows) status.push_back(code(place));
        Clp_copyinStatus(clp_, status.data());
    }

    void set_bounds(int column, double lower, double upper) override {
        Clp_columnLower(clp_)[column] = finite(lower);
        Clp_columnUpper(clp_)[column] = finite(upper);
        bounds_changed_ = true;
    }

    void set_cost(int column, double cost) override {
        Clp_objective(clp_)[column] = cost;
        costs_changed_ = true;
    }

    void set_row(int row, double lower, double upper) override {
        Clp_rowLower(clp_)[row] = finite(lower);
        Clp_rowUpper(clp_)[row] = finite(upper);
        bounds_changed_ = true;
    }

    void give_up_above(double cost) override {
        limit_ = cost;
        Clp_setDualObjectiveLimit(clp_, finite(cost));
    }

    Solution solve(int iterations_max) override {
        Solution solution;
        Clp_setMaximumIterations(clp_, iterations_max);
        Clp_setNumberIterations(clp_, 0);
        Clp_setMaximumSeconds(clp_, seconds_max_);  // from now on
        // After a change of costs the basis still holds, so the primal simplex goes on from it.
        if (costs_changed_ && !bounds_changed_) {
            Clp_primal(clp_, 0);
        } else {
            Clp_dual(clp_, 0);
        }
        // Optimal only as scaled: once more without scaling, from there.
        if (Clp_status(clp_) == 0 && Clp_secondaryStatus(clp_) >= 2) {
            Clp_scaling(clp_, 0);
            Clp_primal(clp_, 0);
            Clp_scaling(clp_, 3);
        }
        costs_changed_ = bounds_changed_ = false;
        solved_ = true;
        solution.status = told();
        if (solution.status != Status::optimal) return solution;
        const auto columns = Clp_numberColumns(clp_);
        const auto rows = Clp_numberRows(clp_);
        const auto* x = Clp_primalColumnSolution(clp_);
        const auto* dual = Clp_dualRowSolution(clp_);
        const auto* reduced = Clp_dualColumnSolution(clp_);
        solution.x.assign(x, x + columns);
        solution.dual.assign(dual, dual + rows);
        solution.reduced.assign(reduced, reduced + columns);
        solution.objective = Clp_objectiveValue(clp_);
        solution.bound = solution.objective;
        return solution;
    }

private:
    // As CLP numbers them.
    static constexpr unsigned char basic = 1;
    static constexpr unsigned char at_upper = 2;
    static constexpr unsigned char at_lower = 3;
    static unsigned char code(planner::Place place) {
        if (place == planner::Place::basic) return basic;
        return place == planner::Place::upper ? at_upper : at_lower;
    }
    static planner::Place place(unsigned char status) {
        const auto kind = status & 7;
        if (kind == basic) return planner::Place::basic;
        return kind == at_upper ? planner::Place::upper : planner::Place::lower;
    }
    static int int_of(std::size_t n) { return static_cast<int>(n); }

    void renew() {
        clp_ = Clp_newModel();
        Clp_setLogLevel(clp_, 0);
        Clp_scaling(clp_, 3);
        Clp_setPrimalTolerance(clp_, 1e-8);
        Clp_setDualTolerance(clp_, 1e-8);
    }

    [[nodiscard]] Status told() const {
        switch (Clp_status(clp_)) {
            case 0:
                return Status::optimal;
            case 1:
                return limit_ < Model::infinite && Clp_secondaryStatus(clp_) == 1
                           ? Status::stopped
                           : Status::infeasible;
            case 2:
                return Status::unbounded;
            case 3:
                return Status::stopped;
            default:
                return Status::failed;
        }
    }

    Clp_Simplex* clp_ = nullptr;
    double limit_ = Model::infinite;
    double seconds_max_;
    bool solved_ = false;
    bool costs_changed_ = false;
    bool bounds_changed_ = true;
};

}  // namespace

std::unique_ptr<planner::LinearSolver> make_clp(double seconds_max) {
    return std::make_unique<Clp>(seconds_max);
}

}  // namespace foxtail::solver
