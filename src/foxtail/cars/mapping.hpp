#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/cars/budget.hpp"
#include "foxtail/model/thing.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// A device or car as its owner describes it: which topic says what, and what to publish to set it.
// The reader is config/mapping.hpp, what it does is connectors/mqtt/mapping.

namespace foxtail::cars {

/// What stands on the wire, and what it means.
struct MappedValue {
    std::string wire;
    Value means;
    friend bool operator==(const MappedValue&, const MappedValue&) = default;
};

struct MappedCommand {
    std::string topic;  // may have {1}, {2} ...: what the wildcards of the thing's topics stand for
    /// {value}: the value as text; {json}: as JSON.
    std::string payload = "{value}";
    bool retain = false;
    Cost cost;
    friend bool operator==(const MappedCommand&, const MappedCommand&) = default;
};

struct MappedProperty {
    PropertySpec spec;
    bool from_catalogue = false;  // type, unit and limits are the signal's of that name
    std::string topic;            // may have '+'; empty = never read
    std::string path;             // JSON pointer; empty = the whole text
    std::string time_path;        // JSON pointer to when it was true; empty = not said
    std::string unit;             // of what stands there; empty = the property's
    double scale = 1;             // value = what stands there * scale + offset, then the unit
    double offset = 0;
    std::vector<MappedValue> values;
    std::optional<MappedCommand> command;
    friend bool operator==(const MappedProperty&, const MappedProperty&) = default;
};

struct MappedAction {
    ActionSpec spec;
    MappedCommand command;
    friend bool operator==(const MappedAction&, const MappedAction&) = default;
};

struct MappedThing {
    std::string id;  // may have {1}, {2} ...
    ThingKind kind = ThingKind::device;
    std::string title;  // may have them too
    std::string place;
    std::string maker;
    std::string model;
    std::vector<MappedProperty> properties;
    std::vector<MappedAction> actions;
    BudgetLimits budget;
    friend bool operator==(const MappedThing&, const MappedThing&) = default;
};

/// The highest n of {n} in a text; 0 = none.
[[nodiscard]] std::size_t places_in(std::string_view text);
/// The text with {1}, {2} ... filled in. What has no filling stays.
[[nodiscard]] std::string fill_in(std::string_view text, const std::vector<std::string>& filling);

/// Whether some filling makes this text of it.
[[nodiscard]] bool may_be(std::string_view with_places, std::string_view text);

}  // namespace foxtail::cars
