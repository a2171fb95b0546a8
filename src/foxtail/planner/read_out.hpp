#pragma once

#include "foxtail/planner/formulation.hpp"
#include "foxtail/planner/plan.hpp"
#include "foxtail/planner/solver.hpp"

namespace foxtail::planner {

/// A solution of the model as a plan: powers, levels, goals, costs. `priced` gives the marginal
/// values (its duals); where it has none they are the prices of the grid.
[[nodiscard]] Plan read_out(const Formulation& f, const std::vector<double>& x,
                            const std::vector<double>& dual);

/// Goals of each course, from powers and levels as they stand in the plan.
void add_goals(const Scene& scene, Plan& plan);
/// What each device is to do in each slot, and why, from the plan alone.
void add_intents(const Scene& scene, Plan& plan);
/// Says so where sun is held back although nothing can.
void say_what_cannot_be_held_back(const Scene& scene, Plan& plan);

/// Index of a device's course in a plan; courses are in the request's order, kind by kind.
struct CourseOrder {
    explicit CourseOrder(const Request& request);
    std::size_t batteries = 0, cars, zones, tanks, appliances, end;
};

/// The empty plan: slots, prices and forecasts, a course for each device.
[[nodiscard]] Plan blank_plan(const Scene& scene);

}  // namespace foxtail::planner
