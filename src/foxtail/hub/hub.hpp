#pragma once

#include "foxtail/base/environment.hpp"
#include "foxtail/hub/edges.hpp"
#include "foxtail/hub/household.hpp"
#include "foxtail/hub/problems.hpp"
#include "foxtail/hub/rates.hpp"
#include "foxtail/hub/sign_ins.hpp"
#include "foxtail/model/overlay.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace foxtail {

class Door;
class Hub;

/// Live view of one subject: gets only what its subject may observe, re-decided for each item.
/// Implemented by the API's streams. Calls come on the household's thread, after the turn in which
/// things happened.
class Stream {
public:
    virtual ~Stream() = default;
    /// A reading was folded in; `belief` is valid during the call.
    virtual void reading(const Property& property, const Belief& belief, Quality quality) = 0;
    /// A reading of it did not fit: its value stays, its quality is `bad` now.
    virtual void spoiled(const Property& property) { (void)property; }
    /// Any other record that the subject may see.
    virtual void record(const Record& record) = 0;
    /// Health or problems changed; the stream asks its Door what it wants to know.
    virtual void affairs_changed() {}
    /// The subject's access was taken back whole: nothing more will come.
    virtual void closed() = 0;
};

/// What a connector may do, and nothing else.
class Inlet {
public:
    [[nodiscard]] Result<ThingId> tell(const ThingSpec& spec);
    void gone(std::string_view thing);
    /// Every other thing that this connector has brought, now or in an earlier life, is gone.
    void leave_only(const std::vector<std::string>& things);
    /// The reading's record, or why there is none: denied, invalid_input (recorded as bad),
    /// unavailable (read-only), exhausted (the store is behind; counted). `cause`: the record that
    /// it was worked out from.
    Result<Seq> report(Reading reading, Seq cause = 0);
    /// What came for a property is no value at all: it is `bad` until something fits. On record
    /// when it becomes so.
    void misfit(PropertyId property, std::string_view said, std::string_view reason);
    Result<Seq> happened(std::string_view thing, std::string_view event, Value detail);
    void answer(Seq command, Outcome outcome, std::string_view detail);
    /// How much is told of input that was not understood.
    enum class Sample : std::uint8_t {
        shape,  // it may be about anybody (outline.hpp)
        whole   // it is about no person
    };
    /// Input that was not understood: counted, shown, recorded once a minute for each source and
    /// reason.
    void refuse(std::string_view source, std::string_view topic, std::string_view sample,
                std::string_view reason, Sample shown = Sample::shape);
    /// True when the thing is the household's in common and nothing in it is about a person: what
    /// is said of it is nobody's secret from who looks after the house.
    [[nodiscard]] bool about_nobody(ThingId thing) const;
    /// Input that a full queue left out.
    void dropped(std::string_view where, std::uint64_t count);
    /// Calls back once everything recorded so far is on disk, or with the error when that failed.
    void when_durable(std::function<void(Result<void>)> then);
    /// What this connector asked to keep() before the last restart. For its start; blocks.
    [[nodiscard]] Result<void> kept(
        const std::function<void(std::string_view name, std::string_view bytes)>& each) const;
    /// Keeps the newest bytes under a name over a restart; empty bytes: no longer. when_durable()
    /// waits for it too.
    void keep(std::string name, std::string bytes);
    [[nodiscard]] SubjectId subject() const { return subject_; }
    [[nodiscard]] const Catalogue& catalogue() const;
    [[nodiscard]] bool accepting() const;

private:
    friend class Hub;
    Inlet(Hub& hub, SubjectId subject) : hub_(&hub), subject_(subject) {}
    [[nodiscard]] Result<ThingId> tell_as_it_is(const ThingSpec& spec);
    [[nodiscard]] bool takes_after_another(const ThingSpec& spec) const;
    Hub* hub_;
    SubjectId subject_;
};

/// One household alive: the deterministic actor together with its store, its connectors and those
/// who watch. Decides when records are committed and what has to wait for that. Knows no Asio and
/// no SQLite.
class Hub {
public:
    static constexpr std::size_t batch_records_max = 4096;
    static constexpr Duration batch_age_max = milliseconds(4);
    static constexpr std::size_t pending_pause = 100'000;  // connectors stop reading ...
    static constexpr std::size_t pending_max =
        400'000;  // ... and what comes all the same is left out
    static constexpr std::uint64_t snapshot_every = 200'000;         // records, and for each
    static constexpr std::uint64_t snapshot_every_of_property = 10;  // property at least so many
    static constexpr Duration retry_after = seconds(1);
    static constexpr Duration rest_after = milliseconds(250);  // without a commit
    static constexpr Duration catch_up_max = minutes(10);
    static constexpr std::size_t trace_max = 20;  // last runs kept of each rule

    struct RuleTrace {
        Seq seq = 0;
        Time time;
        bool failed = false;
        std::string detail;
        Seq cause = 0;
    };
    /// What taking a grant back came to: nothing recorded from `effective` on went out under it.
    struct Certificate {
        Seq grant = 0;
        std::string subject;
        Seq effective = 0;       // the record that ended it, durable
        Seq delivered_last = 0;  // the last record shown on a stream of the subject; 0 = none
        std::uint64_t streams_closed = 0;
        std::uint64_t commands_cancelled = 0;
        std::string note;  // signed (journal/certificate.hpp); empty where there is no ledger
        Time erase_by;     // who had it is asked to erase until then; unknown = that was not agreed
    };
    struct Health {
        bool read_only = false;
        std::string reason;
    };
    struct CommandState {
        Seq seq = 0;
        std::optional<Outcome> outcome;  // nothing = under way
        std::string detail;
        SubjectId asked_by;
        bool waits = false;  // for a person to confirm it
    };

    Hub(Environment environment, const Zone& zone, Store& store);
    ~Hub();
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    /// Loads what is on record and starts. Blocks.
    [[nodiscard]] Result<void> start(std::string_view version);
    /// Commits everything and takes a last snapshot; then `done`. Nothing may be called afterwards
    /// but the destructor.
    void stop(std::function<void()> done);

    /// What the household says of things, whoever brings them; for those told from now on.
    void set_overlays(ThingOverlays overlays) { overlays_ = std::move(overlays); }
    /// Adds a connector; its subject is "connector:NAME".
    [[nodiscard]] Result<Inlet> attach(std::string_view name, Outlet& outlet);
    /// It is not told anything any more: orders for its things fail until another takes its place.
    void detach(Outlet& outlet);
    /// The one way in for everyone else; who comes from the household's own network says so.
    [[nodiscard]] Door door(Asker subject);

    [[nodiscard]] std::vector<RuleEngine::Mistake> load_rules(std::vector<RuleSpec> rules,
                                                              std::string_view hash);

    /// Gives subjects from the configuration exactly these grants: missing ones are given, others
    /// (given earlier for the same purpose) taken back. Each door has a purpose of its own. Of a
    /// subject that is named no more also what people gave it ends: who comes by that name next is
    /// another. What it was forbidden stays so.
    struct Configured {
        std::string subject;
        SubjectKind kind = SubjectKind::device;
        std::vector<std::string> addresses;
        std::uint16_t verbs = 0;
    };
    [[nodiscard]] Result<void> configure(const std::vector<Configured>& wanted,
                                         std::string_view purpose = "from the configuration");

    /// What every resident may do with what is the household's in common: each gets a grant of it,
    /// now and when they sign up; nothing else of what was given so before stays.
    struct HouseRule {
        std::vector<std::string> addresses = {"*"};
        std::uint16_t verbs = 0;  // 0 = nothing
        std::uint8_t classes = 1U << static_cast<unsigned>(Sensitivity::home);
    };
    [[nodiscard]] Result<void> set_house_rule(HouseRule rule);
    /// An invitation is taken up: makes the subject and gives what residents have. Error: denied,
    /// unavailable.
    [[nodiscard]] Result<SubjectId> join(Seq invitation);
    [[nodiscard]] const People& people() const { return household_.people(); }
    /// False for who has left, and for a guest whose visit is over.
    [[nodiscard]] bool may_enter(SubjectId subject) const;
    /// After a restore: what outsiders were given waits to be confirmed.
    void suspend_outsiders(std::string_view reason);

    // ---- what is to be erased once a grant has ended (erasing.cpp) ----
    [[nodiscard]] const Erasures& erasures() const { return household_.erasures(); }
    /// Who had the grant says that it is erased; `then` once that is durable. Error: not_found,
    /// unavailable.
    void erased(Seq grant, std::function<void(Result<void>)> then);

    /// Sign-ins of all doors, on record: at most a record a minute for each source. True when this
    /// one is on record by itself, so that a log says it too.
    bool signed_in(SubjectId subject, std::string_view how, std::string_view source);
    /// `subject` is whose name was said, if it is known here.
    bool sign_in_refused(std::optional<SubjectId> subject, std::string_view how,
                         std::string_view source, std::string_view why);
    void signed_out(SubjectId subject, std::string_view how, std::string_view source);

    [[nodiscard]] const Authority& authority() const { return household_.authority(); }
    [[nodiscard]] const Health& health() const { return health_; }
    [[nodiscard]] Moment now() const {
        return {environment_.clock.now(), environment_.clock.monotonic()};
    }
    [[nodiscard]] Seq durable() const { return durable_; }
    [[nodiscard]] Seq head() const { return household_.head(); }
    [[nodiscard]] std::uint32_t boot() const { return household_.boot(); }
    [[nodiscard]] Environment& environment() { return environment_; }

    /// The whole state as bytes, to be compared: equal journals give equal bytes.
    [[nodiscard]] std::string state() const;

    /// For sign-in, which comes before there is a subject: names it or finds it.
    [[nodiscard]] Result<SubjectId> name_subject(std::string_view name, SubjectKind kind);
    /// For the program itself (first start): gives a grant.
    [[nodiscard]] Result<Seq> give(GrantGiven grant);
    /// Takes back what a subject's tokens carried.
    [[nodiscard]] Result<void> end_tokens(SubjectId subject, std::string_view reason);
    void when_durable(Seq seq, std::function<void(Result<void>)> then);

private:
    friend class Door;
    friend class Inlet;
    struct Waiter {
        Seq seq = 0;
        std::uint64_t keepsakes = 0;
        std::function<void(Result<void>)> then;
    };
    struct Drops {
        std::uint64_t count = 0;
        std::uint64_t recorded = 0;  // of these, on record
        Duration when;               // of the last record
    };
    struct Watching {
        Asker subject;
        Stream* stream = nullptr;
        Seq delivered = 0;  // the last record shown
    };

    void touched();
    void send_orders();
    void send(const Order& order);
    void flush();
    void show(const Record& record);
    /// `verb` is asked of what is about a property or a thing: observe what happens, or history for
    /// what has happened.
    [[nodiscard]] bool may_see(Asker subject, const Record& record, Verb verb, Time now);
    /// What has happened: whoever has its history, and for a while whoever might have watched it,
    /// so that a stream which was cut off can catch up.
    [[nodiscard]] bool may_look_back_at(Asker subject, const Record& record, Time now);
    /// Leaves out what the subject must not know of a record that it may see.
    void narrow(Asker subject, Record& record, Time now);
    [[nodiscard]] bool may_see_wishes_of(Asker subject, const std::string& address, Time at,
                                         Time now);
    void keep_trace(const Record& record);
    [[nodiscard]] std::optional<CommandState> ended(Seq command);
    /// What comes next must not wait until the disk has room again: the store keeps some for it.
    void hurry() { urgent_ = health_.read_only; }
    void commit_if_due();
    [[nodiscard]] Duration commit_due() const;
    void commit(std::vector<Record>&& batch);
    /// Whether there are some that no commit under way takes along.
    [[nodiscard]] bool keepsakes_wait() const {
        return keepsakes_ > (committing_ ? keepsakes_under_way_ : keepsakes_durable_);
    }
    void committed(Result<Seq> durable, std::vector<Record>&& spent);
    void rest();
    void release(Seq durable);
    void set_read_only(bool read_only, std::string reason);
    void arm();
    void wake();
    void affairs_changed();
    void close_streams();
    void note_dropped();
    // what people want forgotten (forgetting.cpp)
    [[nodiscard]] bool is_forgotten(const Record& record) const;
    [[nodiscard]] bool is_forgetting(PropertyId property);
    void notice_forgotten();
    void begin_to_forget(Seq seq, const Forgotten& what);
    // reads by those from outside, put on record (reads.cpp)
    struct Looked {
        std::uint64_t count = 0;
        Time from;
        Time until;
        std::vector<PropertyId> properties;
    };
    void looked(SubjectId subject, const Verdict& verdict, PropertyId property, const char* how);
    /// The same for a record of the past that was told.
    void looked_back(Asker subject, const Record& record, Time now);
    void record_looks();
    // under grants that say how often or how much (used_up.cpp)
    /// A question, and so many values told in answer to it.
    struct Reads {
        std::uint64_t reads = 1;
        std::uint64_t values = 1;
    };
    /// Counts it, if it is within what was given. Error: exhausted, and who gave it is told.
    [[nodiscard]] Result<void> use_up(Asker subject, Verb verb, const Verdict& verdict,
                                      PropertyId property, Reads reads);
    [[nodiscard]] Result<void> has_left(const Grant& grant, Reads reads, Moment when);
    void tell_used_up(const Grant& grant, const std::string& why, Moment when);
    void count_what_was_read();
    bool note_sign_in(const SignIns::Try& one);
    void record_sign_ins(bool all);
    void note_suspended();
    Result<void> give_as_resident(SubjectId subject);
    // coarse.cpp's entries, filled in from the history (telling.cpp)
    void want_told(PropertyId property, const Obligation& obligation);
    void want_all_told();
    void tell_due();
    void fetch_told(const Coarse::Key& key, Time span);
    void told(const Coarse::Key& key, Time span, const std::vector<HistoryPoint>& points);

    Environment environment_;
    Store& store_;
    Household household_;
    std::vector<Outlet*> outlets_;
    ThingOverlays overlays_;       // by subject
    std::vector<Record> turn_;     // of the present turn, while it is shown
    std::vector<Record> pending_;  // not yet handed to the store
    std::vector<Record> retry_;    // handed back by a failed commit: goes first
    bool failed_ = false;          // the last commit; retry_ is to be given again
    bool urgent_ = false;          // what waits is not to wait for room on the disk
    bool hurrying_ = false;        // ... and the commit under way has it
    std::vector<std::vector<Record>> spare_;
    std::deque<Waiter> waiters_;
    std::deque<Order> held_;  // until their record is durable
    std::vector<Watching> streams_;
    std::deque<std::pair<Seq, Forgotten>> forgetting_;  // what the store has not come to
    bool snapshot_wanted_ = false;
    StringMap<std::deque<RuleTrace>> traces_;
    std::deque<CommandState> ended_;             // the last commands that ended
    std::unordered_map<Seq, SubjectId> askers_;  // of commands under way
    Problems problems_;
    SignIns sign_ins_;
    Rates rates_;
    std::map<std::uint32_t, std::map<Seq, Reads>> used_;  // by subject, since it was on record last
    std::map<Seq, Duration> used_up_told_;                // when, of each grant
    HouseRule house_rule_;
    Health health_;
    StringMap<Drops> dropped_;
    Seq durable_ = 0;
    std::uint64_t keepsakes_ = 0;  // taken so far; how many of them a commit has taken along
    std::uint64_t keepsakes_under_way_ = 0;
    std::uint64_t keepsakes_durable_ = 0;
    Seq snapshot_seq_ = 0;
    std::string snapshot_;
    Seq snapshot_at_ = 0;
    std::uint64_t authority_epoch_ = 0;
    std::map<std::tuple<std::uint32_t, Seq, std::string>, Looked> looks_;  // since last recorded
    Duration oldest_pending_;
    Duration commit_began_ = Duration{} - batch_age_max;  // the last one
    bool committing_ = false;
    bool flush_soon_ = false;
    bool sending_ = false;
    bool paused_ = false;
    bool stopping_ = false;
    std::function<void()> stopped_;
};

}  // namespace foxtail
