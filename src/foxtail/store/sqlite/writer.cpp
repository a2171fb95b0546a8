#include "foxtail/store/sqlite/writer.hpp"

#include "foxtail/store/sqlite/batch.hpp"
#include "foxtail/store/sqlite/blob.hpp"
#include "foxtail/store/sqlite/schema.hpp"
#include "foxtail/store/sqlite/snapshot.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <sqlite3.h>

namespace foxtail::sqlite {
namespace {

constexpr std::size_t commands_remembered_max = 1024;
constexpr std::size_t rounds_unsealed_max = 8;  // of memory, when sealing keeps failing
// Of few records one after the other is kept, and between them whoever else has something to do may
// go first: who waits for an answer should not wait for the disk's bookkeeping (newer kernels let a
// thread run for most of a millisecond). Of many the writer is behind, and goes on (decision 0034).
constexpr std::size_t gives_way_up_to = 128;
// A day and a half: longer than any change of zone or season, shorter than what would hurt.
constexpr Duration jump_min = hours(36);

int count_log_pages(void* pages, sqlite3*, const char*, int in_log) {
    *static_cast<int*>(pages) = in_log;
    return SQLITE_OK;
}

bool takes_back(std::span<const Record> batch) {
    return std::any_of(batch.begin(), batch.end(), [](const Record& record) {
        return std::holds_alternative<GrantEnded>(record.body);
    });
}

Duration machine_monotonic() {
    using namespace std::chrono;
    return {
        duration_cast<std::chrono::microseconds>(steady_clock::now().time_since_epoch()).count()};
}

}  // namespace

Writer::Writer(Options options, Shared& shared)
    : options_(std::move(options)),
      shared_(shared),
      ledger_(database_, options_, shared),
      sealer_(database_, shared),
      sweeper_(database_, shared),
      forgetter_(database_, shared),
      reserve_(options_.path + "-reserve", options_.reserve_bytes) {
    if (!options_.monotonic) options_.monotonic = machine_monotonic;
    if (options_.ledger_key.empty()) options_.ledger_key = ledger_key_beside(options_.path);
}

Writer::~Writer() = default;

Result<void> Writer::open() {
    if (auto is_ready = ready(); !is_ready) return is_ready;
    (void)reserve_.make();  // without room for it there is none to keep
    return {};
}

/// Opens the connection if there is none to trust.
Result<void> Writer::ready() {
    if (database_.is_open()) return {};
    auto opened = open_connection();
    if (!opened) distrust();
    return opened;
}

Result<void> Writer::open_connection() {
    auto database = Database::open(options_.path, Database::Mode::read_write_create, options_.vfs);
    if (!database) return fail(database.error());
    database_ = std::move(*database);
    // Before there is a table: how pages are laid out cannot be changed later.
    for (const char* sql : {"PRAGMA page_size = 4096", "PRAGMA auto_vacuum = INCREMENTAL",
                            "PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0",
                            "PRAGMA cache_size = -2048", "PRAGMA trusted_schema = OFF",
                            "PRAGMA secure_delete = FAST", "PRAGMA temp_store = MEMORY"}) {
        if (auto done = database_.run(sql); !done) return done;
    }
    if (auto done = database_.run("PRAGMA synchronous = " + options_.synchronous); !done)
        return done;
    sqlite3_wal_hook(database_.raw(), count_log_pages, &log_pages_);
    if (auto done = migrate(database_, migrations()); !done) return done;
    if (auto done = prepare(); !done) return done;
    return load_state();
}

Result<void> Writer::prepare() {
    const std::pair<Statement*, const char*> all[] = {
        {&insert_record_,
         "INSERT INTO record(seq, time, actor, cause, kind, address, body, leaf, salt) "
         "VALUES (?,?,?,?,?,?,?,?,?)"},
        {&insert_batch_,
         "INSERT INTO reading_batch(first_seq, last_seq, n, body) VALUES (?,?,?,?)"},
        {&insert_thing_, "INSERT OR IGNORE INTO thing(id, name) VALUES (?,?)"},
        {&insert_property_, "INSERT OR IGNORE INTO property(id, address, thing) VALUES (?,?,?)"},
        {&insert_subject_, "INSERT OR IGNORE INTO subject(id, name, kind) VALUES (?,?,?)"},
        {&insert_keepsake_, "INSERT OR REPLACE INTO keepsake(owner, name, body) VALUES (?,?,?)"},
        {&forget_keepsake_, "DELETE FROM keepsake WHERE owner = ? AND name = ?"},
    };
    for (const auto& [statement, sql] : all) {
        auto prepared = database_.prepare(sql);
        if (!prepared) return fail(prepared.error());
        *statement = std::move(*prepared);
    }
    if (auto opened = sealer_.open(); !opened) return opened;
    return sweeper_.open();
}

Result<void> Writer::load_state() {
    if (!opened_before_) {
        if (auto loaded = shared_.names.load(database_); !loaded) return loaded;
    }
    if (auto loaded = load_tail(); !loaded) return loaded;
    const auto ask = [&](const char* sql, auto& out) -> Result<void> {
        const auto number = database_.number(sql);
        if (!number) return fail(number.error());
        out = static_cast<std::uint64_t>(*number);
        return {};
    };
    std::uint64_t record = 0;
    std::uint64_t batch = 0;
    std::uint64_t sealed = 0;
    std::uint64_t dropped = 0;
    std::uint64_t in_segments = 0;
    if (auto done = ask("SELECT max(seq) FROM record", record); !done) return done;
    if (auto done =
            ask("SELECT last_seq FROM reading_batch ORDER BY first_seq DESC LIMIT 1", batch);
        !done)
        return done;
    if (auto done =
            ask("SELECT max(value) FROM state WHERE name IN ('sealed_to', 'dropped_to')", sealed);
        !done)
        return done;
    if (auto done =
            ask("SELECT sum(value) FROM state WHERE name IN ('readings_dropped', 'records_erased')",
                dropped);
        !done)
        return done;
    if (auto done = ask("SELECT value FROM state WHERE name = 'readings_sealed'", in_segments);
        !done)
        return done;
    if (auto done = ask("SELECT max(seq) FROM snapshot", snapshot_); !done) return done;
    if (auto opened = forgetter_.open(); !opened) return opened;
    last_ = std::max({record, batch, sealed});
    shared_.records = last_ - dropped;
    shared_.readings_sealed = in_segments;
    std::uint64_t newest = 0;
    auto done =
        ask("SELECT max(coalesce((SELECT time FROM record ORDER BY seq DESC LIMIT 1), 0), "
            "coalesce((SELECT newest * 1000 FROM segment ORDER BY last_seq DESC LIMIT 1), 0))",
            newest);
    if (!done) return done;
    if (!opened_before_) newest_ = {static_cast<std::int64_t>(newest)};
    opened_before_ = true;
    return ledger_.open(last_, newest_);
}

/// Readings that are durable and not sealed, but not known yet: all after a start; after a failure
/// what the failed commit may have left behind.
Result<void> Writer::load_tail() {
    const auto& known = shared_.tail.batches();
    const Seq from = known.empty() ? 0 : known.back().back().seq + 1;
    auto rows = database_.prepare(
        "SELECT body FROM reading_batch WHERE last_seq > (SELECT value FROM state WHERE name = "
        "'sealed_to') "
        "AND first_seq >= ? ORDER BY first_seq");
    if (!rows) return fail(rows.error());
    rows->bind(1, from);
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        std::vector<Entry> entries;
        if (auto read = decode_batch(rows->blob(0), entries); !read) return read;
        shared_.tail.add(std::move(entries));
    }
}

void Writer::distrust() {
    ++shared_.failures;
    ++shared_.generation;
    if (database_.is_open()) database_.distrust();
    forget_connection();
}

void Writer::forget_connection() {
    sealer_.close();  // a connection with statements would live on
    ledger_.close();
    forgetter_.close();
    insert_record_ = {};
    insert_batch_ = {};
    insert_thing_ = {};
    insert_property_ = {};
    insert_subject_ = {};
    insert_keepsake_ = {};
    forget_keepsake_ = {};
    database_ = {};
    log_pages_ = 0;
}

Result<Seq> Writer::append(std::span<const Record> batch, const Keepsakes& keepsakes) {
    const bool urgent = takes_back(batch);
    if (!urgent && reserve_.is_spent() && !reserve_.make())
        return fail(Code::exhausted, "what room is left on the disk is kept for taking back");
    auto done = append_once(batch, keepsakes);
    if (done || !urgent || !reserve_.spend()) return done;
    return append_once(batch, keepsakes);
}

Result<Seq> Writer::append_once(std::span<const Record> batch, const Keepsakes& keepsakes) {
    if (auto is_ready = ready(); !is_ready) return fail(is_ready.error());
    // What a failed commit left behind is found by its number.
    while (!batch.empty() && batch.front().seq <= last_) batch = batch.subspan(1);
    if (batch.empty() && keepsakes.empty()) return last_;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (batch[i].seq != last_ + 1 + i) {
            return fail(Code::invalid_input, "record " + std::to_string(batch[i].seq) + " where " +
                                                 std::to_string(last_ + 1 + i) + " was expected");
        }
    }
    if (shared_.tail.size() > rounds_unsealed_max * options_.seal_readings) {
        return fail(Code::exhausted,
                    std::to_string(shared_.tail.size()) + " readings could not be sealed");
    }
    return checked(append_all(batch, keepsakes));
}

Result<Seq> Writer::append_all(std::span<const Record> batch, const Keepsakes& keepsakes) {
    Transaction transaction(database_);
    if (auto begun = transaction.begin(); !begun) return fail(begun.error());
    if (ledger_.sealing_is_due(newest_)) {
        if (auto done = ledger_.seal_along(last_, newest_); !done) return fail(done.error());
    }
    std::vector<Entry> entries;
    for (const auto& record : batch) {
        if (const auto* reading = std::get_if<Reading>(&record.body)) {
            entries.push_back(
                {record.seq, to_millisecond(record.time), record.cause, record.actor, *reading});
        } else if (auto inserted = insert(record); !inserted) {
            return fail(inserted.error());
        }
        if (batch.size() <= gives_way_up_to) std::this_thread::yield();
    }
    if (!entries.empty()) {
        if (auto inserted = insert_batch(entries); !inserted) return fail(inserted.error());
    }
    if (auto inserted = insert(keepsakes); !inserted) return fail(inserted.error());
    const auto now = batch.empty() ? newest_ : batch.back().time;
    if (auto done = ledger_.sign_soon(now); !done) return fail(done.error());
    if (auto done = transaction.commit(); !done) return fail(done.error());
    ++shared_.commits;
    ledger_.committed(entries.size());
    if (batch.empty()) return last_;
    shared_.tail.add(std::move(entries));
    last_ = batch.back().seq;
    shared_.records += batch.size();
    see_time(batch.back().time);
    for (const auto& record : batch) {
        if (const auto* what = std::get_if<Forgotten>(&record.body))
            forgetter_.add(record.seq, *what);
    }
    return last_;
}

Result<void> Writer::insert(const Keepsakes& keepsakes) {
    for (const auto& [where, bytes] : keepsakes) {
        auto& statement = bytes.empty() ? forget_keepsake_ : insert_keepsake_;
        statement.bind(1, std::int64_t{where.first});
        statement.bind_text(2, where.second);
        body_ = bytes;
        append_checksum(body_);
        if (!bytes.empty()) statement.bind_blob(3, body_);
        if (auto done = statement.run(); !done) return done;
    }
    return {};
}

/// Moves the notion of "now" that retention goes by.
void Writer::see_time(Time time) {
    const bool ahead = time - newest_ > jump_min;
    const bool back = newest_ - time > jump_min;
    if (ahead) retention_resumes_ = options_.monotonic() + options_.retention_pause;
    if (time > newest_ || back) newest_ = time;
}

Result<void> Writer::insert(const Record& record) {
    if (auto learnt = learn(record.body); !learnt) return learnt;
    body_.clear();
    append_body_json(body_, record.body, shared_.names);
    insert_record_.bind(1, record.seq);
    insert_record_.bind(2, record.time.us);
    insert_record_.bind(3, std::int64_t{record.actor.index});
    if (record.cause == 0) {
        insert_record_.bind_null(4);
    } else {
        insert_record_.bind(4, record.cause);
    }
    insert_record_.bind_text(5, kind_name(record.body));
    const auto address = address_of(record);
    if (address.empty()) {
        insert_record_.bind_null(6);
    } else {
        insert_record_.bind_text(6, address);
    }
    insert_record_.bind_text(7, body_);
    const auto place = ledger_.add(record, body_);
    if (!place) return fail(place.error());
    insert_record_.bind(8, place->leaf);
    insert_record_.bind_blob(9, place->salt);
    return insert_record_.run();
}

std::string_view Writer::address_of(const Record& record) {
    if (const auto* ended = std::get_if<CommandEnded>(&record.body)) {
        const auto asked = commands_.find(ended->command);
        return asked == commands_.end() ? std::string_view{} : std::string_view(asked->second);
    }
    address_.clear();
    append_subject_matter(address_, record.body, shared_.names);
    if (std::holds_alternative<CommandAsked>(record.body) &&
        commands_.try_emplace(record.seq, address_).second) {
        commands_in_order_.push_back(record.seq);
        if (commands_in_order_.size() > commands_remembered_max) {
            commands_.erase(commands_in_order_.front());
            commands_in_order_.pop_front();
        }
    }
    return address_;
}

Result<void> Writer::learn(const Body& body) {
    if (const auto* named = std::get_if<SubjectNamed>(&body)) {
        shared_.names.learn(*named);
        insert_subject_.bind(1, std::int64_t{named->id.index});
        insert_subject_.bind_text(2, named->name);
        insert_subject_.bind_text(3, name(named->kind));
        return insert_subject_.run();
    }
    const auto* told = apart_if<ThingTold>(body);
    if (told == nullptr) return {};
    shared_.names.learn(*told);
    insert_thing_.bind(1, std::int64_t{told->thing.index});
    insert_thing_.bind_text(2, told->spec.id);
    if (auto done = insert_thing_.run(); !done) return done;
    const auto n = std::min(told->ids.size(), told->spec.properties.size());
    for (std::size_t i = 0; i < n; ++i) {
        const auto address = told->spec.id + "/" + told->spec.properties[i].name;
        insert_property_.bind(1, std::int64_t{told->ids[i].index});
        insert_property_.bind_text(2, address);
        insert_property_.bind(3, std::int64_t{told->thing.index});
        if (auto done = insert_property_.run(); !done) return done;
    }
    return {};
}

Result<void> Writer::insert_batch(const std::vector<Entry>& entries) {
    const auto blob = encode_batch(entries);
    insert_batch_.bind(1, entries.front().seq);
    insert_batch_.bind(2, entries.back().seq);
    insert_batch_.bind(3, static_cast<std::int64_t>(entries.size()));
    insert_batch_.bind_blob(4, blob);
    return insert_batch_.run();
}

Result<void> Writer::keep_snapshot(Seq seq, std::string_view bytes) {
    if (auto is_ready = ready(); !is_ready) return is_ready;
    return checked(insert_snapshot(seq, bytes));
}

Result<void> Writer::insert_snapshot(Seq seq, std::string_view bytes) {
    const auto blob = encode_snapshot(bytes);
    Transaction transaction(database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    auto insert =
        database_.prepare("INSERT OR REPLACE INTO snapshot(seq, made, body) VALUES (?,?,?)");
    if (!insert) return fail(insert.error());
    insert->bind(1, seq);
    insert->bind(2, newest_.us);
    insert->bind_blob(3, blob);
    if (auto done = insert->run(); !done) return done;
    auto done = database_.run(
        "DELETE FROM snapshot WHERE seq NOT IN (SELECT seq FROM snapshot ORDER BY seq DESC LIMIT "
        "2)");
    if (!done) return done;
    if (auto committed = transaction.commit(); !committed) return committed;
    snapshot_ = std::max(snapshot_, seq);
    return {};
}

Result<void> Writer::keep_for(PropertyId property, std::optional<Duration> retention) {
    if (auto is_ready = ready(); !is_ready) return is_ready;
    return checked(sweeper_.keep_for(property, retention));
}

}  // namespace foxtail::sqlite
