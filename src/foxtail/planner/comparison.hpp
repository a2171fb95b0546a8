#pragma once

#include "foxtail/planner/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace foxtail::planner {

/// Why what rests in a slot works in a later one: the two prices of a kWh that the plan had before
/// it. `then_eur` is less than `now_eur`, or there is no comparison (`By::nothing`).
struct Comparison {
    enum class By : std::uint8_t {
        nothing,  // no price speaks for waiting
        sun,      // what the sun's kWh would bring, fed in, and what is bought to it
        grid,     // what the grid's kWh costs in the one and in the other
        house     // what a kWh costs the house, with batteries and all (Plan::marginal_eur)
    };
    By by = By::nothing;
    std::size_t later = 0;  // the slot in which it works
    double then_eur = 0;
    double now_eur = 0;
};

/// Less than this of a kWh is no reason to wait.
constexpr double worth_waiting_eur = 5e-4;

/// The next slot from `slot` on, but not `slot` itself, in which it takes something.
[[nodiscard]] std::optional<std::size_t> next_work(const Course& course, std::size_t slot);
/// Compares `slot` with a `later` one in which the course works.
[[nodiscard]] Comparison compare(const Plan& plan, const Course& course, std::size_t slot,
                                 std::size_t later);
/// Whether a battery, or a car, gives power in a slot.
[[nodiscard]] bool stores_give(const Plan& plan, std::size_t slot);
/// Of buying, over the plan's time: what is called cheap is below it.
[[nodiscard]] double mean_price(const Plan& plan);
/// The highest after `slot`; nothing in the last.
[[nodiscard]] std::optional<double> dearest_after(const std::vector<double>& eur, std::size_t slot);

}  // namespace foxtail::planner
