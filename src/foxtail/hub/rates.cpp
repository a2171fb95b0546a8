#include "foxtail/hub/rates.hpp"

#include <algorithm>

namespace foxtail {

Rates::Used& Rates::at(Seq grant, Duration now) {
    if (used_.size() >= grants_max && !used_.contains(grant)) {
        // The oldest of so many: grants are numbered in the order they were given.
        used_.erase(std::min_element(used_.begin(), used_.end(), [](const auto& a, const auto& b) {
            return a.first < b.first;
        }));
    }
    Used& used = used_[grant];
    // Never below 0, also for what was told before the clock began.
    const std::int64_t minute = (now + minutes(minutes_kept)).us / minutes(1).us;
    const auto gone = std::min<std::int64_t>(minute - used.minute, minutes_kept);
    for (std::int64_t i = 1; i <= gone; ++i) {
        auto& slot = used.by_minute[static_cast<std::size_t>(used.minute + i) % minutes_kept];
        used.sum -= slot;
        slot = 0;
    }
    used.minute = std::max(used.minute, minute);
    return used;
}

bool Rates::has_room(Seq grant, std::uint32_t per_hour, Duration now) {
    return at(grant, now).sum < per_hour;
}

void Rates::count(Seq grant, Duration now, std::uint64_t times) {
    Used& used = at(grant, now);
    used.by_minute[static_cast<std::size_t>(used.minute) % minutes_kept] += times;
    used.sum += times;
}

}  // namespace foxtail
