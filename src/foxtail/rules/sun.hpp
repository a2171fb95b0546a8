#pragma once

#include "foxtail/base/time.hpp"

#include <optional>

// When the sun rises and sets: the method of NOAA's solar calculator (gml.noaa.gov/grad/solcalc),
// which is the low-accuracy theory of J. Meeus, "Astronomical Algorithms", chapters 25 and 28. Good
// to a minute between 72° north and south in 1901 .. 2099, to some minutes nearer to the poles;
// what the air and the hills of a day add is more. Pure.

namespace foxtail {

/// A place on the earth: degrees, north and east are positive.
struct Position {
    double latitude = 0;   // -90 .. 90
    double longitude = 0;  // -180 .. 180
    friend bool operator==(const Position&, const Position&) = default;
};

enum class SunEvent : std::uint8_t { sunrise, sunset };

/// Where the sun stands as seen from the earth's middle.
struct SunPosition {
    double declination_deg = 0;
    double equation_of_time_min = 0;  // what a sundial is ahead of a clock
};
[[nodiscard]] SunPosition sun_position(Time t);

/// The sunrise before or the sunset after the sun's highest stand nearest to `noon`, in whole
/// seconds: its upper edge on a level horizon, seen through mean air (its middle 50' below).
/// Nothing on a day when it stays above or below (polar day and night).
[[nodiscard]] std::optional<Time> sun_event(SunEvent event, const Position& place, Time noon);

}  // namespace foxtail
