#include "foxtail/json/thing.hpp"

#include "foxtail/json/parse.hpp"
#include "foxtail/model/unit.hpp"
#include "foxtail/model/value.hpp"

#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace foxtail {
namespace {

namespace bj = boost::json;

void member(std::string& out, std::string_view key, std::string_view text) {
    out += ",\"";
    out += key;
    out += "\":";
    append_json_string(out, text);
}

void member(std::string& out, std::string_view key, const Value& value) {
    out += ",\"";
    out += key;
    out += "\":";
    append_json(out, value);
}

Value seconds_of(Duration duration) {
    if (duration.us % 1'000'000 == 0) return duration.us / 1'000'000;
    return static_cast<double>(duration.us) / 1e6;
}

void append_list(std::string& out, std::string_view key, const std::vector<std::string>& list) {
    out += ",\"";
    out += key;
    out += "\":[";
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0) out += ',';
        append_json_string(out, list[i]);
    }
    out += ']';
}

template <class Specs, class Each>
void append_named(std::string& out, std::string_view key, const Specs& specs, Each each) {
    out += ",\"";
    out += key;
    out += "\":{";
    for (std::size_t i = 0; i < specs.size(); ++i) {
        if (i > 0) out += ',';
        append_json_string(out, specs[i].name);
        out += ':';
        each(specs[i]);
    }
    out += '}';
}

// --- the way in
// ------------------------------------------------------------------------------------------

/// Reads members of one object and remembers the first mistake, so that a spec reads as a list of
/// members.
class Members {
public:
    Members(const bj::object& object, std::string where)
        : object_(object), where_(std::move(where)) {}

    void text(std::string_view key, std::string& out) {
        if (const bj::value* value = find(key)) {
            if (const bj::string* text = value->if_string()) {
                out.assign(text->data(), text->size());
            } else {
                wrong(key, "a string");
            }
        }
    }
    void boolean(std::string_view key, bool& out) {
        if (const bj::value* value = find(key)) {
            if (value->is_bool()) {
                out = value->get_bool();
            } else {
                wrong(key, "true or false");
            }
        }
    }
    void number(std::string_view key, std::optional<double>& out) {
        if (const bj::value* value = find(key)) {
            double number = 0;
            if (value->is_number() && as_number(to_value(*value), number)) {
                out = number;
            } else {
                wrong(key, "a finite number");
            }
        }
    }
    void age(std::string_view key, std::optional<Duration>& out) {
        std::optional<double> seconds;
        number(key, seconds);
        if (!seconds) return;
        if (*seconds >= 0 && *seconds < 9e12) {
            out = Duration{static_cast<std::int64_t>(std::llround(*seconds * 1e6))};
        } else {
            wrong(key, "seconds from 0 to 9e12");
        }
    }
    void list(std::string_view key, std::vector<std::string>& out) {
        const bj::value* value = find(key);
        if (value == nullptr) return;
        const bj::array* array = value->if_array();
        if (array == nullptr) return wrong(key, "an array of strings");
        for (const bj::value& item : *array) {
            if (!item.is_string()) return wrong(key, "an array of strings");
            out.emplace_back(std::string_view(item.get_string()));
        }
    }
    template <class T, class From>
    void word(std::string_view key, T& out, From from) {
        std::string text;
        this->text(key, text);
        if (text.empty()) return;
        if (const auto known = from(text)) {
            out = *known;
        } else {
            wrong(key, "one of the known words, not \"" + text + "\"");
        }
    }
    /// Calls each(name, object, where) for the members of an object of objects.
    template <class Each>
    void objects(std::string_view key, Each each) {
        const bj::value* value = find(key);
        if (value == nullptr) return;
        const bj::object* object = value->if_object();
        if (object == nullptr) return wrong(key, "an object");
        for (const auto& entry : *object) {
            const bj::object* inner = entry.value().if_object();
            if (inner == nullptr) return wrong(entry.key(), "an object");
            const std::string where = where_ + std::string(entry.key()) + ".";
            const Result<void> read = each(std::string(entry.key()), *inner, where);
            if (!read && result_) result_ = fail(read.error());
        }
    }
    [[nodiscard]] const bj::value* find(std::string_view key) const {
        const bj::value* value = object_.if_contains(key);
        return value == nullptr || value->is_null() ? nullptr : value;
    }
    void wrong(std::string_view key, std::string_view right) {
        if (!result_) return;
        result_ =
            fail(Code::invalid_input, where_ + std::string(key) + " must be " + std::string(right));
    }
    [[nodiscard]] const std::string& where() const { return where_; }
    [[nodiscard]] Result<void> result() const { return result_; }

private:
    const bj::object& object_;
    std::string where_;
    Result<void> result_;
};

Result<void> read_property(const bj::object& object, const std::string& where, PropertySpec& out) {
    Members members(object, where);
    members.text("title", out.title);
    members.word("type", out.type, type_from);
    members.text("unit", out.unit);
    members.number("minimum", out.minimum);
    members.number("maximum", out.maximum);
    members.number("step", out.step);
    members.list("allowed", out.allowed);
    members.age("max_age_s", out.max_age);
    members.age("retention_s", out.retention);
    members.word("category", out.category, category_from);
    members.word("sensitivity", out.sensitivity, sensitivity_from);
    members.boolean("readable", out.readable);
    members.boolean("settable", out.settable);
    return members.result();
}

Result<void> read_action(const bj::object& object, const std::string& where, ActionSpec& out) {
    Members members(object, where);
    members.text("title", out.title);
    members.word("sensitivity", out.sensitivity, sensitivity_from);
    if (const bj::value* input = members.find("input")) {
        const bj::object* inner = input->if_object();
        if (inner == nullptr) {
            members.wrong("input", "an object");
            return members.result();
        }
        PropertySpec spec;
        Members named(*inner, where + "input.");
        named.text("name", spec.name);
        if (auto read = named.result(); !read) return read;
        if (auto read = read_property(*inner, where + "input.", spec); !read) return read;
        out.input = std::move(spec);
    }
    return members.result();
}

}  // namespace

void append_json(std::string& out, const PropertySpec& spec) {
    out += "{\"title\":";
    append_json_string(out, spec.title);
    member(out, "type", std::string_view(name(spec.type)));
    if (!spec.unit.empty()) {
        member(out, "unit", std::string_view(spec.unit));
        if (const Unit* unit = find_unit(spec.unit)) member(out, "symbol", unit->symbol);
    }
    if (spec.minimum) member(out, "minimum", Value(*spec.minimum));
    if (spec.maximum) member(out, "maximum", Value(*spec.maximum));
    if (spec.step) member(out, "step", Value(*spec.step));
    if (!spec.allowed.empty()) append_list(out, "allowed", spec.allowed);
    member(out, "category", std::string_view(name(spec.category)));
    member(out, "sensitivity", std::string_view(name(spec.sensitivity)));
    member(out, "readable", Value(spec.readable));
    member(out, "settable", Value(spec.settable));
    if (spec.max_age) member(out, "max_age_s", seconds_of(*spec.max_age));
    if (spec.retention) member(out, "retention_s", seconds_of(*spec.retention));
    out += '}';
}

void append_json(std::string& out, const ThingSpec& spec) {
    out += "{\"id\":";
    append_json_string(out, spec.id);
    member(out, "kind", std::string_view(name(spec.kind)));
    member(out, "title", std::string_view(spec.title));
    member(out, "place", std::string_view(spec.place));
    member(out, "maker", std::string_view(spec.maker));
    member(out, "model", std::string_view(spec.model));
    member(out, "description", std::string_view(spec.description));
    append_named(out, "properties", spec.properties,
                 [&](const PropertySpec& property) { append_json(out, property); });
    append_named(out, "actions", spec.actions, [&](const ActionSpec& action) {
        out += "{\"title\":";
        append_json_string(out, action.title);
        member(out, "sensitivity", std::string_view(name(action.sensitivity)));
        if (action.input) {
            out += ",\"input\":{\"name\":";
            append_json_string(out, action.input->name);
            std::string rest;
            append_json(rest, *action.input);
            out += ',';
            out.append(rest, 1, std::string::npos);
        }
        out += '}';
    });
    append_named(out, "events", spec.events, [&](const EventSpec& event) {
        out += "{\"title\":";
        append_json_string(out, event.title);
        append_list(out, "kinds", event.kinds);
        out += '}';
    });
    out += '}';
}

Result<ThingSpec> thing_from_json(const bj::value& value) {
    const bj::object* object = value.if_object();
    if (object == nullptr) return fail(Code::invalid_input, "a thing must be an object");
    ThingSpec spec;
    Members members(*object, "");
    members.text("id", spec.id);
    members.word("kind", spec.kind, thing_kind_from);
    members.text("title", spec.title);
    members.text("place", spec.place);
    members.text("maker", spec.maker);
    members.text("model", spec.model);
    members.text("description", spec.description);
    members.objects("properties", [&](std::string name, const bj::object& inner, const auto& at) {
        spec.properties.emplace_back().name = std::move(name);
        return read_property(inner, at, spec.properties.back());
    });
    members.objects("actions", [&](std::string name, const bj::object& inner, const auto& at) {
        spec.actions.emplace_back().name = std::move(name);
        return read_action(inner, at, spec.actions.back());
    });
    members.objects("events", [&](std::string name, const bj::object& inner, const auto& at) {
        EventSpec& event = spec.events.emplace_back();
        event.name = std::move(name);
        Members parts(inner, at);
        parts.text("title", event.title);
        parts.list("kinds", event.kinds);
        return parts.result();
    });
    if (const Result<void> read = members.result(); !read) return fail(read.error());
    if (const Result<void> checked = check(spec); !checked) return fail(checked.error());
    return spec;
}

}  // namespace foxtail
