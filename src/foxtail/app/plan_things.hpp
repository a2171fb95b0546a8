#pragma once

#include "foxtail/model/thing.hpp"
#include "foxtail/planning/keeper.hpp"

#include <string>
#include <vector>

namespace foxtail {

inline constexpr std::string_view plan_id = "plan";

/// The thing `plan`: the plan itself, and what is told of it.
[[nodiscard]] ThingSpec plan_thing();
/// `plan-NAME`: what people set of a planned device, and what the plan says of it.
[[nodiscard]] std::string plan_thing_id(const planning::Site& site, planning::DeviceId device);
[[nodiscard]] ThingSpec plan_device_thing(const planning::Site& site, planning::DeviceId device);
/// The settings that a kind of device has.
[[nodiscard]] std::vector<planning::Setting> settings_of(planner::Kind kind);

}  // namespace foxtail
