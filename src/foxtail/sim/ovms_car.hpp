#pragma once

#include "foxtail/sim/device.hpp"

#include <memory>

namespace foxtail::sim {

/// The household's car with an OVMS module (version 3) in it: metrics by name under
/// `ovms/<user>/<vehicle>/metric/`, retained, in the module's units and signs; commands under
/// `client/<id>/command/<n>`, answered under `response/<n>` (docs.openvehicles.com, "MQTT").
[[nodiscard]] std::unique_ptr<Device> make_ovms_car();

}  // namespace foxtail::sim
