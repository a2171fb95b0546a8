#pragma once

#include "foxtail/planner/plan.hpp"
#include "foxtail/planner/request.hpp"

#include <vector>

namespace foxtail::planner {

/// The plan's slots: the rest of this quarter hour, quarters up to 12 h, half hours up to 24 h,
/// hours up to the horizon, all on the tariff's clock and cut wherever something changes for good:
/// somebody comes or goes, a comfort band or an override begins or ends, a tariff with few steps.
/// Expects a request as prepare() leaves it.
[[nodiscard]] std::vector<Slot> make_slots(const Request& request);

/// No slot is shorter than this where the choice is free; edges nearer to another are left out.
constexpr Duration slot_shortest = seconds(30);

/// What a heat pump gives for a kWh at this outdoor temperature: 0.45 of Carnot, 1 to 7.
[[nodiscard]] double carnot_cop(double supply_c, double outdoor_c);

/// Whether a run begun then would be heard in quiet hours.
[[nodiscard]] bool too_loud(const Appliance& appliance, Time begin);

/// A series as means over the slots.
[[nodiscard]] std::vector<double> by_slot(const Series& series, const std::vector<Slot>& slots);

}  // namespace foxtail::planner
