#pragma once

#include "foxtail/connectors/mqtt/zigbee2mqtt/zigbee2mqtt.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

// What the format remembers of a device; private to zigbee2mqtt/.

namespace foxtail::mqtt {

/// Where a key of a state message leads: to a leaf, to the keys inside an object, or to both.
struct Zigbee2Mqtt::Key {
    std::uint32_t leaf = z2m::none;
    std::uint32_t inner = z2m::none;  // index into Device::trees
};

struct Zigbee2Mqtt::Device {
    Bridge* bridge = nullptr;
    std::string key;  // ieee address, or "group:3"
    bool group = false;
    bool disabled = false;
    std::string friendly;
    z2m::Mapping mapping;
    std::vector<PropertyId> ids;             // of mapping.spec.properties
    std::uint32_t available = z2m::none;     // index of the property "available"
    std::optional<bool> reported_available;  // by its own topic
    std::optional<bool> said_available;
    std::vector<StringMap<Key>> trees;  // the first is the message itself
    std::vector<Value> last;            // for each leaf: what was last said, or asked for since
    std::set<std::string, std::less<>> unknown_keys;
    std::string news_of_unknown_keys;  // those first seen in the present message, as JSON members
    std::uint32_t state_token = 0;
    std::uint32_t availability_token = 0;

    static constexpr std::size_t unknown_keys_max = 64;

    void adopt(z2m::Mapping told, std::vector<PropertyId> numbers, std::uint32_t available_index);
    [[nodiscard]] std::optional<bool> is_available() const;
    /// True for a key of a state message that no expose has to name.
    [[nodiscard]] bool explains(std::string_view of_state) const;
};

struct Zigbee2Mqtt::Bridge {
    Zigbee2MqttBridge options;
    std::optional<bool> online;
    StringMap<std::unique_ptr<Device>> devices;  // by key
    std::vector<z2m::GroupEntry> groups;
    std::vector<z2m::EntryRefusal> entry_refusals;
    StringMap<const Device*> names;  // by friendly name, devices and groups
    bool listed = false;             // bridge/devices was heard
};

}  // namespace foxtail::mqtt
