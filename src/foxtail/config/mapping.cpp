#include "foxtail/config/mapping.hpp"

#include "foxtail/cars/signals.hpp"
#include "foxtail/model/unit.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace foxtail {
namespace {

using cars::MappedCommand;
using cars::MappedProperty;
using cars::MappedThing;

constexpr std::size_t mapped_things_max = 1000;
constexpr double calls_max = 10'000;

std::string quoted_key(std::string_view key) {
    return "'" + std::string(key) + "'";
}

/// Levels that are a '+'.
std::size_t wildcards_in(std::string_view topic) {
    std::size_t count = 0;
    while (true) {
        const auto end = topic.find('/');
        if (topic.substr(0, end) == "+") ++count;
        if (end == std::string_view::npos) return count;
        topic.remove_prefix(end + 1);
    }
}

/// A topic to listen to: levels may be '+', nothing else is special.
void check_topic(Yaml& yaml, const YAML::Node& node, std::string_view topic, bool listens) {
    if (topic.empty() || topic.size() > 1000)
        return yaml.wrong(node, "a topic has 1 to 1000 bytes");
    if (topic.find('#') != std::string_view::npos) {
        return yaml.wrong(node,
                          "'#' would take in everything below; name the levels, with '+' "
                          "for the one that differs from thing to thing");
    }
    for (std::size_t at = topic.find('+'); at != std::string_view::npos;
         at = topic.find('+', at + 1)) {
        const bool alone =
            (at == 0 || topic[at - 1] == '/') && (at + 1 == topic.size() || topic[at + 1] == '/');
        if (!alone) return yaml.wrong(node, "'+' stands for a whole level, e.g. meters/+/power");
        if (!listens)
            return yaml.wrong(node,
                              "what is published has no '+'; write {1} for what the first "
                              "'+' of the thing's topics stands for");
    }
}

std::optional<std::string> text_at(Yaml& yaml, const YAML::Node& map, std::string_view key) {
    const auto node = Yaml::at(map, key);
    return node ? yaml.text(node, quoted_key(key)) : std::nullopt;
}

std::optional<double> number_at(Yaml& yaml, const YAML::Node& map, std::string_view key) {
    const auto node = Yaml::at(map, key);
    return node ? yaml.number(node, quoted_key(key)) : std::nullopt;
}

std::string pointer_at(Yaml& yaml, const YAML::Node& map, std::string_view key) {
    const auto text = text_at(yaml, map, key);
    if (text && !text->empty() && text->front() != '/') {
        yaml.wrong(Yaml::at(map, key), quoted_key(key) +
                                           " is a JSON pointer and begins with '/': "
                                           "'/" +
                                           *text + "'");
    }
    return text.value_or("");
}

/// The UCUM code of a unit written as UCUM or as devices write it.
std::string unit_at(Yaml& yaml, const YAML::Node& map, std::string_view key) {
    const auto text = text_at(yaml, map, key);
    if (!text || text->empty()) return {};
    if (find_unit(*text) != nullptr) return *text;
    if (const auto code = unit_from_spelling(*text)) return std::string(*code);
    yaml.wrong(Yaml::at(map, key), "'" + *text +
                                       "' is no unit that is known here (expected UCUM, e.g. W, "
                                       "kW.h, %, Cel, km)");
    return {};
}

std::optional<MappedCommand> command_of(Yaml& yaml, const YAML::Node& map, std::string_view what) {
    static constexpr std::array<std::string_view, 5> keys = {"topic", "payload", "retain", "money",
                                                             "wakes"};
    if (!yaml.is_map(map, what)) return std::nullopt;
    yaml.check_keys(map, keys, what);
    MappedCommand out;
    const auto topic = yaml.required(map, "topic", what);
    if (!topic) return std::nullopt;
    out.topic = yaml.text(topic, "'topic'").value_or("");
    check_topic(yaml, topic, out.topic, false);
    if (const auto payload = text_at(yaml, map, "payload")) out.payload = *payload;
    if (const auto node = Yaml::at(map, "retain"))
        out.retain = yaml.flag(node, "'retain'").value_or(false);
    if (const auto money = number_at(yaml, map, "money")) {
        if (*money < 0) yaml.wrong(Yaml::at(map, "money"), "'money' is 0 or more");
        out.cost.money = std::max(0.0, *money);
    }
    if (const auto node = Yaml::at(map, "wakes"))
        out.cost.wakes = yaml.flag(node, "'wakes'").value_or(false) ? 1 : 0;
    return out;
}

void read_values(Yaml& yaml, const YAML::Node& map, MappedProperty& out) {
    if (!map || !yaml.is_map(map, "'values'")) return;
    for (const auto& each : map) {
        const auto wire = yaml.text(each.first, "what stands on the wire");
        auto means = yaml.value(each.second, "what it means");
        if (!wire || !means) continue;
        auto fitting = fit(out.spec, std::move(*means));
        if (!fitting) {
            yaml.wrong(each.second, fitting.error().message);
            continue;
        }
        out.values.push_back({*wire, std::move(*fitting)});
    }
}

void read_type(Yaml& yaml, const YAML::Node& map, ThingKind kind, MappedProperty& out) {
    PropertySpec& spec = out.spec;
    const auto node = Yaml::at(map, "type");
    if (const auto word = text_at(yaml, map, "type")) {
        const auto type = type_from(*word);
        if (!type) {
            yaml.wrong(node,
                       "'type' is boolean, integer, number, string, enumeration, array or "
                       "object");
        }
        spec.type = type.value_or(Type::string);
        spec.unit = unit_at(yaml, map, "unit");
        return;
    }
    const auto signal =
        kind == ThingKind::vehicle ? cars::Signals::household().property(spec.name) : std::nullopt;
    if (!signal) {
        const bool car = kind == ThingKind::vehicle;
        yaml.wrong(map, "'" + spec.name + "' needs 'type'" +
                            (car ? "; without it, it must be a vehicle signal that Foxtail knows "
                                   "by itself (foxtail vss list)"
                                 : ""));
        return;
    }
    if (const auto unit = Yaml::at(map, "unit"))
        yaml.wrong(unit, "the signal has its unit ('" + signal->unit +
                             "'); say with 'from' in which unit it stands on the wire");
    std::string title = std::move(spec.title);
    spec = *signal;
    if (!title.empty()) spec.title = std::move(title);
    out.from_catalogue = true;
}

void read_limits(Yaml& yaml, const YAML::Node& map, MappedProperty& out) {
    PropertySpec& spec = out.spec;
    if (const auto least = number_at(yaml, map, "minimum")) spec.minimum = least;
    if (const auto most = number_at(yaml, map, "maximum")) spec.maximum = most;
    if (const auto list = Yaml::at(map, "allowed"); list && yaml.is_list(list, "'allowed'")) {
        spec.allowed.clear();
        for (const auto& item : list) {
            if (auto word = yaml.text(item, "'allowed'")) spec.allowed.push_back(*word);
        }
    }
    if (const auto node = Yaml::at(map, "max_age")) spec.max_age = yaml.duration(node, "'max_age'");
    if (const auto word = text_at(yaml, map, "sensitivity")) {
        const auto sensitivity = sensitivity_from(*word);
        if (!sensitivity) {
            yaml.wrong(Yaml::at(map, "sensitivity"),
                       "'sensitivity' is home, personal, sensitive or critical");
        }
        spec.sensitivity = std::max(spec.sensitivity, sensitivity.value_or(Sensitivity::home));
    }
    if (const auto word = text_at(yaml, map, "category")) {
        const auto category = category_from(*word);
        if (!category)
            yaml.wrong(Yaml::at(map, "category"), "'category' is primary, config or diagnostic");
        spec.category = category.value_or(Category::primary);
    }
}

/// How what stands on the wire becomes the value.
void read_wire(Yaml& yaml, const YAML::Node& map, MappedProperty& out) {
    const bool numeric = out.spec.type == Type::number || out.spec.type == Type::integer;
    for (const std::string_view key : {"from", "scale", "offset"}) {
        const auto node = Yaml::at(map, key);
        if (node && !numeric)
            yaml.wrong(node, quoted_key(key) + " is for numbers; '" + out.spec.name + "' is " +
                                 name(out.spec.type));
    }
    out.unit = unit_at(yaml, map, "from");
    if (!out.unit.empty() && numeric && !convert(1, out.unit, out.spec.unit)) {
        yaml.wrong(Yaml::at(map, "from"), "there is no way from '" + out.unit + "' to '" +
                                              out.spec.unit + "' of '" + out.spec.name + "'");
    }
    if (const auto scale = number_at(yaml, map, "scale")) {
        if (*scale == 0) yaml.wrong(Yaml::at(map, "scale"), "'scale' is not 0");
        out.scale = *scale == 0 ? 1 : *scale;
    }
    if (const auto offset = number_at(yaml, map, "offset")) out.offset = *offset;
    read_values(yaml, Yaml::at(map, "values"), out);
}

std::optional<MappedProperty> property_from(Yaml& yaml, const std::string& name,
                                            const YAML::Node& map, const MappedThing& thing,
                                            const std::string& thing_topic) {
    static constexpr std::array<std::string_view, 18> keys = {
        "topic",   "path",   "time",    "type",        "unit",     "from",
        "scale",   "offset", "values",  "minimum",     "maximum",  "allowed",
        "max_age", "title",  "command", "sensitivity", "category", "readable"};
    if (!yaml.is_map(map, "a property")) return std::nullopt;
    yaml.check_keys(map, keys, "a property");
    MappedProperty out;
    out.spec.name = name;
    out.spec.title = text_at(yaml, map, "title").value_or("");
    read_type(yaml, map, thing.kind, out);
    read_limits(yaml, map, out);
    if (out.spec.title.empty()) out.spec.title = name;
    out.topic = thing_topic;
    if (const auto topic = text_at(yaml, map, "topic")) {
        out.topic = *topic;
        check_topic(yaml, Yaml::at(map, "topic"), *topic, true);
    }
    out.path = pointer_at(yaml, map, "path");
    out.time_path = pointer_at(yaml, map, "time");
    read_wire(yaml, map, out);
    if (const auto node = Yaml::at(map, "command")) {
        out.command = command_of(yaml, node, "a command");
        out.spec.settable = true;
    }
    if (const auto node = Yaml::at(map, "readable"))
        out.spec.readable = yaml.flag(node, "'readable'").value_or(true);
    if (!out.spec.readable) out.topic.clear();
    if (out.topic.empty() && !out.command) {
        yaml.wrong(map, "'" + name + "' needs 'topic' (here or for the whole thing) or 'command'");
        return std::nullopt;
    }
    if (out.topic.empty()) out.spec.readable = false;
    ThingSpec probe;
    probe.id = probe.title = "probe";
    probe.properties = {out.spec};
    if (auto good = check(probe); !good) yaml.wrong(map, good.error().message);
    return out;
}

void read_actions(Yaml& yaml, const YAML::Node& map, MappedThing& out) {
    static constexpr std::array<std::string_view, 4> keys = {"title", "command", "input",
                                                             "sensitivity"};
    if (!map || !yaml.is_map(map, "'actions'")) return;
    for (const auto& each : map) {
        const auto name = yaml.text(each.first, "an action's name");
        if (!name || !yaml.is_map(each.second, "an action")) continue;
        yaml.check_keys(each.second, keys, "an action");
        cars::MappedAction action;
        action.spec.name = *name;
        action.spec.title = text_at(yaml, each.second, "title").value_or(*name);
        if (const auto word = text_at(yaml, each.second, "sensitivity"))
            action.spec.sensitivity = sensitivity_from(*word).value_or(Sensitivity::critical);
        if (const auto word = text_at(yaml, each.second, "input")) {
            const auto type = type_from(*word);
            if (!type) yaml.wrong(Yaml::at(each.second, "input"), "'input' is a type, e.g. string");
            PropertySpec input;
            input.name = input.title = "input";
            input.type = type.value_or(Type::string);
            action.spec.input = std::move(input);
        }
        const auto node = yaml.required(each.second, "command", "an action");
        const auto command = node ? command_of(yaml, node, "a command") : std::nullopt;
        if (!valid_name(*name)) yaml.wrong(each.first, "'" + *name + "' is no name for an action");
        if (!command) continue;
        action.command = *command;
        out.actions.push_back(std::move(action));
    }
}

/// Every topic of a thing has as many '+' as its id has places, so that each message belongs to one
/// thing and commands know where to go.
void check_places(Yaml& yaml, const YAML::Node& map, const MappedThing& thing) {
    const std::size_t places = cars::places_in(thing.id);
    for (const MappedProperty& property : thing.properties) {
        if (!property.topic.empty() && wildcards_in(property.topic) != places) {
            yaml.wrong(map, "'" + property.topic + "' has " +
                                std::to_string(wildcards_in(property.topic)) + " '+' and the id '" +
                                thing.id + "' has " + std::to_string(places) +
                                " places; write {1} for the first '+', {2} for the second");
        }
        if (property.command && cars::places_in(property.command->topic) > places)
            yaml.wrong(map, "'" + property.command->topic + "' has more places than the id");
    }
    for (const auto& action : thing.actions) {
        if (cars::places_in(action.command.topic) > places)
            yaml.wrong(map, "'" + action.command.topic + "' has more places than the id");
    }
    const std::vector<std::string> filling(places, "x");
    for (std::size_t i = 1; i <= places; ++i) {
        if (thing.id.find("{" + std::to_string(i) + "}") == std::string::npos)
            yaml.wrong(map, "the id needs {" + std::to_string(i) + "} too");
    }
    if (!valid_name(cars::fill_in(thing.id, filling)))
        yaml.wrong(map, "'" + thing.id +
                            "' is no id: letters, digits, '_', '-' and '.', and {1} for a '+'");
}

std::optional<MappedThing> thing_from(Yaml& yaml, const YAML::Node& map) {
    static constexpr std::array<std::string_view, 10> keys = {
        "id",    "kind",       "title",   "place", "maker",
        "model", "properties", "actions", "topic", "budget"};
    if (!yaml.is_map(map, "a thing")) return std::nullopt;
    yaml.check_keys(map, keys, "a thing");
    MappedThing out;
    const auto id = yaml.required(map, "id", "a thing");
    if (!id) return std::nullopt;
    out.id = yaml.text(id, "'id'").value_or("");
    if (const auto word = text_at(yaml, map, "kind")) {
        const auto kind = thing_kind_from(*word);
        if (!kind)
            yaml.wrong(Yaml::at(map, "kind"),
                       "'kind' is device, vehicle, person, place or service");
        out.kind = kind.value_or(ThingKind::device);
    }
    out.title = text_at(yaml, map, "title").value_or("");
    out.place = text_at(yaml, map, "place").value_or("");
    out.maker = text_at(yaml, map, "maker").value_or("");
    out.model = text_at(yaml, map, "model").value_or("");
    out.budget = read_budget(yaml, Yaml::at(map, "budget"));
    const std::string topic = text_at(yaml, map, "topic").value_or("");
    if (const auto node = Yaml::at(map, "topic")) check_topic(yaml, node, topic, true);
    const auto properties = yaml.required(map, "properties", "a thing");
    if (!properties || !yaml.is_map(properties, "'properties'")) return std::nullopt;
    for (const auto& each : properties) {
        const auto name = yaml.text(each.first, "a property's name");
        if (!name) continue;
        if (auto one = property_from(yaml, *name, each.second, out, topic))
            out.properties.push_back(std::move(*one));
    }
    read_actions(yaml, Yaml::at(map, "actions"), out);
    check_places(yaml, id, out);
    return out;
}

}  // namespace

cars::BudgetLimits read_budget(Yaml& yaml, const YAML::Node& map) {
    static constexpr std::array<std::string_view, 3> keys = {"calls", "money", "wakes"};
    cars::BudgetLimits out;
    if (!map || !yaml.is_map(map, "'budget'")) return out;
    yaml.check_keys(map, keys, "'budget'");
    const auto whole = [&](std::string_view key) -> std::optional<std::uint32_t> {
        const auto number = number_at(yaml, map, key);
        if (!number) return std::nullopt;
        if (*number < 0 || *number > calls_max || *number != std::floor(*number)) {
            yaml.wrong(Yaml::at(map, key),
                       quoted_key(key) + " a day is a whole number, 0 to 10000");
            return std::nullopt;
        }
        return static_cast<std::uint32_t>(*number);
    };
    out.calls = whole("calls");
    out.wakes = whole("wakes");
    out.money = number_at(yaml, map, "money");
    if (out.money && *out.money < 0) yaml.wrong(Yaml::at(map, "money"), "'money' is 0 or more");
    return out;
}

MappingRead read_mapping(std::string_view text, std::string_view file) {
    static constexpr std::array<std::string_view, 1> keys = {"things"};
    MappingRead out;
    Yaml yaml{std::string(file), text};
    const auto& root = yaml.root();
    if (root && yaml.is_map(root, "a mapping file")) {
        yaml.check_keys(root, keys, "a mapping file");
        const auto list = yaml.required(root, "things", "a mapping file");
        if (list && yaml.is_list(list, "'things'")) {
            for (const auto& item : list) {
                auto thing = thing_from(yaml, item);
                if (!thing) continue;
                const bool twice =
                    std::any_of(out.things.begin(), out.things.end(),
                                [&](const MappedThing& other) { return other.id == thing->id; });
                if (twice) yaml.wrong(item, "'" + thing->id + "' stands there twice");
                out.things.push_back(std::move(*thing));
            }
            if (out.things.size() > mapped_things_max)
                yaml.wrong(list, "more than 1000 things in one file");
        }
    }
    out.mistakes = yaml.take_mistakes();
    return out;
}

}  // namespace foxtail
