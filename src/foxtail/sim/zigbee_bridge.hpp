#pragma once

#include "foxtail/sim/device.hpp"

#include <memory>

namespace foxtail::sim {

/// A bridge that speaks as Zigbee2MQTT does, with some thirty devices. Listens to
/// `zigbee2mqtt/<device>/set[/<key>]`, `/get` and
/// `zigbee2mqtt/bridge/request/{health_check,permit_join,devices}`.
[[nodiscard]] std::unique_ptr<Device> make_zigbee_bridge();

}  // namespace foxtail::sim
