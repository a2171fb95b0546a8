// Who may say and hear what over MQTT: each topic is put to the one decision, and what a topic
// tells of a person to that person's word.
#include "foxtail/app/mqtt_door.hpp"

#include <algorithm>

namespace foxtail {

bool MqttDoor::is_users(SubjectId who, std::string_view password_hash) const {
    const auto& all = configuration_.mqtt_users;
    return std::any_of(all.begin(), all.end(), [&](const auto& user) {
        const auto named = users_.find(user.name);
        return named != users_.end() && named->second == who && user.password_hash == password_hash;
    });
}

bool MqttDoor::may_connect(mqtt::SubjectId subject, std::string_view credential) {
    const SubjectId who = asker_of(subject);
    if (credential.empty()) return who == anonymous_;
    // A password's hash begins with the name of its method; that of a token is hexadecimal.
    if (credential.front() == '$') return is_users(who, credential);
    const Subject* known = hub_.authority().find_token(credential, hub_.now().wall);
    return known != nullptr && known->id == who && hub_.may_enter(known->id);
}
std::optional<mqtt::PublishPermit> MqttDoor::may_publish(mqtt::SubjectId subject,
                                                         std::string_view topic) {
    if (MqttValues::is_ours(topic)) return std::nullopt;
    return hub_.authority().permit_topic<Verb::publish>(asker_of(subject), topic, false,
                                                        hub_.now().wall);
}
std::optional<mqtt::SubscribePermit> MqttDoor::may_subscribe(mqtt::SubjectId subject,
                                                             std::string_view filter) {
    if (MqttValues::is_ours(filter))
        return hub_.authority().permit_waiting(asker_of(subject), hub_.now().wall);
    return hub_.authority().permit_topic<Verb::subscribe>(asker_of(subject), filter, true,
                                                          hub_.now().wall);
}
std::optional<mqtt::SubscribePermit> MqttDoor::may_receive(mqtt::SubjectId subject,
                                                           std::string_view topic) {
    if (MqttValues::is_ours(topic)) {
        const Property* property = MqttValues::property_of(inlet_->catalogue(), topic);
        if (property == nullptr) return std::nullopt;
        return hub_.authority().permit_told(asker_of(subject), property->id, hub_.now().wall);
    }
    // What the configuration says is the maintainer's word; of people it opens nothing.
    const About whom = about(topic);
    if (whom.somebody && !may_hear(asker_of(subject), whom)) return std::nullopt;
    return hub_.authority().permit_topic<Verb::subscribe>(asker_of(subject), topic, false,
                                                          hub_.now().wall);
}

MqttDoor::About MqttDoor::about(std::string_view topic) const {
    for (const auto& sink : sinks_) {
        const auto thing = sink->format.speaks_for(topic);
        if (!thing) continue;
        const Thing* known = inlet_->catalogue().find_thing(*thing);
        return {true, known == nullptr ? std::vector<PropertyId>{} : known->properties};
    }
    const auto said = personal_.find(topic);
    return said == personal_.end() ? About{} : About{true, said->second};
}

/// A device's message tells all of it, and exactly, and nobody counts it.
bool MqttDoor::may_hear(Asker who, const About& whom) const {
    const Time now = hub_.now().wall;
    const Authority& authority = hub_.authority();
    return !whom.properties.empty() &&
           std::all_of(whom.properties.begin(), whom.properties.end(), [&](PropertyId id) {
               const Verdict verdict = authority.decide(who, Verb::observe, id, now);
               return verdict.allowed && !verdict.obligation.any() &&
                      !authority.is_rated(who, Verb::observe, id, now);
           });
}

bool MqttDoor::asks_each_time(std::string_view topic) {
    return mqtt::BrokerHost::asks_each_time(topic) || about(topic).somebody;
}

std::uint64_t MqttDoor::permissions_epoch() {
    return hub_.authority().epoch() + whose_;
}

}  // namespace foxtail
