#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/base/result.hpp"
#include "foxtail/base/string_map.hpp"
#include "foxtail/model/reading.hpp"
#include "foxtail/model/thing.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// What the catalogue knows of one property.
struct Property {
    PropertySpec spec;
    ThingId thing;
    PropertyId id;
    std::string address;  // "thing/property"
    bool present = true;  // false once re-told without it, or its thing removed; the history stays
};

struct Thing {
    ThingSpec spec;
    ThingId id;
    /// The connector that may write it, e.g. "mqtt"; empty = the household itself.
    std::string brought_by;
    /// In the order of spec.properties, then those no longer present.
    std::vector<PropertyId> properties;
    bool present = true;  // false after removal
};

/// What exists in a household. Numbers are given in the order of first telling and never reused, so
/// that replaying the same tellings gives the same numbers. Not thread-safe.
class Catalogue {
public:
    struct Told {
        ThingId thing;
        bool created = false;  // first time, or again after a removal
        bool changed = false;  // the spec differs from what was known (also when nothing was)
    };
    /// Adds or replaces a thing. Properties keep their numbers by name, also over a removal; the
    /// ones the new spec does not have are no longer present. A thing that was removed may be told
    /// by another connector. Error: invalid_input (spec), conflict (another connector brought it),
    /// exhausted.
    Result<Told> tell(const ThingSpec& spec, std::string_view brought_by);
    /// What tell() would answer, without telling.
    [[nodiscard]] Result<Told> would_tell(const ThingSpec& spec, std::string_view brought_by) const;
    /// Marks it and its properties as gone. False when it was not there.
    bool remove(ThingId thing);

    /// Null when unknown; a thing that was removed is found, with present = false.
    [[nodiscard]] const Thing* find_thing(std::string_view id) const;
    /// Null when unknown; a property no longer present is found (its history can be read).
    [[nodiscard]] const Property* find_property(std::string_view address) const;
    [[nodiscard]] const Property* find_property(std::string_view thing,
                                                std::string_view name) const;
    /// Inline: the hot path asks it for every reading.
    [[nodiscard]] const Property& property(PropertyId id) const { return properties_[id.index]; }
    [[nodiscard]] const Thing& thing(ThingId id) const { return things_[id.index]; }
    [[nodiscard]] bool knows(PropertyId id) const { return id.index < properties_.size(); }
    [[nodiscard]] bool knows(ThingId id) const { return id.index < things_.size(); }

    [[nodiscard]] const std::deque<Thing>& things() const { return things_; }
    [[nodiscard]] const std::deque<Property>& properties() const { return properties_; }

    /// All of it as bytes, and back (catalogue_bytes.cpp). Error: corrupt.
    void save(ByteWriter& out) const;
    [[nodiscard]] Result<void> load(ByteReader& in);

private:
    [[nodiscard]] bool lists_each_property_once() const;
    PropertyId put_property(ThingId thing, const PropertySpec& spec);

    std::deque<Thing> things_;
    std::deque<Property> properties_;
    StringMap<ThingId> thing_by_id_;
    StringMap<PropertyId> property_by_address_;
};

constexpr std::size_t things_max = 1'000'000;
/// A thing that is told again and again with new property names must not fill the memory: this many
/// names in its whole life.
constexpr std::size_t properties_ever_per_thing_max = 4 * properties_per_thing_max;

}  // namespace foxtail
