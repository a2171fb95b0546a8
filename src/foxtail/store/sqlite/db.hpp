#pragma once

#include "foxtail/base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace foxtail::sqlite {

/// A prepared statement. Places count from 1, columns from 0, as SQLite has them.
class Statement {
public:
    Statement() = default;

    void bind(int place, std::int64_t value);
    void bind(int place, std::uint64_t value) { bind(place, static_cast<std::int64_t>(value)); }
    /// The bytes must live until the next reset().
    void bind_text(int place, std::string_view text);
    void bind_blob(int place, std::string_view bytes);
    void bind_null(int place);

    /// True when there is a row to look at.
    [[nodiscard]] Result<bool> step();
    /// For statements without rows: step() and reset().
    [[nodiscard]] Result<void> run();
    void reset();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::uint64_t number(int column) const {
        return static_cast<std::uint64_t>(integer(column));
    }
    [[nodiscard]] bool is_null(int column) const;
    /// Valid until the next step() or reset().
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::string_view blob(int column) const;

private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* s) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// One connection, used by one thread at a time.
class Database {
public:
    enum class Mode { read_write_create, read_write, read_only };
    /// `vfs` may be empty. Errors: unavailable, corrupt, exhausted (disk full).
    [[nodiscard]] static Result<Database> open(const std::string& path, Mode mode,
                                               const std::string& vfs);

    Database() = default;
    [[nodiscard]] bool is_open() const { return connection_ != nullptr; }
    [[nodiscard]] Result<void> run(const std::string& sql);
    [[nodiscard]] Result<Statement> prepare(const std::string& sql);
    /// The first column of the only row.
    [[nodiscard]] Result<std::int64_t> number(const std::string& sql);
    [[nodiscard]] sqlite3* raw() const { return connection_.get(); }

    /// Copies the log into the file as far as readers allow. `wait_and_empty`: all of it, and
    /// shortens the log.
    [[nodiscard]] Result<void> checkpoint(bool wait_and_empty);
    /// Closing leaves the log as it is: its last pages are not to be trusted.
    void distrust();

private:
    struct Close {
        void operator()(sqlite3* connection) const;
    };
    std::unique_ptr<sqlite3, Close> connection_;
};

/// Rolls back when it was not committed.
class Transaction {
public:
    explicit Transaction(Database& database) : database_(database) {}
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    [[nodiscard]] Result<void> begin(bool to_write = true);
    [[nodiscard]] Result<void> commit();

private:
    Database& database_;
    bool open_ = false;
};

}  // namespace foxtail::sqlite
