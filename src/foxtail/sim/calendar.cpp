#include "foxtail/sim/calendar.hpp"

#include "foxtail/base/time.hpp"

namespace foxtail::sim {

Local local_time(const Site& site, std::int64_t t_ms) {
    const std::int64_t ms = t_ms + static_cast<std::int64_t>(site.utc_offset_min) * 60'000;
    const std::int64_t into = ((ms % day_ms) + day_ms) % day_ms;
    Local local;
    local.day = (ms - into) / day_ms;
    local.second = static_cast<double>(into) / 1000.0;
    // 1970-01-01 was a Thursday.
    local.weekday = static_cast<int>(((local.day + 3) % 7 + 7) % 7);
    const Civil civil = civil_from(Time{ms * 1000});
    const Time new_year = time_from(Civil{.year = civil.year});
    local.day_of_year = static_cast<double>(ms * 1000 - new_year.us) / (86400.0 * 1e6);
    return local;
}

bool passed(const Site& site, std::int64_t before_ms, std::int64_t now_ms, double second) {
    const Local before = local_time(site, before_ms);
    const Local now = local_time(site, now_ms);
    if (before.day == now.day) {
        return before.second < second && second <= now.second;
    }
    return second <= now.second || before.second < second;
}

}  // namespace foxtail::sim
