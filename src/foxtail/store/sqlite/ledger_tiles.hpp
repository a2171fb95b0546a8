#pragma once

#include "foxtail/journal/merkle.hpp"
#include "foxtail/store/sqlite/db.hpp"

namespace foxtail::sqlite {

/// The row of a full tile.
[[nodiscard]] constexpr std::int64_t tile_id(unsigned level, std::uint64_t index) {
    return static_cast<std::int64_t>((std::uint64_t{level} << 48) | index);
}
/// Its 256 hashes. Error: corrupt.
[[nodiscard]] Result<std::string> read_tile(Database& database, unsigned level,
                                            std::uint64_t index);

/// What the tree of a file had when its last leaf came. Also for who only looks. Error: corrupt.
[[nodiscard]] Result<ledger::Tree> load_tree(Database& database);

}  // namespace foxtail::sqlite
