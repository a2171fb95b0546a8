#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/base/moment.hpp"
#include "foxtail/base/string_map.hpp"
#include "foxtail/grants/ownership.hpp"
#include "foxtail/grants/reach.hpp"
#include "foxtail/grants/verdict.hpp"
#include "foxtail/model/catalogue.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

struct Subject {
    SubjectId id;
    std::string name;
    SubjectKind kind = SubjectKind::token;
};

struct Grant {
    Seq id = 0;  // number of the record that gave it
    GrantGiven given;
    SubjectId grantor;       // who gave it: what it opens is never more than what is theirs
    bool suspended = false;  // opens nothing until it is confirmed
};

/// Who may do what: the one place every read, stream, history query, command and topic passes.
/// Default deny; what is forbidden stays forbidden whatever is granted.
///
/// A thing belongs to its owners, or to the household in common, which is what the maintainers
/// (kind "owner") and the hub's own program act for. Whom it belongs to may do all with it, and
/// give it to others; a grant opens only what its giver could open, since it was given and without
/// a break. What is personal in a thing that is about somebody needs a grant of theirs besides:
/// nobody can waive it for them. They themselves always see it.
///
/// A fold over SubjectNamed, SubjectLeft, GrantGiven, GrantEnded, GrantsSuspended, GrantConfirmed,
/// ThingOwned, ClockJumped and the catalogue; knows no clock. grants/reference.hpp says the same
/// slowly and must agree. docs/decisions/0011 says why it is so.
class Authority {
public:
    /// A jump of the wall clock beyond this makes the time uncertain: for `doubt_lasts` a grant
    /// holds only if it would with and without the jump.
    static constexpr Duration doubt_min = minutes(5);
    static constexpr Duration doubt_lasts = minutes(10);

    /// Without a zone, hours and weekdays of grants are those of UTC.
    explicit Authority(const Catalogue& catalogue, const Zone* zone = nullptr)
        : catalogue_(catalogue), zone_(zone), reaches_(catalogue, ownership_) {}

    void apply(const SubjectNamed& named);
    void apply(Seq seq, const GrantGiven& given, SubjectId grantor = {});
    void apply(const GrantEnded& ended);
    void apply(Seq seq, Time at, const ThingOwned& owned);
    void apply(Time at, const ClockJumped& jumped);
    void apply(const SubjectLeft& left);
    void apply(const GrantsSuspended& suspended);
    void apply(const GrantConfirmed& confirmed);
    /// Properties from `first` on are new, or a thing changed hands: compiles them in.
    void told(const Thing& thing);
    /// What is believed of a property that a grant's condition names; Null: nothing is.
    void heard(PropertyId property, const Value& value);
    /// True when some grant's condition names it. Inline, for the hot path.
    [[nodiscard]] bool listens_to(PropertyId property) const {
        return property.index < listened_.size() && listened_[property.index];
    }
    /// Nothing is believed any more until it is said again: the program started anew.
    void forget_presence();

    /// The decision for a property. At most some tens of nanoseconds; no allocation.
    [[nodiscard]] Verdict decide(Asker subject, Verb verb, PropertyId property, Time now) const;
    /// For a thing's event or action ("thing/name"), or for the household's own affairs (empty
    /// address).
    [[nodiscard]] Verdict decide_at(Asker subject, Verb verb, std::string_view address,
                                    Time now) const;
    /// publish: a topic; subscribe: a topic (to receive it) or, with `filter`, a whole topic
    /// filter.
    [[nodiscard]] Verdict decide_topic(Asker subject, Verb verb, std::string_view topic,
                                       bool filter, Time now) const;

    template <Verb verb>
    [[nodiscard]] Result<Permit<verb>> permit(Asker subject, PropertyId property, Time now) const {
        const Verdict verdict = decide(subject, verb, property, now);
        if (!verdict.allowed) return denied();
        return Permit<verb>(subject, property, verdict);
    }
    template <Verb verb>
    [[nodiscard]] Result<WidePermit<verb>> permit_at(Asker subject, std::string_view address,
                                                     Time now) const {
        const Verdict verdict = decide_at(subject, verb, address, now);
        if (!verdict.allowed) return denied();
        return WidePermit<verb>(subject, verdict);
    }
    /// As decide_topic(); MQTT has no words for why not, so neither has this.
    template <Verb verb>
    [[nodiscard]] std::optional<WidePermit<verb>> permit_topic(Asker subject,
                                                               std::string_view topic, bool filter,
                                                               Time now) const {
        static_assert(verb == Verb::publish || verb == Verb::subscribe, "topics know no others");
        const Verdict verdict = decide_topic(subject, verb, topic, filter, now);
        if (!verdict.allowed) return std::nullopt;
        return WidePermit<verb>(subject, verdict);
    }
    /// A topic on which the household tells what a property is: as observing it is decided.
    [[nodiscard]] std::optional<WidePermit<Verb::subscribe>> permit_told(Asker subject,
                                                                         PropertyId property,
                                                                         Time now) const {
        const Verdict verdict = decide(subject, Verb::observe, property, now);
        if (!verdict.allowed) return std::nullopt;
        return WidePermit<Verb::subscribe>(subject, verdict);
    }
    /// To wait for such topics, each of which is decided when it is told: for who may do anything
    /// at all, so that nobody learns from the answer what there is.
    [[nodiscard]] std::optional<WidePermit<Verb::subscribe>> permit_waiting(Asker subject,
                                                                            Time now) const {
        if (!any_access(subject, now)) return std::nullopt;
        return WidePermit<Verb::subscribe>(subject, {true, Reason::granted, 0});
    }
    /// What every denial says to the one who asked: the same as for what does not exist.
    [[nodiscard]] static tl::unexpected<Error> denied() {
        return fail(Code::denied, "no such thing, or no access to it");
    }

    [[nodiscard]] const Subject* find(std::string_view name) const;
    [[nodiscard]] const Subject* find(SubjectId id) const;
    [[nodiscard]] const std::vector<Subject>& subjects() const { return subjects_; }
    /// True when the subject may do nothing any more, for good.
    [[nodiscard]] bool left(SubjectId subject) const {
        return subject.index < entries_.size() && entries_[subject.index].left;
    }
    /// Grants in force or to come; ended ones are in the journal.
    [[nodiscard]] const std::vector<Grant>& grants() const { return grants_; }
    [[nodiscard]] const Grant* find_grant(Seq id) const;
    [[nodiscard]] const Ownership& ownership() const { return ownership_; }
    /// True when the thing is theirs to use and to give: they own it, or it is the household's and
    /// they maintain it.
    [[nodiscard]] bool owns(SubjectId subject, ThingId thing) const;
    /// True when the property is about somebody and counts as personal.
    [[nodiscard]] bool is_personal(PropertyId property) const;
    /// The grants in force that let the subject do it, each with its own limits: for envelopes and
    /// rates, which all have to be kept.
    void each_applying(Asker subject, Verb verb, std::string_view address, Time now,
                       const std::function<void(const Grant&)>& visit) const;
    /// True when a grant that lets the subject do it says how often, or how much.
    [[nodiscard]] bool is_rated(Asker subject, Verb verb, PropertyId property, Time now) const;
    /// The properties that a grant names, whether or not it opens them.
    void each_reached(const Grant& grant, const std::function<void(PropertyId)>& visit) const;
    /// False while a jump of the clock makes the time uncertain.
    [[nodiscard]] bool time_is_certain(Time now) const { return now >= doubt_ends_; }
    /// What it is at the latest: `now`, or while that is uncertain what the clock said otherwise.
    [[nodiscard]] Time latest(Time now) const {
        return time_is_certain(now) ? now : now + doubt_to_;
    }
    /// The next moment at which a grant ends by itself; unknown when none does.
    [[nodiscard]] Time next_end() const;
    /// The subject of a bearer token, by the hash of the token; null when no grant in force carries
    /// it.
    [[nodiscard]] const Subject* find_token(std::string_view token_hash, Time now) const;
    /// False when the subject may do nothing at all, now or later, unless it is given something
    /// anew or what is forbidden is allowed again.
    [[nodiscard]] bool any_access(SubjectId subject, Time now) const;
    /// Grows by one with every change of subjects or grants: what was decided earlier must be asked
    /// again.
    [[nodiscard]] std::uint64_t epoch() const { return epoch_; }

    void save(ByteWriter& out) const;
    /// `format` 1 is what was saved before grants had terms and things had owners, 2 before
    /// subjects could leave, 4 before a month's volume was a condition.
    [[nodiscard]] Result<void> load(ByteReader& in, std::uint64_t format = 5);

private:
    enum class Role : std::uint8_t { none, hub, rule, maintainer, brings, listed };
    /// For whom a grantor speaks: for themself, for the household because they maintain it, or for
    /// the household because its program or somebody it entrusted gave it.
    enum class Standing : std::uint8_t { person, maintainer, household };
    struct Presence {
        Seq grant = 0;  // 0 = free
        PropertyId property;
        bool known = false;  // the address has a property
        bool holds = false;
    };
    struct Extra {  // of grants that say more than who, what and until when
        GrantTerms terms;
        std::size_t presence = 0;  // place in presences_
        SubjectId parent_subject;
    };
    struct Row {  // one grant, compiled
        Seq id = 0;
        Time from;
        Time until;
        const Reach* reach = nullptr;
        std::unique_ptr<const Extra> extra;
        SubjectId grantor;  // of the grant, or of the first one it was passed on from
        std::uint16_t verbs = 0;
        bool forbid = false;
        bool spares_household = false;
        bool common = false;
        bool suspended = false;
        Standing standing = Standing::person;
    };
    /// Of a row, what a decision looks at before anything else.
    struct Probe {
        const std::uint64_t* bits = nullptr;  // of its reach
        std::uint32_t first = 0;
        std::uint32_t words : 22 = 0;
        std::uint32_t verbs : 10 = 0;
    };
    struct Entry {
        Role role = Role::none;
        Reason reason = Reason::no_grant;
        bool left = false;
        std::uint32_t forbids = 0;      // among the rows
        std::uint32_t sparing = 0;      // of these, those that spare the household
        std::uint32_t first_probe = 0;  // those of the rows lie side by side in probes_ ...
        std::uint32_t far = 0;          // ... so many that reach far first, then the others
        // Bit per word, modulo, where one of the others reaches: mostly none does.
        std::array<std::uint64_t, 4> near{};
        std::vector<Row> rows;
    };
    struct Facts {  // of a property
        SubjectId brought_by;
        ThingId thing;
        bool personal = false;  // by its class
    };
    /// What is decided about: whose it is, and whether it is personal.
    struct Matter {
        const std::vector<OwnershipEpoch>* epochs = nullptr;  // null = in common since ever
        bool personal = false;
    };
    struct Tally;

    static Role role_of(SubjectKind kind);
    [[nodiscard]] Standing standing_of(SubjectId grantor) const;
    [[nodiscard]] Matter matter(PropertyId property) const;
    [[nodiscard]] Matter matter(std::string_view address) const;
    [[nodiscard]] bool owns(SubjectId subject, const OwnershipEpoch& epoch) const;
    [[nodiscard]] bool opens(const Row& row, const OwnershipEpoch& epoch) const;
    [[nodiscard]] bool opens_since_given(const Row& row, const Matter& matter) const;
    [[nodiscard]] int consents_since_given(const Row& row, const Matter& matter) const;
    template <class Key>
    [[nodiscard]] static Time window_start(const Matter& matter, std::size_t last, Key&& key);
    [[nodiscard]] bool binds(const Row& row, SubjectId subject, bool personal_to_giver) const;
    [[nodiscard]] bool all_forbidden(SubjectId subject, const Row& row, Time now) const;
    [[nodiscard]] bool condition_holds(const Extra& extra, bool at_home, Time now) const;
    [[nodiscard]] bool timely(const Row& row, Time now) const;
    [[nodiscard]] bool at_home(Asker asker) const;
    template <class Covers>
    [[nodiscard]] bool holds(const Row& row, bool at_home, Time now, const Covers& covers) const;
    template <class Covers>
    [[nodiscard]] Verdict judge(Asker subject, Verb verb, const Matter& matter,
                                const Covers& covers, Time now) const;
    template <class Covers>
    [[nodiscard]] Tally tally(Asker subject, const Matter& matter, const Covers& covers,
                              Time now) const;
    [[nodiscard]] Verdict conclude(SubjectId subject, Verb verb, const Matter& matter,
                                   const Tally& tally) const;
    [[nodiscard]] static Verdict ungranted(const Entry& entry);
    // Apart from decide(): its many temporaries would cost every decision their room on the stack.
    [[nodiscard, gnu::noinline]] Verdict decide_at_length(Asker subject, Verb verb,
                                                          PropertyId property, const Matter& matter,
                                                          bool asks, Time now) const;
    [[nodiscard]] bool any_probe(const Entry& entry, Verb verb, PropertyId property) const;
    [[nodiscard]] Verdict look_back(SubjectId subject, const Matter& matter, Verdict denied) const;
    [[nodiscard]] bool reaches(Seq grant, std::string_view address) const;
    [[nodiscard]] bool reaches_topic(Seq grant, std::string_view topic, bool filter) const;
    [[nodiscard]] const Row* find_row(SubjectId subject, Seq grant) const;
    void compile(std::size_t grant);
    void lay_out_probes();
    void listen(Row& row, Extra& extra);
    void resolve(Presence& presence);
    void compile_facts(const Thing& thing);
    void suspend(Grant& grant, bool suspended);
    void save_grants(ByteWriter& out) const;
    [[nodiscard]] bool load_grants(ByteReader& in, std::uint64_t format);

    const Catalogue& catalogue_;
    const Zone* zone_;
    std::vector<Subject> subjects_;
    StringMap<SubjectId> by_name_;
    std::vector<Entry> entries_;  // by subject; those of the hub are about everyone
    std::vector<Probe> probes_;   // of all rows, subject by subject
    std::vector<Grant> grants_;   // by id, ascending
    std::vector<Facts> facts_;    // by property
    // Bit per property: there was a word about whose its thing is. By itself, for most are not.
    std::vector<std::uint64_t> owned_;
    Ownership ownership_;
    Reaches reaches_;
    std::vector<Presence> presences_;
    std::vector<bool> listened_;  // by property
    std::uint64_t epoch_ = 0;
    bool any_rates_ = false;  // some grant, now or before, said how often or how much
    // The true time lies between now + doubt_from_ and now + doubt_to_, until doubt_ends_.
    Duration doubt_from_;
    Duration doubt_to_;
    Time doubt_ends_;
};

}  // namespace foxtail
