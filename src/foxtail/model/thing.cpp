#include "foxtail/model/thing.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/model/unit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>
#include <utility>

namespace foxtail {
namespace {

constexpr bool name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

tl::unexpected<Error> wrong_spec(const std::string& where, const std::string& what) {
    return fail(Code::invalid_input, where + ": " + what);
}

constexpr const char* name_rule =
    " (letters, digits, _ - . and 1 to 128 bytes, not starting with .)";

Result<void> check_text(const std::string& where, const char* member, std::string_view text) {
    if (text.size() > string_value_bytes_max) {
        return wrong_spec(where, std::string(member) + " of " + std::to_string(text.size()) +
                                     " bytes, limit " + std::to_string(string_value_bytes_max));
    }
    if (!valid_utf8(text)) return wrong_spec(where, std::string(member) + " is not valid UTF-8");
    return {};
}

/// A closed list: no value twice, every value a text, not endless.
Result<void> check_list(const std::string& where, const char* member,
                        const std::vector<std::string>& list) {
    if (list.size() > allowed_values_max) {
        return wrong_spec(where, std::string(member) + " has " + std::to_string(list.size()) +
                                     " values, limit " + std::to_string(allowed_values_max));
    }
    std::unordered_set<std::string_view> seen;
    for (const auto& value : list) {
        if (auto good = check_text(where, member, value); !good) return good;
        if (!seen.insert(value).second) {
            return wrong_spec(where,
                              std::string(member) + " has '" + printable(value, 40) + "' twice");
        }
    }
    return {};
}

Result<void> check_range(const std::string& where, const PropertySpec& spec) {
    const bool numeric = spec.type == Type::integer || spec.type == Type::number;
    const std::array<std::pair<const char*, std::optional<double>>, 3> bounds{
        {{"minimum", spec.minimum}, {"maximum", spec.maximum}, {"step", spec.step}}};
    for (const auto& [member, bound] : bounds) {
        if (!bound) continue;
        if (!numeric)
            return wrong_spec(where,
                              std::string(member) + " on a property of type " + name(spec.type));
        if (!std::isfinite(*bound))
            return wrong_spec(where, std::string(member) + " is not a finite number");
    }
    if (spec.minimum && spec.maximum && *spec.minimum > *spec.maximum) {
        return wrong_spec(where, "minimum " + to_json(Value{*spec.minimum}) + " is above maximum " +
                                     to_json(Value{*spec.maximum}));
    }
    if (spec.step && *spec.step <= 0)
        return wrong_spec(where, "step " + to_json(Value{*spec.step}) + " is not above 0");
    return {};
}

Result<void> check_unit(const std::string& where, const std::string& unit) {
    if (unit.empty() || find_unit(unit) != nullptr) return {};
    auto what = "unit '" + printable(unit, 40) + "' is not a known UCUM code";
    if (const auto meant = unit_from_spelling(unit))
        what += " (did you mean '" + std::string(*meant) + "'?)";
    return wrong_spec(where, what);
}

/// Everything but the name.
Result<void> check_property(const std::string& where, const PropertySpec& spec) {
    if (auto good = check_text(where, "title", spec.title); !good) return good;
    if (auto good = check_unit(where, spec.unit); !good) return good;
    if (auto good = check_range(where, spec); !good) return good;
    if (spec.type == Type::enumeration && spec.allowed.empty()) {
        return wrong_spec(where, "an enumeration needs its allowed values");
    }
    const bool has_words = spec.type == Type::enumeration || spec.type == Type::array;
    if (!has_words && !spec.allowed.empty()) {
        return wrong_spec(where,
                          std::string("allowed values on a property of type ") + name(spec.type));
    }
    if (auto good = check_list(where, "allowed", spec.allowed); !good) return good;
    if (spec.max_age && spec.max_age->us <= 0) return wrong_spec(where, "max_age is not above 0");
    if (spec.retention && spec.retention->us <= 0)
        return wrong_spec(where, "retention is not above 0");
    return {};
}

/// Names of one kind of member: valid, not twice, not too many.
template <class Member>
Result<void> check_names(const std::string& where, const char* kind,
                         const std::vector<Member>& members, std::size_t max) {
    if (members.size() > max) {
        return wrong_spec(where, std::to_string(members.size()) + " " + kind + " members, limit " +
                                     std::to_string(max));
    }
    std::unordered_set<std::string_view> seen;
    for (const auto& member : members) {
        const auto shown = std::string(kind) + " '" + printable(member.name, 40) + "'";
        if (!valid_name(member.name))
            return wrong_spec(where, shown + " is not a valid name" + name_rule);
        if (!seen.insert(member.name).second) return wrong_spec(where, shown + " stands twice");
    }
    return {};
}

tl::unexpected<Error> does_not_fit(const PropertySpec& property, const Value& value,
                                   const std::string& right) {
    return fail(Code::invalid_input, "value " + printable(to_json(value), 80) +
                                         " does not fit property '" + property.name +
                                         "': " + right);
}

Result<Value> in_range(const PropertySpec& property, double number, Value value) {
    if (property.minimum && number < *property.minimum) {
        return does_not_fit(property, value, "at least " + to_json(Value{*property.minimum}));
    }
    if (property.maximum && number > *property.maximum) {
        return does_not_fit(property, value, "at most " + to_json(Value{*property.maximum}));
    }
    return value;
}

Result<Value> fit_integer(const PropertySpec& property, Value value) {
    if (const auto* real = std::get_if<double>(&value)) {
        constexpr double limit = 9223372036854775808.0;  // 2^63
        if (!(*real >= -limit && *real < limit) || std::trunc(*real) != *real) {
            return does_not_fit(property, value, "an integer");
        }
        value = Value{static_cast<std::int64_t>(*real)};
    }
    const auto* whole = std::get_if<std::int64_t>(&value);
    if (whole == nullptr) return does_not_fit(property, value, "an integer");
    const auto number = static_cast<double>(*whole);
    return in_range(property, number, std::move(value));
}

Result<Value> fit_number(const PropertySpec& property, Value value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        Value real{static_cast<double>(*whole)};
        if (!same_value(real, value))
            return does_not_fit(property, value, "a number a double can hold exactly");
        value = std::move(real);
    }
    const auto* real = std::get_if<double>(&value);
    if (real == nullptr) return does_not_fit(property, value, "a number");
    const double number = *real;
    return in_range(property, number, std::move(value));
}

std::string one_of(const std::vector<std::string>& words) {
    std::string out = "one of";
    for (const auto& word : words) {
        if (out.size() > 200) return out + " ...";
        out += " " + printable(word, 40);
    }
    return out;
}

Result<Value> fit_text(const PropertySpec& property, Value value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr)
        return does_not_fit(property, value, std::string("type ") + name(property.type));
    if (property.type == Type::enumeration) {
        const bool known = std::find(property.allowed.begin(), property.allowed.end(), *text) !=
                           property.allowed.end();
        if (known) return value;
        return does_not_fit(property, value, one_of(property.allowed));
    }
    if (text->size() > string_value_bytes_max) {
        return fail(Code::invalid_input, "string of " + std::to_string(text->size()) +
                                             " bytes for property '" + property.name + "', limit " +
                                             std::to_string(string_value_bytes_max));
    }
    if (!valid_utf8(*text)) return does_not_fit(property, value, "valid UTF-8");
    return value;
}

/// The elements of a JSON array as they stand there; what stands in one is not looked into.
std::vector<std::string_view> elements_of(std::string_view json) {
    std::vector<std::string_view> out;
    const std::string_view inside = json.substr(1, json.size() - 2);
    std::size_t begin = 0;
    int depth = 0;
    bool quoted = false;
    const auto take = [&](std::size_t end) {
        std::string_view one = inside.substr(begin, end - begin);
        while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
        while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
        if (!one.empty()) out.push_back(one);
        begin = end + 1;
    };
    for (std::size_t i = 0; i < inside.size(); ++i) {
        const char c = inside[i];
        if (quoted && c == '\\') {
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '[' || c == '{')) {
            ++depth;
        } else if (!quoted && (c == ']' || c == '}')) {
            --depth;
        } else if (!quoted && c == ',' && depth == 0) {
            take(i);
        }
    }
    take(inside.size());
    return out;
}

/// A word of the list; of numbers and booleans the list has what they are written as.
bool is_allowed(const PropertySpec& property, std::string_view element) {
    return std::any_of(property.allowed.begin(), property.allowed.end(), [&](const auto& word) {
        if (element.front() != '"') return element == word;
        std::string quoted;
        append_json_string(quoted, word);
        return element == quoted;
    });
}

Result<Value> fit_json(const PropertySpec& property, Value value) {
    const bool array = property.type == Type::array;
    const auto* json = std::get_if<Json>(&value);
    if (json == nullptr || json->text.empty() || json->text.front() != (array ? '[' : '{')) {
        return does_not_fit(property, value, array ? "an array" : "an object");
    }
    if (json->text.size() > string_value_bytes_max) {
        return fail(Code::invalid_input, "JSON of " + std::to_string(json->text.size()) +
                                             " bytes for property '" + property.name + "', limit " +
                                             std::to_string(string_value_bytes_max));
    }
    if (!property.allowed.empty()) {
        for (const std::string_view element : elements_of(json->text)) {
            if (!is_allowed(property, element))
                return does_not_fit(property, value, "each element " + one_of(property.allowed));
        }
    }
    return value;
}

template <class Enum, std::size_t n>
std::optional<Enum> find_named(const std::array<Enum, n>& all, std::string_view text) {
    for (const Enum one : all) {
        if (text == name(one)) return one;
    }
    return std::nullopt;
}

}  // namespace

bool valid_name(std::string_view text) {
    return !text.empty() && text.size() <= name_bytes_max && text.front() != '.' &&
           std::all_of(text.begin(), text.end(), name_character);
}

std::string to_name(std::string_view text) {
    std::string out;
    bool in_run = false;
    for (const char c : text) {
        if (out.size() == name_bytes_max) break;
        const bool good = name_character(c) && !(out.empty() && c == '.');
        if (good) {
            out += c;
        } else if (!in_run) {
            out += '_';
        }
        in_run = !good;
    }
    if (out.empty()) out = "x";
    return out;
}

Result<void> check(const ThingSpec& spec) {
    const auto where = "thing '" + printable(spec.id, 40) + "'";
    if (!valid_name(spec.id))
        return wrong_spec(where, std::string("id is not a valid name") + name_rule);
    const std::array<std::pair<const char*, const std::string*>, 5> texts{
        {{"title", &spec.title},
         {"place", &spec.place},
         {"maker", &spec.maker},
         {"model", &spec.model},
         {"description", &spec.description}}};
    for (const auto& [member, text] : texts) {
        if (auto good = check_text(where, member, *text); !good) return good;
    }
    if (auto good = check_names(where, "property", spec.properties, properties_per_thing_max);
        !good)
        return good;
    if (auto good = check_names(where, "action", spec.actions, actions_per_thing_max); !good)
        return good;
    if (auto good = check_names(where, "event", spec.events, events_per_thing_max); !good)
        return good;
    for (const auto& property : spec.properties) {
        if (auto good = check_property(where + ", property '" + property.name + "'", property);
            !good)
            return good;
    }
    for (const auto& action : spec.actions) {
        const auto here = where + ", action '" + action.name + "'";
        if (auto good = check_text(here, "title", action.title); !good) return good;
        if (!action.input) continue;
        if (auto good = check_property(here + ", input", *action.input); !good) return good;
    }
    for (const auto& event : spec.events) {
        const auto here = where + ", event '" + event.name + "'";
        if (auto good = check_text(here, "title", event.title); !good) return good;
        if (auto good = check_list(here, "kinds", event.kinds); !good) return good;
    }
    return {};
}

Result<Value> fit(const PropertySpec& property, Value value) {
    if (std::holds_alternative<Null>(value)) return value;
    if (const auto* real = std::get_if<double>(&value); real != nullptr && !std::isfinite(*real)) {
        // Not through does_not_fit: JSON has no word for it.
        return fail(Code::invalid_input, "NaN or infinity does not fit property '" + property.name +
                                             "': a finite number");
    }
    switch (property.type) {
        case Type::boolean:
            if (!std::holds_alternative<bool>(value))
                return does_not_fit(property, value, "true or false");
            return value;
        case Type::integer:
            return fit_integer(property, std::move(value));
        case Type::number:
            return fit_number(property, std::move(value));
        case Type::string:
        case Type::enumeration:
            return fit_text(property, std::move(value));
        case Type::array:
        case Type::object:
            return fit_json(property, std::move(value));
    }
    return does_not_fit(property, value, "a property of a known type");
}

Result<Address> parse_address(std::string_view text) {
    const auto slash = text.find('/');
    if (slash != std::string_view::npos) {
        const Address address{text.substr(0, slash), text.substr(slash + 1)};
        if (valid_name(address.thing) && valid_name(address.name)) return address;
    }
    return fail(Code::invalid_input,
                "'" + printable(text, 80) +
                    "' is not an address (expected thing/property, e.g. hall-lamp/on)");
}

const char* name(ThingKind kind) {
    switch (kind) {
        case ThingKind::person:
            return "person";
        case ThingKind::vehicle:
            return "vehicle";
        case ThingKind::device:
            return "device";
        case ThingKind::place:
            return "place";
        case ThingKind::service:
            return "service";
    }
    return "device";
}

const char* name(Type type) {
    switch (type) {
        case Type::boolean:
            return "boolean";
        case Type::integer:
            return "integer";
        case Type::number:
            return "number";
        case Type::string:
            return "string";
        case Type::enumeration:
            return "enumeration";
        case Type::array:
            return "array";
        case Type::object:
            return "object";
    }
    return "string";
}

const char* name(Category category) {
    switch (category) {
        case Category::primary:
            return "primary";
        case Category::config:
            return "config";
        case Category::diagnostic:
            return "diagnostic";
    }
    return "primary";
}

const char* name(Sensitivity sensitivity) {
    switch (sensitivity) {
        case Sensitivity::home:
            return "home";
        case Sensitivity::personal:
            return "personal";
        case Sensitivity::sensitive:
            return "sensitive";
        case Sensitivity::critical:
            return "critical";
    }
    return "critical";
}

std::optional<ThingKind> thing_kind_from(std::string_view text) {
    using enum ThingKind;
    return find_named(std::array{person, vehicle, device, place, service}, text);
}

std::optional<Type> type_from(std::string_view text) {
    using enum Type;
    return find_named(std::array{boolean, integer, number, string, enumeration, array, object},
                      text);
}

std::optional<Category> category_from(std::string_view text) {
    using enum Category;
    return find_named(std::array{primary, config, diagnostic}, text);
}

std::optional<Sensitivity> sensitivity_from(std::string_view text) {
    using enum Sensitivity;
    return find_named(std::array{home, personal, sensitive, critical}, text);
}

}  // namespace foxtail
