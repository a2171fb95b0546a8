#include "foxtail/planner/options.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace foxtail::planner {
namespace {

/// Contrary choices: columns and the values they would have.
struct Option {
    Alternative told;
    std::vector<std::pair<int, double>> fixed;
    std::vector<std::pair<int, double>> at_least;  // of columns that are no whole numbers
};

/// Who tells it to people says the time by their clocks.
std::string at_slot(std::string_view what, std::size_t slot) {
    return std::string(what) + (slot == 0 ? " now" : "");
}

class Options {
public:
    Options(const Formulation& f, LinearSolver& linear, const Dived& taken)
        : f_(f), linear_(linear), x_(taken.solution.x), fixing_(f.model, linear) {}

    std::vector<Alternative> price(std::size_t most) {
        for (std::size_t i = 0; i < f_.cars.size(); ++i) car(i);
        for (std::size_t i = 0; i < f_.zones.size(); ++i) zone(i);
        for (std::size_t i = 0; i < f_.appliances.size(); ++i) appliance(i);
        interleave(most);
        base();
        std::vector<Alternative> out;
        const auto as_planned = fixing_.solve();
        if (as_planned.status == Status::optimal) {
            for (auto& option : all_) out.push_back(priced(option, as_planned.objective));
        }
        for (std::size_t i = 0; i < f_.model.columns.size(); ++i) {
            fixing_.free(static_cast<int>(i));
        }
        std::stable_sort(out.begin(), out.end(), [](const Alternative& a, const Alternative& b) {
            return a.possible != b.possible ? a.possible : a.more_eur < b.more_eur;
        });
        return out;
    }

private:
    double x(int column) const { return column == none ? 0 : x_[static_cast<std::size_t>(column)]; }
    bool whole(int column) const {
        return column != none && f_.model.columns[static_cast<std::size_t>(column)].whole;
    }

    void base() {
        for (std::size_t i = 0; i < f_.model.columns.size(); ++i) {
            const auto column = static_cast<int>(i);
            if (whole(column)) fixing_.fix(column, std::round(x_[i]));
        }
    }

    Alternative priced(const Option& option, double as_planned) {
        for (const auto& [column, value] : option.fixed) fixing_.fix(column, value);
        for (const auto& [column, value] : option.at_least) {
            linear_.set_bounds(column, value,
                               f_.model.columns[static_cast<std::size_t>(column)].upper);
        }
        const auto solution = fixing_.solve();
        auto told = option.told;
        told.possible = solution.status == Status::optimal;
        told.more_eur = told.possible ? solution.objective - as_planned : 0;
        for (const auto& [column, value] : option.fixed) fixing_.fix(column, std::round(x(column)));
        for (const auto& [column, value] : option.at_least) {
            const auto& bounds = f_.model.columns[static_cast<std::size_t>(column)];
            linear_.set_bounds(column, bounds.lower, bounds.upper);
        }
        return told;
    }

    void car(std::size_t index);
    void zone(std::size_t index);
    void appliance(std::size_t index);
    void interleave(std::size_t most);

    const Formulation& f_;
    LinearSolver& linear_;
    const std::vector<double>& x_;
    Fixing fixing_;
    std::vector<Option> all_;
};

/// In every slot that is decided: charging where it rests, resting where it charges.
void Options::car(std::size_t index) {
    const auto& car = f_.scene.request.cars[index];
    const auto& c = f_.cars[index];
    for (std::size_t t = 0; t < f_.scene.car_whole; ++t) {
        if (c.session[t] == none || car.ranges.empty()) continue;
        double kw = 0;
        for (const auto& power : c.power) kw += x(power[t]);
        const bool charges = kw > 1e-6;
        Option option;
        option.told = {car.name, t, at_slot(charges ? "not charging" : "charging", t), 0, true};
        if (charges) {
            for (std::size_t r = 0; r < c.on.size(); ++r) {
                if (c.on[r][t] != none) option.fixed.emplace_back(c.on[r][t], 0.0);
            }
        } else {
            const auto range = c.on.size() - 1;
            const int on = c.on[range][t];
            if (!whole(on)) continue;
            option.fixed.emplace_back(on, 1.0);
            if (c.gives[t] != none) option.fixed.emplace_back(c.gives[t], 0.0);
        }
        if (!option.fixed.empty()) all_.push_back(std::move(option));
    }
}

void Options::zone(std::size_t index) {
    const auto& z = f_.scene.request.zones[index];
    const auto& c = f_.zones[index];
    for (std::size_t t = 0; t < f_.scene.heat_whole; ++t) {
        const bool runs = x(c.on[t]) > 0.5;
        Option option;
        option.told = {z.name, t, at_slot(runs ? "not heating" : "heating", t), 0, true};
        option.fixed.emplace_back(c.on[t], runs ? 0.0 : 1.0);
        // A start has to last: the slots after it belong to it.
        if (!runs) {
            for (std::size_t later = t + 1; later < f_.scene.heat_whole; ++later) {
                if (f_.scene.slots[later].from >= f_.scene.slots[t].from + z.min_up) break;
                option.fixed.emplace_back(c.on[later], 1.0);
            }
        }
        all_.push_back(std::move(option));
    }
}

void Options::appliance(std::size_t index) {
    const auto& a = f_.scene.request.appliances[index];
    const auto& c = f_.appliances[index];
    for (const auto& start : c.starts) {
        if (!whole(start.column) || x(start.column) > 0.5) continue;
        Option option;
        option.told = {a.name, start.slot, at_slot("starting", start.slot), 0, true};
        for (const auto& other : c.starts) {
            if (whole(other.column)) {
                option.fixed.emplace_back(other.column, other.column == start.column ? 1.0 : 0.0);
            }
        }
        all_.push_back(std::move(option));
    }
}

/// The earliest of each device first, so that none is left out where there are many.
void Options::interleave(std::size_t most) {
    std::stable_sort(all_.begin(), all_.end(),
                     [](const Option& a, const Option& b) { return a.told.slot < b.told.slot; });
    if (all_.size() > most) all_.resize(most);
}

}  // namespace

std::vector<Alternative> options(const Formulation& f, LinearSolver& linear, const Dived& taken,
                                 std::size_t most) {
    return Options(f, linear, taken).price(most);
}

}  // namespace foxtail::planner
