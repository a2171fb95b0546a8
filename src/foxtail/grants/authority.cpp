// What has been given, folded and compiled: one row a grant, one bit a property.
#include "foxtail/grants/authority.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/grants/pattern.hpp"

#include <algorithm>

namespace foxtail {
namespace {

bool is_personal_class(const Property& property, const Thing& thing) {
    return property.spec.sensitivity == Sensitivity::personal ||
           property.spec.sensitivity == Sensitivity::sensitive ||
           thing.spec.kind == ThingKind::person;
}

bool is_outsider(SubjectKind kind) {
    return kind == SubjectKind::participant || kind == SubjectKind::agent ||
           kind == SubjectKind::guest || kind == SubjectKind::token;
}

}  // namespace

Authority::Role Authority::role_of(SubjectKind kind) {
    switch (kind) {
        case SubjectKind::hub:
            return Role::hub;
        case SubjectKind::owner:
            return Role::maintainer;
        case SubjectKind::rule:
            return Role::rule;
        case SubjectKind::connector:
            return Role::brings;
        default:
            return Role::listed;
    }
}

Authority::Standing Authority::standing_of(SubjectId grantor) const {
    switch (subjects_[grantor.index].kind) {
        case SubjectKind::owner:
            return Standing::maintainer;
        // Who was entrusted with the household's affairs gives in its name.
        case SubjectKind::hub:
        case SubjectKind::token:
        case SubjectKind::participant:
        case SubjectKind::agent:
            return Standing::household;
        default:
            return Standing::person;
    }
}

// ---- the fold ----

void Authority::apply(const SubjectNamed& named) {
    FOX_ASSERT(named.id.index == subjects_.size(), "subjects are numbered in the order of naming");
    subjects_.push_back({named.id, named.name, named.kind});
    by_name_.emplace(named.name, named.id);
    Entry entry;
    entry.role = role_of(named.kind);
    entry.reason = named.kind == SubjectKind::owner ? Reason::owner : Reason::the_hub;
    entries_.push_back(std::move(entry));
    ++epoch_;
}

void Authority::apply(Seq seq, const GrantGiven& given, SubjectId grantor) {
    FOX_ASSERT(given.subject.index < subjects_.size() && grantor.index < subjects_.size(),
               "a grant names subjects that have a number");
    grants_.push_back({seq, given, grantor});
    compile(grants_.size() - 1);
    lay_out_probes();
    ++epoch_;
}

void Authority::apply(const GrantEnded& ended) {
    const Grant* grant = find_grant(ended.grant);
    if (grant == nullptr) return;
    Entry& entry = entries_[grant->given.subject.index];
    const auto row = std::find_if(entry.rows.begin(), entry.rows.end(),
                                  [&](const Row& r) { return r.id == ended.grant; });
    if (row != entry.rows.end()) {
        if (row->forbid) --entry.forbids;
        if (row->spares_household) --entry.sparing;
        reaches_.release(*row->reach);
        entry.rows.erase(row);
        lay_out_probes();
    }
    for (Presence& presence : presences_) {
        if (presence.grant == ended.grant) presence = {};
    }
    grants_.erase(grants_.begin() + (grant - grants_.data()));
    ++epoch_;
}

void Authority::apply(Seq seq, Time at, const ThingOwned& owned) {
    ownership_.apply(seq, at, owned);
    told(catalogue_.thing(owned.thing));
    ++epoch_;
}

void Authority::apply(Time at, const ClockJumped& jumped) {
    if (jumped.by <= doubt_min && jumped.by >= Duration{-doubt_min.us}) return;
    if (at - jumped.by >= doubt_ends_) doubt_from_ = doubt_to_ = {};
    doubt_from_ = std::min(Duration{}, doubt_from_ - jumped.by);
    doubt_to_ = std::max(Duration{}, doubt_to_ - jumped.by);
    doubt_ends_ = at + doubt_lasts;
    ++epoch_;
}

void Authority::apply(const SubjectLeft& left) {
    if (left.subject.index < entries_.size()) entries_[left.subject.index].left = true;
    ++epoch_;
}

void Authority::apply(const GrantsSuspended&) {
    for (Grant& grant : grants_) {
        if (is_outsider(subjects_[grant.given.subject.index].kind) && !grant.given.terms.forbid)
            suspend(grant, true);
    }
    ++epoch_;
}

void Authority::apply(const GrantConfirmed& confirmed) {
    const Grant* grant = find_grant(confirmed.grant);
    if (grant != nullptr) suspend(grants_[static_cast<std::size_t>(grant - grants_.data())], false);
    ++epoch_;
}

void Authority::suspend(Grant& grant, bool suspended) {
    grant.suspended = suspended;
    for (Row& row : entries_[grant.given.subject.index].rows) {
        if (row.id == grant.id) row.suspended = suspended;
    }
}

void Authority::heard(PropertyId property, const Value& value) {
    for (Presence& presence : presences_) {
        if (presence.grant == 0 || !presence.known || presence.property != property) continue;
        const Grant* grant = find_grant(presence.grant);
        const bool holds = grant != nullptr && !std::holds_alternative<Null>(value) &&
                           same_value(value, grant->given.terms.when.presence_value);
        if (holds != presence.holds) ++epoch_;  // what was decided must be asked again
        presence.holds = holds;
    }
}

void Authority::forget_presence() {
    for (Presence& presence : presences_) presence.holds = false;
}

// ---- compiling ----

void Authority::resolve(Presence& presence) {
    const Grant* grant = find_grant(presence.grant);
    if (grant == nullptr || presence.known) return;
    const Property* property = catalogue_.find_property(grant->given.terms.when.presence);
    if (property == nullptr) return;
    presence.known = true;
    presence.property = property->id;
    if (listened_.size() <= property->id.index) listened_.resize(property->id.index + 1);
    listened_[property->id.index] = true;
}

void Authority::listen(Row& row, Extra& extra) {
    if (extra.terms.when.presence.empty()) return;
    std::size_t place = 0;
    while (place < presences_.size() && presences_[place].grant != 0) ++place;
    if (place == presences_.size()) presences_.emplace_back();
    presences_[place] = {row.id, {}, false, false};
    resolve(presences_[place]);
    extra.presence = place;
}

void Authority::compile(std::size_t grant) {
    const GrantGiven& given = grants_[grant].given;
    Row row;
    row.id = grants_[grant].id;
    row.from = given.from;
    row.until = given.until;
    row.verbs = given.verbs;
    row.forbid = given.terms.forbid;
    row.spares_household = row.forbid && given.terms.spares_household;
    row.common = given.terms.common;
    any_rates_ = any_rates_ || given.terms.when.counts();
    row.suspended = grants_[grant].suspended;
    row.grantor = grants_[grant].grantor;
    if (given.terms != GrantTerms{}) {
        auto extra = std::make_unique<Extra>();
        extra->terms = given.terms;
        listen(row, *extra);
        if (const Grant* parent = find_grant(given.terms.parent)) {
            extra->parent_subject = parent->given.subject;
            const Row* above = find_row(parent->given.subject, parent->id);
            if (above != nullptr) row.grantor = above->grantor;
        }
        row.extra = std::move(extra);
    }
    row.standing = standing_of(row.grantor);
    row.reach = &reaches_.share({given.addresses, given.terms.except, given.terms.classes,
                                 row.standing == Standing::person});
    Entry& entry = entries_[given.subject.index];
    if (row.forbid) ++entry.forbids;
    if (row.spares_household) ++entry.sparing;
    entry.rows.push_back(std::move(row));
}

void Authority::lay_out_probes() {
    constexpr std::size_t near_words_max = 4;  // a thing or some
    probes_.clear();
    for (Entry& entry : entries_) {
        entry.first_probe = static_cast<std::uint32_t>(probes_.size());
        entry.near = {};
        const auto lay_out = [&](bool far) {
            for (const Row& row : entry.rows) {
                const auto& bits = row.reach->bits();
                if ((bits.size() > near_words_max) != far) continue;
                Probe probe{bits.data(), row.reach->first()};
                probe.words = static_cast<std::uint32_t>(bits.size()) & 0x3F'FFFFU;
                probe.verbs = row.verbs & 0x3FFU;
                probes_.push_back(probe);
                if (far) continue;
                for (std::uint32_t word = probe.first; word < probe.first + probe.words; ++word)
                    entry.near[word / 64 % entry.near.size()] |= std::uint64_t{1} << (word % 64);
            }
        };
        lay_out(true);
        entry.far = static_cast<std::uint32_t>(probes_.size()) - entry.first_probe;
        lay_out(false);
    }
}

bool Authority::reaches(Seq id, std::string_view address) const {
    const Grant* grant = find_grant(id);
    return grant != nullptr && foxtail::reaches(grant->given.addresses, grant->given.terms.except,
                                                grant->given.terms.classes, catalogue_, address);
}

void Authority::compile_facts(const Thing& thing) {
    const auto bringer = by_name_.find(thing.brought_by);
    const SubjectId subject = bringer == by_name_.end() ? SubjectId{0} : bringer->second;
    const std::size_t properties = catalogue_.properties().size();
    if (facts_.size() < properties) facts_.resize(properties);
    if (owned_.size() * 64 < properties) owned_.resize((properties + 63) / 64);
    const bool owned = ownership_.now(thing.id) != nullptr;
    for (const PropertyId id : thing.properties) {
        facts_[id.index] = {subject, thing.id, is_personal_class(catalogue_.property(id), thing)};
        const std::uint64_t bit = std::uint64_t{1} << (id.index % 64);
        std::uint64_t& word = owned_[id.index / 64];
        word = owned ? word | bit : word & ~bit;
    }
}

void Authority::told(const Thing& thing) {
    compile_facts(thing);
    reaches_.told(thing);
    lay_out_probes();
    for (Presence& presence : presences_) {
        if (presence.grant != 0) resolve(presence);
    }
}

// ---- looking ----

const Subject* Authority::find(std::string_view name) const {
    const auto at = by_name_.find(name);
    return at == by_name_.end() ? nullptr : &subjects_[at->second.index];
}

const Subject* Authority::find(SubjectId id) const {
    return id.index < subjects_.size() ? &subjects_[id.index] : nullptr;
}

const Grant* Authority::find_grant(Seq id) const {
    const auto at = std::lower_bound(grants_.begin(), grants_.end(), id,
                                     [](const Grant& g, Seq wanted) { return g.id < wanted; });
    return at == grants_.end() || at->id != id ? nullptr : &*at;
}

const Authority::Row* Authority::find_row(SubjectId subject, Seq grant) const {
    const auto& rows = entries_[subject.index].rows;
    const auto at =
        std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.id == grant; });
    return at == rows.end() ? nullptr : &*at;
}

bool Authority::any_access(SubjectId subject, Time now) const {
    if (subject.index >= entries_.size()) return false;
    const Entry& entry = entries_[subject.index];
    if (entry.left) return false;
    if (entry.role != Role::listed) return entry.role != Role::none;
    const SubjectKind kind = subjects_[subject.index].kind;
    if (kind == SubjectKind::resident) return true;  // what is theirs is theirs without a grant
    const bool asks = entry.forbids != 0 || entries_.front().forbids != 0;
    return std::any_of(entry.rows.begin(), entry.rows.end(), [&](const Row& row) {
        return !row.forbid && !row.suspended && (!row.until.known() || now < row.until) &&
               !(asks && all_forbidden(subject, row, now));
    });
}

/// True when the row names properties, and each of them is forbidden.
bool Authority::all_forbidden(SubjectId subject, const Row& row, Time now) const {
    constexpr auto looking = static_cast<std::uint16_t>(Verb::observe);
    const Verb verb = (row.verbs & looking) != 0 ? Verb::observe : Verb::discover;
    bool any = false;
    bool all = true;
    row.reach->each([&](PropertyId property) {
        any = true;
        all = all && decide(subject, verb, property, now).reason == Reason::forbidden;
    });
    return any && all;
}

Time Authority::next_end() const {
    Time next;
    for (const Grant& grant : grants_) {
        const Time until = grant.given.until;
        if (until.known() && (!next.known() || until < next)) next = until;
    }
    return next;
}

}  // namespace foxtail
