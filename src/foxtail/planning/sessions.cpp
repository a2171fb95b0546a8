#include "foxtail/planning/state.hpp"

#include <algorithm>

namespace foxtail::planning {
namespace {

constexpr int home_by = 18 * 60;              // a car that is away comes back then, for all we know
constexpr double unsure = 0.5;                // ... as certain as this
constexpr double trip_reserve = 1.15;         // winter, and a way round
constexpr Duration leaves_before = hours(1);  // ... the goal is due, or
constexpr Duration leaves_after = hours(2);   // ... then: it is for that trip

struct Due {
    Time at;
    double kwh = 0;
    double confidence = 1;
    std::string goal;
};

struct Stay {
    Time arrive;
    Time depart;
    double trip_kwh = 0;  // before it
    double confidence = 1;
};

/// The wishes that fall due, and what trips need when they begin.
std::vector<Due> all_due(const CarSite& site, const DeviceWishes& wishes,
                         const std::vector<Trip>& trips, const Zone& zone, Time now, Time until) {
    std::vector<Due> out;
    const auto& goals = wishes.goals ? *wishes.goals : site.goals;
    for (std::size_t i = 0; i < goals.size(); ++i) {
        const CarGoal& goal = goals[i];
        auto words = format_goal(goal);
        const bool said = wishes.goals && i < wishes.goals_by.size() && !wishes.goals_by[i].empty();
        if (said) words = wishes.goals_by[i] + ": " + words;
        for (const Time at : due_times(goal, zone, now, until))
            if (at > wishes.skip_until) out.push_back({at, energy_of(goal, site), 1, words});
    }
    for (const Trip& trip : trips) {
        if (trip.kwh <= 0 || trip.from <= now || trip.from > until) continue;
        const double need = site.limits.floor_kwh + trip.kwh * trip_reserve;
        out.push_back({trip.from, need, trip.confidence, trip.words});
    }
    std::sort(out.begin(), out.end(), [](const Due& a, const Due& b) { return a.at < b.at; });
    return out;
}

/// Trips that are not known: the car leaves when a goal is due and comes back in the evening.
std::vector<Trip> guessed_trips(const CarSite& site, const std::vector<Due>& due,
                                const Zone& zone) {
    std::vector<Trip> out;
    for (const Due& one : due) {
        if (!out.empty() && out.back().until > one.at) continue;
        Time back = local_moment(zone, one.at, 0, home_by);
        if (back < one.at + hours(1)) back = one.at + hours(2);
        out.push_back({site.limits.name, one.at, back, site.arrive_kwh, unsure, {}});
    }
    return out;
}

std::vector<Stay> stays(const DeviceFacts& facts, const std::vector<Trip>& trips, const Zone& zone,
                        Time now, Time until) {
    std::vector<Stay> out;
    Stay stay;
    const bool here = facts.plugged.value_or(false);
    stay.arrive = now;
    if (!here) {
        // Away, or at home without its cable: until a trip's end, else until the evening.
        Time back = local_moment(zone, now, 0, home_by);
        if (back < now + minutes(15)) back = now + minutes(15);
        if (facts.home.value_or(false)) back = now + minutes(15);
        stay.arrive = back;
        stay.confidence = unsure;
    }
    for (const Trip& trip : trips) {
        if (trip.until <= now) continue;
        if (trip.from <= now) {
            // It should be away; a car that is plugged in is not.
            if (here) continue;
            stay.arrive = std::max(trip.until, now + minutes(15));
            stay.confidence = trip.confidence;
            continue;
        }
        if (trip.from > until) break;
        stay.depart = trip.from;
        if (stay.depart > stay.arrive) out.push_back(stay);
        stay = {std::max(trip.until, trip.from), {}, trip.kwh, trip.confidence};
    }
    stay.depart = until;
    if (stay.depart > stay.arrive) out.push_back(stay);
    return out;
}

}  // namespace

const Trip* trip_for(const std::vector<Trip>& trips, const std::string& car, Time now, Time due) {
    for (const Trip& trip : trips)
        if (trip.car == car && trip.from > now && trip.from >= due - leaves_before &&
            trip.from <= due + leaves_after)
            return &trip;
    return nullptr;
}

double energy_of(const CarGoal& goal, const CarSite& site) {
    const double most = site.limits.max_kwh > 0 ? site.limits.max_kwh : site.limits.capacity_kwh;
    double kwh = goal.amount;
    if (goal.unit == CarGoal::Unit::percent) kwh = goal.amount / 100 * site.limits.capacity_kwh;
    if (goal.unit == CarGoal::Unit::km) kwh = site.limits.floor_kwh + goal.amount * site.kwh_per_km;
    return std::clamp(kwh, 0.0, most);
}

std::vector<planner::Session> sessions(const CarSite& site, const DeviceFacts& facts,
                                       const DeviceWishes& wishes, const std::vector<Trip>& trips,
                                       const Zone& zone, Time now, Time until) {
    std::vector<Trip> own;
    const Trip* skipped = trip_for(trips, site.limits.name, now, wishes.skip_until);
    for (const Trip& trip : trips)
        if (trip.car == site.limits.name && &trip != skipped) own.push_back(trip);
    const auto due = all_due(site, wishes, own, zone, now, until);
    if (own.empty() && site.arrive_kwh > 0) own = guessed_trips(site, due, zone);

    std::vector<planner::Session> out;
    for (const Stay& stay : stays(facts, own, zone, now, until)) {
        planner::Session session;
        session.arrive = stay.arrive;
        session.trip_kwh = stay.trip_kwh;
        session.confidence = stay.confidence;
        // A goal within the stay ends a session, and the next begins where it ended. A goal that
        // falls due while the car is away is one of the stay before.
        for (const Due& one : due) {
            if (one.at <= session.arrive || one.at > stay.depart) continue;
            session.depart = one.at;
            session.target_kwh = one.kwh;
            session.goal = one.goal;
            session.confidence = std::min(stay.confidence, one.confidence);
            out.push_back(session);
            session = {one.at, {}, {}, 0, stay.confidence, {}};
        }
        session.depart = stay.depart;
        if (session.depart > session.arrive) out.push_back(session);
    }
    return out;
}

}  // namespace foxtail::planning
