#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/journal/checkpoint.hpp"
#include "foxtail/journal/record.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What stands in the leaves of the ledger: canonical JSON (RFC 8785, whole numbers only), so that a
// person can read it and everybody hashes the same bytes. docs/ledger-format.md describes it for
// others. Nothing here tells what somebody said or was called: a record's body is committed to with
// a salt, and who acted is a number whose name stands in a body. So bodies can be erased, and every
// proof stays.
namespace foxtail::ledger {

constexpr std::size_t salt_bytes = 16;

/// SHA-256(salt || body): tells nothing about the body to who lacks the salt, and fits no other.
[[nodiscard]] Hash commit(std::string_view salt, std::string_view body);

/// One record that is no reading.
struct RecordLeaf {
    Seq seq = 0;
    Time time;
    SubjectId actor;
    Seq cause = 0;
    std::string_view kind;  // of a parsed leaf: points into the text
    Hash body{};            // commit() of it
};

/// All readings among the records `first` to `last`, in blocks.
struct SegmentLeaf {
    Seq first = 0;
    Seq last = 0;
    std::uint64_t readings = 0;
    std::uint64_t blocks = 0;
    Time time;    // of receipt of the last reading; with none, of the last record
    Hash root{};  // of the tree over block_leaf() of the blocks
};

/// Another key signs from here on.
struct KeyLeaf {
    Time time;
    std::string note;  // a signed note of a KeyChange
};

using Leaf = std::variant<RecordLeaf, SegmentLeaf, KeyLeaf>;

void append_leaf(std::string& out, const RecordLeaf& leaf);
void append_leaf(std::string& out, const SegmentLeaf& leaf);
void append_leaf(std::string& out, const KeyLeaf& leaf);
/// Error: invalid_input. What was parsed gives the same bytes when it is appended.
[[nodiscard]] Result<Leaf> parse_leaf(std::string_view text);

/// A block holds readings of one property, in order: what is shown or erased together.
constexpr std::size_t block_readings_max = 32;

/// Writes a block's text:
/// {"property":17,"readings":[[101,1763772063123,21.5,null,3,0,"good"],...]}. Each reading tells
/// what is new against the one before: number and time of receipt (milliseconds) as differences,
/// its value, then, where they are others than before, microseconds from receipt to when it was
/// true (null = not known), actor, cause and quality: none, the first, or all four of these. Before
/// the first one everything is 0, null and "good".
class BlockText {
public:
    BlockText(std::string& out, PropertyId property);
    void add(Seq seq, Time time, SubjectId actor, Seq cause, const Reading& reading);
    void end();

private:
    std::string& out_;
    bool first_ = true;
    Seq seq_ = 0;
    std::int64_t ms_ = 0;
    bool source_known_ = false;
    std::int64_t ahead_us_ = 0;
    SubjectId actor_;
    Seq cause_ = 0;
    Quality quality_ = Quality::good;
};

/// A block's leaf in its segment's tree.
[[nodiscard]] Hash block_leaf(std::string_view salt, std::string_view text);

struct Block {
    PropertyId property;
    std::vector<Seq> readings;
};
/// Error: invalid_input. Values are not looked at.
[[nodiscard]] Result<Block> parse_block(std::string_view text);

}  // namespace foxtail::ledger
