#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace foxtail {

/// How many letters have to be put in, taken out, changed or swapped to make `a` into `b`. Both are
/// cut to 64 bytes.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// " (did you mean 'occupancy'?)" when one of `known` is near enough to be a slip of the finger;
/// else empty.
[[nodiscard]] std::string did_you_mean(std::string_view said,
                                       std::span<const std::string_view> known);

}  // namespace foxtail
