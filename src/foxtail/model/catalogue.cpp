#include "foxtail/model/catalogue.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace foxtail {
namespace {

std::string address_of(std::string_view thing, std::string_view name) {
    std::string address;
    address.reserve(thing.size() + 1 + name.size());
    address.append(thing);
    address += '/';
    address.append(name);
    return address;
}

}  // namespace

Result<Catalogue::Told> Catalogue::would_tell(const ThingSpec& spec,
                                              std::string_view brought_by) const {
    const Thing* const known = find_thing(spec.id);
    // Devices announce themselves again and again without change; what is the same was checked
    // before.
    const bool changed = known == nullptr || known->spec != spec;
    if (changed) {
        if (auto good = check(spec); !good) return fail(good.error());
    }
    if (known == nullptr) {
        if (things_.size() >= things_max) {
            return fail(Code::exhausted, "thing '" + spec.id +
                                             "' would be one more than the limit of " +
                                             std::to_string(things_max) + " things");
        }
        return Told{ThingId{static_cast<std::uint32_t>(things_.size())}, true, true};
    }
    if (known->present && known->brought_by != brought_by) {
        return fail(Code::conflict, "thing '" + spec.id + "' was brought by '" + known->brought_by +
                                        "', not by '" + std::string(brought_by) + "'");
    }
    if (changed) {
        const auto added = static_cast<std::size_t>(std::count_if(
            spec.properties.begin(), spec.properties.end(),
            [&](const PropertySpec& p) { return find_property(spec.id, p.name) == nullptr; }));
        if (known->properties.size() + added > properties_ever_per_thing_max) {
            return fail(Code::exhausted, "thing '" + spec.id + "' was told with " +
                                             std::to_string(known->properties.size() + added) +
                                             " different properties over time, limit " +
                                             std::to_string(properties_ever_per_thing_max));
        }
    }
    return Told{known->id, !known->present, changed};
}

PropertyId Catalogue::put_property(ThingId thing, const PropertySpec& spec) {
    auto address = address_of(things_[thing.index].spec.id, spec.name);
    if (const auto known = property_by_address_.find(address);
        known != property_by_address_.end()) {
        Property& property = properties_[known->second.index];
        property.spec = spec;
        property.present = true;
        return property.id;
    }
    const PropertyId id{static_cast<std::uint32_t>(properties_.size())};
    property_by_address_.emplace(address, id);
    properties_.push_back(Property{spec, thing, id, std::move(address), true});
    return id;
}

Result<Catalogue::Told> Catalogue::tell(const ThingSpec& spec, std::string_view brought_by) {
    auto told = would_tell(spec, brought_by);
    if (!told || (!told->created && !told->changed)) return told;
    if (told->thing.index == things_.size()) {
        Thing fresh;
        fresh.id = told->thing;
        things_.push_back(std::move(fresh));
        thing_by_id_.emplace(spec.id, told->thing);
    }
    Thing& thing = things_[told->thing.index];
    thing.spec = spec;
    thing.brought_by = brought_by;
    thing.present = true;

    const auto before = std::move(thing.properties);
    thing.properties = {};
    thing.properties.reserve(before.size() + spec.properties.size());
    for (const PropertyId id : before) properties_[id.index].present = false;
    for (const auto& property : spec.properties)
        thing.properties.push_back(put_property(thing.id, property));
    for (const PropertyId id : before) {
        if (!properties_[id.index].present) thing.properties.push_back(id);
    }
    return told;
}

bool Catalogue::remove(ThingId id) {
    if (!knows(id) || !things_[id.index].present) return false;
    Thing& thing = things_[id.index];
    thing.present = false;
    for (const PropertyId property : thing.properties) properties_[property.index].present = false;
    return true;
}

const Thing* Catalogue::find_thing(std::string_view id) const {
    const auto found = thing_by_id_.find(id);
    return found == thing_by_id_.end() ? nullptr : &things_[found->second.index];
}

const Property* Catalogue::find_property(std::string_view address) const {
    const auto found = property_by_address_.find(address);
    return found == property_by_address_.end() ? nullptr : &properties_[found->second.index];
}

const Property* Catalogue::find_property(std::string_view thing, std::string_view name) const {
    // What is longer than a name cannot be known, so the address always fits on the stack.
    if (thing.size() > name_bytes_max || name.size() > name_bytes_max) return nullptr;
    std::array<char, 2 * name_bytes_max + 1>
        buffer;  // NOLINT: every byte that is read is written first
    auto* end = std::copy(thing.begin(), thing.end(), buffer.data());
    *end++ = '/';
    end = std::copy(name.begin(), name.end(), end);
    return find_property(
        std::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data())));
}

}  // namespace foxtail
