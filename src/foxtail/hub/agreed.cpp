// What was agreed and what became of it, for the receipt: of a grant in force as it is held, of one
// that is over as the journal has it.
#include "foxtail/grants/reach.hpp"
#include "foxtail/hub/door.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace foxtail {
namespace {

constexpr std::uint32_t ends_at_once_max = 1000;

using State = Door::Agreed::State;

State state_of(const GrantEnded& ended, SubjectId by) {
    if (ended.reason == ended_as_narrowed) return State::narrowed;
    if (ended.reason == ended_as_over) return State::ran_out;
    return by == the_hub ? State::ended : State::taken_back;
}

State state_of(const Grant& grant, const Authority& authority, Time now) {
    const Time until = grant.given.until;
    if (grant.suspended) return State::to_be_confirmed;
    if (until.known() && until <= now && authority.time_is_certain(now)) return State::ran_out;
    if (until.known() && until <= authority.latest(now)) return State::in_doubt;
    return grant.given.from > now ? State::to_come : State::in_force;
}

}  // namespace

std::string_view name(Door::Agreed::State state) {
    switch (state) {
        case State::in_force:
            return "in force";
        case State::to_come:
            return "to come";
        case State::to_be_confirmed:
            return "to be confirmed";
        case State::in_doubt:
            return "in doubt";
        case State::narrowed:
            return "narrowed";
        case State::taken_back:
            return "taken back";
        case State::ran_out:
            return "ran out";
        case State::ended:
            return "ended";
    }
    return "";
}

/// Who gave or got it, who manages the household, and whose things it reached while it was in
/// force: who owned them or whom they were about then.
bool Door::may_know(const Grant& over, Time ended) const {
    if (over.grantor == subject_ || over.given.subject == subject_ || may_manage()) return true;
    const auto& ownership = hub_->authority().ownership();
    const GrantGiven& given = over.given;
    const auto then = [&](ThingId thing) {
        const auto& epochs = ownership.epochs(thing);
        for (std::size_t i = 0; i < epochs.size(); ++i) {
            const bool before = i + 1 < epochs.size() && epochs[i + 1].seq < over.id;
            const bool after = epochs[i].from > ended;
            if (before || after) continue;
            if (epochs[i].has_owner(subject_) || epochs[i].about_index(subject_) >= 0) return true;
        }
        return false;
    };
    const auto& all = names().properties();
    return std::any_of(all.begin(), all.end(), [&](const Property& property) {
        return then(property.thing) && reaches(given.addresses, given.terms.except,
                                               given.terms.classes, names(), property.address);
    });
}

void Door::agreed(Seq grant, std::function<void(Result<Agreed>)> then) const {
    const Grant* held = nullptr;
    grants([&](const Grant& one) {
        if (one.id == grant) held = &one;
    });
    if (held != nullptr) {
        Agreed out;
        out.grant = *held;
        out.state = state_of(*held, hub_->authority(), now());
        if (out.state == State::ran_out) out.ended = held->given.until;
        return then(std::move(out));
    }
    if (grant == 0 || grant > hub_->head()) return then(Authority::denied());
    // What ended a moment ago is over as well; when nothing can be recorded, what there is counts.
    const auto shared = std::make_shared<std::function<void(Result<Agreed>)>>(std::move(then));
    hub_->when_durable(hub_->head(), [door = *this, grant, shared](const Result<void>&) {
        door.find_given(grant, shared);
    });
}

void Door::find_given(Seq grant, const ToldAgreed& then) const {
    JournalQuery one;
    one.from = grant;
    one.before = grant + 1;
    one.limit = 1;
    hub_->store_.journal(one, [door = *this, then](Result<std::vector<Record>> found) {
        if (!found) return (*then)(fail(std::move(found.error())));
        const auto* given = found->empty() ? nullptr : apart_if<GrantGiven>(found->front().body);
        if (given == nullptr) return (*then)(Authority::denied());
        const auto agreed = std::make_shared<Agreed>();
        agreed->grant = {found->front().seq, *given, found->front().actor, false};
        // Before it is looked for, or the time it takes would tell that there was one.
        if (!door.may_know(agreed->grant, door.now())) return (*then)(Authority::denied());
        door.find_end(agreed, found->front().seq + 1, then);
    });
}

/// Ends are few; it is found among those after the giving.
void Door::find_end(const std::shared_ptr<Agreed>& agreed, Seq from, const ToldAgreed& then) const {
    JournalQuery ends;
    ends.kind = "grant_ended";
    ends.from = from;
    ends.limit = ends_at_once_max;
    hub_->store_.journal(ends, [door = *this, agreed, then](Result<std::vector<Record>> found) {
        if (!found) return (*then)(fail(std::move(found.error())));
        const auto end = std::find_if(found->begin(), found->end(), [&](const Record& record) {
            const auto* ended = std::get_if<GrantEnded>(&record.body);
            return ended != nullptr && ended->grant == agreed->grant.id;
        });
        if (end == found->end()) {
            if (found->size() < ends_at_once_max) return (*then)(Authority::denied());
            return door.find_end(agreed, found->back().seq + 1, then);
        }
        const auto& ended = std::get<GrantEnded>(end->body);
        agreed->state = state_of(ended, end->actor);
        agreed->ended = end->time;
        agreed->ended_by = end->actor;
        agreed->erase_by = ended.erase_by;
        if (!door.may_know(agreed->grant, end->time)) return (*then)(Authority::denied());
        if (agreed->state != State::narrowed) return (*then)(std::move(*agreed));
        door.find_instead(agreed, end->seq, then);
    });
}

/// The narrower one is the next that was given: both are of one transaction.
void Door::find_instead(const std::shared_ptr<Agreed>& agreed, Seq ended,
                        const ToldAgreed& then) const {
    JournalQuery next;
    next.kind = "grant";
    next.from = ended + 1;
    next.limit = 1;
    hub_->store_.journal(next, [agreed, then](Result<std::vector<Record>> found) {
        if (!found) return (*then)(fail(std::move(found.error())));
        if (!found->empty() && found->front().cause == agreed->grant.id)
            agreed->instead = found->front().seq;
        (*then)(std::move(*agreed));
    });
}

void Door::sign_receipt(const Agreed& agreed, std::string text, Attested then) const {
    hub_->store_.attest(ledger::ReceiptAsked{agreed.grant.id, std::string(name(agreed.state)),
                                             now(), std::move(text)},
                        std::move(then));
}

}  // namespace foxtail
