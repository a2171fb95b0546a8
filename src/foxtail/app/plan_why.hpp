#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/planner/plan.hpp"
#include "foxtail/planning/words.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace foxtail {

/// A plan that stands on record, read back: as much of it as its reasons need. Levels are in the
/// unit in which they were told.
struct PlanOnRecord {
    planner::Plan plan;
    std::uint64_t version = 0;
    std::string because;
    std::string currency;
    std::vector<std::string> guessed;
};
/// Reads what plan_json() wrote. Error: invalid_input.
[[nodiscard]] Result<PlanOnRecord> read_plan(std::string_view json);

/// What a plan on record says of a device at a moment, as JSON: the slot, its power and reason, the
/// goal that it was for, and where its inputs are. Without a device the slot alone.
[[nodiscard]] std::string plan_why_json(const PlanOnRecord& told, std::string_view device, Time at,
                                        const Zone& zone);

}  // namespace foxtail
