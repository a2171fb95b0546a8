#pragma once

#include "foxtail/hub/hub.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// What is believed of one property, for one who may know.
struct PropertyView {
    const Property* property = nullptr;
    const Belief* belief = nullptr;
    Quality quality = Quality::good;
    bool coarse = false;  // an obligation applies to what is told of it

    /// What tells it from what was told before, growing: the number of its record; of what is told
    /// coarse milliseconds since 1970, for the numbers of records tell how much happens in the
    /// house. 0 = there is nothing to tell.
    [[nodiscard]] std::uint64_t number() const {
        const Seq told_by = belief->told_by();
        return coarse && told_by != 0 ? static_cast<std::uint64_t>(belief->receipt_time.us / 1000)
                                      : told_by;
    }
};

/// The one way in for pages, programs, agents and the command line. A Door belongs to one subject
/// and re-decides at every call; it cannot be made without a subject, and nothing else of the hub
/// shows or changes a property. What is forbidden answers exactly as what does not exist
/// (Code::denied). Calls come on the household's thread; callbacks too.
class Door {
public:
    [[nodiscard]] SubjectId subject() const { return subject_; }
    [[nodiscard]] const Subject& who() const;

    // ---- things ----
    /// Calls `visit` for each present thing of which the subject may discover at least one member.
    void things(const std::function<void(const Thing&)>& visit) const;
    [[nodiscard]] Result<const Thing*> thing(std::string_view id) const;
    /// True when the subject may know that the thing exists, because it may know of a member.
    [[nodiscard]] bool discovers(const Thing& thing) const;
    /// True when the subject may know that this member exists.
    [[nodiscard]] bool discovers(const Thing& thing, std::string_view member) const;
    [[nodiscard]] Result<PropertyView> read(std::string_view thing,
                                            std::string_view property) const;
    [[nodiscard]] Result<PropertyView> read(std::string_view address) const;
    /// All that the subject may read; of one thing when `thing` is not empty.
    void readings(std::string_view thing,
                  const std::function<void(const PropertyView&)>& visit) const;
    [[nodiscard]] const Catalogue& names()
        const;  // numbers to names, for showing records that passed the door

    // ---- wishes ----
    /// `then` comes once the command is durable, or with why not. Error: denied, invalid_input,
    /// exhausted, unavailable.
    void wish(const Wish& wish, std::function<void(Result<Seq>)> then);
    [[nodiscard]] Result<Hub::CommandState> command(Seq seq) const;
    /// The newest command for a property the subject may read; nothing when there was none since
    /// the start.
    [[nodiscard]] std::optional<Hub::CommandState> last_command(const PropertyView& view) const;

    struct Waiting {
        const Pending& wish;
        bool to_answer = false;  // by the subject
        std::string purpose;     // of the grant that it was wished under
    };
    /// Wishes that wait for a person to confirm them: those that are the subject's to answer, and
    /// its own.
    void waiting(const std::function<void(const Waiting&)>& visit) const;
    /// Confirms such a wish, or refuses it; who asked may refuse their own. `then` once that is on
    /// record. Error: denied, conflict, unavailable.
    void answer_wish(Seq command, bool yes, std::function<void(Result<Seq>)> then);

    // ---- the past ----
    void history(std::string_view address, HistoryQuery query,
                 std::function<void(Result<std::vector<HistoryPoint>>)> then) const;
    /// Of the records that the query finds, those whose subject matter the subject has the history
    /// of, or might have observed within the last minutes (Hub::catch_up_max).
    void journal(JournalQuery query, std::function<void(Result<std::vector<Record>>)> then) const;
    /// The record and what led to it, up to the root; ends early at what the subject may not see.
    void why(Seq seq, std::function<void(Result<std::vector<Record>>)> then) const;

    // ---- the household's affairs (Verb::grant on everything) ----
    [[nodiscard]] bool may_manage() const;
    /// Whether how many records there are, and so how much happens, is the subject's business: of
    /// the people and programs of the house, and of who manages it.
    [[nodiscard]] bool may_count() const;
    [[nodiscard]] Result<const RuleEngine*> rules() const;
    [[nodiscard]] Result<const std::deque<Hub::RuleTrace>*> traces(std::string_view rule) const;
    [[nodiscard]] Result<const Problems*> problems() const;
    [[nodiscard]] Result<const std::vector<Subject>*> subjects() const;
    // ---- people who come and go (people_door.cpp); who maintains the household ----
    /// Whoever has the code of that hash may sign up as `wanted.name`; `then` once that is durable.
    /// `again`: it may be somebody who lives here. Error: denied, and as Household::invite().
    void invite(Invited wanted, bool again, std::function<void(Result<Seq>)> then);
    [[nodiscard]] Result<const std::vector<People::Invitation>*> invitations() const;
    void withdraw(Seq invitation, std::function<void(Result<Seq>)> then);
    /// A resident or guest moves out: by who maintains the household, or by themself.
    void let_leave(std::string_view subject, std::function<void(Result<Seq>)> then);
    [[nodiscard]] bool left(SubjectId subject) const;
    [[nodiscard]] Time visit_until(const Subject& subject) const;

    // ---- what is given, and to whom (giving.cpp) ----
    /// Of the grants, those that concern the subject: who maintains the household all, a person
    /// those for things that are theirs or about them, everybody what they gave and got.
    void grants(const std::function<void(const Grant&)>& visit) const;
    /// What is to be erased since grants have ended: by the same rule; with `mine` what the subject
    /// gave, and for who manages the household what somebody gave who is none of its people (any
    /// more).
    void erasures(bool mine, const std::function<void(const Erasures::Asked&)>& visit) const;
    /// Gives a grant; `then` once it is durable. Residents may: it opens no more than what is
    /// theirs. So may who manages the household, and who passes on a grant (terms.parent).
    /// `subject_name` is "kind:name" of a token, participant, agent or guest, or of anybody already
    /// known; "hub" with terms.forbid is everyone. Error: denied, invalid_input, unavailable.
    void give(GrantGiven grant, std::string_view subject_name,
              std::function<void(Result<Seq>)> then);
    /// Takes a grant back: `then` once that is on record, with what it came to. May do so: who gave
    /// it, who got it, and who manages the household; what is forbidden only who forbade it.
    void take_back(Seq grant, std::string_view reason,
                   std::function<void(Result<Hub::Certificate>)> then);
    /// A grant in force that the subject gave; null when there is none with that number.
    [[nodiscard]] const Grant* given_by_me(Seq grant) const;
    /// Puts a narrower grant in the place of one the subject gave: the old one ends and the new one
    /// begins in one transaction, with the same subject and token; what was passed on from the old
    /// one ends with it. Answers the new one's number. Error: denied, not_found, invalid_input
    /// naming what would be wider, conflict when something it reaches changed hands meanwhile.
    void narrow(Seq grant, GrantGiven becomes, std::function<void(Result<Seq>)> then);
    /// A grant that was suspended by a restore holds again: by who gave it, or, when that was no
    /// resident, by who manages the household.
    void confirm(Seq grant, std::function<void(Result<Seq>)> then);
    // ---- what was agreed, and what became of it (agreed.cpp) ----
    struct Agreed {
        Grant grant;
        enum class State : std::uint8_t {
            in_force,
            to_come,          // its time has not begun
            to_be_confirmed,  // since a backup was restored
            in_doubt,         // over or not, by a clock that jumped
            narrowed,         // a narrower one took its place
            taken_back,
            ran_out,
            ended,  // by what happened to others: who gave it, or what it was passed on from
        } state = State::in_force;
        Time ended;          // unknown while it is not over
        SubjectId ended_by;  // the hub when nobody ended it
        Time erase_by;       // what came of it is to be erased until then; unknown = not agreed
        Seq instead = 0;     // the narrower one
    };
    /// A grant of now or before: for who gave or got it, whose things it reached while it was in
    /// force, and who manages the household. Error: denied, unavailable.
    void agreed(Seq grant, std::function<void(Result<Agreed>)> then) const;
    /// From now on the thing belongs to these and is about these. May do so: whom it belongs to. A
    /// person's thing nobody claimed yet may be claimed by the one whose name it bears.
    void hand_over(std::string_view thing, const std::vector<std::string>& owners,
                   const std::vector<std::string>& about, std::function<void(Result<Seq>)> then);
    // ---- the subject's own desk: what is theirs, who sees it, who looked (desk.cpp) ----
    /// Why something is the subject's own matter: it is about them, they own it, or they speak for
    /// the household that does. Past owners have the past, and no say in what is now.
    enum class Stake : std::uint8_t { none, past, household, owner, about };
    [[nodiscard]] Stake stake(PropertyId property) const;
    /// The grants that reach something of the subject's, with what of it.
    void grants_on_mine(
        const std::function<void(const Grant&, const std::vector<PropertyId>&)>& visit) const;
    /// One member of a thing, and what somebody else may do with it by the decision of this moment.
    struct Insight {
        std::string address;
        std::uint16_t verbs = 0;
        Verdict verdict;  // of the first of the verbs
    };
    struct Onlooker {
        SubjectId subject;
        std::vector<Insight> sees;
        std::uint64_t more = 0;  // beyond insights_max
    };
    static constexpr std::size_t insights_max = 2000;  // of all onlookers together
    /// Everybody else who may see or control something of the subject's.
    [[nodiscard]] std::vector<Onlooker> onlookers() const;
    struct Looks {
        std::vector<Record> records;  // OutsideRead, newest first, narrowed to what is theirs
        Seq before = 0;               // ask from there for older ones; 0 = there are none
        std::map<Seq, std::string> purposes;  // of the grants they looked under, also ended ones
    };
    /// Who looked, newest first. Looks that are not on record yet come first, with number 0.
    void looks(Seq before, std::function<void(Result<Looks>)> then) const;
    /// The forbid that keeps everybody else out while the desk is closed; null while it is open.
    [[nodiscard]] const Grant* closing() const;
    /// Nobody else may look at or control what is theirs, from now on (and until then); the people
    /// of the house none of what is personal to them. A forbid like any other, on record. Error:
    /// denied, invalid_input, unavailable.
    void close(Time until, std::function<void(Result<Hub::Certificate>)> then);
    /// Takes that back. Answers with the record that did; 0 when nothing was closed.
    void reopen(std::function<void(Result<Seq>)> then);
    struct Forgetting {
        Seq last = 0;  // the last of its records; 0 = nothing was theirs alone
        std::uint64_t properties = 0;
        std::vector<std::string> shared;  // addresses left as they are: they are others' too
    };
    /// What was said until now about members of things that the patterns name, as far as it is
    /// about the subject or was theirs, is forgotten: at once by the household, within minutes on
    /// disk. Numbers, times and hashes in the ledger stay. Error: denied (nothing of theirs),
    /// invalid_input, unavailable.
    void forget_mine(const std::vector<std::string>& patterns,
                     std::function<void(Result<Forgetting>)> then);
    /// The store has not come to all of it yet.
    [[nodiscard]] bool is_forgetting() const;
    struct Portion {
        std::vector<Record> records;
        Seq next = 0;  // go on from there; 0 = that was all
    };
    /// What the subject may take along of a thing's records: what is theirs or about them, oldest
    /// first, from a number on. At most 1,000 are looked at.
    void take_along(ThingId thing, Seq from, std::function<void(Result<Portion>)> then) const;
    /// The same of records of one kind that are about no thing: grants, their ends, what was erased
    /// since, and who looked.
    void take_along(std::string_view kind, Seq from,
                    std::function<void(Result<Portion>)> then) const;

    /// A subject's name, for showing grants that passed grants().
    [[nodiscard]] const std::string& name_of(SubjectId subject) const;
    /// For whom who acted in a record did so: who gave an agent its grants that are in force (for a
    /// command under a grant that is, the giver of that one). Of others nobody.
    [[nodiscard]] std::vector<SubjectId> behalf_of(const Record& record) const;
    struct Ownership {
        std::vector<std::string> owners;
        std::vector<std::string> about;
        Time since;
    };
    /// Whose a thing is, for whom it may be known.
    [[nodiscard]] Result<Ownership> ownership(std::string_view thing) const;

    struct System {
        Hub::Health health;
        Seq head = 0;
        Seq durable = 0;
        std::uint32_t boot = 0;
        std::size_t things = 0;
        std::size_t properties = 0;
        std::size_t pending = 0;
        std::uint64_t problems = 0;
        Household::Figures figures;
        Store::Figures store;
        std::vector<std::pair<std::string, std::uint64_t>> dropped;
    };
    [[nodiscard]] Result<System> system() const;

    // ---- what the ledger says to who will not take our word (proofs.cpp) ----
    /// A witness needs Verb::read of this address; the household's keys are no secret from it.
    static constexpr std::string_view ledger_address = "ledger/checkpoint";
    using Attested = std::function<void(Result<std::string>)>;
    void checkpoint(Attested then) const;
    void ledger_keys(Attested then) const;
    void consistency(std::uint64_t from, std::uint64_t to, Attested then) const;
    /// Of a record that the subject may see.
    void inclusion(Seq seq, Attested then) const;
    /// The house's signature under what agreed() told the subject of a grant, worded as `text`.
    void sign_receipt(const Agreed& agreed, std::string text, Attested then) const;

    // ---- live ----
    void watch(Stream& stream);
    void unwatch(Stream& stream);

    [[nodiscard]] Time now() const { return hub_->now().wall; }
    [[nodiscard]] Seq head() const { return hub_->head(); }
    [[nodiscard]] std::uint32_t boot() const { return hub_->boot(); }
    [[nodiscard]] const Hub::Health& health() const { return hub_->health(); }

private:
    friend class Hub;
    Door(Hub& hub, Asker subject) : hub_(&hub), subject_(subject) {}
    [[nodiscard]] Result<PropertyView> view(const Property* property) const;
    void name_purposes(const std::shared_ptr<Looks>& found,
                       const std::function<void(Result<Looks>)>& then) const;
    /// An agent is not given what is critical. Error: invalid_input.
    [[nodiscard]] Result<void> check_agent(const GrantGiven& grant) const;
    void take_along(JournalQuery query, std::function<void(Result<Portion>)> then) const;
    [[nodiscard]] bool is_mine(const Record& record, Time now) const;
    void narrow_look(Record& record) const;
    [[nodiscard]] bool speaks_for(PropertyId property) const;
    /// Whether it is for the subject to say that something goes: not when it is others' as well.
    enum class Say : std::uint8_t { none, alone, with_others };
    [[nodiscard]] Say say_over(ThingId thing, const Verdict& verdict) const;
    /// Of a thing's events and actions, when all of them are meant.
    [[nodiscard]] std::optional<Verdict> say_over_happenings(
        const Thing& thing, const std::function<bool(const std::string&)>& meant) const;
    void see(Asker who, const std::vector<PropertyId>& mine, std::size_t& room,
             Onlooker& onlooker) const;
    void attest(ledger::Attestation asked, Attested then) const;
    [[nodiscard]] bool may_know(const Grant& over, Time ended) const;
    using ToldAgreed = std::shared_ptr<std::function<void(Result<Agreed>)>>;
    void find_given(Seq grant, const ToldAgreed& then) const;
    void find_end(const std::shared_ptr<Agreed>& agreed, Seq from, const ToldAgreed& then) const;
    void find_instead(const std::shared_ptr<Agreed>& agreed, Seq ended,
                      const ToldAgreed& then) const;
    static void climb(Hub& hub, Asker subject, Seq seq, std::vector<Record> chain,
                      std::function<void(Result<std::vector<Record>>)> then);

    Hub* hub_;
    Asker subject_;
};

/// How a receipt has it: "in force", "taken back".
[[nodiscard]] std::string_view name(Door::Agreed::State state);

}  // namespace foxtail
