#pragma once

#include "foxtail/connectors/mqtt/home_assistant/home_assistant.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the format remembers; private to home_assistant/.

namespace foxtail::mqtt {

/// One entity of a thing.
struct HomeAssistant::Record {
    Device* device = nullptr;
    Announced* announced = nullptr;
    std::string key;              // topic and component: the order of a thing's properties
    std::string unique;           // platform and unique_id, or empty
    std::string base_name;        // unique in its thing
    ha::Entity entity;            // without its name wish and unique_id, once it has its name
    std::vector<PropertyId> ids;  // of entity.fields
    bool attached = false;
};

/// One discovery topic.
struct HomeAssistant::Announced {
    std::string topic;
    std::size_t fingerprint = 0;
    bool migrating = false;
    Device* device = nullptr;
    std::map<std::string, std::unique_ptr<Record>, std::less<>> records;  // by component
    std::map<std::string, std::vector<ha::AspectRefusal>, std::less<>> refusals;
};

/// One way a device tells whether it can be reached; entities that say the same share it.
struct HomeAssistant::Reachability {
    ha::Availability spec;
    std::vector<std::optional<bool>> heard;  // for each of spec.items
    std::optional<bool> latest;
    [[nodiscard]] std::optional<bool> reachable() const;
};

struct HomeAssistant::Device {
    std::string own_key;  // for a device of one entity without device facts
    ha::DeviceFacts facts;
    std::vector<std::string> identities;
    ThingSpec spec;  // the device alone: its properties are the records'
    bool told = false;
    std::map<std::string_view, Record*> records;  // by their own key
    std::vector<std::unique_ptr<Reachability>> reachability;
    std::optional<PropertyId> available;
    std::optional<bool> said_available;
    [[nodiscard]] std::optional<bool> is_available() const;
};

struct HomeAssistant::Consumer {
    enum class Kind : std::uint8_t { field, happening, availability };
    Kind kind = Kind::field;
    Record* record = nullptr;  // field, happening
    Device* device = nullptr;
    Reachability* reachability = nullptr;
    std::uint32_t index = 0;
};

/// One topic that entities read. Those who joined after its retained message came are `fresh`: the
/// topic is listened to again, and what comes from the retained store is for them alone.
struct HomeAssistant::Subscription {
    std::string topic;
    std::optional<std::uint32_t> token;
    std::vector<Consumer> consumers;
    std::vector<Consumer> fresh;
};

}  // namespace foxtail::mqtt
