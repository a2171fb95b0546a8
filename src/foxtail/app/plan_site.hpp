#pragma once

#include "foxtail/config/charging.hpp"
#include "foxtail/config/planner.hpp"
#include "foxtail/planning/keeper.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace foxtail {

/// What a reading of an address means to the plan. One address may mean several things.
struct PlanTarget {
    std::optional<planning::DeviceId> device;  // nothing = of the house
    planning::DeviceFact device_fact = planning::DeviceFact::power;
    planning::HouseFact house_fact = planning::HouseFact::grid;
    double per_unit = 1;  // value / per_unit is what the plan reckons with
};

/// Where a device is told what to do; what it has none of is not told.
struct PlanOrders {
    std::optional<SetpointConfig> setpoint;
    std::optional<ModeConfig> mode;
    std::string target;  // address, °C: the set point of a room
    double boost_k = 0;
    std::string charging_mode;     // address of the charging point's mode
    std::string charging_default;  // what it is when the plan does not act
    std::string charging_why;      // address of what the point says of why it gives what it gives
};

struct PlanWiring {
    planning::Site site;
    std::map<std::string, std::vector<PlanTarget>, std::less<>> targets;  // by address
    std::map<planning::DeviceId, PlanOrders> orders;
    /// Addresses whose values are forecasts.
    std::vector<std::string> sources;
    std::vector<std::string> settable;  // all addresses that may be told something
    std::vector<std::string> runnable;
    std::optional<SetpointConfig> sun_limit;  // where the plan acts on it
};

/// Lets the charging points of planned cars hear the plan, unless they hear another one.
void let_points_follow(ChargingConfig& charging, const PlanningConfig& planning);

/// Files that the section names lie beside the configuration file.
[[nodiscard]] PlanningConfig beside(PlanningConfig planning, const std::string& config_file);

/// What the configuration says, in the planner's words and by address.
[[nodiscard]] PlanWiring wire(const PlanningConfig& planning, const ChargingConfig& charging);

}  // namespace foxtail
