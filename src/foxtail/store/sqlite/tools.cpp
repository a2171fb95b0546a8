#include "foxtail/store/sqlite/tools.hpp"

#include "foxtail/json/record.hpp"
#include "foxtail/store/sqlite/batch.hpp"
#include "foxtail/store/sqlite/ledger_export.hpp"
#include "foxtail/store/sqlite/reader.hpp"
#include "foxtail/store/sqlite/segment.hpp"
#include "foxtail/store/sqlite/writer.hpp"
#include "foxtail/verify/audit.hpp"

#include <algorithm>
#include <filesystem>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace foxtail::sqlite {
namespace {

constexpr std::size_t problems_max = 100;

/// A file opened for looking, with its names.
struct Opened {
    explicit Opened(const std::string& path) : reader(Options{.path = path}, shared) {}
    [[nodiscard]] Result<void> open() {
        if (auto opened = reader.open(); !opened) return opened;
        return shared.names.load(reader.database());
    }
    Shared shared;
    Reader reader;
};

Result<std::uint64_t> number_of(Database& database, const std::string& sql) {
    const auto number = database.number(sql);
    if (!number) return fail(number.error());
    return static_cast<std::uint64_t>(*number);
}

/// Files of older versions have none until Foxtail runs on them.
Result<bool> has_ledger(Database& database) {
    const auto tables =
        database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'ledger_leaf'");
    if (!tables) return fail(tables.error());
    if (*tables == 0) return false;
    const auto leaves = database.number("SELECT count(*) FROM ledger_leaf");
    if (!leaves) return fail(leaves.error());
    return *leaves > 0;
}

/// Looks through a file and keeps what is wrong.
class Check {
public:
    Check(Opened& file, Verified& out)
        : file_(file), database_(file.reader.database()), out_(out) {}

    Result<void> all() {
        Transaction same_moment(database_);
        if (auto begun = same_moment.begin(false); !begun) return begun;
        const auto last = file_.reader.last();
        if (!last) return fail(last.error());
        out_.last = *last;
        seen_.assign(*last + 1, false);
        const auto dropped =
            number_of(database_, "SELECT value FROM state WHERE name = 'readings_dropped'");
        const auto sealed_to =
            number_of(database_, "SELECT value FROM state WHERE name = 'sealed_to'");
        if (!dropped) return fail(dropped.error());
        if (!sealed_to) return fail(sealed_to.error());
        out_.readings_dropped = *dropped;
        const auto erased = number_of(
            database_, "SELECT coalesce(sum(value), 0) FROM state WHERE name = 'records_erased'");
        if (!erased) return fail(erased.error());
        out_.records_erased = *erased;
        for (const auto step : {&Check::pages, &Check::records, &Check::segments}) {
            if (auto done = (this->*step)(); !done) return done;
        }
        if (auto done = batches(*sealed_to); !done) return done;
        if (auto done = numbers(); !done) return done;
        return ledger();
    }

private:
    void problem(std::string text) {
        if (out_.problems.size() < problems_max) out_.problems.push_back(std::move(text));
    }
    void see(Seq seq, const std::string& where) {
        if (seq == 0 || seq >= seen_.size())
            return problem(where + ": number " + std::to_string(seq) + " is none");
        if (seen_[seq]) return problem(where + ": number " + std::to_string(seq) + " stands twice");
        seen_[seq] = true;
    }
    template <class Each>
    Result<void> rows(const std::string& sql, Each each) {
        auto rows = database_.prepare(sql);
        if (!rows) return fail(rows.error());
        while (true) {
            const auto row = rows->step();
            if (!row) {
                problem(row.error().message);
                return {};
            }
            if (!*row) return {};
            each(*rows);
        }
    }
    Result<void> pages() {
        return rows("PRAGMA integrity_check(20)", [&](const Statement& row) {
            if (row.text(0) != "ok") problem("pages: " + std::string(row.text(0)));
        });
    }
    Result<void> records() {
        return rows("SELECT seq, kind, body FROM record ORDER BY seq", [&](const Statement& row) {
            const auto where = "record " + std::to_string(row.number(0));
            ++out_.records;
            see(row.number(0), where);
            const auto body = body_from_json(row.text(1), row.text(2), file_.shared.names);
            if (!body) problem(where + ": " + body.error().message);
        });
    }
    Result<void> segments() {
        return rows("SELECT id, first_seq, last_seq, readings, body FROM segment",
                    [&](const Statement& row) {
                        const auto where = "segment " + std::to_string(row.integer(0));
                        ++out_.segments;
                        std::vector<Entry> entries;
                        const auto segment = Segment::open(row.blob(4));
                        if (!segment) return problem(where + ": " + segment.error().message);
                        if (auto read = segment->entries(0, ~Seq{0}, {}, entries); !read) {
                            return problem(where + ": " + read.error().message);
                        }
                        if (entries.empty() || entries.front().seq != row.number(1) ||
                            entries.back().seq != row.number(2) ||
                            entries.size() != row.number(3)) {
                            problem(where + ": the row says other than its body");
                        }
                        out_.readings_sealed += entries.size();
                        for (const auto& entry : entries) see(entry.seq, where);
                    });
    }
    Result<void> batches(Seq sealed_to) {
        return rows("SELECT first_seq, last_seq, n, body FROM reading_batch WHERE last_seq > " +
                        std::to_string(sealed_to),
                    [&](const Statement& row) {
                        const auto where = "batch " + std::to_string(row.number(0));
                        std::vector<Entry> entries;
                        if (auto read = decode_batch(row.blob(3), entries); !read) {
                            return problem(where + ": " + read.error().message);
                        }
                        if (entries.empty() || entries.front().seq != row.number(0) ||
                            entries.back().seq != row.number(1) ||
                            entries.size() != row.number(2)) {
                            problem(where + ": the row says other than its body");
                        }
                        out_.readings_waiting += entries.size();
                        for (const auto& entry : entries) see(entry.seq, where);
                    });
    }
    /// What retention took leaves holes; how many there may be is on record.
    Result<void> numbers() {
        const auto holes =
            static_cast<std::uint64_t>(std::count(seen_.begin() + 1, seen_.end(), false));
        if (holes == out_.readings_dropped + out_.records_erased) return {};
        const auto first = std::find(seen_.begin() + 1, seen_.end(), false);
        problem("numbers: " + std::to_string(holes) + " are missing, " +
                std::to_string(out_.readings_dropped + out_.records_erased) +
                " were dropped or erased" +
                (first == seen_.end() ? ""
                                      : "; the first is " + std::to_string(first - seen_.begin())));
        return {};
    }

    Result<void> ledger() {
        const auto there = has_ledger(database_);
        if (!there) return fail(there.error());
        if (!*there) return {};
        ledger::Audit audit({});
        LedgerExport source(file_.reader, [&](std::string_view lines) {
            while (!lines.empty()) {
                const auto end = lines.find('\n');
                audit.line(lines.substr(0, end));
                lines.remove_prefix(end + 1);
            }
            return true;
        });
        if (auto done = source.run(); !done) {
            problem("ledger: " + done.error().message);
            return {};
        }
        const auto found = audit.finish();
        out_.leaves = found.leaves;
        out_.leaves_held = found.size_signed;
        for (const auto& one : found.problems) problem("ledger: " + one.what);
        if (!found.good() && found.first_bad() != 0)
            problem("ledger: first bad sequence number: " + std::to_string(found.first_bad()));
        return {};
    }

    Opened& file_;
    Database& database_;
    Verified& out_;
    std::vector<bool> seen_;
};

Result<void> sync_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return fail(Code::unavailable, "cannot open " + path);
    const bool synced = ::fsync(file) == 0;
    ::close(file);
    if (!synced) return fail(Code::unavailable, "cannot sync " + path);
    return {};
}

}  // namespace

Result<Verified> verify(const std::string& path) {
    Opened file(path);
    if (auto opened = file.open(); !opened) return fail(opened.error());
    Verified out;
    if (auto done = Check(file, out).all(); !done) return fail(done.error());
    return out;
}

Result<Stat> stat(const std::string& path) {
    Opened file(path);
    if (auto opened = file.open(); !opened) return fail(opened.error());
    Stat out;
    const auto last = file.reader.last();
    if (!last) return fail(last.error());
    out.last = *last;
    std::uint64_t free_pages = 0;
    std::uint64_t version = 0;
    const std::pair<std::uint64_t*, const char*> all[] = {
        {&free_pages, "PRAGMA freelist_count"},
        {&version, "PRAGMA user_version"},
        {&out.records, "SELECT count(*) FROM record"},
        {&out.readings_waiting,
         "SELECT sum(n) FROM reading_batch WHERE last_seq > (SELECT value FROM state WHERE name = "
         "'sealed_to')"},
        {&out.readings_sealed, "SELECT sum(readings) FROM segment"},
        {&out.segments, "SELECT count(*) FROM segment"},
        {&out.segment_bytes, "SELECT sum(length(body)) FROM segment"},
        {&out.batch_bytes, "SELECT sum(length(body)) FROM reading_batch"},
        {&out.snapshots, "SELECT count(*) FROM snapshot"},
    };
    for (const auto& [to, sql] : all) {
        const auto number = number_of(file.reader.database(), sql);
        if (!number) return fail(number.error());
        *to = *number;
    }
    const auto page = number_of(file.reader.database(), "PRAGMA page_size");
    if (!page) return fail(page.error());
    out.free_bytes = free_pages * *page;
    out.schema_version = static_cast<std::int64_t>(version);
    std::error_code none;
    out.bytes = std::filesystem::file_size(path, none);
    const auto log = std::filesystem::file_size(path + "-wal", none);
    if (!none) out.bytes += log;
    return out;
}

Result<void> export_lines(const std::string& path, Seq from,
                          const std::function<bool(std::string_view line)>& line) {
    Opened file(path);
    if (auto opened = file.open(); !opened) return opened;
    std::string text;
    bool stopped = false;
    auto replayed = file.reader.replay(from, [&](Record&& record) -> Result<void> {
        text.clear();
        append_record_json(text, record, file.shared.names);
        stopped = !line(text);
        if (stopped) return fail(Code::exhausted, "stopped");
        return {};
    });
    if (stopped) return {};
    return replayed;
}

Result<void> export_ledger(const std::string& path,
                           const std::function<bool(std::string_view lines)>& write) {
    Opened file(path);
    if (auto opened = file.open(); !opened) return opened;
    Transaction same_moment(file.reader.database());
    if (auto begun = same_moment.begin(false); !begun) return begun;
    const auto there = has_ledger(file.reader.database());
    if (!there) return fail(there.error());
    if (!*there)
        return fail(Code::not_found, path + " has no ledger; it gets one when a hub runs on it");
    return LedgerExport(file.reader, write).run();
}

Result<std::string> rotate_ledger_key(const std::string& path) {
    Shared shared;
    Writer writer(Options{.path = path}, shared);
    if (auto opened = writer.open(); !opened) return fail(opened.error());
    if (auto done = writer.rotate_ledger_key(); !done) return fail(done.error());
    auto key = ledger::format_verifier_key(writer.ledger().key());
    writer.close();
    return key;
}

Result<void> backup(const std::string& path, const std::string& to) {
    if (std::filesystem::exists(to)) return fail(Code::conflict, to + " exists already");
    auto from = Database::open(path, Database::Mode::read_write, "");
    if (!from) return fail(from.error());
    {
        auto copy = Database::open(to, Database::Mode::read_write_create, "");
        if (!copy) return fail(copy.error());
        auto* const job = sqlite3_backup_init(copy->raw(), "main", from->raw(), "main");
        if (job == nullptr) return fail(Code::unavailable, sqlite3_errmsg(copy->raw()));
        // All pages in one step: WAL readers do not stop the writer, and a step in between would
        // start anew whenever a commit came.
        const int status = sqlite3_backup_step(job, -1);
        sqlite3_backup_finish(job);
        if (status != SQLITE_DONE)
            return fail(Code::unavailable, "backup: " + std::string(sqlite3_errstr(status)));
    }
    return sync_file(to);
}

}  // namespace foxtail::sqlite
