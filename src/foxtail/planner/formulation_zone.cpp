#include "foxtail/planner/formulation.hpp"
#include "foxtail/planner/grid.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::planner {
namespace {

double mean_in(const Series& series, const Slot& slot) {
    return series.mean(slot.from, slot.until);
}

std::vector<double> cops(const Scene& s, const Zone& z) {
    std::vector<double> cop;
    for (std::size_t t = 0; t < s.size(); ++t) {
        cop.push_back(z.cop.values.empty() ? carnot_cop(z.supply_c, s.outdoor[t])
                                           : mean_in(z.cop, s.slots[t]));
    }
    return cop;
}

/// Where it may not run, and where it has to go on because it has just begun.
void add_state(const Scene& s, const Zone& z, ZoneColumns& c) {
    c.blocked.assign(s.size(), false);
    c.forced.assign(s.size(), false);
    for (std::size_t t = 0; t < s.size(); ++t) {
        const auto* over = override_of(s, z.name, t);
        const bool off = over && (over->what == Override::What::off || over->kw <= 0);
        const bool waits =
            !z.running && s.slots[t].from < s.request.now + (z.min_down - z.in_state);
        c.blocked[t] = off || mean_in(z.must_be_off, s.slots[t]) > 0.5 ||
                       (t < s.heat_whole && waits) || z.max_kw <= 0;
    }
    if (!z.running) return;
    const auto& fuse = s.request.connection;
    for (std::size_t t = 0; t < s.heat_whole; ++t) {
        if (s.slots[t].from >= s.request.now + (z.min_up - z.in_state)) break;
        // What goes on anyhow must not be what trips the fuse.
        double others = 0;
        for (const auto& other : s.request.zones) {
            if (&other != &z) others += other.running ? other.min_kw : 0;
        }
        if (c.blocked[t] || s.load[t] + z.min_kw + others > fuse.import_max_kw + s.sun[t]) {
            break;
        }
        c.forced[t] = true;
    }
}

/// T = keep * T before + reach * kW + (1 - keep) * (outdoor + R * gain), exact for constant input.
void add_temperature(Formulation& f, const Zone& z, ZoneColumns& c, std::size_t t) {
    const auto& s = f.scene;
    const double dt = s.hours[t];
    const double keep = std::exp(-dt / (z.resistance_k_kw * z.capacity_kwh_k));
    const double reach = (1 - keep) * z.resistance_k_kw * c.cop[t];
    const double constant =
        (1 - keep) * (s.outdoor[t] + z.resistance_k_kw * mean_in(z.gain_kw, s.slots[t]));
    c.keep.push_back(keep);
    c.reach.push_back(reach);
    const int temperature = f.column(-Model::infinite, Model::infinite, 0, Share::terminal);
    const double known = constant + (t == 0 ? keep * z.temperature_c : 0);
    const int step = f.row(known, known);
    f.entry(step, temperature, 1);
    if (t > 0) f.entry(step, c.temperature.back(), -keep);
    f.entry(step, c.power[t], -reach);
    c.temperature.push_back(temperature);
    c.steps.push_back(step);
    const double low = mean_in(z.low_c, s.slots[t]);
    const double high = std::max(low, mean_in(z.high_c, s.slots[t]));
    const int cold = f.column(0, Model::infinite, s.ladder.cold_kh * dt, Share::penalty);
    const int hot = f.column(0, Model::infinite, s.ladder.hot_kh * dt, Share::penalty);
    const int band = f.row(low, high);
    f.entry(band, temperature, 1);
    f.entry(band, cold, 1);
    f.entry(band, hot, -1);
    c.cold.push_back(cold);
    c.hot.push_back(hot);
}

void add_heat_power(Formulation& f, const Zone& z, ZoneColumns& c, std::size_t t) {
    const auto& s = f.scene;
    const bool whole = t < s.heat_whole;
    const auto* over = override_of(s, z.name, t);
    double most = c.blocked[t] ? 0 : z.max_kw;
    const bool told = over && over->what != Override::What::off && over->kw > 0 && most > 0;
    const double wanted = told ? std::clamp(over->kw, z.min_kw, z.max_kw) : 0;
    if (told && over->what == Override::What::exactly) most = wanted;
    const int power = f.column(0, most, 0, Share::money);
    f.draws(t, power, 1);
    c.power.push_back(power);
    if (told) {
        const int row = f.row(wanted, Model::infinite);
        f.entry(row, power, 1);
        f.entry(row, add_override_gap(f, t, wanted), 1);
    }
    if (!whole) {
        c.on.push_back(none);
        c.start.push_back(none);
        return;
    }
    const bool shared = std::any_of(
        s.request.tanks.begin(), s.request.tanks.end(),
        [&](const HotWater& tank) { return tank.zone && &s.request.zones[*tank.zone] == &z; });
    if (!shared && joined(s, t, hours(2)) && c.blocked[t] == c.blocked[t - 1] &&
        c.forced[t] == c.forced[t - 1]) {
        c.on.push_back(c.on.back());
        c.start.push_back(none);
    } else {
        // With a tank at it, it need not be the zone that goes on: see add_sharing().
        const bool must = c.forced[t] && !shared;
        c.on.push_back(f.column(must ? 1 : 0, c.blocked[t] ? 0 : 1, 0, Share::money, true));
        c.start.push_back(f.column(0, 1, z.start_eur, Share::money));
    }
    const int on = c.on.back();
    const int upper = f.row(-Model::infinite, 0);
    f.entry(upper, power, 1);
    f.entry(upper, on, -most);
    const int lower = f.row(0, Model::infinite);
    f.entry(lower, power, 1);
    f.entry(lower, on, -std::min(most, z.min_kw));
}

/// What is left in the walls is worth something, but nothing above the band.
void add_worth(Formulation& f, const Zone& z, const ZoneColumns& c) {
    const auto& s = f.scene;
    const auto last = s.size() - 1;
    const double high = std::max(mean_in(z.low_c, s.slots[last]), mean_in(z.high_c, s.slots[last]));
    double cop = 0;
    for (const double here : c.cop) cop += here / static_cast<double>(c.cop.size());
    const double worth = zone_worth(s, z, cop);
    const int counted = f.column(-Model::infinite, high, -worth, Share::terminal);
    const int row = f.row(-Model::infinite, 0);
    f.entry(row, counted, 1);
    f.entry(row, c.temperature[last], -1);
}

}  // namespace

void add_zones(Formulation& f) {
    const auto& s = f.scene;
    for (const auto& z : s.request.zones) {
        ZoneColumns c;
        f.next_owner();
        c.cop = cops(s, z);
        add_state(s, z, c);
        for (std::size_t t = 0; t < s.size(); ++t) {
            f.at_slot(t);
            add_heat_power(f, z, c, t);
            add_temperature(f, z, c, t);
        }
        f.next_owner();
        add_worth(f, z, c);
        f.zones.push_back(std::move(c));
    }
}

}  // namespace foxtail::planner
