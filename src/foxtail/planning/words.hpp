#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/planner/plan.hpp"

#include <string>
#include <vector>

namespace foxtail::planning {

/// How people read it: clocks on the wall, the contract's currency.
struct Speech {
    const Zone& zone;
    std::string currency = "EUR";
};

/// What one device does now and why, in a few short sentences: what it does, the price now and the
/// price of what it waits for, the dearest alternative, and whether its goals hold.
///     "Waits until 01:15: 0.14 EUR/kWh then, 0.31 now. Charging now would cost 0.84 EUR more.
///      Still reaches 80 % by 07:00, with 2 h to spare."
[[nodiscard]] std::string why_now(const planner::Plan& plan, const planner::Course& course,
                                  const std::vector<planner::Alternative>& alternatives, Time now,
                                  const Speech& speech);

/// What one device does in one slot, in a sentence without alternatives.
[[nodiscard]] std::string why_slot(const planner::Plan& plan, const planner::Course& course,
                                   std::size_t slot, const Speech& speech);

/// "charging now", "charging at 17:45".
[[nodiscard]] std::string alternative_what(const planner::Alternative& one,
                                           const planner::Plan& plan, Time now,
                                           const Speech& speech);

/// Goals that are missed or at risk, a sentence each.
[[nodiscard]] std::vector<std::string> at_risk(const planner::Plan& plan, const Speech& speech);

/// "07:00", or "Tue 07:00" when that is not within a day of `now`.
[[nodiscard]] std::string clock_words(Time t, Time now, const Zone& zone);

}  // namespace foxtail::planning
