#include "foxtail/store/sqlite/drop_readings.hpp"

#include "foxtail/store/sqlite/ledger_erase.hpp"
#include "foxtail/store/sqlite/segment.hpp"

namespace foxtail::sqlite {
namespace {

std::vector<const Entry*> pointers_to(const std::vector<Entry>& entries) {
    std::vector<const Entry*> out;
    for (const auto& entry : entries) out.push_back(&entry);
    return out;
}

Result<void> rewrite(Database& database, std::int64_t id, const std::vector<Entry>& kept,
                     std::optional<Time> swept) {
    const auto where = " WHERE id = " + std::to_string(id);
    if (kept.empty()) return database.run("DELETE FROM segment" + where);
    SegmentHead head;
    const auto body = encode_segment(pointers_to(kept), head);
    auto update = database.prepare(
        "UPDATE segment SET first_seq=?,last_seq=?,oldest=?,newest=?,readings=?,messages=?,"
        "swept_at=coalesce(?,swept_at),body=?" +
        where);
    if (!update) return fail(update.error());
    update->bind(1, head.first_seq);
    update->bind(2, head.last_seq);
    update->bind(3, head.oldest.us / 1000);
    update->bind(4, head.newest.us / 1000);
    update->bind(5, head.readings);
    update->bind(6, head.messages);
    if (swept) {
        update->bind(7, swept->us / 1000);
    } else {
        update->bind_null(7);
    }
    update->bind_blob(8, body);
    return update->run();
}

Result<void> count(Database& database, std::size_t dropped, Seq dropped_to) {
    const auto n = std::to_string(dropped);
    for (const auto& change :
         {"value + " + n + " WHERE name = 'readings_dropped'",
          "value - " + n + " WHERE name = 'readings_sealed'",
          "max(value, " + std::to_string(dropped_to) + ") WHERE name = 'dropped_to'"}) {
        if (auto done = database.run("UPDATE state SET value = " + change); !done) return done;
    }
    return {};
}

}  // namespace

Result<std::optional<std::vector<Entry>>> readings_of_segment(Database& database, std::int64_t id) {
    auto row = database.prepare("SELECT body FROM segment WHERE id = " + std::to_string(id));
    if (!row) return fail(row.error());
    const auto found = row->step();
    if (!found) return fail(found.error());
    if (!*found) return std::nullopt;
    const auto segment = Segment::open(row->blob(0));
    std::vector<Entry> entries;
    if (!segment || !segment->entries(0, ~Seq{0}, {}, entries)) return std::nullopt;
    return entries;
}

Result<bool> drop_readings(Database& database, Shared& shared, std::int64_t id,
                           const std::function<bool(const Entry&)>& goes,
                           std::optional<Time> swept) {
    auto entries = readings_of_segment(database, id);
    if (!entries) return fail(entries.error());
    if (!*entries) return false;
    std::vector<Entry> dropped;
    std::vector<Entry> kept;
    for (auto& entry : **entries) (goes(entry) ? dropped : kept).push_back(std::move(entry));
    if (dropped.empty() && !swept) return true;
    Transaction transaction(database);
    if (auto begun = transaction.begin(); !begun) return fail(begun.error());
    if (!dropped.empty()) {
        const auto group = shared.names.group_of(dropped.front().reading.property);
        auto done = keep_block_hashes(database, group, pointers_to(dropped));
        if (!done) return fail(done.error());
    }
    if (auto done = rewrite(database, id, kept, swept); !done) return fail(done.error());
    if (!dropped.empty()) {
        auto done = count(database, dropped.size(), dropped.back().seq);
        if (!done) return fail(done.error());
    }
    if (auto done = transaction.commit(); !done) return fail(done.error());
    shared.readings_sealed -= dropped.size();
    shared.records -= dropped.size();
    return true;
}

}  // namespace foxtail::sqlite
