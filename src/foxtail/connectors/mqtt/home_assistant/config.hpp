#pragma once

#include "foxtail/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

// Discovery messages with everything that is short written out: keys, "~", what a device payload
// shares. Pure.

namespace foxtail::mqtt::ha {

/// `<prefix>/<component>/[<node_id>/]<object_id>/config`
struct DiscoveryTopic {
    std::string_view component;
    std::string_view node_id;  // may be empty
    std::string_view object_id;
};
[[nodiscard]] std::optional<DiscoveryTopic> parse_discovery_topic(std::string_view prefix,
                                                                  std::string_view topic);

/// One announced entity.
struct Component {
    std::string platform;         // "sensor"
    std::string id;               // key in a device payload; the topic's object_id otherwise
    bool removal = false;         // {"platform": "sensor"} alone
    boost::json::object options;  // full keys, "~" replaced; without device and origin
};

struct DeviceFacts {
    std::vector<std::string> identities;  // "id:..." and "mac:..."; empty = no device
    std::string name;
    std::string maker;
    std::string model;
    std::string area;
    std::string serial;
};

struct Announcement {
    bool migrate = false;
    DeviceFacts device;
    std::string origin;
    std::vector<Component> components;
};

/// Error: invalid_input with what is missing.
[[nodiscard]] Result<Announcement> read_announcement(const DiscoveryTopic& topic,
                                                     const boost::json::value& payload);

// Options as the components read them. Missing or of another type: the fallback.
[[nodiscard]] std::string text_option(const boost::json::object& options, std::string_view key,
                                      std::string_view fallback = {});
[[nodiscard]] std::optional<double> number_option(const boost::json::object& options,
                                                  std::string_view key);
[[nodiscard]] bool flag_option(const boost::json::object& options, std::string_view key,
                               bool fallback = false);
[[nodiscard]] std::vector<std::string> list_option(const boost::json::object& options,
                                                   std::string_view key);

}  // namespace foxtail::mqtt::ha
