// The messages of one device: state in, set and get out.
#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/zigbee2mqtt/device.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace foxtail::mqtt {
namespace {

namespace bj = boost::json;

/// Zigbee2MQTT's setting advanced.last_seen: RFC 3339 text or milliseconds since 1970.
Time last_seen(const bj::object& state) {
    const bj::value* raw = state.if_contains("last_seen");
    if (raw == nullptr) return {};
    if (raw->is_int64() && raw->get_int64() > 0 && raw->get_int64() < 9'000'000'000'000) {
        return Time{raw->get_int64() * 1000};
    }
    if (const bj::string* text = raw->if_string()) {
        if (const auto time = parse_rfc3339(std::string_view(*text))) return *time;
    }
    return {};
}

/// {"color":{"x":0.5}} for the path color, x and the text 0.5.
void append_nested(std::string& out, const std::vector<std::string>& path, std::size_t from,
                   std::string_view text) {
    for (std::size_t i = from; i < path.size(); ++i) {
        out += '{';
        append_json_string(out, path[i]);
        out += ':';
    }
    out += text;
    out.append(path.size() - from, '}');
}

/// One branch of a set message. Leaves of a group share their first keys; only the last key
/// differs, or the group is nested in another and is sent alone.
struct Setting {
    const std::vector<std::string>* path;
    std::string text;
};

std::string set_message(const std::vector<Setting>& settings) {
    const std::vector<std::string>& path = *settings.front().path;
    const std::size_t depth = path.size() - 1;
    std::string inside;
    for (const Setting& setting : settings) {
        inside += inside.empty() ? '{' : ',';
        append_json_string(inside, setting.path->back());
        inside += ':';
        inside += setting.text;
    }
    inside += '}';
    std::string out;
    for (std::size_t i = 0; i < depth; ++i) {
        out += '{';
        append_json_string(out, path[i]);
        out += ':';
    }
    out += inside;
    out.append(depth, '}');
    return out;
}

/// Asks for every key that can be asked for; the leaves of a composite by its one key.
std::string get_message(const std::vector<z2m::Leaf>& leaves) {
    std::set<std::string_view> keys;
    for (const z2m::Leaf& leaf : leaves) {
        if (leaf.gettable) keys.insert(leaf.path.front());
    }
    std::string out;
    for (const std::string_view key : keys) {
        out += out.empty() ? '{' : ',';
        append_json_string(out, key);
        out += ":\"\"";
    }
    out += '}';
    return out;
}

}  // namespace

void Zigbee2Mqtt::Device::adopt(z2m::Mapping told, std::vector<PropertyId> numbers,
                                std::uint32_t available_index) {
    mapping = std::move(told);
    ids = std::move(numbers);
    available = available_index;
    said_available.reset();
    last.assign(mapping.leaves.size(), Value(Null{}));
    trees.assign(1, {});
    for (std::uint32_t i = 0; i < mapping.leaves.size(); ++i) {
        const std::vector<std::string>& path = mapping.leaves[i].path;
        std::uint32_t tree = 0;
        for (std::size_t depth = 0; depth + 1 < path.size(); ++depth) {
            if (trees[tree][path[depth]].inner == z2m::none) {
                trees[tree][path[depth]].inner = static_cast<std::uint32_t>(trees.size());
                trees.emplace_back();
            }
            tree = trees[tree][path[depth]].inner;
        }
        Key& place = trees[tree][path.back()];
        // An event and a settable property may share a key ("action"); the message means the event.
        if (place.leaf == z2m::none) place.leaf = i;
    }
}

std::optional<bool> Zigbee2Mqtt::Device::is_available() const {
    if (disabled || bridge->online == false) return false;
    if (reported_available) return reported_available;
    return bridge->online;
}

bool Zigbee2Mqtt::Device::explains(std::string_view of_state) const {
    // What Zigbee2MQTT adds to a device's own by its settings, or of itself.
    constexpr std::string_view added[] = {"last_seen", "elapsed",          "linkquality", "device",
                                          "update",    "update_available", "color_mode"};
    if (std::find(std::begin(added), std::end(added), of_state) != std::end(added)) return true;
    // "action_angle": how it was turned, beside the action that says so.
    return of_state.starts_with("action_") && trees[0].contains(std::string_view("action"));
}

void Zigbee2Mqtt::on_state(Device& device, const Heard& heard, Sink& sink) {
    if (heard.payload.empty()) return;  // the retained message was cleared
    const auto value = reader_.read(heard.payload);
    if (!value) return sink.refuse(heard.topic, heard.payload, value.error().message);
    const bj::object* state = (*value)->if_object();
    if (state == nullptr) {
        return sink.refuse(heard.topic, heard.payload, "a state message must be an object");
    }
    // A live message is true now. One from the retained store was true when the device was last
    // heard.
    Time source;
    if (heard.retained) source = last_seen(*state);
    if (source > heard.at) source = {};
    say_members(device, 0, *state, heard, source, sink);
    if (device.news_of_unknown_keys.empty()) return;
    const std::string sample = "{" + std::exchange(device.news_of_unknown_keys, {}) + "}";
    sink.refuse(heard.topic, sample, "no expose names these keys: they are not taken");
}

/// Once for each key, not with each message: a device that says one says it for ever.
void Zigbee2Mqtt::note_unknown_key(Device& device, std::uint32_t tree, std::string_view key,
                                   const bj::value& value) {
    if (value.is_null() || (tree == 0 && device.explains(key))) return;
    if (device.unknown_keys.size() >= Device::unknown_keys_max) return;
    if (!device.unknown_keys.emplace(key).second) return;
    ++refusals_.unknown_keys;
    std::string& told = device.news_of_unknown_keys;
    if (!told.empty()) told += ',';
    append_json_string(told, printable(key, 60));
    told += ':' + printable(to_json(to_value(value)), 60);
}

void Zigbee2Mqtt::say_members(Device& device, std::uint32_t tree, const bj::object& object,
                              const Heard& heard, Time source, Sink& sink) {
    for (const auto& member : object) {
        const StringMap<Key>& keys = device.trees[tree];
        const auto found = keys.find(std::string_view(member.key()));
        if (found == keys.end()) {
            note_unknown_key(device, tree, member.key(), member.value());
            continue;
        }
        const Key key = found->second;
        if (key.inner != z2m::none) {
            if (const bj::object* inner = member.value().if_object()) {
                say_members(device, key.inner, *inner, heard, source, sink);
                continue;
            }
            if (member.value().is_null()) {
                forget_children(device, key.inner, source, sink);
                continue;
            }
        }
        if (key.leaf != z2m::none) {
            say_leaf(device, key.leaf, member.value(), heard, source, sink);
        } else {
            sink.refuse(heard.topic, heard.payload, printable(member.key(), 60) + " is no object");
        }
    }
}

void Zigbee2Mqtt::say_leaf(Device& device, std::uint32_t index, const bj::value& raw,
                           const Heard& heard, Time source, Sink& sink) {
    const z2m::Leaf& leaf = device.mapping.leaves[index];
    if (leaf.event != z2m::none) {
        // A retained "single" is not a press; null and "" only end the last one.
        if (heard.retained || raw.is_null()) return;
        const bj::string* text = raw.if_string();
        if (text != nullptr && text->empty()) return;
        const EventSpec& event = device.mapping.spec.events[leaf.event];
        return sink.happened(device.mapping.spec.id, event.name, to_value(raw));
    }
    const PropertySpec& spec = device.mapping.spec.properties[leaf.property];
    if (!spec.readable) return;
    auto value = z2m::decode(leaf, spec, raw);
    if (!value) {
        sink.misfit(device.ids[leaf.property], to_json(to_value(raw)), value.error().message);
        return sink.refuse(heard.topic, heard.payload, value.error().message);
    }
    const bool is_null = std::holds_alternative<Null>(*value);
    // Null is "not known yet" for most keys of most messages: news only after something was known.
    if (is_null && std::holds_alternative<Null>(device.last[index])) return;
    device.last[index] = *value;
    sink.say(device.ids[leaf.property], std::move(*value), source);
}

void Zigbee2Mqtt::forget_children(Device& device, std::uint32_t tree, Time source, Sink& sink) {
    for (const auto& [name, key] : device.trees[tree]) {
        if (key.inner != z2m::none) forget_children(device, key.inner, source, sink);
        if (key.leaf == z2m::none) continue;
        const z2m::Leaf& leaf = device.mapping.leaves[key.leaf];
        Value& last = device.last[key.leaf];
        if (leaf.property == z2m::none || std::holds_alternative<Null>(last)) continue;
        last = Null{};
        sink.say(device.ids[leaf.property], Null{}, source);
    }
}

Result<std::vector<Publication>> Zigbee2Mqtt::encode(const Order& order) {
    const auto found = device_by_thing_.find(order.thing);
    if (found == device_by_thing_.end()) {
        return fail(Code::not_found, "no zigbee2mqtt device " + printable(order.thing, 60));
    }
    Device& device = *found->second;
    if (device.bridge->online == false) {
        return fail(Code::unavailable, "the bridge " + device.bridge->options.base + " is offline");
    }
    if (device.disabled) return fail(Code::unavailable, "the device is disabled in zigbee2mqtt");
    if (order.property.empty()) return encode_action(device, order);
    auto message = encode_property(device, order);
    if (!message) return fail(message.error());
    Publication publication;
    publication.topic = device.bridge->options.base + "/" + device.friendly + "/set";
    publication.payload = std::move(*message);
    return std::vector<Publication>{std::move(publication)};
}

Result<std::string> Zigbee2Mqtt::encode_property(Device& device, const Order& order) {
    const z2m::Mapping& mapping = device.mapping;
    for (std::size_t i = 0; i < mapping.leaves.size(); ++i) {
        const z2m::Leaf& leaf = mapping.leaves[i];
        if (leaf.property == z2m::none) continue;
        const PropertySpec& spec = mapping.spec.properties[leaf.property];
        if (spec.name != order.property) continue;
        if (!spec.settable) break;
        auto text = z2m::encode(leaf, spec, order.value);
        if (!text) return fail(text.error());
        std::vector<Setting> settings;
        settings.push_back({&leaf.path, std::move(*text)});
        for (std::size_t j = 0; leaf.group != z2m::none && j < mapping.leaves.size(); ++j) {
            const z2m::Leaf& sibling = mapping.leaves[j];
            if (j == i || sibling.group != leaf.group || sibling.property == z2m::none) continue;
            if (sibling.path.size() != leaf.path.size()) continue;
            const PropertySpec& other = mapping.spec.properties[sibling.property];
            if (!other.settable || std::holds_alternative<Null>(device.last[j])) continue;
            auto sibling_text = z2m::encode(sibling, other, device.last[j]);
            if (sibling_text) settings.push_back({&sibling.path, std::move(*sibling_text)});
        }
        if (leaf.group != z2m::none) device.last[i] = order.value;
        return set_message(settings);
    }
    return fail(Code::not_found, std::string(order.thing) + " has no settable property " +
                                     printable(order.property, 60));
}

Result<std::vector<Publication>> Zigbee2Mqtt::encode_action(Device& device, const Order& order) {
    const std::string base = device.bridge->options.base + "/";
    Publication publication;
    publication.topic = base + device.friendly + "/set";
    const auto wrong_input = [&] {
        return fail(Code::invalid_input, std::string(order.action) + " cannot take " +
                                             printable(to_json(order.value), 60));
    };
    for (const z2m::Action& action : device.mapping.actions) {
        if (action.name != order.action) continue;
        const auto* word = std::get_if<std::string>(&order.value);
        switch (action.kind) {
            case z2m::ActionKind::preset:
            case z2m::ActionKind::recall_scene: {
                const auto preset = std::find_if(
                    action.presets.begin(), action.presets.end(),
                    [&](const auto& item) { return word != nullptr && item.first == *word; });
                if (preset == action.presets.end()) return wrong_input();
                if (action.kind == z2m::ActionKind::recall_scene) {
                    publication.payload = "{\"scene_recall\":" + to_json(preset->second) + "}";
                } else {
                    append_nested(publication.payload, action.path, 0, to_json(preset->second));
                }
                break;
            }
            case z2m::ActionKind::composite: {
                const auto* json = std::get_if<Json>(&order.value);
                if (json == nullptr || !json->text.starts_with('{')) return wrong_input();
                append_nested(publication.payload, action.path, 0, json->text);
                break;
            }
            case z2m::ActionKind::refresh:
                publication.topic = base + device.friendly + "/get";
                publication.payload = get_message(device.mapping.leaves);
                break;
            case z2m::ActionKind::install_update:
                publication.topic = base + "bridge/request/device/ota_update/update";
                publication.payload = "{\"id\":";
                append_json_string(publication.payload, device.key);
                publication.payload += '}';
                break;
        }
        return std::vector<Publication>{std::move(publication)};
    }
    return fail(Code::not_found,
                std::string(order.thing) + " has no action " + printable(order.action, 60));
}

}  // namespace foxtail::mqtt
