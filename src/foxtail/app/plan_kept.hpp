#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foxtail {

/// By name, what of planning outlives a restart.
using PlanState = std::vector<std::pair<std::string, std::string>>;

/// The alarm of the plan's desk.
inline constexpr int plan_alarm_id = 120;

}  // namespace foxtail

/// The names.
namespace foxtail::plan_kept {

inline constexpr std::string_view wishes = "wishes";
inline constexpr std::string_view learned = "learned";
inline constexpr std::string_view measured = "measured";
inline constexpr std::string_view saved = "saved";
inline constexpr std::string_view version = "version";
inline constexpr std::string_view prices = "prices";
inline constexpr std::string_view peak = "peak";

}  // namespace foxtail::plan_kept
