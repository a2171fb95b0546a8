#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/journal/record.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// What the command line does with a journal's file. Each works while Foxtail runs on the same file,
// and blocks.
namespace foxtail::sqlite {

struct Verified {
    Seq last = 0;
    std::uint64_t records = 0;           // that are no readings
    std::uint64_t readings_waiting = 0;  // in batches
    std::uint64_t readings_sealed = 0;
    std::uint64_t readings_dropped = 0;  // retention ended
    std::uint64_t segments = 0;
    std::uint64_t records_erased = 0;
    std::uint64_t leaves = 0;           // of the ledger
    std::uint64_t leaves_held = 0;      // of them, under a checkpoint that holds
    std::vector<std::string> problems;  // empty = all is well; at most 100
};
/// SQLite's own check, every checksum, every record read, each number in exactly one place, and the
/// ledger: every leaf made again and put under the signed checkpoints.
/// Error: the file cannot be read at all.
[[nodiscard]] Result<Verified> verify(const std::string& path);

struct Stat {
    Seq last = 0;
    std::uint64_t bytes = 0;  // of the file and its log
    std::uint64_t free_bytes = 0;
    std::uint64_t records = 0;
    std::uint64_t readings_waiting = 0;
    std::uint64_t readings_sealed = 0;
    std::uint64_t segments = 0;
    std::uint64_t segment_bytes = 0;
    std::uint64_t batch_bytes = 0;
    std::uint64_t snapshots = 0;
    std::int64_t schema_version = 0;
};
[[nodiscard]] Result<Stat> stat(const std::string& path);

/// Gives every record from `from` on as one line of JSON (without the line's end), in order. `line`
/// gives false to stop. Names are those the file knows.
[[nodiscard]] Result<void> export_lines(const std::string& path, Seq from,
                                        const std::function<bool(std::string_view line)>& line);

/// Writes the ledger as docs/ledger-format.md describes it. `write` gets whole lines with their
/// ends, and gives false to stop. Error: not_found when the file is older than ledgers.
[[nodiscard]] Result<void> export_ledger(const std::string& path,
                                         const std::function<bool(std::string_view lines)>& write);

/// Gives the ledger another key, which the present one signs for. Nobody else uses the file. The
/// new key, as it is named to verifiers.
[[nodiscard]] Result<std::string> rotate_ledger_key(const std::string& path);

/// Copies the file as it stands at one moment to `to`, which must not exist; complete and synced
/// when it returns.
[[nodiscard]] Result<void> backup(const std::string& path, const std::string& to);

}  // namespace foxtail::sqlite
