// From plug to unplug: energy, cost, CO2, which car and whose.
#include "foxtail/charging/controller.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::charging {
namespace {

constexpr Duration last_figures_within = seconds(20);  // of a session, after the plug is out
constexpr Duration seek_every = seconds(15);
constexpr Duration early_within = seconds(5);
constexpr Duration told_at_once = minutes(1);  // what is older says nothing of what flows now
constexpr double charging_from_w = 500;
constexpr double nothing_wh = 1;
constexpr double sure_enough_to_learn = 0.95;
constexpr std::string_view guest_name = "guest";
constexpr std::string_view unknown_name = "unknown";

double rounded(double value, double step) {
    return std::round(value / step) * step;
}

}  // namespace

/// What a box tells hours later, once it has a network again, was true at that time.
void Controller::heard_status(std::size_t index, Status status, Time at, Moment now) {
    Point& point = points_[index];
    const Time when = at.known() ? std::min(at, now.wall) : now.wall;
    const Status before = point.status;
    point.status = status;
    if (plugged(status)) {
        if (point.closing_at.us != 0) end_session(index, now);
        if (!point.session) {
            point.plug_seen = before == Status::available || before == Status::reserved;
            begin_session(index, std::max(when, point.ended_at), now);
        }
        point.car_seen = point.car_seen || status != Status::preparing;
        return;
    }
    const bool out = status == Status::available || status == Status::reserved;
    if (out && now.wall - when < told_at_once) point.nothing_flows(now.mono);
    if (!out || !point.session || point.closing_at.us != 0) return;
    plug_out(index, when, now);
}

void Controller::plug_out(std::size_t index, Time when, Moment now) {
    Point& point = points_[index];
    gain(index, point.energy.heard_power(0, now), now);
    point.session->until = std::max(when, point.session->from);
    point.ended_at = point.session->until;
    point.closing_at = now.mono + last_figures_within;
    if (point.mode == Mode::now) point.mode = point.mode_before;
    point.by_hand_a.reset();
    point.by_hand_w.reset();
    point.needed_wh = 0;
    point.deadline = {};
    point.forced_out.reset();
    point.sun_since.reset();
    point.idle_since.reset();
    ++changes_;
}

void Controller::begin_session(std::size_t index, Time at, Moment now) {
    Point& point = points_[index];
    Session session;
    session.id = point.site().name + "-" + std::to_string(++sessions_);
    session.from = at;
    session.tag = point.tag;
    session.ev_id = point.ev_id;
    point.session = std::move(session);
    // Nothing flows without a car: what the register told just before the plug is of this one.
    if (now.mono - point.early_at <= early_within) gain(index, point.early, now);
    point.early = {};
    point.plugged_at = now.mono;
    point.edges.clear();
    point.car_seen = false;
    point.forget_phases();
    point.starts = 0;
    point.short_since.reset();
    cars_sought_ = {};
    ++changes_;
    find_cars(now);
}

void Controller::end_session(std::size_t index, Moment now) {
    Point& point = points_[index];
    const Session& session = *point.session;
    // A card was held to the box, and nobody plugged anything in.
    const bool nobody = !point.car_seen && !session.corrected && session.wh < nothing_wh;
    if (!nobody) tell_ended(index, now);
    point.session.reset();
    point.closing_at = {};
    ++changes_;
    tell_session(index, now);
}

void Controller::tell_ended(std::size_t index, Moment now) {
    const Session& session = *points_[index].session;
    const auto car = std::find_if(site_.cars.begin(), site_.cars.end(),
                                  [&](const CarSite& c) { return c.name == session.car; });
    if (car != site_.cars.end() &&
        (session.corrected || session.certainty >= sure_enough_to_learn)) {
        const auto number = static_cast<std::size_t>(car - site_.cars.begin());
        ++learned_.habit[index][number];
        learned_.teach(learned_.tags, session.tag, number);
        learned_.teach(learned_.ev_ids, session.ev_id, number);
    }
    tell_session(index, now);
    Fact& ended = facts_.emplace_back();
    ended.index = index;
    ended.name = "session";
    ended.value = Json{session_json(index, false)};
    ended.event = true;
    tell(Fact::Of::point, index, "last_session", Json{session_json(index, true)});
}

/// `at`: until when it flowed, and when that was heard.
void Controller::gain(std::size_t index, const Energy::Gain& gain, Moment at) {
    Point& point = points_[index];
    if (!point.session) {
        if (gain.wh <= 0) return;
        if (at.mono - point.early_at > early_within) point.early = {};
        point.early.wh += gain.wh;
        point.early.estimated = point.early.estimated || gain.estimated;
        if (!point.early.since.known()) point.early.since = gain.since;
        point.early_at = at.mono;
        return;
    }
    Session& session = *point.session;
    session.estimated = session.estimated || gain.estimated;
    if (gain.wh <= 0) return;
    session.wh += gain.wh;
    const double own_wh = gain.wh * (1 - share_.since(point.shared, at.mono));
    session.own_wh += own_wh;
    const Prices::Rate rate = prices_.over(gain.since.known() ? gain.since : at.wall, at.wall);
    if (rate.price) {
        // Own energy costs what feeding it in would have brought.
        session.cost += (gain.wh - own_wh) / 1000 * *rate.price;
        session.cost += own_wh / 1000 * rate.feed_in.value_or(site_.feed_in);
        session.priced_wh += gain.wh;
    }
    if (rate.co2) {
        session.co2_g += gain.wh / 1000 * *rate.co2;
        session.co2_wh += gain.wh;
    }
}

void Controller::note_edges(std::size_t index, Moment now) {
    Point& point = points_[index];
    const bool on = point.watts() > charging_from_w;
    const bool was = !point.edges.empty() && point.edges.back().on;
    if (on == was || !point.session) return;
    add_edge(point.edges, {now.mono, on});
    cars_sought_ = {};
}

void Controller::find_cars(Moment now) {
    if (site_.cars.empty()) return;
    if (cars_sought_.us != 0 && now.mono - cars_sought_ < seek_every) return;
    cars_sought_ = now.mono;
    std::vector<SessionFacts> sessions;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        if (!points_[i].session) continue;
        SessionFacts facts = session_facts(i);
        const bool past = !plugged(points_[i].status) && points_[i].closing_at.us == 0;
        if (past) {
            believe(points_[i], match_past(std::move(facts), now));
        } else {
            sessions.push_back(std::move(facts));
        }
    }
    const auto found = match(site_, sessions, cars_, learned_, now.mono);
    for (std::size_t n = 0; n < found.size(); ++n) believe(points_[sessions[n].point], found[n]);
}

SessionFacts Controller::session_facts(std::size_t index) const {
    const Point& point = points_[index];
    SessionFacts facts;
    facts.point = index;
    facts.plugged_at = point.plugged_at;
    facts.plug_seen = point.plug_seen;
    facts.tag = point.session->tag;
    facts.ev_id = point.session->ev_id;
    facts.phases_seen = point.phases_seen();
    facts.watts = point.watts();
    facts.edges = point.edges;
    // Whose plug just came out is settled, and not at another box in the same breath.
    if (point.session->corrected || point.closing_at.us != 0) facts.said = point.session->car;
    return facts;
}

void Controller::believe(Point& point, const Match& found) {
    Session& session = *point.session;
    if (point.closing_at.us != 0) return;
    find_person(point);
    if (session.corrected) return;
    std::string car;
    if (found.car) car = site_.cars[*found.car].name;
    if (found.guest) car = guest_name;
    const double certainty = rounded(found.certainty, 0.01);
    if (car != session.car) ++changes_;
    if (car == session.car && std::abs(certainty - session.certainty) < 0.03) return;
    session.car = car;
    session.certainty = certainty;
    session.car_reason = found.reason;
    find_person(point);
}

void Controller::find_person(Point& point) const {
    Session& session = *point.session;
    for (const Tag& tag : site_.tags) {
        if (session.tag.empty() || tag.tag != session.tag) continue;
        session.who = tag.person;
        session.who_reason = "held the card to the box";
        return;
    }
    for (const CarSite& car : site_.cars) {
        if (car.name != session.car || car.belongs_to.empty()) continue;
        session.who = car.belongs_to;
        session.who_reason = "the car is theirs";
        return;
    }
    session.who.clear();
    session.who_reason.clear();
}

Result<void> Controller::correct_car(std::size_t index, const std::string& car, Moment now) {
    Point& point = points_[index];
    if (!point.session) return fail(Code::conflict, "nothing is plugged in");
    Session& session = *point.session;
    const auto at = std::find_if(site_.cars.begin(), site_.cars.end(),
                                 [&](const CarSite& c) { return c.name == car; });
    session.corrected = car != unknown_name;
    if (at != site_.cars.end()) {
        session.car = car;
        session.certainty = 1;
        session.car_reason = "somebody said so";
        const auto number = static_cast<std::size_t>(at - site_.cars.begin());
        learned_.teach(learned_.tags, session.tag, number);
        learned_.teach(learned_.ev_ids, session.ev_id, number);
    } else if (car == guest_name) {
        session.car = guest_name;
        session.certainty = 1;
        session.car_reason = "somebody said so";
    } else if (car == unknown_name) {
        session.car.clear();
        session.certainty = 0;
    } else {
        session.corrected = false;
        return fail(Code::invalid_input, "no car of that name is configured");
    }
    cars_sought_ = {};
    find_cars(now);
    find_person(point);
    return {};
}

std::string Controller::session_json(std::size_t index, bool whole) const {
    const Session& session = *points_[index].session;
    std::string out = "{";
    const auto add = [&](std::string_view key, const Value& value) {
        if (out.size() > 1) out += ",";
        append_json_string(out, key);
        out += ":";
        append_json(out, value);
    };
    const auto priced = [](double value, double known_wh, double step) {
        return known_wh > 0 ? Value{rounded(value, step)} : Value{Null{}};
    };
    add("id", session.id);
    add("point", points_[index].site().name);
    add("from", format_rfc3339(to_millisecond(session.from)));
    add("until", format_rfc3339(to_millisecond(session.until)));
    add("energy_wh", rounded(session.wh, 0.1));
    add("estimated", session.estimated);
    add("cost", priced(session.cost, session.priced_wh, 0.0001));
    add("priced_wh", rounded(session.priced_wh, 0.1));
    add("own_wh", rounded(session.own_wh, 0.1));
    add("co2_g", priced(session.co2_g, session.co2_wh, 0.1));
    add("car", session.car.empty() ? std::string(unknown_name) : session.car);
    add("certainty", session.certainty);
    if (whole) {
        add("car_reason", session.car_reason);
        add("who", session.who);
        add("who_reason", session.who_reason);
    }
    return out + "}";
}

}  // namespace foxtail::charging
