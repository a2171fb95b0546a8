#include "foxtail/planner/stages.hpp"

#include "foxtail/planner/read_out.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::planner {
namespace {

/// What a plan may spend on breaking ties. The next plan may do so again, within minutes: half a
/// cent each came to more than a tenth of what a summer week could save.
constexpr double money_to_spare = 0.0005;
constexpr double steady_weight = 1;      // a kWh that is not as it was
constexpr double early_weight = 0.02;    // a kWh charged an hour later
constexpr double peak_weight = 0.01;     // a kW of the highest import
constexpr double curtail_weight = 1e-4;  // a kWh curtailed an hour earlier

struct Tie {
    int column;
    double cost;
};

class Ties {
public:
    Ties(const Formulation& f, const Plan* old) : f_(f), old_(old), cost_(f.model.columns.size()) {}

    std::vector<double> costs() {
        const auto& r = f_.scene.request;
        const CourseOrder order(r);
        for (std::size_t i = 0; i < f_.batteries.size(); ++i) {
            // What is in it needs not be forecast: the sooner the better, steady or not.
            early(f_.batteries[i].in);
        }
        for (std::size_t i = 0; i < f_.cars.size(); ++i) {
            for (const auto& power : f_.cars[i].power) {
                steady(power, r.cars[i].name, 1);
                early(power);
            }
        }
        for (std::size_t i = 0; i < f_.zones.size(); ++i) {
            steady(f_.zones[i].power, r.zones[i].name, 1);
        }
        for (std::size_t t = 0; t < f_.scene.size(); ++t) {
            add(f_.curtailed[t],
                curtail_weight * f_.scene.hours[t] * (hours_ahead(0) - hours_ahead(t)));
        }
        add(f_.peak, peak_weight);
        return std::move(cost_);
    }

private:
    void add(int column, double cost) {
        if (column != none) cost_[static_cast<std::size_t>(column)] += cost;
    }
    double hours_ahead(std::size_t t) const {
        return Slot{f_.scene.request.now, f_.scene.slots[t].from}.hours();
    }
    /// What the old plan did with a device at a time; nothing where it does not reach.
    std::optional<double> before(const std::string& name, Time when) const {
        if (!old_) return std::nullopt;
        for (const auto& course : old_->courses) {
            if (course.name != name) continue;
            for (std::size_t t = 0; t < old_->slots.size() && t < course.steps.size(); ++t) {
                const auto& slot = old_->slots[t];
                if (slot.from > when || when >= slot.until) continue;
                // Who was not expected then decided nothing for then.
                if (course.steps[t].code == Code::not_there) return std::nullopt;
                return course.steps[t].kw;
            }
        }
        return std::nullopt;
    }
    /// For six hours: what was nothing costs, what was something is rewarded.
    void steady(const Columns& columns, const std::string& name, double sign) {
        for (std::size_t t = 0; t < columns.size() && hours_ahead(t) < 6; ++t) {
            const auto& slot = f_.scene.slots[t];
            const auto was = before(name, slot.from + Duration{(slot.until - slot.from).us / 2});
            if (!was) continue;
            const double weight = steady_weight * f_.scene.hours[t];
            add(columns[t], *was * sign > 1e-6 ? -weight : weight);
        }
    }
    void early(const Columns& columns) {
        for (std::size_t t = 0; t < columns.size(); ++t) {
            add(columns[t], early_weight * f_.scene.hours[t] * hours_ahead(t));
        }
    }

    const Formulation& f_;
    const Plan* old_;
    std::vector<double> cost_;
};

bool readable(const Formulation& f, const Solution& solution) {
    const auto finite = [](double v) { return std::isfinite(v); };
    return solution.status == Status::optimal && solution.x.size() == f.model.columns.size() &&
           solution.dual.size() == f.model.rows.size() &&
           std::all_of(solution.x.begin(), solution.x.end(), finite) &&
           std::all_of(solution.dual.begin(), solution.dual.end(), finite);
}

}  // namespace

std::optional<Solution> break_ties(const Formulation& f, LinearSolver& linear, double money,
                                   const Plan* carried_out) {
    const auto costs = Ties(f, carried_out).costs();
    for (std::size_t i = 0; i < costs.size(); ++i) {
        if (costs[i] != 0 || f.model.columns[i].cost != 0) {
            linear.set_cost(static_cast<int>(i), costs[i]);
        }
    }
    linear.set_row(f.money_row, -Model::infinite, money + money_to_spare);
    auto solution = linear.solve();
    if (!readable(f, solution)) return std::nullopt;
    return solution;
}

std::optional<Solution> one_way(const Formulation& f, LinearSolver& linear, Solution solution) {
    for (int round = 0; round < 6; ++round) {
        bool both = false;
        const auto x = [&](int column) {
            return column == none ? 0 : solution.x[static_cast<std::size_t>(column)];
        };
        const auto close = [&](int a, int b, bool keep_a) {
            if (std::min(x(a), x(b)) <= 1e-7) return;
            linear.set_bounds(keep_a ? b : a, 0, 0);
            both = true;
        };
        for (std::size_t t = 0; t < f.scene.size(); ++t) {
            close(f.imports[t], f.exports[t], x(f.imports[t]) >= x(f.exports[t]));
            for (std::size_t i = 0; i < f.batteries.size(); ++i) {
                const auto& c = f.batteries[i];
                const auto& b = f.scene.request.batteries[i];
                const double stored =
                    x(c.in[t]) * b.charge_efficiency - x(c.out[t]) / b.discharge_efficiency;
                close(c.in[t], c.out[t], stored >= 0);
            }
            for (std::size_t i = 0; i < f.cars.size(); ++i) {
                const auto& c = f.cars[i];
                if (c.out[t] == none) continue;
                double in = 0;
                for (const auto& power : c.power) in += x(power[t]);
                const double floor = f.scene.request.cars[i].discharge_floor_kwh;
                // Where closing one slot only moves it to another, the far ones are closed at once.
                const bool too_low = x(c.out[t]) > 1e-7 && x(c.level[t]) < floor - 1e-7;
                if (too_low || (round > 1 && t >= f.scene.car_whole)) {
                    both = both || too_low;
                    linear.set_bounds(c.out[t], 0, 0);
                }
                for (const auto& power : c.power) close(power[t], c.out[t], in >= x(c.out[t]));
            }
        }
        if (!both) return solution;
        solution = linear.solve();
        if (!readable(f, solution)) return std::nullopt;
    }
    return solution;
}

}  // namespace foxtail::planner
