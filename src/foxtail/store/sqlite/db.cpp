#include "foxtail/store/sqlite/db.hpp"

#include "foxtail/base/assert.hpp"

#include <sqlite3.h>

namespace foxtail::sqlite {
namespace {

// Readers and the writer never wait for each other in WAL mode; a backup or a shell at a checkpoint
// may be waited for this long.
constexpr int busy_ms_max = 2000;

Code code_of(int status) {
    switch (status & 0xFF) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Code::corrupt;
        case SQLITE_FULL:
            return Code::exhausted;
        case SQLITE_CONSTRAINT:
            return Code::conflict;
        default:
            return Code::unavailable;
    }
}

auto error_of(sqlite3* connection) {
    const int status = sqlite3_extended_errcode(connection);
    return fail(code_of(status), "sqlite: " + std::string(sqlite3_errmsg(connection)) + " (" +
                                     std::to_string(status) + ")");
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* s) const {
    sqlite3_finalize(s);
}

void Statement::bind(int place, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), place, value);
}
void Statement::bind_text(int place, std::string_view text) {
    sqlite3_bind_text64(statement_.get(), place, text.empty() ? "" : text.data(), text.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
}
void Statement::bind_blob(int place, std::string_view bytes) {
    sqlite3_bind_blob64(statement_.get(), place, bytes.empty() ? "" : bytes.data(), bytes.size(),
                        SQLITE_STATIC);
}
void Statement::bind_null(int place) {
    sqlite3_bind_null(statement_.get(), place);
}

Result<bool> Statement::step() {
    const int status = sqlite3_step(statement_.get());
    if (status == SQLITE_ROW) return true;
    if (status == SQLITE_DONE) return false;
    auto error = error_of(sqlite3_db_handle(statement_.get()));
    sqlite3_reset(statement_.get());
    return error;
}

Result<void> Statement::run() {
    const auto row = step();
    reset();
    if (!row) return fail(row.error());
    return {};
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}
bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
std::string_view Statement::text(int column) const {
    const auto* const text =
        reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}
std::string_view Statement::blob(int column) const {
    const auto* const bytes =
        static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Database::Close::operator()(sqlite3* connection) const {
    sqlite3_close_v2(connection);
}

Result<Database> Database::open(const std::string& path, Mode mode, const std::string& vfs) {
    const int how = mode == Mode::read_only    ? SQLITE_OPEN_READONLY
                    : mode == Mode::read_write ? SQLITE_OPEN_READWRITE
                                               : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    // SQLite's statistics of memory take a lock at every allocation, and nobody reads them.
    static const int told_once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)told_once;
    sqlite3* raw = nullptr;
    const int status = sqlite3_open_v2(path.c_str(), &raw, how | SQLITE_OPEN_NOMUTEX,
                                       vfs.empty() ? nullptr : vfs.c_str());
    Database database;
    database.connection_.reset(raw);
    if (status != SQLITE_OK) {
        const std::string why = raw != nullptr ? sqlite3_errmsg(raw) : "out of memory";
        return fail(code_of(status), "cannot open " + path + ": " + why);
    }
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_timeout(raw, busy_ms_max);
    return database;
}

Result<void> Database::run(const std::string& sql) {
    if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        return error_of(connection_.get());
    }
    return {};
}

Result<Statement> Database::prepare(const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    const int status =
        sqlite3_prepare_v3(connection_.get(), sql.c_str(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (status != SQLITE_OK) return error_of(connection_.get());
    Statement statement;
    statement.statement_.reset(raw);
    return statement;
}

Result<std::int64_t> Database::number(const std::string& sql) {
    auto statement = prepare(sql);
    if (!statement) return fail(statement.error());
    const auto row = statement->step();
    if (!row) return fail(row.error());
    return *row ? statement->integer(0) : 0;
}

Result<void> Database::checkpoint(bool wait_and_empty) {
    const int mode = wait_and_empty ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    const int status =
        sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, mode, nullptr, nullptr);
    if (status != SQLITE_OK && status != SQLITE_BUSY) return error_of(connection_.get());
    return {};
}

void Database::distrust() {
    sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Transaction::~Transaction() {
    // A failed rollback leaves a connection that the caller closes; there is nothing else to do
    // about it.
    if (open_) (void)database_.run("ROLLBACK");
}

Result<void> Transaction::begin(bool to_write) {
    auto begun = database_.run(to_write ? "BEGIN IMMEDIATE" : "BEGIN");
    open_ = begun.has_value();
    return begun;
}

Result<void> Transaction::commit() {
    auto done = database_.run("COMMIT");
    if (done) open_ = false;
    return done;
}

}  // namespace foxtail::sqlite
