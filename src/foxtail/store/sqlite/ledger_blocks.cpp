#include "foxtail/store/sqlite/ledger_blocks.hpp"

#include <algorithm>
#include <array>

namespace foxtail::sqlite {

std::string block_salt(const LedgerSecret& secret, std::uint64_t leaf, std::uint32_t chunk) {
    std::array<char, 12> which{};
    for (unsigned i = 0; i < 8; ++i) which[i] = static_cast<char>(leaf >> (8 * i));
    for (unsigned i = 0; i < 4; ++i) which[8 + i] = static_cast<char>(chunk >> (8 * i));
    const auto hash = ledger::sha256(
        {std::string_view(reinterpret_cast<const char*>(secret.data()), secret.size()),
         std::string_view(which.data(), which.size())});
    return std::string(ledger::bytes_of(hash).substr(0, ledger::salt_bytes));
}

std::int64_t secret_day(Time leaf_time) {
    const auto day = days(1).us;
    return leaf_time.us / day - (leaf_time.us % day < 0 ? 1 : 0);
}

/// Sorts by property and leaves the order otherwise: byte by byte, since comparing costs more than
/// hashing.
void BlockCutter::sort() {
    std::uint32_t bits = 0;
    for (const auto* entry : sorted_) bits |= entry->reading.property.index;
    for (unsigned shift = 0; shift < 32 && bits >> shift != 0; shift += 8) {
        const auto digit = [shift](const Entry* entry) {
            return (entry->reading.property.index >> shift) & 0xFF;
        };
        std::array<std::size_t, 257> ends{};
        for (const auto* entry : sorted_) ++ends[digit(entry) + 1];
        for (std::size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
        other_.resize(sorted_.size());
        for (const auto* entry : sorted_) other_[ends[digit(entry)]++] = entry;
        sorted_.swap(other_);
    }
}

const std::vector<LedgerBlock>& BlockCutter::cut(std::span<const Entry* const> readings,
                                                 const ErasedBlocks& erased) {
    sorted_.clear();
    blocks_.clear();
    for (const auto* entry : readings) {
        const auto gone = erased.find(entry->reading.property);
        const bool of_erased =
            gone != erased.end() &&
            std::any_of(gone->second.begin(), gone->second.end(), [&](const ErasedBlock& block) {
                return entry->seq >= block.first && entry->seq <= block.last;
            });
        if (!of_erased) sorted_.push_back(entry);
    }
    sort();

    const std::span<const Entry* const> all(sorted_);
    auto gone = erased.begin();
    std::size_t at = 0;
    while (at < all.size() || gone != erased.end()) {
        // The next property, of readings that are left or of erased ones.
        auto property = at < all.size() ? all[at]->reading.property : gone->first;
        if (gone != erased.end() && gone->first < property) property = gone->first;
        const bool has_gone = gone != erased.end() && gone->first == property;
        std::size_t end = at;
        while (end < all.size() && all[end]->reading.property == property) ++end;
        std::size_t next_gone = 0;
        for (std::uint32_t chunk = 0;; ++chunk) {
            if (has_gone && next_gone < gone->second.size() &&
                gone->second[next_gone].chunk == chunk) {
                blocks_.push_back({property, chunk, {}, &gone->second[next_gone++]});
            } else if (at < end) {
                const auto n = std::min(ledger::block_readings_max, end - at);
                blocks_.push_back({property, chunk, all.subspan(at, n), nullptr});
                at += n;
            } else {
                break;
            }
        }
        if (has_gone) ++gone;
    }
    return blocks_;
}

void append_block_text(std::string& out, const LedgerBlock& block) {
    ledger::BlockText text(out, block.property);
    for (const auto* entry : block.readings)
        text.add(entry->seq, entry->time, entry->actor, entry->cause, entry->reading);
    text.end();
}

}  // namespace foxtail::sqlite
