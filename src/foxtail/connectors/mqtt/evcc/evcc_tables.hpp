#pragma once

#include "foxtail/connectors/mqtt/vehicle.hpp"

#include <span>

namespace foxtail::mqtt::evcc {

/// What evcc calls it, what it is called here, and how it is meant.
struct Row {
    VehicleRow reads;  // path = the property's name
    std::string_view title;
    Type type = Type::number;
    std::string_view unit = {};  // of the property
    bool settable = false;
    std::string_view allowed = {};  // "a|b": an enumeration
    double minimum = 0;             // both 0 = no limits
    double maximum = 0;
};

[[nodiscard]] std::span<const Row> site_rows();
/// In the vocabulary of charging points.
[[nodiscard]] std::span<const Row> loadpoint_rows();
/// What a loadpoint knows of the car that stands there, as signals.
[[nodiscard]] std::span<const VehicleRow> guest_rows();
/// What evcc knows of a car by itself, as signals.
struct VehicleSetting {
    VehicleRow reads;
    bool settable = false;
};
[[nodiscard]] std::span<const VehicleSetting> vehicle_rows();

[[nodiscard]] PropertySpec property_of(const Row& row);
[[nodiscard]] const Row* find_key(std::span<const Row> rows, std::string_view key);
[[nodiscard]] const Row* find_name(std::span<const Row> rows, std::string_view name);

}  // namespace foxtail::mqtt::evcc
