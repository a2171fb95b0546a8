#include "foxtail/connectors/mqtt/zigbee2mqtt/devices.hpp"

#include "foxtail/base/utf8.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

namespace foxtail::mqtt::z2m {
namespace {

namespace bj = boost::json;

constexpr std::size_t devices_max = 20'000;
constexpr std::size_t groups_max = 5'000;
constexpr std::size_t text_bytes_max = 256;
constexpr std::size_t topic_bytes_max = 1024;

std::string text_of(const bj::object& object, std::string_view key, std::size_t bytes_max) {
    const bj::value* value = object.if_contains(key);
    const bj::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string()
                           : std::string(text->data(), std::min(text->size(), bytes_max));
}

std::string for_people(const bj::object& object, std::string_view key) {
    return printable(text_of(object, key, 4 * text_bytes_max), text_bytes_max);
}

bool flag_of(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::int64_t integer_of(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    return value != nullptr && value->is_int64() ? value->get_int64() : -1;
}

const bj::array* array_of(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    return value == nullptr ? nullptr : value->if_array();
}

Result<DeviceEntry> read_device(const bj::object& raw) {
    DeviceEntry entry;
    entry.ieee = text_of(raw, "ieee_address", 64);
    if (entry.ieee.empty()) return fail(Code::invalid_input, "a device without ieee_address");
    entry.friendly_name = text_of(raw, "friendly_name", topic_bytes_max + 1);
    if (entry.friendly_name.empty()) entry.friendly_name = entry.ieee;
    if (!usable_in_topic(entry.friendly_name)) {
        return fail(Code::invalid_input, "friendly name \"" + printable(entry.friendly_name, 60) +
                                             "\" cannot stand in a topic");
    }
    entry.disabled = flag_of(raw, "disabled");
    entry.maker = for_people(raw, "manufacturer");
    entry.model = for_people(raw, "model_id");
    const bj::value* definition = raw.if_contains("definition");
    if (definition == nullptr || !definition->is_object()) return entry;
    const bj::object& object = definition->get_object();
    if (auto maker = for_people(object, "vendor"); !maker.empty()) entry.maker = std::move(maker);
    if (auto model = for_people(object, "model"); !model.empty()) entry.model = std::move(model);
    entry.model_description = for_people(object, "description");
    entry.exposes = array_of(object, "exposes");
    entry.supports_update = flag_of(object, "supports_ota");
    return entry;
}

}  // namespace

bool usable_in_topic(std::string_view friendly_name) {
    if (friendly_name.empty() || friendly_name.size() > topic_bytes_max) return false;
    for (const char c : friendly_name) {
        if (c == '+' || c == '#' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    }
    return true;
}

Result<std::vector<DeviceEntry>> read_devices(const bj::value& message,
                                              std::vector<EntryRefusal>& refusals) {
    const bj::array* list = message.if_array();
    if (list == nullptr) return fail(Code::invalid_input, "bridge/devices is no array");
    if (list->size() > devices_max) {
        return fail(Code::exhausted, std::to_string(list->size()) + " devices, limit " +
                                         std::to_string(devices_max));
    }
    std::vector<DeviceEntry> entries;
    entries.reserve(list->size());
    for (const bj::value& raw : *list) {
        const bj::object* object = raw.if_object();
        if (object == nullptr) {
            refusals.push_back({"", "an entry of bridge/devices is no object"});
            continue;
        }
        if (text_of(*object, "type", 20) == "Coordinator") continue;
        if (auto entry = read_device(*object)) {
            entries.push_back(std::move(*entry));
        } else {
            refusals.push_back({text_of(*object, "ieee_address", 64), entry.error().message});
        }
    }
    return entries;
}

Result<std::vector<GroupEntry>> read_groups(const bj::value& message,
                                            std::vector<EntryRefusal>& refusals) {
    const bj::array* list = message.if_array();
    if (list == nullptr) return fail(Code::invalid_input, "bridge/groups is no array");
    if (list->size() > groups_max) {
        return fail(Code::exhausted,
                    std::to_string(list->size()) + " groups, limit " + std::to_string(groups_max));
    }
    std::vector<GroupEntry> entries;
    for (const bj::value& raw : *list) {
        const bj::object* object = raw.if_object();
        GroupEntry entry;
        if (object != nullptr) {
            entry.id = integer_of(*object, "id");
            entry.friendly_name = text_of(*object, "friendly_name", topic_bytes_max + 1);
        }
        if (object == nullptr || entry.id < 0 || !usable_in_topic(entry.friendly_name)) {
            refusals.push_back({"group " + printable(entry.friendly_name, 60),
                                "a group without id or usable friendly name"});
            continue;
        }
        if (const bj::array* members = array_of(*object, "members")) {
            for (const bj::value& member : *members) {
                if (const bj::object* who = member.if_object()) {
                    entry.members.push_back(text_of(*who, "ieee_address", 64));
                }
            }
        }
        if (const bj::array* scenes = array_of(*object, "scenes")) {
            for (const bj::value& item : *scenes) {
                const bj::object* scene = item.if_object();
                if (scene == nullptr) continue;
                const std::int64_t id = integer_of(*scene, "id");
                const std::string name = for_people(*scene, "name");
                if (id >= 0 && !name.empty()) entry.scenes.emplace_back(name, id);
            }
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace foxtail::mqtt::z2m
