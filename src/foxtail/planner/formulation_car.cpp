#include "foxtail/planner/formulation.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::planner {
namespace {

constexpr Duration stay_tolerance = seconds(30);  // as slots are cut

std::vector<int> sessions_by_slot(const Scene& s, const Car& car) {
    std::vector<int> of(s.size(), none);
    for (std::size_t t = 0; t < s.size(); ++t) {
        for (std::size_t i = 0; i < car.sessions.size(); ++i) {
            const auto& stay = car.sessions[i];
            if (s.slots[t].from + stay_tolerance >= stay.arrive &&
                s.slots[t].until <= stay.depart + stay_tolerance) {
                of[t] = static_cast<int>(i);
                break;
            }
        }
    }
    return of;
}

/// The nearest power the charger can give, at least its lowest.
double nearest(const Car& car, double kw) {
    double best = car.ranges.front().min_kw;
    for (const auto& range : car.ranges) {
        const double here = std::clamp(kw, range.min_kw, range.max_kw);
        if (std::abs(here - kw) < std::abs(best - kw)) best = here;
    }
    return best;
}

double highest(const Car& car) {
    double most = 0;
    for (const auto& range : car.ranges) most = std::max(most, range.max_kw);
    return most;
}

struct CarWord {
    const Override* over = nullptr;
    double wanted = 0;
    bool blocked = false;
    bool limited = false;
};

CarWord word_of(const Scene& s, const Car& car, std::size_t t) {
    CarWord word{override_of(s, car.name, t)};
    if (!word.over) return word;
    word.blocked = word.over->what == Override::What::off || word.over->kw <= 0;
    if (word.blocked || car.ranges.empty()) return word;
    word.limited = word.over->what == Override::What::exactly;
    word.wanted = nearest(car, word.over->kw);
    return word;
}

/// Charging power of the slot: one of the ranges or nothing; relaxed where it is far off.
void add_car_power(Formulation& f, const Car& car, CarColumns& c, std::size_t t,
                   const CarWord& word, int one_of) {
    const bool whole = t < f.scene.car_whole;
    const double all = highest(car);
    const double later = later_eur(f.scene, t, f.scene.hours[t]);
    for (std::size_t r = 0; r < car.ranges.size(); ++r) {
        const auto& range = car.ranges[r];
        const bool far = !whole && r > 0;
        double most = whole ? range.max_kw : all;
        if (word.limited) most = std::min(most, word.wanted);
        const bool closed =
            word.blocked || far || most < 0.01 || (word.limited && word.wanted < range.min_kw);
        const int power = f.column(0, closed ? 0 : most, later, Share::tie);
        f.draws(t, power, 1);
        c.power[r].push_back(power);
        if (!whole || closed) {
            c.on[r].push_back(none);
            if (!closed && one_of != none) f.entry(one_of, power, 1 / most);
            continue;
        }
        const bool together = joined(f.scene, t, hours(3)) && c.session[t] == c.session[t - 1] &&
                              word.over == override_of(f.scene, car.name, t - 1) &&
                              c.on[r][t - 1] != none;
        const int on = together ? c.on[r][t - 1] : f.column(0, 1, 0, Share::money, true);
        c.on[r].push_back(on);
        const int upper = f.row(-Model::infinite, 0);
        f.entry(upper, power, 1);
        f.entry(upper, on, -most);
        const int lower = f.row(0, Model::infinite);
        f.entry(lower, power, 1);
        f.entry(lower, on, -std::min(most, range.min_kw));
        if (one_of != none) f.entry(one_of, on, 1);
    }
}

/// Giving back, above a charge that stays in the car.
void add_giving(Formulation& f, const Car& car, CarColumns& c, std::size_t t, const CarWord& word,
                int one_of) {
    const auto& s = f.scene;
    const bool blocked = word.blocked || word.wanted > 0;
    const double most = blocked ? 0 : car.discharge_max_kw;
    const int out = f.column(0, most, car.wear_eur_kwh * s.hours[t], Share::money);
    f.draws(t, out, -1);
    c.out.push_back(out);
    const int gives = f.column(0, blocked ? 0 : 1, 0, Share::money, t < s.car_whole);
    c.gives.push_back(gives);
    f.entry(one_of, gives, 1);
    const int upper = f.row(-Model::infinite, 0);
    f.entry(upper, out, 1);
    f.entry(upper, gives, -most);
}

void add_car_level(Formulation& f, const Car& car, CarColumns& c, std::size_t t, int before,
                   double trip, double cap) {
    const auto& s = f.scene;
    const double dt = s.hours[t];
    const int level = f.column(0, cap, 0, Share::terminal);
    c.level.push_back(level);
    const double start = (before == none ? car.energy_kwh : 0) - trip;
    const int step = f.row(start, start);
    c.steps.push_back(step);
    f.entry(step, level, 1);
    if (before != none) f.entry(step, before, -1);
    for (const auto& power : c.power) f.entry(step, power[t], -car.efficiency * dt);
    if (c.out[t] != none) f.entry(step, c.out[t], dt / car.efficiency);
    if (trip > 0) {  // what the battery could not bring was charged on the way, dearly
        const auto& stay = car.sessions[static_cast<std::size_t>(c.session[t])];
        const double cost =
            std::max(s.ladder.deadline_kwh * stay.confidence, 1.2 * s.dearest_price);
        f.entry(step, f.column(0, trip, cost, Share::penalty), -1);
    }
    if (c.gives[t] != none && car.discharge_floor_kwh > 0) {
        const int row = f.row(0, Model::infinite);
        f.entry(row, level, 1);
        f.entry(row, c.gives[t], -std::min(car.discharge_floor_kwh, cap));
    }
    if (car.floor_kwh > 0) {
        const int gap = f.column(0, Model::infinite, s.ladder.car_floor_kwh * dt, Share::penalty);
        const int row = f.row(std::min(car.floor_kwh, cap), Model::infinite);
        f.entry(row, level, 1);
        f.entry(row, gap, 1);
    }
}

void add_away(CarColumns& c) {
    for (auto& power : c.power) power.push_back(none);
    for (auto& on : c.on) on.push_back(none);
    for (auto* columns : {&c.out, &c.gives, &c.level, &c.steps}) columns->push_back(none);
}

void add_stays(Formulation& f, const Car& car, CarColumns& c) {
    const auto& s = f.scene;
    int before = none;
    int stay = none;  // the last one seen
    double cap = std::max(car.max_kwh, car.energy_kwh);
    for (std::size_t t = 0; t < s.size(); ++t) {
        if (c.session[t] == none) {
            add_away(c);
            continue;
        }
        double trip = 0;
        for (; stay < c.session[t]; ++stay) {
            trip += car.sessions[static_cast<std::size_t>(stay + 1)].trip_kwh;
        }
        cap = std::max(car.max_kwh, cap - trip);
        f.at_slot(t);
        const auto word = word_of(s, car, t);
        const bool choice = car.gives_back || car.ranges.size() > 1;
        const int one_of = choice ? f.row(-Model::infinite, 1) : none;
        add_car_power(f, car, c, t, word, one_of);
        if (car.gives_back) {
            add_giving(f, car, c, t, word, one_of);
        } else {
            c.out.push_back(none);
            c.gives.push_back(none);
        }
        add_car_level(f, car, c, t, before, trip, cap);
        before = c.level[t];
        if (word.wanted > 0) {
            const int row = f.row(word.wanted, Model::infinite);
            for (const auto& power : c.power) f.entry(row, power[t], 1);
            f.entry(row, add_override_gap(f, t, word.wanted), 1);
        }
    }
    if (before != none) {
        f.model.columns[static_cast<std::size_t>(before)].cost -= car_worth(s);
    }
}

void add_car_goals(Formulation& f, const Car& car, CarColumns& c) {
    const auto& s = f.scene;
    f.next_owner();
    for (std::size_t i = 0; i < car.sessions.size(); ++i) {
        const auto& stay = car.sessions[i];
        c.goal_gap.push_back(none);
        c.goal_slot.push_back(none);
        for (std::size_t t = 0; t < s.size(); ++t) {
            if (c.session[t] == static_cast<int>(i)) c.goal_slot.back() = static_cast<int>(t);
        }
        const bool within = stay.depart <= s.slots.back().until + stay_tolerance;
        if (!within) c.goal_slot.back() = none;
        if (!stay.target_kwh || c.goal_slot.back() == none) continue;
        const int gap =
            f.column(0, Model::infinite, s.ladder.deadline_kwh * stay.confidence, Share::penalty);
        c.goal_gap.back() = gap;
        const int row = f.row(*stay.target_kwh, Model::infinite);
        f.entry(row, c.level[static_cast<std::size_t>(c.goal_slot.back())], 1);
        f.entry(row, gap, 1);
    }
}

}  // namespace

void add_cars(Formulation& f) {
    for (const auto& car : f.scene.request.cars) {
        CarColumns c;
        f.next_owner();
        c.session = sessions_by_slot(f.scene, car);
        c.power.resize(car.ranges.size());
        c.on.resize(car.ranges.size());
        add_stays(f, car, c);
        add_car_goals(f, car, c);
        f.cars.push_back(std::move(c));
    }
}

}  // namespace foxtail::planner
