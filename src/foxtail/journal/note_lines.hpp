#pragma once

#include "foxtail/journal/merkle.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace foxtail::ledger {

// Words of which the texts of signed notes are made.

/// The lines of a text of which each one ends and none is empty; nothing otherwise.
[[nodiscard]] std::optional<std::vector<std::string_view>> lines_of(std::string_view text,
                                                                    std::size_t lines_max = 64);
/// Digits without leading zeros; false for anything else.
[[nodiscard]] bool read_number(std::string_view text, std::uint64_t& out);
/// 32 bytes in base64; false for anything else.
[[nodiscard]] bool read_hash(std::string_view text, Hash& out);

}  // namespace foxtail::ledger
