// What a box's transactions tell of sessions, where its states do not: a box that was without a
// network tells its transactions once it is back, but of its states only the present one.
#include "foxtail/charging/controller.hpp"

#include <algorithm>

namespace foxtail::charging {
namespace {

constexpr Duration late_from = minutes(1);         // what took longer than that on its way
constexpr Duration late_end_within = minutes(10);  // of a transaction, after the plug is out

}  // namespace

/// A transaction begins the session that no state began, and ends the one that only it began.
void Controller::heard_transaction(std::size_t index, std::string id, Time at, Moment now) {
    Point& point = points_[index];
    if (point.tells_transaction && id == point.transaction) return;
    point.tells_transaction = true;
    point.transaction = std::move(id);
    const Time when = at.known() ? std::min(at, now.wall) : now.wall;
    const bool late = now.wall - when > late_from;
    if (point.transaction.empty()) {
        point.transaction_over = when;
        const bool out = point.status == Status::available || point.status == Status::reserved;
        if (!point.session || !out) return;
        if (point.closing_at.us == 0) return plug_out(index, when, now);
        // The plug was out when the box came back; the car had gone before.
        Session& session = *point.session;
        if (late) session.until = std::clamp(when, session.from, session.until);
        point.ended_at = session.until;
        return;
    }
    if (!at.known()) return;  // known from before a restart, as the session is
    point.late_start = late && point.session ? when : Time{};
    if (point.session && point.closing_at.us != 0) end_session(index, now);
    if (point.session) {
        // Its state was told first, as it is now: the car was there before.
        const Time since = std::max(when, point.ended_at);
        if (since < point.session->from) point.session->from = since;
        return;
    }
    point.plug_seen = false;
    begin_session(index, std::max(when, point.ended_at), now);
}

/// Another card in what was told late is another car: the one before had left meanwhile.
void Controller::heard_card(std::size_t index, std::string tag, Moment now) {
    Point& point = points_[index];
    point.tag = std::move(tag);
    if (point.session && !point.tag.empty()) {
        const Time start = std::exchange(point.late_start, Time{});
        const bool another = !point.session->tag.empty() && point.session->tag != point.tag;
        if (start.known() && another && point.transaction_over > point.session->from) {
            plug_out(index, point.transaction_over, now);
            end_session(index, now);
            point.plug_seen = false;
            begin_session(index, std::max(start, point.ended_at), now);
        }
        point.session->tag = point.tag;
    }
    cars_sought_ = {};
    find_cars(now);
}

/// The plug is out, but its transaction waits with the box to be told.
bool Controller::awaits_end(const Point& point, Moment now) {
    return point.tells_transaction && !point.transaction.empty() &&
           now.mono < point.closing_at + late_end_within;
}

/// A session of the past is told by its card alone: cars and boxes are seen as they are now.
Match Controller::match_past(SessionFacts facts, Moment now) const {
    facts.plug_seen = false;
    facts.phases_seen = 0;
    facts.watts.reset();
    facts.edges.clear();
    return match(site_, {std::move(facts)}, std::vector<CarFacts>(cars_.size()), learned_, now.mono)
        .front();
}

}  // namespace foxtail::charging
