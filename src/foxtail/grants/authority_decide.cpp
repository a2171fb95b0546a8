// The decision. docs/decisions/0011 has the rules in words, reference.cpp as slow and obvious code.
#include "foxtail/grants/authority.hpp"
#include "foxtail/grants/pattern.hpp"

#include <algorithm>
#include <bit>

namespace foxtail {
namespace {

constexpr bool has(std::uint16_t verbs, Verb verb) {
    return (verbs & static_cast<std::uint16_t>(verb)) != 0;
}

/// What a connector may do with the things it brought.
constexpr bool brings(Verb verb) {
    return verb == Verb::report || verb == Verb::read || verb == Verb::discover;
}

/// What somebody may always do with what is about them.
constexpr bool looks(Verb verb) {
    return verb == Verb::discover || verb == Verb::read || verb == Verb::observe ||
           verb == Verb::history;
}

Time later(Time a, Time b) {
    return std::max(a, b);
}

}  // namespace

// ---- whose it is ----

Authority::Matter Authority::matter(PropertyId property) const {
    if ((owned_[property.index / 64] >> (property.index % 64) & 1U) == 0) return {};
    const Facts& facts = facts_[property.index];
    return {&ownership_.epochs(facts.thing), facts.personal};
}

Authority::Matter Authority::matter(std::string_view address) const {
    if (const Property* property = catalogue_.find_property(address))
        return property->id.index < facts_.size() ? matter(property->id) : Matter{};
    const auto slash = address.find('/');
    const Thing* thing = catalogue_.find_thing(address.substr(0, slash));
    if (thing == nullptr || ownership_.now(thing->id) == nullptr) return {};
    bool personal = thing->spec.kind == ThingKind::person;
    for (const ActionSpec& action : thing->spec.actions) {
        const bool named =
            slash != std::string_view::npos && action.name == address.substr(slash + 1);
        if (named && (action.sensitivity == Sensitivity::personal ||
                      action.sensitivity == Sensitivity::sensitive))
            personal = true;
    }
    return {&ownership_.epochs(thing->id), personal};
}

bool Authority::owns(SubjectId subject, const OwnershipEpoch& epoch) const {
    const auto maintains = [&](SubjectId id) {
        return subjects_[id.index].kind == SubjectKind::owner;
    };
    switch (entries_[subject.index].role) {
        case Role::hub:
            return true;
        case Role::maintainer:
            return epoch.owners.empty() || epoch.has_owner(subject);
        case Role::rule:
            return epoch.owners.empty() ||
                   std::any_of(epoch.owners.begin(), epoch.owners.end(), maintains);
        default:
            return epoch.has_owner(subject);
    }
}

bool Authority::owns(SubjectId subject, ThingId thing) const {
    static const OwnershipEpoch in_common;
    const OwnershipEpoch* epoch = ownership_.now(thing);
    return subject.index < entries_.size() && owns(subject, epoch == nullptr ? in_common : *epoch);
}

bool Authority::is_personal(PropertyId property) const {
    if (property.index >= facts_.size()) return false;
    const Matter what = matter(property);
    return what.personal && !what.epochs->back().about.empty();
}

bool Authority::opens(const Row& row, const OwnershipEpoch& epoch) const {
    if (row.common && !epoch.owners.empty()) return false;
    if (epoch.has_owner(row.grantor)) return true;
    if (row.standing == Standing::person) return false;
    if (epoch.owners.empty()) return true;
    return row.standing == Standing::household &&
           std::any_of(epoch.owners.begin(), epoch.owners.end(), [&](SubjectId id) {
               return subjects_[id.index].kind == SubjectKind::owner;
           });
}

bool Authority::opens_since_given(const Row& row, const Matter& matter) const {
    const auto& epochs = *matter.epochs;
    // What is given of what is in common is given of whatever comes to be so.
    if (row.common) return opens(row, epochs.back());
    for (auto at = epochs.rbegin(); at != epochs.rend(); ++at) {
        if (!opens(row, *at)) return false;
        if (at->seq <= row.id) return true;
    }
    return true;
}

int Authority::consents_since_given(const Row& row, const Matter& matter) const {
    const auto& epochs = *matter.epochs;
    if (!matter.personal) return -1;
    const int index = epochs.back().about_index(row.grantor);
    for (auto at = epochs.rbegin(); index >= 0 && at != epochs.rend(); ++at) {
        if (at->about_index(row.grantor) < 0) return -1;
        if (at->seq <= row.id) break;
    }
    return index;
}

/// The beginning of the unbroken run of epochs, up to `last`, that the key fits; of what is
/// personal only as long as it was about the same people.
template <class Key>
Time Authority::window_start(const Matter& matter, std::size_t last, Key&& key) {
    const auto& epochs = *matter.epochs;
    Time start = epochs[last].from;
    for (std::size_t i = last; i-- > 0;) {
        if (!key(epochs[i]) || (matter.personal && epochs[i].about != epochs[last].about)) break;
        start = epochs[i].from;
    }
    return start;
}

// ---- when a grant holds ----

/// What runs in the house is at home without a network.
bool Authority::at_home(Asker asker) const {
    if (asker.at_home) return true;
    switch (subjects_[asker.index].kind) {
        case SubjectKind::hub:
        case SubjectKind::connector:
        case SubjectKind::rule:
        case SubjectKind::planner:
            return true;
        default:
            return false;
    }
}

bool Authority::condition_holds(const Extra& extra, bool at_home, Time now) const {
    const Conditions& when = extra.terms.when;
    if (when.at_home && !at_home) return false;
    if (!when.presence.empty() && !presences_[extra.presence].holds) return false;
    if (when.weekdays == 0 && when.from_minute == when.until_minute) return true;
    if (!time_is_certain(now)) return false;
    const Time local = zone_ == nullptr ? now : now + zone_->offset_at(now);
    return in_hours(when, local);
}

bool Authority::timely(const Row& row, Time now) const {
    const auto within = [&](Time t) {
        return row.from <= t && (!row.until.known() || t < row.until);
    };
    if (!within(now)) return false;
    if (now >= doubt_ends_) return true;
    return within(now + doubt_from_) && within(now + doubt_to_);
}

template <class Covers>
bool Authority::holds(const Row& row, bool at_home, Time now, const Covers& covers) const {
    if (row.suspended || !timely(row, now)) return false;
    if (row.extra == nullptr) return true;
    if (!condition_holds(*row.extra, at_home, now)) return false;
    if (row.extra->terms.parent == 0) return true;
    const Row* parent = find_row(row.extra->parent_subject, row.extra->terms.parent);
    return parent != nullptr && covers(*parent) && holds(*parent, at_home, now, covers);
}

/// Whether what a row forbids is forbidden to this subject.
bool Authority::binds(const Row& row, SubjectId subject, bool personal_to_giver) const {
    if (!row.spares_household) return true;
    switch (subjects_[subject.index].kind) {
        case SubjectKind::owner:
        case SubjectKind::resident:
            return personal_to_giver;
        case SubjectKind::hub:
        case SubjectKind::connector:
        case SubjectKind::device:
        case SubjectKind::rule:
        case SubjectKind::planner:
            return false;
        default:
            return true;
    }
}

// ---- the rule ----

struct Authority::Tally {
    bool opened = false;
    bool forbidden = false;
    bool expired = false;
    std::uint64_t consents = 0;  // bit per person it is about
    Seq opened_by = 0;
    Seq consented_by = 0;
    Obligation obligation;          // of what opened it
    Obligation consent_obligation;  // of the consents
    Time since;
    Time consent_since;

    static void add(const Extra* extra, Obligation& obligation, Time& since, Time now) {
        if (extra == nullptr) return;
        obligation = strictest(obligation, extra->terms.obligation);
        since = later(since, extra->terms.history_from);
        if (extra->terms.history_window.us > 0)
            since = later(since, now - extra->terms.history_window);
    }
};

template <class Covers>
Verdict Authority::judge(Asker subject, Verb verb, const Matter& matter, const Covers& covers,
                         Time now) const {
    return conclude(subject, verb, matter, tally(subject, matter, covers, now));
}

template <class Covers>
Authority::Tally Authority::tally(Asker subject, const Matter& matter, const Covers& covers,
                                  Time now) const {
    const Entry& entry = entries_[subject.index];
    const Entry& all = entries_.front();
    const OwnershipEpoch* epoch = matter.epochs == nullptr ? nullptr : &matter.epochs->back();
    Tally tally;
    const bool home = at_home(subject);
    const auto count = [&](const Row& row) {
        if (epoch == nullptr && row.standing == Standing::person) return;  // nothing to give
        if (!holds(row, home, now, covers)) {
            tally.expired = true;
            return;
        }
        const bool opens =
            epoch == nullptr ? row.standing != Standing::person : opens_since_given(row, matter);
        const int consents = epoch == nullptr ? -1 : consents_since_given(row, matter);
        if (!opens && consents < 0) return;
        if (row.forbid) {
            tally.forbidden = tally.forbidden || binds(row, subject, consents >= 0);
            return;
        }
        const Extra* limits = row.extra.get();
        const auto limit = [&](Obligation& obligation, Time& since) {
            for (const Extra* at = limits; at != nullptr;) {
                Tally::add(at, obligation, since, now);
                const Row* parent = at->terms.parent == 0
                                        ? nullptr
                                        : find_row(at->parent_subject, at->terms.parent);
                at = parent == nullptr ? nullptr : parent->extra.get();
            }
        };
        if (opens) {
            if (!tally.opened) tally.opened_by = row.id;
            tally.opened = true;
            limit(tally.obligation, tally.since);
            if (epoch != nullptr) {
                const auto key = [&](const OwnershipEpoch& e) { return this->opens(row, e); };
                tally.since =
                    later(tally.since, window_start(matter, matter.epochs->size() - 1, key));
            }
        }
        if (consents >= 0) {
            if (tally.consents == 0) tally.consented_by = row.id;
            tally.consents |= std::uint64_t{1} << consents;
            limit(tally.consent_obligation, tally.consent_since);
        }
    };
    for (const Row& row : entry.rows) {
        if (covers(row)) count(row);
    }
    if (subject != SubjectId{} && all.forbids != 0) {
        for (const Row& row : all.rows) {
            if (row.forbid && row.grantor != subject && covers(row)) count(row);
        }
    }
    return tally;
}

// tidy: long because the order of its questions is the rule, and reads as one.
Verdict Authority::conclude(SubjectId subject, Verb verb, const Matter& matter,
                            const Tally& tally) const {
    const Entry& entry = entries_[subject.index];
    const OwnershipEpoch* epoch = matter.epochs == nullptr ? nullptr : &matter.epochs->back();
    const bool own = epoch == nullptr ? entry.role != Role::listed : owns(subject, *epoch);
    if (epoch == nullptr) {
        if (tally.forbidden) return {false, Reason::forbidden, 0};
        if (!own && tally.opened)
            return {true, Reason::granted, tally.opened_by, tally.obligation, tally.since};
        if (!own && tally.expired) return {false, Reason::expired, 0};
        return ungranted(entry);
    }
    const int me = matter.personal ? epoch->about_index(subject) : -1;
    const auto mine = [&](const OwnershipEpoch& e) { return owns(subject, e); };
    const std::size_t last = matter.epochs->size() - 1;
    if (me >= 0 && looks(verb)) {
        const auto about_me = [&](const OwnershipEpoch& e) { return e.about_index(subject) >= 0; };
        return {true, Reason::about_them, 0, {}, window_start(matter, last, about_me)};
    }
    if (tally.forbidden) return {false, Reason::forbidden, 0};
    const auto refuse = [&](Reason reason) {
        return Verdict{false, tally.expired ? Reason::expired : reason, 0};
    };
    if (!own && !tally.opened) return refuse(Reason::no_grant);
    std::uint64_t needed = 0;
    if (matter.personal && entry.role != Role::hub) {
        for (std::size_t i = 0; i < epoch->about.size(); ++i) {
            if (epoch->about[i] != subject) needed |= std::uint64_t{1} << i;
        }
    }
    if ((tally.consents & needed) != needed) return refuse(Reason::no_consent);
    Verdict verdict{true, Reason::granted, tally.opened_by, tally.obligation, tally.since};
    if (own) {
        verdict = {true, entry.role == Role::listed ? Reason::owner : entry.reason, 0};
        verdict.since = window_start(matter, last, mine);
    }
    if (needed != 0) {
        if (own) verdict.reason = Reason::granted;
        if (own) verdict.grant = tally.consented_by;
        verdict.obligation = strictest(verdict.obligation, tally.consent_obligation);
        verdict.since = later(verdict.since, tally.consent_since);
    }
    return verdict;
}

/// Of what is in common, where no grant has a say.
Verdict Authority::ungranted(const Entry& entry) {
    if (entry.role == Role::listed) return {false, Reason::no_grant, 0};
    return {true, entry.reason, 0};
}

/// What was theirs, or was about them, stays theirs to look back at: the newest such time.
Verdict Authority::look_back(SubjectId subject, const Matter& matter, Verdict denied) const {
    const auto& epochs = *matter.epochs;
    for (std::size_t i = epochs.size() - 1; i-- > 0;) {
        const OwnershipEpoch& epoch = epochs[i];
        const bool about_me = matter.personal && epoch.about_index(subject) >= 0;
        const bool about_others =
            matter.personal && !epoch.about.empty() && !(epoch.about.size() == 1 && about_me);
        if (about_me) {
            const auto key = [&](const OwnershipEpoch& e) { return e.about_index(subject) >= 0; };
            return {true, Reason::about_them,           0,
                    {},   window_start(matter, i, key), epochs[i + 1].from};
        }
        if (about_others || !owns(subject, epoch)) continue;
        const auto key = [&](const OwnershipEpoch& e) { return owns(subject, e); };
        return {true, Reason::owner, 0, {}, window_start(matter, i, key), epochs[i + 1].from};
    }
    return denied;
}

/// Whether some row may reach it. Which of a dozen grants do is nothing a processor can guess, so
/// the first look at them has no branches.
bool Authority::any_probe(const Entry& entry, Verb verb, PropertyId property) const {
    const std::uint32_t word = property.index / 64;
    const auto wanted = static_cast<std::uint32_t>(verb);
    const bool near = (entry.near[word / 64 % entry.near.size()] >> (word % 64) & 1U) != 0;
    const std::uint32_t count = near ? static_cast<std::uint32_t>(entry.rows.size()) : entry.far;
    std::uint64_t found = 0;
    for (std::uint32_t from = 0; from < count; from += 64) {
        const Probe* probes = probes_.data() + entry.first_probe + from;
        const std::uint32_t some = std::min<std::uint32_t>(64, count - from);
        std::uint64_t may = 0;
        for (std::uint32_t i = 0; i < some; ++i) {
            const bool within = word - probes[i].first < probes[i].words;
            const bool says = (probes[i].verbs & wanted) != 0;
            may |= static_cast<std::uint64_t>(within & says) << i;
        }
        for (; may != 0; may &= may - 1) {
            const Probe& probe = probes[std::countr_zero(may)];
            found |= probe.bits[word - probe.first];
        }
    }
    return (found >> (property.index % 64) & 1U) != 0;
}

Verdict Authority::decide(Asker subject, Verb verb, PropertyId property, Time now) const {
    if (subject.index >= entries_.size() || property.index >= facts_.size())
        return {false, Reason::unknown, 0};
    const Entry& entry = entries_[subject.index];
    if (entry.left) return {};
    const auto brought = [&] { return facts_[property.index].brought_by == subject; };
    if (entry.role == Role::brings)
        return brings(verb) && brought() ? Verdict{true, Reason::brought_it, 0} : Verdict{};
    // A reading is a statement of fact: only the one that brought the thing can make it.
    if (verb == Verb::report && entry.role != Role::listed)
        return brought() ? Verdict{true, entry.reason, 0} : Verdict{};
    const Entry& all = entries_.front();
    const bool asks =
        any_probe(entry, verb, property) || (all.forbids != 0 && any_probe(all, verb, property));
    const Matter what = matter(property);
    if (!asks && what.epochs == nullptr) return ungranted(entry);
    return decide_at_length(subject, verb, property, what, asks, now);
}

Verdict Authority::decide_at_length(Asker subject, Verb verb, PropertyId property,
                                    const Matter& matter, bool asks, Time now) const {
    const auto covers = [&](const Row& row) {
        return has(row.verbs, verb) && row.reach->has(property);
    };
    const Verdict verdict =
        asks ? judge(subject, verb, matter, covers, now) : conclude(subject, verb, matter, Tally{});
    if (verdict.allowed || verb != Verb::history || matter.epochs == nullptr) return verdict;
    return look_back(subject, matter, verdict);
}

Verdict Authority::decide_at(Asker subject, Verb verb, std::string_view address, Time now) const {
    if (subject.index >= entries_.size()) return {false, Reason::unknown, 0};
    const Entry& entry = entries_[subject.index];
    if (entry.left) return {};
    // Whatever an agent was given, it does not run the household.
    if (address.empty() && subjects_[subject.index].kind == SubjectKind::agent) return {};
    if (entry.role == Role::brings) {
        const auto slash = address.find('/');
        const Thing* thing = catalogue_.find_thing(address.substr(0, slash));
        const bool brought = thing != nullptr && thing->brought_by == subjects_[subject.index].name;
        return brings(verb) && brought ? Verdict{true, Reason::brought_it, 0} : Verdict{};
    }
    const auto covers = [&](const Row& row) {
        if (!has(row.verbs, verb)) return false;
        if (!address.empty()) return reaches(row.id, address);
        const Grant* grant = find_grant(row.id);
        const auto& patterns = grant->given.addresses;
        return !row.forbid && !row.common && grant->given.terms.classes == 0 &&
               std::find(patterns.begin(), patterns.end(), "*") != patterns.end();
    };
    // The household's own affairs are nobody's alone: what forbids things does not forbid them.
    const Matter what = matter(address);
    const Verdict verdict = judge(subject, verb, what, covers, now);
    if (verdict.allowed || verb != Verb::history || what.epochs == nullptr) return verdict;
    return look_back(subject, what, verdict);
}

bool Authority::reaches_topic(Seq id, std::string_view topic, bool filter) const {
    const Grant* grant = find_grant(id);
    const auto matches = [&](std::string_view p) {
        if (!p.starts_with(topic_prefix)) return false;
        p.remove_prefix(topic_prefix.size());
        return filter ? covers_filter(p, topic) : matches_topic(p, topic);
    };
    const auto any = [&](const std::vector<std::string>& patterns) {
        return std::any_of(patterns.begin(), patterns.end(), matches);
    };
    return grant != nullptr && grant->given.terms.classes == 0 && any(grant->given.addresses) &&
           !any(grant->given.terms.except);
}

Verdict Authority::decide_topic(Asker subject, Verb verb, std::string_view topic, bool filter,
                                Time now) const {
    if (subject.index >= entries_.size()) return {false, Reason::unknown, 0};
    if (entries_[subject.index].left) return {};
    const auto covers = [&](const Row& row) {
        return has(row.verbs, verb) && reaches_topic(row.id, topic, filter);
    };
    const Role role = entries_[subject.index].role;
    if (role == Role::brings) {
        // Connectors speak for their things, not on topics, unless they were given some.
        Verdict verdict;
        for (const Row& row : entries_[subject.index].rows) {
            if (!covers(row)) continue;
            if (holds(row, true, now, covers)) return {true, Reason::granted, row.id};
            verdict.reason = Reason::expired;
        }
        return verdict;
    }
    return judge(subject, verb, {}, covers, now);
}

void Authority::each_applying(Asker subject, Verb verb, std::string_view address, Time now,
                              const std::function<void(const Grant&)>& visit) const {
    if (left(subject) || subject.index >= entries_.size()) return;
    const auto covers = [&](const Row& row) {
        return has(row.verbs, verb) && reaches(row.id, address);
    };
    const bool home = at_home(subject);
    for (const Row& row : entries_[subject.index].rows) {
        if (row.forbid || !covers(row) || !holds(row, home, now, covers)) continue;
        for (const Grant* grant = find_grant(row.id); grant != nullptr;
             grant = find_grant(grant->given.terms.parent))
            visit(*grant);
    }
}

bool Authority::is_rated(Asker subject, Verb verb, PropertyId property, Time now) const {
    if (!any_rates_ || !catalogue_.knows(property)) return false;
    bool rated = false;
    each_applying(subject, verb, catalogue_.property(property).address, now,
                  [&](const Grant& g) { rated = rated || g.given.terms.when.counts(); });
    return rated;
}

const Subject* Authority::find_token(std::string_view token_hash, Time now) const {
    if (token_hash.empty()) return nullptr;
    for (const Grant& grant : grants_) {
        if (grant.given.token_hash != token_hash) continue;
        const Row* row = find_row(grant.given.subject, grant.id);
        // Who comes is who they are wherever they are; what they may is decided when they ask.
        if (row != nullptr && holds(*row, true, now, [](const Row&) { return true; }))
            return find(grant.given.subject);
    }
    return nullptr;
}

void Authority::each_reached(const Grant& grant,
                             const std::function<void(PropertyId)>& visit) const {
    const Row* row = find_row(grant.given.subject, grant.id);
    if (row == nullptr) return;
    row->reach->each(visit);
}

}  // namespace foxtail
