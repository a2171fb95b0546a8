#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "foxtail/base/result.hpp"
#include "foxtail/base/string_map.hpp"
#include "foxtail/model/reading.hpp"
#include "foxtail/model/thing.hpp"

namespace foxtail {

/// What the catalogue knows of one property.
struct Property {
    PropertySpec spec;
    ThingId thing;
    PropertyId id;
    std::string address;  // "thing/property"
    bool present = true;  // false once its thing was re-told without it; the history stays
};

struct Thing {
    ThingSpec spec;
    ThingId id;
    std::string brought_by;  // the connector that may write it, e.g. "mqtt"; empty = the household itself
    std::vector<PropertyId> properties;  // in the order of spec.properties, then those no longer present
    bool present = true;                 // false after removal
};

/// What exists in a household. Numbers are given in the order of first telling and never reused, so that
/// replaying the same tellings gives the same numbers. Not thread-safe.
class Catalogue {
public:
    struct Told {
        ThingId thing;
        bool created = false;  // first time, or again after a removal
        bool changed = false;  // the spec differs from what was known
    };
    /// Adds or replaces a thing. Error: invalid_input (spec), conflict (another connector brought it), exhausted.
    Result<Told> tell(const ThingSpec& spec, std::string_view brought_by);
    /// What tell() would answer, without telling.
    [[nodiscard]] Result<Told> would_tell(const ThingSpec& spec, std::string_view brought_by) const;
    /// Marks it as gone. False when it was not there.
    bool remove(ThingId thing);

    [[nodiscard]] const Thing* find_thing(std::string_view id) const;
    /// Null when unknown; a property no longer present is found (its history can be read).
    [[nodiscard]] const Property* find_property(std::string_view address) const;
    [[nodiscard]] const Property* find_property(std::string_view thing, std::string_view name) const;
    /// Inline: the hot path asks it for every reading.
    [[nodiscard]] const Property& property(PropertyId id) const { return properties_[id.index]; }
    [[nodiscard]] const Thing& thing(ThingId id) const { return things_[id.index]; }
    [[nodiscard]] bool knows(PropertyId id) const { return id.index < properties_.size(); }
    [[nodiscard]] bool knows(ThingId id) const { return id.index < things_.size(); }

    [[nodiscard]] const std::deque<Thing>& things() const { return things_; }
    [[nodiscard]] const std::deque<Property>& properties() const { return properties_; }

private:
    std::deque<Thing> things_;
    std::deque<Property> properties_;
    StringMap<ThingId> thing_by_id_;
    StringMap<PropertyId> property_by_address_;
};

constexpr std::size_t things_max = 1'000'000;

}  // namespace foxtail
