#pragma once

#include "foxtail/app/plan_site.hpp"
#include "foxtail/planning/keeper.hpp"
#include "foxtail/planning/ways.hpp"
#include "foxtail/planning/words.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// A plan as everybody sees it: the value of `plan/plan`, and what GET /plan answers. Docs in
/// docs/planning.md. Numbers are rounded to what is meant: kW and kWh to a watt, prices to a
/// hundredth of a cent. At most 64 KiB: a plan that would be longer leaves out its last slots.
/// `ways`: out of what is missed or at risk, as far as they are known. `inputs`: what it was made
/// from, by plan_inputs_json().
[[nodiscard]] std::string plan_json(const planning::Keeper& keeper, const planner::Plan& plan,
                                    const std::vector<planner::Alternative>& alternatives, Time now,
                                    const planning::Speech& speech,
                                    const std::vector<planning::Way>& ways,
                                    std::string_view inputs);

/// The shortest text of a number cut to so many parts of one: a thousand of a kW are watts.
[[nodiscard]] std::string rounded(double value, double parts);

/// Which rule decides between people, and where they disagree: the value of `plan/wishes`.
[[nodiscard]] std::string wishes_json(const planning::Keeper& keeper);

/// Where what the plan looks at is measured, for who shows the past beside it: the value of
/// `plan/places`.
[[nodiscard]] std::string places_json(const PlanWiring& wiring);

/// What a wish would change, against the plan that is followed: the answer of POST /plan/what-if.
[[nodiscard]] std::string what_if_json(const planner::Plan& plan, const planner::Plan& other,
                                       const planning::Speech& speech);

}  // namespace foxtail
