#include "foxtail/planner/options.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace foxtail::planner {
namespace {

/// A car's slot, or some that are decided together: which range it charges in, if any.
struct Shift {
    struct Way {
        int on = none;
        int power = none;
        double least_kw = 0;
    };
    std::size_t car = 0;
    double hours = 0;
    std::vector<Way> ways;
};

/// Contrary choices: columns and the values they would have.
struct Option {
    Alternative told;
    std::vector<std::pair<int, double>> fixed;
    // Of columns that are no whole numbers.
    struct Bounds {
        int column = none;
        double lower = 0;
        double upper = 0;
    };
    std::vector<Bounds> within;
    // What may be chosen anew then: what a car does not do in one slot it does in another.
    std::vector<Shift> shifts;
};

constexpr double worth_shifting_eur = 0.005;  // less is no difference
constexpr double worth_shifting_again_eur = 0.05;
constexpr std::array charges_from = {0.5, 1.0};  // the second never takes more than before
constexpr double imports_at_least = 1e-6;
constexpr double works_kw = 0.02;  // a battery, as people see it

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
        for (std::size_t i = 0; i < f_.tanks.size(); ++i) tank(i);
        for (std::size_t i = 0; i < f_.batteries.size(); ++i) battery(i);
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
    double upper(int column) const {
        return f_.model.columns[static_cast<std::size_t>(column)].upper;
    }
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
        for (const auto& [column, lower, upper] : option.within) {
            linear_.set_bounds(column, lower, upper);
        }
        const auto solution = fixing_.solve();
        auto told = option.told;
        told.possible = solution.status == Status::optimal;
        told.more_eur = told.possible ? solution.objective - as_planned : 0;
        if (!told.possible || told.more_eur > worth_shifting_eur) shift(option, as_planned, told);
        for (const auto& [column, value] : option.fixed) fixing_.fix(column, std::round(x(column)));
        for (const auto& [column, lower, upper] : option.within) {
            const auto& bounds = f_.model.columns[static_cast<std::size_t>(column)];
            linear_.set_bounds(column, bounds.lower, bounds.upper);
        }
        return told;
    }

    /// The same with the cars' other slots, and the way of the power in and out of the house,
    /// chosen anew: as it would be with powers from nothing on, then at least the least. All of it
    /// is whole again, so it can be done, and is told if it costs less.
    void shift(const Option& option, double as_planned, Alternative& told) {
        if (option.shifts.empty()) return;
        const auto each = [&](const auto& visit) {
            for (const auto& slot : option.shifts)
                for (const auto& way : slot.ways) visit(way.on);
        };
        each([&](int column) { fixing_.free(column); });
        const auto directions = [&](const auto& visit) {
            for (std::size_t t = 0; t < f_.scene.size(); ++t)
                if (whole(f_.direction[t])) visit(t, f_.direction[t]);
        };
        directions([&](std::size_t, int column) { fixing_.free(column); });
        const auto relaxed = fixing_.solve();
        if (relaxed.status == Status::optimal) {
            directions([&](std::size_t t, int column) {
                const auto imports = static_cast<std::size_t>(f_.imports[t]);
                fixing_.fix(column, relaxed.x[imports] > imports_at_least ? 1.0 : 0.0);
            });
            const double least_eur = relaxed.objective - as_planned;
            for (const double part : charges_from) {
                round(option.shifts, relaxed.x, part);
                const auto solution = fixing_.solve();
                if (solution.status != Status::optimal) continue;
                const double more_eur = solution.objective - as_planned;
                told.more_eur = told.possible ? std::min(told.more_eur, more_eur) : more_eur;
                told.possible = true;
                if (told.more_eur - least_eur < worth_shifting_again_eur) break;
            }
        }
        each([&](int column) { fixing_.fix(column, std::round(x(column))); });
        directions([&](std::size_t, int column) { fixing_.fix(column, std::round(x(column))); });
    }

    /// The least power or more, or nothing, in the range that has most of it: what was rounded off
    /// is carried along, so that the energy stays about the same, and charged as soon as it is this
    /// part of what a slot takes at least.
    void round(const std::vector<Shift>& shifts, const std::vector<double>& x, double part) {
        std::vector<double> owed(f_.cars.size());  // kWh
        const auto kw = [&x](const Shift::Way& way) {
            return x[static_cast<std::size_t>(way.power)];
        };
        for (const auto& slot : shifts) {
            const auto most = std::max_element(
                slot.ways.begin(), slot.ways.end(),
                [&](const Shift::Way& a, const Shift::Way& b) { return kw(a) < kw(b); });
            const double least = most->least_kw * slot.hours;
            owed[slot.car] += kw(*most) * slot.hours;
            const bool on = owed[slot.car] > 0 && owed[slot.car] >= least * part;
            if (on) owed[slot.car] -= std::max(kw(*most) * slot.hours, least);
            for (const auto& way : slot.ways) {
                fixing_.fix(way.on, on && &way == &*most ? 1.0 : 0.0);
            }
        }
    }

    void car(std::size_t index);
    void zone(std::size_t index);
    void tank(std::size_t index);
    void battery(std::size_t index);
    void appliance(std::size_t index);
    [[nodiscard]] std::vector<Shift> others(const Option& option) const;
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
        if (option.fixed.empty()) continue;
        option.shifts = others(option);
        all_.push_back(std::move(option));
    }
}

/// The whole numbers of cars that the alternative does not decide itself, by slot and each once;
/// some slots are decided together.
std::vector<Shift> Options::others(const Option& option) const {
    std::vector<Shift> out;
    std::set<int> decided;
    for (const auto& [column, value] : option.fixed) decided.insert(column);
    for (std::size_t i = 0; i < f_.cars.size(); ++i) {
        const auto& c = f_.cars[i];
        const auto& car = f_.scene.request.cars[i];
        if (car.name == option.told.device)  // the other range of this slot
            for (const auto& range : c.on) decided.insert(range[option.told.slot]);
        for (std::size_t t = 0; t < f_.scene.size(); ++t) {
            Shift slot{i, f_.scene.hours[t], {}};
            bool with_the_last = false;
            for (std::size_t r = 0; r < c.on.size(); ++r) {
                const int on = c.on[r][t];
                if (!whole(on) || decided.contains(on)) continue;
                with_the_last = t > 0 && on == c.on[r][t - 1];
                slot.ways.push_back({on, c.power[r][t], car.ranges[r].min_kw});
            }
            if (with_the_last && !out.empty()) {
                out.back().hours += slot.hours;
            } else if (!slot.ways.empty()) {
                out.push_back(std::move(slot));
            }
        }
    }
    return out;
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

/// The contrary in every slot that is decided. Where the zone's heat pump would heat it, it does
/// that instead of the rooms, and as long as it has to run.
void Options::tank(std::size_t index) {
    const auto& w = f_.scene.request.tanks[index];
    const auto& c = f_.tanks[index];
    for (std::size_t t = 0; t < f_.scene.heat_whole; ++t) {
        if (upper(c.on[t]) < 0.5) continue;
        const bool runs = x(c.on[t]) > 0.5;
        Option option;
        option.told = {w.name, t, at_slot(runs ? "not heating water" : "heating water", t), 0,
                       true};
        option.fixed.emplace_back(c.on[t], runs ? 0.0 : 1.0);
        if (!runs && w.zone) {
            const auto until = f_.scene.slots[t].from + f_.scene.request.zones[*w.zone].min_up;
            for (std::size_t later = t; later < f_.scene.heat_whole; ++later) {
                if (later > t && f_.scene.slots[later].from >= until) break;
                if (later > t) option.fixed.emplace_back(c.on[later], 1.0);
                option.fixed.emplace_back(f_.zones[*w.zone].on[later], 0.0);
                for (std::size_t i = 0; i < f_.tanks.size(); ++i) {
                    if (i != index && f_.scene.request.tanks[i].zone == w.zone)
                        option.fixed.emplace_back(f_.tanks[i].on[later], 0.0);
                }
            }
        }
        all_.push_back(std::move(option));
    }
}

/// For the next hours: resting where it takes or gives, filling with all it can where it rests.
void Options::battery(std::size_t index) {
    const auto& b = f_.scene.request.batteries[index];
    const auto& c = f_.batteries[index];
    for (std::size_t t = 0; t < f_.scene.heat_whole; ++t) {
        Option option;
        const auto name = [&](std::string_view what) {
            option.told = {b.name, t, at_slot(what, t), 0, true};
        };
        if (x(c.in[t]) > works_kw) {
            name("not charging");
            option.within.push_back({c.in[t], 0, 0});
        } else if (x(c.out[t]) > works_kw) {
            name("not giving power");
            option.within.push_back({c.out[t], 0, 0});
        } else if (upper(c.in[t]) > works_kw) {
            name("charging");
            option.within.push_back({c.in[t], upper(c.in[t]), upper(c.in[t])});
            if (whole(c.direction[t])) option.fixed.emplace_back(c.direction[t], 1.0);
        } else {
            continue;
        }
        option.shifts = others(option);
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
