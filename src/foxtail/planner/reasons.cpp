#include "foxtail/planner/circuits.hpp"
#include "foxtail/planner/comparison.hpp"
#include "foxtail/planner/formulation.hpp"
#include "foxtail/planner/read_out.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace foxtail::planner {
namespace {

constexpr double some_kw = 0.05;  // kW that matter

/// The house in one slot, as the reasons see it.
struct House {
    bool imports, exports, paid, at_limit;
    bool drains;  // a battery gives
};

House house_in(const Scene& s, const Plan& plan, std::size_t t) {
    const auto& c = s.request.connection;
    double limit = c.import_max_kw;
    if (!c.soft_import_kw.values.empty()) {
        limit = std::min(limit, c.soft_import_kw.mean(s.slots[t].from, s.slots[t].until));
    }
    const bool drains =
        std::any_of(plan.courses.begin(), plan.courses.end(), [t](const Course& course) {
            return course.kind == Kind::battery && course.steps[t].kw < -some_kw;
        });
    return {plan.import_kw[t] > some_kw, plan.export_kw[t] + plan.curtailed_kw[t] > some_kw,
            s.buy[t]<0, plan.import_kw[t]> limit - some_kw, drains};
}

/// The next slot until then in which it works; nothing when there is none.
std::optional<std::size_t> next_work(const Scene& s, const Course& course, std::size_t t,
                                     Time until) {
    const auto later = next_work(course, t);
    return later && s.slots[*later].until <= until + seconds(30) ? later : std::nullopt;
}

/// Why what works in a later slot does not in this one. Indifferent when it is as good.
Code waits_for(const Scene& s, const Plan& plan, const Course& course, std::size_t t,
               std::size_t later) {
    if (house_in(s, plan, t).at_limit) return Code::peak_limit;
    switch (compare(plan, course, t, later).by) {
        case Comparison::By::sun:
            return Code::wait_for_sun;
        case Comparison::By::grid:
        case Comparison::By::house:
            return Code::wait_for_cheaper;
        case Comparison::By::nothing:
            break;
    }
    return Code::indifferent;
}

/// Power that is not bought: the sun's, unless something stored gives it.
Code own_power(const Plan& plan, std::size_t t) {
    return stores_give(plan, t) ? Code::from_battery : Code::pv_surplus;
}

/// What goes before all other reasons.
void explain_override(const Scene& s, const std::string& name, std::size_t t, Step& step) {
    const auto* over = override_of(s, name, t);
    if (over != nullptr) step.code = over->measured ? Code::not_obeying : Code::user_override;
}

bool told_exactly(const Scene& s, const std::string& name, std::size_t t) {
    const auto* over = override_of(s, name, t);
    return over != nullptr && over->what == Override::What::exactly && !over->measured;
}

/// Why a battery gives nothing while the house buys.
Code holds_for(const Scene& s, const Battery& b, const Plan& plan, const Course& course,
               std::size_t t) {
    const auto dearest = dearest_after(plan.buy_eur, t);
    if (dearest && *dearest > plan.buy_eur[t] + worth_waiting_eur)
        return Code::hold_for_higher_price;
    const bool kept =
        !b.reserve_kwh.values.empty() &&
        course.steps[t].level <= b.reserve_kwh.mean(s.slots[t].from, s.slots[t].until) + 0.01;
    return kept ? Code::reserve_for_peak : Code::indifferent;
}

void explain_battery(const Scene& s, const Battery& b, const Plan& plan, Course& course) {
    for (std::size_t t = 0; t < s.size(); ++t) {
        auto& step = course.steps[t];
        const auto h = house_in(s, plan, t);
        const bool full = step.level >= b.max_kwh - 0.01;
        const bool empty = step.level <= b.min_kwh + 0.01;
        if (step.kw > some_kw) {
            step.intent = h.imports || h.exports ? Intent::charge : Intent::automatic;
            step.code = h.paid      ? Code::negative_price
                        : h.imports ? Code::cheap_slot
                                    : own_power(plan, t);
        } else if (step.kw < -some_kw) {
            const bool all = -step.kw >= b.discharge_max_kw - some_kw;
            step.intent = h.exports || (h.imports && !all) ? Intent::discharge : Intent::automatic;
            step.code = h.exports ? Code::export_beats_store : Code::avoids_import;
        } else {
            const bool would = (h.imports && !empty) || (h.exports && !full);
            step.intent = would ? Intent::hold : Intent::automatic;
            step.code = full        ? Code::full
                        : h.exports ? Code::export_beats_store
                        : empty     ? Code::min_soc
                        : h.imports ? holds_for(s, b, plan, course, t)
                                    : Code::indifferent;
        }
        explain_override(s, b.name, t, step);
        // A power that somebody named is kept to, whatever the house does.
        if (told_exactly(s, b.name, t))
            step.intent = step.kw > some_kw    ? Intent::charge
                          : step.kw < -some_kw ? Intent::discharge
                                               : Intent::hold;
    }
}

/// What a car waits for, or why it has enough.
Code car_rests(const Car& car, const Course& course, const Session& stay, std::size_t t,
               const Scene& s, const Plan& plan) {
    const double level = course.steps[t].level;
    if (level >= car.max_kwh - 0.05) return Code::full;
    // A goal ends a stay; the car is there until it leaves.
    Time leaves = stay.depart;
    for (const auto& next : car.sessions)
        if (next.arrive <= leaves && next.trip_kwh <= 0) leaves = std::max(leaves, next.depart);
    const auto later = next_work(s, course, t, leaves);
    const auto index = static_cast<std::size_t>(&car - s.request.cars.data());
    if (later && circuit_full(s, plan, index, t)) return Code::circuit_limit;
    if (later) return waits_for(s, plan, course, t, *later);
    if (stay.target_kwh && level >= *stay.target_kwh - 0.05) return Code::done;
    return Code::price_too_high;
}

Duration slack_at(const Car& car, const Session& stay, double level, Time from) {
    double most = 0;
    for (const auto& range : car.ranges) most = std::max(most, range.max_kw * car.efficiency);
    if (!stay.target_kwh || most <= 0) return days(1);
    const double hours = std::max(0.0, *stay.target_kwh - level) / most;
    return stay.depart - from - Duration{static_cast<std::int64_t>(hours * 3.6e9)};
}

void explain_car(const Scene& s, const Car& car, const Plan& plan, Course& course) {
    for (std::size_t t = 0; t < s.size(); ++t) {
        auto& step = course.steps[t];
        const auto h = house_in(s, plan, t);
        const auto stay =
            std::find_if(car.sessions.begin(), car.sessions.end(), [&](const Session& session) {
                return s.slots[t].from + seconds(30) >= session.arrive &&
                       s.slots[t].until <= session.depart + seconds(30);
            });
        if (stay == car.sessions.end()) {
            step.intent = Intent::off;
            step.code = Code::not_there;
            continue;
        }
        const double before = t == 0 ? car.energy_kwh : course.steps[t - 1].level;
        const double least = car.ranges.empty() ? 0 : car.ranges.front().min_kw;
        if (step.kw > 1e-6) {
            step.intent = !h.imports && !h.drains     ? Intent::surplus
                          : step.kw < least + some_kw ? Intent::minimum
                                                      : Intent::charge;
            const bool tight = slack_at(car, *stay, before, s.slots[t].from) < minutes(30) &&
                               stay->target_kwh && before < *stay->target_kwh - 0.05;
            step.code = before < car.floor_kwh - 0.01 ? Code::min_soc
                        : h.paid                      ? Code::negative_price
                        : tight                       ? Code::deadline_tight
                        : !h.imports                  ? own_power(plan, t)
                                                      : Code::cheap_slot;
        } else if (step.kw < -1e-6) {
            step.intent = Intent::discharge;
            step.code = h.exports ? Code::export_beats_store : Code::avoids_import;
        } else {
            step.intent = Intent::off;
            step.code = car_rests(car, course, *stay, t, s, plan);
        }
        explain_override(s, car.name, t, step);
        if (told_exactly(s, car.name, t) && step.kw > 1e-6) step.intent = Intent::charge;
    }
}

/// Rooms and water that are warm enough: until when, and whether it is cheaper then.
Code warmth_rests(const Scene& s, const Plan& plan, const Course& course, std::size_t t) {
    if (house_in(s, plan, t).at_limit) return Code::peak_limit;
    const auto later = next_work(s, course, t, s.slots.back().until);
    const auto code = later ? waits_for(s, plan, course, t, *later) : Code::indifferent;
    return code == Code::indifferent ? Code::done : code;
}

void explain_zone(const Scene& s, const Zone& z, const Plan& plan, Course& course) {
    for (std::size_t t = 0; t < s.size(); ++t) {
        auto& step = course.steps[t];
        const auto h = house_in(s, plan, t);
        const double low = z.low_c.mean(s.slots[t].from, s.slots[t].until);
        const double high = z.high_c.mean(s.slots[t].from, s.slots[t].until);
        if (step.kw > 1e-6) {
            const bool more = step.level > low + 0.5 || step.kw > 0.95 * z.max_kw;
            step.intent = more ? Intent::boost : Intent::normal;
            step.code = step.level < low + 0.2 ? Code::comfort
                        : h.paid               ? Code::negative_price
                        : !h.imports           ? own_power(plan, t)
                                               : Code::comfort_preheat;
        } else {
            step.intent = Intent::off;
            step.code = step.level > high - 0.2 ? Code::full : warmth_rests(s, plan, course, t);
        }
        explain_override(s, z.name, t, step);
    }
}

void explain_tank(const Scene& s, const HotWater& w, const Plan& plan, Course& course) {
    for (std::size_t t = 0; t < s.size(); ++t) {
        auto& step = course.steps[t];
        const auto h = house_in(s, plan, t);
        if (step.kw > 1e-6) {
            step.intent = Intent::run;
            step.code = step.level < w.min_kwh + 0.2 ? Code::comfort
                        : h.paid                     ? Code::negative_price
                        : h.imports                  ? Code::cheap_slot
                                                     : own_power(plan, t);
        } else {
            step.intent = Intent::off;
            step.code =
                step.level > w.max_kwh - 0.2 ? Code::full : warmth_rests(s, plan, course, t);
        }
        explain_override(s, w.name, t, step);
    }
}

Code machine_rests(const Scene& s, const Plan& plan, const Course& course, std::size_t t) {
    const auto later = next_work(s, course, t, s.slots.back().until);
    if (!later) return Code::price_too_high;
    return waits_for(s, plan, course, t, *later);
}

void explain_appliance(const Scene& s, const Appliance& a, const Plan& plan, Course& course) {
    bool ran = false;
    for (std::size_t t = 0; t < s.size(); ++t) {
        auto& step = course.steps[t];
        const auto h = house_in(s, plan, t);
        if (step.kw > 1e-6) {
            ran = true;
            step.intent = Intent::run;
            step.code =
                h.paid ? Code::negative_price : (h.imports ? Code::cheap_slot : own_power(plan, t));
        } else {
            step.intent = Intent::off;
            const bool quiet = a.quiet.mean(s.slots[t].from, s.slots[t].until) > 0.5;
            step.code = ran     ? Code::done
                        : quiet ? Code::quiet_hours
                                : machine_rests(s, plan, course, t);
        }
        explain_override(s, a.name, t, step);
    }
}

}  // namespace

void add_intents(const Scene& s, Plan& plan) {
    const auto& r = s.request;
    const CourseOrder order(r);
    for (std::size_t i = 0; i < r.batteries.size(); ++i) {
        explain_battery(s, r.batteries[i], plan, plan.courses[i]);
    }
    for (std::size_t i = 0; i < r.cars.size(); ++i) {
        explain_car(s, r.cars[i], plan, plan.courses[order.cars + i]);
    }
    for (std::size_t i = 0; i < r.zones.size(); ++i) {
        explain_zone(s, r.zones[i], plan, plan.courses[order.zones + i]);
    }
    for (std::size_t i = 0; i < r.tanks.size(); ++i) {
        explain_tank(s, r.tanks[i], plan, plan.courses[order.tanks + i]);
    }
    for (std::size_t i = 0; i < r.appliances.size(); ++i) {
        explain_appliance(s, r.appliances[i], plan, plan.courses[order.appliances + i]);
    }
}

}  // namespace foxtail::planner
