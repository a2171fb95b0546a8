#include "foxtail/store/sqlite/ledger_blocks.hpp"

#include <algorithm>

#include <sodium.h>

namespace foxtail::sqlite {

std::string block_salt(const LedgerSecret& secret, std::uint64_t leaf, std::uint32_t chunk) {
    std::array<unsigned char, 12> which{};
    for (unsigned i = 0; i < 8; ++i) which[i] = static_cast<unsigned char>(leaf >> (8 * i));
    for (unsigned i = 0; i < 4; ++i) which[8 + i] = static_cast<unsigned char>(chunk >> (8 * i));
    std::string salt(ledger::salt_bytes, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(salt.data()), salt.size(), which.data(),
                       which.size(), secret.data(), secret.size());
    return salt;
}

std::int64_t secret_day(Time leaf_time) {
    const auto day = days(1).us;
    return leaf_time.us / day - (leaf_time.us % day < 0 ? 1 : 0);
}

const std::vector<LedgerBlock>& BlockCutter::cut(std::span<const Entry* const> readings,
                                                 const ErasedBlocks& erased) {
    keyed_.clear();
    blocks_.clear();
    for (const auto* entry : readings) {
        const auto property = entry->reading.property;
        const auto gone = erased.find(property);
        const bool of_erased =
            gone != erased.end() &&
            std::any_of(gone->second.begin(), gone->second.end(), [&](const ErasedBlock& block) {
                return entry->seq >= block.first && entry->seq <= block.last;
            });
        // A leaf has far fewer readings than 2^32: property first, then the order they have.
        if (!of_erased)
            keyed_.emplace_back((std::uint64_t{property.index} << 32) | keyed_.size(), entry);
    }
    std::sort(keyed_.begin(), keyed_.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    sorted_.clear();
    for (const auto& [key, entry] : keyed_) sorted_.push_back(entry);

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
