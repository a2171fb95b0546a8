#include "foxtail/model/bytes.hpp"
#include "foxtail/model/catalogue.hpp"

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

Result<void> Catalogue::load(ByteReader& in) {
    *this = Catalogue();
    const auto broken = [] { return fail(Code::corrupt, "the snapshot's catalogue contradicts itself"); };
    const auto things = in.count(8);
    for (std::uint32_t i = 0; i < things && in.ok(); ++i) {
        Thing thing;
        thing.id = {i};
        thing.spec = read_thing_spec(in);
        thing.brought_by = in.text();
        thing.present = in.u8() != 0;
        const auto count = in.count();
        for (std::size_t p = 0; p < count && in.ok(); ++p) {
            thing.properties.push_back({static_cast<std::uint32_t>(in.u64())});
        }
        thing_by_id_.emplace(thing.spec.id, thing.id);
        things_.push_back(std::move(thing));
    }
    const auto properties = in.count(8);
    for (std::uint32_t i = 0; i < properties && in.ok(); ++i) {
        Property property;
        property.id = {i};
        property.thing = {static_cast<std::uint32_t>(in.u64())};
        property.present = in.u8() != 0;
        property.spec = read_property_spec(in);
        if (!knows(property.thing)) return broken();
        property.address = things_[property.thing.index].spec.id + "/" + property.spec.name;
        property_by_address_.emplace(property.address, property.id);
        properties_.push_back(std::move(property));
    }
    if (!in.ok() || things_.size() != things || properties_.size() != properties) return broken();
    for (const Thing& thing : things_) {
        for (const PropertyId id : thing.properties) {
            if (!knows(id) || properties_[id.index].thing != thing.id) return broken();
        }
    }
    return {};
}

}  // namespace foxtail
