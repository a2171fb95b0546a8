#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/journal/record.hpp"
#include "foxtail/model/value.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::api {

/// A setting of a planned device as somebody would have it: "goals", "80 % by 08:00".
struct PlanWish {
    std::string setting;
    Value value;
};

/// The plan, as the routes see it.
struct PlannerSite {
    /// What would change if `asker` set these (somebody else's wish may hold): JSON text. Without
    /// a device they are settings of the whole house. Error: not_found (no such device),
    /// invalid_input, unavailable (no plan yet), exhausted. Nothing is changed.
    std::function<void(SubjectId asker, const std::string& device,
                       const std::vector<PlanWish>& wishes,
                       std::function<void(Result<std::string>)> then)>
        what_if;
    /// What a plan on record (the value of plan/plan) says of what `address` was told at `at`: the
    /// device's slot, its reason and goal, and where the plan's inputs are. JSON text; empty when
    /// it is no plan. It tells nothing that is not in the plan.
    std::function<std::string(std::string_view plan, std::string_view address, Time at)> why;
};

}  // namespace foxtail::api
