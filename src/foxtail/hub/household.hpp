#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/grants/authority.hpp"
#include "foxtail/hub/coarse.hpp"
#include "foxtail/hub/commands.hpp"
#include "foxtail/hub/erasures.hpp"
#include "foxtail/hub/people.hpp"
#include "foxtail/hub/places.hpp"
#include "foxtail/hub/timers.hpp"
#include "foxtail/hub/usage.hpp"
#include "foxtail/journal/record.hpp"
#include "foxtail/model/catalogue.hpp"
#include "foxtail/rules/engine.hpp"
#include "foxtail/twin/twin.hpp"

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace foxtail {

/// The household's own program: the first subject there is.
constexpr SubjectId the_hub{0};
/// Why a grant ended, as its record has it: receipts go by these words (agreed.cpp).
constexpr std::string_view ended_as_narrowed = "a narrower one takes its place";
constexpr std::string_view ended_as_over = "its time is over";
constexpr SubjectId no_subject{std::numeric_limits<std::uint32_t>::max()};  // may nothing

/// A command on its way to the connector that brought the thing.
struct Order {
    Seq command = 0;
    SubjectId asked_by;
    SubjectId connector;
    ThingId thing;
    PropertyId property;  // meaningful when `action` is empty
    std::string action;
    Value value;
    Duration expires;           // on the clock that never jumps; never sent later
    bool when_durable = false;  // leaves only once its record is on disk
    Seq record = 0;             // the one that led to it: its command's, or its confirmation
};

/// What somebody wishes.
struct Wish {
    std::string_view address;  // "thing/property", or "thing/action" with `run`
    bool run = false;
    Value value;
    std::optional<Duration>
        time_to_live;  // nothing = time_to_live_default; at most time_to_live_max
    Seq cause = 0;     // the record that led to it; 0 = none but the wish itself
};

/// One household: a deterministic actor. In come facts and wishes with the moment they come; out
/// come records, orders and changes. It does no I/O and never asks the time. All that it knows is a
/// fold over its records (fold()), so replaying them gives the same state, byte for byte (save());
/// reactions happen only while live. docs/life-of-a-reading.md walks through it. Not thread-safe:
/// one writer per household.
class Household {
public:
    static constexpr Duration time_to_live_default = seconds(10);
    static constexpr Duration time_to_live_max = hours(24);
    /// So many rules may follow one from the other; the next is stopped.
    static constexpr std::uint8_t chain_depth_max = 16;
    static constexpr Duration clock_jump_min = seconds(10);
    /// How long a wish waits for a person to confirm it, and how many of one subject do at a time.
    static constexpr Duration confirm_within = minutes(10);
    static constexpr std::size_t waiting_per_subject_max = 8;
    /// Denied wishes of one subject that are each put on record within a minute; of the rest their
    /// number is.
    static constexpr std::uint32_t denials_per_minute_max = 30;
    /// Nobody agrees on erasing later than that.
    static constexpr Duration erase_after_max = days(3660);

    explicit Household(const Zone& zone);

    // ---- before life: what is already on record ----
    [[nodiscard]] Result<void> load(std::string_view snapshot);
    [[nodiscard]] Result<void> replay(const Record& record);
    /// The state as bytes: equal states give equal bytes.
    void save(std::string& out) const;

    // ---- life ----
    /// A new start of the program: what was believed becomes unconfirmed, what was under way has
    /// timed out, waits go on.
    void start(Moment now, std::string_view version);
    void stop(Moment now);

    /// Names a subject, or finds it. Error: conflict when it is known as another kind.
    [[nodiscard]] Result<SubjectId> name_subject(std::string_view name, SubjectKind kind,
                                                 SubjectId by, Moment now);
    [[nodiscard]] Result<Seq> give(GrantGiven grant, SubjectId by, Moment now);
    /// Puts a grant in the place of another: both records in one turn, so in one transaction.
    [[nodiscard]] Result<Seq> replace(Seq grant, GrantGiven by_this, SubjectId by, Moment now);
    /// Ends a grant, what was passed on from it, and the commands under way that it allowed. Where
    /// it was agreed, the record of the end asks to erase what came of it.
    [[nodiscard]] Result<Seq> take_back(Seq grant, std::string_view reason, SubjectId by,
                                        Moment now);
    /// Who got an ended grant says that what came of it is erased; a second time changes nothing.
    /// Answers the record of it, or 0 for the second time. Error: not_found.
    [[nodiscard]] Result<Seq> erased(Seq grant, Moment now);
    /// A thing changes hands: from now on it belongs to `owners` (nobody = the household in common)
    /// and is about `about`. Grants that its former owners gave for it alone end, with the
    /// credentials they carry. Error: invalid_input.
    [[nodiscard]] Result<Seq> hand_over(ThingOwned owned, SubjectId by, Moment now);

    // ---- people who come and go (joining.cpp) ----
    /// Whoever has the code may sign up under the name; an open invitation for it ends. `again`:
    /// the name may be somebody's who lives here. Error: invalid_input, conflict (the name is or
    /// was somebody's), exhausted.
    [[nodiscard]] Result<Seq> invite(Invited wanted, bool again, SubjectId by, Moment now);
    [[nodiscard]] Result<Seq> end_invitation(Seq invitation, std::string_view reason, SubjectId by,
                                             Moment now);
    /// The invitation is taken up. The person thing it names is theirs from now on. Error: denied.
    [[nodiscard]] Result<SubjectId> join(Seq invitation, Moment now);
    /// A resident or guest is gone for good: what they were given and gave ends, and their
    /// commands. What they own stays theirs, closed to everybody, until somebody says whose it is
    /// now.
    [[nodiscard]] Result<Seq> leave(SubjectId subject, std::string_view reason, SubjectId by,
                                    Moment now);
    /// What outsiders were given opens nothing until it is confirmed.
    void suspend_outsiders(std::string_view reason, Moment now);
    [[nodiscard]] Result<Seq> confirm(Seq grant, SubjectId by, Moment now);

    /// What was said about members of a thing is no longer known: not believed, not under way. The
    /// store takes it out of the journal. Error: not_found.
    [[nodiscard]] Result<Seq> forget(Forgotten what, SubjectId by, Moment now);

    /// Tells of a thing; the record is written only when something is new. Its place is spelled as
    /// other things spell it already. Error: invalid_input, conflict, exhausted.
    [[nodiscard]] Result<ThingId> tell(SubjectId connector, const ThingSpec& spec, Moment now);
    [[nodiscard]] Result<void> gone(SubjectId connector, std::string_view thing, Moment now);
    /// A reading: allowed? fits? recorded, folded, confirmed, reacted to. Error: denied, not_found,
    /// invalid_input (recorded as bad). No allocation for scalar values in steady state. `cause`:
    /// the record it was worked out from; a command that it answers goes before.
    Result<Seq> report(SubjectId connector, Reading reading, Moment now, Seq cause = 0);
    /// What came for a property is no value at all: it is `bad` until something fits. On record
    /// only when it becomes so.
    void misfit(SubjectId connector, PropertyId property, std::string_view said,
                std::string_view reason, Moment now);
    Result<Seq> happened(SubjectId connector, std::string_view thing, std::string_view event,
                         Value detail, Moment now);

    /// A wish. The answer is the command's number; how it ends comes as a record. Error: denied (on
    /// record), not_found (to outsiders the same as denied), invalid_input, exhausted.
    [[nodiscard]] Result<Seq> wish(Asker who, const Wish& wish, Moment now);
    /// What a grant lets somebody do only if a person confirms it waits for that. May answer: who
    /// gave such a grant, and whose the thing is, as far as they may do it themselves; of what is
    /// the household's in common also who keeps its key.
    [[nodiscard]] bool may_answer(Asker who, const Pending& wish, Time now) const;
    /// It goes on as any wish, if it still may. Error: denied (none that waits and is theirs to
    /// answer), conflict (it has become impossible, or its time is over: it has ended).
    [[nodiscard]] Result<Seq> confirm_wish(Seq command, Asker by, Moment now);
    /// It ends as refused; who asked may take it back so. Error: denied.
    [[nodiscard]] Result<Seq> refuse_wish(Seq command, Asker by, Moment now);
    /// The connector could not carry out the command, or (for what is not reported back) has handed
    /// it over.
    void answer(Seq command, Outcome outcome, std::string_view detail, Moment now);

    void note(SubjectId by, Body body, Moment now, Seq cause = 0) {
        append(std::move(body), by, cause, now);
    }

    /// Deadlines, waits and time triggers that are due.
    void tick(Moment now);
    [[nodiscard]] std::optional<Duration> next_wake(Moment now) const;

    // ---- what came out since drain() ----
    /// Records in order. The caller commits them and clears the vectors (keeping their capacity).
    std::vector<Record>& records() { return records_; }
    std::vector<Order>& orders() { return orders_; }

    // ---- looking ----
    [[nodiscard]] const Catalogue& catalogue() const { return catalogue_; }
    [[nodiscard]] const Authority& authority() const { return authority_; }
    [[nodiscard]] const Commands& commands() const { return commands_; }
    [[nodiscard]] const People& people() const { return people_; }
    [[nodiscard]] const Erasures& erasures() const { return erasures_; }
    [[nodiscard]] const Usage& usage() const { return usage_; }
    /// The month of the household's calendar, counted through; 0 while the clock is in doubt, so
    /// that no month begins then.
    [[nodiscard]] std::int32_t month(Time t) const {
        return authority_.time_is_certain(t) ? month_of(t + zone_.offset_at(t)) : 0;
    }
    [[nodiscard]] RuleEngine& rules() { return rules_; }
    [[nodiscard]] const RuleEngine& rules() const { return rules_; }
    [[nodiscard]] Seq head() const { return seq_; }
    [[nodiscard]] std::uint32_t boot() const { return twin_.boot(); }
    /// What is believed of a property: only for whom a decision allowed it, and only as coarse as
    /// it said. There is no other way to a value. Valid until the next call.
    template <Verb verb>
    [[nodiscard]] const Belief& belief(const Permit<verb>& permit) const {
        static_assert(verb == Verb::read || verb == Verb::observe);
        const Verdict& verdict = permit.verdict();
        const Belief& belief = twin_.belief(permit.property());
        // Most asked: as it is.
        if (!verdict.obligation.any() && !verdict.since.known()) return belief;
        return coarse_.shown({permit.property(), verdict.obligation}, belief, verdict.since);
    }
    /// What is told in place of it under obligations; the hub fills it in.
    [[nodiscard]] Coarse& coarse() { return coarse_; }
    template <Verb verb>
    [[nodiscard]] Quality quality(const Permit<verb>& permit, Time now) const {
        const Belief& shown = belief(permit);
        if (shown.refused == 0 && std::holds_alternative<Null>(shown.value))
            return Quality::unknown;
        // How old the newest reading is would say when it came.
        if (permit.verdict().obligation.granularity.us > 0) return Quality::good;
        return twin_.quality(permit.property(), catalogue_.property(permit.property()).spec, now);
    }

    struct Figures {
        std::uint64_t readings = 0;
        std::uint64_t readings_refused = 0;
        std::uint64_t readings_denied = 0;
        std::uint64_t events_refused = 0;
        std::uint64_t commands = 0;
        std::uint64_t commands_denied = 0;
        std::uint64_t rule_runs = 0;
        std::uint64_t loops_broken = 0;
    };
    [[nodiscard]] const Figures& figures() const { return figures_; }

private:
    struct Denials {  // of one subject, within its minute
        Duration began;
        std::uint32_t recorded = 0;
        std::uint64_t left_out = 0;
    };
    /// What led to something: how many rules, one after the other, and the agent that had a hand
    /// in it (the hub's number = none had).
    struct Chain {
        std::uint8_t depth = 0;
        SubjectId agent = {};
    };
    struct Wait {
        Seq seq = 0;  // of its RuleWaits record
        Time since;   // when it began
        RuleWaits what;
    };

    /// Rules see through the one decision, as everybody (rule_sight.cpp).
    class Eyes : public RuleSight {
    public:
        explicit Eyes(Household& household) : household_(household) {}
        Look look(std::uint32_t rule, PropertyId property, Moment now) override;
        const char* deaf_to(std::uint32_t rule, PropertyId property, Moment now) override;
        const char* deaf_to(std::uint32_t rule, std::string_view event, Moment now) override;

    private:
        Household& household_;
    };

    Seq append(Body body, SubjectId actor, Seq cause, Moment now);
    void fold(const Record& record);
    void fold_people(const Record& record);
    void fold_forgotten(Seq seq, const Forgotten& forgotten);
    [[nodiscard]] const char* contradiction(const Record& record) const;
    [[nodiscard]] bool consistent() const;
    std::optional<Change> fold_reading(const Record& record, const Reading& reading);
    Result<ThingId> tell_as_is(SubjectId connector, const ThingSpec& spec, Moment now);
    Result<Seq> refuse(SubjectId connector, const Reading& reading, Error why, Moment now);
    void confirm(PropertyId property, Seq reading, Seq command, Moment now);
    Result<Seq> wish_from(Asker who, const Wish& wish, Seq cause, Chain chain, Moment now);
    Result<Seq> order(SubjectId who, const Wish& wish, CommandAsked asked, bool critical, Seq cause,
                      Moment now);
    [[nodiscard]] Result<void> check_order(SubjectId who, const CommandAsked& asked,
                                           bool critical) const;
    void make_room(const std::string& action, PropertyId property, Seq cause, Moment now);
    void send_out(const Pending& command, bool when_durable, Moment now);
    [[nodiscard]] const char* hindrance(const Pending& wish, Moment now) const;
    void give_up_waiting(Seq command, Moment now);
    [[nodiscard]] std::string address_of(const Pending& command) const;
    [[nodiscard]] bool may_do(Asker who, const Pending& command, Time now) const;
    void deny(SubjectId who, const Wish& wish, std::string reason, Seq cause, Moment now);
    void tell_left_out(Moment now);
    void react(std::vector<RuleRun>& runs, Seq cause, Chain chain, Moment now);
    void carry_out(const RuleRun& run, SubjectId rule, Seq ran, Chain chain, Moment now);
    /// The agent that ordered the command, or had a hand in what led a rule to it.
    [[nodiscard]] SubjectId hand_in(const Pending& command) const;
    [[nodiscard]] SubjectId hand_in(const Reading& reading, const Pending* command) const;
    /// Rules are about to look, and to answer.
    std::vector<RuleRun>& fresh_runs();
    SubjectId rule_subject(std::uint32_t rule, Moment now);
    /// Who stands in the record for what the rule did.
    SubjectId actor_of(std::uint32_t rule, Moment now);
    void notice_blind_rules(Moment now);
    void notice_clock(Moment now);
    [[nodiscard]] Result<void> check_given(GrantGiven& grant, SubjectId by, Moment now) const;
    void end_forbidden_commands(Seq cause, Moment now);
    /// `replaced`: another goes on in their place, with what was agreed.
    void end_grants(const std::vector<Seq>& grants, std::string_view reason, SubjectId by,
                    Seq cause, Moment now, bool replaced = false);
    void end_expired_grants(Moment now);
    void note_missed_erasures(Moment now);
    void end_expired_people(Moment now);
    void hear_presence();
    [[nodiscard]] Result<void> within_envelopes(Asker who, Verb verb, std::string_view address,
                                                CommandAsked& asked, Moment now);
    [[nodiscard]] bool fits_envelopes(const Pending& wish, Time now) const;
    void expire(Seq command, Moment now);
    void resume(Seq wait, Moment now);

    const Zone& zone_;
    Catalogue catalogue_;
    Authority authority_;
    Twin twin_;
    Commands commands_;
    People people_;
    Erasures erasures_;
    Usage usage_;
    std::vector<Wait> waits_;
    Seq seq_ = 0;
    Time last_time_;

    // Follows from the catalogue.
    Places places_;

    // Not part of the state: gone with the process, made anew by start().
    mutable Coarse coarse_;
    std::unordered_map<Seq, std::deque<Duration>> commands_under_;  // a grant: when, on mono
    std::map<std::uint32_t, Denials> denials_;                      // by subject
    RuleEngine rules_;
    Eyes eyes_{*this};
    std::vector<std::optional<SubjectId>> rule_subjects_;  // by rule, once they acted or looked
    std::uint64_t rule_subjects_of_ = 0;                   // generation of the rules
    std::set<std::string> blind_;  // "rule address": told that the rule may not hear it
    std::pair<std::uint64_t, std::uint64_t> blind_at_;  // epoch of grants, generation of rules
    Timers timers_;
    std::vector<Record> records_;
    std::vector<Order> orders_;
    std::vector<RuleRun> runs_;
    std::map<std::uint32_t, SubjectId> hands_;  // in what a rule has looked at for its newest run
    std::vector<Seq> overtaken_;
    std::optional<Change> change_;  // of the reading folded last
    std::optional<Moment> last_moment_;
    Figures figures_;
};

}  // namespace foxtail
