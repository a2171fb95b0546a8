#pragma once

#include "foxtail/base/moment.hpp"

namespace foxtail::forecast {

/// Central Europe by the rule: summer time from the last Sunday of March to the last of October,
/// each at 01:00 UTC.
class BerlinZone final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time t) const override {
        const int year = civil_from(t).year;
        return t >= change(year, 3) && t < change(year, 10) ? hours(2) : hours(1);
    }

private:
    static Time change(int year, int month) {
        Civil last;
        last.year = year;
        last.month = month;
        last.day = 31;
        last.hour = 1;
        Time t = time_from(last);
        while (civil_from(t).weekday != 0) t = t - days(1);
        return t;
    }
};

class UtcZone final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time /*t*/) const override { return {}; }
};

/// "2026-03-29T00:00:00Z"
inline Time at(std::string_view text) {
    return parse_rfc3339(text).value();
}

}  // namespace foxtail::forecast
