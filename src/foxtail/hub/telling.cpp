// What is told under obligations comes from the history: each span of time once it is over, so that
// no question, however it is put, gets at what is finer.
#include "foxtail/hub/hub.hpp"

#include <algorithm>

namespace foxtail {
namespace {

constexpr int telling_alarm = 4;

}  // namespace

void Hub::want_told(PropertyId property, const Obligation& obligation) {
    if (obligation.granularity.us <= 0 || stopping_) return;
    const Coarse::Key key{property, obligation};
    Coarse::Told* entry = household_.coarse().want(key);
    if (entry == nullptr) return;
    const Time span = newest_span(obligation, now().wall);
    if (entry->span != span && entry->asked != span) fetch_told(key, span);
    tell_due();
}

/// After a change of grants: what was given coarse is looked up before anybody asks.
void Hub::want_all_told() {
    const Authority& authority = household_.authority();
    const Time when = now().wall;
    for (const Grant& grant : authority.grants()) {
        if (grant.given.terms.forbid || grant.given.terms.obligation.granularity.us <= 0) continue;
        authority.each_reached(grant, [&](PropertyId property) {
            const auto verdict =
                authority.decide({grant.given.subject, true}, Verb::read, property, when);
            if (verdict.allowed) want_told(property, verdict.obligation);
        });
    }
}

/// Looks up the spans that have become due and wakes for the next.
void Hub::tell_due() {
    if (stopping_) return;
    const Moment when = now();
    Time next;
    for (auto& [key, entry] : household_.coarse().all()) {
        if (key.obligation.granularity.us <= 0) continue;
        const Time span = newest_span(key.obligation, when.wall);
        if (entry.span != span && entry.asked != span) fetch_told(key, span);
        const Time due = span + key.obligation.granularity * 2 + key.obligation.delay;
        if (!next.known() || due < next) next = due;
    }
    if (!next.known()) return;
    const Duration wait = std::clamp(next - when.wall, milliseconds(1), hours(1));
    environment_.loop.alarm(telling_alarm, when.mono + wait, [this] { tell_due(); });
}

void Hub::fetch_told(const Coarse::Key& key, Time span) {
    Coarse::Told* entry = household_.coarse().want(key);
    if (entry == nullptr) return;
    entry->asked = span;
    when_durable(head(), [this, key, span](const Result<void>& durable) {
        const auto permit =
            household_.authority().permit<Verb::history>(the_hub, key.property, now().wall);
        if (!durable || !permit || is_forgetting(key.property)) return told(key, Time{}, {});
        HistoryQuery query;
        query.from = span;
        query.to = span + key.obligation.granularity;
        query.points = 1;
        store_.history(
            *permit, query, [this, key, span](const Result<std::vector<HistoryPoint>>& points) {
                if (is_forgetting(key.property)) return told(key, Time{}, {});
                told(key, points ? span : Time{}, points ? *points : std::vector<HistoryPoint>());
            });
    });
}

void Hub::told(const Coarse::Key& key, Time span, const std::vector<HistoryPoint>& points) {
    Coarse::Told* entry = household_.coarse().want(key);
    if (entry == nullptr || stopping_) return;
    entry->asked = {};
    if (!span.known() || span < entry->span) return;
    const Property& property = household_.catalogue().property(key.property);
    const auto coarse = coarsened(points, key.obligation, property.spec);
    entry->span = span;
    Belief& belief = entry->belief;
    belief = {};
    belief.source_time = span + key.obligation.granularity;
    belief.receipt_time = belief.source_time;
    belief.seq = head();
    belief.boot = boot();
    if (!coarse.empty()) belief.value = coarse.back().last;
    const Time when = now().wall;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        const Asker subject = streams_[i].subject;
        Stream* const stream = streams_[i].stream;
        const auto permit =
            household_.authority().permit<Verb::observe>(subject, key.property, when);
        if (!permit || permit->verdict().obligation != key.obligation) continue;
        streams_[i].delivered = belief.seq;
        looked(subject, permit->verdict(), key.property, "stream");
        stream->reading(property, household_.belief(*permit), household_.quality(*permit, when));
    }
}

}  // namespace foxtail
