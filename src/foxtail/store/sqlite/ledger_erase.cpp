#include "foxtail/store/sqlite/ledger_erase.hpp"

#include "foxtail/store/sqlite/ledger_secrets.hpp"
#include "foxtail/store/sqlite/segment.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace foxtail::sqlite {
namespace {

struct Leaf {
    std::uint64_t number = 0;
    Seq first = 0;
    Seq last = 0;
    std::int64_t day = 0;
};

bool by_seq(const Entry& a, const Entry& b) {
    return a.seq < b.seq;
}

/// Works on one property's readings.
class Eraser {
public:
    Eraser(Database& database, Group group, PropertyId property)
        : database_(database), group_(group), property_(property) {}

    Result<void> run(const std::set<Seq>& dropped) {
        if (auto done = secrets_.open(database_); !done) return done;
        if (auto done = find_leaves(*dropped.begin(), *dropped.rbegin()); !done) return done;
        if (leaves_.empty()) return {};  // from before the ledger
        if (auto done = find_readings(); !done) return done;
        std::map<std::int64_t, bool> whole_days;
        for (const auto& leaf : leaves_) {
            const auto erased = erase_in(leaf, dropped);
            if (!erased) return fail(erased.error());
            const auto [day, fresh] = whole_days.try_emplace(leaf.day, true);
            day->second = day->second && *erased;
        }
        for (const auto& [day, whole] : whole_days) {
            if (!whole) continue;
            auto done = secrets_.forget(property_, day);
            if (!done) return done;
        }
        return {};
    }

private:
    /// The leaves about these numbers, and all others of their days: whether a day's secret can go
    /// depends on them.
    Result<void> find_leaves(Seq from, Seq to) {
        auto rows = database_.prepare(
            "SELECT leaf, first_seq, last_seq, day FROM ledger_leaf WHERE day IN (SELECT day FROM "
            "ledger_leaf WHERE kind = 'readings' AND last_seq >= ?1 AND first_seq <= ?2) ORDER BY "
            "leaf");
        if (!rows) return fail(rows.error());
        rows->bind(1, from);
        rows->bind(2, to);
        while (true) {
            const auto row = rows->step();
            if (!row) return fail(row.error());
            if (!*row) return {};
            leaves_.push_back(
                {rows->number(0), rows->number(1), rows->number(2), rows->integer(3)});
        }
    }

    /// All readings of the property in those leaves. What is in a leaf of readings and is dropped
    /// was sealed into segments before.
    Result<void> find_readings() {
        auto rows = database_.prepare(
            "SELECT body FROM segment WHERE thing IN (?1, ?2) AND last_seq >= ?3 AND first_seq <= "
            "?4");
        if (!rows) return fail(rows.error());
        rows->bind(1, group_.number);
        rows->bind(2, group_of_lone_properties + property_.index);
        rows->bind(3, leaves_.front().first);
        rows->bind(4, leaves_.back().last);
        while (true) {
            const auto row = rows->step();
            if (!row) return fail(row.error());
            if (!*row) break;
            const auto segment = Segment::open(rows->blob(0));
            if (!segment) continue;  // for verify to tell
            auto read = segment->entries(leaves_.front().first, leaves_.back().last + 1, property_,
                                         readings_);
            if (!read) return read;
        }
        std::sort(readings_.begin(), readings_.end(), by_seq);
        return {};
    }

    Result<std::vector<ErasedBlock>> erased_before(const Leaf& leaf) {
        std::vector<ErasedBlock> out;
        auto rows = database_.prepare(
            "SELECT chunk, first_seq, last_seq, hash FROM ledger_block WHERE leaf = ? AND property "
            "= ? ORDER BY chunk");
        if (!rows) return fail(rows.error());
        rows->bind(1, leaf.number);
        rows->bind(2, std::int64_t{property_.index});
        while (true) {
            const auto row = rows->step();
            if (!row) return fail(row.error());
            if (!*row) return out;
            const auto hash = ledger::hash_from(rows->blob(3));
            if (!hash) return fail(Code::corrupt, "an erased block without its hash");
            out.push_back({static_cast<std::uint32_t>(rows->integer(0)), rows->number(1),
                           rows->number(2), *hash});
        }
    }

    Result<LedgerSecret> secret_of(const Leaf& leaf) {
        const auto found = secrets_.find(property_, leaf.day);
        if (!found) return fail(found.error());
        if (!*found) return fail(Code::corrupt, "a secret of the ledger is missing");
        return **found;
    }

    /// True when nothing of the property is left in this leaf.
    Result<bool> erase_in(const Leaf& leaf, const std::set<Seq>& dropped) {
        ErasedBlocks erased;
        auto before = erased_before(leaf);
        if (!before) return fail(before.error());
        if (!before->empty()) erased[property_] = std::move(*before);
        std::vector<const Entry*> readings;
        const auto seq_below = [](const Entry& entry, Seq seq) { return entry.seq < seq; };
        auto at = std::lower_bound(readings_.begin(), readings_.end(), leaf.first, seq_below);
        for (; at != readings_.end() && at->seq <= leaf.last; ++at) readings.push_back(&*at);
        bool nothing_left = true;
        for (const auto& block : cutter_.cut(readings, erased)) {
            if (block.erased != nullptr) continue;
            const auto first = block.readings.front()->seq;
            const auto last = block.readings.back()->seq;
            const auto gone = dropped.lower_bound(first);
            if (gone == dropped.end() || *gone > last) {
                nothing_left = false;
            } else if (auto kept = keep_hash(leaf, block); !kept) {
                return fail(kept.error());
            }
        }
        return nothing_left;
    }

    Result<void> keep_hash(const Leaf& leaf, const LedgerBlock& block) {
        const auto secret = secret_of(leaf);
        if (!secret) return fail(secret.error());
        std::string text;
        append_block_text(text, block);
        const auto hash = ledger::block_leaf(block_salt(*secret, leaf.number, block.chunk), text);
        auto insert = database_.prepare(
            "INSERT INTO ledger_block(leaf, property, chunk, first_seq, last_seq, hash) VALUES "
            "(?,?,?,?,?,?)");
        if (!insert) return fail(insert.error());
        insert->bind(1, leaf.number);
        insert->bind(2, std::int64_t{property_.index});
        insert->bind(3, std::int64_t{block.chunk});
        insert->bind(4, block.readings.front()->seq);
        insert->bind(5, block.readings.back()->seq);
        insert->bind_blob(6, ledger::bytes_of(hash));
        return insert->run();
    }

    Database& database_;
    Group group_;
    PropertyId property_;
    LedgerSecrets secrets_;
    std::vector<Leaf> leaves_;
    std::vector<Entry> readings_;
    BlockCutter cutter_;
};

Result<void> delete_record(Database& database, Seq seq) {
    const auto number = std::to_string(seq);
    for (const auto& sql :
         {"DELETE FROM record WHERE seq = " + number,
          std::string("UPDATE state SET value = value + 1 WHERE name = 'records_erased'"),
          "UPDATE state SET value = max(value, " + number + ") WHERE name = 'dropped_to'"}) {
        if (auto done = database.run(sql); !done) return done;
    }
    return {};
}

}  // namespace

Result<void> keep_block_hashes(Database& database, Group group,
                               std::span<const Entry* const> dropped) {
    std::map<PropertyId, std::set<Seq>> by_property;
    for (const auto* entry : dropped) by_property[entry->reading.property].insert(entry->seq);
    for (const auto& [property, seqs] : by_property) {
        if (auto done = Eraser(database, group, property).run(seqs); !done) return done;
    }
    return {};
}

Result<bool> erase_record(Database& database, Seq seq) {
    auto row = database.prepare(
        "SELECT leaf, seq, time, actor, cause, kind, salt, body FROM record WHERE seq = ?");
    if (!row) return fail(row.error());
    row->bind(1, seq);
    const auto found = row->step();
    if (!found) return fail(found.error());
    if (!*found) return false;
    if (row->is_null(0)) {  // from before the ledger
        row->reset();
        if (auto done = delete_record(database, seq); !done) return fail(done.error());
        return true;
    }
    std::string text;
    ledger::append_leaf(text, ledger::RecordLeaf{seq,
                                                 {row->integer(2)},
                                                 {static_cast<std::uint32_t>(row->integer(3))},
                                                 row->number(4),
                                                 row->text(5),
                                                 ledger::commit(row->blob(6), row->text(7))});
    const auto leaf = row->number(0);
    row->reset();
    auto insert = database.prepare(
        "INSERT INTO ledger_leaf(leaf, kind, first_seq, last_seq, body) VALUES "
        "(?1,'erased',?2,?2,?3)");
    if (!insert) return fail(insert.error());
    insert->bind(1, leaf);
    insert->bind(2, seq);
    insert->bind_text(3, text);
    if (auto done = insert->run(); !done) return fail(done.error());
    if (auto done = delete_record(database, seq); !done) return fail(done.error());
    return true;
}

}  // namespace foxtail::sqlite
