#include "foxtail/forecast/local_time.hpp"

#include <algorithm>

namespace foxtail::forecast {
namespace {

constexpr std::int64_t whole(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace

int weekday_of(std::int64_t day) {
    return static_cast<int>(((day + 3) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
}

LocalTime local_time(const Zone& zone, Time t) {
    const auto us = (t + zone.offset_at(t)).us;
    LocalTime out;
    out.day = whole(us, days(1).us);
    out.minute = static_cast<int>((us - out.day * days(1).us) / minutes(1).us);
    out.weekday = weekday_of(out.day);
    return out;
}

Time moment_of(const Zone& zone, std::int64_t day, int minute) {
    const Time shown{day * days(1).us + minutes(minute).us};
    const auto before = zone.offset_at(shown - hours(36));
    const auto after = zone.offset_at(shown + hours(36));
    // The larger offset gives the earlier moment; it is right if it holds at that moment.
    const Time first = shown - std::max(before, after);
    const Time second = shown - std::min(before, after);
    const auto shows = [&](Time t) { return t + zone.offset_at(t) == shown; };
    if (shows(first)) return first;
    return second;
}

Time cut_down(Time t, Duration step) {
    if (step.us <= 0) return t;
    return Time{whole(t.us, step.us) * step.us};
}

}  // namespace foxtail::forecast
