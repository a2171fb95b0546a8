// A person's own desk: what is theirs, who else sees it, who looked, and taking all of it along.
#include "foxtail/grants/narrower.hpp"
#include "foxtail/grants/pattern.hpp"
#include "foxtail/hub/door.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace foxtail {
namespace {

constexpr std::string_view closing_code = "foxtail.closed";
constexpr std::uint32_t looked_at_max = 1000;

constexpr std::uint16_t bit_of(Verb verb) {
    return static_cast<std::uint16_t>(verb);
}

bool lives_here(SubjectKind kind) {
    return kind == SubjectKind::owner || kind == SubjectKind::resident;
}

/// Those who look and act for themselves; what runs the house is not among them.
bool is_somebody(SubjectKind kind) {
    return lives_here(kind) || kind == SubjectKind::guest || kind == SubjectKind::participant ||
           kind == SubjectKind::agent || kind == SubjectKind::token;
}

bool within(const Verdict& verdict, Time at) {
    return verdict.allowed && at >= verdict.since &&
           (!verdict.before.known() || at < verdict.before);
}

}  // namespace

// ---- what is theirs ----

/// True for who keeps the household's affairs without being one of its people, of what is the
/// household's in common.
bool Door::speaks_for(PropertyId property) const {
    if (lives_here(who().kind) || !may_manage()) return false;
    const OwnershipEpoch* epoch =
        hub_->authority().ownership().now(names().property(property).thing);
    return epoch == nullptr || epoch->owners.empty();
}

Door::Stake Door::stake(PropertyId property) const {
    const Authority& authority = hub_->authority();
    const Verdict verdict = authority.decide(subject_, Verb::history, property, now());
    if (!verdict.allowed) return Stake::none;
    const bool own = verdict.reason == Reason::about_them || verdict.reason == Reason::owner;
    if (own && verdict.before.known()) return Stake::past;
    if (verdict.reason == Reason::about_them) return Stake::about;
    const OwnershipEpoch* epoch = authority.ownership().now(names().property(property).thing);
    const bool by_name = epoch != nullptr && epoch->has_owner(subject_);
    if (verdict.reason == Reason::owner) return by_name ? Stake::owner : Stake::household;
    const bool whole = verdict.reason == Reason::granted && !verdict.obligation.any();
    const bool common = whole && speaks_for(property) && !authority.is_personal(property);
    return common ? Stake::household : Stake::none;
}

void Door::grants_on_mine(
    const std::function<void(const Grant&, const std::vector<PropertyId>&)>& visit) const {
    const Authority& authority = hub_->authority();
    std::vector<bool> mine(names().properties().size());
    for (std::size_t i = 0; i < mine.size(); ++i)
        mine[i] = stake({static_cast<std::uint32_t>(i)}) > Stake::past;
    const Time when = now();
    // What names my things without a word of mine opens nothing of them.
    const auto opens = [&](const Grant& grant, PropertyId id) {
        if (grant.grantor == subject_ || grant.given.terms.forbid) return true;
        for (const Verb verb :
             {Verb::discover, Verb::read, Verb::observe, Verb::history, Verb::set}) {
            if ((grant.given.verbs & bit_of(verb)) == 0) continue;
            const Verdict verdict = authority.decide({grant.given.subject, true}, verb, id, when);
            if (verdict.allowed || verdict.reason == Reason::expired) return true;
        }
        return false;
    };
    for (const Grant& grant : authority.grants()) {
        if (grant.given.subject == subject_ && grant.grantor != subject_) continue;
        std::vector<PropertyId> reached;
        authority.each_reached(grant, [&](PropertyId id) {
            if (mine[id.index] && opens(grant, id)) reached.push_back(id);
        });
        if (!reached.empty() || grant.grantor == subject_) visit(grant, reached);
    }
}

// ---- who sees it ----

void Door::see(Asker who, const std::vector<PropertyId>& mine, std::size_t& room,
               Onlooker& onlooker) const {
    const Authority& authority = hub_->authority();
    const Time when = now();
    const auto keep = [&](const std::string& address, std::uint16_t verbs, const Verdict& verdict) {
        if (verbs == 0) return;
        if (room == 0) {
            ++onlooker.more;
            return;
        }
        --room;
        onlooker.sees.push_back({address, verbs, verdict});
    };
    ThingId last{~std::uint32_t{0}};
    for (const PropertyId id : mine) {
        std::uint16_t verbs = 0;
        Verdict first;
        for (const Verb verb : {Verb::read, Verb::observe, Verb::history, Verb::set}) {
            const Verdict verdict = authority.decide(who, verb, id, when);
            // Who had it before sees what was before, which is not the subject's.
            if (!verdict.allowed || verdict.before.known()) continue;
            if (verbs == 0) first = verdict;
            verbs = static_cast<std::uint16_t>(verbs | bit_of(verb));
        }
        const Property& property = names().property(id);
        keep(property.address, verbs, first);
        if (property.thing == last) continue;
        last = property.thing;
        const ThingSpec& spec = names().thing(last).spec;
        for (const ActionSpec& action : spec.actions) {
            const auto address = spec.id + "/" + action.name;
            const Verdict verdict = authority.decide_at(who, Verb::run, address, when);
            if (verdict.allowed) keep(address, bit_of(Verb::run), verdict);
        }
    }
}

std::vector<Door::Onlooker> Door::onlookers() const {
    const Authority& authority = hub_->authority();
    std::vector<PropertyId> mine;
    for (const Property& property : names().properties()) {
        if (property.present && stake(property.id) > Stake::past) mine.push_back(property.id);
    }
    std::vector<bool> given(authority.subjects().size());
    for (const Grant& grant : authority.grants()) given[grant.given.subject.index] = true;
    std::vector<Onlooker> out;
    std::size_t room = insights_max;
    for (const Subject& subject : authority.subjects()) {
        const bool may_see = lives_here(subject.kind) || given[subject.id.index];
        if (subject.id == subject_ || !is_somebody(subject.kind) || !may_see) continue;
        Onlooker onlooker;
        onlooker.subject = subject.id;
        // From wherever they see most.
        see({subject.id, true}, mine, room, onlooker);
        if (!onlooker.sees.empty() || onlooker.more > 0) out.push_back(std::move(onlooker));
    }
    return out;
}

// ---- who looked ----

void Door::narrow_look(Record& record) const {
    auto& read = std::get<OutsideRead>(record.body);
    std::erase_if(read.properties, [&](PropertyId id) {
        return !names().knows(id) || stake(id) == Stake::none ||
               !within(hub_->authority().decide(subject_, Verb::history, id, now()), record.time);
    });
}

void Door::looks(Seq before, std::function<void(Result<Looks>)> then) const {
    auto found = std::make_shared<Looks>();
    if (before == 0) {
        for (const auto& [key, look] : hub_->looks_) {
            const auto& [subject, grant, how] = key;
            Record record;
            record.time = look.until;
            record.body = OutsideRead{{subject},  grant,          how, look.count, look.from,
                                      look.until, look.properties};
            narrow_look(record);
            const auto& read = std::get<OutsideRead>(record.body);
            if (!read.properties.empty() && SubjectId{subject} != subject_)
                found->records.push_back(std::move(record));
        }
    }
    JournalQuery query;
    query.kind = "outside_read";
    query.newest_first = true;
    query.limit = looked_at_max;
    if (before != 0) query.before = before;
    const Door door = *this;
    hub_->store_.journal(
        query, [door, found, then = std::move(then)](Result<std::vector<Record>> records) {
            if (!records) return then(fail(std::move(records.error())));
            if (records->size() == looked_at_max) found->before = records->back().seq;
            for (Record& record : *records) {
                if (std::get<OutsideRead>(record.body).subject == door.subject_) continue;
                door.narrow_look(record);
                if (!std::get<OutsideRead>(record.body).properties.empty())
                    found->records.push_back(std::move(record));
            }
            door.name_purposes(found, then);
        });
}

/// A look that somebody may see was at what is theirs: what it was for is theirs to know as well.
void Door::name_purposes(const std::shared_ptr<Looks>& found,
                         const std::function<void(Result<Looks>)>& then) const {
    JournalQuery ended;
    ended.kind = "grant";
    ended.newest_first = true;
    ended.limit = looked_at_max;
    ended.from = ended.before;
    ended.before = 0;
    for (const Record& record : found->records) {
        const Seq id = std::get<OutsideRead>(record.body).grant;
        if (id == 0 || found->purposes.contains(id)) continue;
        const Grant* grant = hub_->authority().find_grant(id);
        found->purposes[id] = grant == nullptr ? std::string() : grant->given.purpose;
        if (grant != nullptr) continue;
        ended.from = std::min(ended.from, id);
        ended.before = std::max(ended.before, id + 1);
    }
    if (ended.before == 0) return then(std::move(*found));
    hub_->store_.journal(ended, [found, then](const Result<std::vector<Record>>& records) {
        if (!records) return then(fail(records.error()));
        for (const Record& record : *records) {
            const auto at = found->purposes.find(record.seq);
            const auto* given = apart_if<GrantGiven>(record.body);
            if (at != found->purposes.end() && given != nullptr) at->second = given->purpose;
        }
        then(std::move(*found));
    });
}

// ---- less ----

const Grant* Door::given_by_me(Seq grant) const {
    const Grant* known = hub_->authority().find_grant(grant);
    return known != nullptr && known->grantor == subject_ ? known : nullptr;
}

void Door::narrow(Seq grant, GrantGiven becomes, std::function<void(Result<Seq>)> then) {
    const Authority& authority = hub_->authority();
    const Grant* known = authority.find_grant(grant);
    // Another giver's word would open other things: only the giver narrows.
    if (given_by_me(grant) == nullptr) return then(Authority::denied());
    if (hub_->health_.read_only)
        return then(fail(Code::unavailable, "read-only: " + hub_->health_.reason));
    if (known->suspended)
        return then(fail(Code::conflict, "it waits to be confirmed since a backup was restored"));
    const GrantGiven& was = known->given;
    becomes.subject = was.subject;
    becomes.token_hash = was.token_hash;
    if (!becomes.from.known()) becomes.from = was.from;
    if (becomes.addresses.empty() || becomes.verbs == 0)
        return then(fail(Code::invalid_input, "a grant needs addresses and verbs"));
    for (const auto* patterns : {&becomes.addresses, &becomes.terms.except}) {
        for (const auto& pattern : *patterns) {
            if (auto good = check_pattern(pattern); !good)
                return then(fail(std::move(good.error())));
        }
    }
    if (becomes.until.known() && becomes.until <= now())
        return then(fail(Code::invalid_input, "'until' lies in the past"));
    if (auto narrower = check_narrower(was, becomes); !narrower)
        return then(fail(std::move(narrower.error())));
    // A grant stops opening what changed hands; one with a newer number must not open it again.
    bool changed_hands = false;
    authority.each_reached(*known, [&](PropertyId id) {
        const OwnershipEpoch* epoch = authority.ownership().now(names().property(id).thing);
        changed_hands = changed_hands || (epoch != nullptr && epoch->seq > grant);
    });
    if (changed_hands) {
        return then(fail(Code::conflict,
                         "something that it reaches has changed hands since: take it back and "
                         "give anew"));
    }
    const auto seq = hub_->household_.replace(grant, std::move(becomes), subject_, hub_->now());
    hub_->touched();
    if (!seq) return then(seq);
    hub_->when_durable(hub_->head(), [then = std::move(then), seq = *seq](Result<void> durable) {
        if (!durable) return then(fail(std::move(durable.error())));
        then(seq);
    });
}

// ---- the quick switch ----

const Grant* Door::closing() const {
    for (const Grant& grant : hub_->authority().grants()) {
        if (grant.grantor == subject_ && grant.given.terms.forbid &&
            grant.given.terms.purpose_code == closing_code)
            return &grant;
    }
    return nullptr;
}

void Door::close(Time until, std::function<void(Result<Hub::Certificate>)> then) {
    if (!lives_here(who().kind) && !may_manage()) return then(Authority::denied());
    if (hub_->health_.read_only)
        return then(fail(Code::unavailable, "read-only: " + hub_->health_.reason));
    if (until.known() && until <= now())
        return then(fail(Code::invalid_input, "'until' lies in the past"));
    GrantGiven forbid;
    forbid.subject = the_hub;
    forbid.addresses = {"*"};
    for (const Verb verb :
         {Verb::discover, Verb::read, Verb::observe, Verb::history, Verb::set, Verb::run})
        forbid.verbs = static_cast<std::uint16_t>(forbid.verbs | bit_of(verb));
    forbid.until = until;
    forbid.purpose = "nobody may look or control";
    forbid.terms.forbid = true;
    forbid.terms.spares_household = true;
    forbid.terms.purpose_code = closing_code;
    const Grant* before = closing();
    const Seq old = before == nullptr ? 0 : before->id;
    Hub::Certificate certificate;
    certificate.subject = hub_->authority().find(the_hub)->name;
    for (const Hub::Watching& w : hub_->streams_)
        certificate.delivered_last = std::max(certificate.delivered_last, w.delivered);
    const auto streams_before = hub_->streams_.size();
    const auto under_way = hub_->household_.commands().size();
    certificate.effective = hub_->head() + 1;
    const auto seq = hub_->household_.give(std::move(forbid), subject_, hub_->now());
    if (!seq) return then(fail(seq.error()));
    certificate.grant = *seq;
    certificate.commands_cancelled = under_way - hub_->household_.commands().size();
    // The new one holds before the old one ends.
    if (old != 0)
        (void)hub_->household_.take_back(old, "a newer one takes its place", subject_, hub_->now());
    hub_->touched();
    hub_->when_durable(hub_->head(), [hub = hub_, then = std::move(then), certificate,
                                      streams_before](Result<void> durable) mutable {
        if (!durable) return then(fail(std::move(durable.error())));
        const auto streams = hub->streams_.size();
        certificate.streams_closed = streams_before > streams ? streams_before - streams : 0;
        then(std::move(certificate));
    });
}

void Door::reopen(std::function<void(Result<Seq>)> then) {
    const Grant* closed = closing();
    if (closed == nullptr) return then(Seq{0});
    take_back(closed->id, "opened again by " + who().name,
              [then = std::move(then)](Result<Hub::Certificate> done) {
                  if (!done) return then(fail(std::move(done.error())));
                  then(done->effective);
              });
}

// ---- taking it along ----

/// By the same decision as everything else, and only for what is their own matter: what others gave
/// them to see is not theirs to take.
bool Door::is_mine(const Record& record, Time now) const {
    const Authority& authority = hub_->authority();
    if (hub_->is_forgotten(record)) return false;
    const auto of_property = [&](PropertyId id) {
        return names().knows(id) && stake(id) != Stake::none &&
               within(authority.decide(subject_, Verb::history, id, now), record.time);
    };
    const auto of_member = [&](ThingId id, std::string_view member) {
        if (!names().knows(id)) return false;
        const auto address = names().thing(id).spec.id + "/" + std::string(member);
        const Verdict verdict = authority.decide_at(subject_, Verb::history, address, now);
        const bool own =
            verdict.reason == Reason::owner || verdict.reason == Reason::about_them ||
            (!lives_here(who().kind) && may_manage() && authority.ownership().now(id) == nullptr);
        return own && !verdict.obligation.any() && within(verdict, record.time);
    };
    if (const auto* reading = std::get_if<Reading>(&record.body))
        return of_property(reading->property);
    if (const auto* refused = std::get_if<ReadingRefused>(&record.body))
        return of_property(refused->property);
    if (const auto* asked = std::get_if<CommandAsked>(&record.body)) {
        return asked->action.empty() ? of_property(asked->property)
                                     : of_member(asked->thing, asked->action);
    }
    if (const auto* confirmed = std::get_if<WishConfirmed>(&record.body)) {
        return confirmed->action.empty() ? of_property(confirmed->property)
                                         : of_member(confirmed->thing, confirmed->action);
    }
    if (const auto* event = std::get_if<EventHappened>(&record.body))
        return of_member(event->thing, event->event);
    if (const auto* given = apart_if<GrantGiven>(record.body))
        return record.actor == subject_ || given->subject == subject_;
    if (std::holds_alternative<GrantEnded>(record.body)) return record.actor == subject_;
    if (const auto* told = std::get_if<ErasureTold>(&record.body)) {
        const auto* asked = hub_->erasures().find(told->grant);
        return asked != nullptr && asked->grantor == subject_;
    }
    return false;
}

void Door::take_along(ThingId thing, Seq from, std::function<void(Result<Portion>)> then) const {
    JournalQuery query;
    query.from = std::max<Seq>(from, 1);
    query.thing = thing;
    take_along(std::move(query), std::move(then));
}

void Door::take_along(std::string_view kind, Seq from,
                      std::function<void(Result<Portion>)> then) const {
    JournalQuery query;
    query.from = std::max<Seq>(from, 1);
    query.kind = kind;
    take_along(std::move(query), std::move(then));
}

void Door::take_along(JournalQuery query, std::function<void(Result<Portion>)> then) const {
    query.limit = looked_at_max;
    const Door door = *this;
    const auto sort_out = [door, then = std::move(then)](Result<std::vector<Record>> records) {
        if (!records) return then(fail(std::move(records.error())));
        Portion portion;
        if (records->size() == looked_at_max) portion.next = records->back().seq + 1;
        const Time when = door.now();
        for (Record& record : *records) {
            auto* read = std::get_if<OutsideRead>(&record.body);
            if (read != nullptr) door.narrow_look(record);
            if (read != nullptr ? !read->properties.empty() : door.is_mine(record, when))
                portion.records.push_back(std::move(record));
        }
        then(std::move(portion));
    };
    // What was said a moment ago belongs to it; when nothing can be recorded, what there is does.
    hub_->when_durable(hub_->head(),
                       [hub = hub_, query = std::move(query), sort_out](const Result<void>&) {
                           hub->store_.journal(query, sort_out);
                       });
}

}  // namespace foxtail
