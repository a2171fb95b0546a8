#include "foxtail/connectors/mqtt/home_assistant/builder.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/format.hpp"
#include "foxtail/model/unit.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

namespace foxtail::mqtt::ha {
namespace {

namespace bj = boost::json;

constexpr std::size_t topic_bytes_max = 1024;

bool usable_topic(std::string_view topic) {
    return !topic.empty() && topic.size() <= topic_bytes_max && valid_utf8(topic) &&
           std::none_of(topic.begin(), topic.end(), [](char c) {
               return c == '+' || c == '#' || static_cast<unsigned char>(c) < 0x20;
           });
}

std::string spaced(std::string_view id) {
    std::string title(id.substr(0, 80));
    std::replace(title.begin(), title.end(), '_', ' ');
    if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] = char(title[0] - 32);
    return title;
}

std::string lower_name(std::string_view text) {
    std::string name = to_name(text.substr(0, 80));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return name;
}

}  // namespace

Builder::Builder(const Component& component, Entity& out)
    : options_(component.options), platform_(component.platform), out_(out) {
    out_.unique_id = text("unique_id");
    out_.qos = static_cast<std::uint8_t>(std::clamp(number("qos").value_or(0), 0.0, 1.0));
    out_.retain = flag("retain");
    availability();
}

void Builder::refuse(std::string_view aspect, std::string reason) {
    out_.refusals.push_back({std::string(aspect.empty() ? platform_ : aspect), std::move(reason)});
}

bool Builder::topic(std::string_view aspect, std::string_view key, std::string& out, bool publish) {
    out = key.empty() ? std::string() : text(key);
    if (out.empty() || usable_topic(out)) return true;
    refuse(aspect, std::string(key) +
                       (publish ? " cannot be published to: " : " is not supported: ") +
                       printable(out, 80));
    return false;
}

Field* Builder::field(const FieldKeys& keys, Type type) {
    Field field;
    if (!topic(keys.suffix, keys.state_topic, field.source.topic, false)) return nullptr;
    if (!topic(keys.suffix, keys.command_topic, field.target->topic, true)) return nullptr;
    if (field.source.topic.empty() && field.target->topic.empty()) return nullptr;
    if (!keys.state_template.empty()) {
        auto picker = Picker::parse(text(keys.state_template));
        if (!picker) {
            refuse(keys.suffix, picker.error().message);
            return nullptr;
        }
        field.source.picker = std::move(*picker);
    }
    if (!keys.command_template.empty() && !field.target->topic.empty()) {
        std::vector<std::string_view> names;
        if (!keys.value_name.empty()) names.push_back(keys.value_name);
        auto writer = Writer::parse(text(keys.command_template), names);
        if (!writer) {
            refuse(keys.suffix, writer.error().message);
            return nullptr;
        }
        field.target->writer = std::move(*writer);
    }
    field.spec.name = keys.suffix;
    field.spec.title = keys.title;
    field.spec.type = type;
    field.spec.settable = !field.target->topic.empty();
    field.optimistic = field.spec.settable && (field.source.topic.empty() || flag("optimistic"));
    field.spec.readable = !field.source.topic.empty() || field.optimistic;
    const std::string category = text("entity_category");
    if (category == "config") field.spec.category = Category::config;
    if (category == "diagnostic") field.spec.category = Category::diagnostic;
    out_.fields.push_back(std::move(field));
    return &out_.fields.back();
}

Field* Builder::on_off(const FieldKeys& keys, std::string on, std::string off) {
    Field* made = field(keys, Type::boolean);
    if (made == nullptr) return nullptr;
    if (on == off) {
        out_.fields.pop_back();
        refuse(keys.suffix, "the payloads for on and off are the same");
        return nullptr;
    }
    made->source.kind = Source::Kind::words;
    made->source.words = {{std::move(on), Value(true)}, {std::move(off), Value(false)}};
    made->target->words = made->source.words;
    return made;
}

Field* Builder::choice(const FieldKeys& keys, const std::vector<std::string>& words) {
    Words pairs;
    for (const std::string& word : words) pairs.emplace_back(word, Value(word));
    return choice(keys, pairs);
}

Field* Builder::choice(const FieldKeys& keys, const Words& words) {
    Field* made = field(keys, words.empty() ? Type::string : Type::enumeration);
    if (made == nullptr) return nullptr;
    if (words.empty()) return made;
    made->source.kind = Source::Kind::words;
    made->source.words = words;
    made->target->words = words;
    for (const auto& [payload, value] : words) {
        const std::string& word = std::get<std::string>(value);
        auto& allowed = made->spec.allowed;
        if (std::find(allowed.begin(), allowed.end(), word) == allowed.end()) {
            allowed.push_back(word);
        }
    }
    return made;
}

Field* Builder::quantity(const FieldKeys& keys, std::string_view unit,
                         std::optional<double> minimum, std::optional<double> maximum,
                         std::optional<double> step) {
    Field* made = field(keys, Type::number);
    if (made == nullptr) return nullptr;
    made->source.kind = Source::Kind::number;
    if (!(minimum && maximum && *minimum > *maximum)) {
        made->spec.minimum = minimum;
        made->spec.maximum = maximum;
    }
    if (step && *step > 0) made->spec.step = step;
    set_unit(made->spec, unit);
    return made;
}

void Builder::set_unit(PropertySpec& spec, std::string_view spelling) {
    if (spelling.empty()) return;
    if (const auto code = unit_from_spelling(spelling)) {
        spec.unit = *code;
    } else {
        spec.title += (spec.title.empty() ? "(" : " (") + printable(spelling, 30) + ")";
        refuse(spec.name, printable(spelling, 30) + ": " + std::string(unit_is_none));
    }
}

void Builder::deed(std::string_view suffix, std::string_view title, std::string_view topic_key,
                   std::string_view payload, std::string_view template_key) {
    Deed deed;
    if (!topic(suffix, topic_key, deed.topic, true) || deed.topic.empty()) return;
    if (!template_key.empty()) {
        auto writer = Writer::parse(text(template_key), {"action"});
        if (!writer) return refuse(suffix, writer.error().message);
        deed.writer = std::move(*writer);
    }
    deed.spec.name = suffix;
    deed.spec.title = title;
    deed.payload = payload;
    out_.deeds.push_back(std::move(deed));
}

void Builder::deed_with_input(std::string_view suffix, std::string_view title,
                              std::string_view topic_key, PropertySpec input,
                              std::string_view template_key) {
    const std::size_t before = out_.deeds.size();
    deed(suffix, title, topic_key, "", template_key);
    if (out_.deeds.size() > before) out_.deeds.back().spec.input = std::move(input);
}

void Builder::guard(Sensitivity sensitivity) {
    for (Field& field : out_.fields) field.spec.sensitivity = sensitivity;
    for (Deed& deed : out_.deeds) deed.spec.sensitivity = sensitivity;
}

void Builder::availability() {
    const auto add = [&](const bj::object& from, std::string_view topic_key,
                         std::string_view template_key) {
        Availability::Item item;
        item.topic = text_option(from, topic_key);
        if (!usable_topic(item.topic)) {
            return refuse("availability", "topic is not supported: " + printable(item.topic, 80));
        }
        auto picker = Picker::parse(text_option(from, template_key));
        if (!picker) return refuse("availability", picker.error().message);
        item.picker = std::move(*picker);
        item.online = text_option(from, "payload_available", "online");
        item.offline = text_option(from, "payload_not_available", "offline");
        if (out_.availability.items.size() < 16) out_.availability.items.push_back(std::move(item));
    };
    const bj::value* items = options_.if_contains("availability");
    if (items != nullptr && items->is_array()) {
        for (const bj::value& item : items->get_array()) {
            if (item.is_object()) add(item.get_object(), "topic", "value_template");
        }
    } else if (has("availability_topic")) {
        add(options_, "availability_topic", "availability_template");
    }
    const std::string mode = text("availability_mode", "latest");
    if (mode == "all") out_.availability.mode = Availability::Mode::all;
    if (mode == "any") out_.availability.mode = Availability::Mode::any;
}

Entity map_component(const Component& component, bool has_node_id) {
    Entity entity;
    Builder builder(component, entity);
    const std::string name = builder.text("name");
    // The object id is the steadiest name; without a node it holds the device's name too.
    entity.name_wish = lower_name(has_node_id || name.empty() ? component.id : name);
    const bool main = builder.has("name") && name.empty();
    entity.title = main ? "" : printable(name.empty() ? spaced(component.id) : name, 100);
    const std::string& platform = component.platform;
    if (!build_simple(platform, builder) && !build_compound(platform, builder) &&
        !build_light(platform, builder)) {
        builder.refuse("", "unknown component \"" + printable(platform, 40) + "\"");
    } else if (entity.empty() && entity.refusals.empty()) {
        builder.refuse("", "neither a topic to hear nor one to send to");
    }
    const std::string fallback = entity.title.empty() ? spaced(platform) : entity.title;
    const auto entitle = [&](std::string& title) {
        if (title.empty()) {
            title = fallback;
        } else if (!entity.title.empty() && title.front() != '(') {
            title = entity.title + ": " + title;
        } else if (title.front() == '(') {
            title = fallback + " " + title;
        }
    };
    for (Field& field : entity.fields) entitle(field.spec.title);
    for (Deed& deed : entity.deeds) entitle(deed.spec.title);
    for (Happening& happening : entity.happenings) entitle(happening.spec.title);
    for (Field& field : entity.fields) {
        if (!field.spec.settable) field.target.reset();
    }
    return entity;
}

}  // namespace foxtail::mqtt::ha
