#pragma once

#include "foxtail/base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace foxtail::sqlite {

/// What a ledger's key is made from: 32 bytes that nobody else has.
using LedgerSeed = std::array<std::uint8_t, 32>;

[[nodiscard]] LedgerSeed make_ledger_seed();
/// Nothing when there is no such file. Error: unavailable; corrupt when it is none of ours, or when
/// others than its owner may read it.
[[nodiscard]] Result<std::optional<LedgerSeed>> read_ledger_seed(const std::string& path);
/// Whole and synced, or not at all; for its owner alone (0600).
[[nodiscard]] Result<void> write_ledger_seed(const std::string& path, const LedgerSeed& seed);
/// The newer key takes the place of the older one.
[[nodiscard]] Result<void> replace_ledger_seed(const std::string& path, const std::string& by);
/// Where the key of the journal in `journal_path` is kept: "ledger.key" beside it.
[[nodiscard]] std::string ledger_key_beside(const std::string& journal_path);

}  // namespace foxtail::sqlite
