#pragma once

#include "foxtail/base/time.hpp"

namespace foxtail {

/// The one notion of "now" that the core is given: the wall clock for what people read and records
/// keep, and a clock that never jumps for deadlines. A wall clock set wrong by a year must neither
/// fire nor kill anything.
struct Moment {
    Time wall;
    Duration mono;
};

/// The household's time zone, as far as the core needs it.
class Zone {
public:
    virtual ~Zone() = default;
    /// What to add to UTC to get local time at that moment.
    [[nodiscard]] virtual Duration offset_at(Time t) const = 0;
};

}  // namespace foxtail
