#include "foxtail/charging/point.hpp"

#include <algorithm>

namespace foxtail::charging {
namespace {

constexpr double current_seen_a = 1;
constexpr Duration phase_lost_after = seconds(60);
constexpr Duration gives_none_after = seconds(60);
constexpr Duration skew = seconds(5);  // between what a meter and a box say of the same moment
constexpr double obey_slack_a = 1;
constexpr double obey_slack_ratio = 0.1;

}  // namespace

void Session::save(ByteWriter& out) const {
    out.text(id);
    out.i64(from.us);
    out.i64(until.us);
    for (const double v : {wh, cost, priced_wh, co2_g, co2_wh, certainty}) out.f64(v);
    out.u8(estimated ? 1 : 0);
    out.u8(corrected ? 1 : 0);
    for (const auto* text : {&car, &car_reason, &who, &who_reason, &tag, &ev_id}) out.text(*text);
    out.f64(own_wh);
}

void Session::load(ByteReader& in, bool own) {
    id = in.text();
    from.us = in.i64();
    until.us = in.i64();
    for (double* v : {&wh, &cost, &priced_wh, &co2_g, &co2_wh, &certainty}) *v = in.f64();
    estimated = in.u8() != 0;
    corrected = in.u8() != 0;
    for (auto* text : {&car, &car_reason, &who, &who_reason, &tag, &ev_id}) *text = in.text();
    if (own) own_wh = in.f64();
}

// ---- what it says ----

std::size_t Point::lines() const {
    const std::size_t wired = site_->wiring.size();
    return phases_set > 0 ? std::min<std::size_t>(wired, static_cast<std::size_t>(phases_set))
                          : wired;
}

/// A box tells its phases one by one: those it says nothing new of in one go are what they were.
void Point::measured(std::size_t phase, Duration now) {
    if (measured_ && now - told_at_ > skew) {
        for (auto& at : measured_at_) at = std::max(at, told_at_);
    }
    measured_ = true;
    told_at_ = now;
    measured_at_[phase] = now;
}

bool Point::measured_since(Duration since) const {
    return measured_ && std::all_of(site_->wiring.begin(), site_->wiring.end(),
                                    [&](auto phase) { return measured_at_[phase] >= since; });
}

void Point::draws(const Phases& draw, Duration now) {
    for (std::size_t p = 0; p < 3; ++p) {
        if (draw[p] <= current_seen_a) continue;
        seen_[p] = true;
        seen_at_[p] = now;
    }
    if (draw == draw_) return;
    if (now - draw_changed_ > skew) draw_before_ = draw_;
    draw_ = draw;
    draw_changed_ = now;
}

void Point::heard_current(std::size_t line, double amps, Duration now) {
    if (line >= site_->wiring.size()) return;
    line_amps_[line] = std::max(amps, 0.0);
    Phases draw = draw_;
    draw[site_->wiring[line]] = line_amps_[line];
    measured(site_->wiring[line], now);
    draws(draw, now);
}

void Point::heard_line_power(std::size_t line, double watts, Duration now) {
    if (line >= site_->wiring.size()) return;
    line_watts_[line] = std::max(watts, 0.0);
    if (line_amps_[line] >= 0) return;  // it tells the current itself
    Phases draw = draw_;
    draw[site_->wiring[line]] = line_watts_[line] / volts_;
    measured(site_->wiring[line], now);
    draws(draw, now);
}

void Point::heard_power(double watts, Duration now) {
    watts_ = std::max(watts, 0.0);
    if (line_amps_[0] >= 0 || line_watts_[0] >= 0) return;
    // Only the sum is known: it is on as few phases as the limit allows for, whichever they are.
    const std::size_t n = lines();
    const double amps = watts_ / volts_;
    const double limit = unsettled(now) ? std::max(peak_, commanded_a) : commanded_a;
    double allowed = limit + std::max(0.5, limit * 0.05);
    // Who takes more than it may can be anything that the box can give.
    if (amps / static_cast<double>(n) > allowed) allowed = site_->current_max_a;
    std::size_t k = 1;
    while (k < n && amps / static_cast<double>(k) > allowed) ++k;
    const double each = amps / static_cast<double>(k);
    even_ = amps / static_cast<double>(n);
    guessed_ = k < n && even_ > 0;
    Phases draw{};
    for (std::size_t line = 0; line < n; ++line) draw[site_->wiring[line]] = each;
    for (const auto phase : site_->wiring) measured(phase, now);
    draws(draw, now);
}

void Point::nothing_flows(Duration now) {
    if (!measured_) return;
    for (auto* told : {&line_amps_, &line_watts_}) {
        for (double& one : *told) one = std::min(one, 0.0);  // below 0: never told
    }
    watts_ = std::min(watts_, 0.0);
    guessed_ = false;
    even_ = 0;
    for (const auto phase : site_->wiring) measured(phase, now);
    draws({}, now);
}

double Point::highest() const {
    return *std::max_element(draw_.begin(), draw_.end());
}

double Point::watts() const {
    if (watts_ >= 0) return watts_;
    return (draw_[0] + draw_[1] + draw_[2]) * volts_;
}

PhaseSet Point::phases_possible() const {
    PhaseSet on{};
    for (std::size_t line = 0; line < lines(); ++line) on[site_->wiring[line]] = true;
    return on;
}

PhaseSet Point::phases_on() const {
    return count(seen_) > 0 ? seen_ : phases_possible();
}

void Point::watch_phases(Duration now) {
    // Only while current flows somewhere: a pause says nothing about the car.
    if (highest() <= current_seen_a) {
        for (auto& at : seen_at_) at = now;
        return;
    }
    for (std::size_t p = 0; p < 3; ++p) {
        // A box that speaks seldom has not lost a phase.
        if (draw_[p] > current_seen_a) seen_at_[p] = now;
        if (seen_[p] && now - seen_at_[p] > phase_lost_after) seen_[p] = false;
    }
}

// ---- commanded and obeyed ----

void Point::command(double amps, Duration now) {
    if (unsettled(now)) {
        peak_ = std::max({peak_, commanded_a, amps});
        trough_ = std::min({trough_, commanded_a, amps});
    } else {
        peak_ = std::max(commanded_a, amps);
        trough_ = std::min(commanded_a, amps);
    }
    // Lower and lower must not put off for ever when the first of them has to be obeyed.
    // And who lies is not believed anew because it is told to take less.
    const bool lies = commanded && amps <= commanded_a && obeyed(now) == Obeyed::draws_more;
    if (!commanded || amps > commanded_a || (!unsettled(now) && !lies)) obey_since_ = now;
    commanded_a = amps;
    commanded = true;
    commanded_at = now;
    sent_at = now;
    refused = false;
}

bool Point::unsettled(Duration now) const {
    return commanded && now - commanded_at < site_->obeys_within;
}

bool Point::certain(Duration now) const {
    return !unsettled(now) && (!commanded || measured_since(commanded_at + site_->obeys_within));
}

Point::Bounds Point::bounds(std::size_t phase, Duration now) const {
    const PhaseSet possible = phases_possible();
    if (!measured_) {
        const double known = plugged(status) && possible[phase] ? commanded_a : 0;
        return {0, known, known > 0 ? std::max(known, peak_) : 0, known};
    }
    const double known = guessed_ ? std::min(even_, draw_[phase]) : draw_[phase];
    Bounds b{known, known, draw_[phase], known};
    if (now - draw_changed_ <= skew) {
        b.least = std::min(b.least, draw_before_[phase]);
        b.most = std::max(b.most, draw_before_[phase]);
    }
    if (certain(now) || !possible[phase]) return b;
    // What was measured may be from before the limit took effect.
    b.least = std::min(b.least, unsettled(now) ? trough_ : commanded_a);
    if (!phases_on()[phase]) return b;
    b.most = std::max(b.most, unsettled(now) ? peak_ : commanded_a);
    b.soon = commanded_a;
    return b;
}

double Point::reserve(std::size_t phase, Duration now) const {
    const bool on = plugged(status) && phases_on()[phase];
    const double promised = on ? commanded_a : 0;
    const double most = measured_ ? draw_[phase] : 0;
    const double late = unsettled(now) && on ? std::min(peak_, std::max(most, commanded_a)) : 0;
    return std::max({promised, most, late});
}

Obeyed Point::obeyed(Duration now) const {
    if (!online || status == Status::unavailable || status == Status::faulted ||
        status == Status::unknown)
        return Obeyed::offline;
    if (refused) return Obeyed::refused;
    const double allowed = commanded_a + std::max(obey_slack_a, commanded_a * obey_slack_ratio);
    if (measured_ && highest() > allowed)
        return commanded && now - obey_since_ >= site_->obeys_within &&
                       measured_since(obey_since_ + site_->obeys_within)
                   ? Obeyed::draws_more
                   : Obeyed::waiting;
    if (!measured_ && plugged(status) && commanded_a > 0) return Obeyed::unmeasured;
    if (unsettled(now) && limit_reported && *limit_reported != commanded_a) return Obeyed::waiting;
    if (unsettled(now)) return Obeyed::yes;
    if (status == Status::suspended_evse && idle_since && now - *idle_since >= gives_none_after)
        return Obeyed::gives_none;
    const bool switched = switched_at && now - *switched_at >= site_->obeys_within;
    if (phases_set > 0 && switched && count(seen_) > phases_set) return Obeyed::wrong_phases;
    return Obeyed::yes;
}

std::optional<double> Point::wished_w() const {
    if (!by_hand_w) return at_most_w;
    return at_most_w ? std::min(*at_most_w, *by_hand_w) : by_hand_w;
}

bool Point::over_power(Duration now) const {
    const auto most = wished_w();
    if (!most || !commanded || !measured_since(commanded_at + site_->obeys_within)) return false;
    return watts() > *most * (1 + obey_slack_ratio) + obey_slack_a * volts_ && !unsettled(now);
}

}  // namespace foxtail::charging
