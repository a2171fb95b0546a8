#pragma once

#include "foxtail/journal/export.hpp"
#include "foxtail/journal/note.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::ledger {

/// What an export of a ledger was found to be.
struct Findings {
    struct Problem {
        Seq seq = 0;  // the first record in doubt; 0 = about no record
        std::string what;
        bool exact = false;  // it is this record, and not one near it
    };
    std::vector<Problem> problems;  // the first 100
    std::uint64_t problem_count = 0;

    std::string origin;
    std::vector<VerifierKey> keys;  // in the order in which they signed
    bool key_was_given = false;     // by who asked, not by the export alone
    std::uint64_t leaves = 0;
    std::uint64_t leaves_hidden = 0;
    std::uint64_t records = 0;   // leaves about one record
    std::uint64_t bodies = 0;    // of them shown
    std::uint64_t segments = 0;  // leaves about readings
    std::uint64_t readings = 0;  // in them
    std::uint64_t readings_shown = 0;
    std::uint64_t blocks = 0;
    std::uint64_t blocks_shown = 0;
    std::uint64_t checkpoints = 0;
    std::uint64_t cosigned = 0;     // checkpoints that a given witness signed, too
    std::uint64_t size_signed = 0;  // leaves under the largest checkpoint that holds
    Seq from = 0;                   // the ledger tells of records after this one
    Seq complete_to = 0;            // every record up to this one is in a leaf
    Seq last = 0;

    [[nodiscard]] bool good() const { return problem_count == 0; }
    /// The smallest number of a record that is bad; when none is known exactly, of one in doubt; 0
    /// when there is none.
    [[nodiscard]] Seq first_bad() const;
};

/// Checks an export line by line, with no network, no clock and no trust but in the keys it is
/// given. Memory: some 120 bytes a leaf.
class Audit {
public:
    struct Trust {
        std::optional<VerifierKey> key;      // one that the ledger had; none = as the export says
        std::vector<VerifierKey> witnesses;  // whose signatures are counted
    };
    explicit Audit(Trust trust) : trust_(std::move(trust)) {}

    /// One line without its end.
    void line(std::string_view text);
    [[nodiscard]] Findings finish();

private:
    struct Body {
        Seq seq = 0;
        Hash commitment{};
    };
    struct Signed {
        Checkpoint checkpoint;
        Note note;
        std::size_t line = 0;
    };
    /// The leaf before is about readings; its blocks follow.
    struct OpenSegment {
        SegmentLeaf leaf;
        Tree tree;
        std::vector<Seq> shown;
        bool all_shown = true;
    };

    void problem(Seq seq, std::string what, bool exact = false);
    [[nodiscard]] std::string here() const { return "line " + std::to_string(line_) + ": "; }
    [[nodiscard]] Seq next_seq() const { return last_seq_ + 1; }

    void header(std::string_view text);
    void checkpoint(std::string_view text);
    void hashes(std::string_view text);
    void hidden_leaf(std::string_view text);
    void body(std::string_view text);
    void block(std::string_view text);
    void hidden_block(std::string_view text);
    void end(std::string_view text);
    void leaf(std::string_view text);
    void take(const RecordLeaf& leaf);
    void take(const SegmentLeaf& leaf);
    void take(const KeyLeaf& leaf);
    void key_problem(const std::string& what);
    void close_segment();
    void check_readings(const OpenSegment& segment);

    [[nodiscard]] bool check_signature(const Signed& one);
    void check_trees();
    void check_told(bool leaves_hold, std::uint64_t told_holds);
    void name_bad_leaf(std::size_t at);
    void check_trust();

    Trust trust_;
    Findings out_;
    std::size_t line_ = 0;
    bool ended_ = false;
    std::vector<Hash> leaves_;  // of the lines
    std::vector<Seq> seqs_;
    std::vector<Hash> told_;  // as the lines of hashes say
    std::vector<Seq> told_seqs_;
    std::vector<Body> bodies_;  // by number, as they come
    std::vector<bool> shown_;
    std::vector<Signed> checkpoints_;
    std::vector<std::uint64_t> key_leaves_;  // from which leaf on which key signs
    std::vector<bool> key_continues_;        // the key before signed for it
    std::optional<OpenSegment> segment_;
    std::size_t counted_ = 0;  // of bodies_, those in closed segments' ranges
    Seq last_seq_ = 0;
};

}  // namespace foxtail::ledger
