#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/time.hpp"

#include <cstdint>

namespace foxtail::forecast {

/// What the clocks and calendars on the wall show.
struct LocalTime {
    std::int64_t day = 0;  // since 1970-01-01
    int minute = 0;        // of the day, 0 .. 1439
    int weekday = 0;       // 0 = Monday

    [[nodiscard]] bool weekend() const { return weekday >= 5; }
};

[[nodiscard]] LocalTime local_time(const Zone& zone, Time t);

/// Weekday of a day since 1970-01-01, 0 = Monday.
[[nodiscard]] int weekday_of(std::int64_t day);

/// When a local clock shows `minute` (0 .. 1439) of `day`; of two such moments the first, and where
/// summer time skips it, about as much after the change as it would have been.
[[nodiscard]] Time moment_of(const Zone& zone, std::int64_t day, int minute);

/// `t` cut down to a whole step since 1970; negative times, too.
[[nodiscard]] Time cut_down(Time t, Duration step);

}  // namespace foxtail::forecast
