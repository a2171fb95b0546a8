#include "foxtail/planner/dive.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace foxtail::planner {
namespace {

constexpr double not_fixed = std::numeric_limits<double>::quiet_NaN();

std::size_t place_in(int column) {
    return static_cast<std::size_t>(column);
}

}  // namespace

Fixing::Fixing(const Model& model, LinearSolver& linear)
    : model_(model), linear_(linear), fixed_(model.columns.size(), not_fixed) {}

void Fixing::fix(int column, double value) {
    const auto& bounds = model_.columns[place_in(column)];
    const double within = std::clamp(value, bounds.lower, bounds.upper);
    if (fixed_[place_in(column)] == within) return;
    fixed_[place_in(column)] = within;
    linear_.set_bounds(column, within, within);
}

void Fixing::free(int column) {
    if (!is_fixed(column)) return;
    fixed_[place_in(column)] = not_fixed;
    linear_.set_bounds(column, model_.columns[place_in(column)].lower,
                       model_.columns[place_in(column)].upper);
}

bool Fixing::is_fixed(int column) const {
    return !std::isnan(fixed_[place_in(column)]);
}

double Fixing::value(int column) const {
    return fixed_[place_in(column)];
}

Solution Fixing::solve() {
    ++solves_;
    auto solution = linear_.solve();
    // Whoever says optimal without an answer that can be read has failed.
    const bool sound = solution.x.size() == model_.columns.size() &&
                       solution.dual.size() == model_.rows.size() &&
                       std::isfinite(solution.objective) &&
                       std::all_of(solution.x.begin(), solution.x.end(),
                                   [](double v) { return std::isfinite(v); }) &&
                       std::all_of(solution.dual.begin(), solution.dual.end(),
                                   [](double v) { return std::isfinite(v); });
    if (solution.status == Status::optimal && !sound) solution.status = Status::failed;
    return solution;
}

std::optional<Dived> settle(const Formulation& f, LinearSolver& linear,
                            const std::vector<double>& whole) {
    Fixing fixing(f.model, linear);
    for (std::size_t i = 0; i < f.model.columns.size(); ++i) {
        if (f.model.columns[i].whole) fixing.fix(static_cast<int>(i), std::round(whole[i]));
    }
    auto solution = fixing.solve();
    if (solution.status != Status::optimal) return std::nullopt;
    const double objective = solution.objective;
    return Dived{std::move(solution), fixing.all(), objective, fixing.solves(), {}, true};
}

}  // namespace foxtail::planner
