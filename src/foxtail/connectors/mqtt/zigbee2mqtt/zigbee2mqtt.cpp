#include "foxtail/connectors/mqtt/zigbee2mqtt/zigbee2mqtt.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/zigbee2mqtt/device.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

namespace foxtail::mqtt {
namespace {

namespace bj = boost::json;

bool mentions(std::string_view text, std::string_view word) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == b;
    };
    return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

/// A garage door or a gate: what moves it lets people in.
bool is_guarded(const z2m::DeviceEntry& entry) {
    for (const std::string_view text :
         {std::string_view(entry.friendly_name), std::string_view(entry.model_description)}) {
        if (mentions(text, "garage") || mentions(text, "gate opener") ||
            mentions(text, "gate control") || mentions(text, "door opener")) {
            return true;
        }
    }
    return false;
}

std::string_view without_0x(std::string_view ieee) {
    return ieee.starts_with("0x") ? ieee.substr(2) : ieee;
}

std::string place_of(const std::string& friendly) {
    const std::size_t slash = friendly.rfind('/');
    return slash == friendly.npos ? "" : printable(friendly.substr(0, slash), 120);
}

/// "online"/"offline", plain or as {"state": ...}; nothing when it is neither.
std::optional<bool> read_online(JsonReader& reader, std::string_view payload) {
    std::string_view word = payload;
    if (payload.starts_with('{')) {
        const auto value = reader.read(payload);
        if (!value || !(*value)->is_object()) return std::nullopt;
        const bj::value* state = (*value)->get_object().if_contains("state");
        if (state == nullptr || !state->is_string()) return std::nullopt;
        word = std::string_view(state->get_string());
    }
    if (word == "online") return true;
    if (word == "offline") return false;
    return std::nullopt;
}

}  // namespace

Zigbee2Mqtt::Zigbee2Mqtt(Zigbee2MqttOptions options)
    : ids_(std::move(options.taken), std::move(options.known_ids)),
      reader_(JsonLimits{.bytes_max = 1024 * 1024, .depth_max = 64}) {
    for (Zigbee2MqttBridge& bridge : options.bridges) {
        bridges_.push_back(std::make_unique<Bridge>());
        bridges_.back()->options = std::move(bridge);
    }
}

Zigbee2Mqtt::~Zigbee2Mqtt() = default;

std::uint32_t Zigbee2Mqtt::listen(std::string topic, Slot slot, Sink& sink) {
    std::uint32_t token = 0;
    if (free_tokens_.empty()) {
        token = static_cast<std::uint32_t>(slots_.size());
        slots_.push_back(slot);
    } else {
        token = free_tokens_.back();
        free_tokens_.pop_back();
        slots_[token] = slot;
    }
    sink.listen(topic, token);
    return token;
}

void Zigbee2Mqtt::unlisten(std::string topic, std::uint32_t token, Sink& sink) {
    sink.unlisten(topic, token);
    slots_[token] = Slot{};
    free_tokens_.push_back(token);
}

void Zigbee2Mqtt::start(Sink& sink) {
    for (const auto& bridge : bridges_) {
        const std::string base = bridge->options.base + "/bridge/";
        listen(base + "state", {Topic::bridge_state, bridge.get(), nullptr}, sink);
        listen(base + "devices", {Topic::devices, bridge.get(), nullptr}, sink);
        listen(base + "groups", {Topic::groups, bridge.get(), nullptr}, sink);
        listen(bridge->options.base + "/#", {Topic::whatever, bridge.get(), nullptr}, sink);
    }
}

void Zigbee2Mqtt::on_message(std::uint32_t token, const Heard& heard, Sink& sink) {
    if (token >= slots_.size()) return;
    const Slot slot = slots_[token];
    switch (slot.topic) {
        case Topic::nothing:
            return;  // late, of a device that is gone
        case Topic::bridge_state:
            return on_bridge_state(*slot.bridge, heard, sink);
        case Topic::devices:
            return on_devices(*slot.bridge, heard, sink);
        case Topic::groups:
            return on_groups(*slot.bridge, heard, sink);
        case Topic::state:
            return on_state(*slot.device, heard, sink);
        case Topic::availability:
            return on_availability(*slot.device, heard, sink);
        case Topic::whatever:
            return on_whatever(*slot.bridge, heard, sink);
    }
}

bool Zigbee2Mqtt::owns(std::string_view thing) const {
    return device_by_thing_.contains(thing);
}

std::optional<std::string_view> Zigbee2Mqtt::tells_of(std::string_view topic) const {
    for (const auto& bridge : bridges_) {
        const std::string base = bridge->options.base + "/";
        if (!topic.starts_with(base)) continue;
        // A name may have slashes; below it stand its availability and single values.
        for (std::string_view name = topic.substr(base.size()); !name.empty();) {
            const auto known = bridge->names.find(name);
            if (known != bridge->names.end()) return known->second->mapping.spec.id;
            const auto slash = name.rfind('/');
            name = name.substr(0, slash == name.npos ? 0 : slash);
        }
    }
    return "";
}

void Zigbee2Mqtt::on_bridge_state(Bridge& bridge, const Heard& heard, Sink& sink) {
    if (heard.payload.empty()) return;
    const std::optional<bool> online = read_online(reader_, heard.payload);
    if (!online) {
        return sink.refuse(heard.topic, heard.payload,
                           "bridge state is neither online nor offline");
    }
    bridge.online = *online;
    for (const auto& [key, device] : bridge.devices) say_available(*device, sink);
}

void Zigbee2Mqtt::on_devices(Bridge& bridge, const Heard& heard, Sink& sink) {
    if (heard.payload.empty()) return;
    const auto message = parse_json(heard.payload);
    if (!message) return sink.refuse(heard.topic, heard.payload, message.error().message);
    std::vector<z2m::EntryRefusal> refusals;
    auto entries = z2m::read_devices(*message, refusals);
    if (!entries) return sink.refuse(heard.topic, heard.payload, entries.error().message);
    bridge.listed = true;
    // By address: which of two equal names gets the plain id must not hang on the order of the
    // list.
    std::sort(entries->begin(), entries->end(),
              [](const auto& a, const auto& b) { return a.ieee < b.ieee; });
    std::set<std::string, std::less<>> present;
    for (const auto& refused : refusals) present.insert(refused.which);
    for (const z2m::DeviceEntry& entry : *entries) present.insert(entry.ieee);
    std::vector<Device*> lost;
    for (const auto& [key, device] : bridge.devices) {
        if (!device->group && !present.contains(key)) lost.push_back(device.get());
    }
    for (Device* device : lost) remove(*device, sink);
    bridge.entry_refusals = refusals;
    for (const auto& refused : refusals) {
        sink.refuse(heard.topic, refused.which, "device not taken: " + refused.reason);
    }
    for (const z2m::DeviceEntry& entry : *entries) {
        tell(bridge, entry.ieee, entry.friendly_name, entry.disabled, without_0x(entry.ieee),
             map_device(entry), sink);
    }
    tell_groups(bridge, sink);
    rebuild_refusals();
}

void Zigbee2Mqtt::on_groups(Bridge& bridge, const Heard& heard, Sink& sink) {
    if (heard.payload.empty()) return;
    const auto message = parse_json(heard.payload);
    if (!message) return sink.refuse(heard.topic, heard.payload, message.error().message);
    std::vector<z2m::EntryRefusal> refusals;
    auto entries = z2m::read_groups(*message, refusals);
    if (!entries) return sink.refuse(heard.topic, heard.payload, entries.error().message);
    for (const auto& refused : refusals) {
        sink.refuse(heard.topic, refused.which, "group not taken: " + refused.reason);
    }
    bridge.groups = std::move(*entries);
    tell_groups(bridge, sink);
    rebuild_refusals();
}

void Zigbee2Mqtt::tell_groups(Bridge& bridge, Sink& sink) {
    std::set<std::string, std::less<>> present;
    for (const z2m::GroupEntry& entry : bridge.groups) {
        const std::string number = std::to_string(entry.id);
        const std::string key = "group:" + number;
        present.insert(key);
        tell(bridge, key, entry.friendly_name, false, "group" + number, map_group(bridge, entry),
             sink);
    }
    std::vector<Device*> lost;
    for (const auto& [key, device] : bridge.devices) {
        if (device->group && !present.contains(key)) lost.push_back(device.get());
    }
    for (Device* device : lost) remove(*device, sink);
}

z2m::Mapping Zigbee2Mqtt::map_device(const z2m::DeviceEntry& entry) const {
    z2m::Mapping mapping;
    ThingSpec& spec = mapping.spec;
    spec.title = printable(entry.friendly_name, 120);
    spec.place = place_of(entry.friendly_name);
    spec.maker = entry.maker;
    spec.model = entry.model;
    spec.description = entry.model_description;
    if (entry.exposes != nullptr) {
        z2m::map_exposes(*entry.exposes, is_guarded(entry), mapping);
    } else {
        mapping.refusals.push_back({"", "no definition: unsupported, or not yet interviewed"});
    }
    if (entry.supports_update) z2m::map_update(mapping);
    z2m::map_refresh(mapping);
    return mapping;
}

z2m::Mapping Zigbee2Mqtt::map_group(const Bridge& bridge, const z2m::GroupEntry& entry) const {
    z2m::Mapping mapping;
    mapping.spec.title = printable(entry.friendly_name, 120);
    mapping.spec.place = place_of(entry.friendly_name);
    mapping.spec.description =
        "Zigbee group of " + std::to_string(entry.members.size()) + " members";
    std::vector<const z2m::Mapping*> members;
    for (const std::string& ieee : entry.members) {
        const auto found = bridge.devices.find(ieee);
        if (found != bridge.devices.end()) members.push_back(&found->second->mapping);
    }
    z2m::map_group(members, mapping);
    if (!entry.scenes.empty()) {
        ActionSpec spec{"recall_scene", "Recall scene", PropertySpec{}, Sensitivity::home};
        spec.input->name = "scene";
        spec.input->title = "Scene";
        spec.input->type = Type::enumeration;
        z2m::Action action;
        action.kind = z2m::ActionKind::recall_scene;
        action.name = spec.name;
        for (const auto& [name, id] : entry.scenes) {
            auto& allowed = spec.input->allowed;
            if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) continue;
            allowed.push_back(name);
            action.presets.emplace_back(name, Value(id));
        }
        mapping.spec.actions.push_back(std::move(spec));
        mapping.actions.push_back(std::move(action));
    }
    return mapping;
}

void Zigbee2Mqtt::tell(Bridge& bridge, const std::string& key, const std::string& friendly,
                       bool disabled, std::string_view suffix, z2m::Mapping mapping, Sink& sink) {
    const auto id =
        ids_.id_of(bridge.options.base + "/" + key, bridge.options.id_prefix + friendly, suffix);
    if (!id) return sink.refuse(bridge.options.base + "/bridge/devices", key, id.error().message);
    mapping.spec.id = *id;
    const std::uint32_t available = z2m::map_available(mapping);
    const auto found = bridge.devices.find(key);
    if (found != bridge.devices.end()) {
        Device& device = *found->second;
        device.disabled = disabled;
        if (device.mapping.spec == mapping.spec) {
            if (device.friendly != friendly) address(device, friendly, sink);
            return say_available(device, sink);
        }
    }
    auto ids = sink.tell(mapping.spec);
    if (!ids) {
        return sink.refuse(bridge.options.base + "/bridge/devices", friendly,
                           "device not taken: " + ids.error().message);
    }
    std::unique_ptr<Device>& place = bridge.devices[key];
    if (!place) {
        place = std::make_unique<Device>();
        place->bridge = &bridge;
        place->key = key;
        place->group = key.starts_with("group:");
        device_by_thing_.emplace(*id, place.get());
    }
    Device& device = *place;
    device.disabled = disabled;
    device.adopt(std::move(mapping), std::move(*ids), available);
    note_refusals(device, sink);
    say_available(device, sink);
    if (device.friendly != friendly) address(device, friendly, sink);
}

void Zigbee2Mqtt::address(Device& device, const std::string& friendly, Sink& sink) {
    const std::string base = device.bridge->options.base + "/";
    if (!device.friendly.empty()) {
        unlisten(base + device.friendly, device.state_token, sink);
        unlisten(base + device.friendly + "/availability", device.availability_token, sink);
        device.reported_available.reset();
        forget_name(device);
    }
    device.friendly = friendly;
    device.bridge->names[friendly] = &device;
    device.state_token = listen(base + friendly, {Topic::state, device.bridge, &device}, sink);
    device.availability_token = listen(base + friendly + "/availability",
                                       {Topic::availability, device.bridge, &device}, sink);
}

void Zigbee2Mqtt::remove(Device& device, Sink& sink) {
    const std::string base = device.bridge->options.base + "/";
    unlisten(base + device.friendly, device.state_token, sink);
    unlisten(base + device.friendly + "/availability", device.availability_token, sink);
    sink.gone(device.mapping.spec.id);
    device_by_thing_.erase(device.mapping.spec.id);
    forget_name(device);
    Bridge& bridge = *device.bridge;
    const std::string key = device.key;
    bridge.devices.erase(key);
}

/// Of two devices that swap their names the other may have taken it already.
void Zigbee2Mqtt::forget_name(const Device& device) {
    const auto found = device.bridge->names.find(device.friendly);
    if (found != device.bridge->names.end() && found->second == &device)
        device.bridge->names.erase(found);
}

void Zigbee2Mqtt::note_refusals(const Device& device, Sink& sink) {
    const std::string topic = device.bridge->options.base + "/bridge/devices";
    for (const z2m::Refusal& refusal : device.mapping.refusals) {
        std::string sample = device.mapping.spec.title;
        if (!refusal.path.empty()) sample += " " + refusal.path;
        sink.refuse(topic, sample, "expose not taken: " + refusal.reason);
    }
    for (const std::string& unit : device.mapping.pseudo_units)
        sink.refuse(topic, device.mapping.spec.title + " " + unit, std::string(unit_is_none));
}

void Zigbee2Mqtt::rebuild_refusals() {
    const std::uint64_t unknown_keys = refusals_.unknown_keys;
    refusals_ = Refusals{};
    refusals_.unknown_keys = unknown_keys;
    const auto add = [&](const std::string& device, const std::string& path,
                         const std::string& reason) {
        ++refusals_.total;
        if (refusals_.list.size() < refusals_max) refusals_.list.push_back({device, path, reason});
    };
    for (const auto& bridge : bridges_) {
        for (const auto& refused : bridge->entry_refusals) add(refused.which, "", refused.reason);
        for (const auto& [key, device] : bridge->devices) {
            for (const z2m::Refusal& refusal : device->mapping.refusals) {
                add(device->friendly, refusal.path, refusal.reason);
            }
            for (const std::string& unit : device->mapping.pseudo_units) {
                ++refusals_.pseudo_units[unit];
            }
        }
    }
}

void Zigbee2Mqtt::on_availability(Device& device, const Heard& heard, Sink& sink) {
    if (heard.payload.empty()) {
        device.reported_available.reset();
        return say_available(device, sink);
    }
    const std::optional<bool> online = read_online(reader_, heard.payload);
    if (!online) {
        return sink.refuse(heard.topic, heard.payload,
                           "availability is neither online nor offline");
    }
    device.reported_available = online;
    say_available(device, sink);
}

/// Devices are listened to by name; what comes here besides is of none that is known.
void Zigbee2Mqtt::on_whatever(const Bridge& bridge, const Heard& heard, Sink& sink) const {
    if (heard.retained || heard.payload.empty()) return;  // of a device that may be long gone
    const std::string& base = bridge.options.base;
    const std::string_view name = heard.topic.substr(std::min(base.size() + 1, heard.topic.size()));
    if (name.empty() || bridge.names.contains(name) || name.starts_with("bridge/")) return;
    for (const auto& other : bridges_) {
        const std::string inner = other->options.base + "/";
        if (inner.size() > base.size() + 1 && heard.topic.starts_with(inner)) return;
    }
    // Below a device's own name stand its availability, single values, and what it is asked.
    for (std::size_t slash = name.rfind('/'); slash != name.npos;
         slash = slash == 0 ? name.npos : name.rfind('/', slash - 1)) {
        const std::string_view device = name.substr(0, slash);
        const std::string_view last = name.substr(slash + 1);
        if (bridge.names.contains(device) || last == "availability") return;
        if (last == "set" || last == "get" || last.starts_with("set/") || last.starts_with("get/"))
            return;  // said to a device, not by one
    }
    sink.refuse(heard.topic, heard.payload,
                bridge.listed
                    ? "no device or group of that name is in " + base + "/bridge/devices or groups"
                    : base + "/bridge/devices, which names the devices, has not come yet");
}

void Zigbee2Mqtt::say_available(Device& device, Sink& sink) {
    if (device.available == z2m::none) return;
    const std::optional<bool> now = device.is_available();
    if (!now || now == device.said_available) return;
    if (sink.say(device.ids[device.available], *now)) device.said_available = now;
}

}  // namespace foxtail::mqtt
