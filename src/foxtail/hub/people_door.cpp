// People who come and go, and who signed in: the hub's side and the door's.
#include "foxtail/hub/door.hpp"

#include <algorithm>

namespace foxtail {
namespace {

constexpr int sign_ins_alarm = 6;
constexpr std::string_view resident_purpose = "as a resident, from the configuration";

}  // namespace

// ---- what residents have ----

Result<void> Hub::give_as_resident(SubjectId subject) {
    if (house_rule_.verbs == 0) return {};
    GrantGiven grant;
    grant.subject = subject;
    grant.addresses = house_rule_.addresses;
    grant.verbs = house_rule_.verbs;
    grant.purpose = resident_purpose;
    grant.terms.classes = house_rule_.classes;
    grant.terms.common = true;
    const auto given = household_.give(std::move(grant), the_hub, now());
    if (!given) return fail(given.error());
    return {};
}

Result<void> Hub::set_house_rule(HouseRule rule) {
    house_rule_ = std::move(rule);
    const Authority& authority = household_.authority();
    std::vector<Seq> stale;
    std::vector<SubjectId> have;
    for (const Grant& grant : authority.grants()) {
        if (grant.grantor != the_hub || grant.given.purpose != resident_purpose) continue;
        const bool same = grant.given.addresses == house_rule_.addresses &&
                          grant.given.verbs == house_rule_.verbs &&
                          grant.given.terms.classes == house_rule_.classes;
        if (same) {
            have.push_back(grant.given.subject);
        } else {
            stale.push_back(grant.id);
        }
    }
    for (const Seq grant : stale) {
        auto done = household_.take_back(grant, "no longer in the configuration", the_hub, now());
        if (!done) return fail(std::move(done.error()));
    }
    for (const Subject& subject : std::vector<Subject>(authority.subjects())) {
        if (subject.kind != SubjectKind::resident || authority.left(subject.id)) continue;
        if (std::find(have.begin(), have.end(), subject.id) != have.end()) continue;
        if (auto done = give_as_resident(subject.id); !done) return done;
    }
    touched();
    return {};
}

Result<SubjectId> Hub::join(Seq invitation) {
    if (health_.read_only) return fail(Code::unavailable, "read-only: " + health_.reason);
    auto subject = household_.join(invitation, now());
    if (subject && household_.authority().find(*subject)->kind == SubjectKind::resident) {
        if (auto done = set_house_rule(house_rule_); !done) subject = fail(std::move(done.error()));
    }
    touched();
    return subject;
}

bool Hub::may_enter(SubjectId subject) const {
    const Subject* who = household_.authority().find(subject);
    if (who == nullptr || household_.authority().left(subject)) return false;
    if (who->kind != SubjectKind::guest) return true;
    const Time until = household_.people().visit_until(who->name);
    return !until.known() || now().wall < until;
}

void Hub::suspend_outsiders(std::string_view reason) {
    household_.suspend_outsiders(reason, now());
    // Nor does it know what people had forgotten since: only they do.
    household_.note(the_hub,
                    Noticed{"This is a backup that was restored. What was forgotten after it was "
                            "made is back: whoever wants it gone has it forgotten again.",
                            {}},
                    now());
    note_suspended();
    touched();
}

void Hub::note_suspended() {
    const auto& grants = household_.authority().grants();
    const auto waiting = std::count_if(grants.begin(), grants.end(),
                                       [](const Grant& grant) { return grant.suspended; });
    if (waiting == 0) return;
    (void)problems_.note("grants", {}, std::to_string(waiting) + " grants",
                         "since a backup was restored, what outsiders were given opens nothing "
                         "until it is confirmed: some of it may have been taken back meanwhile",
                         now());
}

Result<void> Hub::end_tokens(SubjectId subject, std::string_view reason) {
    std::vector<Seq> theirs;
    for (const Grant& grant : household_.authority().grants()) {
        if (grant.given.subject == subject && !grant.given.token_hash.empty())
            theirs.push_back(grant.id);
    }
    for (const Seq grant : theirs) {
        auto done = household_.take_back(grant, reason, the_hub, now());
        if (!done) return fail(std::move(done.error()));
    }
    touched();
    return {};
}

// ---- who signed in ----

bool Hub::note_sign_in(const SignIns::Try& one) {
    auto body = sign_ins_.note(one, now());
    if (body) {
        const SubjectId actor = one.refused.empty() ? one.subject : the_hub;
        household_.note(actor, std::move(*body), now());
        touched();
    }
    if (const auto due = sign_ins_.next_due())
        environment_.loop.alarm(sign_ins_alarm, *due, [this] { record_sign_ins(false); });
    return body.has_value();
}

void Hub::record_sign_ins(bool all) {
    if (!health_.read_only) {
        auto due = sign_ins_.take_due(now(), all);
        for (Body& body : due) {
            const auto* in = std::get_if<SignedIn>(&body);
            const SubjectId actor = in != nullptr ? in->subject : the_hub;
            household_.note(actor, std::move(body), now());
        }
        if (!due.empty()) touched();
    }
    if (all) return;
    if (const auto next = sign_ins_.next_due()) {
        // While nothing can be recorded they wait, and are counted further.
        const Duration soonest = environment_.clock.monotonic() + seconds(1);
        environment_.loop.alarm(sign_ins_alarm, std::max(*next, soonest),
                                [this] { record_sign_ins(false); });
    }
}

bool Hub::signed_in(SubjectId subject, std::string_view how, std::string_view source) {
    return note_sign_in({subject, how, source, {}});
}

bool Hub::sign_in_refused(std::optional<SubjectId> subject, std::string_view how,
                          std::string_view source, std::string_view why) {
    return note_sign_in({subject.value_or(the_hub), how, source, why});
}

void Hub::signed_out(SubjectId subject, std::string_view how, std::string_view source) {
    if (health_.read_only) return;
    household_.note(subject, SignedOut{subject, std::string(how), std::string(source)}, now());
    touched();
}

// ---- the door ----

namespace {

/// Calls `then` with the outcome once it is durable.
void answer_when_durable(Hub& hub, Result<Seq> done, std::function<void(Result<Seq>)> then) {
    if (!done) return then(std::move(done));
    hub.when_durable(hub.head(), [then = std::move(then), seq = *done](Result<void> durable) {
        if (!durable) return then(fail(std::move(durable.error())));
        then(seq);
    });
}

}  // namespace

void Door::invite(Invited wanted, bool again, std::function<void(Result<Seq>)> then) {
    if (!may_manage()) return then(Authority::denied());
    if (hub_->health_.read_only)
        return then(fail(Code::unavailable, "read-only: " + hub_->health_.reason));
    if (wanted.leaves.known() && wanted.leaves <= now())
        return then(fail(Code::invalid_input, "'until' lies in the past"));
    auto done = hub_->household_.invite(std::move(wanted), again, subject_, hub_->now());
    hub_->touched();
    answer_when_durable(*hub_, std::move(done), std::move(then));
}

Result<const std::vector<People::Invitation>*> Door::invitations() const {
    if (!may_manage()) return Authority::denied();
    return &hub_->people().invitations();
}

void Door::withdraw(Seq invitation, std::function<void(Result<Seq>)> then) {
    if (!may_manage()) return then(Authority::denied());
    auto done = hub_->household_.end_invitation(invitation, "withdrawn", subject_, hub_->now());
    hub_->touched();
    answer_when_durable(*hub_, std::move(done), std::move(then));
}

void Door::let_leave(std::string_view subject, std::function<void(Result<Seq>)> then) {
    const bool self = who().name == subject;
    if (!self && !may_manage()) return then(Authority::denied());
    const Subject* known = hub_->authority().find(subject);
    if (known == nullptr) return then(fail(Code::not_found, "nobody of that name"));
    auto done = hub_->household_.leave(known->id, self ? "of their own will" : "moved out",
                                       subject_, hub_->now());
    hub_->touched();
    answer_when_durable(*hub_, std::move(done), std::move(then));
}

bool Door::left(SubjectId subject) const {
    return hub_->authority().left(subject);
}

Time Door::visit_until(const Subject& subject) const {
    return hub_->people().visit_until(subject.name);
}

void Door::confirm(Seq grant, std::function<void(Result<Seq>)> then) {
    const Grant* known = hub_->authority().find_grant(grant);
    const bool theirs = known != nullptr && known->grantor == subject_;
    // A resident may have taken back since what the backup still has: it is for them to say.
    const bool anothers =
        known != nullptr && hub_->authority().find(known->grantor)->kind == SubjectKind::resident;
    if (!theirs && (anothers || !may_manage())) return then(Authority::denied());
    auto done = hub_->household_.confirm(grant, subject_, hub_->now());
    hub_->touched();
    answer_when_durable(*hub_, std::move(done), std::move(then));
}

}  // namespace foxtail
