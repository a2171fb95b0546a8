#pragma once

#include "foxtail/sim/device.hpp"

#include <memory>

namespace foxtail::sim {

/// What the car's maker offers beside the OVMS module: a box in the garage that tells the doors'
/// lock and the limit of charge as JSON, and takes both as plain words:
///   carlink/leaf/state       {"locked":true,"limit":80}, retained
///   carlink/leaf/online      yes | no, retained
///   carlink/leaf/locked/set  true | false
///   carlink/leaf/limit/set   50 to 100
/// It announces itself in nobody's format: a mapping file describes it (config/demo-map.yaml).
[[nodiscard]] std::unique_ptr<Device> make_car_link();

}  // namespace foxtail::sim
