#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/journal/record.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace foxtail {

/// What is believed of one property now.
struct Belief {
    Value value;                      // Null until somebody said something
    Time source_time;                 // when it was true
    Time receipt_time;                // when it was heard; unknown = never
    Seq seq = 0;                      // the reading's record
    Quality quality = Quality::good;  // good or estimated
    std::uint8_t depth = 0;           // how many rules led here, one after the other
    std::uint32_t boot = 0;           // the start of the program in which it was heard
    Value wanted;                     // Null when nobody wished anything yet
    Seq wanted_by = 0;                // the command that wished it
    Seq refused = 0;                  // the newest reading's record, when it did not fit; 0: it did
    SubjectId agent;                  // had a hand in the value; the hub's number = none had

    /// The record that made it what is told of it.
    [[nodiscard]] Seq told_by() const { return refused != 0 ? refused : seq; }
};

/// What a reading did to the twin.
struct Change {
    PropertyId property;
    Seq seq = 0;           // of the reading's record
    bool first = false;    // nothing was known before
    bool changed = false;  // the value differs from the one before
    std::uint8_t depth = 0;
    SubjectId agent;
    Value before;  // the value before; Null when first
};

/// What the house is believed to be now: a left fold over the journal and nothing else. No clock,
/// no I/O, no randomness, so replaying a journal always ends in the same twin.
class Twin {
public:
    /// Makes room for properties 0 .. count-1.
    void grow(std::size_t count);
    /// Folds in a reading. Empty when it is older (source time) than what is already believed.
    std::optional<Change> apply(const Reading& reading, Seq seq, Time receipt, std::uint8_t depth,
                                SubjectId agent = {});
    /// True when apply() would leave it out as older than what is already believed. Inline, for the
    /// hot path.
    [[nodiscard]] bool late(const Reading& reading) const {
        // Late by radio, not news. A wall clock set back is another matter: what is newer by
        // receipt from a source without a clock of its own must not be locked out until the clock
        // has caught up.
        const Belief& belief = beliefs_[reading.property.index];
        return belief.seq != 0 && reading.source_time.known() &&
               reading.source_time < belief.source_time;
    }
    /// A reading came that did not fit: what was believed stays, and is `bad` until one fits or the
    /// program starts anew.
    void refuse(PropertyId property, Seq seq) { beliefs_[property.index].refused = seq; }
    /// A command wished a value.
    void want(PropertyId property, const Value& value, Seq command);
    /// What was heard and wished up to a record, within a time of receipt (unknown = without
    /// limit), was never said.
    void forget(PropertyId property, Seq before, Time from, Time until);
    /// The program started anew: what is known from before is unconfirmed until said again.
    void start(std::uint32_t boot);

    [[nodiscard]] const Belief& belief(PropertyId property) const {
        return beliefs_[property.index];
    }
    [[nodiscard]] std::size_t size() const { return beliefs_.size(); }
    [[nodiscard]] std::uint32_t boot() const { return boot_; }

    /// The quality as it is at `now`: unconfirmed and stale are derived, never recorded.
    [[nodiscard]] Quality quality(PropertyId property, const PropertySpec& spec, Time now) const;

    void save(ByteWriter& out) const;
    /// `format`: of the household's snapshot; before 6 nothing was refused, before 7
    /// nothing was known of agents' hands.
    [[nodiscard]] Result<void> load(ByteReader& in, std::uint64_t format);

private:
    std::vector<Belief> beliefs_;
    std::uint32_t boot_ = 0;
};

}  // namespace foxtail
