#include "foxtail/planner/formulation.hpp"

#include <algorithm>

namespace foxtail::planner {
namespace {

/// Its own heat pump is not to run, or has stopped only just now.
bool pump_rests(const Scene& s, const Zone& z, std::size_t t) {
    const auto& slot = s.slots[t];
    const bool waits = !z.running && slot.from < s.request.now + (z.min_down - z.in_state);
    return z.must_be_off.mean(slot.from, slot.until) > 0.5 || (t < s.heat_whole && waits);
}

void add_tank_power(Formulation& f, const HotWater& tank, TankColumns& c, std::size_t t) {
    const auto& s = f.scene;
    const auto* over = override_of(s, tank.name, t);
    const bool off = over && (over->what == Override::What::off || over->kw <= 0);
    const bool blocked = tank.zone && pump_rests(s, s.request.zones[*tank.zone], t);
    const int on = f.column(0, off || blocked || tank.power_kw <= 0 ? 0 : 1, 0, Share::money,
                            t < s.heat_whole);
    f.draws(t, on, tank.power_kw);
    c.on.push_back(on);
    if (over && !off && !blocked && tank.power_kw > 0) {
        const int row = f.row(1, Model::infinite);
        f.entry(row, on, 1);
        f.entry(row, add_override_gap(f, t, tank.power_kw), 1 / tank.power_kw);
    }
}

void add_tank_level(Formulation& f, const HotWater& tank, TankColumns& c, std::size_t t) {
    const auto& s = f.scene;
    const double dt = s.hours[t];
    const auto& slot = s.slots[t];
    const double cop = tank.cop.values.empty() ? 1 : tank.cop.mean(slot.from, slot.until);
    const double taken = (tank.draw_kw.mean(slot.from, slot.until) + tank.loss_kw) * dt;
    c.heat.push_back(cop * tank.power_kw * dt);
    c.draw.push_back(taken);
    const bool last = t + 1 == s.size();
    const double worth = last ? -tank_worth(s, tank, cop) : 0;
    const int level = f.column(0, std::max(tank.max_kwh, tank.energy_kwh), worth, Share::terminal);
    const int unmet = f.column(0, taken, s.ladder.water_kwh, Share::penalty);
    const double start = (t == 0 ? tank.energy_kwh : 0) - taken;
    const int step = f.row(start, start);
    f.entry(step, level, 1);
    if (t > 0) f.entry(step, c.level.back(), -1);
    f.entry(step, c.on[t], -c.heat[t]);
    f.entry(step, unmet, -1);
    c.level.push_back(level);
    c.unmet.push_back(unmet);
    c.steps.push_back(step);
    c.gap.push_back(none);
    if (tank.min_kwh <= 0) return;
    const int gap = f.column(0, Model::infinite, s.ladder.water_kwh * dt, Share::penalty);
    c.gap.back() = gap;
    const int row = f.row(tank.min_kwh, Model::infinite);
    f.entry(row, level, 1);
    f.entry(row, gap, 1);
}

/// One heat pump: the zone or a tank, in every slot; and what is said of its starts and pauses
/// holds for both together.
void add_sharing(Formulation& f, std::size_t zone) {
    auto& s = f.scene;
    const auto& z = s.request.zones[zone];
    const auto& c = f.zones[zone];
    std::vector<const TankColumns*> sharing;
    for (std::size_t i = 0; i < f.tanks.size(); ++i) {
        if (s.request.tanks[i].zone == zone) sharing.push_back(&f.tanks[i]);
    }
    const auto on = [&](int row, std::size_t t, double value) {
        f.entry(row, c.on[t], value);
        for (const auto* tank : sharing) f.entry(row, tank->on[t], value);
    };
    f.next_owner();
    for (std::size_t t = 0; t < s.size() && !sharing.empty() && z.max_kw > 0; ++t) {
        f.at_slot(t);
        const int row = f.row(c.forced[t] ? 1 : -Model::infinite, 1);
        if (t < s.heat_whole) {
            on(row, t, 1);
            continue;
        }
        f.entry(row, c.power[t], 1 / z.max_kw);
        for (const auto* tank : sharing) f.entry(row, tank->on[t], 1);
    }
    f.next_owner();
    for (std::size_t t = 0; t < s.heat_whole; ++t) {
        f.at_slot(t);
        // start >= on - on before
        if (c.start[t] != none) {
            const int start = f.row(t == 0 ? (z.running ? -1 : 0) : 0, Model::infinite);
            f.entry(start, c.start[t], 1);
            on(start, t, -1);
            if (t > 0) on(start, t - 1, 1);
        }
        // Whoever began less than min_up ago is still running.
        const int up = f.row(0, Model::infinite);
        on(up, t, 1);
        for (std::size_t began = 0; began <= t; ++began) {
            if (c.start[began] != none && s.slots[began].from + z.min_up > s.slots[t].from) {
                f.entry(up, c.start[began], -1);
            }
        }
        // Whoever begins less than min_down after this slot was not running in it.
        const int down = f.row(-Model::infinite, 1);
        on(down, t, 1);
        for (std::size_t begins = t + 1; begins < s.heat_whole; ++begins) {
            if (c.start[begins] != none && s.slots[begins].from < s.slots[t].until + z.min_down) {
                f.entry(down, c.start[begins], 1);
            }
        }
    }
}

}  // namespace

void add_tanks(Formulation& f) {
    const auto& s = f.scene;
    for (const auto& tank : s.request.tanks) {
        TankColumns c;
        f.next_owner();
        for (std::size_t t = 0; t < s.size(); ++t) {
            f.at_slot(t);
            add_tank_power(f, tank, c, t);
            add_tank_level(f, tank, c, t);
        }
        f.tanks.push_back(std::move(c));
    }
    for (std::size_t zone = 0; zone < f.zones.size(); ++zone) add_sharing(f, zone);
}

}  // namespace foxtail::planner
