// Who is shown what: records on their way to streams and to those who ask for the past.
#include "foxtail/hub/door.hpp"
#include "foxtail/hub/hub.hpp"

#include <algorithm>

namespace foxtail {
namespace {

bool is_about_signing_in(const Record& record, SubjectId subject) {
    if (const auto* in = std::get_if<SignedIn>(&record.body)) return in->subject == subject;
    if (const auto* out = std::get_if<SignedOut>(&record.body)) return out->subject == subject;
    const auto* refused = std::get_if<SignInRefused>(&record.body);
    return refused != nullptr && refused->subject == subject;
}

}  // namespace

bool Hub::may_see(Asker subject, const Record& record, Verb verb, Time now) {
    const Authority& authority = household_.authority();
    const Catalogue& catalogue = household_.catalogue();
    if (!forgetting_.empty() && is_forgotten(record)) return false;
    // A record is told whole or not at all: not to whom only something coarser was given, and not
    // from a time when the thing was somebody else's.
    const auto shown = [&](const Verdict& verdict) {
        return verdict.allowed && !verdict.obligation.any() && record.time >= verdict.since &&
               (!verdict.before.known() || record.time < verdict.before);
    };
    const auto property = [&](PropertyId id) {
        return shown(authority.decide(subject, verb, id, now));
    };
    const auto member = [&](ThingId id, std::string_view name) {
        return catalogue.knows(id) &&
               shown(authority.decide_at(
                   subject, verb, catalogue.thing(id).spec.id + "/" + std::string(name), now));
    };
    if (const auto* reading = std::get_if<Reading>(&record.body)) {
        // Told by the record they could not be counted.
        return property(reading->property) &&
               !authority.is_rated(subject, verb, reading->property, now);
    }
    if (const auto* refused = std::get_if<ReadingRefused>(&record.body))
        return property(refused->property);
    if (const auto* asked = std::get_if<CommandAsked>(&record.body)) {
        return asked->action.empty() ? property(asked->property)
                                     : member(asked->thing, asked->action);
    }
    if (const auto* confirmed = std::get_if<WishConfirmed>(&record.body)) {
        return confirmed->action.empty() ? property(confirmed->property)
                                         : member(confirmed->thing, confirmed->action);
    }
    if (const auto* event = std::get_if<EventHappened>(&record.body))
        return member(event->thing, event->event);
    if (const auto* told = apart_if<ThingTold>(record.body)) {
        return door(subject).discovers(catalogue.thing(told->thing)) ||
               authority.decide_at(subject, Verb::grant, {}, now).allowed;
    }
    if (const auto* read = std::get_if<OutsideRead>(&record.body)) {
        // Who looked is known to whom it concerns.
        const auto concerns = [&](PropertyId id) {
            const OwnershipEpoch* epoch =
                catalogue.knows(id) ? authority.ownership().now(catalogue.property(id).thing)
                                    : nullptr;
            return epoch != nullptr && record.time >= epoch->from &&
                   (epoch->has_owner(subject) || epoch->about_index(subject) >= 0);
        };
        if (std::any_of(read->properties.begin(), read->properties.end(), concerns)) return true;
    }
    if (is_about_signing_in(record, subject)) {
        const SubjectKind kind = authority.find(subject)->kind;
        // People are told of their own; what programs do is their maintainer's business.
        return kind == SubjectKind::owner || kind == SubjectKind::resident ||
               kind == SubjectKind::guest ||
               authority.decide_at(subject, Verb::grant, {}, now).allowed;
    }
    if (std::holds_alternative<Forgotten>(record.body) && record.actor == subject) return true;
    if (const auto* told = std::get_if<ErasureTold>(&record.body)) {
        const auto* asked = household_.erasures().find(told->grant);
        if (asked != nullptr && asked->grantor == subject) return true;
    }
    // The rest is the household's own affairs.
    return authority.decide_at(subject, Verb::grant, {}, now).allowed;
}

bool Hub::may_look_back_at(Asker subject, const Record& record, Time now) {
    return may_see(subject, record, Verb::history, now) ||
           (now - record.time <= catch_up_max && may_see(subject, record, Verb::observe, now));
}

/// A wish that was denied says of its property as much as one that was granted.
bool Hub::may_see_wishes_of(Asker subject, const std::string& address, Time at, Time now) {
    const Authority& authority = household_.authority();
    const Property* property = household_.catalogue().find_property(address);
    const auto shown = [&](Verb verb) {
        const Verdict verdict = property == nullptr
                                    ? authority.decide_at(subject, verb, address, now)
                                    : authority.decide(subject, verb, property->id, now);
        return verdict.allowed && !verdict.obligation.any() && at >= verdict.since &&
               (!verdict.before.known() || at < verdict.before);
    };
    return shown(Verb::history) || shown(Verb::observe);
}

void Hub::narrow(Asker subject, Record& record, Time now) {
    if (auto* read = std::get_if<OutsideRead>(&record.body)) {
        if (household_.authority().decide_at(subject, Verb::grant, {}, now).allowed) return;
        std::erase_if(read->properties, [&](PropertyId id) {
            const ThingId thing = household_.catalogue().property(id).thing;
            const OwnershipEpoch* epoch = household_.authority().ownership().now(thing);
            return epoch == nullptr ||
                   !(epoch->has_owner(subject) || epoch->about_index(subject) >= 0);
        });
        return;
    }
    if (auto* denied = std::get_if<CommandDenied>(&record.body)) {
        if (denied->address.empty() ||
            may_see_wishes_of(subject, denied->address, record.time, now))
            return;
        denied->value = Null{};
        denied->reason = "not shown: it is somebody else's";
        return;
    }
    auto* told = apart_if<ThingTold>(record.body);
    if (told == nullptr || household_.authority().decide_at(subject, Verb::grant, {}, now).allowed)
        return;
    const Door seen_by = door(subject);
    const Thing& thing = household_.catalogue().thing(told->thing);
    const auto hidden = [&](const auto& member) { return !seen_by.discovers(thing, member.name); };
    std::vector<PropertyId> ids;
    for (std::size_t i = 0; i < told->ids.size(); ++i) {
        if (!hidden(told->spec.properties[i])) ids.push_back(told->ids[i]);
    }
    told->ids = std::move(ids);
    std::erase_if(told->spec.properties, hidden);
    std::erase_if(told->spec.actions, hidden);
    std::erase_if(told->spec.events, hidden);
}

void Hub::close_streams() {
    for (std::size_t i = 0; i < streams_.size();) {
        const Asker subject = streams_[i].subject;
        Stream* const stream = streams_[i].stream;
        if (household_.authority().any_access(subject, now().wall)) {
            ++i;
            continue;
        }
        streams_.erase(streams_.begin() + static_cast<std::ptrdiff_t>(i));
        stream->closed();
    }
}

/// Decided by the time it is told: a record has its time in whole milliseconds, which may lie
/// before a grant of the same one.
void Hub::show(const Record& record) {
    const Time when = now().wall;
    const auto* reading = std::get_if<Reading>(&record.body);
    const auto* refused = std::get_if<ReadingRefused>(&record.body);
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        const Asker subject = streams_[i].subject;
        Stream* const stream = streams_[i].stream;
        if (refused != nullptr &&
            household_.authority().permit<Verb::observe>(subject, refused->property, when))
            stream->spoiled(household_.catalogue().property(refused->property));
        if (reading == nullptr && !may_see(subject, record, Verb::observe, when)) continue;
        if (reading == nullptr) streams_[i].delivered = record.seq;
        if (std::holds_alternative<Apart<ThingTold>>(record.body) ||
            std::holds_alternative<OutsideRead>(record.body) ||
            std::holds_alternative<CommandDenied>(record.body)) {
            Record narrowed = record;
            narrow(subject, narrowed, when);
            stream->record(narrowed);
            continue;
        }
        if (reading == nullptr) {
            stream->record(record);
            continue;
        }
        const auto permit =
            household_.authority().permit<Verb::observe>(subject, reading->property, when);
        if (!permit) continue;
        // What is told span by span comes when the span is over (telling.cpp).
        if (permit->verdict().obligation.granularity.us > 0) continue;
        streams_[i].delivered = record.seq;
        looked(subject, permit->verdict(), reading->property, "stream");
        stream->reading(household_.catalogue().property(reading->property),
                        household_.belief(*permit), household_.quality(*permit, when));
    }
}

void Hub::affairs_changed() {
    for (std::size_t i = 0; i < streams_.size(); ++i) streams_[i].stream->affairs_changed();
}

}  // namespace foxtail
