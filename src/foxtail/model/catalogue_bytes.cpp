#include "foxtail/model/bytes.hpp"
#include "foxtail/model/catalogue.hpp"

#include <algorithm>
#include <vector>

namespace foxtail {

void Catalogue::save(ByteWriter& out) const {
    out.u64(things_.size());
    for (const Thing& thing : things_) {
        write(out, thing.spec);
        out.text(thing.brought_by);
        out.u8(thing.present ? 1 : 0);
        out.u64(thing.properties.size());
        for (const PropertyId id : thing.properties) out.u64(id.index);
    }
    out.u64(properties_.size());
    for (const Property& property : properties_) {
        out.u64(property.thing.index);
        out.u8(property.present ? 1 : 0);
        write(out, property.spec);
    }
}

/// A thing's list holds its spec's properties in their order, then those it once had; no property
/// is in no list.
bool Catalogue::lists_each_property_once() const {
    std::vector<bool> listed(properties_.size());
    for (const Thing& thing : things_) {
        if (thing.properties.size() < thing.spec.properties.size()) return false;
        for (std::size_t i = 0; i < thing.properties.size(); ++i) {
            const PropertyId id = thing.properties[i];
            if (!knows(id) || properties_[id.index].thing != thing.id || listed[id.index])
                return false;
            listed[id.index] = true;
            if (i < thing.spec.properties.size() &&
                thing.spec.properties[i] != properties_[id.index].spec)
                return false;
        }
    }
    return std::find(listed.begin(), listed.end(), false) == listed.end();
}

Result<void> Catalogue::load(ByteReader& in) {
    *this = Catalogue();
    const auto broken = [] {
        return fail(Code::corrupt, "the snapshot's catalogue contradicts itself");
    };
    const auto things = in.count(8);
    for (std::uint32_t i = 0; i < things && in.ok(); ++i) {
        Thing thing;
        thing.id = {i};
        thing.spec = read_thing_spec(in);
        thing.brought_by = in.text();
        thing.present = in.u8() != 0;
        const auto count = in.count();
        for (std::size_t p = 0; p < count && in.ok(); ++p) {
            thing.properties.push_back({in.u32()});
        }
        if (!in.ok() || !check(thing.spec)) return broken();
        if (!thing_by_id_.emplace(thing.spec.id, thing.id).second) return broken();
        things_.push_back(std::move(thing));
    }
    const auto properties = in.count(8);
    for (std::uint32_t i = 0; i < properties && in.ok(); ++i) {
        Property property;
        property.id = {i};
        property.thing = {in.u32()};
        property.present = in.u8() != 0;
        property.spec = read_property_spec(in);
        if (!in.ok() || !knows(property.thing) || !valid_name(property.spec.name)) return broken();
        property.address = things_[property.thing.index].spec.id + "/" + property.spec.name;
        if (!property_by_address_.emplace(property.address, property.id).second) return broken();
        properties_.push_back(std::move(property));
    }
    if (!in.ok() || things_.size() != things || properties_.size() != properties) return broken();
    if (!lists_each_property_once()) return broken();
    return {};
}

}  // namespace foxtail
