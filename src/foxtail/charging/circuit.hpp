#pragma once

#include "foxtail/charging/point.hpp"

#include <array>
#include <optional>
#include <vector>

namespace foxtail::charging {

/// A fuse with its meter: what the rest of the house takes, and so what is left for the points.
///
/// A meter sees points and house together, and boxes follow a limit some seconds late and say so
/// later still. So the house's share is only known to lie between the reading less the most and
/// less the least that the points may draw at the moment; within that it stays what it was, moved
/// by what no point can explain. Above the limit, a rise is always the house's, and no point is
/// believed to draw more than the least that fits what it said.
class Circuit {
public:
    static constexpr std::size_t channels = 4;  // L1, L2, L3, and the sum of all

    Circuit(const CircuitSite& site, double volts) : site_(&site), volts_(volts) {}

    /// Amperes of a phase, + into the house; of the sum (channel 3), watts over the voltage.
    void heard(std::size_t channel, double amps, const std::vector<Point>& points,
               std::uint32_t below, Duration now);
    /// What the boxes say later may tell what the meter saw: once all of them are settled, the
    /// house's share follows from the last reading. To be asked before rooms are.
    void settle(const std::vector<Point>& points, std::uint32_t below, Duration now);
    /// A limit by signal: watts, or nothing while there is none.
    void signalled(std::optional<double> watts);

    [[nodiscard]] bool silent(Duration now) const;
    [[nodiscard]] bool ever_heard() const { return heard_[0] || heard_[3]; }
    [[nodiscard]] Room room(std::uint32_t below, Duration now) const;
    /// room(), and what holds besides while it is not known which phases a point is on.
    void add_rooms(std::vector<Room>& rooms, const std::vector<Point>& points, std::uint32_t below,
                   Duration now) const;
    /// More flows than may, by what was heard last.
    [[nodiscard]] bool over() const;
    [[nodiscard]] std::optional<double> signal_w() const { return signal_w_; }
    [[nodiscard]] double base_a(std::size_t phase) const { return std::max(base_[phase], 0.0); }
    [[nodiscard]] bool heard_phase(std::size_t phase) const { return heard_[phase]; }
    [[nodiscard]] const CircuitSite& site() const { return *site_; }

private:
    [[nodiscard]] static Point::Bounds sum_of(std::size_t channel, const std::vector<Point>& points,
                                              std::uint32_t below, Duration now);
    [[nodiscard]] std::optional<double> limit_of(std::size_t channel) const;
    void blame_house();
    [[nodiscard]] bool over_signal(std::size_t channel, double amps) const;

    const CircuitSite* site_;
    double volts_;
    std::array<double, channels> value_{};
    std::array<double, channels> base_{};
    std::array<double, channels> known_{};  // of the points, as of the reading
    std::array<bool, channels> heard_{};
    std::array<Duration, channels> at_{};
    std::optional<double> signal_w_;
};

}  // namespace foxtail::charging
