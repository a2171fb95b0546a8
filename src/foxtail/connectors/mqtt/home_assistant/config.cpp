#include "foxtail/connectors/mqtt/home_assistant/config.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/home_assistant/abbreviations.hpp"
#include "foxtail/connectors/mqtt/home_assistant/template.hpp"
#include "foxtail/json/parse.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

namespace foxtail::mqtt::ha {
namespace {

namespace bj = boost::json;

constexpr std::size_t components_max = 500;
constexpr std::size_t list_max = 1000;

bool valid_id(std::string_view text) {
    return !text.empty() && text.size() <= 256 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

bj::object with_full_keys(const bj::object& object, Keys keys) {
    bj::object full;
    for (const auto& member : object) full[full_key(keys, member.key())] = member.value();
    return full;
}

/// "~" at either end of a topic stands for the base.
void replace_base(bj::value& value, std::string_view base) {
    const bj::string* text = value.if_string();
    if (text == nullptr || text->empty()) return;
    std::string topic(*text);
    if (topic.front() == '~') topic = std::string(base) + topic.substr(1);
    if (!topic.empty() && topic.back() == '~') {
        topic.pop_back();
        topic += base;
    }
    value = topic;
}

/// Full keys, also in the availability list, and topics without "~".
bj::object options_of(const bj::object& raw) {
    bj::object options = with_full_keys(raw, Keys::option);
    const std::string base = text_option(options, "~");
    if (bj::value* list = options.if_contains("availability"); list != nullptr) {
        if (list->is_object()) *list = bj::array{*list};
        if (bj::array* items = list->if_array()) {
            for (bj::value& item : *items) {
                if (item.is_object()) item = with_full_keys(item.get_object(), Keys::option);
            }
        }
    }
    if (base.empty()) return options;
    for (auto& member : options) {
        if (member.key().ends_with("topic")) replace_base(member.value(), base);
        if (member.key() != "availability" || !member.value().is_array()) continue;
        for (bj::value& item : member.value().get_array()) {
            if (!item.is_object()) continue;
            bj::value* topic = item.get_object().if_contains("topic");
            if (topic != nullptr) replace_base(*topic, base);
        }
    }
    options.erase("~");
    return options;
}

DeviceFacts read_device(const bj::value* raw) {
    DeviceFacts facts;
    if (raw == nullptr || !raw->is_object()) return facts;
    const bj::object device = with_full_keys(raw->get_object(), Keys::device);
    for (const std::string& id : list_option(device, "identifiers")) {
        if (!id.empty()) facts.identities.push_back("id:" + id);
    }
    if (const bj::value* list = device.if_contains("connections"); list && list->is_array()) {
        for (const bj::value& pair : list->get_array()) {
            if (!pair.is_array() || pair.get_array().size() != 2) continue;
            const std::string kind = rendered(pair.get_array()[0]);
            std::string value = rendered(pair.get_array()[1]);
            std::transform(value.begin(), value.end(), value.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
            if (facts.identities.size() < list_max) facts.identities.push_back(kind + ":" + value);
        }
    }
    facts.name = printable(text_option(device, "name"), 120);
    facts.maker = printable(text_option(device, "manufacturer"), 120);
    facts.model = printable(text_option(device, "model"), 120);
    facts.area = printable(text_option(device, "suggested_area"), 120);
    facts.serial = printable(text_option(device, "serial_number"), 120);
    return facts;
}

void take(bj::object& options, std::string_view key) {
    options.erase(key);
}

/// What a device payload says once for all its components.
constexpr std::string_view shared_options[] = {
    "availability",
    "availability_mode",
    "availability_template",
    "availability_topic",
    "payload_not_available",
    "payload_available",
    "state_topic",
    "command_topic",
    "encoding",
    "qos",
};

Result<void> read_components(const bj::object& root, Announcement& out) {
    const bj::value* raw = root.if_contains("components");
    if (raw == nullptr || !raw->is_object()) {
        return fail(Code::invalid_input, "device payload without components");
    }
    if (raw->get_object().size() > components_max) {
        return fail(Code::exhausted, std::to_string(raw->get_object().size()) +
                                         " components, limit " + std::to_string(components_max));
    }
    const std::string base = text_option(root, "~");
    for (const auto& member : raw->get_object()) {
        if (!member.value().is_object()) {
            return fail(Code::invalid_input,
                        "component " + printable(member.key(), 60) + " is no object");
        }
        bj::object full = with_full_keys(member.value().get_object(), Keys::option);
        if (!base.empty() && !full.contains("~")) full["~"] = base;
        Component component;
        component.id = std::string(member.key());
        component.options = options_of(full);
        component.platform = text_option(component.options, "platform");
        if (component.platform.empty()) {
            return fail(Code::invalid_input,
                        "component " + printable(member.key(), 60) + " without platform");
        }
        take(component.options, "platform");
        component.removal = component.options.empty() ||
                            (component.options.size() == 1 && component.options.contains("~"));
        for (const std::string_view key : shared_options) {
            const bj::value* shared = root.if_contains(key);
            if (shared != nullptr && !component.options.contains(key)) {
                component.options[key] = *shared;
            }
        }
        out.components.push_back(std::move(component));
    }
    return {};
}

}  // namespace

std::optional<DiscoveryTopic> parse_discovery_topic(std::string_view prefix,
                                                    std::string_view topic) {
    if (!topic.starts_with(prefix) || topic.size() <= prefix.size() ||
        topic[prefix.size()] != '/') {
        return std::nullopt;
    }
    topic.remove_prefix(prefix.size() + 1);
    std::vector<std::string_view> levels;
    while (true) {
        const std::size_t slash = topic.find('/');
        levels.push_back(topic.substr(0, slash));
        if (slash == topic.npos) break;
        topic.remove_prefix(slash + 1);
        if (levels.size() > 4) return std::nullopt;
    }
    if (levels.size() < 3 || levels.size() > 4 || levels.back() != "config") return std::nullopt;
    for (const std::string_view level : levels) {
        if (!valid_id(level)) return std::nullopt;
    }
    DiscoveryTopic found{levels[0], {}, levels[levels.size() - 2]};
    if (levels.size() == 4) found.node_id = levels[1];
    return found;
}

Result<Announcement> read_announcement(const DiscoveryTopic& topic, const bj::value& payload) {
    const bj::object* raw = payload.if_object();
    if (raw == nullptr) return fail(Code::invalid_input, "a discovery payload must be an object");
    Announcement out;
    bj::object options = options_of(*raw);
    out.migrate = flag_option(options, "migrate_discovery");
    if (out.migrate) return out;
    out.device = read_device(options.if_contains("device"));
    if (const bj::value* origin = options.if_contains("origin"); origin && origin->is_object()) {
        const bj::object full = with_full_keys(origin->get_object(), Keys::origin);
        out.origin = printable(text_option(full, "name"), 60);
    }
    if (topic.component == "device") {
        if (out.device.identities.empty()) {
            return fail(Code::invalid_input, "device payload without identifiers or connections");
        }
        if (out.origin.empty()) {
            return fail(Code::invalid_input, "device payload without origin name");
        }
        // The base itself is needed again in each component.
        const bj::object unreplaced = with_full_keys(*raw, Keys::option);
        if (const bj::value* base = unreplaced.if_contains("~")) options["~"] = *base;
        if (auto read = read_components(options, out); !read) return fail(read.error());
        return out;
    }
    take(options, "device");
    take(options, "origin");
    Component component;
    component.platform = topic.component;
    component.id = topic.object_id;
    component.options = std::move(options);
    out.components.push_back(std::move(component));
    return out;
}

std::string text_option(const bj::object& options, std::string_view key,
                        std::string_view fallback) {
    const bj::value* value = options.if_contains(key);
    if (value == nullptr || value->is_null() || value->is_structured()) {
        return std::string(fallback);
    }
    return rendered(*value);
}

std::optional<double> number_option(const bj::object& options, std::string_view key) {
    const bj::value* value = options.if_contains(key);
    if (value == nullptr) return std::nullopt;
    double number = 0;
    if (value->is_number() && as_number(to_value(*value), number)) return number;
    if (const bj::string* text = value->if_string()) {  // some publishers quote their limits
        const char* end = text->data() + text->size();
        const auto [stop, problem] = std::from_chars(text->data(), end, number);
        if (problem == std::errc() && stop == end && std::isfinite(number)) return number;
    }
    return std::nullopt;
}

bool flag_option(const bj::object& options, std::string_view key, bool fallback) {
    const bj::value* value = options.if_contains(key);
    return value != nullptr && value->is_bool() ? value->get_bool() : fallback;
}

std::vector<std::string> list_option(const bj::object& options, std::string_view key) {
    std::vector<std::string> list;
    const bj::value* value = options.if_contains(key);
    if (value == nullptr || value->is_null()) return list;
    if (const bj::array* array = value->if_array()) {
        for (const bj::value& item : *array) {
            if (list.size() >= list_max || item.is_structured()) break;
            std::string text = rendered(item);
            if (std::find(list.begin(), list.end(), text) == list.end()) {
                list.push_back(std::move(text));
            }
        }
    } else if (!value->is_object()) {
        list.push_back(rendered(*value));
    }
    return list;
}

}  // namespace foxtail::mqtt::ha
