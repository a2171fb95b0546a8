#pragma once

#include "foxtail/simulation/controller.hpp"

#include <optional>
#include <string>
#include <vector>

namespace foxtail::simulation {

/// What one controller made of one span.
struct Outcome {
    std::string controller;
    Totals totals;
    double terminal_eur = 0;  // what is in the house at the end, beyond what was there before
    /// What it cost: grid, wear and penalties, less what is left in the house.
    [[nodiscard]] double cost_eur() const { return totals.cost_eur() - terminal_eur; }
};

/// Lets `controller` run the house from `from` until `until`, minute by minute.
[[nodiscard]] Outcome simulate(const House& house, const World& world, Time from, Time until,
                               Controller& controller);

/// The share of what could be saved that was: 0 = as charging on arrival, 1 = the lower bound,
/// which nothing reaches. Nothing where nothing can be saved.
[[nodiscard]] std::optional<double> captured(double arrival_eur, double cost_eur, double bound_eur);

}  // namespace foxtail::simulation
