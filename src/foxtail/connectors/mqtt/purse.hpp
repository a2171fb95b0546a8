#pragma once

#include "foxtail/cars/budget.hpp"
#include "foxtail/connectors/mqtt/vehicle.hpp"

#include <string>
#include <string_view>

namespace foxtail::mqtt {

/// The budget of one source, as a part of the thing it brings: what is left are properties, each
/// spent call is the event `spent` with the command that caused it.
class Purse {
public:
    explicit Purse(cars::BudgetLimits limits = {}) : budget_(limits) {}

    /// Adds the properties `Foxtail.Budget.*` and the event; before the thing is told.
    void describe(Vehicle& vehicle) const;
    /// Spends, tells what is left, and keeps it under the vehicle's id. Error: exhausted.
    Result<void> spend(Vehicle& vehicle, const Order& order, const cars::Cost& cost,
                       std::string_view what, Sink& sink);
    /// Tells what is left.
    void tell(Vehicle& vehicle, Time now, Sink& sink);
    /// Tells it when a call has become a day old since it was last told.
    void look(Vehicle& vehicle, Time now, Sink& sink) {
        if (more_from_.known() && now >= more_from_) tell(vehicle, now, sink);
    }
    /// What spend() kept. What is no budget is left alone: better none spent than none at all.
    void remember(std::string_view bytes) { (void)budget_.load(bytes).has_value(); }
    [[nodiscard]] const cars::Budget& budget() const { return budget_; }

private:
    cars::Budget budget_;
    Time more_from_;  // when the oldest call that counts no longer does
};

}  // namespace foxtail::mqtt
