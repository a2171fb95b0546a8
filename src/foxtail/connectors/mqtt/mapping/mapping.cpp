#include "foxtail/connectors/mqtt/mapping/mapping.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/mqtt/purse.hpp"
#include "foxtail/model/unit.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace foxtail::mqtt {
namespace {

namespace bj = boost::json;

constexpr std::size_t mapped_text_max = 4096;

/// What stands for the '+' levels of the filter in the topic; nothing when it does not match.
std::optional<std::vector<std::string>> fillings(std::string_view filter, std::string_view topic) {
    std::vector<std::string> out;
    while (true) {
        const auto filter_end = filter.find('/');
        const auto topic_end = topic.find('/');
        const auto level = topic.substr(0, topic_end);
        if (filter.substr(0, filter_end) == "+") {
            out.emplace_back(level);
        } else if (filter.substr(0, filter_end) != level) {
            return std::nullopt;
        }
        if (filter_end == std::string_view::npos || topic_end == std::string_view::npos) {
            if (filter_end != topic_end) return std::nullopt;
            return out;
        }
        filter.remove_prefix(filter_end + 1);
        topic.remove_prefix(topic_end + 1);
    }
}

/// RFC 3339, or seconds or milliseconds since 1970; unknown for anything else.
Time time_from(const bj::value& value) {
    if (const bj::string* text = value.if_string()) {
        const auto parsed = parse_rfc3339(std::string_view(*text));
        return parsed ? *parsed : Time{};
    }
    double number = 0;
    if (!value.is_number() || !as_number(to_value(value), number)) return {};
    if (number > 1e11) number /= 1000;  // the year 5138 in seconds, 1973 in milliseconds
    return number > 1 && number < 7.2e9 ? Time{static_cast<std::int64_t>(number * 1e6)} : Time{};
}

/// The scalar as the text that a list of values is compared with.
std::string wire_text(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return to_json(value);
}

Result<Value> number_meant(const cars::MappedProperty& property, const Value& said) {
    double number = 0;
    if (const auto* text = std::get_if<std::string>(&said)) {
        const auto read = number_from(*text);
        if (!read) return fail(Code::invalid_input, "'" + printable(*text, 40) + "' is no number");
        number = *read;
    } else if (std::holds_alternative<bool>(said) || !as_number(said, number)) {
        return fail(Code::invalid_input, "'" + printable(to_json(said), 40) + "' is no number");
    }
    return as_value(property.spec, number * property.scale + property.offset, property.unit);
}

Result<Value> meant(const cars::MappedProperty& property, const Value& said) {
    if (std::holds_alternative<Null>(said)) return Value{Null{}};
    if (!property.values.empty()) {
        const std::string wire = wire_text(said);
        for (const auto& [on_wire, means] : property.values) {
            if (on_wire == wire) return fit(property.spec, means);
        }
    }
    switch (property.spec.type) {
        case Type::boolean: {
            if (std::holds_alternative<bool>(said)) return said;
            const auto flag = flag_from(wire_text(said));
            if (flag) return Value{*flag};
            return fail(Code::invalid_input,
                        "'" + printable(wire_text(said), 40) + "' is neither true nor false");
        }
        case Type::integer:
        case Type::number:
            return number_meant(property, said);
        case Type::string:
        case Type::enumeration:
            return fit(property.spec, Value{printable(wire_text(said), mapped_text_max)});
        case Type::array:
        case Type::object:
            break;
    }
    return fit(property.spec, said);
}

/// The value as it goes on the wire: what meant() does, backwards.
Result<Value> as_sent(const cars::MappedProperty& property, const Value& wanted) {
    for (const auto& [on_wire, means] : property.values) {
        if (same_value(means, wanted)) return Value{on_wire};
    }
    double number = 0;
    const bool numeric = property.spec.type == Type::number || property.spec.type == Type::integer;
    if (!numeric || !as_number(wanted, number)) return wanted;
    if (!property.unit.empty() && property.unit != property.spec.unit) {
        const auto converted = convert(number, property.spec.unit, property.unit);
        if (!converted) return fail(Code::invalid_input, "no way back into " + property.unit);
        number = *converted;
    }
    number = (number - property.offset) / property.scale;
    if (!std::isfinite(number)) return fail(Code::invalid_input, "no finite number");
    if (number == std::floor(number) && std::abs(number) < 1e15)
        return Value{static_cast<std::int64_t>(number)};
    return Value{number};
}

std::string replaced(std::string text, std::string_view mark, std::string_view with) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + with.size()))
        text.replace(at, mark.size(), with);
    return text;
}

Publication publication_of(const cars::MappedCommand& command, const Value& value,
                           const std::vector<std::string>& filling) {
    // Whichever comes first in the text: a value that reads "{json}" is a value.
    const std::string json = to_json(value);
    const std::string plain =
        std::holds_alternative<Null>(value) ? std::string() : wire_text(value);
    std::string payload;
    std::string_view rest = command.payload;
    while (!rest.empty()) {
        if (rest.starts_with("{value}")) {
            payload += plain;
            rest.remove_prefix(7);
        } else if (rest.starts_with("{json}")) {
            payload += json;
            rest.remove_prefix(6);
        } else {
            payload += rest.front();
            rest.remove_prefix(1);
        }
    }
    return {cars::fill_in(command.topic, filling), std::move(payload), command.retain, 1};
}

}  // namespace

const bj::value* find_at(const bj::value& root, std::string_view pointer) {
    const bj::value* at = &root;
    while (!pointer.empty()) {
        if (pointer.front() != '/') return nullptr;
        pointer.remove_prefix(1);
        const auto end = std::min(pointer.find('/'), pointer.size());
        std::string key(pointer.substr(0, end));
        pointer.remove_prefix(end);
        key = replaced(replaced(std::move(key), "~1", "/"), "~0", "~");
        if (const bj::object* object = at->if_object()) {
            at = object->if_contains(key);
        } else if (const bj::array* array = at->if_array()) {
            std::size_t index = 0;
            const auto [stop, problem] =
                std::from_chars(key.data(), key.data() + key.size(), index);
            if (problem != std::errc() || stop != key.data() + key.size() || index >= array->size())
                return nullptr;
            at = &(*array)[index];
        } else {
            return nullptr;
        }
        if (at == nullptr) return nullptr;
    }
    return at;
}

struct Mapping::Instance {
    const cars::MappedThing* described = nullptr;
    std::vector<std::string> filling;
    Vehicle vehicle;
    Purse purse;
};

Mapping::Mapping(MappingOptions options)
    : options_(std::move(options)),
      ids_(options_.taken, std::move(options_.known_ids)),
      reader_(JsonLimits{.bytes_max = 1024 * 1024, .depth_max = 32}) {
    for (cars::MappedThing& thing : options_.things) {
        for (cars::MappedProperty& property : thing.properties) {
            if (!property.from_catalogue) continue;
            auto signal = options_.signals->property(property.spec.name);
            if (!signal) continue;  // the reader knew it: then it has a type of its own
            signal->max_age = property.spec.max_age;
            signal->settable = property.spec.settable;
            signal->readable = property.spec.readable;
            if (!property.spec.title.empty()) signal->title = property.spec.title;
            signal->sensitivity = std::max(signal->sensitivity, property.spec.sensitivity);
            property.spec = std::move(*signal);
        }
    }
    for (std::size_t i = 0; i < options_.things.size(); ++i) {
        const auto& properties = options_.things[i].properties;
        for (std::size_t k = 0; k < properties.size(); ++k) {
            const std::string& topic = properties[k].topic;
            if (topic.empty()) continue;
            const auto ear = std::find_if(ears_.begin(), ears_.end(), [&](const Ear& e) {
                return e.thing == i && e.topic == topic;
            });
            if (ear == ears_.end()) {
                ears_.push_back({i, topic, {k}});
            } else {
                ear->properties.push_back(k);
            }
        }
    }
}
Mapping::~Mapping() = default;

void Mapping::remember(std::string_view name, std::string_view bytes) {
    if (name.starts_with("budget/")) remembered_[std::string(name.substr(7))] = bytes;
}

void Mapping::start(Sink& sink) {
    sink_ = &sink;
    // What has no wildcard is there from the beginning, so that it can be set before it was heard.
    for (std::size_t i = 0; i < options_.things.size(); ++i) {
        if (cars::places_in(options_.things[i].id) == 0) instance_of(i, {}, "", {}, sink);
    }
    for (std::size_t i = 0; i < ears_.size(); ++i)
        sink.listen(ears_[i].topic, static_cast<std::uint32_t>(i));
}

bool Mapping::owns(std::string_view thing) const {
    return std::any_of(instances_.begin(), instances_.end(),
                       [&](const auto& one) { return one.second->vehicle.spec.id == thing; });
}

Mapping::Instance* Mapping::instance_of(std::size_t thing, const std::vector<std::string>& filling,
                                        std::string_view topic, Time at, Sink& sink) {
    const cars::MappedThing& described = options_.things[thing];
    std::string key = std::to_string(thing);
    for (const std::string& one : filling) key += "/" + one;
    if (const auto known = instances_.find(key); known != instances_.end())
        return known->second.get();
    if (instances_.size() >= things_max) {
        sink.refuse(topic, "", std::to_string(things_max) + " mapped things, no more are taken");
        return nullptr;
    }
    const std::string wish = cars::fill_in(described.id, filling);
    // Under its described id, so that another order in the file changes nothing.
    const auto id = ids_.id_of(wish, wish, "mapped");
    if (!id) {
        sink.refuse(topic, wish, id.error().message);
        return nullptr;
    }
    auto instance = std::make_unique<Instance>();
    instance->described = &described;
    instance->filling = filling;
    instance->purse = Purse(described.budget);
    if (const auto kept = remembered_.find(*id); kept != remembered_.end())
        instance->purse.remember(kept->second);
    ThingSpec& spec = instance->vehicle.spec;
    spec.id = *id;
    spec.kind = described.kind;
    spec.title = printable(cars::fill_in(described.title, filling), 200);
    if (spec.title.empty()) spec.title = spec.id;
    spec.place = described.place;
    spec.maker = described.maker;
    spec.model = described.model;
    for (const auto& property : described.properties) instance->vehicle.add(property.spec);
    instance->vehicle.find_home(*options_.signals, options_.home);
    for (const auto& action : described.actions) spec.actions.push_back(action.spec);
    if (instance->purse.budget().limited()) instance->purse.describe(instance->vehicle);
    if (auto told = instance->vehicle.tell(sink); !told) {
        sink.refuse(topic, wish, "not taken: " + told.error().message);
        return nullptr;
    }
    if (at.known()) instance->purse.tell(instance->vehicle, at, sink);
    return instances_.emplace(std::move(key), std::move(instance)).first->second.get();
}

void Mapping::on_message(std::uint32_t token, const Heard& heard, Sink& sink) {
    if (token >= ears_.size()) return;
    const Ear& ear = ears_[token];
    const auto filling = fillings(ear.topic, heard.topic);
    if (!filling) return;
    Instance* instance = instance_of(ear.thing, *filling, heard.topic, heard.at, sink);
    if (instance == nullptr) return;
    instance->purse.look(instance->vehicle, heard.at, sink);
    for (const std::size_t index : ear.properties) {
        const auto& property = instance->described->properties[index];
        if (auto done = hear(*instance, property, heard, sink); !done)
            sink.refuse(heard.topic, heard.payload,
                        property.spec.name + ": " + done.error().message);
    }
}

Result<void> Mapping::hear(Instance& instance, const cars::MappedProperty& property,
                           const Heard& heard, Sink& sink) {
    Value said = Null{};
    Time at;
    if (property.path.empty() && property.time_path.empty() && property.spec.type != Type::array &&
        property.spec.type != Type::object) {
        if (!heard.payload.empty()) said = std::string(heard.payload);
    } else if (!heard.payload.empty()) {
        const auto read = reader_.read(heard.payload);
        if (!read) return fail(read.error());
        const bj::value* found = find_at(**read, property.path);
        if (found == nullptr) return {};  // a message that speaks of other things
        said = to_value(*found);
        if (!property.time_path.empty()) {
            const bj::value* when = find_at(**read, property.time_path);
            if (when != nullptr) at = time_from(*when);
            if (at > heard.at) at = {};  // a clock that runs ahead
        }
    }
    auto value = meant(property, said);
    if (!value) return fail(value.error());
    return instance.vehicle.say(sink, property.spec.name, std::move(*value), at);
}

Result<std::vector<Publication>> Mapping::encode(const Order& order) {
    const auto found = std::find_if(instances_.begin(), instances_.end(), [&](const auto& one) {
        return one.second->vehicle.spec.id == order.thing;
    });
    if (found == instances_.end() || sink_ == nullptr)
        return fail(Code::not_found, "no mapped thing " + printable(order.thing, 60));
    Instance& instance = *found->second;
    const cars::MappedCommand* command = nullptr;
    Value value = order.value;
    for (const auto& action : instance.described->actions) {
        if (!order.action.empty() && action.spec.name == order.action) command = &action.command;
    }
    for (const auto& property : instance.described->properties) {
        if (!order.action.empty() || property.spec.name != order.property || !property.command)
            continue;
        auto sent = as_sent(property, order.value);
        if (!sent) return fail(sent.error());
        value = std::move(*sent);
        command = &*property.command;
    }
    if (command == nullptr)
        return fail(Code::not_found, "no command for " + printable(order.property, 60));
    if (instance.purse.budget().limited()) {
        const std::string_view what = order.action.empty() ? order.property : order.action;
        if (auto done = instance.purse.spend(instance.vehicle, order, command->cost, what, *sink_);
            !done)
            return fail(done.error());
    }
    std::vector<Publication> out;
    out.push_back(publication_of(*command, value, instance.filling));
    return out;
}

}  // namespace foxtail::mqtt
