// What is read under grants that say how often or how much: counted, kept over a restart by the
// records of reads, and refused beyond.
#include "foxtail/hub/hub.hpp"

#include <algorithm>

namespace foxtail {
namespace {

constexpr Duration told_again_after = hours(1);

}  // namespace

Result<void> Hub::has_left(const Grant& grant, Reads reads, Moment when) {
    const Conditions& limits = grant.given.terms.when;
    if (limits.reads_per_hour != 0 && reads.reads > 0 &&
        !rates_.has_room(grant.id, limits.reads_per_hour, when.mono))
        return fail(Code::exhausted, "the grant allows " + std::to_string(limits.reads_per_hour) +
                                         " values an hour");
    if (limits.values_per_month == 0) return {};
    std::uint64_t used = household_.usage().in_month(grant.id, household_.month(when.wall));
    for (const auto& [of_subject, grants] : used_) {
        if (const auto at = grants.find(grant.id); at != grants.end()) used += at->second.values;
    }
    // Whoever asks may get something: when nothing is left, there is no asking.
    if (used + std::max<std::uint64_t>(reads.values, 1) <= limits.values_per_month) return {};
    return fail(Code::exhausted,
                "the grant allows " + std::to_string(limits.values_per_month) + " values a month");
}

Result<void> Hub::use_up(Asker subject, Verb verb, const Verdict& verdict, PropertyId property,
                         Reads reads) {
    const Authority& authority = household_.authority();
    const Moment when = now();
    if (verdict.reason != Reason::granted ||
        !authority.is_rated(subject, verb, property, when.wall))
        return {};
    Result<void> room;
    std::vector<Seq> counted;
    Seq full = 0;
    authority.each_applying(subject, verb, household_.catalogue().property(property).address,
                            when.wall, [&](const Grant& grant) {
                                if (!room || !grant.given.terms.when.counts()) return;
                                room = has_left(grant, reads, when);
                                if (!room) full = grant.id;
                                counted.push_back(grant.id);
                            });
    if (!room) {
        tell_used_up(*authority.find_grant(full), room.error().message, when);
        return room;
    }
    for (const Seq grant : counted) {
        if (reads.reads > 0) rates_.count(grant, when.mono, reads.reads);
        Reads& used = used_[subject.index].try_emplace(grant, Reads{0, 0}).first->second;
        used.reads += reads.reads;
        used.values += reads.values;
    }
    return {};
}

/// Who gave it hears that it is used up, once an hour while it is tried on.
void Hub::tell_used_up(const Grant& grant, const std::string& why, Moment when) {
    const auto told = used_up_told_.find(grant.id);
    if (told != used_up_told_.end() && when.mono - told->second < told_again_after) return;
    if (health_.read_only) return;
    used_up_told_[grant.id] = when.mono;
    std::erase_if(used_up_told_, [&](const auto& one) {
        return household_.authority().find_grant(one.first) == nullptr;
    });
    const std::string& who = household_.authority().find(grant.given.subject)->name;
    const std::string& giver = household_.authority().find(grant.grantor)->name;
    household_.note(
        the_hub,
        Noticed{who + " asks for more than grant " + std::to_string(grant.id) + " allows: " + why,
                giver},
        when, grant.id);
    touched();
}

/// After a start: an hour's reads before it count on.
void Hub::count_what_was_read() {
    const Moment when = now();
    household_.usage().each_recent([&](Seq grant, const Usage::Told& told) {
        const Duration age = std::clamp(when.wall - told.at, Duration{}, hours(1));
        rates_.count(grant, when.mono - age, told.reads);
    });
}

}  // namespace foxtail
