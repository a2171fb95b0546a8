#include "foxtail/connectors/calendar/recurrence.hpp"

#include <algorithm>
#include <cstdlib>

namespace foxtail::calendar {
namespace {

using Day = std::int64_t;  // since 1970-01-01

struct Date {
    int year = 1970;
    int month = 1;
    int day = 1;
};

Day floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}
Day day_of(Time t) {
    return floor_div(t.us, days(1).us);
}
Day day_of(int year, int month, int day) {
    Civil civil;
    civil.year = year;
    civil.month = month;
    civil.day = day;
    return day_of(time_from(civil));
}
Date date_of(Day day) {
    const auto civil = civil_from(Time{day * days(1).us});
    return {civil.year, civil.month, civil.day};
}
int weekday_on(Day day) {
    return static_cast<int>(((day + 4) % 7 + 7) % 7);
}
bool leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}
int month_length(int year, int month) {
    return static_cast<int>(month == 12 ? 31 : day_of(year, month + 1, 1) - day_of(year, month, 1));
}
template <class T>
bool has(const std::vector<T>& list, T value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

/// The days of one period that fit a rule.
class Period {
public:
    Period(const Rule& rule, Date start, Day start_day)
        : rule_(rule), start_(start), start_day_(start_day) {}

    std::vector<Day> of_day(Day day) {
        const auto date = date_of(day);
        const bool fits = month_fits(date) && month_day_fits(date) && year_day_fits(day, date) &&
                          (rule_.weekdays.empty() || weekday_fits(day));
        return fits ? std::vector<Day>{day} : std::vector<Day>{};
    }
    std::vector<Day> of_week(Day monday) {
        std::vector<Day> out;
        for (Day day = monday; day < monday + 7; ++day) {
            const bool weekday = rule_.weekdays.empty() ? weekday_on(day) == weekday_on(start_day_)
                                                        : weekday_fits(day);
            if (weekday && month_fits(date_of(day))) out.push_back(day);
        }
        return out;
    }
    std::vector<Day> of_month(int year, int month) {
        if (!rule_.months.empty() && !has(rule_.months, month)) return {};
        return in_month(year, month);
    }
    std::vector<Day> of_year(int year) {
        std::vector<Day> out;
        if (!rule_.year_days.empty() || !rule_.weeks.empty()) {
            const Day first = day_of(year, 1, 1);
            // Weeks of the year may reach into its neighbours.
            for (Day day = first - 7; day < first + 366 + 7; ++day) {
                if (by_day_or_week(day, year)) out.push_back(day);
            }
            return out;
        }
        const bool by_nth_of_year =
            rule_.months.empty() && rule_.month_days.empty() && !rule_.weekdays.empty();
        if (by_nth_of_year) {
            nth(day_of(year, 1, 1), leap(year) ? 366 : 365, out);
            return out;
        }
        for (int month = 1; month <= 12; ++month) {
            const bool month_said = !rule_.months.empty() || !rule_.month_days.empty();
            if (month_said ? !rule_.months.empty() && !has(rule_.months, month)
                           : month != start_.month)
                continue;
            const auto these = in_month(year, month);
            out.insert(out.end(), these.begin(), these.end());
        }
        return out;
    }

private:
    [[nodiscard]] bool month_fits(const Date& date) const {
        return rule_.months.empty() || has(rule_.months, date.month);
    }
    [[nodiscard]] bool month_day_fits(const Date& date) const {
        if (rule_.month_days.empty()) return true;
        const int from_end = date.day - month_length(date.year, date.month) - 1;
        return has(rule_.month_days, date.day) || has(rule_.month_days, from_end);
    }
    [[nodiscard]] bool year_day_fits(Day day, const Date& date) const {
        if (rule_.year_days.empty()) return true;
        const int length = leap(date.year) ? 366 : 365;
        const auto number = static_cast<int>(day - day_of(date.year, 1, 1)) + 1;
        return has(rule_.year_days, number) || has(rule_.year_days, number - length - 1);
    }
    [[nodiscard]] bool weekday_fits(Day day) const {
        return std::any_of(rule_.weekdays.begin(), rule_.weekdays.end(),
                           [&](const auto& one) { return one.weekday == weekday_on(day); });
    }
    /// The first day of the first week of a year: the week that has its fourth of January.
    [[nodiscard]] Day first_week(int year) const {
        const Day fourth = day_of(year, 1, 4);
        return fourth - (weekday_on(fourth) - rule_.week_begins + 7) % 7;
    }
    [[nodiscard]] bool by_day_or_week(Day day, int year) const {
        const auto date = date_of(day);
        if (rule_.weeks.empty() && date.year != year) return false;
        if (!year_day_fits(day, date) || !month_fits(date) || !month_day_fits(date)) return false;
        if (!rule_.weeks.empty()) {
            const Day first = first_week(year);
            const auto all = static_cast<int>((first_week(year + 1) - first) / 7);
            const auto number = static_cast<int>(floor_div(day - first, 7)) + 1;
            if (number < 1 || number > all) return false;
            if (!has(rule_.weeks, number) && !has(rule_.weeks, number - all - 1)) return false;
            if (rule_.weekdays.empty() && rule_.year_days.empty() && rule_.month_days.empty())
                return weekday_on(day) == weekday_on(start_day_);
        }
        return rule_.weekdays.empty() || weekday_fits(day);
    }
    /// The weekdays of the rule within a span, counted from its ends.
    void nth(Day first, int length, std::vector<Day>& out) const {
        for (Day day = first; day < first + length; ++day) {
            const auto before = static_cast<int>(day - first) / 7 + 1;
            const auto behind = -(static_cast<int>(first + length - 1 - day) / 7 + 1);
            const bool fits = std::any_of(
                rule_.weekdays.begin(), rule_.weekdays.end(), [&](const Rule::Weekday& one) {
                    return one.weekday == weekday_on(day) &&
                           (one.which == 0 || one.which == before || one.which == behind);
                });
            if (fits) out.push_back(day);
        }
    }
    std::vector<Day> in_month(int year, int month) const {
        std::vector<Day> out;
        const Day first = day_of(year, month, 1);
        const int length = month_length(year, month);
        if (!rule_.weekdays.empty()) {
            nth(first, length, out);
            std::erase_if(out, [&](Day day) { return !month_day_fits(date_of(day)); });
            return out;
        }
        if (rule_.month_days.empty()) {
            if (start_.day <= length) out.push_back(first + start_.day - 1);
            return out;
        }
        for (int day = 1; day <= length; ++day) {
            if (has(rule_.month_days, day) || has(rule_.month_days, day - length - 1))
                out.push_back(first + day - 1);
        }
        return out;
    }

    const Rule& rule_;
    Date start_;
    Day start_day_;
};

std::vector<Day> at_positions(const std::vector<Day>& all, const std::vector<int>& positions) {
    if (positions.empty()) return all;
    const auto size = static_cast<int>(all.size());
    std::vector<Day> out;
    for (int i = 0; i < size; ++i) {
        if (has(positions, i + 1) || has(positions, i - size))
            out.push_back(all[static_cast<std::size_t>(i)]);
    }
    return out;
}

/// Walks from period to period.
class Periods {
public:
    Periods(const Rule& rule, Day start)
        : rule_(rule), start_(date_of(start)), start_day_(start), fits_(rule, start_, start) {
        week_ = start - (weekday_on(start) - rule.week_begins + 7) % 7;
    }
    /// Goes on to the last period that begins before `day`, in steps of the interval.
    void skip_to(Day day) {
        if (day <= start_day_) return;
        std::int64_t all = 0;
        switch (rule_.every) {
            case Rule::Every::day:
                all = day - start_day_;
                break;
            case Rule::Every::week:
                all = (day - week_) / 7;
                break;
            case Rule::Every::month:
                all = (date_of(day).year - start_.year) * 12 + date_of(day).month - start_.month;
                break;
            case Rule::Every::year:
                all = date_of(day).year - start_.year;
                break;
        }
        at_ = std::max<std::int64_t>(all / rule_.interval - 1, 0);
    }
    /// Where the period begins, about: nothing of it or after it is before.
    [[nodiscard]] Day begins() const {
        const auto n = at_ * rule_.interval;
        switch (rule_.every) {
            case Rule::Every::day:
                return start_day_ + n;
            case Rule::Every::week:
                return week_ + 7 * n;
            case Rule::Every::month:
                return day_of(year_at(n), month_at(n), 1);
            default:
                return day_of(start_.year + static_cast<int>(n), 1, 1) - 7;
        }
    }
    std::vector<Day> next(Budget& budget) {
        const auto n = at_++ * rule_.interval;
        switch (rule_.every) {
            case Rule::Every::day:
                budget.days -= 1;
                return fits_.of_day(start_day_ + n);
            case Rule::Every::week:
                budget.days -= 7;
                return fits_.of_week(week_ + 7 * n);
            case Rule::Every::month:
                budget.days -= 31;
                return fits_.of_month(year_at(n), month_at(n));
            default:
                budget.days -= 380;
                return fits_.of_year(start_.year + static_cast<int>(n));
        }
    }

private:
    [[nodiscard]] int year_at(std::int64_t n) const {
        return start_.year + static_cast<int>((start_.month - 1 + n) / 12);
    }
    [[nodiscard]] int month_at(std::int64_t n) const {
        return static_cast<int>((start_.month - 1 + n) % 12) + 1;
    }

    const Rule& rule_;
    Date start_;
    Day start_day_;
    Day week_ = 0;
    Period fits_;
    std::int64_t at_ = 0;
};

}  // namespace

bool each_by_rule(const Rule& rule, Time start, Time first, Time last, Budget& budget,
                  const std::function<bool(Time)>& visit) {
    const Day start_day = day_of(start);
    const Duration clock = start - Time{start_day * days(1).us};
    Periods periods(rule, start_day);
    if (rule.count == 0 && first > start) periods.skip_to(day_of(first));
    int counted = 0;
    while (periods.begins() <= day_of(last)) {
        if (budget.days <= 0) return false;
        for (const Day day : at_positions(periods.next(budget), rule.positions)) {
            const Time shown = Time{day * days(1).us} + clock;
            if (shown < start) continue;
            if (shown > last) return true;
            ++counted;
            if (rule.count > 0 && counted > rule.count) return true;
            if (shown >= first && !visit(shown)) return true;
        }
    }
    return true;
}

}  // namespace foxtail::calendar
