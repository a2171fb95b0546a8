#include "foxtail/charging/circuit.hpp"

#include <algorithm>
#include <limits>

namespace foxtail::charging {
namespace {

constexpr int guesses_weighed = 16;

}  // namespace

std::optional<double> Circuit::limit_of(std::size_t channel) const {
    if (channel < 3) return site_->limit_a;
    if (signal_w_) return *signal_w_ / volts_;
    return std::nullopt;
}

Point::Bounds Circuit::sum_of(std::size_t channel, const std::vector<Point>& points,
                              std::uint32_t below, Duration now) {
    Point::Bounds sum;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if ((below >> i & 1U) == 0) continue;
        for (std::size_t phase = 0; phase < 3; ++phase) {
            if (channel < 3 && phase != channel) continue;
            const auto one = points[i].bounds(phase, now);
            sum.least += one.least;
            sum.known += one.known;
            sum.most += one.most;
            sum.soon += one.soon;
        }
    }
    return sum;
}

void Circuit::settle(const std::vector<Point>& points, std::uint32_t below, Duration now) {
    for (std::size_t i = 0; i < points.size(); ++i) {
        if ((below >> i & 1U) != 0 && !points[i].certain(now)) return;
    }
    for (std::size_t channel = 0; channel < channels; ++channel) {
        if (!heard_[channel]) continue;
        const auto sum = sum_of(channel, points, below, now);
        base_[channel] =
            std::clamp(base_[channel], value_[channel] - std::max(known_[channel], sum.most),
                       value_[channel] - std::min(known_[channel], sum.least));
    }
}

/// More than the signal lets all phases have together, where the meter tells them one by one.
bool Circuit::over_signal(std::size_t channel, double amps) const {
    if (!signal_w_ || heard_[3] || channel == 3) return false;
    double sum = amps;
    for (std::size_t other = 0; other < 3; ++other) {
        if (other != channel && heard_[other]) sum += value_[other];
    }
    return sum * volts_ > *signal_w_;
}

void Circuit::signalled(std::optional<double> watts) {
    signal_w_ = watts;
    if (over()) blame_house();
}

/// What was put down to a box on its way up may be the house's.
void Circuit::blame_house() {
    for (std::size_t channel = 0; channel < channels; ++channel) {
        if (heard_[channel])
            base_[channel] = std::max(base_[channel], value_[channel] - known_[channel]);
    }
}

void Circuit::heard(std::size_t channel, double amps, const std::vector<Point>& points,
                    std::uint32_t below, Duration now) {
    const auto sum = sum_of(channel, points, below, now);
    const auto limit = limit_of(channel);
    const bool over = (limit && amps > *limit) || over_signal(channel, amps);
    double base = amps - sum.known;
    if (heard_[channel]) {
        // A rise is the house's but for what the boxes themselves tell and, while nothing is at
        // stake, for what their limits let them take.
        const double drew = value_[channel] - base_[channel];
        const double theirs = std::max(0.0, (over ? sum.least : sum.soon) - drew);
        base = base_[channel] + std::max(0.0, amps - value_[channel] - theirs);
    }
    // A box on its way up must not be the excuse.
    if (over) base = std::max(base, amps - sum.known);
    base_[channel] = std::clamp(base, amps - sum.most, amps - sum.least);
    value_[channel] = amps;
    known_[channel] = sum.known;
    heard_[channel] = true;
    at_[channel] = now;
    // The phases are told one after the other: which of them rose shows with the last.
    if (over_signal(channel, amps)) blame_house();
}

bool Circuit::silent(Duration now) const {
    if (!site_->metered) return false;
    if (!ever_heard()) return true;
    for (std::size_t channel = 0; channel < channels; ++channel) {
        if (heard_[channel] && now - at_[channel] > site_->stale_after) return true;
    }
    return false;
}

bool Circuit::over() const {
    for (std::size_t channel = 0; channel < channels; ++channel) {
        const auto limit = limit_of(channel);
        if (heard_[channel] && limit && value_[channel] > *limit + 0.05) return true;
    }
    return heard_[0] && over_signal(0, value_[0]);
}

void Circuit::add_rooms(std::vector<Room>& rooms, const std::vector<Point>& points,
                        std::uint32_t below, Duration now) const {
    const Room room = this->room(below, now);
    rooms.push_back(room);
    if (!site_->metered || silent(now)) return;
    std::uint32_t guessed = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if ((below >> i & 1U) != 0 && points[i].guessed()) guessed |= 1U << i;
    }
    // Where it is not known whether a point is on a phase at all, lowering it may free nothing
    // there. So the others must fit in without it as well, whichever of them it is.
    std::uint32_t without = guessed;
    for (int n = 0; without != 0 && n < guesses_weighed; ++n, without = (without - 1) & guessed) {
        Room strict = room;
        strict.points = below & ~without;
        for (std::size_t i = 0; i < points.size(); ++i) {
            if ((without >> i & 1U) == 0) continue;
            for (std::size_t phase = 0; phase < 3; ++phase)
                strict.free_a[phase] -= points[i].bounds(phase, now).known;
        }
        rooms.push_back(strict);
    }
}

Room Circuit::room(std::uint32_t below, Duration now) const {
    Room room;
    room.points = below;
    const bool blind = silent(now);
    double base_w = 0;
    for (std::size_t phase = 0; phase < 3; ++phase) {
        double free = site_->limit_a.value_or(std::numeric_limits<double>::infinity());
        // A phase that the meter never told of is as good as no meter.
        const bool unknown = site_->limit_a && !heard_[phase];
        if (site_->metered && (blind || unknown)) {
            free = std::min(free, site_->safe_a);
        } else if (site_->metered) {
            free -= base_a(phase);
        }
        room.free_a[phase] = free;
        base_w += base_a(phase) * volts_;
    }
    if (signal_w_) {
        if (heard_[3]) base_w = std::max(base_[3], 0.0) * volts_;
        room.free_w = *signal_w_ - (site_->metered && !blind ? base_w : 0.0);
    }
    return room;
}

}  // namespace foxtail::charging
