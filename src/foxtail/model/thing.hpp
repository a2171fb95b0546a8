#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/model/value.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

enum class ThingKind : std::uint8_t { person, vehicle, device, place, service };

enum class Type : std::uint8_t { boolean, integer, number, string, enumeration, array, object };

/// Where a property stands on a page: what people use, what they set once, what only repair
/// looks at.
enum class Category : std::uint8_t { primary, config, diagnostic };

/// Who is hurt when it leaks or is set wrongly. `critical` (locks, garage, alarm, discharge): a
/// command for it leaves only once it is on record. `personal`: about a person.
enum class Sensitivity : std::uint8_t { home, personal, sensitive, critical };

struct PropertySpec {
    std::string name;   // unique in its thing; matches valid_name()
    std::string title;  // for people
    Type type = Type::string;
    std::string unit;                   // UCUM code, empty = none
    std::optional<double> minimum;      // numbers only
    std::optional<double> maximum;      // numbers only
    std::optional<double> step;         // numbers only
    std::vector<std::string> allowed;   // of an enumeration, or of an array's elements: closed list
    std::optional<Duration> max_age;    // older readings are stale
    std::optional<Duration> retention;  // history older than this is dropped; nothing = kept
    Category category = Category::primary;
    Sensitivity sensitivity = Sensitivity::home;
    bool readable = true;   // a reading can be expected
    bool settable = false;  // a command can be given

    friend bool operator==(const PropertySpec&, const PropertySpec&) = default;
};

struct ActionSpec {
    std::string name;
    std::string title;
    std::optional<PropertySpec> input;  // shape of the argument; nothing = none
    Sensitivity sensitivity = Sensitivity::home;
    friend bool operator==(const ActionSpec&, const ActionSpec&) = default;
};

struct EventSpec {
    std::string name;
    std::string title;
    /// Closed list of what can happen ("single", "double"); empty = open.
    std::vector<std::string> kinds;
    friend bool operator==(const EventSpec&, const EventSpec&) = default;
};

/// What a thing is and can do. Told by a connector; re-told whole when it changes.
struct ThingSpec {
    std::string id;  // unique in the household; matches valid_name()
    ThingKind kind = ThingKind::device;
    std::string title;
    std::string place;  // "hall"; empty = unknown
    std::string maker;
    std::string model;
    std::string description;
    std::vector<PropertySpec> properties;
    std::vector<ActionSpec> actions;
    std::vector<EventSpec> events;
    friend bool operator==(const ThingSpec&, const ThingSpec&) = default;
};

constexpr std::size_t name_bytes_max = 128;
constexpr std::size_t properties_per_thing_max = 1024;
constexpr std::size_t actions_per_thing_max = 1024;
constexpr std::size_t events_per_thing_max = 1024;
constexpr std::size_t allowed_values_max = 4096;  // of an enumeration, and kinds of an event
/// Also of arrays and objects, and of texts in a spec.
constexpr std::size_t string_value_bytes_max = 64 * 1024;

/// Names may stand in addresses, topics and URLs: letters, digits, "_", "-", "."; 1 to 128 bytes;
/// not starting with ".".
[[nodiscard]] bool valid_name(std::string_view name);
/// The nearest valid name: other characters become "_" (runs become one); never empty ("x"
/// at least).
[[nodiscard]] std::string to_name(std::string_view text);

/// Checks a whole spec: names, doubles, ranges (minimum <= maximum, finite), units known, lists.
/// Error: invalid_input, naming the member.
[[nodiscard]] Result<void> check(const ThingSpec& spec);

/// The value if it fits the property, converted where that loses nothing (21 to 21.0, 1.0 to 1).
/// Error: invalid_input with the value, the property and what would be right. Null always fits. NaN
/// and Inf never do. Ranges are inclusive; the step is for who sets a property and is not asked of
/// what is reported.
[[nodiscard]] Result<Value> fit(const PropertySpec& property, Value value);

/// True for a number or a truth value that fit() would give back as it is. False says nothing: ask
/// fit(). Inline, for the hot path: most readings are one of these.
[[nodiscard]] inline bool fits_as_is(const PropertySpec& property, const Value& value) {
    if (std::holds_alternative<bool>(value)) return property.type == Type::boolean;
    const auto* number = std::get_if<double>(&value);
    return number != nullptr && property.type == Type::number && std::isfinite(*number) &&
           !(property.minimum && *number < *property.minimum) &&
           !(property.maximum && *number > *property.maximum);
}

/// Splits "thing/property". Error: invalid_input.
struct Address {
    std::string_view thing;
    std::string_view name;
};
[[nodiscard]] Result<Address> parse_address(std::string_view text);

[[nodiscard]] const char* name(ThingKind kind);
[[nodiscard]] const char* name(Type type);
[[nodiscard]] const char* name(Category category);
[[nodiscard]] const char* name(Sensitivity sensitivity);
[[nodiscard]] std::optional<ThingKind> thing_kind_from(std::string_view text);
[[nodiscard]] std::optional<Type> type_from(std::string_view text);
[[nodiscard]] std::optional<Category> category_from(std::string_view text);
[[nodiscard]] std::optional<Sensitivity> sensitivity_from(std::string_view text);

}  // namespace foxtail
