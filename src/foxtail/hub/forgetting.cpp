// What is about people can be forgotten: by the household at once, by the store soon after.
#include "foxtail/grants/pattern.hpp"
#include "foxtail/hub/door.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace foxtail {
namespace {

bool is_within(const Forgotten& what, Time at) {
    return (!what.from.known() || at >= what.from) && (!what.until.known() || at < what.until);
}

bool names(const Forgotten& what, PropertyId property) {
    return std::find(what.properties.begin(), what.properties.end(), property) !=
           what.properties.end();
}

bool concerns(const Forgotten& what, const Body& body) {
    if (const auto* reading = std::get_if<Reading>(&body)) return names(what, reading->property);
    if (const auto* refused = std::get_if<ReadingRefused>(&body))
        return names(what, refused->property);
    if (const auto* asked = std::get_if<CommandAsked>(&body)) {
        return asked->action.empty() ? names(what, asked->property)
                                     : what.happenings && asked->thing == what.thing;
    }
    if (const auto* confirmed = std::get_if<WishConfirmed>(&body)) {
        return confirmed->action.empty() ? names(what, confirmed->property)
                                         : what.happenings && confirmed->thing == what.thing;
    }
    const auto* event = std::get_if<EventHappened>(&body);
    return event != nullptr && what.happenings && event->thing == what.thing;
}

}  // namespace

// ---- the household ----

Result<Seq> Household::forget(Forgotten what, SubjectId by, Moment now) {
    if (!catalogue_.knows(what.thing) || (what.properties.empty() && !what.happenings))
        return fail(Code::not_found, "nothing to forget");
    std::vector<Seq> under_way;
    for (const Pending& pending : commands_.all()) {
        const bool meant = pending.action.empty() ? names(what, pending.property)
                                                  : what.happenings && pending.thing == what.thing;
        if (meant) under_way.push_back(pending.seq);
    }
    for (const Seq command : under_way) {
        append(CommandEnded{command, Outcome::failed, "what it was about is being forgotten"},
               the_hub, command, now);
    }
    return append(std::move(what), by, 0, now);
}

void Household::fold_forgotten(Seq seq, const Forgotten& forgotten) {
    for (const PropertyId id : forgotten.properties) {
        twin_.forget(id, seq, forgotten.from, forgotten.until);
        coarse_.forget(id);
        if (authority_.listens_to(id)) authority_.heard(id, twin_.belief(id).value);
    }
}

// ---- the hub ----

/// Not told any more from the moment on in which somebody wanted it forgotten, whether or not the
/// store has come to it.
bool Hub::is_forgotten(const Record& record) const {
    return std::any_of(forgetting_.begin(), forgetting_.end(), [&](const auto& one) {
        const auto& [seq, what] = one;
        return record.seq < seq && is_within(what, record.time) && concerns(what, record.body);
    });
}

bool Hub::is_forgetting(PropertyId property) {
    notice_forgotten();
    return std::any_of(forgetting_.begin(), forgetting_.end(),
                       [&](const auto& one) { return names(one.second, property); });
}

void Hub::notice_forgotten() {
    if (forgetting_.empty()) return;
    const Seq done = store_.figures().forgotten_to;
    while (!forgetting_.empty() && forgetting_.front().first <= done) forgetting_.pop_front();
}

void Hub::begin_to_forget(Seq seq, const Forgotten& what) {
    forgetting_.emplace_back(seq, what);
    // A snapshot that does not know it any more has to be there before the journal forgets.
    snapshot_wanted_ = true;
    // What rules said of their runs may name it.
    traces_.clear();
    // Nobody knows whom a sample is about that was not understood.
    problems_.forget_samples();
    for (Outlet* outlet : outlets_) {
        if (outlet != nullptr) outlet->forgotten(what);
    }
}

// ---- the door ----

void Door::forget_mine(const std::vector<std::string>& patterns,
                       std::function<void(Result<Forgetting>)> then) {
    if (hub_->health_.read_only)
        return then(fail(Code::unavailable, "read-only: " + hub_->health_.reason));
    for (const auto& pattern : patterns) {
        if (auto good = check_pattern(pattern); !good) return then(fail(std::move(good.error())));
    }
    const auto meant = [&](const std::string& address) {
        return std::any_of(patterns.begin(), patterns.end(),
                           [&](const std::string& p) { return matches_address(p, address); });
    };
    auto outcome = std::make_shared<Forgetting>();
    std::vector<Forgotten> all;
    for (const Thing& thing : names().things()) {
        std::map<std::pair<Time, Time>, Forgotten> spans;  // each as long as it was theirs
        const auto add = [&](const Verdict& verdict) -> Forgotten& {
            Forgotten& one = spans[{verdict.since, verdict.before}];
            one.thing = thing.id;
            one.from = verdict.since;
            one.until = verdict.before;
            return one;
        };
        for (const PropertyId id : thing.properties) {
            const Property& property = names().property(id);
            if (!meant(property.address)) continue;
            const Verdict verdict = hub_->authority().decide(subject_, Verb::history, id, now());
            const Say say = say_over(thing.id, verdict);
            if (say == Say::alone) add(verdict).properties.push_back(id);
            if (say == Say::alone) ++outcome->properties;
            if (say == Say::with_others) outcome->shared.push_back(property.address);
        }
        if (const auto verdict = say_over_happenings(thing, meant)) add(*verdict).happenings = true;
        for (auto& [span, one] : spans) all.push_back(std::move(one));
    }
    if (all.empty() && outcome->shared.empty()) return then(Authority::denied());
    for (Forgotten& one : all) {
        const auto seq = hub_->household_.forget(std::move(one), subject_, hub_->now());
        if (seq) outcome->last = *seq;
    }
    hub_->touched();
    hub_->when_durable(hub_->head(), [then = std::move(then), outcome](Result<void> durable) {
        if (!durable) return then(fail(std::move(durable.error())));
        then(std::move(*outcome));
    });
}

/// What is about somebody, or was theirs by name, is theirs to have forgotten; what is the
/// household's in common is nobody's alone, and goes when its retention ends.
Door::Say Door::say_over(ThingId thing, const Verdict& verdict) const {
    if (!verdict.allowed) return Say::none;
    const bool about = verdict.reason == Reason::about_them;
    if (!about && verdict.reason != Reason::owner) return Say::none;
    Say say = Say::none;
    for (const OwnershipEpoch& epoch : hub_->authority().ownership().epochs(thing)) {
        const bool in_span =
            epoch.from >= verdict.since && (!verdict.before.known() || epoch.from < verdict.before);
        if (!in_span) continue;
        const bool theirs = about ? epoch.about_index(subject_) >= 0 : epoch.has_owner(subject_);
        if (!theirs) continue;
        if ((about ? epoch.about : epoch.owners).size() > 1) return Say::with_others;
        say = Say::alone;
    }
    return say;
}

std::optional<Verdict> Door::say_over_happenings(
    const Thing& thing, const std::function<bool(const std::string&)>& meant) const {
    std::optional<Verdict> common;
    const auto theirs = [&](const std::string& name) {
        const auto address = thing.spec.id + "/" + name;
        const Verdict verdict =
            hub_->authority().decide_at(subject_, Verb::history, address, now());
        if (!meant(address) || say_over(thing.id, verdict) != Say::alone) return false;
        if (!common) common = verdict;
        return common->since == verdict.since && common->before == verdict.before;
    };
    for (const ActionSpec& action : thing.spec.actions) {
        if (!theirs(action.name)) return std::nullopt;
    }
    for (const EventSpec& event : thing.spec.events) {
        if (!theirs(event.name)) return std::nullopt;
    }
    return common;
}

bool Door::is_forgetting() const {
    hub_->notice_forgotten();
    return !hub_->forgetting_.empty();
}

}  // namespace foxtail
