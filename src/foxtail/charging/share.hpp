#pragma once

#include "foxtail/charging/site.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace foxtail::charging {

/// What one point asks for.
struct Ask {
    std::size_t point = 0;
    PhaseSet on{};  // the household's phases it takes current from
    double min_a = 6;
    double max_a = 16;
    int rank = 0;             // a higher one is served wholly before a lower one
    double weight = 1;        // within a rank
    bool sun = false;         // only from the surplus ...
    bool min_anyway = false;  // ... but its least current from anywhere
};

/// What is left for the points below a circuit.
struct Room {
    Phases free_a{};
    double free_w = std::numeric_limits<double>::infinity();
    std::uint32_t points = 0;  // bit per point
};

struct Shared {
    std::vector<double> amps;  // as the asks; 0 or at least min_a
    double sun_left_w = 0;     // below 0: taken from the grid for those with min_anyway
};

/// Shares the rooms and the sun out. First everybody gets their least current, in the order of the
/// asks, as far as it fits; then what is left goes, rank by rank, in proportion to the weights
/// until a room is full. No room is ever exceeded. Pure.
[[nodiscard]] Shared share(const std::vector<Ask>& asks, const std::vector<Room>& rooms,
                           double sun_w, double volts);

[[nodiscard]] int count(const PhaseSet& on);

}  // namespace foxtail::charging
