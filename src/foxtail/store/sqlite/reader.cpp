#include "foxtail/store/sqlite/reader.hpp"

#include "foxtail/store/sqlite/batch.hpp"
#include "foxtail/store/sqlite/segment.hpp"
#include "foxtail/store/sqlite/snapshot.hpp"

#include <algorithm>

namespace foxtail::sqlite {
namespace {

constexpr std::size_t journal_limit_max = 1000;
// How many numbers are looked at in one go: bounds the memory a query takes.
constexpr Seq window_max = 32 * 1024;
constexpr Seq window_filtered_min = 4096;
constexpr Seq window_filtered_max = 256 * 1024;

std::string in_record(Seq seq, const Error& error) {
    return "record " + std::to_string(seq) + ": " + error.message;
}

}  // namespace

Result<void> Reader::open() {
    const auto generation = shared_.generation.load();
    if (database_.is_open() && generation == generation_) return {};
    statements_.clear();
    database_ = {};
    auto database = Database::open(options_.path, Database::Mode::read_write, options_.vfs);
    if (!database) return fail(database.error());
    database_ = std::move(*database);
    for (const char* sql : {"PRAGMA query_only = ON", "PRAGMA cache_size = -1024",
                            "PRAGMA trusted_schema = OFF", "PRAGMA wal_autocheckpoint = 0"}) {
        if (auto done = database_.run(sql); !done) return done;
    }
    generation_ = generation;
    return {};
}

Result<Statement*> Reader::statement(const std::string& sql) {
    const auto known = statements_.find(sql);
    if (known != statements_.end()) {
        known->second.reset();
        return &known->second;
    }
    auto prepared = database_.prepare(sql);
    if (!prepared) return fail(prepared.error());
    return &statements_.emplace(sql, std::move(*prepared)).first->second;
}

Result<Reader::Snapshot> Reader::newest_snapshot() {
    if (auto opened = open(); !opened) return fail(opened.error());
    auto rows = database_.prepare("SELECT seq, body FROM snapshot ORDER BY seq DESC");
    if (!rows) return fail(rows.error());
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) return Snapshot{};
        // A damaged snapshot costs a longer replay, nothing else: the journal has it all.
        if (auto bytes = decode_snapshot(rows->blob(1)))
            return Snapshot{rows->number(0), std::move(*bytes)};
    }
}

Result<Seq> Reader::last() {
    const auto newest = database_.number(
        "SELECT max(coalesce((SELECT max(seq) FROM record), 0),"
        " coalesce((SELECT last_seq FROM reading_batch ORDER BY first_seq DESC LIMIT 1), 0),"
        " (SELECT value FROM state WHERE name = 'sealed_to'),"
        " (SELECT value FROM state WHERE name = 'dropped_to'))");
    if (!newest) return fail(newest.error());
    return static_cast<Seq>(*newest);
}

Result<void> Reader::replay(Seq from, const std::function<Result<void>(Record&&)>& each) {
    if (auto opened = open(); !opened) return opened;
    Transaction same_moment(database_);
    if (auto begun = same_moment.begin(false); !begun) return begun;
    const auto end = last();
    if (!end) return fail(end.error());
    const auto dropped_to = database_.number("SELECT value FROM state WHERE name = 'dropped_to'");
    if (!dropped_to) return fail(dropped_to.error());
    Seq expected = std::max<Seq>(from, 1);
    const auto missing = [&](Seq next) {
        return next > expected && expected > static_cast<Seq>(*dropped_to);
    };
    std::vector<Record> records;
    for (Seq at = expected; at <= *end; at += window_max) {
        records.clear();
        const Seq before = std::min(at + window_max, *end + 1);
        if (auto done = window(at, before, {}, records); !done) return done;
        for (auto& record : records) {
            if (record.seq < expected)
                return fail(Code::corrupt,
                            "record " + std::to_string(record.seq) + " stands twice");
            if (missing(record.seq)) break;
            expected = record.seq + 1;
            if (auto taken = each(std::move(record)); !taken) return taken;
        }
        if (missing(before))
            return fail(Code::corrupt, "record " + std::to_string(expected) + " is missing");
    }
    return {};
}

Result<std::vector<Record>> Reader::journal(const JournalQuery& query) {
    if (auto opened = open(); !opened) return fail(opened.error());
    Transaction same_moment(database_);
    if (auto begun = same_moment.begin(false); !begun) return fail(begun.error());
    auto found = journal_in(query);
    for (auto& [sql, statement] : statements_) statement.reset();
    return found;
}

Result<std::vector<Record>> Reader::journal_in(const JournalQuery& query) {
    const auto end = last();
    if (!end) return fail(end.error());
    Seq from = std::max<Seq>(query.from, 1);
    Seq before = std::min(query.before, *end + 1);
    const std::size_t limit = std::min<std::size_t>(query.limit, journal_limit_max);
    Filter filter{query.kind, query.property, query.thing, query.readings, true};
    if (!query.kind.empty()) {
        const bool readings = query.kind == kind_name(0);
        filter.readings = filter.readings && readings;
        filter.others = !readings;
    }
    std::vector<Record> out;
    if (from >= before || limit == 0) return out;
    if (!filter.readings) {
        if (!filter.others) return out;
        if (auto done = others(from, before, filter, limit, query.newest_first, out); !done)
            return fail(done.error());
        return out;
    }
    // Without a filter nearly every number is a record to give: a window of `limit` numbers is
    // enough.
    Seq width = filter.anything() ? limit : window_filtered_min;
    std::vector<Record> some;
    while (from < before && out.size() < limit) {
        const Seq span = std::min(width, before - from);
        const Seq low = query.newest_first ? before - span : from;
        some.clear();
        if (auto done = window(low, low + span, filter, some); !done) return fail(done.error());
        if (query.newest_first) std::reverse(some.begin(), some.end());
        const auto take = std::min(limit - out.size(), some.size());
        out.insert(out.end(), std::make_move_iterator(some.begin()),
                   std::make_move_iterator(some.begin() + static_cast<std::ptrdiff_t>(take)));
        (query.newest_first ? before : from) = query.newest_first ? low : low + span;
        width = std::min(width * 4, filter.anything() ? window_max : window_filtered_max);
    }
    return out;
}

/// All records with from <= seq < before that pass the filter, in order.
Result<void> Reader::window(Seq from, Seq before, const Filter& filter, std::vector<Record>& out) {
    if (filter.others) {
        if (auto done = others(from, before, filter, before - from, false, out); !done) return done;
    }
    if (!filter.readings) return {};
    std::vector<Entry> entries;
    if (auto done = segments(from, before, filter, entries); !done) return done;
    if (auto done = batches(from, before, filter, entries); !done) return done;
    out.reserve(out.size() + entries.size());
    for (auto& entry : entries) out.push_back(to_record(std::move(entry)));
    std::sort(out.begin(), out.end(),
              [](const Record& a, const Record& b) { return a.seq < b.seq; });
    return {};
}

Result<std::vector<Entry>> Reader::readings(Seq from, Seq before) {
    std::vector<Entry> out;
    if (auto done = segments(from, before, {}, out); !done) return fail(done.error());
    if (auto done = batches(from, before, {}, out); !done) return fail(done.error());
    std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) { return a.seq < b.seq; });
    return out;
}

Result<void> Reader::others(Seq from, Seq before, const Filter& filter, std::size_t limit,
                            bool newest_first, std::vector<Record>& out) {
    std::string about;
    std::string sql =
        "SELECT seq, time, actor, cause, kind, body FROM record WHERE seq >= ?1 AND seq < ?2";
    if (!filter.kind.empty()) sql += " AND kind = ?4";
    if (filter.property) {
        sql += " AND address = ?5";
        if (!shared_.names.append(about, *filter.property)) return {};
    } else if (filter.thing) {
        // "0" follows "/": everything of the thing, and the thing itself.
        sql += " AND (address = ?5 OR (address >= ?5 || '/' AND address < ?5 || '0'))";
        if (!shared_.names.append(about, *filter.thing)) return {};
    }
    sql += newest_first ? " ORDER BY seq DESC LIMIT ?3" : " ORDER BY seq LIMIT ?3";
    const auto prepared = statement(sql);
    if (!prepared) return fail(prepared.error());
    auto& rows = **prepared;
    rows.bind(1, from);
    rows.bind(2, before);
    rows.bind(3, static_cast<std::int64_t>(limit));
    if (!filter.kind.empty()) rows.bind_text(4, filter.kind);
    if (!about.empty()) rows.bind_text(5, about);
    while (true) {
        const auto row = rows.step();
        if (!row) return fail(row.error());
        if (!*row) break;
        Record record{rows.number(0),
                      {rows.integer(1)},
                      {static_cast<std::uint32_t>(rows.integer(2))},
                      rows.number(3),
                      {}};
        auto body = body_from_json(rows.text(4), rows.text(5), shared_.names);
        if (!body) return fail(Code::corrupt, in_record(record.seq, body.error()));
        record.body = std::move(*body);
        // An event or action may be called like a property.
        const auto* command = std::get_if<CommandAsked>(&record.body);
        const auto* confirmed = std::get_if<WishConfirmed>(&record.body);
        const bool of_action = (command != nullptr && !command->action.empty()) ||
                               (confirmed != nullptr && !confirmed->action.empty());
        if (filter.property && (of_action || std::holds_alternative<EventHappened>(record.body)))
            continue;
        out.push_back(std::move(record));
    }
    rows.reset();
    return {};
}

Result<void> Reader::batches(Seq from, Seq before, const Filter& filter, std::vector<Entry>& out) {
    const auto prepared = statement(
        "SELECT first_seq, body FROM reading_batch WHERE first_seq >= coalesce("
        "(SELECT max(first_seq) FROM reading_batch WHERE first_seq <= ?1), 0) AND first_seq < ?2 "
        "AND last_seq >= max(?1, 1 + (SELECT value FROM state WHERE name = 'sealed_to')) ORDER BY "
        "first_seq");
    if (!prepared) return fail(prepared.error());
    auto& rows = **prepared;
    rows.bind(1, from);
    rows.bind(2, before);
    std::vector<Entry> entries;
    while (true) {
        const auto row = rows.step();
        if (!row) return fail(row.error());
        if (!*row) break;
        entries.clear();
        if (auto read = decode_batch(rows.blob(1), entries); !read) {
            return fail(Code::corrupt, in_record(rows.number(0), read.error()));
        }
        for (auto& entry : entries) {
            const auto property = entry.reading.property;
            if (entry.seq < from || entry.seq >= before) continue;
            if (filter.property && property != *filter.property) continue;
            if (filter.thing && shared_.names.thing_of(property) != filter.thing) continue;
            out.push_back(std::move(entry));
        }
    }
    rows.reset();
    return {};
}

Result<void> Reader::segments(Seq from, Seq before, const Filter& filter, std::vector<Entry>& out) {
    std::string sql = "SELECT id, body FROM segment WHERE last_seq >= ?1 AND first_seq < ?2";
    const bool one_thing = filter.property || filter.thing;
    if (one_thing) sql += " AND thing IN (?3, ?4)";
    const auto prepared = statement(sql);
    if (!prepared) return fail(prepared.error());
    auto& rows = **prepared;
    rows.bind(1, from);
    rows.bind(2, before);
    if (filter.property) {
        rows.bind(3, shared_.names.group_of(*filter.property).number);
        rows.bind(4, group_of_lone_properties + filter.property->index);
    } else if (filter.thing) {
        rows.bind(3, std::int64_t{filter.thing->index});
        rows.bind(4, std::int64_t{filter.thing->index});
    }
    while (true) {
        const auto row = rows.step();
        if (!row) return fail(row.error());
        if (!*row) break;
        const auto in_segment = [&](const Error& error) {
            return fail(Code::corrupt,
                        "segment " + std::to_string(rows.integer(0)) + ": " + error.message);
        };
        const auto segment = Segment::open(rows.blob(1));
        if (!segment) return in_segment(segment.error());
        if (auto read = segment->entries(from, before, filter.property, out); !read)
            return in_segment(read.error());
    }
    rows.reset();
    return {};
}

}  // namespace foxtail::sqlite
