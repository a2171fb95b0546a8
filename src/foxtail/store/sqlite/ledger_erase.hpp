#pragma once

#include "foxtail/store/sqlite/db.hpp"
#include "foxtail/store/sqlite/ledger_blocks.hpp"

#include <span>
#include <vector>

namespace foxtail::sqlite {

/// Keeps what the ledger needs of readings that are about to go: the hashes of the blocks they
/// stand in. Where nothing else of a property's day is left, the secret goes too, and with it any
/// way to try out what the readings were. Called in the transaction that drops them, before it
/// does. `dropped` are of one group (as in the table of segments), by number.
[[nodiscard]] Result<void> keep_block_hashes(Database& database, Group group,
                                             std::span<const Entry* const> dropped);

/// Forgets what a record said: its row goes, its leaf stays (when it has one). False when there is
/// no such record. In a transaction of the caller's.
[[nodiscard]] Result<bool> erase_record(Database& database, Seq seq);

}  // namespace foxtail::sqlite
