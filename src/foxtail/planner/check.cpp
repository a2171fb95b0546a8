#include "foxtail/planner/check.hpp"

#include "foxtail/planner/grid.hpp"
#include "foxtail/planner/ladder.hpp"
#include "foxtail/planner/read_out.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace foxtail::planner {
namespace {

constexpr double allowed = 1e-6;

/// Plays one plan. Written against request.hpp and plan.hpp, not against the formulation.
class Player {
public:
    Player(const Scene& scene, const Plan& plan)
        : s_(scene), r_(scene.request), plan_(plan), order_(scene.request) {}

    Checked play() {
        if (!shape()) return out_;
        grid();
        for (std::size_t i = 0; i < r_.batteries.size(); ++i) battery(r_.batteries[i], course(i));
        for (std::size_t i = 0; i < r_.cars.size(); ++i) {
            car(r_.cars[i], course(order_.cars + i));
        }
        for (std::size_t i = 0; i < r_.zones.size(); ++i) {
            zone(r_.zones[i], course(order_.zones + i));
            machine(i);
        }
        for (std::size_t i = 0; i < r_.tanks.size(); ++i) {
            tank(r_.tanks[i], course(order_.tanks + i));
        }
        for (std::size_t i = 0; i < r_.appliances.size(); ++i) {
            appliance(r_.appliances[i], course(order_.appliances + i));
        }
        for (const auto& one : r_.circuits) circuit(one);
        return out_;
    }

private:
    const Course& course(std::size_t i) const { return plan_.courses[i]; }
    double dt(std::size_t t) const { return plan_.slots[t].hours(); }
    double in(const Series& series, std::size_t t) const {
        return series.mean(plan_.slots[t].from, plan_.slots[t].until);
    }
    std::size_t size() const { return plan_.slots.size(); }

    void broken(const std::string& what, std::size_t t, double by) {
        if (out_.broken.size() >= 20) return;
        char text[64];
        std::snprintf(text, sizeof text, " in slot %zu by %.3g", t, by);
        out_.broken.push_back(what + text);
    }
    void most(const std::string& what, std::size_t t, double value, double limit) {
        const double by = value - limit;
        if (!(by <= allowed * std::max(1.0, std::abs(limit)))) broken(what, t, by);
    }
    void equal(const std::string& what, std::size_t t, double value, double wanted) {
        most(what, t, value, wanted);
        most(what, t, wanted, value);
    }

    bool shape();
    void grid();
    void battery(const Battery& b, const Course& c);
    void car(const Car& car, const Course& c);
    void car_power(const Car& car, std::size_t t, double kw, bool there, double level);
    void circuit(const Circuit& circuit);
    void zone(const Zone& z, const Course& c);
    void machine(std::size_t zone);
    bool runs(std::size_t zone, std::size_t t) const;
    void tank(const HotWater& w, const Course& c);
    void appliance(const Appliance& a, const Course& c);
    void profile(const Appliance& a, const Course& c);
    void quiet_hours(const Appliance& a, const Course& c);
    void word(const std::string& name, std::size_t t, double kw, double least, double most_kw);

    const Scene& s_;
    const Request& r_;
    const Plan& plan_;
    CourseOrder order_;
    Checked out_;
};

bool Player::shape() {
    const auto n = size();
    bool good = n > 0 && plan_.courses.size() == order_.end;
    for (const auto* series : {&plan_.import_kw, &plan_.export_kw, &plan_.curtailed_kw,
                               &plan_.load_kw, &plan_.sun_kw, &plan_.buy_eur, &plan_.sell_eur}) {
        good = good && series->size() == n;
    }
    for (const auto& c : plan_.courses) good = good && c.steps.size() == n;
    if (!good) out_.broken.emplace_back("a plan of another shape than its request");
    return good;
}

void Player::grid() {
    const auto& c = r_.connection;
    double peak = c.peak_so_far_kw;
    for (std::size_t t = 0; t < size(); ++t) {
        const double import = plan_.import_kw[t];
        const double export_kw = plan_.export_kw[t];
        double sum =
            plan_.sun_kw[t] - plan_.curtailed_kw[t] + import - export_kw - plan_.load_kw[t];
        for (const auto& course : plan_.courses) sum -= course.steps[t].kw;
        equal("the balance of power", t, sum, 0);
        most("import beyond the connection", t, import, c.import_max_kw);
        most("export beyond the connection", t, export_kw, c.export_max_kw);
        most("less than nothing", t, std::max({-import, -export_kw, -plan_.curtailed_kw[t]}), 0);
        most("more curtailed than there is sun", t, plan_.curtailed_kw[t], plan_.sun_kw[t]);
        most("import and export at once", t, std::min(import, export_kw), 0);
        if (!c.curtails)
            out_.penalty_eur += plan_.curtailed_kw[t] * curtail_eur_kwh * s_.factor * dt(t);
        peak = std::max(peak, import);
        out_.cost_eur += (import * plan_.buy_eur[t] - export_kw * plan_.sell_eur[t]) * dt(t);
        if (!c.soft_import_kw.values.empty()) {
            const double over = std::max(0.0, import - in(c.soft_import_kw, t));
            out_.penalty_eur += over * s_.ladder.soft_limit_kwh * dt(t);
        }
    }
    out_.cost_eur += c.peak_eur_kw * (peak - c.peak_so_far_kw);
}

/// What a person said: off is obeyed, the rest costs what is missing.
void Player::word(const std::string& name, std::size_t t, double kw, double least, double most_kw) {
    const auto* over = override_of(s_, name, t);
    if (!over) return;
    if (over->what == Override::What::off || over->kw <= 0) {
        most(name + " was told to be off", t, kw, 0);
        return;
    }
    const double wanted = std::clamp(over->kw, least, std::max(least, most_kw));
    if (over->what == Override::What::exactly) most(name + " was told a power", t, kw, wanted);
    out_.penalty_eur += override_eur_kwh * s_.factor * std::max(0.0, wanted - kw) * dt(t);
}

void Player::battery(const Battery& b, const Course& c) {
    double level = b.energy_kwh;
    for (std::size_t t = 0; t < size(); ++t) {
        const double kw = c.steps[t].kw;
        level += (kw > 0 ? kw * b.charge_efficiency : kw / b.discharge_efficiency) * dt(t);
        equal("battery: its level", t, c.steps[t].level, level);
        most("battery: charging", t, kw, b.charge_max_kw);
        most("battery: discharging", t, -kw, b.discharge_max_kw);
        most("battery: above its limit", t, level, std::max(b.max_kwh, b.energy_kwh));
        most("battery: below its limit", t, std::min(b.min_kwh, b.energy_kwh), level);
        if (!b.grid_charge) {
            most("battery: charged from the grid", t, kw,
                 std::max(0.0, plan_.sun_kw[t] - plan_.load_kw[t]));
        }
        out_.cost_eur += 0.5 * b.wear_eur_kwh * std::abs(kw) * dt(t);
        const double rung = s_.ladder.reserve_kwh * dt(t);
        out_.penalty_eur += 2 * rung * std::max(0.0, b.min_kwh - level);
        out_.penalty_eur += battery_over_eur * dt(t) * std::max(0.0, level - b.max_kwh);
        if (!b.reserve_kwh.values.empty() && in(b.reserve_kwh, t) > b.min_kwh) {
            out_.penalty_eur += rung * std::max(0.0, in(b.reserve_kwh, t) - level);
        }
        const auto* over = override_of(s_, b.name, t);
        if (over && over->what != Override::What::off && over->kw != 0) {
            const bool up = over->kw > 0;
            const double able = up ? b.charge_max_kw : b.discharge_max_kw;
            const double wanted = std::min(able, std::abs(over->kw));
            out_.penalty_eur +=
                override_eur_kwh * s_.factor * dt(t) * std::max(0.0, wanted - (up ? kw : -kw));
        } else if (over) {
            equal("battery: was told to be off", t, kw, 0);
        }
    }
    out_.terminal_eur += battery_worth(s_) * level;
}

void Player::car_power(const Car& car, std::size_t t, double kw, bool there, double level) {
    if (!there) {
        equal("car: charging while away", t, kw, 0);
        return;
    }
    double highest = 0;
    bool in_range = false;
    for (const auto& range : car.ranges) {
        highest = std::max(highest, range.max_kw);
        in_range = in_range || (kw >= range.min_kw - allowed && kw <= range.max_kw + allowed);
    }
    most("car: charging", t, kw, highest);
    if (t < s_.car_whole && kw > allowed && !in_range) {
        broken("car: a power its charger cannot give", t, kw);
    }
    if (kw >= -allowed) return;
    most("car: giving back", t, -kw, car.gives_back ? car.discharge_max_kw : 0);
    most("car: giving back below its limit", t, std::min(car.discharge_floor_kwh, car.max_kwh),
         level + allowed);
}

void Player::car(const Car& car, const Course& c) {
    double level = car.energy_kwh;
    double cap = std::max(car.max_kwh, level);
    std::size_t next = 0;  // stay not begun yet
    bool stayed = false;
    for (std::size_t t = 0; t < size(); ++t) {
        const auto& slot = plan_.slots[t];
        const double kw = c.steps[t].kw;
        double trip = 0;
        double confidence = 1;
        bool there = false;
        for (std::size_t i = 0; i < car.sessions.size(); ++i) {
            const auto& stay = car.sessions[i];
            if (slot.from + seconds(30) < stay.arrive || slot.until > stay.depart + seconds(30)) {
                continue;
            }
            there = true;
            confidence = stay.confidence;
            for (; next <= i; ++next) trip += car.sessions[next].trip_kwh;
            break;
        }
        level += (kw > 0 ? kw * car.efficiency : kw / car.efficiency) * dt(t) - trip;
        cap = std::max(car.max_kwh, cap - trip);
        const double given = c.steps[t].level - level;  // on the way, where the trip was too long
        most("car: energy from nowhere", t, given, trip);
        most("car: energy lost", t, -given, 0);
        out_.penalty_eur += std::max(0.0, given) *
                            std::max(s_.ladder.deadline_kwh * confidence, 1.2 * s_.dearest_price);
        level = c.steps[t].level;
        most("car: above its limit", t, level, cap);
        most("car: below nothing", t, 0, level);
        car_power(car, t, kw, there, level);
        if (kw < 0) out_.cost_eur += car.wear_eur_kwh * -kw * dt(t);
        if (!there) continue;
        stayed = true;
        const double floor = std::min(car.floor_kwh, cap);
        out_.penalty_eur += s_.ladder.car_floor_kwh * std::max(0.0, floor - level) * dt(t);
        double least = car.ranges.empty() ? 0 : car.ranges.front().min_kw;
        double highest = 0;
        for (const auto& range : car.ranges) highest = std::max(highest, range.max_kw);
        if (highest > 0) word(car.name, t, kw, least, highest);
    }
    for (const auto& goal : c.goals) {
        for (const auto& stay : car.sessions) {
            if (!stay.target_kwh || stay.depart != goal.due) continue;
            out_.penalty_eur += s_.ladder.deadline_kwh * stay.confidence *
                                std::max(0.0, goal.wanted - goal.reached);
            break;
        }
    }
    if (stayed) out_.terminal_eur += car_worth(s_) * level;
}

/// What hangs below a fuse, each car with what of its power flows there.
void Player::circuit(const Circuit& circuit) {
    for (std::size_t t = 0; t < size(); ++t) {
        double all = 0;
        for (const auto& share : circuit.shares) {
            const auto& ranges = r_.cars[share.car].ranges;
            const double kw = std::max(0.0, course(order_.cars + share.car).steps[t].kw);
            bool highest = t >= s_.car_whole || ranges.size() < 2;
            if (!highest) highest = kw > ranges[ranges.size() - 2].max_kw + allowed;
            all += kw * (highest ? share.part : share.part_few_phases);
        }
        most("circuit '" + circuit.name + "'", t, all, circuit.limit_kw);
    }
}

void Player::zone(const Zone& z, const Course& c) {
    double temperature = z.temperature_c;
    double cop_mean = 0;
    for (std::size_t t = 0; t < size(); ++t) {
        const double kw = c.steps[t].kw;
        const double outdoor = in(r_.outdoor_c, t);
        const double cop = z.cop.values.empty() ? carnot_cop(z.supply_c, outdoor) : in(z.cop, t);
        cop_mean += cop / static_cast<double>(size());
        const double keep = std::exp(-dt(t) / (z.resistance_k_kw * z.capacity_kwh_k));
        const double rest = outdoor + z.resistance_k_kw * (cop * kw + in(z.gain_kw, t));
        temperature = keep * temperature + (1 - keep) * rest;
        equal("zone: its temperature", t, c.steps[t].level, temperature);
        most("heat pump: power", t, kw, z.max_kw);
        most("heat pump: power", t, -kw, 0);
        if (t < s_.heat_whole && kw > allowed) most("heat pump: power", t, z.min_kw, kw);
        if (in(z.must_be_off, t) > 0.5) most("heat pump: was to be off", t, kw, 0);
        const double low = in(z.low_c, t);
        const double high = std::max(low, in(z.high_c, t));
        out_.penalty_eur += s_.ladder.cold_kh * std::max(0.0, low - temperature) * dt(t);
        out_.penalty_eur += s_.ladder.hot_kh * std::max(0.0, temperature - high) * dt(t);
        if (z.max_kw > 0 && in(z.must_be_off, t) <= 0.5) {
            const auto* over = override_of(s_, z.name, t);
            const bool rests = !z.running && t < s_.heat_whole &&
                               plan_.slots[t].from < r_.now + (z.min_down - z.in_state);
            if (over && !rests) word(z.name, t, kw, z.min_kw, z.max_kw);
        }
        if (t + 1 == size()) {
            out_.terminal_eur += zone_worth(s_, z, cop_mean) * std::min(temperature, high);
        }
    }
}

bool Player::runs(std::size_t zone, std::size_t t) const {
    if (course(order_.zones + zone).steps[t].kw > allowed) return true;
    for (std::size_t i = 0; i < r_.tanks.size(); ++i) {
        if (r_.tanks[i].zone == zone && course(order_.tanks + i).steps[t].kw > allowed) return true;
    }
    return false;
}

/// One heat pump with what shares it: one thing at a time, shortest runs and pauses.
void Player::machine(std::size_t zone) {
    const auto& z = r_.zones[zone];
    for (std::size_t t = 0; t < size(); ++t) {
        double parts = z.max_kw > 0 ? course(order_.zones + zone).steps[t].kw / z.max_kw : 0;
        bool shared = false;
        for (std::size_t i = 0; i < r_.tanks.size(); ++i) {
            if (r_.tanks[i].zone != zone || r_.tanks[i].power_kw <= 0) continue;
            shared = true;
            const double part = course(order_.tanks + i).steps[t].kw / r_.tanks[i].power_kw;
            if (t < s_.heat_whole && part > allowed &&
                course(order_.zones + zone).steps[t].kw > allowed) {
                broken("heat pump: two things at once", t, part);
            }
            if (t >= s_.heat_whole) parts += part;
        }
        if (shared && z.max_kw > 0) most("heat pump: shared", t, parts, 1);
    }
    bool on = z.running;
    bool began = false;
    Time since = r_.now - z.in_state;
    for (std::size_t t = 0; t < s_.heat_whole; ++t) {
        const bool now_on = runs(zone, t);
        const auto from = plan_.slots[t].from;
        if (now_on == on) continue;
        const bool off_by_rule = in(z.must_be_off, t) > 0.5 || override_of(s_, z.name, t);
        const auto shortest = on ? z.min_up : z.min_down;
        // A run that was going on already may be cut short where the fuse leaves no room for it.
        if (from - since < shortest && !off_by_rule && (began || !on)) {
            broken(on ? "heat pump: runs too short" : "heat pump: pauses too short", t,
                   static_cast<double>((shortest - (from - since)).us) / 6e7);
        }
        if (now_on) out_.cost_eur += z.start_eur;
        on = now_on;
        began = true;
        since = from;
    }
}

void Player::tank(const HotWater& w, const Course& c) {
    double level = w.energy_kwh;
    double cop = 1;
    for (std::size_t t = 0; t < size(); ++t) {
        const double kw = c.steps[t].kw;
        cop = w.cop.values.empty() ? 1 : in(w.cop, t);
        const double taken = (in(w.draw_kw, t) + w.loss_kw) * dt(t);
        level += cop * kw * dt(t) - taken;
        const double unmet = c.steps[t].level - level;
        most("hot water: heat from nowhere", t, unmet, taken);
        most("hot water: heat lost", t, -unmet, 0);
        level = c.steps[t].level;
        most("hot water: above its limit", t, level, std::max(w.max_kwh, w.energy_kwh));
        most("hot water: below nothing", t, 0, level);
        most("hot water: power", t, kw, w.power_kw);
        most("hot water: power", t, -kw, 0);
        if (t < s_.heat_whole && kw > allowed) most("hot water: power", t, w.power_kw, kw);
        out_.penalty_eur +=
            s_.ladder.water_kwh * (std::max(0.0, unmet) + std::max(0.0, w.min_kwh - level) * dt(t));
        const bool rests = w.zone && in(r_.zones[*w.zone].must_be_off, t) > 0.5;
        if (w.power_kw > 0 && !rests) word(w.name, t, kw, w.power_kw, w.power_kw);
    }
    out_.terminal_eur += tank_worth(s_, w, cop) * level;
}

/// Begun within the first day, it runs once and in one go: its course is its profile, begun at the
/// end of some slot.
void Player::profile(const Appliance& a, const Course& c) {
    const auto run = minutes(15) * static_cast<std::int64_t>(a.profile_kw.size());
    Series power;
    power.values = a.profile_kw;
    double best = 1e9;
    for (std::size_t first = 0; first < size(); ++first) {
        power.from = plan_.slots[first].from;
        double off = 0;
        for (std::size_t t = 0; t < size(); ++t) {
            const auto from = std::max(plan_.slots[t].from, power.from);
            const auto until = std::min(plan_.slots[t].until, power.from + run);
            const double kwh =
                from < until ? power.mean(from, until) * Slot{from, until}.hours() : 0;
            off = std::max(off, std::abs(c.steps[t].kw * dt(t) - kwh));
        }
        best = std::min(best, off);
        if (best <= allowed) return;
    }
    broken("appliance: does not run in one go", 0, best);
}

/// Nothing is heard in a slot that is all quiet, unless somebody told it to run.
void Player::quiet_hours(const Appliance& a, const Course& c) {
    const bool told = std::any_of(r_.overrides.begin(), r_.overrides.end(), [&](const auto& one) {
        return one.device == a.name && one.what != Override::What::off;
    });
    if (told || a.quiet.values.empty()) return;
    for (std::size_t t = 0; t < size(); ++t) {
        if (in(a.quiet, t) > 0.999) most("appliance: heard in quiet hours", t, c.steps[t].kw, 0);
    }
}

void Player::appliance(const Appliance& a, const Course& c) {
    double planned = 0;
    double whole = 0;
    std::size_t first = size();
    for (const double kw : a.profile_kw) whole += 0.25 * kw;
    for (std::size_t t = 0; t < size(); ++t) {
        planned += c.steps[t].kw * dt(t);
        if (first == size() && c.steps[t].kw > allowed) first = t;
        most("appliance: gives power", t, -c.steps[t].kw, 0);
    }
    most("appliance: runs more than once", 0, planned, whole);
    const double missed = whole > 0 ? std::max(0.0, 1 - planned / whole) : 0;
    if (first < s_.appliance_whole && planned > allowed) profile(a, c);
    quiet_hours(a, c);
    const bool later = a.ready_by >= plan_.slots.back().until;
    out_.penalty_eur += missed * (later ? whole * s_.mean_price : a.missed_eur * s_.factor);
}

}  // namespace

Checked check(const Scene& scene, const Plan& plan) {
    return Player(scene, plan).play();
}

}  // namespace foxtail::planner
