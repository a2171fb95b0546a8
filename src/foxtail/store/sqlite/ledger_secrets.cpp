#include "foxtail/store/sqlite/ledger_secrets.hpp"

#include <algorithm>
#include <cstring>

#include <sodium.h>

namespace foxtail::sqlite {
namespace {

bool is_none(const LedgerSecret& secret) {
    return std::all_of(secret.begin(), secret.end(), [](auto byte) { return byte == 0; });
}

}  // namespace

Result<void> LedgerSecrets::open(Database& database) {
    auto find = database.prepare("SELECT secrets FROM ledger_secret WHERE row = ? AND day = ?");
    if (!find) return fail(find.error());
    auto store = database.prepare(
        "INSERT INTO ledger_secret(row, day, secrets) VALUES (?,?,?) "
        "ON CONFLICT(row, day) DO UPDATE SET secrets = excluded.secrets");
    if (!store) return fail(store.error());
    find_ = std::move(*find);
    store_ = std::move(*store);
    made_.clear();
    return {};
}

void LedgerSecrets::close() {
    find_ = {};
    store_ = {};
}

Result<std::optional<LedgerSecrets::Row>> LedgerSecrets::read(std::uint32_t number,
                                                              std::int64_t day) {
    find_.bind(1, std::int64_t{number});
    find_.bind(2, day);
    const auto found = find_.step();
    if (!found) return fail(found.error());
    std::optional<Row> row;
    if (*found) {
        const auto bytes = find_.blob(0);
        if (bytes.size() == sizeof(Row))
            std::memcpy(row.emplace().data(), bytes.data(), sizeof(Row));
        find_.reset();
        if (!row) return fail(Code::corrupt, "a row of secrets of another length");
        return row;
    }
    find_.reset();
    return row;
}

Result<void> LedgerSecrets::write(std::uint32_t number, std::int64_t day, const Row& row) {
    store_.bind(1, std::int64_t{number});
    store_.bind(2, day);
    store_.bind_blob(3, {reinterpret_cast<const char*>(row.data()), sizeof(Row)});
    return store_.run();
}

Result<LedgerSecret> LedgerSecrets::make(PropertyId property, std::int64_t day) {
    if (day != day_) made_.clear();
    day_ = day;
    const std::uint32_t number = property.index / in_row;
    auto known = made_.find(number);
    if (known == made_.end()) {
        auto row = read(number, day);
        if (!row) return fail(row.error());
        const bool is_new = !*row;
        if (is_new) {
            randombytes_buf(row->emplace().data(), sizeof(Row));
            if (auto done = write(number, day, **row); !done) return fail(done.error());
        }
        known = made_.emplace(number, **row).first;
    }
    LedgerSecret& secret = known->second[property.index % in_row];
    if (is_none(secret)) {
        randombytes_buf(secret.data(), secret.size());
        if (auto done = write(number, day, known->second); !done) {
            made_.clear();
            return fail(done.error());
        }
    }
    return secret;
}

Result<std::optional<LedgerSecret>> LedgerSecrets::find(PropertyId property, std::int64_t day) {
    const auto row = read(property.index / in_row, day);
    if (!row) return fail(row.error());
    std::optional<LedgerSecret> out;
    if (*row && !is_none((**row)[property.index % in_row])) out = (**row)[property.index % in_row];
    return out;
}

Result<void> LedgerSecrets::forget(PropertyId property, std::int64_t day) {
    made_.clear();
    auto row = read(property.index / in_row, day);
    if (!row) return fail(row.error());
    if (!*row) return {};
    (**row)[property.index % in_row] = {};
    return write(property.index / in_row, day, **row);
}

}  // namespace foxtail::sqlite
