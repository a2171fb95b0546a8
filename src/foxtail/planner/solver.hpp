#pragma once

#include "foxtail/base/result.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace foxtail::planner {

/// A linear program, some of whose columns are whole numbers: minimise cost·x subject to
/// row.lower <= A·x <= row.upper and column.lower <= x <= column.upper.
struct Model {
    static constexpr double infinite = std::numeric_limits<double>::infinity();
    struct Column {
        double lower = 0;
        double upper = infinite;
        double cost = 0;
        bool whole = false;
    };
    struct Row {
        double lower = -infinite;
        double upper = infinite;
    };
    struct Entry {
        int row = 0;
        int column = 0;
        double value = 0;
    };
    std::vector<Column> columns;
    std::vector<Row> rows;
    std::vector<Entry> entries;  // each (row, column) at most once
};

enum class Status : std::uint8_t { optimal, feasible, infeasible, unbounded, stopped, failed };

struct Solution {
    Status status = Status::failed;
    std::vector<double> x;     // one a column
    std::vector<double> dual;  // one a row; of linear solves only
    double objective = 0;
    double bound = -Model::infinite;  // proved: no solution costs less
    /// One a column: what a little more of it would cost, so that another value in its place costs
    /// at least so much for each unit. Of linear solves only; empty = not known.
    std::vector<double> reduced;
};

/// Where a column or row stands in a solution of the simplex kind.
enum class Place : std::uint8_t { lower, upper, basic };
/// One a column and one a row; both empty = unknown.
struct Basis {
    std::vector<Place> columns;
    std::vector<Place> rows;
};

/// Keeps one model and solves it again and again, from where it was. Whole numbers are relaxed:
/// who calls fixes them by their bounds. The only implementation in the program is CLP.
class LinearSolver {
public:
    virtual ~LinearSolver() = default;
    virtual void load(const Model& model) = 0;
    /// Where the last solve ended, for a later model that resembles this one. A solver that has no
    /// such thing tells nothing and begins anew.
    [[nodiscard]] virtual Basis basis() const { return {}; }
    /// Where the next solve is to begin; it need not fit. Of the loaded model's shape.
    virtual void begin_from(const Basis& /*basis*/) {}
    virtual void set_bounds(int column, double lower, double upper) = 0;
    virtual void set_cost(int column, double cost) = 0;
    virtual void set_row(int row, double lower, double upper) = 0;
    /// Whoever costs more is of no use: the next solves may end without an answer
    /// (Status::stopped) as soon as they know it. A solver that cannot know it goes on.
    virtual void give_up_above(double /*cost*/) {}
    /// At most so many iterations; Status::stopped beyond them.
    [[nodiscard]] virtual Solution solve(int iterations_max = 50'000) = 0;
};

/// What tier 2 is asked: by whoever has a process for it.
struct WholeTask {
    std::uint64_t number = 0;  // of the request it belongs to
    Model model;
    std::vector<double> start;  // a solution that holds
    double gap_eur = 0.01;      // absolute
    double seconds = 0.8;
    int nodes_max = 0;  // 0 = no limit; tests use it instead of seconds
};

}  // namespace foxtail::planner
