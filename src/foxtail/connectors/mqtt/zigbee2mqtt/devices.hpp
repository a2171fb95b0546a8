#pragma once

#include "foxtail/base/result.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

// The retained lists of a Zigbee2MQTT bridge: `<base>/bridge/devices` and `<base>/bridge/groups`.
// Pure.

namespace foxtail::mqtt::z2m {

struct DeviceEntry {
    std::string ieee;
    std::string friendly_name;
    bool disabled = false;
    std::string maker;
    std::string model;
    std::string model_description;
    const boost::json::array* exposes = nullptr;  // into the message; null: no definition
    bool supports_update = false;
};

struct GroupEntry {
    std::int64_t id = 0;
    std::string friendly_name;
    std::vector<std::string> members;                          // ieee addresses
    std::vector<std::pair<std::string, std::int64_t>> scenes;  // name, id
};

/// What an entry could not be read for; the others stand.
struct EntryRefusal {
    std::string which;
    std::string reason;
};

/// Devices without the coordinator, which is the bridge itself. Error: invalid_input when it is no
/// array.
[[nodiscard]] Result<std::vector<DeviceEntry>> read_devices(const boost::json::value& message,
                                                            std::vector<EntryRefusal>& refusals);

[[nodiscard]] Result<std::vector<GroupEntry>> read_groups(const boost::json::value& message,
                                                          std::vector<EntryRefusal>& refusals);

/// True when the name can stand in a topic: not empty, no wildcard, no control character.
[[nodiscard]] bool usable_in_topic(std::string_view friendly_name);

}  // namespace foxtail::mqtt::z2m
