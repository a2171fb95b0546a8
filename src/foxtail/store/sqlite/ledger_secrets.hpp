#pragma once

#include "foxtail/store/sqlite/db.hpp"
#include "foxtail/store/sqlite/ledger_blocks.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>

namespace foxtail::sqlite {

/// Where the secrets stand that block_salt() wants. Sixteen neighbours share a row for each day:
/// properties of one thing have neighbouring numbers and mostly speak on the same days, and a row
/// each was half of the store's work in a large home.
class LedgerSecrets {
public:
    static constexpr std::uint32_t in_row = 16;

    [[nodiscard]] Result<void> open(Database& database);
    void close();

    /// Makes it where there is none. Within the transaction that needs it.
    [[nodiscard]] Result<LedgerSecret> make(PropertyId property, std::int64_t day);
    /// Nothing: there never was one, or it was forgotten.
    [[nodiscard]] Result<std::optional<LedgerSecret>> find(PropertyId property, std::int64_t day);
    /// Overwrites it in its row.
    [[nodiscard]] Result<void> forget(PropertyId property, std::int64_t day);
    /// Somebody else changed the rows.
    void look_again() { made_.clear(); }

private:
    // Zeros stand for none.
    using Row = std::array<LedgerSecret, in_row>;
    [[nodiscard]] Result<std::optional<Row>> read(std::uint32_t row, std::int64_t day);
    [[nodiscard]] Result<void> write(std::uint32_t number, std::int64_t day, const Row& row);

    Statement find_;
    Statement store_;
    std::int64_t day_ = 0;  // of what is in `made_`
    std::unordered_map<std::uint32_t, Row> made_;
};

}  // namespace foxtail::sqlite
