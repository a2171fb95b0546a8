#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/model/thing.hpp"

#include <optional>
#include <string>

namespace foxtail {

/// What the household says of a thing, over what the one who brings it says.
struct ThingOverlay {
    std::optional<ThingKind> kind;
    std::optional<std::string> title;
    std::optional<std::string> place;  // "" = nowhere
    /// By the name of a property or action. It only raises: what a connector knows to be critical
    /// stays so.
    StringMap<Sensitivity> sensitivity;
    /// How long history stays, by the name of a property; "*" is every other one of the thing.
    StringMap<Duration> keep;
    friend bool operator==(const ThingOverlay&, const ThingOverlay&) = default;
};
using ThingOverlays = StringMap<ThingOverlay>;  // by the thing's id

/// What of the overlay names members that the thing does not have is left out.
void lay_over(ThingSpec& spec, const ThingOverlay& overlay);

}  // namespace foxtail
