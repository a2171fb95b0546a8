#include "foxtail/grants/authority.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/grants/pattern.hpp"
#include "foxtail/model/bytes.hpp"

#include <algorithm>

namespace foxtail {
namespace {

constexpr bool has(std::uint16_t verbs, Verb verb) {
    return (verbs & static_cast<std::uint16_t>(verb)) != 0;
}

/// What a connector may do with the things it brought.
constexpr bool brings(Verb verb) {
    return verb == Verb::report || verb == Verb::read || verb == Verb::discover;
}

constexpr bool in_force(Time from, Time until, Time now) {
    return from <= now && (!until.known() || now < until);
}

}  // namespace

Authority::Role Authority::role_of(SubjectKind kind) {
    switch (kind) {
        case SubjectKind::hub:
        case SubjectKind::owner:
        case SubjectKind::rule:
            return Role::all;
        case SubjectKind::connector:
            return Role::brings;
        default:
            return Role::listed;
    }
}

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

void Authority::apply(Seq seq, const GrantGiven& given) {
    FOX_ASSERT(given.subject.index < subjects_.size(), "a grant names a subject that has a number");
    grants_.push_back({seq, given});
    compile(static_cast<std::uint32_t>(grants_.size() - 1));
    ++epoch_;
}

void Authority::apply(const GrantEnded& ended) {
    const auto at = std::find_if(grants_.begin(), grants_.end(),
                                 [&](const Grant& g) { return g.id == ended.grant; });
    if (at == grants_.end()) return;
    grants_.erase(at);
    rebuild();
    ++epoch_;
}

void Authority::rebuild() {
    for (auto& entry : entries_) entry.rows.clear();
    for (std::uint32_t i = 0; i < grants_.size(); ++i) compile(i);
}

void Authority::compile(std::uint32_t grant) {
    const GrantGiven& given = grants_[grant].given;
    Row row{grant, given.verbs, given.from, given.until, {}};
    row.properties.resize((catalogue_.properties().size() + 63) / 64);
    for (const Property& property : catalogue_.properties()) compile_property(row, property);
    entries_[given.subject.index].rows.push_back(std::move(row));
}

void Authority::compile_property(Row& row, const Property& property) const {
    const auto word = property.id.index / 64;
    if (word >= row.properties.size()) row.properties.resize(word + 1);
    const auto& patterns = grants_[row.grant].given.addresses;
    const bool match = std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) {
        return matches_address(p, property.address);
    });
    if (match) row.properties[word] |= std::uint64_t{1} << (property.id.index % 64);
}

void Authority::told(const Thing& thing) {
    const auto bringer = by_name_.find(thing.brought_by);
    const SubjectId subject = bringer == by_name_.end() ? SubjectId{0} : bringer->second;
    if (brought_by_.size() < catalogue_.properties().size())
        brought_by_.resize(catalogue_.properties().size());
    for (const PropertyId id : thing.properties) {
        brought_by_[id.index] = subject;
        for (auto& entry : entries_) {
            for (auto& row : entry.rows) compile_property(row, catalogue_.property(id));
        }
    }
}

Verdict Authority::decide(SubjectId subject, Verb verb, PropertyId property, Time now) const {
    if (subject.index >= entries_.size() || property.index >= brought_by_.size())
        return {false, Reason::unknown, 0};
    const Entry& entry = entries_[subject.index];
    switch (entry.role) {
        case Role::none:
            return {};
        case Role::all:
            // A reading is a statement of fact: only the one that brought the thing can make it.
            if (verb == Verb::report && brought_by_[property.index] != subject) return {};
            return {true, entry.reason, 0};
        case Role::brings:
            if (brings(verb) && brought_by_[property.index] == subject)
                return {true, Reason::brought_it, 0};
            return {};
        case Role::listed:
            break;
    }
    Verdict verdict;
    for (const Row& row : entry.rows) {
        const auto word = property.index / 64;
        if (!has(row.verbs, verb) || word >= row.properties.size()) continue;
        if ((row.properties[word] >> (property.index % 64) & 1) == 0) continue;
        if (in_force(row.from, row.until, now))
            return {true, Reason::granted, grants_[row.grant].id};
        verdict.reason = Reason::expired;
    }
    return verdict;
}

Verdict Authority::decide_at(SubjectId subject, Verb verb, std::string_view address,
                             Time now) const {
    if (subject.index >= entries_.size()) return {false, Reason::unknown, 0};
    const Entry& entry = entries_[subject.index];
    if (entry.role == Role::all) return {true, entry.reason, 0};
    if (entry.role == Role::brings) {
        const auto slash = address.find('/');
        const Thing* thing = catalogue_.find_thing(address.substr(0, slash));
        if (brings(verb) && thing != nullptr &&
            thing->brought_by == subjects_[subject.index].name) {
            return {true, Reason::brought_it, 0};
        }
        return {};
    }
    Verdict verdict;
    for (const Row& row : entry.rows) {
        if (!has(row.verbs, verb)) continue;
        const auto& patterns = grants_[row.grant].given.addresses;
        const bool match = std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) {
            return address.empty() ? p == "*" : matches_address(p, address);
        });
        if (!match) continue;
        if (in_force(row.from, row.until, now))
            return {true, Reason::granted, grants_[row.grant].id};
        verdict.reason = Reason::expired;
    }
    return verdict;
}

Verdict Authority::decide_topic(SubjectId subject, Verb verb, std::string_view topic, bool filter,
                                Time now) const {
    if (subject.index >= entries_.size()) return {false, Reason::unknown, 0};
    const Entry& entry = entries_[subject.index];
    if (entry.role == Role::all) return {true, entry.reason, 0};
    Verdict verdict;
    for (const Row& row : entry.rows) {
        if (!has(row.verbs, verb)) continue;
        const auto& patterns = grants_[row.grant].given.addresses;
        const bool match = std::any_of(patterns.begin(), patterns.end(), [&](std::string_view p) {
            if (!p.starts_with(topic_prefix)) return false;
            p.remove_prefix(topic_prefix.size());
            return filter ? covers_filter(p, topic) : matches_topic(p, topic);
        });
        if (!match) continue;
        if (in_force(row.from, row.until, now))
            return {true, Reason::granted, grants_[row.grant].id};
        verdict.reason = Reason::expired;
    }
    return verdict;
}

const Subject* Authority::find(std::string_view name) const {
    const auto at = by_name_.find(name);
    return at == by_name_.end() ? nullptr : &subjects_[at->second.index];
}

const Subject* Authority::find(SubjectId id) const {
    return id.index < subjects_.size() ? &subjects_[id.index] : nullptr;
}

const Grant* Authority::find_grant(Seq id) const {
    const auto at =
        std::find_if(grants_.begin(), grants_.end(), [&](const Grant& g) { return g.id == id; });
    return at == grants_.end() ? nullptr : &*at;
}

bool Authority::any_access(SubjectId subject, Time now) const {
    if (subject.index >= entries_.size()) return false;
    const Entry& entry = entries_[subject.index];
    if (entry.role != Role::listed) return entry.role != Role::none;
    return std::any_of(entry.rows.begin(), entry.rows.end(),
                       [&](const Row& row) { return !row.until.known() || now < row.until; });
}

const Subject* Authority::find_token(std::string_view token_hash, Time now) const {
    if (token_hash.empty()) return nullptr;
    for (const Grant& grant : grants_) {
        if (grant.given.token_hash == token_hash &&
            in_force(grant.given.from, grant.given.until, now)) {
            return find(grant.given.subject);
        }
    }
    return nullptr;
}

void Authority::save(ByteWriter& out) const {
    out.u64(subjects_.size());
    for (const Subject& s : subjects_) {
        out.text(s.name);
        out.u8(static_cast<std::uint8_t>(s.kind));
    }
    out.u64(grants_.size());
    for (const Grant& g : grants_) {
        out.u64(g.id);
        out.u64(g.given.subject.index);
        out.u64(g.given.addresses.size());
        for (const auto& a : g.given.addresses) out.text(a);
        out.u64(g.given.verbs);
        out.i64(g.given.from.us);
        out.i64(g.given.until.us);
        out.text(g.given.purpose);
        out.text(g.given.token_hash);
    }
}

Result<void> Authority::load(ByteReader& in) {
    const auto broken = [] {
        return fail(Code::corrupt, "the snapshot's subjects or grants contradict themselves");
    };
    subjects_.clear();
    by_name_.clear();
    entries_.clear();
    grants_.clear();
    brought_by_.clear();
    const auto subjects = in.count(2);
    for (std::uint32_t i = 0; i < subjects && in.ok(); ++i) {
        SubjectNamed named;
        named.id = {i};
        named.name = in.text();
        named.kind = in.one_of(SubjectKind::token);
        if (!in.ok() || find(named.name) != nullptr) break;
        apply(named);
    }
    if (!in.ok() || subjects_.size() != subjects) return broken();
    const auto grants = in.count(8);
    for (std::size_t i = 0; i < grants && in.ok(); ++i) {
        Grant g;
        g.id = in.u64();
        g.given.subject.index = in.u32();
        const auto addresses = in.count();
        for (std::size_t a = 0; a < addresses && in.ok(); ++a)
            g.given.addresses.emplace_back(in.text());
        const auto verbs = in.u32();
        g.given.verbs = static_cast<std::uint16_t>(verbs);
        g.given.from = read_time(in);
        g.given.until = read_time(in);
        g.given.purpose = in.text();
        g.given.token_hash = in.text();
        if (!in.ok() || verbs > 0xFFFF || g.given.subject.index >= subjects_.size()) break;
        if (!grants_.empty() && grants_.back().id >= g.id) break;
        grants_.push_back(std::move(g));
    }
    if (!in.ok() || grants_.size() != grants) return broken();
    for (const Thing& thing : catalogue_.things()) told(thing);
    rebuild();
    return {};
}

}  // namespace foxtail
