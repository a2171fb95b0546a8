#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/journal/merkle.hpp"
#include "foxtail/journal/note.hpp"

#include <string>
#include <string_view>
#include <vector>

// What a hub signs about its ledger: the checkpoint of C2SP tlog-checkpoint, and the statements
// about its keys. Both are texts of signed notes; the second line tells which (a checkpoint has a
// number there, everything else a word), so that no signature can be taken for another's.
namespace foxtail::ledger {

struct Checkpoint {
    std::string origin;  // which ledger: one line
    std::uint64_t size = 0;
    Hash root{};
    std::vector<std::string> extensions;  // lines we do not understand
    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};
[[nodiscard]] std::string format_checkpoint(const Checkpoint& checkpoint);
/// Error: invalid_input. What was parsed gives the same bytes when it is formatted.
[[nodiscard]] Result<Checkpoint> parse_checkpoint(std::string_view text);

/// From leaf `leaf` on, checkpoints are signed by `key`. Lines: origin, "key", leaf, from, the new
/// key, and the old one if there was one.
struct KeyChange {
    std::string origin;
    std::uint64_t leaf = 0;  // the leaf that holds this
    std::uint64_t from = 0;  // records up to this number are in earlier leaves, or in none
    VerifierKey key;
    std::vector<VerifierKey> before;  // none for the first key, else one
    friend bool operator==(const KeyChange&, const KeyChange&) = default;
};
[[nodiscard]] std::string format_key_change(const KeyChange& change);
/// Error: invalid_input.
[[nodiscard]] Result<KeyChange> parse_key_change(std::string_view text);

/// Origin of the ledger that began with this key: "foxtail/" and 16 hex digits of SHA-256(key).
[[nodiscard]] std::string origin_of(const std::array<std::uint8_t, 32>& first_key);

}  // namespace foxtail::ledger
