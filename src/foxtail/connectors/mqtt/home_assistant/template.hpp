#pragma once

#include "foxtail/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

// The part of Home Assistant's templates that needs no template language. Anything else is refused
// by name, never guessed.

namespace foxtail::mqtt::ha {

/// What a template picks from a message: the whole payload, or a member of its JSON.
///   {{ value }}   {{ value_json.a.b }}   {{ value_json["a b"][0]['c'] }}   with or without
///   whitespace control
class Picker {
public:
    struct Step {
        std::string key;          // of an object, when index is negative
        std::int64_t index = -1;  // of an array
    };

    /// The whole payload.
    Picker() = default;
    /// A member of the JSON payload, written out.
    static Picker member(std::vector<std::string> keys);
    /// Error: invalid_input, "template not supported: ...".
    static Result<Picker> parse(std::string_view text);

    [[nodiscard]] bool wants_json() const { return json_; }
    /// The picked value, or null when the message has none. Only when wants_json().
    [[nodiscard]] const boost::json::value* pick(const boost::json::value& message) const;
    friend bool operator==(const Picker& a, const Picker& b);

private:
    bool json_ = false;
    std::vector<Step> steps_;
};

/// The payload of a command: text in which `{{ name }}` stands for the value; only plain names.
class Writer {
public:
    /// The value alone.
    Writer() = default;
    /// `names`: what the value may be called beside "value". Error: invalid_input, "template not
    /// supported: ...".
    static Result<Writer> parse(std::string_view text, const std::vector<std::string_view>& names);
    /// The value between two texts.
    static Writer around(std::string before, std::string after);
    [[nodiscard]] std::string write(std::string_view value) const;

private:
    std::vector<std::string>
        parts_;  // literal text; the value stands between each two. None: the value alone
};

/// As a template prints it: text without quotes, True and False, None, numbers, JSON for the rest.
[[nodiscard]] std::string rendered(const boost::json::value& value);

}  // namespace foxtail::mqtt::ha
