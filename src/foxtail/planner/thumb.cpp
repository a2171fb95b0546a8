#include "foxtail/planner/thumb.hpp"

#include "foxtail/planner/check.hpp"
#include "foxtail/planner/circuits.hpp"
#include "foxtail/planner/grid.hpp"
#include "foxtail/planner/read_out.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::planner {
namespace {

class Thumb {
public:
    explicit Thumb(const Scene& scene)
        : s_(scene), r_(scene.request), order_(scene.request), plan_(blank_plan(scene)) {
        for (std::size_t t = 0; t < s_.size(); ++t) net_.push_back(s_.load[t] - s_.sun[t]);
    }

    Plan plan() {
        for (std::size_t i = 0; i < r_.zones.size(); ++i) machine(i);
        for (std::size_t i = 0; i < r_.tanks.size(); ++i) {
            if (!r_.tanks[i].zone) rod(i);
        }
        for (std::size_t i = 0; i < r_.appliances.size(); ++i) appliance(i);
        for (std::size_t i = 0; i < r_.cars.size(); ++i) car(i);
        for (std::size_t i = 0; i < r_.batteries.size(); ++i) battery(i);
        for (std::size_t t = 0; t < s_.size(); ++t) {
            plan_.import_kw[t] = std::max(0.0, net_[t]);
            // A price that is paid for taking the sun's surplus is not earned by waiting.
            const double out = std::clamp(-net_[t], 0.0, r_.connection.export_max_kw);
            plan_.export_kw[t] = s_.sell[t] < 0 && r_.connection.curtails ? 0 : out;
            plan_.curtailed_kw[t] = std::max(0.0, -net_[t]) - plan_.export_kw[t];
        }
        say_what_cannot_be_held_back(s_, plan_);
        add_goals(s_, plan_);
        add_intents(s_, plan_);
        const auto counted = check(s_, plan_);
        plan_.cost_eur = counted.cost_eur;
        plan_.penalty_eur = counted.penalty_eur;
        plan_.terminal_eur = counted.terminal_eur;
        plan_.objective_eur = counted.objective_eur();
        return std::move(plan_);
    }

private:
    double room(std::size_t t) const {
        return std::max(0.0, r_.connection.import_max_kw - net_[t]);
    }
    double in(const Series& series, std::size_t t) const {
        return series.mean(s_.slots[t].from, s_.slots[t].until);
    }
    Course& course(std::size_t i) { return plan_.courses[i]; }
    void take(Course& c, std::size_t t, double kw) {
        c.steps[t].kw = kw;
        net_[t] += kw;
    }
    bool off(const std::string& name, std::size_t t) const {
        const auto* over = override_of(s_, name, t);
        return over && (over->what == Override::What::off || over->kw <= 0);
    }
    /// A power somebody said it must not exceed.
    double told(const std::string& name, std::size_t t, double most) const {
        const auto* over = override_of(s_, name, t);
        const bool exactly = over && over->what == Override::What::exactly && over->kw > 0;
        return exactly ? std::min(most, over->kw) : most;
    }

    void machine(std::size_t zone);
    bool lasts(const Zone& z, std::size_t first) const;
    bool water(std::size_t zone, std::size_t t, bool may);
    void rod(std::size_t i);
    void appliance(std::size_t i);
    void car(std::size_t i);
    double car_kw(std::size_t i, std::size_t t, double missing, double space) const;
    double circuits_room(std::size_t car, std::size_t t, double kw) const;
    void battery(std::size_t i);

    const Scene& s_;
    const Request& r_;
    CourseOrder order_;
    Plan plan_;
    std::vector<double> net_;  // kW of the house so far, + from the grid
};

/// Tanks that share this heat pump: level kept, and whether it heats water in this slot.
bool Thumb::water(std::size_t zone, std::size_t t, bool may) {
    bool heats = false;
    for (std::size_t i = 0; i < r_.tanks.size(); ++i) {
        const auto& w = r_.tanks[i];
        if (w.zone != zone) continue;
        auto& c = course(order_.tanks + i);
        const double dt = s_.hours[t];
        const double cop = w.cop.values.empty() ? 1 : in(w.cop, t);
        double level = t == 0 ? w.energy_kwh : c.steps[t - 1].level;
        const double drawn = (in(w.draw_kw, t) + w.loss_kw) * dt;
        const double heat = cop * w.power_kw * dt;
        const bool wants = level - drawn < w.min_kwh + 0.1 * (w.max_kwh - w.min_kwh);
        const bool fits = level + heat - drawn <= std::max(w.max_kwh, w.energy_kwh) &&
                          w.power_kw <= room(t) && w.power_kw > 0;
        if (may && !heats && wants && fits && !off(w.name, t)) {
            heats = true;
            take(c, t, w.power_kw);
            level += heat;
        }
        c.steps[t].level = std::max(0.0, level - drawn);
    }
    return heats;
}

/// Whether there is room for the shortest run.
bool Thumb::lasts(const Zone& z, std::size_t first) const {
    const auto end = s_.slots[first].from + z.min_up;
    for (std::size_t t = first; t < s_.size() && s_.slots[t].from < end; ++t) {
        if (room(t) < z.min_kw || in(z.must_be_off, t) > 0.5 || off(z.name, t)) return false;
        if (told(z.name, t, z.max_kw) < z.min_kw) return false;
    }
    return true;
}

void Thumb::machine(std::size_t index) {
    const auto& z = r_.zones[index];
    auto& c = course(order_.zones + index);
    bool on = z.running;
    Time since = r_.now - z.in_state;
    double temperature = z.temperature_c;
    for (std::size_t t = 0; t < s_.size(); ++t) {
        const double dt = s_.hours[t];
        const auto from = s_.slots[t].from;
        const double cop =
            z.cop.values.empty() ? carnot_cop(z.supply_c, s_.outdoor[t]) : in(z.cop, t);
        const double keep = std::exp(-dt / (z.resistance_k_kw * z.capacity_kwh_k));
        const double rest = keep * temperature +
                            (1 - keep) * (s_.outdoor[t] + z.resistance_k_kw * in(z.gain_kw, t));
        const double reach = (1 - keep) * z.resistance_k_kw * cop;
        // Two hours ahead, so that it is warm when it is to be.
        const auto soon = s_.slots[t].from + hours(2);
        const double low = std::max(in(z.low_c, t), z.low_c.mean(soon, soon + minutes(15)));
        const double wanted = (low + 0.3 - rest) / reach;
        const bool blocked = in(z.must_be_off, t) > 0.5;
        const bool settled = from - since >= (on ? z.min_up : z.min_down);
        const bool may_run =
            !blocked && z.max_kw > 0 && room(t) >= z.min_kw && (on || (settled && lasts(z, t)));
        const bool bound = on && !settled && may_run;
        const bool heats = water(index, t, may_run);
        const double most = told(z.name, t, std::min(z.max_kw, room(t)));
        bool runs = (wanted > 0.3 * z.min_kw || bound) && may_run && !off(z.name, t) && !heats &&
                    most >= z.min_kw;
        if (runs) take(c, t, std::clamp(wanted, z.min_kw, most));
        temperature = rest + reach * c.steps[t].kw;
        c.steps[t].level = temperature;
        runs = runs || heats;
        if (runs == on) continue;
        on = runs;
        since = from;
    }
}

void Thumb::rod(std::size_t i) {
    const auto& w = r_.tanks[i];
    auto& c = course(order_.tanks + i);
    double level = w.energy_kwh;
    for (std::size_t t = 0; t < s_.size(); ++t) {
        const double dt = s_.hours[t];
        const double cop = w.cop.values.empty() ? 1 : in(w.cop, t);
        const double drawn = (in(w.draw_kw, t) + w.loss_kw) * dt;
        const double heat = cop * w.power_kw * dt;
        const bool wants = level - drawn < w.min_kwh + 0.1 * (w.max_kwh - w.min_kwh);
        const bool fits = level + heat - drawn <= std::max(w.max_kwh, w.energy_kwh);
        if (wants && fits && w.power_kw > 0 && w.power_kw <= room(t) && !off(w.name, t)) {
            take(c, t, w.power_kw);
            level += heat;
        }
        level = std::max(0.0, level - drawn);
        c.steps[t].level = level;
    }
}

/// When it may; as soon as it fits under the fuse.
void Thumb::appliance(std::size_t i) {
    const auto& a = r_.appliances[i];
    auto& c = course(order_.appliances + i);
    if (a.profile_kw.empty()) return;
    const auto run = minutes(15) * static_cast<std::int64_t>(a.profile_kw.size());
    Series power;
    power.values = a.profile_kw;
    for (std::size_t first = 0; first < s_.size(); ++first) {
        power.from = s_.slots[first].from;
        const auto end = power.from + run;
        if (power.from + seconds(30) < a.earliest || too_loud(a, power.from)) continue;
        if (end > s_.slots.back().until) return;
        bool fits = true;
        std::vector<double> kw(s_.size(), 0);
        for (std::size_t t = first; t < s_.size() && s_.slots[t].from < end; ++t) {
            const auto until = std::min(s_.slots[t].until, end);
            kw[t] = power.mean(s_.slots[t].from, until) * Slot{s_.slots[t].from, until}.hours() /
                    s_.hours[t];
            fits = fits && kw[t] <= room(t) && !off(a.name, t);
        }
        if (!fits) continue;
        for (std::size_t t = first; t < s_.size(); ++t) {
            if (kw[t] > 0) take(c, t, kw[t]);
        }
        return;
    }
}

/// What the fuses above a car leave for it while it takes about so much: of those before it.
double Thumb::circuits_room(std::size_t car, std::size_t t, double kw) const {
    double most = 1e9;
    for (const auto& circuit : r_.circuits)
        for (const auto& share : circuit.shares) {
            const double part = part_of(s_, share, t, kw);
            if (share.car != car || part <= 0) continue;
            most = std::min(most, std::max(0.0, circuit_room(s_, circuit, plan_, t)) / part);
        }
    return most;
}

/// The most the charger can give for what is missing, or nothing.
double Thumb::car_kw(std::size_t i, std::size_t t, double missing, double space) const {
    const auto& car = r_.cars[i];
    if (missing <= 1e-9 || off(car.name, t)) return 0;
    const double per_kw = car.efficiency * s_.hours[t];
    const double most = std::min(room(t), told(car.name, t, 1e9));
    double best = 0;
    for (const auto& range : car.ranges) {
        // Rather a little more than was asked for than the last kWh never.
        const double kw = std::clamp(missing / per_kw, range.min_kw, range.max_kw);
        const double able = std::min({kw, most, circuits_room(i, t, kw)});
        if (able >= range.min_kw && able * per_kw <= space) best = std::max(best, able);
    }
    return best;
}

void Thumb::car(std::size_t i) {
    const auto& car = r_.cars[i];
    auto& c = course(order_.cars + i);
    double level = car.energy_kwh;
    std::size_t next = 0;
    for (std::size_t t = 0; t < s_.size(); ++t) {
        double target = 0;
        bool there = false;
        double trip = 0;
        for (std::size_t k = 0; k < car.sessions.size(); ++k) {
            const auto& stay = car.sessions[k];
            if (s_.slots[t].from + seconds(30) < stay.arrive ||
                s_.slots[t].until > stay.depart + seconds(30)) {
                continue;
            }
            there = true;
            target = stay.target_kwh.value_or(car.max_kwh);
            for (; next <= k; ++next) trip += car.sessions[next].trip_kwh;
            break;
        }
        level = std::max(0.0, level - trip);
        if (there) {
            const double wanted = std::max(target, car.floor_kwh);
            const double kw =
                car_kw(i, t, std::min(wanted, car.max_kwh) - level, car.max_kwh - level);
            if (kw > 0) take(c, t, kw);
            level += kw * car.efficiency * s_.hours[t];
        }
        c.steps[t].level = level;
    }
}

/// Fills from what would leave the house and gives what would come into it.
void Thumb::battery(std::size_t i) {
    const auto& b = r_.batteries[i];
    auto& c = course(i);
    double level = b.energy_kwh;
    for (std::size_t t = 0; t < s_.size(); ++t) {
        const double dt = s_.hours[t];
        const auto* over = override_of(s_, b.name, t);
        double kw = 0;
        if (!over && net_[t] < 0) {
            kw = std::min({b.charge_max_kw, -net_[t],
                           std::max(0.0, b.max_kwh - level) / (b.charge_efficiency * dt)});
        } else if (!over) {
            kw = -std::min({b.discharge_max_kw, net_[t],
                            std::max(0.0, level - b.min_kwh) * b.discharge_efficiency / dt});
        }
        if (kw != 0) take(c, t, kw);
        level += (kw > 0 ? kw * b.charge_efficiency : kw / b.discharge_efficiency) * dt;
        c.steps[t].level = level;
    }
}

}  // namespace

Plan rules_of_thumb(const Scene& scene) {
    return Thumb(scene).plan();
}

}  // namespace foxtail::planner
