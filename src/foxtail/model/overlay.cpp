#include "foxtail/model/overlay.hpp"

#include <algorithm>

namespace foxtail {

void lay_over(ThingSpec& spec, const ThingOverlay& overlay) {
    if (overlay.kind) spec.kind = *overlay.kind;
    if (overlay.title) spec.title = *overlay.title;
    if (overlay.place) spec.place = *overlay.place;
    const auto raise = [&](auto& members) {
        for (auto& member : members) {
            const auto said = overlay.sensitivity.find(member.name);
            if (said != overlay.sensitivity.end())
                member.sensitivity = std::max(member.sensitivity, said->second);
        }
    };
    for (auto& property : spec.properties) {
        auto said = overlay.keep.find(property.name);
        if (said == overlay.keep.end()) said = overlay.keep.find("*");
        if (said != overlay.keep.end()) property.retention = said->second;
    }
    raise(spec.properties);
    raise(spec.actions);
}

}  // namespace foxtail
