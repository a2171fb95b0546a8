#include "foxtail/planning/words.hpp"

#include "foxtail/planner/comparison.hpp"
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

std::string digits_of(double eur, int digits) {
    return fmt::format("{:.{}f}", eur, digits);
}

/// With so many digits, two at least, that what differs is seen to differ.
int digits_between(double a, double b) {
    int digits = 2;
    while (digits < 4 && digits_of(a, digits) == digits_of(b, digits)) ++digits;
    return digits;
}

std::string price_words(double eur, const Speech& speech) {
    return fmt::format("{:.2f} {}/kWh", eur, speech.currency);
}

/// That it is bought: called cheap only where it is, against the mean of the plan's time.
std::string bought_words(const Plan& plan, std::size_t slot, const Speech& speech) {
    const double eur = plan.buy_eur[slot];
    const double mean = planner::mean_price(plan);
    const auto [least, most] = std::minmax_element(plan.buy_eur.begin(), plan.buy_eur.end());
    if (*most - *least < planner::worth_waiting_eur)
        return "power costs the same at all times: " + price_words(eur, speech);
    if (eur > mean - planner::worth_waiting_eur)
        return "it is worth its price: " + price_words(eur, speech);
    const int digits = digits_between(eur, mean);
    return fmt::format("power is cheap: {} {}/kWh, {} on average", digits_of(eur, digits),
                       speech.currency, digits_of(mean, digits));
}

std::string held_words(const Plan& plan, std::size_t slot, const Speech& speech) {
    const double dearest = planner::dearest_after(plan.buy_eur, slot).value_or(0);
    const double eur = plan.buy_eur[slot];
    const int digits = digits_between(eur, dearest);
    return fmt::format("later hours are dearer: up to {} {}/kWh, {} now",
                       digits_of(dearest, digits), speech.currency, digits_of(eur, digits));
}

/// The two prices that the plan compared.
std::string compared_words(const planner::Comparison& one, const Plan& plan, const Speech& speech) {
    using By = planner::Comparison::By;
    const int digits = digits_between(one.then_eur, one.now_eur);
    const auto then = digits_of(one.then_eur, digits);
    const auto now = digits_of(one.now_eur, digits);
    const auto& currency = speech.currency;
    const bool all_sun = one.then_eur < plan.sell_eur[one.later] + planner::worth_waiting_eur;
    switch (one.by) {
        case By::sun:
            if (all_sun)
                return fmt::format(
                    "the sun gives it then, fed in it would bring {} {}/kWh; "
                    "{} now",
                    then, currency, now);
            return fmt::format("most of it comes from the sun then, {} {}/kWh; {} now", then,
                               currency, now);
        case By::grid:
            return fmt::format("{} {}/kWh then, {} now", then, currency, now);
        case By::house:
            return fmt::format("a kWh costs the house {} {} then, {} now", then, currency, now);
        case By::nothing:
            break;
    }
    return "nothing speaks for another time";
}

/// What a code says about a slot in which the device does something, or does not.
std::string because(const Plan& plan, const Course& course, std::size_t slot,
                    const Speech& speech) {
    const auto& step = course.steps[slot];
    const auto price = price_words(plan.buy_eur[slot], speech);
    switch (step.code) {
        case Code::cheap_slot:
            return bought_words(plan, slot, speech);
        case Code::pv_surplus:
            return "the sun gives more than the house takes";
        case Code::from_battery:
            return fmt::format("what is stored gives it; from the grid it would cost {}", price);
        case Code::deadline_tight:
            return "the goal leaves no time to wait";
        case Code::min_soc:
            return course.kind == Kind::battery ? "there is nothing in it to give"
                                                : "it is below the least that is wanted in it";
        case Code::reserve_for_peak:
            return "what is in it is kept in reserve";
        case Code::avoids_import:
            return fmt::format("power from the grid would cost {}", price);
        case Code::hold_for_higher_price:
            return held_words(plan, slot, speech);
        case Code::peak_limit:
            return "the connection has no more room";
        case Code::circuit_limit:
            return "its circuit has no more room";
        case Code::comfort_preheat:
            return fmt::format("warmth is stored while power costs {}", price);
        case Code::comfort:
            return "it is needed to stay comfortable";
        case Code::negative_price:
            return fmt::format("taking power is paid for: {}", price);
        case Code::full:
            return "it is full";
        case Code::export_beats_store:
            return fmt::format("storing more would bring no more than feeding in: {}",
                               price_words(plan.sell_eur[slot], speech));
        case Code::user_override:
            return "somebody said so";
        case Code::wait_for_cheaper:
        case Code::wait_for_sun:
            if (const auto later = planner::next_work(course, slot))
                return compared_words(planner::compare(plan, course, slot, *later), plan, speech);
            return "nothing speaks for another time";
        case Code::indifferent:
            return "nothing speaks for another time";
        case Code::not_there:
            return "it is not there";
        case Code::done:
            return "its goals are reached";
        case Code::price_too_high:
            return fmt::format("what it would store is not worth its price: {}", price);
        case Code::not_obeying:
            return "it does not do what it is told";
        case Code::quiet_hours:
            return "it would be heard in quiet hours";
    }
    return {};
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
    const auto reason = because(plan, course, slot, speech);
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
    const auto next = planner::next_work(course, *slot);
    const bool waits = course.kind != Kind::battery && step.code != Code::not_obeying;
    out = std::abs(step.kw) <= idle_kw && next && waits
              ? fmt::format("Waits until {}: {}.",
                            clock_words(plan.slots[*next].from, now, speech.zone),
                            because(plan, course, *slot, speech))
              : why_slot(plan, course, *slot, speech);
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
