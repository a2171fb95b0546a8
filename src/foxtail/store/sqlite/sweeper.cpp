#include "foxtail/store/sqlite/sweeper.hpp"

#include "foxtail/store/sqlite/ledger_erase.hpp"

#include <algorithm>

namespace foxtail::sqlite {
namespace {

constexpr Duration between_looks = hours(1);
// A segment that reaches over the border is packed again only when this much of it is too old, or
// an eighth of the retention: not every hour.
constexpr Duration slack_max = days(1);

}  // namespace

Result<void> Sweeper::open() {
    due_.clear();
    looked_ = {};
    retention_.clear();
    auto rows = database_.prepare("SELECT property, us FROM retention");
    if (!rows) return fail(rows.error());
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        retention_[static_cast<std::uint32_t>(rows->integer(0))] = {rows->integer(1)};
    }
}

Result<void> Sweeper::keep_for(PropertyId property, std::optional<Duration> retention) {
    const auto known = retention_.find(property.index);
    const bool had = known != retention_.end();
    if (had == retention.has_value() && (!had || known->second == *retention)) return {};
    const auto number = std::to_string(property.index);
    const auto group = std::to_string(shared_.names.group_of(property).number);
    Transaction transaction(database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    const auto sql = retention ? "INSERT OR REPLACE INTO retention(property, us) VALUES (" +
                                     number + "," + std::to_string(retention->us) + ")"
                               : "DELETE FROM retention WHERE property = " + number;
    if (auto done = database_.run(sql); !done) return done;
    auto done =
        database_.run("UPDATE segment SET swept_at = 0 WHERE swept_at <> 0 AND thing = " + group);
    if (!done) return done;
    if (auto committed = transaction.commit(); !committed) return committed;
    if (retention) {
        retention_[property.index] = *retention;
    } else {
        retention_.erase(property.index);
    }
    looked_ = {};
    return {};
}

Result<void> Sweeper::look(Time now) {
    const bool soon = looked_.known() && now - looked_ < between_looks && now >= looked_;
    if (running() || retention_.empty() || soon) return {};
    looked_ = now;
    now_ = now;
    for (const auto& [property, retention] : retention_) {
        if (auto found = find_due({property}, retention); !found) return found;
    }
    std::sort(due_.begin(), due_.end());
    due_.erase(std::unique(due_.begin(), due_.end()), due_.end());
    return {};
}

Result<void> Sweeper::find_due(PropertyId property, Duration retention) {
    const Duration slack = std::min(slack_max, Duration{retention.us / 8});
    auto rows = database_.prepare(
        "SELECT id FROM segment WHERE thing = ?1 AND oldest < ?2 AND newest >= swept_at - ?3 AND "
        "swept_at <= ?4");
    if (!rows) return fail(rows.error());
    rows->bind(1, shared_.names.group_of(property).number);
    rows->bind(2, (now_ - retention - slack).us / 1000);
    rows->bind(3, retention.us / 1000);
    rows->bind(4, (now_ - slack).us / 1000);
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        due_.push_back(rows->integer(0));
    }
}

Result<void> Sweeper::step() {
    const auto id = due_.front();
    due_.pop_front();
    return sweep(id);
}

Result<void> Sweeper::sweep(std::int64_t id) {
    auto row = database_.prepare("SELECT body FROM segment WHERE id = " + std::to_string(id));
    if (!row) return fail(row.error());
    const auto found = row->step();
    if (!found) return fail(found.error());
    if (!*found) return {};  // merged meanwhile; the merged one is found by the next look
    const auto segment = Segment::open(row->blob(0));
    std::vector<Entry> entries;
    // A damaged segment is left for verify to tell.
    if (!segment || !segment->entries(0, ~Seq{0}, {}, entries)) return {};
    row->reset();
    std::vector<Entry> dropped;
    std::vector<Entry> kept;
    for (auto& entry : entries) {
        const auto retention = retention_.find(entry.reading.property.index);
        const bool old = retention != retention_.end() && entry.time < now_ - retention->second;
        (old ? dropped : kept).push_back(std::move(entry));
    }
    return store(id, kept, dropped);
}

Result<void> Sweeper::store(std::int64_t id, const std::vector<Entry>& kept,
                            const std::vector<Entry>& gone) {
    const auto dropped = gone.size();
    const Seq dropped_to = gone.empty() ? 0 : gone.back().seq;
    Transaction transaction(database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    if (!gone.empty()) {
        std::vector<const Entry*> pointers;
        for (const auto& entry : gone) pointers.push_back(&entry);
        const auto group = shared_.names.group_of(gone.front().reading.property);
        if (auto done = keep_block_hashes(database_, group, pointers); !done) return done;
    }
    const auto where = " WHERE id = " + std::to_string(id);
    if (kept.empty()) {
        if (auto done = database_.run("DELETE FROM segment" + where); !done) return done;
    } else {
        SegmentHead head;
        std::vector<const Entry*> pointers;
        for (const auto& entry : kept) pointers.push_back(&entry);
        const auto body = encode_segment(pointers, head);
        auto update = database_.prepare(
            "UPDATE segment SET "
            "first_seq=?,last_seq=?,oldest=?,newest=?,readings=?,messages=?,swept_at=?,body=?" +
            where);
        if (!update) return fail(update.error());
        update->bind(1, head.first_seq);
        update->bind(2, head.last_seq);
        update->bind(3, head.oldest.us / 1000);
        update->bind(4, head.newest.us / 1000);
        update->bind(5, head.readings);
        update->bind(6, head.messages);
        update->bind(7, now_.us / 1000);
        update->bind_blob(8, body);
        if (auto done = update->run(); !done) return done;
    }
    if (dropped > 0) {
        auto done = database_.run("UPDATE state SET value = value + " + std::to_string(dropped) +
                                  " WHERE name = 'readings_dropped'");
        if (!done) return done;
        done = database_.run("UPDATE state SET value = value - " + std::to_string(dropped) +
                             " WHERE name = 'readings_sealed'");
        if (!done) return done;
        done = database_.run("UPDATE state SET value = max(value, " + std::to_string(dropped_to) +
                             ") WHERE name = 'dropped_to'");
        if (!done) return done;
    }
    if (auto done = transaction.commit(); !done) return done;
    shared_.readings_sealed -= dropped;
    shared_.records -= dropped;
    return {};
}

}  // namespace foxtail::sqlite
