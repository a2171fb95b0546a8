#pragma once

#include "foxtail/base/result.hpp"

#include <string_view>

namespace foxtail {

/// Address patterns of grants: "*" is everything; "thing/*" all of a thing; otherwise "*" stands
/// for any run of characters but "/": "living-room.*/temperature". An address is "thing/name"
/// (property, action or event).
[[nodiscard]] bool matches_address(std::string_view pattern, std::string_view address);

/// MQTT topic filters (MQTT 5.0 section 4.7): "+" one level, "#" the rest; topics that start with
/// "$" are matched only by filters that do.
[[nodiscard]] bool matches_topic(std::string_view filter, std::string_view topic);

/// True when every topic that `asked` matches is matched by `given`, level by level.
[[nodiscard]] bool covers_filter(std::string_view given, std::string_view asked);

/// True when every address that `asked` matches is matched by `given`. May say no where it would
/// take cleverness to see it ("a*" covers "a*b", and nothing that has to be worked out); of topics,
/// covers_filter() with the prefix.
[[nodiscard]] bool covers_pattern(std::string_view given, std::string_view asked);

/// Error: invalid_input, saying what would be right.
[[nodiscard]] Result<void> check_pattern(std::string_view pattern);

/// Patterns of topics start with this: "mqtt:zigbee2mqtt/#".
constexpr std::string_view topic_prefix = "mqtt:";

}  // namespace foxtail
