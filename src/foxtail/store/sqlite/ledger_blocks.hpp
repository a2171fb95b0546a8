#pragma once

#include "foxtail/journal/leaf.hpp"
#include "foxtail/store/sqlite/entry.hpp"

#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace foxtail::sqlite {

/// What the salts of one property's blocks of one day are made from. When it is gone, nobody can
/// try out what an erased block said.
using LedgerSecret = std::array<std::uint8_t, 32>;

[[nodiscard]] std::string block_salt(const LedgerSecret& secret, std::uint64_t leaf,
                                     std::uint32_t chunk);
/// The day a leaf's secrets belong to: days since 1970 by the leaf's time.
[[nodiscard]] std::int64_t secret_day(Time leaf_time);

/// A block of which readings were dropped: only its hash is left.
struct ErasedBlock {
    std::uint32_t chunk = 0;
    Seq first = 0;
    Seq last = 0;
    ledger::Hash hash{};
};
using ErasedBlocks = std::map<PropertyId, std::vector<ErasedBlock>>;  // by chunk

/// Up to 32 readings of one property; `chunk` counts a property's blocks in its leaf.
struct LedgerBlock {
    PropertyId property;
    std::uint32_t chunk = 0;
    std::span<const Entry* const> readings;  // none for an erased one
    const ErasedBlock* erased = nullptr;
};

/// Cuts a leaf's readings into its blocks, in their order: by property, then by number. The same
/// again after some were erased. Lives as long as what it gave.
class BlockCutter {
public:
    /// `readings` in the order of their numbers.
    [[nodiscard]] const std::vector<LedgerBlock>& cut(std::span<const Entry* const> readings,
                                                      const ErasedBlocks& erased);

private:
    void sort();

    std::vector<const Entry*> sorted_;
    std::vector<const Entry*> other_;
    std::vector<LedgerBlock> blocks_;
};

void append_block_text(std::string& out, const LedgerBlock& block);

}  // namespace foxtail::sqlite
