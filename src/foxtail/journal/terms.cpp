#include "foxtail/journal/terms.hpp"

#include <algorithm>
#include <array>

namespace foxtail {
namespace {

constexpr std::array<const char*, 6> aggregates = {"last", "mean", "sum", "min", "max", "increase"};

}  // namespace

const char* name(Aggregate aggregate) {
    return aggregates.at(static_cast<std::size_t>(aggregate));
}

std::optional<Aggregate> aggregate_from(std::string_view text) {
    for (std::size_t i = 0; i < aggregates.size(); ++i) {
        if (text == aggregates[i]) return static_cast<Aggregate>(i);
    }
    return std::nullopt;
}

namespace {

/// Of figures of the same span, which says less: a reading itself, the highest or lowest of them,
/// how many there were, where the counter stood.
int reserve(Aggregate aggregate) {
    switch (aggregate) {
        case Aggregate::last:
            return 0;
        case Aggregate::minimum:
            return 1;
        case Aggregate::maximum:
            return 2;
        case Aggregate::sum:
            return 3;
        case Aggregate::mean:
            return 4;
        case Aggregate::increase:
            return 5;
    }
    return 0;
}

}  // namespace

Obligation strictest(const Obligation& a, const Obligation& b) {
    // The order of the grants must not matter.
    const bool second = b.granularity != a.granularity
                            ? b.granularity > a.granularity
                            : reserve(b.aggregate) > reserve(a.aggregate);
    Obligation both = second ? b : a;
    both.delay = std::max(a.delay, b.delay);
    both.precision = std::max(a.precision, b.precision);
    both.home_or_away = a.home_or_away || b.home_or_away;
    return both;
}

bool in_hours(const Conditions& when, Time local) {
    constexpr int minutes_per_day = 24 * 60;
    const std::int64_t per_day = days(1).us;
    std::int64_t day = local.us / per_day - (local.us % per_day < 0 ? 1 : 0);
    const auto minute = static_cast<int>((local.us - day * per_day) / minutes(1).us);
    int from = when.from_minute;
    int until = when.until_minute;
    if (from == until) {
        from = 0;
        until = minutes_per_day;
    }
    if (from < until) {
        if (minute < from || minute >= until) return false;
    } else if (minute < until) {
        --day;  // what began yesterday goes on
    } else if (minute < from) {
        return false;
    }
    if (when.weekdays == 0) return true;
    const auto weekday = static_cast<unsigned>(((day + 3) % 7 + 7) % 7);  // day 0 was a Thursday
    return (when.weekdays >> weekday & 1U) != 0;
}

}  // namespace foxtail
