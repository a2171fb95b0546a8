#pragma once

#include <cstddef>
#include <vector>

namespace foxtail::planner {

/// When a heat pump is to run, taken by itself: what the rest of the house pays for a kWh is given.
struct HeatQuestion {
    struct Slot {
        double hours = 0.25;
        double price = 0;                          // of a kWh, while there is `cheap_kw` left
        double cheap_kw = 1e9;                     // beyond it ...
        double price_beyond = 0;                   // ... this much
        double keep = 1, reach = 0, constant = 0;  // T = keep * T + reach * kW + constant
        double low = 0, high = 0;
        bool blocked = false, forced = false;
        std::size_t up = 1;    // slots it has to run at least, if it starts here
        std::size_t down = 0;  // slots from here on it has to stay off, if it ended before this one
    };
    std::vector<Slot> slots;
    double temperature = 20;
    bool running = false;
    double min_kw = 0, max_kw = 0;
    double start_eur = 0;
    double cold_eur = 0, hot_eur = 0;  // for a K·h
    // Cost of the last temperature: slope * (T - at) + bend * (T - at)^2.
    double slope = 0, at = 20, bend = 0;
};

/// On or off for each slot, by dynamic programming over temperatures: the cheapest within the
/// fineness of its steps, with starts, shortest runs and shortest pauses counted in.
[[nodiscard]] std::vector<bool> heat_path(const HeatQuestion& question);

/// Two slots decided together, as one: the first takes up the second.
void join(HeatQuestion::Slot& a, const HeatQuestion::Slot& b);

}  // namespace foxtail::planner
