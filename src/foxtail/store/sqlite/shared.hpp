#pragma once

#include "foxtail/store/sqlite/entry.hpp"
#include "foxtail/store/sqlite/name_table.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace foxtail::sqlite {

struct Options {
    std::string path;  // of the file; its folder exists
    std::string vfs;   // SQLite's name of a VFS; empty = the system's
    std::string synchronous =
        "FULL";  // anything less loses acknowledged records with the power: controls only
    std::uint32_t seal_readings = 32 * 1024;  // unsealed readings that start a round of sealing
    Duration seal_age = hours(1);  // so does the oldest one's age, by the times of records
    /// After the clock went ahead by more than a day and a half, nothing is dropped for being old
    /// until so much time has truly passed: a wrong clock must not cost a year of history.
    Duration retention_pause = hours(24);
    std::function<Duration()> monotonic;  // empty = the machine's
    std::string ledger_key;  // file of the ledger's key, made when missing; empty = beside `path`
    std::uint64_t reserve_bytes = 0;  // kept free so that things can be taken back on a full disk
    std::uint32_t ledger_readings = 4096;  // that many readings at most are one leaf of the ledger
    Duration ledger_age = minutes(5);      // after that they are, however few
    Duration checkpoint_after = milliseconds(900);  // the ledger grew; promised is a second
    /// Called on the writer's thread when the upkeep after a round of sealing is done: what the
    /// readings took until then is free, in many small pieces.
    std::function<void()> rested;
};

/// The readings that are on disk but not sealed, oldest first: a chart must not read thousands of
/// batches. The writer adds and drops; it alone may look without the lock, through batches().
class Tail {
public:
    void add(std::vector<Entry>&& batch);
    /// Drops what is sealed up to `seq`.
    void drop(Seq seq);
    /// Calls `each` for every entry of `property`, oldest first, with the lock held.
    void for_each(PropertyId property, const std::function<void(const Entry&)>& each) const;

    [[nodiscard]] const std::deque<std::vector<Entry>>& batches() const { return batches_; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    mutable std::mutex mutex_;
    std::deque<std::vector<Entry>> batches_;
    std::size_t size_ = 0;
};

/// What the writer's thread and the reader's thread both know.
struct Shared {
    NameTable names;
    Tail tail;
    /// Grows when the writer stopped trusting its connection; the reader opens a new one too.
    std::atomic<std::uint64_t> generation{0};
    std::atomic<std::uint64_t> records{0};
    std::atomic<std::uint64_t> readings_sealed{0};
    std::atomic<std::uint64_t> commits{0};
    std::atomic<std::uint64_t> failures{0};
    std::atomic<Seq> forgotten_to{~Seq{0}};  // below the first record of kind forgotten that waits
};

}  // namespace foxtail::sqlite
