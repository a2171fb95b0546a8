#include "foxtail/connectors/mqtt/zigbee2mqtt/exposes.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/unit.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

namespace foxtail::mqtt::z2m {
namespace {

namespace bj = boost::json;

constexpr unsigned access_state = 1;
constexpr unsigned access_set = 2;
constexpr unsigned access_get = 4;
constexpr std::size_t choices_max = 1000;  // values of one enum, presets of one property

std::string_view text_of(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    const bj::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::optional<double> number_of(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    double number = 0;
    if (value == nullptr || !value->is_number() || !as_number(to_value(*value), number)) {
        return std::nullopt;
    }
    return number;
}

unsigned access_of(const bj::object& object) {
    return static_cast<unsigned>(std::clamp(number_of(object, "access").value_or(0), 0.0, 7.0));
}

bool is_scalar(const bj::value& value) {
    return value.is_bool() || value.is_string() ||
           (value.is_number() && !std::holds_alternative<Null>(to_value(value)));
}

/// A scalar as people and lists of allowed values write it: ON, 3, true.
std::string word_of(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return to_json(value);
}

template <class Specs>
std::uint32_t find_named(const Specs& specs, std::string_view name) {
    for (std::size_t i = 0; i < specs.size(); ++i) {
        if (specs[i].name == name) return static_cast<std::uint32_t>(i);
    }
    return none;
}

/// Where in the tree of exposes the walk is.
struct Place {
    std::vector<std::string> path;
    std::string title;           // of the composites around
    unsigned around = 0;         // access of the composite around
    std::string_view container;  // "light", "lock", ... or empty
    std::uint32_t group = none;
    std::string_view category;
};

class Mapper {
public:
    Mapper(bool guarded, Mapping& out) : guarded_(guarded), out_(out) {}

    void walk(const bj::value& raw, const Place& place) {
        const bj::object* expose = raw.if_object();
        if (expose == nullptr) return refuse(place.path, "an expose that is no object");
        const std::string_view type = text_of(*expose, "type");
        if (type == "light" || type == "switch" || type == "lock" || type == "cover" ||
            type == "fan" || type == "climate") {
            Place inner = place;
            inner.container = type;
            return features(*expose, inner);
        }
        std::string_view key = text_of(*expose, "property");
        if (key.empty()) key = text_of(*expose, "name");
        Place here = place;
        here.path.emplace_back(key);
        if (key.empty()) return refuse(here.path, "neither \"property\" nor \"name\"");
        here.title = title_of(*expose, place.title);
        if (const auto category = text_of(*expose, "category"); !category.empty()) {
            here.category = category;
        }
        if (type == "composite") return composite(*expose, here);
        leaf(*expose, type, here);
    }

private:
    void refuse(const std::vector<std::string>& path, std::string reason) {
        std::string dotted;
        for (const std::string& part : path) {
            if (!dotted.empty()) dotted += '.';
            dotted += part;
        }
        out_.refusals.push_back({std::move(dotted), std::move(reason)});
    }

    void features(const bj::object& expose, const Place& place) {
        const bj::value* raw = expose.if_contains("features");
        const bj::array* list = raw == nullptr ? nullptr : raw->if_array();
        if (list == nullptr || list->empty()) {
            return refuse(place.path, std::string(text_of(expose, "type")) + " without features");
        }
        for (const bj::value& feature : *list) walk(feature, place);
    }

    static std::string title_of(const bj::object& expose, const std::string& around) {
        std::string_view label = text_of(expose, "label");
        if (label.empty()) label = text_of(expose, "name");
        if (label.empty()) label = text_of(expose, "property");
        std::string title = around.empty() ? "" : around + " ";
        title += printable(label, 80);
        const std::string_view endpoint = text_of(expose, "endpoint");
        if (!endpoint.empty() && title.find(endpoint) == std::string::npos) {
            title += " (" + printable(endpoint, 40) + ")";
        }
        return title;
    }

    void composite(const bj::object& expose, Place& here) {
        here.around = access_of(expose);
        here.group = groups_++;
        features(expose, here);
        bool any_settable = false;
        for (const Leaf& leaf : out_.leaves) {
            any_settable |= leaf.group == here.group && leaf.property != none &&
                            out_.spec.properties[leaf.property].settable;
        }
        if (!any_settable) return;
        ActionSpec spec;
        spec.name = "set_" + name_of(here.path);
        spec.title = "Set " + here.title;
        spec.input = PropertySpec{};
        spec.input->name = "value";
        spec.input->title = here.title;
        spec.input->type = Type::object;
        spec.sensitivity = sensitivity(here, text_of(expose, "name"));
        Action action;
        action.kind = ActionKind::composite;
        action.path = here.path;
        add(std::move(spec), std::move(action));
    }

    static std::string name_of(const std::vector<std::string>& path) {
        std::string name;
        for (const std::string& part : path) {
            if (!name.empty()) name += '.';
            name += to_name(part);
        }
        return name;
    }

    void add(ActionSpec spec, Action action) {
        if (!valid_name(spec.name) || find_named(out_.spec.actions, spec.name) != none) return;
        action.name = spec.name;
        out_.spec.actions.push_back(std::move(spec));
        out_.actions.push_back(std::move(action));
    }

    [[nodiscard]] Sensitivity sensitivity(const Place& place, std::string_view name) const {
        if (place.container == "lock") {
            return name == "child_lock" ? Sensitivity::home : Sensitivity::critical;
        }
        if (name == "pin_code" || name == "arm_mode" || place.path.front() == "pin_code") {
            return Sensitivity::critical;
        }
        const bool moves = place.container == "cover" || place.container == "switch" ||
                           name == "trigger" || name == "state" || name == "position";
        return guarded_ && moves ? Sensitivity::critical : Sensitivity::home;
    }

    void leaf(const bj::object& expose, std::string_view type, const Place& here) {
        unsigned access = access_of(expose);
        access |= here.around & access_state;
        if (access == 0) access = here.around;
        if (access == 0) {
            return refuse(here.path, "access 0: neither published nor settable");
        }
        Leaf leaf;
        leaf.path = here.path;
        leaf.in_state = (access & access_state) != 0;
        leaf.gettable = (access & access_get) != 0;
        leaf.in_container = !here.container.empty();
        leaf.group = here.group;
        PropertySpec spec;
        spec.name = name_of(here.path);
        spec.title = here.title;
        spec.readable = leaf.in_state || leaf.gettable;
        spec.settable = (access & access_set) != 0;
        spec.sensitivity = sensitivity(here, text_of(expose, "name"));
        if (here.category == "config") spec.category = Category::config;
        if (here.category == "diagnostic") spec.category = Category::diagnostic;
        if (!valid_name(spec.name)) {
            return refuse(here.path,
                          "name longer than " + std::to_string(name_bytes_max) + " bytes");
        }
        if (const auto read = shape(expose, type, leaf, spec); !read) {
            return refuse(here.path, read.error().message);
        }
        if (text_of(expose, "name") == "action" && leaf.in_state) return event(leaf, spec);
        // "State: on" says nothing of a lock.
        if (here.container == "lock" && here.path.back() == "state" && spec.type == Type::boolean)
            spec.title = "Locked";
        const bool settable = spec.settable;
        const Sensitivity guard = spec.sensitivity;
        place_leaf(std::move(leaf), std::move(spec));
        if (settable) presets(expose, here, guard);
    }

    /// The type's own members. Error: what is missing or wrong.
    Result<void> shape(const bj::object& expose, std::string_view type, Leaf& leaf,
                       PropertySpec& spec) {
        if (type == "binary") return binary(expose, leaf, spec);
        if (type == "numeric") return numeric(expose, leaf, spec);
        if (type == "enum") return enumeration(expose, leaf, spec);
        if (type == "text") {
            leaf.kind = LeafKind::text;
            spec.type = Type::string;
            return {};
        }
        if (type == "list") {
            leaf.kind = LeafKind::list;
            spec.type = Type::array;
            return {};
        }
        return fail(Code::invalid_input, "unknown type \"" + printable(type, 40) + "\"");
    }

    static Result<void> binary(const bj::object& expose, Leaf& leaf, PropertySpec& spec) {
        leaf.kind = LeafKind::binary;
        spec.type = Type::boolean;
        const bj::value* on = expose.if_contains("value_on");
        const bj::value* off = expose.if_contains("value_off");
        if (on == nullptr || off == nullptr || !is_scalar(*on) || !is_scalar(*off)) {
            return fail(Code::invalid_input, "binary without scalar value_on and value_off");
        }
        leaf.on = to_value(*on);
        leaf.off = to_value(*off);
        if (leaf.on == leaf.off) {
            return fail(Code::invalid_input, "binary with the same value_on and value_off");
        }
        // True is what the device calls on, also where it says so with `false` (an open contact).
        // The title tells, because the state message reads the other way round.
        if (leaf.on == Value(false)) {
            const bool contact = spec.name.find("contact") != std::string::npos;
            spec.title += contact ? " open" : " (inverted)";
        }
        return {};
    }

    Result<void> numeric(const bj::object& expose, Leaf& leaf, PropertySpec& spec) {
        leaf.kind = LeafKind::numeric;
        spec.type = Type::number;
        std::string_view unit = text_of(expose, "unit");
        while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
        while (!unit.empty() && unit.back() == ' ') unit.remove_suffix(1);
        if (!unit.empty()) {
            if (const auto code = unit_from_spelling(unit)) {
                spec.unit = *code;
            } else {
                spec.title += " (" + printable(unit, 30) + ")";
                out_.pseudo_units.emplace_back(unit);
            }
        }
        spec.minimum = number_of(expose, "value_min");
        spec.maximum = number_of(expose, "value_max");
        if (spec.minimum && spec.maximum && *spec.minimum > *spec.maximum) {
            spec.minimum.reset();
            spec.maximum.reset();
        }
        spec.step = number_of(expose, "value_step");
        if (spec.step && *spec.step <= 0) spec.step.reset();
        return {};
    }

    static Result<void> enumeration(const bj::object& expose, Leaf& leaf, PropertySpec& spec) {
        leaf.kind = LeafKind::enumeration;
        spec.type = Type::enumeration;
        const bj::value* raw = expose.if_contains("values");
        const bj::array* values = raw == nullptr ? nullptr : raw->if_array();
        if (values == nullptr || values->empty()) {
            return fail(Code::invalid_input, "enum without values");
        }
        bool all_text = true;
        for (const bj::value& value : *values) {
            if (!is_scalar(value)) return fail(Code::invalid_input, "enum value that is no scalar");
            Value scalar = to_value(value);
            std::string word = word_of(scalar);
            if (std::find(spec.allowed.begin(), spec.allowed.end(), word) != spec.allowed.end()) {
                continue;
            }
            if (spec.allowed.size() >= choices_max) {
                return fail(Code::invalid_input,
                            "enum of more than " + std::to_string(choices_max) + " values");
            }
            all_text &= value.is_string();
            spec.allowed.push_back(std::move(word));
            leaf.values.push_back(std::move(scalar));
        }
        if (all_text) leaf.values.clear();
        return {};
    }

    void event(Leaf& leaf, PropertySpec& spec) {
        EventSpec told;
        told.name = spec.name;
        told.title = spec.title;
        bool open = leaf.kind != LeafKind::enumeration;
        for (const std::string& kind : spec.allowed) {
            open |= kind.empty() || kind.find('*') != std::string::npos;  // "recall_*" is a pattern
        }
        if (!open) told.kinds = spec.allowed;
        if (find_named(out_.spec.events, told.name) != none) return;
        leaf.event = static_cast<std::uint32_t>(out_.spec.events.size());
        out_.spec.events.push_back(std::move(told));
        if (spec.settable) {
            spec.readable = false;
            place_leaf(leaf, spec);
        } else {
            out_.leaves.push_back(std::move(leaf));
        }
    }

    void place_leaf(Leaf leaf, PropertySpec spec) {
        for (Leaf& other : out_.leaves) {
            if (other.path == leaf.path && other.property != none) return merge(other, leaf, spec);
        }
        if (out_.spec.properties.size() + 1 >= properties_per_thing_max) {
            return refuse(leaf.path, "more than " + std::to_string(properties_per_thing_max) +
                                         " properties on one device");
        }
        const std::string name = spec.name;
        for (int number = 2; find_named(out_.spec.properties, spec.name) != none; ++number) {
            spec.name = name + "_" + std::to_string(number);  // two keys fold to one name
        }
        leaf.property = static_cast<std::uint32_t>(out_.spec.properties.size());
        out_.spec.properties.push_back(std::move(spec));
        out_.leaves.push_back(std::move(leaf));
    }

    /// The same key exposed twice (a heating setpoint as climate and as number): one property that
    /// can both.
    void merge(Leaf& leaf, const Leaf& again, const PropertySpec& spec) {
        if (leaf.kind != again.kind || leaf.on != again.on || leaf.off != again.off) {
            return refuse(again.path, "the key is exposed twice with different types");
        }
        PropertySpec& first = out_.spec.properties[leaf.property];
        if (!leaf.values.empty() || !again.values.empty()) {
            if (leaf.values != again.values) {
                return refuse(again.path, "the key is exposed twice with different values");
            }
        }
        for (const std::string& word : spec.allowed) {
            if (std::find(first.allowed.begin(), first.allowed.end(), word) ==
                first.allowed.end()) {
                first.allowed.push_back(word);
            }
        }
        if (!spec.minimum) first.minimum.reset();
        if (!spec.maximum) first.maximum.reset();
        if (spec.minimum && first.minimum) first.minimum = std::min(*first.minimum, *spec.minimum);
        if (spec.maximum && first.maximum) first.maximum = std::max(*first.maximum, *spec.maximum);
        if (first.unit.empty()) first.unit = spec.unit;
        leaf.in_state |= again.in_state;
        leaf.gettable |= again.gettable;
        leaf.in_container |= again.in_container;
        first.readable |= spec.readable;
        first.settable |= spec.settable;
        first.sensitivity = std::max(first.sensitivity, spec.sensitivity);
    }

    void presets(const bj::object& expose, const Place& here, Sensitivity guard) {
        const bj::value* raw = expose.if_contains("presets");
        const bj::array* list = raw == nullptr ? nullptr : raw->if_array();
        if (list == nullptr) return;
        Action action;
        action.kind = ActionKind::preset;
        action.path = here.path;
        ActionSpec told;
        told.name = name_of(here.path) + "_preset";
        told.title = here.title + " preset";
        told.sensitivity = guard;
        told.input = PropertySpec{};
        told.input->name = "preset";
        told.input->title = "Preset";
        told.input->type = Type::enumeration;
        for (const bj::value& item : *list) {
            const bj::object* preset = item.if_object();
            if (preset == nullptr || action.presets.size() >= choices_max) continue;
            const std::string name(text_of(*preset, "name"));
            const bj::value* value = preset->if_contains("value");
            if (name.empty() || value == nullptr || !is_scalar(*value)) continue;
            auto& names = told.input->allowed;
            if (std::find(names.begin(), names.end(), name) != names.end()) continue;
            names.push_back(name);
            action.presets.emplace_back(name, to_value(*value));
        }
        if (!action.presets.empty()) add(std::move(told), std::move(action));
    }

    bool guarded_;
    Mapping& out_;
    std::uint32_t groups_ = 0;
};

PropertySpec& add_plain(Mapping& out, std::vector<std::string> path, std::string title, Type type) {
    Leaf leaf;
    leaf.kind = type == Type::number ? LeafKind::numeric : LeafKind::text;
    leaf.in_state = true;
    leaf.property = static_cast<std::uint32_t>(out.spec.properties.size());
    PropertySpec& spec = out.spec.properties.emplace_back();
    for (const std::string& part : path) spec.name += (spec.name.empty() ? "" : ".") + part;
    spec.title = std::move(title);
    spec.type = type;
    spec.category = Category::diagnostic;
    leaf.path = std::move(path);
    out.leaves.push_back(std::move(leaf));
    return spec;
}

}  // namespace

void map_exposes(const bj::array& exposes, bool guarded, Mapping& out) {
    Mapper mapper(guarded, out);
    for (const bj::value& expose : exposes) mapper.walk(expose, Place{});
}

void map_update(Mapping& out) {
    for (const Leaf& leaf : out.leaves) {
        if (leaf.path.front() == "update") return;
    }
    if (out.spec.properties.size() + 6 > properties_per_thing_max) return;
    add_plain(out, {"update", "state"}, "Firmware update", Type::string);
    add_plain(out, {"update", "installed_version"}, "Firmware installed", Type::string);
    add_plain(out, {"update", "latest_version"}, "Firmware available", Type::string);
    add_plain(out, {"update", "progress"}, "Firmware update progress", Type::number).unit = "%";
    out.spec.actions.push_back(ActionSpec{"install_update", "Install update", std::nullopt, {}});
    Action action;
    action.kind = ActionKind::install_update;
    action.name = "install_update";
    out.actions.push_back(std::move(action));
}

std::uint32_t map_available(Mapping& out) {
    if (find_named(out.spec.properties, "available") != none) return none;
    PropertySpec spec;
    spec.name = "available";
    spec.title = "Available";
    spec.type = Type::boolean;
    spec.category = Category::diagnostic;
    out.spec.properties.push_back(std::move(spec));
    return static_cast<std::uint32_t>(out.spec.properties.size() - 1);
}

void map_refresh(Mapping& out) {
    const bool any = std::any_of(out.leaves.begin(), out.leaves.end(),
                                 [](const Leaf& leaf) { return leaf.gettable; });
    if (!any || find_named(out.spec.actions, "refresh") != none) return;
    out.spec.actions.push_back(ActionSpec{"refresh", "Ask for all values", std::nullopt, {}});
    Action action;
    action.kind = ActionKind::refresh;
    action.name = "refresh";
    out.actions.push_back(std::move(action));
}

void map_group(const std::vector<const Mapping*>& members, Mapping& out) {
    if (members.empty()) return;
    const Mapping& first = *members.front();
    for (const Leaf& leaf : first.leaves) {
        if (!leaf.in_container || leaf.property == none) continue;
        const bool everywhere =
            std::all_of(members.begin() + 1, members.end(), [&](const Mapping* member) {
                return std::any_of(member->leaves.begin(), member->leaves.end(),
                                   [&](const Leaf& other) {
                                       return other.path == leaf.path && other.kind == leaf.kind &&
                                              other.on == leaf.on && other.off == leaf.off;
                                   });
            });
        if (!everywhere) continue;
        Leaf& copy = out.leaves.emplace_back(leaf);
        copy.property = static_cast<std::uint32_t>(out.spec.properties.size());
        out.spec.properties.push_back(first.spec.properties[leaf.property]);
    }
    for (std::size_t i = 0; i < first.actions.size(); ++i) {
        const Action& action = first.actions[i];
        if (action.kind != ActionKind::preset && action.kind != ActionKind::composite) continue;
        const bool carried = std::any_of(out.leaves.begin(), out.leaves.end(), [&](const Leaf& l) {
            return l.path.size() >= action.path.size() &&
                   std::equal(action.path.begin(), action.path.end(), l.path.begin());
        });
        if (!carried) continue;
        out.actions.push_back(action);
        out.spec.actions.push_back(first.spec.actions[i]);
    }
}

}  // namespace foxtail::mqtt::z2m
