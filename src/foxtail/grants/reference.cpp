#include "foxtail/grants/reference.hpp"

namespace foxtail {
namespace {

bool glob(const char* pattern, const char* text) {
    if (*pattern == '\0') return *text == '\0';
    if (*pattern == '*') {
        if (glob(pattern + 1, text)) return true;
        return *text != '\0' && *text != '/' && glob(pattern, text + 1);
    }
    return *pattern == *text && glob(pattern + 1, text + 1);
}

}  // namespace

Verdict ReferenceAuthority::decide(const World& world, const std::string& subject, Verb verb,
                                   const std::string& address, Time now) {
    const auto known = world.subjects.find(subject);
    if (known == world.subjects.end()) return {false, Reason::unknown, 0};
    const std::string thing = address.substr(0, address.find('/'));
    const auto bringer = world.brought_by.find(thing);
    if (bringer == world.brought_by.end()) return {false, Reason::unknown, 0};
    const std::string brought_by = bringer->second.empty() ? "hub" : bringer->second;

    const SubjectKind kind = known->second;
    if (kind == SubjectKind::hub || kind == SubjectKind::owner || kind == SubjectKind::rule) {
        if (verb == Verb::report && brought_by != subject) return {};
        return {true, kind == SubjectKind::owner ? Reason::owner : Reason::the_hub, 0};
    }
    if (kind == SubjectKind::connector) {
        const bool may = verb == Verb::report || verb == Verb::read || verb == Verb::discover;
        if (may && brought_by == subject) return {true, Reason::brought_it, 0};
        return {};
    }
    Verdict verdict;
    for (const auto& [number, grant] : world.grants) {
        const auto& [grantee, given] = grant;
        if (grantee != subject) continue;
        if ((given.verbs & static_cast<std::uint16_t>(verb)) == 0) continue;
        bool matches = false;
        for (const auto& pattern : given.addresses) {
            if (pattern == "*" || glob(pattern.c_str(), address.c_str())) matches = true;
        }
        if (!matches) continue;
        if (given.from.us > now.us || (given.until.us != 0 && now.us >= given.until.us)) {
            verdict.reason = Reason::expired;
            continue;
        }
        return {true, Reason::granted, number};
    }
    return verdict;
}

}  // namespace foxtail
