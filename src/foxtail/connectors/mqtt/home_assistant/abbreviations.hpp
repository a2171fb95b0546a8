#pragma once

#include <cstdint>
#include <string_view>

namespace foxtail::mqtt::ha {

/// Which object a key stands in: the short forms differ.
enum class Keys : std::uint8_t { option, device, origin };

/// The full key for a short one; any other key as it is. "stat_t" to "state_topic".
[[nodiscard]] std::string_view full_key(Keys keys, std::string_view key);

}  // namespace foxtail::mqtt::ha
