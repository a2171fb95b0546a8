// People who come and go: invitations, visits that end, those who leave.
#include "foxtail/base/assert.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/hub/household.hpp"

#include <algorithm>
#include <array>

namespace foxtail {
namespace {

constexpr std::array<std::string_view, 3> kinds_of_people = {"owner:", "resident:", "guest:"};

}  // namespace

Result<Seq> Household::invite(Invited wanted, bool again, SubjectId by, Moment now) {
    if (wanted.kind != SubjectKind::resident && wanted.kind != SubjectKind::guest)
        return fail(Code::invalid_input, "residents and guests are invited");
    const auto colon = wanted.name.find(':');
    const std::string bare = wanted.name.substr(colon + 1);
    if (wanted.name.substr(0, colon) != name(wanted.kind) || bare.empty() ||
        wanted.name.size() > 200 || !valid_utf8(wanted.name))
        return fail(Code::invalid_input, "an invitation is for 'resident:NAME' or 'guest:NAME'");
    if (wanted.kind != SubjectKind::guest && wanted.leaves.known())
        return fail(Code::invalid_input, "only a guest's stay has an end");
    for (const auto kind : kinds_of_people) {
        const Subject* known = authority_.find(std::string(kind) + bare);
        if (known == nullptr) continue;
        // A name is never given to somebody else: what was theirs would be, too.
        if (again && known->name == wanted.name && !authority_.left(known->id)) continue;
        return fail(Code::conflict,
                    "'" + printable(bare) + "' is or was somebody here; take another name");
    }
    if (!wanted.person.empty()) {
        const Thing* thing = catalogue_.find_thing(wanted.person);
        if (thing == nullptr || thing->spec.kind != ThingKind::person ||
            authority_.ownership().now(thing->id) != nullptr)
            return fail(Code::invalid_input,
                        "'" + printable(wanted.person) + "' is no person that nobody claimed yet");
    }
    for (const auto kind : kinds_of_people) {
        const auto* open = people_.find(std::string(kind) + bare);
        if (open != nullptr)
            append(InvitationEnded{open->id, false, "replaced by a new one"}, by, open->id, now);
    }
    if (people_.invitations().size() >= People::open_max)
        return fail(Code::exhausted, "too many invitations are open; withdraw some");
    return append(std::move(wanted), by, 0, now);
}

Result<Seq> Household::end_invitation(Seq invitation, std::string_view reason, SubjectId by,
                                      Moment now) {
    if (people_.find(invitation) == nullptr)
        return fail(Code::not_found, "no invitation " + std::to_string(invitation));
    return append(InvitationEnded{invitation, false, std::string(reason)}, by, invitation, now);
}

Result<SubjectId> Household::join(Seq invitation, Moment now) {
    const auto* found = people_.find(invitation);
    if (found == nullptr || now.wall >= found->what.until)
        return fail(Code::denied, "this invitation is not valid (any more)");
    const People::Invitation open = *found;
    const auto subject = name_subject(open.what.name, open.what.kind, open.by, now);
    if (!subject) return subject;
    append(InvitationEnded{invitation, true, {}}, *subject, invitation, now);
    const Thing* person = catalogue_.find_thing(open.what.person);
    // What somebody claimed meanwhile stays theirs.
    if (person != nullptr && authority_.ownership().now(person->id) == nullptr) {
        ThingOwned owned;
        owned.thing = person->id;
        owned.owners = {*subject};
        owned.about = {*subject};
        if (auto done = hand_over(std::move(owned), *subject, now); !done)
            return fail(std::move(done.error()));
    }
    return subject;
}

Result<Seq> Household::leave(SubjectId subject, std::string_view reason, SubjectId by, Moment now) {
    const Subject* who = authority_.find(subject);
    if (who == nullptr || authority_.left(subject) ||
        (who->kind != SubjectKind::resident && who->kind != SubjectKind::guest))
        return fail(Code::not_found, "no such resident or guest");
    const Seq left = append(SubjectLeft{subject, std::string(reason)}, by, 0, now);
    std::vector<Seq> theirs;
    for (const Grant& grant : authority_.grants()) {
        if (grant.given.subject == subject || grant.grantor == subject) theirs.push_back(grant.id);
    }
    for (const Seq grant : theirs) {
        if (authority_.find_grant(grant) != nullptr)
            end_grants({grant}, "who gave or got it has left", the_hub, left, now);
    }
    std::vector<Seq> under_way;
    for (const Pending& pending : commands_.all()) {
        if (pending.asked_by == subject) under_way.push_back(pending.seq);
    }
    for (const Seq command : under_way)
        append(CommandEnded{command, Outcome::failed, "who asked has left"}, the_hub, left, now);
    return left;
}

void Household::suspend_outsiders(std::string_view reason, Moment now) {
    append(GrantsSuspended{std::string(reason)}, the_hub, 0, now);
}

Result<Seq> Household::confirm(Seq grant, SubjectId by, Moment now) {
    const Grant* known = authority_.find_grant(grant);
    if (known == nullptr) return fail(Code::not_found, "no grant " + std::to_string(grant));
    if (!known->suspended)
        return fail(Code::conflict, "grant " + std::to_string(grant) + " needs no confirmation");
    return append(GrantConfirmed{grant}, by, grant, now);
}

/// As with grants: an end is a record, and a clock that is set back does not undo it.
void Household::end_expired_people(Moment now) {
    const Time next = people_.next_end();
    if (!next.known() || next > now.wall || !authority_.time_is_certain(now.wall)) return;
    std::vector<Seq> unused;
    for (const auto& invitation : people_.invitations()) {
        if (invitation.what.until <= now.wall) unused.push_back(invitation.id);
    }
    for (const Seq invitation : unused)
        append(InvitationEnded{invitation, false, "its time is over"}, the_hub, invitation, now);
    std::vector<std::string> over;
    for (const auto& visit : people_.visits()) {
        if (visit.until <= now.wall) over.push_back(visit.name);
    }
    for (const auto& name : over) {
        const Subject* guest = authority_.find(name);
        FOX_ASSERT(guest != nullptr, "who has a visit was named when it began");
        const auto done = leave(guest->id, "the visit is over", the_hub, now);
        FOX_ASSERT(done.has_value(), "a visit ends with the one who leaves, and only once");
    }
}

}  // namespace foxtail
