#pragma once

#include "foxtail/planner/request.hpp"

#include <algorithm>
#include <vector>

namespace foxtail::planner {

/// Where a car is charged: on how many phases, and with what currents (A on each of them). What it
/// takes is planned in kW; a charging point is told amperes, and 6 A is the least that there is
/// (IEC 61851-1, annex A).
struct ChargingPlace {
    double volts = 230;
    int phases = 3;                // of the box that the car uses
    bool switches_phases = false;  // the box gives it one of them or all three
    double least_a = 6;
    double most_a = 16;

    /// On how many of them it takes so much.
    [[nodiscard]] int phases_at(double kw) const {
        return switches_phases && kw * 1000 < volts * phases * least_a - 1 ? 1 : phases;
    }
    [[nodiscard]] double amperes(double kw) const { return kw * 1000 / (volts * phases_at(kw)); }
    static constexpr double touching_kw = 0.02;
    /// With one phase and with all, or with all alone; no power is in both.
    [[nodiscard]] std::vector<PowerRange> ranges() const {
        const auto range = [this](int on) {
            return PowerRange{least_a * volts * on / 1000, most_a * volts * on / 1000};
        };
        if (!switches_phases) return {range(phases)};
        auto one = range(1);
        // From there on it gives all of them (phases_at).
        const auto all = range(phases);
        one.max_kw = std::min(one.max_kw, all.min_kw - touching_kw);
        return {one, all};
    }
};

}  // namespace foxtail::planner
