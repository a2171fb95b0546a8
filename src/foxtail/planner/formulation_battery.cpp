#include "foxtail/planner/formulation.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::planner {
namespace {

struct BatteryLimits {
    double in = 0;
    double out = 0;
};

BatteryLimits limits_in(const Scene& s, const Battery& b, std::size_t t) {
    BatteryLimits l{b.charge_max_kw, b.discharge_max_kw};
    if (!b.grid_charge) l.in = std::min(l.in, std::max(0.0, s.sun[t] - s.load[t]));
    const auto* over = override_of(s, b.name, t);
    if (!over) return l;
    if (over->what == Override::What::off || over->kw == 0) return {0, 0};
    if (over->what == Override::What::exactly && over->kw > 0) {
        return {std::min(l.in, over->kw), 0};
    }
    if (over->what == Override::What::exactly) return {0, std::min(l.out, -over->kw)};
    return l;
}

void add_word(Formulation& f, const Battery& b, std::size_t t, int in, int out, BatteryLimits l) {
    const auto* over = override_of(f.scene, b.name, t);
    if (!over || over->what == Override::What::off || over->kw == 0) return;
    const bool charge = over->kw > 0;
    const double wanted = std::min(charge ? l.in : l.out, std::abs(over->kw));
    if (wanted <= 0) return;
    const int row = f.row(wanted, Model::infinite);
    f.entry(row, charge ? in : out, 1);
    f.entry(row, add_override_gap(f, t, wanted), 1);
}

/// level + gap >= least
void at_least(Formulation& f, BatteryColumns& c, int level, double least, double cost) {
    const int gap = f.column(0, Model::infinite, cost, Share::penalty);
    const int row = f.row(least, Model::infinite);
    f.entry(row, level, 1);
    f.entry(row, gap, 1);
    c.gaps.push_back(gap);
}

void add_battery_bounds(Formulation& f, BatteryColumns& c, const Battery& b, std::size_t t,
                        int level) {
    const auto& s = f.scene;
    const double dt = s.hours[t];
    if (b.energy_kwh < b.min_kwh) at_least(f, c, level, b.min_kwh, 2 * s.ladder.reserve_kwh * dt);
    if (b.energy_kwh > b.max_kwh) {
        const int over = f.column(0, Model::infinite, battery_over_eur * dt, Share::penalty);
        const int row = f.row(-Model::infinite, b.max_kwh);
        f.entry(row, level, 1);
        f.entry(row, over, -1);
        c.gaps.push_back(over);
    }
    if (b.reserve_kwh.values.empty()) return;
    const double reserve = b.reserve_kwh.mean(s.slots[t].from, s.slots[t].until);
    if (reserve > b.min_kwh) at_least(f, c, level, reserve, s.ladder.reserve_kwh * dt);
}

/// What leaves the house is the sun's surplus and what those batteries give that may.
void add_way_out(Formulation& f) {
    const auto& s = f.scene;
    const auto& all = s.request.batteries;
    const auto may = [](const Battery& b) { return b.grid_export && b.discharge_max_kw > 0; };
    if (std::none_of(all.begin(), all.end(), may)) return;
    f.next_owner();
    for (std::size_t t = 0; t < s.size(); ++t) {
        f.at_slot(t);
        const int row = f.row(-Model::infinite, std::max(0.0, s.sun[t] - s.load[t]));
        f.entry(row, f.exports[t], 1);
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (may(all[i])) f.entry(row, f.batteries[i].out[t], -1);
        }
    }
}

}  // namespace

void add_batteries(Formulation& f) {
    const auto& s = f.scene;
    for (const auto& b : s.request.batteries) {
        BatteryColumns c;
        f.next_owner();
        const double low = std::min(b.min_kwh, b.energy_kwh);
        const double high = std::max(b.max_kwh, b.energy_kwh);
        for (std::size_t t = 0; t < s.size(); ++t) {
            const double dt = s.hours[t];
            const auto l = limits_in(s, b, t);
            f.at_slot(t);
            const int in = f.column(0, l.in, 0.5 * b.wear_eur_kwh * dt, Share::money);
            const int out = f.column(0, l.out, 0.5 * b.wear_eur_kwh * dt, Share::money);
            const bool last = t + 1 == s.size();
            const int level = f.column(low, high, last ? -battery_worth(s) : 0, Share::terminal);
            f.draws(t, in, 1);
            f.draws(t, out, -1);
            const double before = t == 0 ? b.energy_kwh : 0;
            const int step = f.row(before, before);
            f.entry(step, level, 1);
            if (t > 0) f.entry(step, c.level.back(), -1);
            f.entry(step, in, -b.charge_efficiency * dt);
            f.entry(step, out, dt / b.discharge_efficiency);
            c.in.push_back(in);
            c.out.push_back(out);
            c.level.push_back(level);
            c.steps.push_back(step);
            c.direction.push_back(none);
            // Where taking is paid for, in and out at once would pay: one of the two.
            if (s.buy[t] < 0 && l.in > 0 && l.out > 0) {
                const int charging = f.column(0, 1, 0, Share::money, t < s.car_whole);
                c.direction.back() = charging;
                const int up = f.row(-Model::infinite, 0);
                f.entry(up, in, 1);
                f.entry(up, charging, -l.in);
                const int down = f.row(-Model::infinite, l.out);
                f.entry(down, out, 1);
                f.entry(down, charging, l.out);
            }
            add_word(f, b, t, in, out, l);
            add_battery_bounds(f, c, b, t, level);
        }
        f.batteries.push_back(std::move(c));
    }
    add_way_out(f);
}

}  // namespace foxtail::planner
