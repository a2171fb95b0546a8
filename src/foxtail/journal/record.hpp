#pragma once

#include "foxtail/base/apart.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/journal/terms.hpp"
#include "foxtail/model/reading.hpp"
#include "foxtail/model/thing.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace foxtail {

/// Place of a record in its household's journal: 1, 2, 3, ... without gaps. 0 means "none".
using Seq = std::uint64_t;

/// Number of a subject in its household; dense from 0, in the order of naming. 0 is the hub itself.
struct SubjectId {
    std::uint32_t index = 0;
    friend constexpr auto operator<=>(const SubjectId&, const SubjectId&) = default;
};

enum class SubjectKind : std::uint8_t {
    hub,
    owner,
    resident,
    guest,
    participant,
    agent,
    connector,
    device,
    rule,
    planner,
    token
};
[[nodiscard]] const char* name(SubjectKind kind);
[[nodiscard]] std::optional<SubjectKind> subject_kind_from(std::string_view text);

/// How a command ended.
enum class Outcome : std::uint8_t { confirmed, refused, failed, timed_out };
[[nodiscard]] const char* name(Outcome outcome);
[[nodiscard]] std::optional<Outcome> outcome_from(std::string_view text);

/// What a rule's run came to.
enum class RunOutcome : std::uint8_t { ran, failed };

// ---- bodies: what can be on record. Past tense: each has happened. ----

/// A property's thing said something that does not fit it. Never in the twin, never seen by a rule.
struct ReadingRefused {
    PropertyId property;
    std::string said;  // sample, at most 200 bytes
    std::string reason;
};
struct ThingTold {
    ThingSpec spec;
    std::string brought_by;       // connector
    ThingId thing;                // the number it has
    std::vector<PropertyId> ids;  // the numbers of its properties, in the order of spec.properties
};
struct ThingGone {
    ThingId thing;
};
struct EventHappened {
    ThingId thing;
    std::string event;
    Value detail;
};
/// A wish: set `property` to `value`, or run `action` of `thing` with it.
struct CommandAsked {
    PropertyId property;  // meaningful when `action` is empty
    ThingId thing;
    std::string action;
    Value value;
    Duration time_to_live;
    std::uint8_t depth = 0;        // how many rules led here, one after the other
    Seq grant = 0;                 // the grant that allowed it; 0 = none was needed
    Duration confirm_within = {};  // a person has to confirm it within this; 0 = it goes at once
    bool at_home = false;          // asked from the household's own network
    /// An agent had a hand in what led a rule to it; the hub's number = none had.
    SubjectId agent = {};
};
struct CommandEnded {
    Seq command = 0;
    Outcome outcome = Outcome::failed;
    std::string detail;
};
/// A wish that a grant (or its absence) turned down; nothing was sent.
struct CommandDenied {
    std::string address;  // as asked
    Value value;
    std::string reason;
};
struct RuleRan {
    std::string rule;
    RunOutcome outcome = RunOutcome::ran;
    std::string detail;  // why it failed; what triggered it ("07:00", "hall/occupancy became true")
};
/// A rule's run pauses; it goes on at step `step` once `until` has come.
struct RuleWaits {
    std::string rule;
    Seq run = 0;  // the RuleRan it belongs to
    std::uint32_t step = 0;
    Time until;
    std::uint8_t depth = 0;
    SubjectId agent = {};  // as CommandAsked's
};
/// A message to people.
struct Noticed {
    std::string text;
    std::string to;  // empty = everyone
};
struct SubjectNamed {
    SubjectId id;
    std::string name;  // "owner:anna", "connector:mqtt", "rule:evening", "token:dashboard"
    SubjectKind kind = SubjectKind::token;
};
struct GrantGiven {
    SubjectId subject;
    std::vector<std::string> addresses;  // patterns; "mqtt:" + topic filter for topics
    std::uint16_t verbs = 0;             // bits of Verb
    Time from;                           // unknown = from its record on
    Time until;                          // unknown = until taken back
    std::string purpose;
    std::string token_hash;  // lower-case hex of the bearer token's hash; empty = none
    GrantTerms terms = {};   // the grantor is the record's actor
};
struct GrantEnded {
    Seq grant = 0;
    std::string reason;
    /// Who got it is asked to erase until then what came of it; unknown = nothing of that was
    /// agreed, or a narrower grant goes on with it.
    Time erase_by = {};
};
struct Started {
    std::uint32_t boot = 0;  // 1, 2, 3, ...
    std::string version;
};
struct Stopped {};
struct ClockJumped {
    Duration by;
};
/// Input that a full queue had to leave out.
struct Dropped {
    std::string where;
    std::uint64_t count = 0;
};
/// Input from outside that was not understood. Coalesced: one record a minute for each source and
/// reason.
struct InputRefused {
    std::string source;  // connector or address
    std::string topic;
    std::string sample;  // at most 200 bytes, printable
    std::string reason;
    std::uint64_t count = 1;
};
struct ConfigLoaded {
    std::string what;  // "rules", "configuration"
    std::string hash;
    std::string summary;
};

/// From this record on (its time) the thing belongs to `owners`, and what is personal in it is
/// about `about`. What was before stays with the owners of before. No owners: the household's, in
/// common.
struct ThingOwned {
    ThingId thing;
    std::vector<SubjectId> owners;
    std::vector<SubjectId> about;  // at most 64
};
/// Somebody from outside was shown values. Coalesced: at most one a minute for each subject, grant
/// and way.
struct OutsideRead {
    /// Under a grant that says how often or how much: what of it was used up.
    struct Used {
        Seq grant = 0;
        std::uint64_t reads = 0;
        std::uint64_t values = 0;
        friend bool operator==(const Used&, const Used&) = default;
    };
    SubjectId subject;
    Seq grant = 0;
    std::string how;  // "read", "history", "stream", "journal"
    std::uint64_t count = 0;
    Time from;                           // of the first
    Time until;                          // of the last
    std::vector<PropertyId> properties;  // the first 100
    std::vector<Used> used = {};         // of the subject's, since the record before
};

/// Somebody may become the subject `name` with a code, once and until `until`.
struct Invited {
    std::string name;  // "resident:ben", "guest:carla"
    SubjectKind kind = SubjectKind::resident;
    std::string code_hash;  // lower-case hex; the code itself is nowhere
    Time until;             // of the code
    std::string person;     // the thing that they are; empty = not said
    Time leaves;            // of a guest: when the visit ends; unknown = not said
};
struct InvitationEnded {
    Seq invitation = 0;
    bool used = false;  // somebody signed up with it
    std::string reason;
};
/// The subject may do nothing any more. Its name is not given again.
struct SubjectLeft {
    SubjectId subject;
    std::string reason;
};
/// Coalesced, as is what was refused: one record a minute for each subject, way and source.
struct SignedIn {
    SubjectId subject;
    std::string how;     // "passphrase", "invitation", "token", "mqtt"
    std::string source;  // the other side's address
    std::uint64_t count = 1;
    Time from;   // of the first
    Time until;  // of the last
};
struct SignedOut {
    SubjectId subject;
    std::string how;  // "session"
    std::string source;
};
struct SignInRefused {
    SubjectId subject;  // whose name was said; the hub's = nobody's who is known here
    std::string how;
    std::string source;
    std::string reason;
    std::uint64_t count = 1;
    Time from;
    Time until;
};
/// All that was given to participants, agents, guests and tokens before waits for GrantConfirmed.
struct GrantsSuspended {
    std::string reason;
};
struct GrantConfirmed {
    Seq grant = 0;
};
/// What was said before this record about these members of a thing, within a time, is forgotten:
/// readings, refused ones, wishes and what became of them, and what rules said because of them. The
/// store takes it out of the journal; numbers and hashes stay.
struct Forgotten {
    ThingId thing;
    std::vector<PropertyId> properties;
    bool happenings = false;  // the thing's events and actions too
    Time from;                // of receipt, inclusive; unknown = since ever
    Time until;               // exclusive; unknown = up to this record
};
/// What became of a request to erase: who got the grant says that it is done, or has not said so by
/// the day that was agreed (and may still).
struct ErasureTold {
    Seq grant = 0;
    SubjectId subject;  // whose grant it was
    bool done = false;
};

/// A person confirmed a wish that waited for it, as it was asked: from here on it is under way as
/// any other, and this record led to what it does.
struct WishConfirmed {
    Seq command = 0;
    PropertyId property;  // meaningful when `action` is empty
    ThingId thing;
    std::string action;
    Value value;
};

/// Order is the format's: add at the end, never reorder. Nearly all records are readings, so what
/// is rare and large lies apart: batches of them are a third as large for it.
using Body = std::variant<Reading, ReadingRefused, Apart<ThingTold>, ThingGone, EventHappened,
                          CommandAsked, CommandEnded, CommandDenied, RuleRan, RuleWaits, Noticed,
                          SubjectNamed, Apart<GrantGiven>, GrantEnded, Started, Stopped,
                          ClockJumped, Dropped, InputRefused, ConfigLoaded, ThingOwned, OutsideRead,
                          Invited, InvitationEnded, SubjectLeft, SignedIn, SignedOut, SignInRefused,
                          GrantsSuspended, GrantConfirmed, Forgotten, ErasureTold, WishConfirmed>;

/// The body as one of those that lie apart, or null; the others have std::get_if.
template <class T>
[[nodiscard]] const T* apart_if(const Body& body) {
    const auto* found = std::get_if<Apart<T>>(&body);
    return found == nullptr ? nullptr : found->get();
}
template <class T>
[[nodiscard]] T* apart_if(Body& body) {
    auto* found = std::get_if<Apart<T>>(&body);
    return found == nullptr ? nullptr : found->get();
}

/// The kind's name as it stands in the journal table, the API and the docs: "reading", "command",
/// ...
[[nodiscard]] const char* kind_name(const Body& body);
[[nodiscard]] const char* kind_name(std::size_t body_index);

/// One entry of the journal.
struct Record {
    Seq seq = 0;
    Time time;        // receipt time; of readings in whole milliseconds
    SubjectId actor;  // who said or asked it
    Seq cause = 0;    // the record that led to it; 0 = starts a chain of its own (for a changed
                      // reading: external)
    Body body;
};

}  // namespace foxtail
