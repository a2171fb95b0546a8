#include "foxtail/planner/formulation.hpp"
#include "foxtail/planner/read_out.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::planner {
namespace {

constexpr Duration tight_slack = minutes(30);

Duration hours_of(double h) {
    return {static_cast<std::int64_t>(h * 3.6e9)};
}

Goal::State state_of(double short_of, double bearable, bool close) {
    if (short_of > bearable) return Goal::State::missed;
    return close ? Goal::State::at_risk : Goal::State::met;
}

void goal_of_car(const Scene& s, const Car& car, Course& course) {
    double most = 0;
    for (const auto& range : car.ranges) most = std::max(most, range.max_kw);
    const auto end = s.slots.back().until;
    for (const auto& stay : car.sessions) {
        if (!stay.target_kwh || stay.depart > end + seconds(30)) continue;
        Goal goal{
            stay.goal.empty() ? "ready" : stay.goal, stay.depart, {}, *stay.target_kwh, 0, {}};
        double at_begin = car.energy_kwh;
        for (std::size_t t = 0; t < s.size(); ++t) {
            if (s.slots[t].until <= stay.arrive + seconds(30)) at_begin = course.steps[t].level;
            if (s.slots[t].until <= stay.depart + seconds(30)) goal.reached = course.steps[t].level;
        }
        if (stay.arrive > s.request.now) at_begin -= stay.trip_kwh;
        const double missing = std::max(0.0, *stay.target_kwh - std::max(0.0, at_begin));
        const double rate = most * car.efficiency;
        const auto needed = rate > 0 ? hours_of(missing / rate) : days(365);
        goal.slack = stay.depart - std::max(stay.arrive, s.request.now) - needed;
        goal.state =
            state_of(goal.wanted - goal.reached, 0.05, missing > 0 && goal.slack < tight_slack);
        course.goals.push_back(goal);
    }
}

/// The moment at which a course is furthest below what is wanted, and by how much.
double furthest_below(const Scene& s, const Series& wanted, const Course& course, Goal& goal) {
    double worst = -1e9;
    for (std::size_t t = 0; t < s.size(); ++t) {
        const double now = wanted.mean(s.slots[t].from, s.slots[t].until);
        const double missing = now - course.steps[t].level;
        if (missing <= worst) continue;
        worst = missing;
        goal.wanted = now;
        goal.reached = course.steps[t].level;
        goal.due = s.slots[t].until;
    }
    return worst;
}

void goal_of_comfort(const Scene& s, const Zone& z, Course& course) {
    Goal goal{"comfort", s.slots.back().until, {}, 0, 0, {}};
    const double worst = furthest_below(s, z.low_c, course, goal);
    goal.state = state_of(worst, 0.5, worst > 0.1);
    course.goals.push_back(goal);
}

void goal_of_reserve(const Scene& s, const Battery& b, Course& course) {
    if (b.reserve_kwh.values.empty()) return;
    Goal goal{"reserve", s.slots.back().until, {}, 0, 0, {}};
    const double worst = furthest_below(s, b.reserve_kwh, course, goal);
    goal.state = state_of(worst, 0.05, false);
    course.goals.push_back(goal);
}

void goal_of_water(const Scene& s, const HotWater& tank, Course& course) {
    Goal goal{"hot water", s.slots.back().until, {}, tank.min_kwh, tank.energy_kwh, {}};
    for (std::size_t t = 0; t < s.size(); ++t) {
        if (course.steps[t].level >= goal.reached) continue;
        goal.reached = course.steps[t].level;
        goal.due = s.slots[t].until;
    }
    goal.state = state_of(goal.wanted - goal.reached, 0.05, false);
    course.goals.push_back(goal);
}

void goal_of_ran(const Scene& s, const Appliance& a, Course& course) {
    if (a.profile_kw.empty()) return;
    Goal goal{a.name, a.ready_by, {}, 1, 0, {}};
    const auto run = minutes(15) * static_cast<std::int64_t>(a.profile_kw.size());
    goal.slack = a.ready_by - run - std::max(s.request.now, a.earliest);
    double planned = 0;
    double whole = 0;
    Time over;
    for (const double kw : a.profile_kw) whole += 0.25 * kw;
    for (std::size_t t = 0; t < s.size(); ++t) {
        planned += course.steps[t].kw * s.hours[t];
        if (course.steps[t].kw > 1e-6) over = s.slots[t].until;
    }
    const bool later = a.ready_by > s.slots.back().until;
    goal.reached = whole > 0 ? std::clamp(planned / whole, 0.0, 1.0) : 0;
    const bool in_time = goal.reached > 0.999 && over <= a.ready_by + minutes(60);
    goal.state = in_time || later
                     ? (goal.slack < tight_slack ? Goal::State::at_risk : Goal::State::met)
                     : Goal::State::missed;
    course.goals.push_back(goal);
}

}  // namespace

void add_goals(const Scene& s, Plan& plan) {
    const auto& r = s.request;
    const CourseOrder order(r);
    for (std::size_t i = 0; i < r.batteries.size(); ++i) {
        goal_of_reserve(s, r.batteries[i], plan.courses[i]);
    }
    for (std::size_t i = 0; i < r.cars.size(); ++i) {
        goal_of_car(s, r.cars[i], plan.courses[order.cars + i]);
    }
    for (std::size_t i = 0; i < r.zones.size(); ++i) {
        goal_of_comfort(s, r.zones[i], plan.courses[order.zones + i]);
    }
    for (std::size_t i = 0; i < r.tanks.size(); ++i) {
        goal_of_water(s, r.tanks[i], plan.courses[order.tanks + i]);
    }
    for (std::size_t i = 0; i < r.appliances.size(); ++i) {
        goal_of_ran(s, r.appliances[i], plan.courses[order.appliances + i]);
    }
}

}  // namespace foxtail::planner
