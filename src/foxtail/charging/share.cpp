#include "foxtail/charging/share.hpp"

#include <algorithm>

namespace foxtail::charging {
namespace {

constexpr double nothing = 1e-9;

/// The state of one sharing.
class Sharing {
public:
    Sharing(const std::vector<Ask>& asks, const std::vector<Room>& rooms, double sun_w,
            double volts)
        : asks_(asks), rooms_(rooms), sun_w_(sun_w), volts_(volts), amps_(asks.size(), 0.0) {}

    void give_least() {
        for (std::size_t i = 0; i < asks_.size(); ++i) {
            const Ask& ask = asks_[i];
            if (ask.max_a < ask.min_a - nothing || !fits(ask)) continue;
            take(i, ask.min_a);
        }
    }
    void fill() {
        std::vector<int> ranks;
        for (const Ask& ask : asks_) ranks.push_back(ask.rank);
        std::sort(ranks.begin(), ranks.end(), std::greater<>());
        ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
        for (const int rank : ranks) fill(rank);
    }
    Shared result() { return {std::move(amps_), sun_w_}; }

private:
    [[nodiscard]] double watts(const Ask& ask, double amps) const {
        return amps * volts_ * count(ask.on);
    }
    [[nodiscard]] static bool within(const Room& room, const Ask& ask) {
        return (room.points >> ask.point & 1U) != 0;
    }
    [[nodiscard]] bool fits(const Ask& ask) const {
        if (ask.sun && !ask.min_anyway && watts(ask, ask.min_a) > sun_w_ + nothing) return false;
        return std::all_of(rooms_.begin(), rooms_.end(), [&](const Room& room) {
            if (!within(room, ask)) return true;
            for (std::size_t p = 0; p < 3; ++p) {
                if (ask.on[p] && ask.min_a > room.free_a[p] + nothing) return false;
            }
            return watts(ask, ask.min_a) <= room.free_w + nothing;
        });
    }
    void take(std::size_t i, double amps) {
        const Ask& ask = asks_[i];
        amps_[i] += amps;
        for (Room& room : rooms_) {
            if (!within(room, ask)) continue;
            for (std::size_t p = 0; p < 3; ++p) {
                if (ask.on[p]) room.free_a[p] -= amps;
            }
            room.free_w -= watts(ask, amps);
        }
        if (ask.sun) sun_w_ -= watts(ask, amps);
    }
    /// False when the point can get no more.
    [[nodiscard]] bool open(std::size_t i) const {
        const Ask& ask = asks_[i];
        if (amps_[i] <= 0 || amps_[i] >= ask.max_a - nothing) return false;
        if (ask.sun && sun_w_ <= nothing) return false;
        return std::all_of(rooms_.begin(), rooms_.end(), [&](const Room& room) {
            if (!within(room, ask)) return true;
            for (std::size_t p = 0; p < 3; ++p) {
                if (ask.on[p] && room.free_a[p] <= nothing) return false;
            }
            return room.free_w > nothing;
        });
    }
    /// How far all the open ones can rise together, in units of their weight.
    [[nodiscard]] double rise(const std::vector<std::size_t>& open) const {
        double most = std::numeric_limits<double>::infinity();
        double sun_rate = 0;
        for (const std::size_t i : open) {
            most = std::min(most, (asks_[i].max_a - amps_[i]) / asks_[i].weight);
            if (asks_[i].sun) sun_rate += watts(asks_[i], asks_[i].weight);
        }
        if (sun_rate > 0) most = std::min(most, sun_w_ / sun_rate);
        for (const Room& room : rooms_) {
            Phases rate{};
            double rate_w = 0;
            for (const std::size_t i : open) {
                if (!within(room, asks_[i])) continue;
                for (std::size_t p = 0; p < 3; ++p) {
                    if (asks_[i].on[p]) rate[p] += asks_[i].weight;
                }
                rate_w += watts(asks_[i], asks_[i].weight);
            }
            for (std::size_t p = 0; p < 3; ++p) {
                if (rate[p] > 0) most = std::min(most, room.free_a[p] / rate[p]);
            }
            if (rate_w > 0) most = std::min(most, room.free_w / rate_w);
        }
        return std::max(most, 0.0);
    }
    void fill(int rank) {
        // Each round at least one of them reaches its end or a room is full.
        for (std::size_t round = 0; round < 4 * (asks_.size() + rooms_.size()) + 4; ++round) {
            std::vector<std::size_t> rising;
            for (std::size_t i = 0; i < asks_.size(); ++i) {
                if (asks_[i].rank == rank && open(i)) rising.push_back(i);
            }
            if (rising.empty()) return;
            const double by = rise(rising);
            for (const std::size_t i : rising) take(i, by * asks_[i].weight);
        }
    }

    const std::vector<Ask>& asks_;
    std::vector<Room> rooms_;
    double sun_w_;
    double volts_;
    std::vector<double> amps_;
};

}  // namespace

int count(const PhaseSet& on) {
    return static_cast<int>(std::count(on.begin(), on.end(), true));
}

Shared share(const std::vector<Ask>& asks, const std::vector<Room>& rooms, double sun_w,
             double volts) {
    Sharing sharing(asks, rooms, sun_w, volts);
    sharing.give_least();
    sharing.fill();
    return sharing.result();
}

}  // namespace foxtail::charging
