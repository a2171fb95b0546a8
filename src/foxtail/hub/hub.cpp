#include "foxtail/hub/hub.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/grants/pattern.hpp"
#include "foxtail/hub/door.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace foxtail {
namespace {

constexpr int commit_alarm = 1;
constexpr int household_alarm = 2;
constexpr int retry_alarm = 3;
constexpr int rest_alarm = 7;
constexpr std::size_t ended_max = 1000;

}  // namespace

Hub::Hub(Environment environment, const Zone& zone, Store& store)
    : environment_(environment), store_(store), household_(zone) {}

Hub::~Hub() = default;

// ---- start and stop ----

Result<void> Hub::start(std::string_view version) {
    const auto load = [this](Seq seq, std::string_view bytes) -> Result<void> {
        snapshot_at_ = seq;
        if (bytes.empty()) return {};
        return household_.load(bytes);
    };
    const auto replay = [this](Record&& record) -> Result<void> {
        auto done = household_.replay(record);
        if (done) keep_trace(record);
        return done;
    };
    if (auto done = store_.load(load, replay); !done) return done;
    durable_ = household_.head();
    for (const Property& property : household_.catalogue().properties())
        store_.keep_for(property.id, property.spec.retention);
    // What waits for a person outlives the program: who asked may still hear how it ended.
    for (const Pending& pending : household_.commands().all())
        askers_.emplace(pending.seq, pending.asked_by);
    household_.start(now(), version);
    count_what_was_read();
    note_suspended();
    touched();
    return {};
}

void Hub::stop(std::function<void()> done) {
    record_looks();
    record_sign_ins(true);
    household_.stop(now());
    stopping_ = true;
    stopped_ = std::move(done);
    flush();
    snapshot_.clear();  // one that was on its way is overtaken by this
    household_.save(snapshot_);
    snapshot_seq_ = household_.head();
    commit_if_due();
}

std::string Hub::state() const {
    std::string bytes;
    household_.save(bytes);
    return bytes;
}

// ---- the turn: what happens after each event from outside ----

void Hub::touched() {
    send_orders();
    if (flush_soon_) return;
    flush_soon_ = true;
    environment_.loop.soon([this] { flush(); });
}

void Hub::send_orders() {
    // A connector that answers from within send() brings us here again: what its answer led to
    // follows in this loop.
    if (std::exchange(sending_, true)) return;
    auto& orders = household_.orders();
    for (std::size_t i = 0; i < orders.size(); ++i) {
        if (orders[i].when_durable) {
            held_.push_back(std::move(orders[i]));
        } else {
            const Order order = std::move(orders[i]);
            send(order);
        }
    }
    orders.clear();
    sending_ = false;
}

void Hub::send(const Order& order) {
    const Moment when = now();
    if (when.mono >= order.expires)
        return;  // its deadline ends it; a late unlock is worse than none
    if (household_.commands().find(order.command) == nullptr)
        return;  // it ended while it waited for the disk
    Outlet* outlet =
        order.connector.index < outlets_.size() ? outlets_[order.connector.index] : nullptr;
    if (outlet == nullptr) {
        household_.answer(order.command, Outcome::failed,
                          "the connector of this thing is not running", when);
        return;
    }
    const auto sent = outlet->send(order);
    if (!sent) {
        household_.answer(order.command, Outcome::failed, sent.error().message, when);
    } else if (*sent == Outlet::Sent::done) {
        household_.answer(order.command, Outcome::confirmed,
                          "handed over; the device does not report it back", when);
    }
}

void Hub::flush() {
    flush_soon_ = false;
    send_orders();
    if (!household_.records().empty()) {
        // Apart from the household's own list, which grows when a stream that is shown a record
        // asks for something.
        turn_.swap(household_.records());
        for (const Record& record : turn_) {
            keep_trace(record);
            if (!streams_.empty()) show(record);
        }
        if (pending_.empty()) {
            if (!keepsakes_wait()) oldest_pending_ = environment_.clock.monotonic();
            pending_.swap(turn_);
        } else {
            pending_.insert(pending_.end(), std::make_move_iterator(turn_.begin()),
                            std::make_move_iterator(turn_.end()));
            turn_.clear();
        }
        if (turn_.capacity() == 0 && !spare_.empty()) {
            turn_ = std::move(spare_.back());
            spare_.pop_back();
        }
    }
    if (household_.authority().epoch() != authority_epoch_) {
        authority_epoch_ = household_.authority().epoch();
        close_streams();
        want_all_told();
        affairs_changed();
    }
    if (pending_.size() > pending_pause && !paused_) {
        paused_ = true;
        for (Outlet* outlet : outlets_) {
            if (outlet != nullptr) outlet->pause(true);
        }
    }
    commit_if_due();
    arm();
}

void Hub::arm() {
    // What is due cannot be carried out while nothing can be recorded; waking for it would spin.
    if (health_.read_only) return;
    const Moment when = now();
    if (const auto next = household_.next_wake(when)) {
        environment_.loop.alarm(household_alarm, *next, [this] { wake(); });
    }
}

void Hub::wake() {
    // While nothing can be recorded nothing may happen either: deadlines and rules wait for the
    // disk.
    if (stopping_) return;
    if (!health_.read_only) household_.tick(now());
    touched();
}

void Hub::keep_trace(const Record& record) {
    if (const auto* ran = std::get_if<RuleRan>(&record.body)) {
        auto& traces = traces_[ran->rule];
        traces.push_front({record.seq, record.time, ran->outcome == RunOutcome::failed, ran->detail,
                           record.cause});
        if (traces.size() > trace_max) traces.pop_back();
    } else if (std::holds_alternative<CommandAsked>(record.body)) {
        askers_.emplace(record.seq, record.actor);
    } else if (const auto* ended = std::get_if<CommandEnded>(&record.body)) {
        const auto asker = askers_.find(ended->command);
        ended_.push_back({ended->command, ended->outcome, ended->detail,
                          asker == askers_.end() ? the_hub : asker->second});
        if (asker != askers_.end()) askers_.erase(asker);
        if (ended_.size() > ended_max) ended_.pop_front();
    } else if (const auto* told = apart_if<ThingTold>(record.body)) {
        for (std::size_t i = 0; i < told->ids.size(); ++i)
            store_.keep_for(told->ids[i], told->spec.properties[i].retention);
    } else if (const auto* forgotten = std::get_if<Forgotten>(&record.body)) {
        begin_to_forget(record.seq, *forgotten);
    }
}

std::optional<Hub::CommandState> Hub::ended(Seq command) {
    const auto found = std::find_if(ended_.rbegin(), ended_.rend(),
                                    [&](const auto& c) { return c.seq == command; });
    if (found != ended_.rend()) return *found;
    // In this very turn, whose records nobody has looked through yet.
    for (const Record& record : household_.records()) {
        const auto* just = std::get_if<CommandEnded>(&record.body);
        if (just == nullptr || just->command != command) continue;
        const auto asker = askers_.find(command);
        return CommandState{command, just->outcome, just->detail,
                            asker == askers_.end() ? the_hub : asker->second};
    }
    return std::nullopt;
}

// ---- commits ----

void Hub::commit_if_due() {
    if (committing_) return;
    if (failed_) {
        // The retry alarm brings it back.
        if (health_.read_only && !stopping_ && !urgent_) return;
        hurrying_ = std::exchange(urgent_, false);
        if (hurrying_) {
            retry_.insert(retry_.end(), std::make_move_iterator(pending_.begin()),
                          std::make_move_iterator(pending_.end()));
            pending_.clear();
        }
        return commit(std::move(retry_));
    }
    if (pending_.empty() && !keepsakes_wait()) {
        if (stopping_ && stopped_) {
            if (snapshot_seq_ != 0) store_.keep_snapshot(snapshot_seq_, std::move(snapshot_));
            std::exchange(stopped_, nullptr)();
        }
        return;
    }
    const Duration send_at = commit_due();
    if (!stopping_ && pending_.size() < batch_records_max &&
        environment_.clock.monotonic() < send_at) {
        environment_.loop.alarm(commit_alarm, send_at, [this] { commit_if_due(); });
        return;
    }
    // A large house's state takes long to write: it is written the less often.
    const auto every = std::max<std::uint64_t>(
        snapshot_every, snapshot_every_of_property * household_.catalogue().properties().size());
    const bool due = snapshot_wanted_ || household_.head() >= snapshot_at_ + every;
    if (!stopping_ && snapshot_.empty() && due && household_.records().empty()) {
        snapshot_wanted_ = false;
        // The state as of the batch's last record: taken before anything further is folded in.
        household_.save(snapshot_);
        snapshot_seq_ = household_.head();
    }
    commit(std::move(pending_));
    pending_ = {};
    if (!spare_.empty()) {
        pending_ = std::move(spare_.back());
        spare_.pop_back();
    }
}

/// What nobody waits for gathers until it is worth a write. Who waits does so for the disk alone,
/// as long as it had its rest: a lone wish or a charger's start need not wait for company, and many
/// of them wear the disk no more than before.
Duration Hub::commit_due() const {
    const Duration gathered = oldest_pending_ + batch_age_max;
    if (waiters_.empty() && held_.empty()) return gathered;
    return std::min(gathered, commit_began_ + batch_age_max);
}

void Hub::commit(std::vector<Record>&& batch) {
    committing_ = true;
    commit_began_ = environment_.clock.monotonic();
    failed_ = false;
    keepsakes_under_way_ = keepsakes_;
    store_.commit(std::move(batch), [this](auto durable, auto&& spent) {
        committed(std::move(durable), std::move(spent));
    });
}

void Hub::committed(Result<Seq> durable, std::vector<Record>&& spent) {
    committing_ = false;
    const bool hurried = std::exchange(hurrying_, false);
    if (!durable) {
        retry_ = std::move(spent);
        failed_ = true;
        set_read_only(true, durable.error().message);
        // It came while another try was under way.
        if (urgent_ && !hurried && household_.records().empty()) return commit_if_due();
        const auto waiters = std::exchange(waiters_, {});
        for (const auto& waiter : waiters)
            waiter.then(fail(Code::unavailable, "not on disk: " + durable.error().message));
        if (stopping_ && stopped_) return std::exchange(stopped_, nullptr)();
        environment_.loop.alarm(retry_alarm, environment_.clock.monotonic() + retry_after, [this] {
            if (failed_ && !committing_) commit(std::move(retry_));
        });
        return;
    }
    keepsakes_durable_ = keepsakes_under_way_;
    set_read_only(false, {});
    spent.clear();
    // One fat batch must not keep its memory for ever.
    if (spare_.size() < 3 && spent.capacity() <= 4 * batch_records_max)
        spare_.push_back(std::move(spent));
    environment_.loop.alarm(rest_alarm, environment_.clock.monotonic() + rest_after,
                            [this] { rest(); });
    release(*durable);
    if (!snapshot_.empty() && durable_ >= snapshot_seq_ && !stopping_) {
        store_.keep_snapshot(snapshot_seq_, std::exchange(snapshot_, {}));
        snapshot_at_ = snapshot_seq_;
    }
    if (paused_ && pending_.size() < pending_pause / 2) {
        paused_ = false;
        for (Outlet* outlet : outlets_) {
            if (outlet != nullptr) outlet->pause(false);
        }
    }
    note_dropped();
    commit_if_due();
}

/// After a busy time, what its batches took is given back; before the next one is full it is there
/// again.
void Hub::rest() {
    if (committing_ || !pending_.empty() || !household_.records().empty()) return;
    for (auto* list : {&turn_, &pending_, &household_.records()}) std::vector<Record>().swap(*list);
    spare_.clear();
}

void Hub::release(Seq durable) {
    durable_ = durable;
    while (!held_.empty() && held_.front().record <= durable) {
        const Order order = std::move(held_.front());
        held_.pop_front();
        send(order);
    }
    while (!waiters_.empty() && waiters_.front().seq <= durable &&
           waiters_.front().keepsakes <= keepsakes_durable_) {
        const auto then = std::move(waiters_.front().then);
        waiters_.pop_front();
        then({});
    }
    if (!household_.records().empty() && !stopping_) touched();
}

void Hub::when_durable(Seq seq, std::function<void(Result<void>)> then) {
#ifdef FOX_CONTROL_ACKNOWLEDGE_EARLY
    // The control of the crash test (tests/e2e): a build that must lose what it acknowledged, and
    // be caught.
    return then({});
#endif
    if (health_.read_only && !urgent_) {
        then(fail(Code::unavailable, health_.reason));
        return;
    }
    if (seq <= durable_ && keepsakes_ == keepsakes_durable_) {
        then({});
        return;
    }
    // Callers name the record they just made, so the queue is in order; one that is not waits a
    // little longer.
    waiters_.push_back(
        {waiters_.empty() ? seq : std::max(seq, waiters_.back().seq), keepsakes_, std::move(then)});
    if (committing_ || flush_soon_) return;
    flush_soon_ = true;
    environment_.loop.soon([this] { flush(); });
}

void Hub::set_read_only(bool read_only, std::string reason) {
    if (health_.read_only == read_only && health_.reason == reason) return;
    health_ = {read_only, std::move(reason)};
    for (Outlet* outlet : outlets_) {
        if (outlet != nullptr) outlet->pause(read_only);
    }
    paused_ = read_only;
    affairs_changed();
    if (!read_only) wake();
}

// ---- subjects, grants, rules ----

Result<SubjectId> Hub::name_subject(std::string_view name, SubjectKind kind) {
    auto subject = household_.name_subject(name, kind, the_hub, now());
    touched();
    return subject;
}

Result<Seq> Hub::give(GrantGiven grant) {
    auto given = household_.give(std::move(grant), the_hub, now());
    touched();
    return given;
}

Result<void> Hub::configure(const std::vector<Configured>& wanted, std::string_view purpose) {
    std::vector<std::pair<SubjectId, const Configured*>> missing;
    // All or nothing: what cannot be is found before anything is on record.
    for (const Configured& one : wanted) {
        const Subject* known = household_.authority().find(one.subject);
        if (known != nullptr && known->kind != one.kind) {
            return fail(Code::conflict,
                        "'" + printable(one.subject) + "' is already a " + name(known->kind));
        }
        for (const auto& pattern : one.addresses) {
            if (auto good = check_pattern(pattern); !good) return good;
        }
    }
    for (const Configured& one : wanted) {
        const auto subject = name_subject(one.subject, one.kind);
        if (!subject) return fail(subject.error());
        missing.emplace_back(*subject, &one);
    }
    std::vector<Seq> stale;
    std::vector<SubjectId> gone;
    std::unordered_set<std::uint32_t> named;
    for (const auto& [subject, one] : missing) named.insert(subject.index);
    for (const Grant& grant : household_.authority().grants()) {
        if (grant.given.purpose != purpose) continue;
        if (!named.contains(grant.given.subject.index)) gone.push_back(grant.given.subject);
        const auto same = [&](const auto& m) {
            return m.first == grant.given.subject && m.second->addresses == grant.given.addresses &&
                   m.second->verbs == grant.given.verbs;
        };
        const auto at = std::find_if(missing.begin(), missing.end(), same);
        if (at == missing.end()) {
            stale.push_back(grant.id);
        } else {
            missing.erase(at);
        }
    }
    // Before what the configuration gave: by that a subject that is gone is still found after a
    // kill.
    std::vector<Seq> inherited;
    for (const Grant& grant : household_.authority().grants()) {
        const bool left = std::find(gone.begin(), gone.end(), grant.given.subject) != gone.end();
        if (left && grant.given.purpose != purpose && !grant.given.terms.forbid)
            inherited.push_back(grant.id);
    }
    stale.insert(stale.begin(), inherited.begin(), inherited.end());
    for (const Seq grant : stale) {
        // One may have ended with the one that it was passed on from.
        if (household_.authority().find_grant(grant) == nullptr) continue;
        if (auto done =
                household_.take_back(grant, "no longer in the configuration", the_hub, now());
            !done)
            return fail(done.error());
    }
    for (const auto& [subject, one] : missing) {
        if (one->addresses.empty()) continue;
        GrantGiven grant;
        grant.subject = subject;
        grant.addresses = one->addresses;
        grant.verbs = one->verbs;
        grant.purpose = purpose;
        if (auto done = household_.give(std::move(grant), the_hub, now()); !done)
            return fail(done.error());
    }
    touched();
    return {};
}

std::vector<RuleEngine::Mistake> Hub::load_rules(std::vector<RuleSpec> rules,
                                                 std::string_view hash) {
    const auto count = rules.size();
    auto mistakes = household_.rules().load(std::move(rules), now());
    if (mistakes.empty()) {
        household_.note(the_hub,
                        ConfigLoaded{"rules", std::string(hash), std::to_string(count) + " rules"},
                        now());
        touched();
    }
    return mistakes;
}

}  // namespace foxtail
