#include "foxtail/planning/words.hpp"

#include "foxtail/planner/follower.hpp"
#include "foxtail/planning/goals.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace foxtail::planning {
namespace {

using planner::Alternative;
using planner::Code;
using planner::Course;
using planner::Goal;
using planner::Intent;
using planner::Kind;
using planner::Plan;

constexpr double idle_kw = 0.02;
constexpr double cent = 0.005;  // less is nothing

const char* doing(Kind kind, double kw) {
    switch (kind) {
        case Kind::battery:
        case Kind::car:
            return kw > 0 ? "Charges" : "Gives back";
        case Kind::heat_pump:
        case Kind::hot_water:
            return "Heats";
        case Kind::appliance:
            break;
    }
    return "Runs";
}

/// What a code says about a slot in which the device does something, or does not.
std::string because(Code code, const Plan& plan, std::size_t slot, const Speech& speech,
                    bool gives = false) {
    const auto price = fmt::format("{:.2f} {}/kWh", plan.buy_eur[slot], speech.currency);
    if (gives && code != Code::user_override && code != Code::peak_limit &&
        code != Code::not_obeying)
        return fmt::format("power from the grid would cost {}", price);
    switch (code) {
        case Code::cheap_slot:
            return fmt::format("power is cheap: {}", price);
        case Code::pv_surplus:
            return "the sun gives more than the house takes";
        case Code::deadline_tight:
            return "the goal leaves no time to wait";
        case Code::min_soc:
            return "it is below the least that is wanted in it";
        case Code::reserve_for_peak:
            return "what is in it is kept for dearer hours";
        case Code::hold_for_higher_price:
            return "later hours are dearer";
        case Code::peak_limit:
            return "the connection has no more room";
        case Code::comfort_preheat:
            return fmt::format("warmth is stored while power costs {}", price);
        case Code::comfort:
            return "it is needed to stay comfortable";
        case Code::negative_price:
            return fmt::format("taking power is paid for: {}", price);
        case Code::full:
            return "it is full";
        case Code::export_beats_store:
            return "feeding in brings more than storing";
        case Code::user_override:
            return "somebody said so";
        case Code::wait_for_cheaper:
            return fmt::format("it is cheaper later; now {}", price);
        case Code::indifferent:
            return "nothing speaks for another time";
        case Code::not_there:
            return "it is not there";
        case Code::done:
            return "its goals are reached";
        case Code::wait_for_sun:
            return "the sun is expected to give more later";
        case Code::price_too_high:
            return fmt::format("what it would store is not worth its price: {}", price);
        case Code::not_obeying:
            return "it does not do what it is told";
        case Code::quiet_hours:
            return "it would be heard in quiet hours";
    }
    return {};
}

/// The next slot from `slot` on in which it works; nothing when there is none.
std::optional<std::size_t> next_work(const Course& course, std::size_t slot) {
    for (std::size_t i = slot; i < course.steps.size(); ++i)
        if (std::abs(course.steps[i].kw) > idle_kw) return i;
    return std::nullopt;
}

std::string duration_words(Duration d) {
    const auto whole = d.us / minutes(1).us;
    if (whole >= 120) return fmt::format("{} h", whole / 60);
    return fmt::format("{} min", whole);
}

std::string unit_of(Kind kind) {
    return kind == Kind::heat_pump ? "°C" : "kWh";
}

std::string goal_words(const Course& course, const Goal& goal, Time now, const Speech& speech) {
    const auto due = goal.due.known() ? " by " + clock_words(goal.due, now, speech.zone) : "";
    const auto what = goal.what.empty() ? course.name : goal.what;
    if (goal.state == Goal::State::met) {
        if (goal.slack > Duration{})
            return fmt::format("'{}' is reached{}, with {} to spare.", what, due,
                               duration_words(goal.slack));
        return fmt::format("'{}' is reached{}.", what, due);
    }
    const auto unit = unit_of(course.kind);
    return fmt::format("'{}' is {}{}: {:.1f} of {:.1f} {}.", what,
                       goal.state == Goal::State::missed ? "missed" : "at risk", due, goal.reached,
                       goal.wanted, unit);
}

std::string alternative_words(const Alternative& one, const Plan& plan, Time now,
                              const Speech& speech) {
    auto what = alternative_what(one, plan, now, speech);
    if (!what.empty() && what[0] >= 'a' && what[0] <= 'z')
        what[0] = static_cast<char>(what[0] - 'a' + 'A');
    if (!one.possible) return what + " is not possible now.";
    if (std::abs(one.more_eur) < cent) return what + " would cost the same.";
    return fmt::format("{} would {} {:.2f} {}{}.", what, one.more_eur > 0 ? "cost" : "save",
                       std::abs(one.more_eur), speech.currency, one.more_eur > 0 ? " more" : "");
}

}  // namespace

std::string clock_words(Time t, Time now, const Zone& zone) {
    static constexpr std::array<const char*, 7> days_of_week = {"Mon", "Tue", "Wed", "Thu",
                                                                "Fri", "Sat", "Sun"};
    const auto clock = format_clock(local_minute(zone, t));
    if (t < now + hours(20) && t > now - hours(4)) return clock;
    return fmt::format("{} {}", days_of_week[static_cast<std::size_t>(local_weekday(zone, t))],
                       clock);
}

std::string alternative_what(const Alternative& one, const Plan& plan, Time now,
                             const Speech& speech) {
    if (one.slot >= plan.slots.size() || one.what.ends_with(" now")) return one.what;
    return one.what + " at " + clock_words(plan.slots[one.slot].from, now, speech.zone);
}

std::string why_slot(const Plan& plan, const Course& course, std::size_t slot,
                     const Speech& speech) {
    const auto& step = course.steps[slot];
    const auto reason = because(step.code, plan, slot, speech, step.kw < -idle_kw);
    if (std::abs(step.kw) > idle_kw)
        return fmt::format("{} at {:.1f} kW: {}.", doing(course.kind, step.kw), std::abs(step.kw),
                           reason);
    return fmt::format("{}: {}.", step.intent == Intent::hold ? "Holds" : "Does nothing", reason);
}

std::string why_now(const Plan& plan, const Course& course,
                    const std::vector<Alternative>& alternatives, Time now, const Speech& speech) {
    const auto slot = planner::slot_at(plan, now);
    if (!slot || *slot >= course.steps.size()) return "There is no plan for now.";
    std::string out;
    const auto& step = course.steps[*slot];
    const auto next = next_work(course, *slot);
    const bool waits = course.kind != Kind::battery && step.code != Code::not_obeying;
    if (std::abs(step.kw) <= idle_kw && next && waits) {
        out = "Waits until " + clock_words(plan.slots[*next].from, now, speech.zone) + ": ";
        if (plan.buy_eur[*next] < plan.buy_eur[*slot] - cent / 10) {
            out += fmt::format("{:.2f} {}/kWh then, {:.2f} now.", plan.buy_eur[*next],
                               speech.currency, plan.buy_eur[*slot]);
        } else {
            out += because(course.steps[*next].code, plan, *next, speech) + " then.";
        }
    } else {
        out = why_slot(plan, course, *slot, speech);
    }
    // The alternative for this moment, else the first for later.
    const Alternative* told = nullptr;
    for (const auto& one : alternatives) {
        if (one.device != course.name) continue;
        if (told == nullptr || (one.slot == *slot && told->slot != *slot)) told = &one;
    }
    if (told != nullptr) out += ' ' + alternative_words(*told, plan, now, speech);
    for (const Goal& goal : course.goals)
        if (goal.state != Goal::State::met || &goal == &course.goals.front())
            out += ' ' + goal_words(course, goal, now, speech);
    return out;
}

std::vector<std::string> at_risk(const Plan& plan, const Speech& speech) {
    std::vector<std::string> out;
    for (const Course& course : plan.courses)
        for (const Goal& goal : course.goals)
            if (goal.state != Goal::State::met)
                out.push_back(course.name + ": " + goal_words(course, goal, plan.made, speech));
    return out;
}

}  // namespace foxtail::planning
