#include "foxtail/grants/reference.hpp"

#include <algorithm>
#include <functional>
#include <limits>

namespace foxtail {
namespace {

using World = ReferenceAuthority::World;
using Given = ReferenceAuthority::Given;
using Owned = ReferenceAuthority::Owned;

bool glob(const char* pattern, const char* text) {
    if (*pattern == '\0') return *text == '\0';
    if (*pattern == '*') {
        if (glob(pattern + 1, text)) return true;
        return *text != '\0' && *text != '/' && glob(pattern, text + 1);
    }
    return *pattern == *text && glob(pattern + 1, text + 1);
}

bool names(const std::vector<std::string>& patterns, const std::string& address) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) {
        return p == "*" || glob(p.c_str(), address.c_str());
    });
}

bool lives_there(SubjectKind kind) {
    return kind == SubjectKind::owner || kind == SubjectKind::resident;
}

bool runs_here(SubjectKind kind) {
    return kind == SubjectKind::hub || kind == SubjectKind::connector ||
           kind == SubjectKind::rule || kind == SubjectKind::planner;
}

bool is_outside(SubjectKind kind) {
    return kind == SubjectKind::guest || kind == SubjectKind::participant ||
           kind == SubjectKind::agent || kind == SubjectKind::token;
}

/// One question asked of a world.
struct Question {
    const World& world;
    std::string subject;
    Verb verb;
    std::string address;
    Time now;
    bool at_home = false;

    [[nodiscard]] SubjectKind kind(const std::string& who) const { return world.subjects.at(who); }
    [[nodiscard]] std::string thing() const { return address.substr(0, address.find('/')); }
    /// All the times of ownership of the thing, the first being the household's.
    [[nodiscard]] std::vector<Owned> epochs() const {
        std::vector<Owned> all{Owned{}};
        const auto said = world.owned.find(thing());
        if (said != world.owned.end())
            all.insert(all.end(), said->second.begin(), said->second.end());
        return all;
    }
    [[nodiscard]] bool spoken_of() const { return world.owned.contains(thing()); }
    [[nodiscard]] bool personal() const {
        return spoken_of() && (world.people.contains(thing()) || world.personal.contains(address));
    }
    [[nodiscard]] const Given* grant(Seq id) const {
        for (const Given& g : world.grants) {
            if (g.id == id) return &g;
        }
        return nullptr;
    }
    /// Whose word a grant is in the end: passed on, it is still the first giver's.
    [[nodiscard]] std::string giver(const Given& g) const {
        const Given* parent = g.what.terms.parent == 0 ? nullptr : grant(g.what.terms.parent);
        return parent == nullptr ? g.grantor : giver(*parent);
    }
    [[nodiscard]] bool a_maintainer_owns(const Owned& epoch) const {
        return std::any_of(epoch.owners.begin(), epoch.owners.end(),
                           [&](const std::string& o) { return kind(o) == SubjectKind::owner; });
    }
    [[nodiscard]] bool owns(const std::string& who, const Owned& epoch) const {
        if (kind(who) == SubjectKind::hub) return true;
        if (epoch.owners.contains(who)) return true;
        if (kind(who) == SubjectKind::owner) return epoch.owners.empty();
        if (kind(who) == SubjectKind::rule) return epoch.owners.empty() || a_maintainer_owns(epoch);
        return false;
    }
    /// Whether the word of this giver opened the thing in that time.
    [[nodiscard]] bool may_give(const std::string& who, const Owned& epoch) const {
        if (epoch.owners.contains(who)) return true;
        switch (kind(who)) {
            case SubjectKind::owner:
                return epoch.owners.empty();
            case SubjectKind::hub:
            case SubjectKind::token:
            case SubjectKind::participant:
            case SubjectKind::agent:
                return epoch.owners.empty() || a_maintainer_owns(epoch);
            default:
                return false;
        }
    }
    /// In every time since the grant was given.
    [[nodiscard]] bool ever_since(const Given& g,
                                  const std::function<bool(const Owned&)>& so) const {
        const auto all = epochs();
        for (std::size_t i = all.size(); i-- > 0;) {
            if (!so(all[i])) return false;
            if (all[i].seq <= g.id) return true;
        }
        return true;
    }
    [[nodiscard]] bool of_its_class(const Given& g) const {
        if (g.what.terms.classes == 0) return true;
        const auto said = world.classes.find(address);
        Sensitivity its = said == world.classes.end() ? Sensitivity::home : said->second;
        if (its == Sensitivity::home && world.people.contains(thing())) its = Sensitivity::personal;
        return (g.what.terms.classes & (1 << static_cast<int>(its))) != 0;
    }
    [[nodiscard]] bool names_it(const Given& g) const {
        if ((g.what.verbs & static_cast<std::uint16_t>(verb)) == 0) return false;
        return of_its_class(g) && names(g.what.addresses, address) &&
               !names(g.what.terms.except, address);
    }
    [[nodiscard]] bool in_force_at(const Given& g, Time t) const {
        return g.what.from.us <= t.us && (g.what.until.us == 0 || t.us < g.what.until.us);
    }
    [[nodiscard]] bool in_force(const Given& g) const {
        if (g.suspended) return false;
        if (g.what.terms.when.at_home && !at_home && !runs_here(kind(subject))) return false;
        if (!in_force_at(g, now)) return false;
        for (const Duration doubt : world.doubts) {
            if (!in_force_at(g, now + doubt)) return false;
        }
        const Conditions& when = g.what.terms.when;
        const bool hours = when.weekdays != 0 || when.from_minute != when.until_minute;
        if (hours && (!world.doubts.empty() || !open_at(when))) return false;
        if (!when.presence.empty()) {
            const auto believed = world.believed.find(when.presence);
            if (believed == world.believed.end()) return false;
            if (!same_value(believed->second, when.presence_value)) return false;
        }
        if (g.what.terms.parent == 0) return true;
        const Given* parent = grant(g.what.terms.parent);
        return parent != nullptr && names_it(*parent) && in_force(*parent);
    }
    [[nodiscard]] bool open_at(const Conditions& when) const {
        const Civil civil = civil_from(now);
        const int minute = civil.hour * 60 + civil.minute;
        int weekday = (civil.weekday + 6) % 7;  // 0 = Monday
        if (when.from_minute < when.until_minute) {
            if (minute < when.from_minute || minute >= when.until_minute) return false;
        } else if (when.from_minute > when.until_minute) {
            if (minute >= when.until_minute && minute < when.from_minute) return false;
            if (minute < when.until_minute) weekday = (weekday + 6) % 7;
        }
        return when.weekdays == 0 || ((when.weekdays >> weekday) & 1) != 0;
    }
    /// From when on the run of times that fit, up to the one with that number, is unbroken.
    [[nodiscard]] Time run_start(std::size_t last,
                                 const std::function<bool(const Owned&)>& fits) const {
        const auto all = epochs();
        std::size_t first = last;
        while (first > 0 && fits(all[first - 1]) &&
               (!personal() || all[first - 1].about == all[last].about))
            --first;
        return all[first].from;
    }
    void limit(const Given& g, Obligation& obligation, Time& since) const {
        const GrantTerms& terms = g.what.terms;
        obligation = strictest(obligation, terms.obligation);
        since = std::max(since, terms.history_from);
        if (terms.history_window.us > 0) since = std::max(since, now - terms.history_window);
        const Given* parent = terms.parent == 0 ? nullptr : grant(terms.parent);
        if (parent != nullptr) limit(*parent, obligation, since);
    }
};

Verdict look_back(const Question& q, const Verdict& denied) {
    const auto all = q.epochs();
    for (std::size_t i = all.size() - 1; i-- > 0;) {
        const bool mine = q.personal() && all[i].about.contains(q.subject);
        if (mine) {
            const Time since =
                q.run_start(i, [&](const Owned& e) { return e.about.contains(q.subject); });
            return {true, Reason::about_them, 0, {}, since, all[i + 1].from};
        }
        if (q.personal() && !all[i].about.empty()) continue;
        if (!q.owns(q.subject, all[i])) continue;
        const Time since = q.run_start(i, [&](const Owned& e) { return q.owns(q.subject, e); });
        return {true, Reason::owner, 0, {}, since, all[i + 1].from};
    }
    return denied;
}

/// The grants that matter to the question, sorted by what they do.
struct Found {
    std::vector<const Given*> opening;
    std::map<std::string, std::vector<const Given*>> consents;  // by the person
    bool forbidden = false;
    bool some_not_in_force = false;
};

Found search(const Question& q, const Owned& present) {
    Found found;
    for (const Given& g : q.world.grants) {
        const bool to_me = g.subject == q.subject;
        const std::string giver = q.giver(g);
        const bool to_all = g.subject == "hub" && g.what.terms.forbid && giver != q.subject;
        if ((!to_me && !to_all) || !q.names_it(g)) continue;
        if (!q.spoken_of() && !q.may_give(giver, present)) continue;  // nothing to give
        if (!q.in_force(g)) {
            found.some_not_in_force = true;
            continue;
        }
        const bool opens =
            g.what.terms.common
                ? present.owners.empty() && q.may_give(giver, present)
                : q.ever_since(g, [&](const Owned& e) { return q.may_give(giver, e); });
        const bool consents =
            q.personal() && present.about.contains(giver) &&
            q.ever_since(g, [&](const Owned& e) { return e.about.contains(giver); });
        if (g.what.terms.forbid) {
            const bool binding = !g.what.terms.spares_household || is_outside(q.kind(q.subject)) ||
                                 (consents && lives_there(q.kind(q.subject)));
            found.forbidden = found.forbidden || (binding && (opens || consents));
            continue;
        }
        if (opens) found.opening.push_back(&g);
        if (consents) found.consents[giver].push_back(&g);
    }
    return found;
}

Verdict judge(const Question& q) {
    const auto all = q.epochs();
    const Owned& present = all.back();
    const Found found = search(q, present);
    const bool own = q.owns(q.subject, present);
    const bool looking = q.verb == Verb::discover || q.verb == Verb::read ||
                         q.verb == Verb::observe || q.verb == Verb::history;
    if (q.personal() && looking && present.about.contains(q.subject)) {
        return {true, Reason::about_them, 0, {}, q.run_start(all.size() - 1, [&](const Owned& e) {
                    return e.about.contains(q.subject);
                })};
    }
    if (found.forbidden) return {false, Reason::forbidden, 0};
    const auto refused = [&](Reason reason) {
        return Verdict{false, found.some_not_in_force ? Reason::expired : reason, 0};
    };
    if (!own && found.opening.empty()) return refused(Reason::no_grant);
    bool asked_others = false;
    Seq first_consent = std::numeric_limits<Seq>::max();
    Obligation obligation;
    Time since;
    if (q.personal() && q.kind(q.subject) != SubjectKind::hub) {
        for (const auto& person : present.about) {
            if (person == q.subject) continue;
            asked_others = true;
            if (!found.consents.contains(person)) return refused(Reason::no_consent);
        }
    }
    if (asked_others) {
        for (const auto& [person, grants] : found.consents) {
            for (const Given* g : grants) {
                q.limit(*g, obligation, since);
                first_consent = std::min(first_consent, g->id);
            }
        }
    }
    const auto kind = q.kind(q.subject);
    const bool program = kind == SubjectKind::hub || kind == SubjectKind::rule;
    if (own) {
        if (q.spoken_of()) {
            since = std::max(since, q.run_start(all.size() - 1, [&](const Owned& e) {
                return q.owns(q.subject, e);
            }));
        }
        if (asked_others) return {true, Reason::granted, first_consent, obligation, since};
        return {true, program ? Reason::the_hub : Reason::owner, 0, obligation, since};
    }
    for (const Given* g : found.opening) {
        q.limit(*g, obligation, since);
        since = std::max(since, q.run_start(all.size() - 1, [&](const Owned& e) {
            return (!g->what.terms.common || e.owners.empty()) && q.may_give(q.giver(*g), e);
        }));
    }
    return {true, Reason::granted, found.opening.front()->id, obligation, since};
}

}  // namespace

Verdict ReferenceAuthority::decide(const World& world, const std::string& subject, Verb verb,
                                   const std::string& address, Time now, bool at_home) {
    const auto known = world.subjects.find(subject);
    if (known == world.subjects.end()) return {false, Reason::unknown, 0};
    if (world.left.contains(subject)) return {};
    const Question q{world, subject, verb, address, now, at_home};
    const auto bringer = world.brought_by.find(q.thing());
    if (bringer == world.brought_by.end()) return {false, Reason::unknown, 0};
    const bool brought = (bringer->second.empty() ? "hub" : bringer->second) == subject;
    const SubjectKind kind = known->second;
    if (kind == SubjectKind::connector) {
        const bool may = verb == Verb::report || verb == Verb::read || verb == Verb::discover;
        return may && brought ? Verdict{true, Reason::brought_it, 0} : Verdict{};
    }
    const bool of_the_house =
        kind == SubjectKind::hub || kind == SubjectKind::owner || kind == SubjectKind::rule;
    if (verb == Verb::report && of_the_house) {
        if (!brought) return {};
        return {true, kind == SubjectKind::owner ? Reason::owner : Reason::the_hub, 0};
    }
    const Verdict verdict = judge(q);
    if (verdict.allowed || verb != Verb::history || !q.spoken_of()) return verdict;
    return look_back(q, verdict);
}

}  // namespace foxtail
