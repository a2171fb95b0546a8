#pragma once

#include "foxtail/store/sqlite/entry.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::sqlite {

/// The readings of one commit as one blob, in the order of their numbers: written fast, to be
/// sealed later.
[[nodiscard]] std::string encode_batch(std::span<const Entry> entries);
/// Appends the entries to `out`. Error: corrupt.
[[nodiscard]] Result<void> decode_batch(std::string_view blob, std::vector<Entry>& out);

}  // namespace foxtail::sqlite
