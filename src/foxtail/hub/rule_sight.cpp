// What rules see: the same as everybody is asked, by the one decision.
#include "foxtail/hub/household.hpp"

namespace foxtail {

/// Nobody, who may nothing, where the name is not to be had: never somebody who may more.
SubjectId Household::rule_subject(std::uint32_t rule, Moment now) {
    if (rule_subjects_of_ != rules_.generation()) {
        rule_subjects_.assign(rules_.rules().size(), std::nullopt);
        rule_subjects_of_ = rules_.generation();
    }
    auto& known = rule_subjects_[rule];
    if (!known) {
        const auto subject =
            name_subject("rule:" + rules_.rules()[rule].id, SubjectKind::rule, the_hub, now);
        known = subject ? *subject : no_subject;
    }
    return *known;
}

SubjectId Household::actor_of(std::uint32_t rule, Moment now) {
    const SubjectId subject = rule_subject(rule, now);
    return subject == no_subject ? the_hub : subject;
}

RuleSight::Look Household::Eyes::look(std::uint32_t rule, PropertyId property, Moment now) {
    Household& home = household_;
    const SubjectId subject = home.rule_subject(rule, now);
    const auto permit = home.authority_.permit<Verb::read>(subject, property, now.wall);
    if (!permit) {
        const auto why = home.authority_.decide(subject, Verb::read, property, now.wall).reason;
        return {nullptr, false, sentence(why)};
    }
    // What it does now, it does by what an agent left there, too.
    const SubjectId agent = home.twin_.belief(property).agent;
    if (agent != the_hub) home.hands_.emplace(rule, agent);
    return {&home.belief(*permit), permit->verdict().obligation.granularity.us > 0, ""};
}

const char* Household::Eyes::deaf_to(std::uint32_t rule, PropertyId property, Moment now) {
    const Verdict verdict = household_.authority_.decide(household_.rule_subject(rule, now),
                                                         Verb::observe, property, now.wall);
    if (!verdict.allowed) return sentence(verdict.reason);
    // What triggers, triggers at its moment and with its value.
    return verdict.obligation.any() ? "it is given only coarsely" : nullptr;
}

const char* Household::Eyes::deaf_to(std::uint32_t rule, std::string_view event, Moment now) {
    const Verdict verdict = household_.authority_.decide_at(household_.rule_subject(rule, now),
                                                            Verb::observe, event, now.wall);
    if (!verdict.allowed) return sentence(verdict.reason);
    return verdict.obligation.any() ? "it is given only coarsely" : nullptr;
}

/// A rule that is not triggered by what it may not hear would only seem to sleep. It is told when
/// grants or rules change, never when the property does: that would tell what must not be heard.
void Household::notice_blind_rules(Moment now) {
    const std::pair at(authority_.epoch(), rules_.generation());
    if (blind_at_ == at) return;
    std::set<std::string> blind;
    rules_.each_heard([&](std::uint32_t rule, const std::string& address, bool event) {
        const auto slash = address.find('/');
        const Thing* thing = catalogue_.find_thing(std::string_view(address).substr(0, slash));
        const Property* property = event ? nullptr : catalogue_.find_property(address);
        if (thing == nullptr || (!event && property == nullptr)) return;
        const std::string& id = rules_.rules()[rule].id;
        // Who was never named was given nothing; what was never spoken of is in common.
        if (authority_.ownership().now(thing->id) == nullptr &&
            authority_.find("rule:" + id) == nullptr)
            return;
        const char* why = event ? eyes_.deaf_to(rule, std::string_view(address), now)
                                : eyes_.deaf_to(rule, property->id, now);
        if (why == nullptr) return;
        const auto key = id + " " + address;
        if (!blind.insert(key).second || blind_.contains(key)) return;
        append(
            RuleRan{id, RunOutcome::failed,
                    "the rule may not see '" + address + "', so it is not triggered by it: " + why},
            actor_of(rule, now), 0, now);
    });
    blind_ = std::move(blind);
    blind_at_ = {authority_.epoch(), rules_.generation()};
}

}  // namespace foxtail
