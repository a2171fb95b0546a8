#include "foxtail/charging/controller.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/base/utf8.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::charging {
namespace {

constexpr std::uint64_t state_format = 4;
constexpr std::size_t absent_max = 64;  // points
constexpr std::uint64_t state_format_oldest =
    1;  // without the own energy of a session; 2: without what bridged a register that stood still;
        // 3: without limits in W
constexpr double needed_wh_max = 500'000;

std::string text_value(const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? std::string() : *text;
}

std::optional<double> number_value(const Value& value) {
    double number = 0;
    if (!as_number(value, number) || !std::isfinite(number)) return std::nullopt;
    return number;
}

std::optional<bool> flag_value(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag;
    return std::nullopt;
}

}  // namespace

Controller::Controller(Site site) : site_(std::move(site)) {
    FOX_ASSERT(site_.points.size() <= points_max, "points fit into a mask");
    for (const auto& point : site_.points) points_.emplace_back(point, site_.volts);
    for (const auto& circuit : site_.circuits) circuits_.emplace_back(circuit, site_.volts);
    cars_.resize(site_.cars.size());
    below_.assign(circuits_.size(), 0);
    for (std::size_t i = 0; i < points_.size(); ++i) {
        std::optional<std::size_t> at = site_.points[i].circuit;
        for (std::size_t depth = 0; at && depth <= circuits_max && *at < circuits_.size();
             ++depth) {
            below_[*at] |= 1U << i;
            at = site_.circuits[*at].parent;
        }
    }
    learned_.habit.assign(points_.size(), std::vector<std::uint32_t>(cars_.size(), 0));
    told_points_.resize(points_.size());
    told_circuits_.resize(circuits_.size());
    figures_told_.resize(points_.size());
}

void Controller::start(Moment now) {
    started_ = now;
    grid_w_.reset();
    for (Point& point : points_) {
        point.energy.resumed();
        point.plugged_at = now.mono;
        point.plug_seen = false;
        // The plug was out when the program ended.
        if (point.session && point.session->until.known())
            point.closing_at = now.mono + seconds(20);
        if (point.commanded) point.commanded_at = now.mono;
    }
}

// ---- what is heard ----

/// What a box draws. False when that is what it drew before: most of what boxes say is.
bool Controller::heard_draw(PointRole role, std::size_t index, double amount, Moment now) {
    Point& point = points_[index];
    const Phases drew = point.draw();
    const auto line_of = [&](PointRole first) {
        return static_cast<std::size_t>(role) - static_cast<std::size_t>(first);
    };
    if (role == PointRole::power) {
        point.heard_power(amount, now.mono);
        gain(index, point.energy.heard_power(std::max(amount, 0.0), now), now);
        note_edges(index, now);
    } else if (role <= PointRole::power_l3) {
        point.heard_line_power(line_of(PointRole::power_l1), amount, now.mono);
    } else {
        point.heard_current(line_of(PointRole::current_l1), amount, now.mono);
        note_edges(index, now);
    }
    return point.draw() != drew;
}

void Controller::heard_energy(PointRole role, std::size_t index, double wh, Moment then) {
    Point& point = points_[index];
    const auto before = point.energy.source();
    gain(index,
         role == PointRole::energy ? point.energy.heard_register(wh, point.most_w(), then)
                                   : point.energy.heard_transaction(wh, point.most_w(), then),
         then);
    // From where it counts is what must not be lost: the rest of it is found again.
    if (point.energy.source() != before) ++changes_;
}

void Controller::hear(PointRole role, std::size_t index, const Value& value, Seq seq, Moment now,
                      Time at) {
    Point& point = points_[index];
    const auto number = number_value(value);
    because_ = seq;
    // A register that was read hours ago, without a network, has counted until then.
    const Moment then{at.known() ? std::min(at, now.wall) : now.wall, now.mono};
    switch (role) {
        case PointRole::status:
            if (const auto status = status_from(text_value(value)))
                heard_status(index, *status, at, now);
            break;
        case PointRole::online:
            point.online = flag_value(value).value_or(point.online);
            break;
        case PointRole::power:
        case PointRole::power_l1:
        case PointRole::power_l2:
        case PointRole::power_l3:
        case PointRole::current_l1:
        case PointRole::current_l2:
        case PointRole::current_l3:
            if (!number || !heard_draw(role, index, *number, now)) return;
            break;
        case PointRole::energy:
        case PointRole::session_energy:
            if (number) heard_energy(role, index, *number, then);
            return;  // changes nothing of who gets what
        case PointRole::id_tag:
            heard_card(index, printable(text_value(value), 64), now);
            break;
        case PointRole::ev_id:
            point.ev_id = printable(text_value(value), 64);
            if (point.session && !point.ev_id.empty()) point.session->ev_id = point.ev_id;
            cars_sought_ = {};
            find_cars(now);
            break;
        case PointRole::transaction:
            heard_transaction(index, text_value(value), at, now);
            break;
        case PointRole::limit:
            point.limit_reported = number;
            break;
        case PointRole::phases:
            if (!number || *number < 1 || *number > 3) break;
            if (point.phases_set != static_cast<int>(*number)) point.forget_phases();
            point.phases_set = static_cast<int>(*number);
            break;
        case PointRole::max_current:
            point.most_reported_a = number;
            break;
        case PointRole::plan:
            point.plan_a = number;
            if (const auto flag = flag_value(value))
                point.plan_a = *flag ? point.site().current_max_a : 0.0;
            point.plan_fresh = point.plan_a.has_value();
            break;
        case PointRole::plan_phases:
            point.plan_phases.reset();
            if (number && (*number == 1 || *number == 3))
                point.plan_phases = static_cast<int>(*number);
            break;
    }
    decide(now);
}

void Controller::hear(CircuitRole role, std::size_t index, const Value& value, Seq seq,
                      Moment now) {
    Circuit& circuit = circuits_[index];
    const auto number = number_value(value);
    because_ = seq;
    const auto as_channel = [&](CircuitRole first) {
        return static_cast<std::size_t>(role) - static_cast<std::size_t>(first);
    };
    switch (role) {
        case CircuitRole::current_l1:
        case CircuitRole::current_l2:
        case CircuitRole::current_l3:
            if (number)
                circuit.heard(as_channel(CircuitRole::current_l1), *number, points_, below_[index],
                              now.mono);
            break;
        case CircuitRole::power_l1:
        case CircuitRole::power_l2:
        case CircuitRole::power_l3:
            if (number)
                circuit.heard(as_channel(CircuitRole::power_l1), *number / site_.volts, points_,
                              below_[index], now.mono);
            break;
        case CircuitRole::power:
            if (number) circuit.heard(3, *number / site_.volts, points_, below_[index], now.mono);
            break;
        case CircuitRole::signal_on:
            if (const auto on = flag_value(value))
                circuit.signalled(*on ? circuit.site().limit_w : std::nullopt);
            break;
        case CircuitRole::signal_w:
            circuit.signalled(number ? std::optional(std::max(*number, 0.0)) : std::nullopt);
            break;
    }
    decide(now);
}

void Controller::hear(CarRole role, std::size_t index, const Value& value, Seq, Moment now) {
    CarFacts& car = cars_[index];
    const auto flag = flag_value(value);
    switch (role) {
        case CarRole::cable:
            if (flag && car.cable && *car.cable != *flag) car.cable_changed = now.mono;
            if (flag) car.cable = flag;
            car.cable_heard = now.mono;
            break;
        case CarRole::charging:
            if (flag && (car.edges.empty() || car.edges.back().on != *flag))
                add_edge(car.edges, {now.mono, *flag});
            break;
        case CarRole::home:
            if (flag && car.home && *car.home != *flag) car.home_changed = now.mono;
            if (flag) car.home = flag;
            break;
        case CarRole::power:
            car.watts = number_value(value);
            car.watts_heard = now.mono;
            break;
    }
    cars_sought_ = {};
    find_cars(now);
}

void Controller::hear(HouseRole role, const Value& value, Seq seq, Moment now) {
    const auto number = number_value(value);
    switch (role) {
        case HouseRole::price:
            prices_.hear(&Prices::Rate::price, number, now.wall);
            return;
        case HouseRole::co2:
            prices_.hear(&Prices::Rate::co2, number, now.wall);
            return;
        case HouseRole::feed_in:
            prices_.hear(&Prices::Rate::feed_in, number, now.wall);
            return;
        case HouseRole::battery:
            battery_w_ = number.value_or(0);
            return;  // the next reading of the grid takes it along
        case HouseRole::production:
            production_w_ = number;
            return;
        case HouseRole::grid:
            break;
    }
    because_ = seq;
    grid_w_ = number;
    grid_at_ = now.mono;
    if (number) {
        double cars_w = 0;
        for (const Point& point : points_) cars_w += std::max(point.watts(), 0.0);
        share_.hear(*number, cars_w, now.mono);
    }
    follow_sun(now.mono);
    decide(now);
}

// ---- what people wish ----

Result<void> Controller::set(Setting setting, std::size_t index, const Value& value, Seq seq,
                             Moment now) {
    Point& point = points_[index];
    const auto number = number_value(value);
    switch (setting) {
        case Setting::mode: {
            const auto mode = mode_from(text_value(value));
            if (!mode)
                return fail(Code::invalid_input, "a mode is off, sun, min_sun, now, planned");
            if (*mode == Mode::now && point.mode != Mode::now) point.mode_before = point.mode;
            if (*mode != Mode::now) point.mode_before = *mode;
            point.mode = *mode;
            point.by_hand_a.reset();
            point.by_hand_w.reset();
            point.sun_since.reset();
            point.short_since.reset();
            // Whoever asks does not want to wait; the sums are kept all the same.
            point.raise_since = now.mono - site_.delays.raise;
            point.raise_to = point.site().current_max_a;
            break;
        }
        case Setting::at_most:
            if (!number || *number < point.site().current_min_a ||
                *number > point.site().current_max_a)
                return fail(Code::invalid_input,
                            "the most lies between the point's least and most "
                            "current; for a pause set the mode to off");
            point.at_most_a = number;
            break;
        case Setting::at_most_power: {
            const double least = point.site().current_min_a * site_.volts;
            const double most = point.site().power_max_w(site_.volts);
            if (!number || *number < least || *number > most)
                return fail(Code::invalid_input,
                            "the most lies between the power of the point's least current on one "
                            "phase and of its most on all; for a pause set the mode to off");
            point.at_most_w = *number < most ? number : std::nullopt;
            break;
        }
        case Setting::needed:
            if (!number || *number < 0 || *number > needed_wh_max)
                return fail(Code::invalid_input, "the energy needed lies between 0 and 500000 Wh");
            point.needed_wh = *number;
            break;
        case Setting::deadline: {
            const std::string text = text_value(value);
            const auto time = text.empty() ? Result<Time>(Time{}) : parse_rfc3339(text);
            if (!time) return fail(time.error());
            point.deadline = *time;
            break;
        }
        case Setting::car:
            if (auto done = correct_car(index, text_value(value), now); !done) return done;
            break;
    }
    because_ = seq;
    ++changes_;
    decide(now);
    return {};
}

void Controller::set_by_hand(std::size_t index, double amps, Seq seq, Moment now) {
    Point& point = points_[index];
    point.by_hand_a = amps < point.site().current_min_a ? 0.0 : amps;
    point.by_hand_w.reset();
    because_ = seq;
    ++changes_;
    decide(now);
}

void Controller::set_power_by_hand(std::size_t index, double watts, Seq seq, Moment now) {
    Point& point = points_[index];
    point.by_hand_w = std::max(watts, 0.0);
    point.by_hand_a.reset();
    because_ = seq;
    ++changes_;
    decide(now);
}

void Controller::refused(std::size_t index, std::string reason, Moment now) {
    Point& point = points_[index];
    point.refused = true;
    point.refusal = std::move(reason);
    // What it did before it still does.
    point.commanded_a = std::max(point.commanded_a, point.limit_reported.value_or(0));
    decide(now);
}

// ---- time ----

void Controller::tick(Moment now) {
    for (std::size_t i = 0; i < points_.size(); ++i) {
        points_[i].watch_phases(now.mono);
        const Point& point = points_[i];
        const bool due = point.closing_at.us != 0 && now.mono >= point.closing_at;
        if (due && !awaits_end(point, now)) end_session(i, now);
    }
    find_cars(now);
    decide(now);
}

Duration Controller::next_wake(Duration now) const {
    Duration next = now + seconds(30);
    for (const Point& point : points_) {
        if (!point.session) continue;
        next = std::min(next, now + seconds(10));
        const bool pending = point.raise_since || point.sun_since || point.short_since ||
                             point.waiting_since || point.forced_out || point.switch_to != 0 ||
                             point.closing_at.us != 0 || point.refused || point.unsettled(now);
        if (pending) next = std::min(next, now + seconds(1));
    }
    return next;
}

// ---- over a restart ----

std::string Controller::save() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u64(state_format);
    out.u64(sessions_);
    out.u64(points_.size() + absent_.size());
    for (const auto& [name, kept] : absent_) bytes += kept;
    for (const Point& point : points_) {
        out.text(point.site().name);
        out.u8(static_cast<std::uint8_t>(point.mode));
        out.u8(static_cast<std::uint8_t>(point.mode_before));
        out.f64(point.at_most_a.value_or(-1));
        out.f64(point.by_hand_a.value_or(-1));
        out.f64(point.at_most_w.value_or(-1));
        out.f64(point.by_hand_w.value_or(-1));
        out.f64(point.needed_wh);
        out.i64(point.deadline.us);
        out.f64(point.commanded ? point.commanded_a : -1);
        out.u8(static_cast<std::uint8_t>(point.status));
        out.text(point.tag);
        out.text(point.ev_id);
        point.energy.save(out);
        out.u8(point.session ? 1 : 0);
        if (point.session) point.session->save(out);
    }
    for (const auto* list : {&learned_.tags, &learned_.ev_ids}) {
        out.u64(list->size());
        for (const auto& one : *list) {
            out.text(one.token);
            out.text(site_.cars[one.car].name);
        }
    }
    out.u64(points_.size() * cars_.size());
    for (std::size_t p = 0; p < points_.size(); ++p) {
        for (std::size_t c = 0; c < cars_.size(); ++c) {
            out.text(site_.points[p].name);
            out.text(site_.cars[c].name);
            out.u64(learned_.habit[p][c]);
        }
    }
    return bytes;
}

namespace {

/// One point's part of the saved state.
struct SavedPoint {
    std::string name;
    Mode mode{}, mode_before{};
    double at_most = -1, by_hand = -1, at_most_w = -1, by_hand_w = -1, needed = 0, commanded = -1;
    Time deadline;
    Status status{};
    std::string tag, ev_id;
    Energy energy;
    std::optional<Session> session;

    void load(ByteReader& in, std::uint64_t format) {
        name = in.text();
        mode = in.one_of(Mode::planned);
        mode_before = in.one_of(Mode::planned);
        at_most = in.f64();
        by_hand = in.f64();
        if (format >= 4) at_most_w = in.f64();
        if (format >= 4) by_hand_w = in.f64();
        needed = in.f64();
        deadline.us = in.i64();
        commanded = in.f64();
        status = in.one_of(Status::faulted);
        tag = in.text();
        ev_id = in.text();
        energy.load(in, format >= 3);
        if (in.u8() != 0) session.emplace().load(in, format >= 2);
    }
    void put(Point& point) const {
        point.mode = mode;
        point.mode_before = mode_before;
        if (at_most >= 0) point.at_most_a = at_most;
        if (by_hand >= 0) point.by_hand_a = by_hand;
        if (at_most_w >= 0) point.at_most_w = at_most_w;
        if (by_hand_w >= 0) point.by_hand_w = by_hand_w;
        point.needed_wh = needed;
        point.deadline = deadline;
        point.commanded = commanded >= 0;
        point.commanded_a = std::max(commanded, 0.0);
        point.status = status;
        point.tag = tag;
        point.ev_id = ev_id;
        point.energy = energy;
        point.session = session;
        point.car_seen = session.has_value();
    }
};

}  // namespace

Result<void> Controller::load(std::string_view bytes) {
    const auto corrupt = [] { return fail(Code::corrupt, "kept state of charging is damaged"); };
    ByteReader in(bytes);
    const auto format = in.u64();
    if (format < state_format_oldest || format > state_format) return corrupt();
    const auto sessions = in.u64();
    std::vector<SavedPoint> saved(in.count(40));
    std::map<std::string, std::string, std::less<>> absent;
    const auto point_of = [&](std::string_view name) {
        const auto at = std::find_if(site_.points.begin(), site_.points.end(),
                                     [&](const PointSite& p) { return p.name == name; });
        return static_cast<std::size_t>(at - site_.points.begin());
    };
    for (auto& one : saved) {
        const auto left = in.left();
        one.load(in, format);
        if (format == state_format && point_of(one.name) >= points_.size())
            absent[one.name] = bytes.substr(bytes.size() - left, left - in.left());
    }
    while (absent.size() > absent_max) absent.erase(absent.begin());
    Learned learned;
    learned.habit.assign(points_.size(), std::vector<std::uint32_t>(cars_.size(), 0));
    const auto car_of = [&](std::string_view name) {
        const auto at = std::find_if(site_.cars.begin(), site_.cars.end(),
                                     [&](const CarSite& c) { return c.name == name; });
        return static_cast<std::size_t>(at - site_.cars.begin());
    };
    for (auto* list : {&learned.tags, &learned.ev_ids}) {
        for (auto n = in.count(2); n > 0; --n) {
            const std::string token(in.text());
            const auto car = car_of(in.text());
            if (car < cars_.size()) learned.teach(*list, token, car);
        }
    }
    for (auto n = in.count(3); n > 0; --n) {
        const auto point = point_of(in.text());
        const auto car = car_of(in.text());
        const auto times = in.u32();
        if (point < points_.size() && car < cars_.size()) learned.habit[point][car] = times;
    }
    if (!in.ok() || !in.at_end()) return corrupt();
    for (const auto& one : saved) {
        if (const auto at = point_of(one.name); at < points_.size()) one.put(points_[at]);
    }
    sessions_ = sessions;
    learned_ = std::move(learned);
    absent_ = std::move(absent);
    return {};
}

}  // namespace foxtail::charging
