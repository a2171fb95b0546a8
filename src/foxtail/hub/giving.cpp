// What is given, to whom, and taken back: the part of the door where access changes.
#include "foxtail/grants/pattern.hpp"
#include "foxtail/grants/reach.hpp"
#include "foxtail/hub/door.hpp"

#include <algorithm>
#include <initializer_list>
#include <memory>

namespace foxtail {
namespace {

std::vector<SubjectId> without(std::vector<SubjectId> people, SubjectId one) {
    std::erase(people, one);
    return people;
}

bool same_people(std::vector<SubjectId> one, std::vector<SubjectId> two) {
    std::sort(one.begin(), one.end());
    std::sort(two.begin(), two.end());
    return one == two;
}

/// Whom a thing is about when it changes hands. Nobody is dropped behind their back: not by who
/// keeps it, nor by giving it away. Nor does anybody join them where it is kept: whom a thing is
/// about sees all of it. Error: denied, conflict.
Result<void> check_about(const Authority& authority, const OwnershipEpoch& present,
                         const ThingOwned& owned, SubjectId by, bool kept_back) {
    const auto& about = present.about;
    const bool others =
        std::any_of(about.begin(), about.end(), [&](SubjectId id) { return id != by; });
    const auto joins = [&](SubjectId id) { return present.about_index(id) < 0; };
    if (kept_back && others && std::any_of(owned.about.begin(), owned.about.end(), joins))
        return Authority::denied();
    for (const SubjectId person : about) {
        if (person == by ||
            std::find(owned.about.begin(), owned.about.end(), person) != owned.about.end())
            continue;
        if (kept_back) return Authority::denied();
        // Who lives here can say so; who has left sees nothing of it any more.
        if (!authority.left(person))
            return fail(Code::conflict, "it is about " + authority.find(person)->name +
                                            ", who has to say first that it no longer is");
    }
    return {};
}

constexpr std::uint16_t all_verbs = 2 * static_cast<std::uint16_t>(Verb::subscribe) - 1;

bool is_person(SubjectKind kind) {
    return kind == SubjectKind::owner || kind == SubjectKind::resident;
}

bool may_be_named_in_a_grant(SubjectKind kind) {
    return kind == SubjectKind::token || kind == SubjectKind::participant ||
           kind == SubjectKind::agent || kind == SubjectKind::guest;
}

constexpr std::uint16_t bits(std::initializer_list<Verb> verbs) {
    std::uint16_t all = 0;
    for (const Verb verb : verbs)
        all = static_cast<std::uint16_t>(all | static_cast<std::uint16_t>(verb));
    return all;
}

/// A grant of which a part can never open anything was meant otherwise. That MQTT topics are told
/// from addresses by their prefix is easily forgotten, and in a forbid that would go unnoticed.
Result<void> check_openable(const GrantGiven& grant) {
    constexpr auto of_topics = bits({Verb::publish, Verb::subscribe});
    constexpr auto of_addresses =
        bits({Verb::read, Verb::observe, Verb::history, Verb::set, Verb::run});
    const auto is_topic = [](const std::string& pattern) {
        return pattern.starts_with(topic_prefix);
    };
    const auto& all = grant.addresses;
    const bool topics = std::any_of(all.begin(), all.end(), is_topic);
    const bool addresses = !std::all_of(all.begin(), all.end(), is_topic);
    if ((grant.verbs & of_topics) != 0 && !topics) {
        return fail(
            Code::invalid_input,
            "'publish' and 'subscribe' are for MQTT topics, and no address is one (expected "
            "e.g. mqtt:zigbee2mqtt/#)");
    }
    if ((grant.verbs & of_addresses) != 0 && !addresses) {
        return fail(Code::invalid_input,
                    "of MQTT topics there is only 'publish' and 'subscribe', and every address is "
                    "a topic");
    }
    if (topics && (grant.verbs & (of_topics | bits({Verb::grant}))) == 0)
        return fail(Code::invalid_input, "'mqtt:' addresses need 'publish' or 'subscribe'");
    if (topics && grant.terms.classes != 0)
        return fail(Code::invalid_input, "'terms.classes' reaches no MQTT topics");
    return {};
}

/// What is never given to who comes from outside: the household's affairs; to an agent, to give
/// anything at all.
Result<void> check_outsider(const GrantGiven& grant, SubjectKind kind) {
    const bool affairs =
        std::find(grant.addresses.begin(), grant.addresses.end(), "*") != grant.addresses.end();
    if (grant.terms.forbid || (grant.verbs & bits({Verb::grant})) == 0) return {};
    if (kind == SubjectKind::agent) {
        return fail(Code::invalid_input,
                    "an agent is not given 'grant': it acts for who gave it something, and gives "
                    "nothing itself");
    }
    if (affairs && may_be_named_in_a_grant(kind)) {
        return fail(Code::invalid_input,
                    "'grant' on everything is to run the household: nobody from outside gets that. "
                    "Name the addresses");
    }
    return {};
}

Result<void> check_terms(const GrantGiven& grant, Time now) {
    if (grant.addresses.empty() || grant.verbs == 0)
        return fail(Code::invalid_input, "a grant needs addresses and verbs");
    if (grant.verbs > all_verbs)
        return fail(Code::invalid_input, "a grant names verbs that do not exist");
    for (const auto& pattern : grant.addresses) {
        if (auto good = check_pattern(pattern); !good) return good;
    }
    for (const auto& pattern : grant.terms.except) {
        if (auto good = check_pattern(pattern); !good) return good;
    }
    if (grant.until.known() && grant.until <= now)
        return fail(Code::invalid_input, "'until' lies in the past");
    return check_openable(grant);
}

}  // namespace

Result<void> Door::check_agent(const GrantGiven& grant) const {
    const Authority& authority = hub_->authority();
    const auto reached = [&](const std::string& address) {
        return reaches(grant.addresses, grant.terms.except, grant.terms.classes, names(), address);
    };
    const auto refused = [](const std::string& address) {
        return fail(Code::invalid_input,
                    "'" + address +
                        "' is critical: an agent is given it only where a person confirms each "
                        "order ('terms.envelope': {\"confirm\": \"owner\"}). Or leave it out by "
                        "'terms.except' or 'terms.classes'");
    };
    if (grant.terms.envelope.confirm) return {};
    for (const Thing& thing : names().things()) {
        if (!thing.present) continue;
        for (const PropertyId id : thing.properties) {
            const Property& property = names().property(id);
            // Only of what is the giver's: of what is not they are told nothing, and give nothing.
            if (property.spec.sensitivity == Sensitivity::critical && property.spec.settable &&
                (grant.verbs & bits({Verb::set})) != 0 && reached(property.address) &&
                authority.decide(subject_, Verb::set, id, now()).allowed)
                return refused(property.address);
        }
        for (const ActionSpec& action : thing.spec.actions) {
            const std::string address = thing.spec.id + "/" + action.name;
            if (action.sensitivity == Sensitivity::critical &&
                (grant.verbs & bits({Verb::run})) != 0 && reached(address) &&
                authority.decide_at(subject_, Verb::run, address, now()).allowed)
                return refused(address);
        }
    }
    return {};
}

void Door::grants(const std::function<void(const Grant&)>& visit) const {
    const Authority& authority = hub_->authority();
    const bool all = may_manage();
    for (const Grant& grant : authority.grants()) {
        bool concerns = all || grant.grantor == subject_ || grant.given.subject == subject_;
        if (!concerns) {
            authority.each_reached(grant, [&](PropertyId id) {
                const ThingId thing = names().property(id).thing;
                const OwnershipEpoch* epoch = authority.ownership().now(thing);
                concerns = concerns || (epoch != nullptr && (epoch->has_owner(subject_) ||
                                                             epoch->about_index(subject_) >= 0));
            });
        }
        if (concerns) visit(grant);
    }
}

void Door::give(GrantGiven grant, std::string_view subject_name,
                std::function<void(Result<Seq>)> then) {
    // Who owns nothing gives nothing: a person's grant opens what is theirs, now and later.
    const bool may = may_manage() || is_person(who().kind) || grant.terms.parent != 0;
    if (!may) return then(Authority::denied());
    if (hub_->health_.read_only)
        return then(fail(Code::unavailable, "read-only: " + hub_->health_.reason));
    if (auto good = check_terms(grant, now()); !good) return then(fail(std::move(good.error())));
    const Subject* known = hub_->authority().find(subject_name);
    const auto kind = subject_kind_from(subject_name.substr(0, subject_name.find(':')));
    if (known == nullptr && (!kind || !may_be_named_in_a_grant(*kind)))
        return then(fail(Code::invalid_input, "no such subject"));
    const SubjectKind its_kind = known != nullptr ? known->kind : *kind;
    if (auto good = check_outsider(grant, its_kind); !good)
        return then(fail(std::move(good.error())));
    if (its_kind == SubjectKind::agent && !grant.terms.forbid) {
        if (auto good = check_agent(grant); !good) return then(fail(std::move(good.error())));
    }
    const bool everyone = known != nullptr && known->id == the_hub;
    if (everyone && !grant.terms.forbid)
        return then(fail(Code::invalid_input, "everyone can be forbidden, not allowed"));
    if (!grant.token_hash.empty() && known != nullptr && !may_be_named_in_a_grant(known->kind))
        return then(fail(Code::invalid_input, "'" + known->name + "' signs in otherwise"));
    if (known != nullptr && hub_->authority().left(known->id))
        return then(fail(Code::invalid_input, "'" + known->name + "' has left"));
    const auto subject = known != nullptr ? Result<SubjectId>(known->id)
                                          : hub_->household_.name_subject(subject_name, *kind,
                                                                          subject_, hub_->now());
    if (!subject) return then(fail(subject.error()));
    grant.subject = *subject;
    const auto seq = hub_->household_.give(std::move(grant), subject_, hub_->now());
    hub_->touched();
    if (!seq) return then(seq);
    hub_->when_durable(*seq, [then = std::move(then), seq = *seq](Result<void> durable) {
        if (!durable) return then(fail(std::move(durable.error())));
        then(seq);
    });
}

void Door::take_back(Seq grant, std::string_view reason,
                     std::function<void(Result<Hub::Certificate>)> then) {
    const Grant* known = hub_->authority().find_grant(grant);
    const bool theirs = known != nullptr && known->grantor == subject_;
    const bool own_word = known != nullptr && known->given.terms.forbid &&
                          hub_->authority().find(known->grantor)->kind == SubjectKind::resident;
    const bool got =
        known != nullptr && known->given.subject == subject_ && !known->given.terms.forbid;
    if (!theirs && !got && (own_word || !may_manage())) return then(Authority::denied());
    if (known == nullptr) return then(fail(Code::not_found, "no grant " + std::to_string(grant)));
    const SubjectId subject = known->given.subject;
    Hub::Certificate certificate;
    certificate.grant = grant;
    certificate.subject = hub_->authority().find(subject)->name;
    const auto open = [hub = hub_, subject] {
        return static_cast<std::uint64_t>(
            std::count_if(hub->streams_.begin(), hub->streams_.end(),
                          [&](const Hub::Watching& w) { return w.subject == subject; }));
    };
    const auto streams_before = open();
    const auto under_way = hub_->household_.commands().size();
    for (const Hub::Watching& w : hub_->streams_) {
        if (w.subject == subject)
            certificate.delivered_last = std::max(certificate.delivered_last, w.delivered);
    }
    certificate.effective = hub_->head() + 1;
    hub_->hurry();
    const auto seq = hub_->household_.take_back(grant, reason, subject_, hub_->now());
    if (!seq) return then(fail(seq.error()));
    certificate.commands_cancelled = under_way - hub_->household_.commands().size();
    if (const auto* asked = hub_->erasures().find(grant)) certificate.erase_by = asked->until;
    hub_->touched();
    hub_->when_durable(*seq, [hub = hub_, then = std::move(then), certificate, open,
                              streams_before](Result<void> durable) mutable {
        if (!durable) return then(fail(std::move(durable.error())));
        const auto streams_after = open();
        certificate.streams_closed =
            streams_before > streams_after ? streams_before - streams_after : 0;
        ledger::CertificateAsked asked{certificate.grant, certificate.subject,
                                       certificate.effective, certificate.delivered_last};
        // It is taken back, whether or not that can be certified.
        hub->store_.attest(std::move(asked),
                           [then = std::move(then), certificate](Result<std::string> note) mutable {
                               if (note) certificate.note = std::move(*note);
                               then(std::move(certificate));
                           });
    });
}

void Door::hand_over(std::string_view thing, const std::vector<std::string>& owners,
                     const std::vector<std::string>& about, std::function<void(Result<Seq>)> then) {
    const Authority& authority = hub_->authority();
    const Thing* known = names().find_thing(thing);
    if (known == nullptr) return then(Authority::denied());
    const std::string& me = who().name;
    const auto is_me = [&](const std::string& name) { return name == me; };
    const bool unclaimed = authority.ownership().now(known->id) == nullptr;
    const bool namesake = unclaimed && known->spec.kind == ThingKind::person &&
                          me.substr(me.find(':') + 1) == known->spec.id &&
                          std::all_of(owners.begin(), owners.end(), is_me) &&
                          std::all_of(about.begin(), about.end(), is_me);
    const OwnershipEpoch* present = authority.ownership().now(known->id);
    const bool in_common = present == nullptr || present->owners.empty();
    // Nobody is left to say whose it is: who maintains the household does.
    const bool left_behind =
        !in_common && std::all_of(present->owners.begin(), present->owners.end(),
                                  [&](SubjectId id) { return authority.left(id); });
    const bool theirs = (is_person(who().kind) && authority.owns(subject_, known->id)) ||
                        ((in_common || left_behind) && may_manage());
    const bool about_me = present != nullptr && present->about_index(subject_) >= 0;
    if (!namesake && !theirs && !about_me) return then(Authority::denied());
    if (hub_->health_.read_only)
        return then(fail(Code::unavailable, "read-only: " + hub_->health_.reason));
    ThingOwned owned;
    owned.thing = known->id;
    const auto find_all = [&](const std::vector<std::string>& from, std::vector<SubjectId>& to) {
        return std::all_of(from.begin(), from.end(), [&](const std::string& name) {
            const Subject* subject = authority.find(name);
            if (subject == nullptr || authority.left(subject->id) ||
                !(is_person(subject->kind) || subject->kind == SubjectKind::guest))
                return false;
            to.push_back(subject->id);
            return true;
        });
    };
    const bool people = find_all(owners, owned.owners) && find_all(about, owned.about);
    if (!people && !namesake && !theirs) return then(Authority::denied());
    if (!people)
        return then(fail(Code::invalid_input, "owners, and whom a thing is about, are people"));
    // Whom it is about may say that it no longer is, and nothing else.
    const bool steps_out = about_me && same_people(owned.owners, present->owners) &&
                           same_people(owned.about, without(present->about, subject_));
    if (!namesake && !theirs && !steps_out) return then(Authority::denied());
    // What is personal in it stays closed: it goes on being about who has left, and nobody else.
    if (left_behind && !steps_out &&
        std::any_of(present->about.begin(), present->about.end(),
                    [&](SubjectId id) { return authority.left(id); }))
        owned.about = present->about;
    if (present != nullptr) {
        const auto owns_it = [&](SubjectId id) { return authority.owns(id, known->id); };
        const bool kept_back = owned.owners.empty() || left_behind ||
                               std::any_of(owned.owners.begin(), owned.owners.end(), owns_it);
        auto fair = check_about(authority, *present, owned, subject_, kept_back);
        if (!fair) return then(fail(std::move(fair.error())));
    }
    const auto seq = hub_->household_.hand_over(std::move(owned), subject_, hub_->now());
    hub_->touched();
    if (!seq) return then(seq);
    hub_->when_durable(hub_->head(), [then = std::move(then), seq = *seq](Result<void> durable) {
        if (!durable) return then(fail(std::move(durable.error())));
        then(seq);
    });
}

const std::string& Door::name_of(SubjectId subject) const {
    return hub_->authority().find(subject)->name;
}

std::vector<SubjectId> Door::behalf_of(const Record& record) const {
    const Authority& authority = hub_->authority();
    const Subject* actor = authority.find(record.actor);
    if (actor == nullptr || actor->kind != SubjectKind::agent) return {};
    const auto* asked = std::get_if<CommandAsked>(&record.body);
    const Grant* under = asked == nullptr ? nullptr : authority.find_grant(asked->grant);
    if (under != nullptr) return {under->grantor};
    std::vector<SubjectId> givers;
    for (const Grant& grant : authority.grants()) {
        if (grant.given.subject != record.actor || grant.given.terms.forbid) continue;
        if (std::find(givers.begin(), givers.end(), grant.grantor) == givers.end())
            givers.push_back(grant.grantor);
    }
    return givers;
}

Result<Door::Ownership> Door::ownership(std::string_view thing) const {
    const auto known = this->thing(thing);
    if (!known) return fail(known.error());
    Ownership out;
    const OwnershipEpoch* epoch = hub_->authority().ownership().now((*known)->id);
    if (epoch == nullptr) return out;
    for (const SubjectId id : epoch->owners) out.owners.push_back(hub_->authority().find(id)->name);
    for (const SubjectId id : epoch->about) out.about.push_back(hub_->authority().find(id)->name);
    out.since = epoch->from;
    return out;
}

}  // namespace foxtail
