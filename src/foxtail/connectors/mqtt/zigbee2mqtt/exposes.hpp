#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/model/thing.hpp"
#include "foxtail/model/value.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

// Zigbee2MQTT's `exposes` grammar (zigbee2mqtt.io, "Exposes"; Zigbee2MQTT 2.x), mapped onto a
// thing. Pure.
//
// generic:   {type: binary|numeric|enum|text|list|composite, name, label, property, access,
// category?, ...} specific:  {type: light|switch|lock|cover|fan|climate, features: [generic...]},
// no key of its own `property` is the key in the state message. access: 1 in the state message, 2
// settable, 4 can be asked for.
//
// A composite becomes one property for each leaf, with a dotted name: "color.x". Rules, history,
// ranges and units work on leaves; one object of everything would have none of them. What must be
// set together (a colour, a PIN code with its user) can be: setting one leaf carries the last known
// values of its siblings, and the action "set_color" takes the whole object.

namespace foxtail::mqtt::z2m {

constexpr std::uint32_t none = 0xffffffff;

enum class LeafKind : std::uint8_t { binary, numeric, enumeration, text, list };

/// One key of the state message, possibly nested, and what it is to the thing.
struct Leaf {
    std::vector<std::string> path;  // {"color", "x"}
    LeafKind kind = LeafKind::text;
    std::uint32_t property = none;  // index into spec.properties
    std::uint32_t event = none;     // index into spec.events; such a key is never state
    std::uint32_t group = none;     // leaves of one composite: set together
    bool in_state = false;
    bool gettable = false;
    bool in_container = false;  // of a light, switch, lock, cover, fan or climate
    Value on, off;              // binary: the JSON scalars that mean true and false
    std::vector<Value>
        values;  // enumeration with other than strings: the scalar for each of `allowed`
};

enum class ActionKind : std::uint8_t { preset, composite, refresh, install_update, recall_scene };

struct Action {
    ActionKind kind = ActionKind::refresh;
    std::string name;
    std::vector<std::string> path;  // preset and composite: the key that is set
    std::vector<std::pair<std::string, Value>>
        presets;  // preset and scene: what each name stands for
};

struct Refusal {
    std::string path;  // "color.x"
    std::string reason;
};

/// A device's exposes, mapped. Every expose is in `leaves` (a key exposed twice is one leaf) or in
/// `refusals`.
struct Mapping {
    ThingSpec spec;
    std::vector<Leaf> leaves;
    std::vector<Action> actions;  // in the order of spec.actions
    std::vector<Refusal> refusals;
    std::vector<std::string>
        pseudo_units;  // units that are none ("level", "raw unit"): they stand in the title
};

/// Adds what `exposes` describes to a mapping whose spec names the device already.
/// `guarded`: a door stands behind it (a garage, a gate): what moves it is critical.
void map_exposes(const boost::json::array& exposes, bool guarded, Mapping& out);

/// Adds the firmware's state, and the action that installs an update.
void map_update(Mapping& out);

/// Adds the property "available", unless the device has one of that name. Answers its index, or
/// `none`.
std::uint32_t map_available(Mapping& out);

/// Adds "refresh" when something can be asked for.
void map_refresh(Mapping& out);

/// What all members of a group have: leaves of lights, switches and so on, with the same key and
/// kind.
void map_group(const std::vector<const Mapping*>& members, Mapping& out);

/// The property's value of a key in a state message. Error: invalid_input with what was expected.
[[nodiscard]] Result<Value> decode(const Leaf& leaf, const PropertySpec& spec,
                                   const boost::json::value& raw);

/// The JSON text that sets a leaf. Error: invalid_input.
[[nodiscard]] Result<std::string> encode(const Leaf& leaf, const PropertySpec& spec,
                                         const Value& value);

}  // namespace foxtail::mqtt::z2m
