#pragma once

#include <cstdint>

namespace foxtail::sim {

constexpr double pi = 3.14159265358979323846;
constexpr std::int64_t day_ms = 86'400'000;

/// Where the house stands, and how far its clocks are ahead of UTC.
struct Site {
    double latitude_deg = 47.999;
    double longitude_deg = 7.842;
    int utc_offset_min = 60;
};

/// A moment as the household's clocks show it.
struct Local {
    std::int64_t day = 0;    // days since 1970-01-01
    double second = 0;       // of the day, 0 .. 86400
    int weekday = 0;         // 0 = Monday
    double day_of_year = 0;  // 0 .. 366, with fraction
    [[nodiscard]] double hour() const { return second / 3600.0; }
    [[nodiscard]] bool weekend() const { return weekday >= 5; }
};

[[nodiscard]] Local local_time(const Site& site, std::int64_t t_ms);

/// True when the household's clocks passed `second` of the day after `before_ms`, up to `now_ms`.
[[nodiscard]] bool passed(const Site& site, std::int64_t before_ms, std::int64_t now_ms,
                          double second);

}  // namespace foxtail::sim
