#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/grants/verdict.hpp"
#include "foxtail/journal/record.hpp"

#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace foxtail {

/// A command that has not ended.
struct Pending {
    Seq seq = 0;
    PropertyId property;  // meaningful when `action` is empty
    ThingId thing;
    std::string action;
    Value value;
    SubjectId asked_by;
    Duration time_to_live;
    std::uint8_t depth = 0;
    Seq grant = 0;  // that allowed it; 0 = none was needed
    Time asked_at;
    Duration confirm_within;  // a person has to confirm it first; 0 = it went at once
    bool at_home = false;     // asked from the household's own network
    Seq confirmation = 0;     // the record by which one did; 0 = none
    SubjectId agent = {};     // had a hand in what led a rule to it; the hub's number = none had

    [[nodiscard]] Asker asker() const { return {asked_by, at_home}; }
    [[nodiscard]] bool waits() const { return confirm_within.us > 0 && confirmation == 0; }
    /// The record that led to what it does.
    [[nodiscard]] Seq led() const { return confirmation != 0 ? confirmation : seq; }
};

/// The commands under way, and those that wait for a person to confirm them: a fold over
/// CommandAsked, WishConfirmed and CommandEnded.
class Commands {
public:
    static constexpr std::size_t pending_max = 10'000;
    /// So many commands for one property may be under way; the oldest gives way to a further one.
    static constexpr std::size_t pending_per_property_max = 4;

    void apply(const Record& record, const CommandAsked& asked);
    void apply(Seq seq, const WishConfirmed& confirmed);
    void apply(const CommandEnded& ended);
    [[nodiscard]] const Pending* find(Seq seq) const;
    /// The one that this record led to what it does: itself, or its confirmation.
    [[nodiscard]] const Pending* led_by(Seq record) const;
    /// The newest pending command for the property whose value equals `said` (numbers within the
    /// step), or null.
    [[nodiscard]] const Pending* matching(const PropertySpec& spec, PropertyId property,
                                          const Value& said) const;
    /// The commands under way for the property, in the order they left; null when there are none.
    /// What waits to be confirmed is not among them.
    [[nodiscard]] const std::vector<Seq>* waiting(PropertyId property) const;
    /// All, also what waits to be confirmed; oldest first.
    [[nodiscard]] const std::deque<Pending>& all() const { return pending_; }
    [[nodiscard]] std::size_t size() const { return pending_.size(); }

    void save(ByteWriter& out) const;
    [[nodiscard]] Result<void> load(ByteReader& in, std::uint64_t format = 7);

private:
    [[nodiscard]] std::deque<Pending>::iterator place(Seq seq);
    std::deque<Pending> pending_;   // by seq, ascending
    std::map<Seq, Seq> confirmed_;  // confirmation -> command
    // By property. An emptied list stays, so that commanding the same lamp again allocates nothing.
    std::unordered_map<std::uint32_t, std::vector<Seq>> waiting_;
};

/// True when a device that said `said` has done what `wanted` asked: equal, or for numbers within
/// half a step (at least a millionth of the value), because devices round.
[[nodiscard]] bool fulfils(const PropertySpec& spec, const Value& wanted, const Value& said);

}  // namespace foxtail
