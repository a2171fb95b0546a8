#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/sim/report.hpp"
#include "foxtail/sim/world.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::sim {

// The Zigbee devices behind the bridge: what each is (as `bridge/devices` tells it), what it
// measures and how it takes a command. The bridge (zigbee_bridge.hpp) adds topics and timing.
// Format: zigbee2mqtt.io, "MQTT Topics and Messages" and "Exposes".

enum class ZigbeeKind : std::uint8_t {
    white_lamp,
    color_lamp,
    plug,
    motion,
    contact,
    climate,
    leak,
    smoke,
    button,
    thermostat,
    blind,
    lock
};

struct ZigbeeDevice {
    std::string_view name;  // "room/device": the friendly name
    ZigbeeKind kind = ZigbeeKind::plug;
    Room room = Room::none;
    std::size_t index = 0;  // into lamps or plugs, where the kind has a list
    bool flaky = false;     // drops off the network now and then
};
[[nodiscard]] std::span<const ZigbeeDevice> zigbee_devices();

/// How it reports by itself.
[[nodiscard]] Pace pace_of(ZigbeeKind kind);

/// One element of `bridge/devices`; `number` counts from 1 and gives addresses.
[[nodiscard]] std::string describe(const ZigbeeDevice& device, int number);
/// The coordinator's element.
[[nodiscard]] std::string describe_coordinator();

/// The state message's members.
[[nodiscard]] std::vector<Sample> measure(const ZigbeeDevice& device, const World& world);

/// False while it has no power or is out of reach.
[[nodiscard]] bool reachable(const ZigbeeDevice& device, const World& world);

/// Turns a member of a /set message into acts. Error: invalid_input (the device cannot do that),
/// with a sentence.
[[nodiscard]] Result<std::vector<Act>> take_order(const ZigbeeDevice& device, const World& world,
                                                  std::string_view key, const std::string* text,
                                                  const double* number);

}  // namespace foxtail::sim
