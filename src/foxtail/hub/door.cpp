#include "foxtail/hub/door.hpp"

#include "foxtail/base/assert.hpp"

#include <algorithm>
#include <utility>

namespace foxtail {
namespace {

constexpr std::size_t chain_max = 64;

}  // namespace

Door Hub::door(Asker subject) {
    FOX_ASSERT(household_.authority().find(subject) != nullptr,
               "a door belongs to a known subject");
    return {*this, subject};
}

const Subject& Door::who() const {
    return *hub_->authority().find(subject_);
}
const Catalogue& Door::names() const {
    return hub_->household_.catalogue();
}

// ---- things ----

bool Door::discovers(const Thing& thing, std::string_view member) const {
    const Authority& authority = hub_->authority();
    const Time when = now();
    if (const Property* property = names().find_property(thing.spec.id, member)) {
        return authority.decide(subject_, Verb::discover, property->id, when).allowed ||
               authority.decide(subject_, Verb::read, property->id, when).allowed ||
               authority.decide(subject_, Verb::set, property->id, when).allowed;
    }
    const auto address = thing.spec.id + "/" + std::string(member);
    return authority.decide_at(subject_, Verb::discover, address, when).allowed ||
           authority.decide_at(subject_, Verb::run, address, when).allowed ||
           authority.decide_at(subject_, Verb::observe, address, when).allowed;
}

bool Door::discovers(const Thing& thing) const {
    const auto sees = [&](const auto& member) { return discovers(thing, member.name); };
    const ThingSpec& spec = thing.spec;
    return std::any_of(spec.properties.begin(), spec.properties.end(), sees) ||
           std::any_of(spec.actions.begin(), spec.actions.end(), sees) ||
           std::any_of(spec.events.begin(), spec.events.end(), sees);
}

void Door::things(const std::function<void(const Thing&)>& visit) const {
    const bool all = may_manage();
    for (const Thing& thing : names().things()) {
        if (thing.present && (all || discovers(thing))) visit(thing);
    }
}

Result<const Thing*> Door::thing(std::string_view id) const {
    const Thing* thing = names().find_thing(id);
    if (thing == nullptr || !thing->present || !(may_manage() || discovers(*thing)))
        return Authority::denied();
    return thing;
}

Result<PropertyView> Door::view(const Property* property) const {
    if (property == nullptr || !property->present) return Authority::denied();
    const auto permit = hub_->authority().permit<Verb::read>(subject_, property->id, now());
    if (!permit) return fail(permit.error());
    if (auto within = hub_->use_up(subject_, Verb::read, permit->verdict(), property->id, {});
        !within)
        return fail(std::move(within.error()));
    hub_->want_told(property->id, permit->verdict().obligation);
    hub_->looked(subject_, permit->verdict(), property->id, "read");
    return PropertyView{property, &hub_->household_.belief(*permit),
                        hub_->household_.quality(*permit, now()),
                        permit->verdict().obligation.any()};
}

Result<PropertyView> Door::read(std::string_view address) const {
    return view(names().find_property(address));
}

Result<PropertyView> Door::read(std::string_view thing, std::string_view property) const {
    return view(names().find_property(thing, property));
}

void Door::readings(std::string_view thing,
                    const std::function<void(const PropertyView&)>& visit) const {
    const auto show = [&](const Property& property) {
        if (const auto seen = view(&property)) visit(*seen);
    };
    if (thing.empty()) {
        for (const Property& property : names().properties()) show(property);
    } else if (const Thing* known = names().find_thing(thing)) {
        for (const PropertyId id : known->properties) show(names().property(id));
    }
}

// ---- wishes ----

void Door::wish(const Wish& wish, std::function<void(Result<Seq>)> then) {
    if (hub_->health_.read_only)
        return then(fail(Code::unavailable, "read-only: " + hub_->health_.reason));
    const auto seq = hub_->household_.wish(subject_, wish, hub_->now());
    hub_->touched();
    if (!seq) {
        // A denial is on record before the one denied hears of it; other refusals need no record.
        if (seq.error().code != Code::denied) return then(seq);
        return hub_->when_durable(
            hub_->head(), [then = std::move(then), seq](const Result<void>&) { then(seq); });
    }
    hub_->when_durable(*seq, [then = std::move(then), seq = *seq](Result<void> durable) {
        if (!durable) return then(fail(std::move(durable.error())));
        then(seq);
    });
}

Result<Hub::CommandState> Door::command(Seq seq) const {
    std::optional<Hub::CommandState> ended = hub_->ended(seq);
    const Pending* pending = hub_->household_.commands().find(seq);
    const bool asked_by_me = (pending != nullptr && pending->asked_by == subject_) ||
                             (ended && ended->asked_by == subject_);
    const bool mine_to_answer = pending != nullptr && pending->waits() &&
                                hub_->household_.may_answer(subject_, *pending, now());
    if (!asked_by_me && !mine_to_answer && !may_manage()) return Authority::denied();
    if (ended) return *std::move(ended);
    if (pending != nullptr)
        return Hub::CommandState{seq, std::nullopt, {}, pending->asked_by, pending->waits()};
    return fail(Code::not_found, "no command " + std::to_string(seq) +
                                     " among the recent ones; its record is in the journal");
}

void Door::waiting(const std::function<void(const Waiting&)>& visit) const {
    for (const Pending& pending : hub_->household_.commands().all()) {
        if (!pending.waits()) continue;
        const bool to_answer = hub_->household_.may_answer(subject_, pending, now());
        if (!to_answer && pending.asked_by != subject_) continue;
        const Grant* under = hub_->authority().find_grant(pending.grant);
        visit({pending, to_answer, under == nullptr ? std::string() : under->given.purpose});
    }
}

void Door::answer_wish(Seq command, bool yes, std::function<void(Result<Seq>)> then) {
    if (hub_->health_.read_only)
        return then(fail(Code::unavailable, "read-only: " + hub_->health_.reason));
    auto seq = yes ? hub_->household_.confirm_wish(command, subject_, hub_->now())
                   : hub_->household_.refuse_wish(command, subject_, hub_->now());
    hub_->touched();
    if (!seq) return then(std::move(seq));
    hub_->when_durable(hub_->head(), [then = std::move(then), seq = *seq](Result<void> durable) {
        if (!durable) return then(fail(std::move(durable.error())));
        then(seq);
    });
}

std::optional<Hub::CommandState> Door::last_command(const PropertyView& view) const {
    const Seq seq = view.belief->wanted_by;
    if (seq == 0) return std::nullopt;
    if (const Pending* pending = hub_->household_.commands().find(seq)) {
        return Hub::CommandState{seq, std::nullopt, {}, pending->asked_by};
    }
    const auto ended = std::find_if(hub_->ended_.rbegin(), hub_->ended_.rend(),
                                    [&](const auto& c) { return c.seq == seq; });
    if (ended == hub_->ended_.rend()) return std::nullopt;
    return *ended;
}

// ---- the past ----

void Door::history(std::string_view address, HistoryQuery query,
                   std::function<void(Result<std::vector<HistoryPoint>>)> then) const {
    const Property* property = names().find_property(address);
    if (property == nullptr) return then(Authority::denied());
    auto permit = hub_->authority().permit<Verb::history>(subject_, property->id, now());
    if (!permit) return then(fail(std::move(permit.error())));
    if (query.to <= query.from)
        return then(fail(Code::invalid_input, "'to' must be later than 'from'"));
    const Verdict& verdict = permit->verdict();
    if (auto within = hub_->use_up(subject_, Verb::history, verdict, property->id, {1, 0}); !within)
        return then(fail(std::move(within.error())));
    query = allowed_part(query, verdict, now());
    if (hub_->is_forgetting(property->id))
        return then(fail(Code::unavailable, "its past is being forgotten; ask again in a minute"));
    hub_->looked(subject_, verdict, property->id, "history");
    if (query.to <= query.from) return then(std::vector<HistoryPoint>());
    hub_->store_.history(*permit, query,
                         [then = std::move(then), verdict, property, hub = hub_,
                          subject = subject_](Result<std::vector<HistoryPoint>> points) {
                             if (!points) return then(std::move(points));
                             if (verdict.obligation.any())
                                 points = coarsened(*points, verdict.obligation, property->spec);
                             // How many it would be is known only now; too many are not told at
                             // all.
                             if (auto left = hub->use_up(subject, Verb::history, verdict,
                                                         property->id, {0, points->size()});
                                 !left)
                                 return then(fail(std::move(left.error())));
                             then(std::move(points));
                         });
}

void Door::journal(JournalQuery query,
                   std::function<void(Result<std::vector<Record>>)> then) const {
    Hub* hub = hub_;
    const Asker subject = subject_;
    query.limit = std::min<std::uint32_t>(query.limit, 1000);
    hub_->store_.journal(std::move(query),
                         [hub, subject, then = std::move(then)](Result<std::vector<Record>> found) {
                             if (!found) return then(std::move(found));
                             const Time when = hub->now().wall;
                             std::erase_if(*found, [&](const Record& record) {
                                 return !hub->may_look_back_at(subject, record, when);
                             });
                             for (Record& record : *found) {
                                 hub->looked_back(subject, record, when);
                                 hub->narrow(subject, record, when);
                             }
                             then(std::move(found));
                         });
}

void Door::why(Seq seq, std::function<void(Result<std::vector<Record>>)> then) const {
    if (seq == 0 || seq > hub_->head()) {
        if (!may_manage()) return then(Authority::denied());
        return then(fail(Code::not_found, "no record " + std::to_string(seq) + "; the newest is " +
                                              std::to_string(hub_->head())));
    }
    climb(*hub_, subject_, seq, {}, std::move(then));
}

void Door::climb(Hub& hub, Asker subject, Seq seq, std::vector<Record> chain,
                 std::function<void(Result<std::vector<Record>>)> then) {
    if (seq > hub.durable_) {
        // Asked within the milliseconds before it is on disk: wait for that.
        return hub.when_durable(seq, [&hub, subject, seq, chain = std::move(chain),
                                      then = std::move(then)](Result<void> durable) {
            if (!durable) return then(fail(std::move(durable.error())));
            climb(hub, subject, seq, chain, then);
        });
    }
    JournalQuery one;
    one.from = seq;
    one.before = seq + 1;
    one.limit = 1;
    hub.store_.journal(one, [&hub, subject, seq, chain = std::move(chain),
                             then = std::move(then)](Result<std::vector<Record>> found) mutable {
        if (!found) return then(std::move(found));
        const bool visible =
            !found->empty() && hub.may_look_back_at(subject, found->front(), hub.now().wall);
        if (!visible && chain.empty()) return then(Authority::denied());
        if (!visible) return then(std::move(chain));
        hub.looked_back(subject, found->front(), hub.now().wall);
        hub.narrow(subject, found->front(), hub.now().wall);
        const Seq cause = found->front().cause;
        chain.push_back(std::move(found->front()));
        if (cause == 0 || cause >= seq || chain.size() >= chain_max) return then(std::move(chain));
        climb(hub, subject, cause, std::move(chain), std::move(then));
    });
}

// ---- the household's affairs ----

bool Door::may_manage() const {
    return hub_->authority().decide_at(subject_, Verb::grant, {}, now()).allowed;
}

bool Door::may_count() const {
    const SubjectKind kind = who().kind;
    const bool outside = kind == SubjectKind::guest || kind == SubjectKind::participant ||
                         kind == SubjectKind::agent || kind == SubjectKind::token;
    return !outside || may_manage();
}

Result<const RuleEngine*> Door::rules() const {
    if (!may_manage()) return Authority::denied();
    return &std::as_const(hub_->household_).rules();
}

Result<const std::deque<Hub::RuleTrace>*> Door::traces(std::string_view rule) const {
    static const std::deque<Hub::RuleTrace> none;
    if (!may_manage()) return Authority::denied();
    const auto at = hub_->traces_.find(rule);
    return at == hub_->traces_.end() ? &none : &at->second;
}

Result<const Problems*> Door::problems() const {
    if (!may_manage()) return Authority::denied();
    return &hub_->problems_;
}

Result<const std::vector<Subject>*> Door::subjects() const {
    if (!may_manage()) return Authority::denied();
    return &hub_->authority().subjects();
}

Result<Door::System> Door::system() const {
    if (!may_manage()) return Authority::denied();
    System s;
    s.health = hub_->health_;
    s.head = hub_->head();
    s.durable = hub_->durable();
    s.boot = hub_->boot();
    const auto& things = names().things();
    s.things = static_cast<std::size_t>(
        std::count_if(things.begin(), things.end(), [](const Thing& t) { return t.present; }));
    s.properties = names().properties().size();
    s.pending = hub_->pending_.size();
    s.problems = hub_->problems_.total();
    s.figures = hub_->household_.figures();
    s.store = hub_->store_.figures();
    for (const auto& [where, drops] : hub_->dropped_) s.dropped.emplace_back(where, drops.count);
    return s;
}

// ---- live ----

void Door::watch(Stream& stream) {
    hub_->streams_.push_back({subject_, &stream, 0});
}

void Door::unwatch(Stream& stream) {
    std::erase_if(hub_->streams_, [&](const auto& w) { return w.stream == &stream; });
}

}  // namespace foxtail
