// Who gets how much: the order of things in one decision.
#include "foxtail/charging/controller.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::charging {
namespace {

constexpr int override_rank = 100'000;
constexpr int idle_rank = -1'000'000;
constexpr int priority_rank = 100;
constexpr Duration idle_after = seconds(60);
constexpr Duration retry_refused_after = seconds(15);
constexpr Duration sun_stale_after = seconds(60);
constexpr double idle_below_a = 1;
constexpr double hardly = 1e-6;
constexpr double starts_max = 3;

double floor_to(double amps, double step) {
    return std::floor((amps + hardly) / step) * step;
}

}  // namespace

/// Also where the transaction begins with the cable, and is nobody's yet; and where none was ever
/// told of, if it is to be started from here.
bool Controller::waits_for_card(const Point& point) {
    const bool nobody = point.transaction.empty() || (point.tag.empty() && point.ev_id.empty());
    const bool tells = point.tells_transaction || !point.site().start_tag.empty();
    return point.status == Status::preparing && tells && nobody;
}

bool Controller::uses_sun(const Point& point) const {
    return plugged(point.status) && !point.by_hand() &&
           (point.mode == Mode::sun || point.mode == Mode::min_sun);
}

/// What would go out of the house if the points that follow the sun took nothing. Meter and boxes
/// speak at different moments: as with the circuits, what the boxes may account for moves nothing.
void Controller::follow_sun(Duration now) {
    if (!grid_w_ || now - grid_at_ > sun_stale_after) {
        sun_w_ = 0;
        return;
    }
    double least = 0;
    double most = 0;
    for (const Point& point : points_) {
        if (!uses_sun(point)) continue;
        for (std::size_t phase = 0; phase < 3; ++phase) {
            const auto b = point.bounds(phase, now);
            least += b.least * site_.volts;
            most += b.most * site_.volts;
        }
    }
    // What a house battery gives is no sun.
    const double out_w = -*grid_w_ + std::min(battery_w_, 0.0);
    sun_w_ = std::clamp(sun_w_, out_w + least, out_w + most);
}

bool Controller::held(std::size_t index, Moment now) const {
    if (now.mono - started_.mono >= site_.delays.start_grace) return false;
    for (std::size_t c = 0; c < circuits_.size(); ++c) {
        const bool on_the_way = (below_[c] >> index & 1U) != 0;
        if (on_the_way && circuits_[c].site().metered && !circuits_[c].ever_heard()) return true;
    }
    return false;
}

/// Why nothing can be said to the point at the moment; null when it can.
const char* Controller::out_of_hand(std::size_t index, Moment now) const {
    const Point& point = points_[index];
    if (!point.reachable()) return "the box cannot be reached; what it may draw is kept free";
    if (point.refused && now.mono - point.sent_at < retry_refused_after)
        return "the box refused; what it may draw is kept free";
    if (point.obeyed(now.mono) == Obeyed::draws_more)
        return "the box draws more than it was told; the others give way";
    if (held(index, now)) return "started anew: waits for the meter";
    return nullptr;
}

std::vector<Room> Controller::rooms(Moment now) const {
    std::vector<Room> out;
    for (std::size_t c = 0; c < circuits_.size(); ++c)
        circuits_[c].add_rooms(out, points_, below_[c], now.mono);
    for (std::size_t i = 0; i < points_.size(); ++i) {
        if (out_of_hand(i, now) == nullptr) continue;
        for (Room& room : out) {
            if ((room.points >> i & 1U) == 0) continue;
            for (std::size_t phase = 0; phase < 3; ++phase) {
                const double kept = points_[i].reserve(phase, now.mono);
                room.free_a[phase] -= kept;
                room.free_w -= kept * site_.volts;
            }
        }
    }
    return out;
}

double Controller::urgency(const Point& point, Moment now) const {
    if (point.needed_wh <= 0 || !point.deadline.known() || !point.session) return 0;
    const double left_wh = point.needed_wh - point.session->wh;
    if (left_wh <= 0) return 0;
    const double hours =
        std::max(0.5, static_cast<double>((point.deadline - now.wall).us) / 3600e6);
    return left_wh / hours / (site_.volts * std::max(1, count(point.phases_on())));
}

std::optional<Ask> Controller::ask_by_mode(Point& point, Ask ask, Moment now) const {
    const auto nothing = [&](const char* why) {
        point.why = why;
        return std::optional<Ask>();
    };
    if (point.by_hand()) {
        if (point.by_hand_a.value_or(1) <= 0 || point.by_hand_w.value_or(1) <= 0)
            return nothing("paused by hand at the box, until unplugged");
        ask.max_a = std::min(ask.max_a, point.by_hand_a.value_or(ask.max_a));
        ask.rank += override_rank;
        point.why = "set by hand at the box, until unplugged";
        return ask;
    }
    switch (point.mode) {
        case Mode::off:
            return nothing("switched off");
        case Mode::now:
            ask.rank += override_rank;
            point.why = "charges now, as asked, until unplugged";
            return ask;
        case Mode::planned:
            if (!point.plan_fresh) return nothing("there is no plan");
            if (*point.plan_a < ask.min_a) return nothing("the plan says to wait");
            ask.max_a = std::min(ask.max_a, *point.plan_a);
            point.why = "charges as planned";
            return ask;
        case Mode::min_sun:
            ask.sun = true;
            ask.min_anyway = true;
            point.why = "takes the least current, and more with the sun";
            return ask;
        case Mode::sun:
            ask.sun = true;
            ask.min_anyway =
                point.commanded_a > 0 &&
                !(point.short_since && now.mono - *point.short_since >= site_.delays.stop);
            point.why = "follows the sun";
            return ask;
    }
    return std::nullopt;
}

/// On how many phases it takes what it takes: those that are seen, else those of a car that is
/// known, else all there are.
int Controller::phases_taken(const Point& point) const {
    const int on = std::max(1, count(point.phases_on()));
    if (point.phases_seen() > 0 || !point.session) return on;
    for (const CarSite& car : site_.cars) {
        if (car.name == point.session->car && car.phases > 0) return std::min(on, car.phases);
    }
    return on;
}

/// What a person lets all phases take together, as amperes. False: it is too little for any.
bool Controller::keep_to_power(Point& point, Ask& ask) const {
    const auto watts = point.wished_w();
    if (!watts) return true;
    const int phases = phases_taken(point);
    ask.max_a = std::min(ask.max_a, *watts / (site_.volts * phases));
    if (ask.max_a >= ask.min_a - hardly) return true;
    point.why = "may take " + std::to_string(std::lround(*watts)) +
                " W, and its least current on " +
                (phases == 1 ? "one phase is " : std::to_string(phases) + " phases is ") +
                std::to_string(std::lround(ask.min_a * site_.volts * phases)) + " W";
    return false;
}

std::optional<Ask> Controller::ask(std::size_t index, Moment now) {
    Point& point = points_[index];
    const PointSite& site = point.site();
    const bool takes_none = point.commanded_a >= site.current_min_a && point.measured() &&
                            point.highest() < idle_below_a;
    if (!takes_none) point.idle_since.reset();
    if (takes_none && !point.idle_since) point.idle_since = now.mono;
    if (!plugged(point.status)) {
        point.why = "nothing is plugged in";
        return std::nullopt;
    }
    if (point.switch_to != 0) {
        point.why = point.switch_to == 1 ? "pauses to switch to one phase"
                                         : "pauses to switch to three phases";
        return std::nullopt;
    }
    Ask ask;
    ask.point = index;
    ask.on = point.phases_on();
    ask.min_a = site.current_min_a;
    ask.max_a = std::min(site.current_max_a, point.at_most_a.value_or(site.current_max_a));
    if (point.most_reported_a && *point.most_reported_a >= site.current_min_a)
        ask.max_a = std::min(ask.max_a, *point.most_reported_a);
    ask.rank = site.priority * priority_rank;
    ask.weight = std::max(1.0, urgency(point, now));
    auto asked = ask_by_mode(point, ask, now);
    if (!asked) return asked;
    if (!keep_to_power(point, *asked)) return std::nullopt;
    const bool idle = point.idle_since && now.mono - *point.idle_since >= idle_after;
    if (idle || point.status == Status::suspended_ev) {
        // It would not take more now; its least current is offered after the others' needs.
        asked->max_a = asked->min_a;
        asked->rank += idle_rank;
        point.why = point.status == Status::suspended_evse
                        ? "the box gives nothing although it may; it is told again"
                    : waits_for_card(point)
                        ? "the box waits for a card; the least current stays offered"
                        : "the car takes nothing at the moment; the least current stays offered";
    }
    return asked;
}

void Controller::rank(std::vector<Ask>& asks, Moment now) const {
    // Within a rank who is in a hurry goes first, then who charges in their turn, then who waited
    // longest.
    const auto key = [&](const Ask& ask) {
        const Point& point = points_[ask.point];
        const bool hurry = urgency(point, now) >= ask.min_a;
        std::int64_t since = point.waiting_since ? point.waiting_since->us : now.mono.us;
        if (point.commanded_a > 0 && point.charging_since) {
            const Duration end = *point.charging_since + site_.delays.turn;
            since = end > now.mono ? std::numeric_limits<std::int64_t>::min() : end.us;
        }
        return std::tuple(-ask.rank, hurry ? 0 : 1, since, ask.point);
    };
    std::sort(asks.begin(), asks.end(),
              [&](const Ask& a, const Ask& b) { return key(a) < key(b); });
}

void Controller::give(std::vector<Given>& given, const std::vector<Room>& all, Moment now) {
    std::vector<Ask> asks;
    bool any_sun = false;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        if (const char* why = out_of_hand(i, now)) {
            points_[i].why = why;
            given[i].fixed = true;
        } else if (auto one = ask(i, now)) {
            asks.push_back(*one);
            given[i].asked = true;
            given[i].sun = one->sun;
            given[i].most = one->max_a;
            any_sun = any_sun || one->sun;
        }
    }
    if (asks.empty()) return;
    rank(asks, now);
    const Shared shared = share(asks, all, sun_w_, site_.volts);
    std::vector<double> hard = shared.amps;
    if (any_sun) {
        auto without = asks;
        for (Ask& one : without) one.sun = false;
        hard = share(without, all, 0, site_.volts).amps;
    }
    for (std::size_t n = 0; n < asks.size(); ++n) {
        Given& one = given[asks[n].point];
        const double step = points_[asks[n].point].site().step_a;
        const double min_a = asks[n].min_a;
        const auto whole = [&](double amps) {
            return amps < min_a - hardly ? 0.0 : std::max(min_a, floor_to(amps, step));
        };
        one.amps = whole(shared.amps[n]);
        one.hard = std::max(whole(hard[n]), one.amps);
    }
    // The last of those that follow the sun is the first to stop.
    if (shared.sun_left_w >= -100) return;
    for (std::size_t n = asks.size(); n-- > 0;) {
        if (points_[asks[n].point].mode != Mode::sun || shared.amps[n] <= 0) continue;
        given[asks[n].point].borrows = true;
        return;
    }
}

void Controller::decide(Moment now) {
    follow_sun(now.mono);
    for (std::size_t c = 0; c < circuits_.size(); ++c)
        circuits_[c].settle(points_, below_[c], now.mono);
    for (std::size_t i = 0; i < points_.size(); ++i) think_of_phases(i, now);
    std::vector<Given> given(points_.size());
    const auto all = rooms(now);
    give(given, all, now);
    std::vector<double> targets(points_.size());
    for (std::size_t i = 0; i < points_.size(); ++i) targets[i] = target(i, given[i], now);
    keep_sums(targets, given, all, now);
    // Lower first: room is made before it is used.
    for (const bool lower : {true, false}) {
        for (std::size_t i = 0; i < points_.size(); ++i) {
            if ((targets[i] < points_[i].commanded_a) == lower) propose(i, targets[i], now);
        }
    }
    for (std::size_t i = 0; i < points_.size(); ++i) {
        explain(i, given[i], targets[i], now);
        propose_start(i, now);
    }
}

// ---- delays ----

double Controller::target(std::size_t index, const Given& given, Moment now) {
    Point& point = points_[index];
    const double current = point.commanded_a;
    if (given.fixed) {
        // A box that takes more than it may is asked to pause when that breaks a limit.
        const bool lies = point.reachable() && point.obeyed(now.mono) == Obeyed::draws_more;
        bool too_much = false;
        for (std::size_t c = 0; c < circuits_.size(); ++c)
            too_much = too_much || ((below_[c] >> index & 1U) != 0 && circuits_[c].over());
        return lies && too_much ? 0 : current;
    }
    if (!given.asked) {
        point.waiting_since.reset();
        point.raise_since.reset();
        return 0;
    }
    if (given.amps > 0) {
        point.waiting_since.reset();
    } else if (!point.waiting_since) {
        point.waiting_since = now.mono;
    }
    if (given.amps <= current) point.raise_since.reset();
    if (current <= 0) return start_target(point, given, now);
    point.sun_since.reset();
    if (!given.borrows) point.short_since.reset();
    if (given.borrows && !point.short_since) point.short_since = now.mono;
    if (given.hard <= 0) {
        point.forced_out = now.mono;
        return 0;
    }
    if (given.amps <= 0) return 0;  // the sun was too little for too long
    if (given.amps > current) return raise_target(point, given, now);
    const bool only_sun = given.sun && current <= given.hard;
    const bool too_soon = now.mono - point.commanded_at < site_.delays.adjust;
    return only_sun && too_soon ? current : given.amps;
}

double Controller::start_target(Point& point, const Given& given, Moment now) {
    if (given.amps <= 0) {
        point.sun_since.reset();
        return 0;
    }
    if (point.forced_out && now.mono - *point.forced_out < site_.delays.restart) return 0;
    point.forced_out.reset();
    if (point.mode == Mode::sun && given.sun) {
        if (!point.sun_since) point.sun_since = now.mono;
        if (now.mono - *point.sun_since < site_.delays.start) return 0;
    }
    return given.amps;
}

double Controller::raise_target(Point& point, const Given& given, Moment now) const {
    if (!point.raise_since) {
        point.raise_since = now.mono;
        point.raise_to = given.amps;
    }
    point.raise_to = std::min(point.raise_to, given.amps);
    return now.mono - *point.raise_since >= site_.delays.raise ? point.raise_to : point.commanded_a;
}

// ---- the sums ----

/// How much the point could be given so that no room is exceeded, counting for each of the others
/// what it is to get or may still draw, whichever is more.
double Controller::left_for(const std::vector<double>& targets, std::size_t index,
                            const std::vector<Given>& given, const std::vector<Room>& all,
                            Moment now) const {
    double left = std::numeric_limits<double>::infinity();
    const PhaseSet on = points_[index].phases_on();
    for (const Room& room : all) {
        if ((room.points >> index & 1U) == 0) continue;
        double watts = room.free_w;
        Phases free = room.free_a;
        for (std::size_t j = 0; j < points_.size(); ++j) {
            if (j == index || given[j].fixed || (room.points >> j & 1U) == 0) continue;
            const PhaseSet other = points_[j].phases_on();
            for (std::size_t phase = 0; phase < 3; ++phase) {
                const double takes =
                    std::max(other[phase] ? targets[j] : 0.0, points_[j].reserve(phase, now.mono));
                free[phase] -= takes;
                watts -= takes * site_.volts;
            }
        }
        for (std::size_t phase = 0; phase < 3; ++phase) {
            if (on[phase]) left = std::min(left, free[phase]);
        }
        left = std::min(left, watts / (site_.volts * std::max(1, count(on))));
    }
    return left;
}

void Controller::keep_sums(std::vector<double>& targets, const std::vector<Given>& given,
                           const std::vector<Room>& all, Moment now) const {
    // Whoever was to keep what the sun no longer gives must not take it from the others.
    for (const Room& room : all) {
        Phases sum{};
        double watts = 0;
        for (std::size_t i = 0; i < points_.size(); ++i) {
            if (given[i].fixed || (room.points >> i & 1U) == 0) continue;
            const PhaseSet on = points_[i].phases_on();
            for (std::size_t phase = 0; phase < 3; ++phase)
                sum[phase] += on[phase] ? targets[i] : 0;
            watts += targets[i] * count(on) * site_.volts;
        }
        bool kept = watts <= room.free_w + hardly;
        for (std::size_t phase = 0; phase < 3; ++phase)
            kept = kept && (sum[phase] <= room.free_a[phase] + hardly || sum[phase] == 0);
        if (kept) continue;
        for (std::size_t i = 0; i < points_.size(); ++i) {
            if (!given[i].fixed && (room.points >> i & 1U) != 0)
                targets[i] = std::min(targets[i], given[i].amps);
        }
    }
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const Point& point = points_[i];
        if (given[i].fixed || targets[i] <= point.commanded_a) continue;
        const double left = floor_to(left_for(targets, i, given, all, now), point.site().step_a);
        if (targets[i] <= left) continue;
        targets[i] = left >= point.site().current_min_a ? std::max(left, point.commanded_a)
                                                        : point.commanded_a;
    }
}

// ---- what is said to the boxes ----

void Controller::propose(std::size_t index, double target, Moment now) {
    Point& point = points_[index];
    const auto say = [&] {
        point.told_here = true;
        proposals_.push_back({Proposal::What::limit, index, target, {}, because_});
    };
    if (target <= 0) point.charging_since.reset();
    if (target > 0 && !point.charging_since) point.charging_since = now.mono;
    if (out_of_hand(index, now) != nullptr && target == point.commanded_a) {
        // A box that lies is told again; the others cannot hear.
        const bool again = point.reachable() && !held(index, now) && !point.refused &&
                           now.mono - point.sent_at >= site_.delays.resend;
        if (!again) return;
        point.sent_at = now.mono;
        return say();
    }
    const bool told_so = !point.commanded && target <= 0 && point.limit_reported == 0.0;
    if (told_so && !plugged(point.status) && point.highest() < idle_below_a) return;
    if (!point.commanded || target != point.commanded_a || point.refused) {
        point.command(target, now.mono);
        point.raise_since.reset();
        ++changes_;
        return say();
    }
    // Whether what was said before the start arrived, and still holds, nobody knows.
    const bool otherwise =
        point.obeyed(now.mono) == Obeyed::gives_none || point.over_power(now.mono) ||
        (point.limit_reported ? *point.limit_reported != target : !point.told_here);
    if (!otherwise || (point.told_here && point.unsettled(now.mono)) ||
        now.mono - point.sent_at < site_.delays.resend)
        return;
    point.sent_at = now.mono;
    say();
}

void Controller::propose_start(std::size_t index, Moment now) {
    Point& point = points_[index];
    if (point.site().start_tag.empty() || !point.reachable() || !waits_for_card(point) ||
        point.commanded_a <= 0)
        return;
    if (point.starts >= starts_max) return;
    if (point.starts > 0 && now.mono - point.start_sent < site_.delays.resend) return;
    ++point.starts;
    point.start_sent = now.mono;
    proposals_.push_back({Proposal::What::start, index, 0, point.site().start_tag, because_});
}

// ---- why ----

std::string Controller::tightest(std::size_t index, Moment now) const {
    std::string name;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < circuits_.size(); ++c) {
        if ((below_[c] >> index & 1U) == 0) continue;
        const Room room = circuits_[c].room(below_[c], now.mono);
        double free = room.free_w / (3 * site_.volts);
        for (const double one : room.free_a) free = std::min(free, one);
        if (free >= least) continue;
        least = free;
        name = circuits_[c].site().name;
        if (circuits_[c].silent(now.mono)) name += " (its meter is silent)";
    }
    return name;
}

void Controller::explain(std::size_t index, const Given& given, double target, Moment now) {
    Point& point = points_[index];
    if (given.fixed || !given.asked) return;
    if (given.hard < given.most - 0.99 && target < given.most) {
        point.why += target > 0 ? "; no more fits into " : "; nothing fits into ";
        point.why += tightest(index, now);
    } else if (target <= 0 && point.forced_out) {
        point.why += "; waits until the room has lasted";
    } else if (target <= 0 && given.sun && given.amps > 0) {
        point.why += "; waits until the sun has lasted";
    } else if (target <= 0 && given.sun) {
        point.why += "; there is too little sun";
    } else if (given.borrows) {
        point.why += "; bridges a cloud from the grid";
    }
}

}  // namespace foxtail::charging
