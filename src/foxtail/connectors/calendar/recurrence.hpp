#pragma once

#include "foxtail/base/time.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace foxtail::calendar {

/// How an event comes again (RFC 5545, 3.3.10), by the day. Rules by the hour and below are not
/// here: nobody's calendar has them, and a stranger's could keep us busy with them for ever.
struct Rule {
    enum class Every : std::uint8_t { day, week, month, year };
    struct Weekday {
        int weekday = 0;  // 0 = Sunday
        int which = 0;    // 2 = the second, -1 = the last; 0 = each
    };
    Every every = Every::day;
    int interval = 1;
    int count = 0;  // 0 = without end
    int week_begins = 1;
    std::vector<int> months;      // 1 .. 12
    std::vector<int> month_days;  // 1 .. 31, or -1 (the last) .. -31
    std::vector<int> year_days;   // 1 .. 366, or negative
    std::vector<int> weeks;       // 1 .. 53, or negative
    std::vector<Weekday> weekdays;
    std::vector<int> positions;  // BYSETPOS
};

/// Each look at a day costs one: what is left of it bounds the work for a whole calendar.
struct Budget {
    std::int64_t days = 5'000'000;
};

/// Calls `visit` for each time by the rule, in order, from `start` (what clocks show) on up to
/// `last`, until it says false. Where nothing is counted, what is before `first` is skipped. False
/// when the budget is used up before the end.
bool each_by_rule(const Rule& rule, Time start, Time first, Time last, Budget& budget,
                  const std::function<bool(Time)>& visit);

}  // namespace foxtail::calendar
