#pragma once

#include "foxtail/planner/formulation.hpp"
#include "foxtail/planner/plan.hpp"

#include <string>
#include <vector>

namespace foxtail::planner {

/// A plan played through the house it was made for, by code that knows nothing of the linear
/// program: the physics is simulated again from the powers alone.
struct Checked {
    /// Hard limits that are exceeded, levels that do not follow from the powers, powers a device
    /// cannot give (within 1e-6, in kW, kWh, K); empty = the plan may be carried out.
    std::vector<std::string> broken;
    // What the plan costs, counted from its powers.
    double cost_eur = 0;
    double penalty_eur = 0;
    double terminal_eur = 0;
    [[nodiscard]] double objective_eur() const { return cost_eur + penalty_eur - terminal_eur; }
    [[nodiscard]] bool holds() const { return broken.empty(); }
};
[[nodiscard]] Checked check(const Scene& scene, const Plan& plan);

}  // namespace foxtail::planner
