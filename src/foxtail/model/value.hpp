#pragma once

#include "foxtail/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace foxtail {

/// An array or object, as compact JSON text. The core carries it and compares it as text; only the
/// edges look inside.
struct Json {
    std::string text;
    friend bool operator==(const Json&, const Json&) = default;
};

/// "Unknown": what a device says before it knows, and what a property is before anyone said
/// anything.
struct Null {
    friend constexpr bool operator==(const Null&, const Null&) = default;
};

/// What a property can hold. Enums travel as strings; the property's type has the closed list.
using Value = std::variant<Null, bool, std::int64_t, double, std::string, Json>;

/// The value as a number; false for what is none (bool counts as 0 and 1).
[[nodiscard]] bool as_number(const Value& value, double& out);

/// Equal as a person would say it: 21 and 21.0 are equal.
[[nodiscard]] bool same_value(const Value& a, const Value& b);

/// Appends the value as JSON text. Doubles keep a fraction or exponent ("21.0"), so that reading
/// back gives the same type. Appends nothing else; NaN and Inf cannot occur (checked where values
/// come in).
void append_json(std::string& out, const Value& value);
[[nodiscard]] std::string to_json(const Value& value);

/// Appends `text` as a JSON string with quotes and escapes. `text` must be UTF-8.
void append_json_string(std::string& out, std::string_view text);

/// Reads one scalar JSON text ("true", "-3", "2.5e3", "\"on\"", "null") or takes an array or object
/// as Json after checking its brackets and strings. Error: invalid_input. Depth at most 64.
[[nodiscard]] Result<Value> parse_json_value(std::string_view text);

}  // namespace foxtail
