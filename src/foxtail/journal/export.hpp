#pragma once

#include "foxtail/journal/leaf.hpp"
#include "foxtail/journal/merkle.hpp"

#include <span>
#include <string>
#include <string_view>

// The lines of a ledger's export; docs/ledger-format.md describes the whole. Each is canonical
// JSON. A leaf stands as it was hashed, so its line is its bytes. What is hashed in other lines
// stands in a string.
namespace foxtail::ledger {

/// The first line.
void append_header_line(std::string& out, std::string_view origin);
/// A signed note.
void append_checkpoint_line(std::string& out, std::string_view note);
/// What the next leaves hash to, from leaf `from` on, and the number each begins with (0 for a leaf
/// that is about no record): tells which leaf is bad, once the tree tells that one is.
void append_hashes_line(std::string& out, std::uint64_t from, std::span<const Hash> hashes,
                        std::span<const Seq> seqs);
/// A leaf that is not shown.
void append_hidden_leaf_line(std::string& out, const Hash& hash);
/// What the record `seq` says.
void append_body_line(std::string& out, Seq seq, std::string_view salt, std::string_view body);
/// The next block of the segment in leaf `leaf`, which is the leaf before.
void append_block_line(std::string& out, std::uint64_t leaf, std::string_view salt,
                       std::string_view text);
/// The same, erased or not shown.
void append_hidden_block_line(std::string& out, std::uint64_t leaf, const Hash& hash);

/// How many of what there are; the last line.
struct ExportCounts {
    std::uint64_t blocks = 0;  // shown
    std::uint64_t bodies = 0;
    std::uint64_t checkpoints = 0;
    std::uint64_t leaves = 0;
    friend bool operator==(const ExportCounts&, const ExportCounts&) = default;
};
void append_end_line(std::string& out, const ExportCounts& counts);

}  // namespace foxtail::ledger
