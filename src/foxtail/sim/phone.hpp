#pragma once

#include "foxtail/sim/device.hpp"

#include <memory>

namespace foxtail::sim {

/// A person's phone with OwnTracks in MQTT mode: `owntracks/<person>/phone` and its sub-topics
/// (owntracks.org/booklet, "JSON"). Stamps are the machine's time unless `simulated_stamps`.
[[nodiscard]] std::unique_ptr<Device> make_phone(Person person, bool simulated_stamps);

}  // namespace foxtail::sim
