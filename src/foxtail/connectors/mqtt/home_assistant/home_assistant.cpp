#include "foxtail/connectors/mqtt/home_assistant/home_assistant.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/home_assistant/home_assistant_parts.hpp"

#include <algorithm>
#include <utility>

namespace foxtail::mqtt {
namespace {

constexpr std::uint32_t discovery_token = 0;
constexpr std::uint32_t discovery_node_token = 1;
constexpr std::size_t properties_max = properties_per_thing_max - 1;  // one is "available"

std::string joined(const std::string& base, const std::string& suffix) {
    return suffix.empty() ? base : base + "." + suffix;
}

/// Adds an entity's parts to a thing, under their full names.
void append_entity(const ha::Entity& entity, const std::string& base, ThingSpec& spec) {
    for (const ha::Field& field : entity.fields) {
        spec.properties.push_back(field.spec);
        spec.properties.back().name = joined(base, field.spec.name);
    }
    for (const ha::Deed& deed : entity.deeds) {
        spec.actions.push_back(deed.spec);
        spec.actions.back().name = joined(base, deed.spec.name);
    }
    for (const ha::Happening& happening : entity.happenings) {
        spec.events.push_back(happening.spec);
        spec.events.back().name = joined(base, happening.spec.name);
    }
}

/// clear() keeps the memory, and so does an assignment.
void give_back(std::string& text) {
    std::string().swap(text);
}

}  // namespace

HomeAssistant::HomeAssistant(HomeAssistantOptions options)
    : options_(std::move(options)),
      ids_(options_.taken, std::move(options_.known_ids)),
      subscription_by_token_(2, nullptr),
      reader_(JsonLimits{.bytes_max = 1024 * 1024, .depth_max = 64}),
      config_reader_(JsonLimits{.bytes_max = 1024 * 1024, .depth_max = 64}) {}

HomeAssistant::~HomeAssistant() = default;

void HomeAssistant::start(Sink& sink) {
    sink_ = &sink;
    sink.listen(options_.prefix + "/+/+/config", discovery_token);
    sink.listen(options_.prefix + "/+/+/+/config", discovery_node_token);
    // Publishers announce themselves again when they hear this.
    Publication birth;
    birth.topic = options_.prefix + "/status";
    birth.payload = "online";
    sink.publish(std::move(birth));
}

void HomeAssistant::on_message(std::uint32_t token, const Heard& heard, Sink& sink) {
    if (token == discovery_token || token == discovery_node_token) {
        on_config(heard, sink);
        return flush_listens(sink);
    }
    if (token >= subscription_by_token_.size() || subscription_by_token_[token] == nullptr) return;
    Subscription& subscription = *subscription_by_token_[token];
    std::vector<Consumer> fresh = std::exchange(subscription.fresh, {});
    if (heard.retained) deliver(fresh, heard, sink);
    subscription.consumers.insert(subscription.consumers.end(), fresh.begin(), fresh.end());
    if (!heard.retained) deliver(subscription.consumers, heard, sink);
}

bool HomeAssistant::owns(std::string_view thing) const {
    return device_by_thing_.contains(thing);
}

std::vector<HomeAssistant::Refused> HomeAssistant::refusals() const {
    std::vector<Refused> all;
    for (const auto& [topic, announced] : announced_) {
        for (const auto& [component, refusals] : announced->refusals) {
            for (const ha::AspectRefusal& refusal : refusals) {
                all.push_back({topic, refusal.aspect, refusal.reason});
            }
        }
    }
    return all;
}

std::optional<std::string_view> HomeAssistant::tells_of(std::string_view topic) const {
    if (topic.starts_with(options_.prefix + "/") && topic.ends_with("/config")) return "";
    return std::nullopt;
}

void HomeAssistant::on_config(const Heard& heard, Sink& sink) {
    const auto topic = ha::parse_discovery_topic(options_.prefix, heard.topic);
    if (!topic) {
        return sink.refuse(heard.topic, heard.payload,
                           "ids in a discovery topic may hold letters, digits, _ and - only");
    }
    const std::string key(heard.topic);
    if (heard.payload.empty()) return remove_announcement(key, sink);
    const std::size_t fingerprint = std::hash<std::string_view>{}(heard.payload);
    const auto known = announced_.find(key);
    if (known != announced_.end() && known->second->fingerprint == fingerprint) return;
    if (known == announced_.end() && announced_.size() >= announcements_max) {
        return sink.refuse(heard.topic, heard.payload,
                           std::to_string(announcements_max) + " announcements, no more are taken");
    }
    const auto payload = config_reader_.read(heard.payload);
    if (!payload) return sink.refuse(heard.topic, heard.payload, payload.error().message);
    const auto found = ha::read_announcement(*topic, **payload);
    if (!found) return sink.refuse(heard.topic, heard.payload, found.error().message);
    if (found->migrate) {
        if (known != announced_.end()) {
            known->second->migrating = true;
            known->second->fingerprint = fingerprint;
        }
        return;
    }
    const auto& ignored = options_.ignore_origins;
    if (std::find(ignored.begin(), ignored.end(), found->origin) != ignored.end()) return;
    take(heard, *topic, *found, sink);
    const auto taken = announced_.find(key);
    if (taken != announced_.end()) taken->second->fingerprint = fingerprint;
}

void HomeAssistant::remove_announcement(const std::string& topic, Sink& sink) {
    const auto found = announced_.find(topic);
    if (found == announced_.end()) return;
    Announced& announced = *found->second;
    Device* device = announced.device;
    while (!announced.records.empty()) {
        const std::string component = announced.records.begin()->first;
        drop_record(announced, component);
    }
    announced_.erase(found);
    if (device != nullptr) retell(*device, sink);
}

void HomeAssistant::take(const Heard& heard, const ha::DiscoveryTopic& topic,
                         const ha::Announcement& found, Sink& sink) {
    const std::string key(heard.topic);
    std::string_view name;
    std::string first_name;
    if (!found.components.empty()) {
        first_name = ha::text_option(found.components.front().options, "name");
        name = first_name.empty() ? topic.object_id : std::string_view(first_name);
    }
    Device* device = device_of(found.device, key, name, sink);
    if (device == nullptr) return;
    std::unique_ptr<Announced>& place = announced_[key];
    if (!place) {
        place = std::make_unique<Announced>();
        place->topic = key;
    }
    Announced& announced = *place;
    announced.migrating = false;
    Device* before = std::exchange(announced.device, device);
    if (before != nullptr && before != device) {
        while (!announced.records.empty()) {
            const std::string component = announced.records.begin()->first;
            drop_record(announced, component);
        }
        retell(*before, sink);
    }
    for (const ha::Component& component : found.components) {
        take_component(announced, *device, component,
                       !topic.node_id.empty() || topic.component == "device", heard, sink);
    }
    retell(*device, sink);
}

void HomeAssistant::take_component(Announced& announced, Device& device,
                                   const ha::Component& component, bool has_node_id,
                                   const Heard& heard, Sink& sink) {
    announced.refusals.erase(component.id);
    if (component.removal) return drop_record(announced, component.id);
    ha::Entity entity = ha::map_component(component, has_node_id);
    const auto refuse = [&](std::string_view aspect, const std::string& reason) {
        sink.refuse(heard.topic, component.id + " " + std::string(aspect), reason);
        announced.refusals[component.id].push_back({std::string(aspect), reason});
    };
    for (const ha::AspectRefusal& refusal : entity.refusals) refuse(refusal.aspect, refusal.reason);
    ThingSpec alone;
    alone.id = "alone";
    append_entity(entity, "x", alone);
    if (const auto checked = check(alone); !checked) {
        refuse(component.platform, checked.error().message);
        entity = ha::Entity{};
    }
    std::size_t properties = alone.properties.size();
    for (const auto& [key, record] : device.records) properties += record->entity.fields.size();
    if (properties > properties_max) {
        refuse(component.platform,
               "more than " + std::to_string(properties_max) + " properties on one device");
        entity = ha::Entity{};
    }
    if (entity.empty()) return drop_record(announced, component.id);
    std::string base_name;
    const std::string unique =
        entity.unique_id.empty() ? "" : component.platform + " " + entity.unique_id;
    if (!claim(announced, component, unique, base_name, sink)) {
        refuse(component.platform,
               "unique_id " + printable(entity.unique_id, 60) + " is announced already");
        return drop_record(announced, component.id);
    }
    const auto known = announced.records.find(component.id);
    if (known != announced.records.end()) base_name = known->second->base_name;
    drop_record(announced, component.id);
    auto record = std::make_unique<Record>();
    record->announced = &announced;
    record->device = &device;
    record->key = announced.topic + " " + component.id;
    record->unique = unique;
    record->base_name = base_name;
    record->entity = std::move(entity);
    give_back(record->entity.unique_id);
    if (!unique.empty()) record_by_unique_id_.emplace(record->unique, record.get());
    device.records.emplace(record->key, record.get());
    announced.records[component.id] = std::move(record);
}

/// False when the identity is somebody else's. One that is being migrated is taken over with its
/// name.
bool HomeAssistant::claim(Announced& announced, const ha::Component& component,
                          const std::string& unique, std::string& base_name, Sink& sink) {
    const auto found = record_by_unique_id_.find(unique);
    if (unique.empty() || found == record_by_unique_id_.end()) return true;
    const Record& other = *found->second;
    const auto own = announced.records.find(component.id);
    if (own != announced.records.end() && own->second.get() == &other) return true;
    if (!other.announced->migrating) return false;
    base_name = other.base_name;
    Announced& left = *other.announced;
    const auto place = std::find_if(left.records.begin(), left.records.end(),
                                    [&](const auto& each) { return each.second.get() == &other; });
    const std::string component_id = place->first;
    drop_record(left, component_id);
    if (left.device != nullptr && left.device != announced.device) retell(*left.device, sink);
    return true;
}

void HomeAssistant::drop_record(Announced& announced, const std::string& component) {
    const auto found = announced.records.find(component);
    if (found == announced.records.end()) return;
    Record& record = *found->second;
    for (const ha::Field& field : record.entity.fields) {
        detach(&record, nullptr, field.source.topic);
    }
    for (const ha::Happening& happening : record.entity.happenings) {
        detach(&record, nullptr, happening.topic);
    }
    if (!record.unique.empty()) record_by_unique_id_.erase(record.unique);
    record.device->records.erase(record.key);
    announced.records.erase(found);
}

HomeAssistant::Device* HomeAssistant::device_of(const ha::DeviceFacts& facts,
                                                const std::string& topic, std::string_view name,
                                                Sink& sink) {
    std::vector<std::string> identities = facts.identities;
    if (identities.empty()) identities.push_back("topic:" + topic);
    Device* device = nullptr;
    for (const std::string& identity : identities) {
        const auto found = device_by_identity_.find(identity);
        if (found == device_by_identity_.end()) continue;
        device = found->second;
        break;
    }
    if (device == nullptr) {
        const std::string& identity = identities.front();
        const std::string plain = identity.substr(identity.find(':') + 1);
        std::string wish = facts.name.empty() ? std::string(name) : facts.name;
        if (wish.empty()) wish = plain;
        const auto id = ids_.id_of(identity, wish, plain);
        if (!id) {
            sink.refuse(topic, wish, id.error().message);
            return nullptr;
        }
        devices_.push_back(std::make_unique<Device>());
        device = devices_.back().get();
        device->spec.id = *id;
        device->spec.title = wish;
    }
    for (const std::string& identity : identities) {
        if (device_by_identity_.emplace(identity, device).second) {
            device->identities.push_back(identity);
        }
    }
    // Later announcements may know more, or a new name.
    ThingSpec& spec = device->spec;
    if (!facts.name.empty()) spec.title = facts.name;
    if (!facts.maker.empty()) spec.maker = facts.maker;
    if (!facts.model.empty()) spec.model = facts.model;
    if (!facts.area.empty()) spec.place = facts.area;
    return device;
}

void HomeAssistant::retell(Device& device, Sink& sink) {
    if (device.records.empty()) return remove_if_empty(device, sink);
    std::set<std::string, std::less<>> names = {"available"};
    for (const auto& [key, record] : device.records) {
        if (!record->base_name.empty()) names.insert(record->base_name);
    }
    ThingSpec spec = device.spec;
    for (const auto& [key, record] : device.records) {
        if (record->base_name.empty()) {
            std::string wish = record->entity.name_wish;
            std::replace(wish.begin(), wish.end(), '.', '_');
            std::string name = wish;
            for (int number = 2; names.contains(name); ++number) {
                name = wish + "_" + std::to_string(number);
            }
            names.insert(name);
            record->base_name = name;
        }
        give_back(record->entity.name_wish);
        append_entity(record->entity, record->base_name, spec);
    }
    renew_reachability(device);
    if (!device.reachability.empty()) {
        PropertySpec available;
        available.name = "available";
        available.title = "Available";
        available.type = Type::boolean;
        available.category = Category::diagnostic;
        spec.properties.push_back(std::move(available));
    }
    const auto ids = sink.tell(spec);  // says nothing where nothing changed
    if (!ids) return sink.refuse(spec.id, spec.title, "thing not taken: " + ids.error().message);
    device.told = true;
    device_by_thing_[device.spec.id] = &device;
    std::optional<PropertyId> now;
    if (!device.reachability.empty()) now = ids->back();
    if (std::exchange(device.available, now) != now) device.said_available.reset();
    std::size_t next = 0;
    for (const auto& [key, record] : device.records) {
        const std::size_t count = record->entity.fields.size();
        record->ids.assign(ids->begin() + static_cast<std::ptrdiff_t>(next),
                           ids->begin() + static_cast<std::ptrdiff_t>(next + count));
        next += count;
    }
    for (const auto& [key, record] : device.records) attach(*record);
    say_available(device, sink);
}

void HomeAssistant::remove_if_empty(Device& device, Sink& sink) {
    renew_reachability(device);
    if (device.told) sink.gone(device.spec.id);
    device_by_thing_.erase(device.spec.id);
    for (const std::string& identity : device.identities) device_by_identity_.erase(identity);
    for (const auto& [topic, announced] : announced_) {
        if (announced->device == &device) announced->device = nullptr;
    }
    const auto found = std::find_if(devices_.begin(), devices_.end(),
                                    [&](const auto& each) { return each.get() == &device; });
    if (found != devices_.end()) devices_.erase(found);
}

}  // namespace foxtail::mqtt
