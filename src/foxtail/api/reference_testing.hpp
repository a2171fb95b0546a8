#pragma once

#include "foxtail/grants/reference.hpp"
#include "foxtail/hub/hub.hpp"

#include <string>

namespace foxtail::api::testing {

/// What the hub knows, in the words of the reference: its decisions are not asked.
inline ReferenceAuthority::World world_of(const Hub& hub, const Catalogue& catalogue) {
    ReferenceAuthority::World world;
    const Authority& authority = hub.authority();
    const auto name = [&](SubjectId id) { return authority.find(id)->name; };
    for (const Subject& subject : authority.subjects()) world.subjects[subject.name] = subject.kind;
    for (const Thing& thing : catalogue.things()) {
        world.brought_by[thing.spec.id] = thing.brought_by;
        if (thing.spec.kind == ThingKind::person) world.people.insert(thing.spec.id);
        for (const PropertySpec& property : thing.spec.properties) {
            const std::string address = thing.spec.id + "/" + property.name;
            world.classes[address] = property.sensitivity;
            if (property.sensitivity == Sensitivity::personal ||
                property.sensitivity == Sensitivity::sensitive)
                world.personal.insert(address);
        }
        for (const ActionSpec& action : thing.spec.actions)
            world.classes[thing.spec.id + "/" + action.name] = action.sensitivity;
        const auto& epochs = authority.ownership().epochs(thing.id);
        for (std::size_t i = 1; i < epochs.size(); ++i) {  // the first is the household's
            ReferenceAuthority::Owned owned{epochs[i].seq, epochs[i].from, {}, {}};
            for (const SubjectId id : epochs[i].owners) owned.owners.insert(name(id));
            for (const SubjectId id : epochs[i].about) owned.about.insert(name(id));
            world.owned[thing.spec.id].push_back(owned);
        }
    }
    for (const Grant& grant : authority.grants())
        world.grants.push_back(
            {grant.id, name(grant.given.subject), name(grant.grantor), grant.given, false});
    return world;
}

}  // namespace foxtail::api::testing
