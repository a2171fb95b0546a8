#include "foxtail/planner/planner.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::planner {
namespace {

const Course* find_course(const Plan& plan, const Course& like) {
    for (const auto& course : plan.courses) {
        if (course.kind == like.kind && course.name == like.name) return &course;
    }
    return nullptr;
}

Told devices_changed(const Plan& old, const Plan& fresh) {
    for (const auto& course : fresh.courses) {
        if (!find_course(old, course)) return {Tells::device_new, {{"device", course.name}}};
    }
    for (const auto& course : old.courses) {
        if (!find_course(fresh, course)) return {Tells::device_gone, {{"device", course.name}}};
    }
    return {};
}

/// The old plan's slot at the moment the fresh one begins.
std::size_t plan_slot_at(const Plan& plan, Time t) {
    std::size_t n = 0;
    while (n < plan.slots.size() && plan.slots[n].until <= t) ++n;
    return n;
}

Told goals_changed(const Course& old, const Course& fresh) {
    for (const auto& goal : fresh.goals) {
        const auto same = std::find_if(old.goals.begin(), old.goals.end(), [&](const Goal& g) {
            const bool standing = g.slack == goal.slack || goal.wanted == g.wanted;
            return g.what == goal.what && (fresh.kind != Kind::car || g.due == goal.due) &&
                   (standing || fresh.kind != Kind::car);
        });
        if (same == old.goals.end())
            return {Tells::goal_changed, {{"device", fresh.name}, {"goal", goal.what}}};
        if (same->state == Goal::State::missed && goal.state != Goal::State::missed) {
            return {Tells::goal_reachable, {{"device", fresh.name}, {"goal", goal.what}}};
        }
        if (same->state != Goal::State::missed && goal.state == Goal::State::missed) {
            return {Tells::goal_unreachable, {{"device", fresh.name}, {"goal", goal.what}}};
        }
    }
    const bool fewer = fresh.kind == Kind::car && old.goals.size() > fresh.goals.size() + 1;
    return fewer ? Told(Tells::goal_gone, {{"device", fresh.name}}) : Told();
}

/// Somebody came, went, or said something since.
Told state_changed(const Course& old, std::size_t was, const Course& fresh) {
    const auto& before = old.steps[was];
    const auto& now = fresh.steps.front();
    const auto differs = [&](Code code) { return (before.code == code) != (now.code == code); };
    if (differs(Code::not_there)) {
        const bool left = now.code == Code::not_there;
        return {left ? Tells::car_left : Tells::car_there, {{"device", fresh.name}}};
    }
    if (differs(Code::user_override)) {
        const bool said = now.code == Code::user_override;
        return {said ? Tells::overridden : Tells::override_over, {{"device", fresh.name}}};
    }
    return {};
}

/// Levels as they are against levels as they were planned: half a kWh or a twentieth of the range
/// of a day; half a degree.
Told off_course(const Course& old, std::size_t was, const Course& fresh) {
    if (fresh.kind == Kind::appliance || was == 0) return {};
    const auto& first = fresh.steps.front();
    const double bearable = fresh.kind == Kind::heat_pump ? 0.5 : 1.0;
    const double off = first.level - old.steps[was].level;
    const double moved = std::abs(first.kw - old.steps[was].kw) * 0.25;
    if (std::abs(off) <= bearable + moved) return {};
    return {Tells::off_course, {{"device", fresh.name}}};
}

double kw_at(const Course& course, const Plan& plan, Time t) {
    const auto n = plan_slot_at(plan, t);
    return n < course.steps.size() ? course.steps[n].kw : 0;
}

/// What a plan's powers cost with the house and the prices as `now` knows them, as long as both
/// plans reach; what is stored by then counts at the mean price, less what is lost on the way.
double cost_until(const Plan& plan, const Plan& now, const Plan& other) {
    const auto end = std::min(plan.slots.back().until, other.slots.back().until);
    double cost = 0;
    double price = 0;
    double time = 0;
    for (std::size_t t = 0; t < now.slots.size() && now.slots[t].until <= end; ++t) {
        const auto& slot = now.slots[t];
        const auto middle = slot.from + Duration{(slot.until - slot.from).us / 2};
        double net = now.load_kw[t] - now.sun_kw[t];
        for (const auto& course : plan.courses) net += kw_at(course, plan, middle);
        const double worth = std::max(0.0, now.sell_eur[t]);  // else it is curtailed
        cost += (net > 0 ? net * now.buy_eur[t] : net * worth) * slot.hours();
        price += now.buy_eur[t] * slot.hours();
        time += slot.hours();
    }
    if (time <= 0) return 0;
    const auto last = std::min(plan_slot_at(plan, end - Duration{1}), plan.slots.size() - 1);
    for (const auto& course : plan.courses) {
        const bool stores = course.kind == Kind::battery || course.kind == Kind::car;
        if (stores) cost -= 0.85 * std::max(0.0, price / time) * course.steps[last].level;
    }
    return cost;
}

}  // namespace

Replaces replaces(const Plan& old, const Plan& fresh, double eur) {
    Replaces out;
    if (old.slots.empty() || old.courses.empty()) return {true, Tells::no_old_plan, 0};
    if (fresh.slots.empty()) return out;
    const auto was = plan_slot_at(old, fresh.made);
    if (was >= old.slots.size()) return {true, Tells::old_plan_ran_out, 0};
    if (auto why = devices_changed(old, fresh); !why.empty()) return {true, why, 0};
    for (const auto& course : fresh.courses) {
        const auto& before = *find_course(old, course);
        for (const auto& why : {goals_changed(before, course), state_changed(before, was, course),
                                off_course(before, was, course)}) {
            if (!why.empty()) return {true, why, 0};
        }
    }
    out.saves_eur = cost_until(old, fresh, fresh) - cost_until(fresh, fresh, old);
    if (out.saves_eur > eur) {
        out.yes = true;
        out.because = Tells::costs_less;
    }
    return out;
}

}  // namespace foxtail::planner
