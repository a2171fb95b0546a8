#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/connectors/mqtt/home_assistant/config.hpp"
#include "foxtail/connectors/mqtt/home_assistant/template.hpp"
#include "foxtail/model/thing.hpp"
#include "foxtail/model/value.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

// One Home Assistant entity as properties, actions and events of a thing. Pure.

namespace foxtail::mqtt::ha {

/// Payload text on one side, the property's value on the other.
using Words = std::vector<std::pair<std::string, Value>>;

struct Source {
    enum class Kind : std::uint8_t { text, number, words, json, comma_list };
    std::string topic;  // empty = nothing is reported
    Picker picker;
    Kind kind = Kind::text;
    Words words;
    bool text_too =
        false;  // a payload that is no JSON object counts whole ("ON" beside {"state":"ON"})
    double zero = 0, full = 100;  // number: what the raw range means, where scaled
    bool scaled = false;
};

struct Target {
    std::string topic;  // empty = cannot be set
    Writer writer;
    Words words;  // booleans and enumerations: value to payload
    double zero = 0, full = 100;
    bool scaled = false;
    bool round_up = false;
    bool json_text = false;  // text is written as a JSON string
    bool comma_list = false;
};

struct Field {
    PropertySpec
        spec;  // name: the suffix, until the thing's names are given ("" = the entity itself)
    Source source;
    std::unique_ptr<Target> target = std::make_unique<Target>();  // null once nothing can be set
    bool optimistic = false;  // a command counts as done when it is sent
    std::optional<Duration> off_delay;
};

struct Deed {
    ActionSpec spec;
    std::string topic;
    Writer writer;
    std::string payload;     // when the action has no input
    bool json_text = false;  // the input is written as a JSON string
};

struct Happening {
    enum class Kind : std::uint8_t { event_type, payload, picture };
    EventSpec spec;
    std::string topic;
    Picker picker;
    Kind kind = Kind::payload;
    std::string payload;  // only this one, when not empty
};

/// HA's availability: one or several topics, and how they count together.
struct Availability {
    enum class Mode : std::uint8_t { all, any, latest };
    struct Item {
        std::string topic;
        Picker picker;
        std::string online = "online";
        std::string offline = "offline";
        friend bool operator==(const Item&, const Item&) = default;
    };
    Mode mode = Mode::latest;
    std::vector<Item> items;
    friend bool operator==(const Availability&, const Availability&) = default;
};

struct AspectRefusal {
    std::string aspect;  // "action", or the platform for the whole entity
    std::string reason;
};

struct Entity {
    std::string title;
    std::string name_wish;  // what its properties may be called
    std::string unique_id;
    std::uint8_t qos = 0;
    bool retain = false;
    Availability availability;
    std::vector<Field> fields;
    std::vector<Deed> deeds;
    std::vector<Happening> happenings;
    std::vector<AspectRefusal> refusals;
    [[nodiscard]] bool empty() const {
        return fields.empty() && deeds.empty() && happenings.empty();
    }
};

/// Never fails: what cannot be mapped is in `refusals`. `has_node_id`: the object id names the
/// entity only.
[[nodiscard]] Entity map_component(const Component& component, bool has_node_id);

/// The reading of a payload. Nothing: the payload says nothing about the field (empty, or a member
/// is missing). `json` is null when the payload is none. Error: invalid_input with what was
/// expected.
[[nodiscard]] Result<std::optional<Value>> decode(const Field& field, std::string_view payload,
                                                  const boost::json::value* json);

/// The payload that sets a field. Error: invalid_input.
[[nodiscard]] Result<std::string> encode(const Field& field, const Value& value);

/// The text a picker finds: the payload itself without JSON. Nothing when the member is missing.
[[nodiscard]] std::optional<std::string> picked_text(const Picker& picker, std::string_view payload,
                                                     const boost::json::value* json);

}  // namespace foxtail::mqtt::ha
