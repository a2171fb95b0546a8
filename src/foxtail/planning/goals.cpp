#include "foxtail/planning/goals.hpp"

#include "foxtail/forecast/local_time.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace foxtail::planning {
namespace {

constexpr std::array<std::string_view, 7> day_names = {"mon", "tue", "wed", "thu",
                                                       "fri", "sat", "sun"};
constexpr std::array<std::string_view, 3> unit_names = {"%", "kWh", "km"};
constexpr std::array<double, 3> amounts_max = {100, 500, 2000};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
        text.remove_suffix(1);
    return text;
}

/// The next word, taken off the front.
std::string_view next_word(std::string_view& text) {
    text = trimmed(text);
    std::size_t end = 0;
    while (end < text.size() && std::isspace(static_cast<unsigned char>(text[end])) == 0) ++end;
    const auto word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
}

std::optional<int> day_from(std::string_view text) {
    for (std::size_t i = 0; i < day_names.size(); ++i)
        if (text == day_names[i]) return static_cast<int>(i);
    return std::nullopt;
}

Result<std::uint8_t> parse_days(std::string_view text) {
    if (text.empty() || text == "daily") return std::uint8_t{0x7f};
    unsigned days = 0;
    std::string_view rest = text;
    while (true) {
        const auto comma = rest.find(',');
        const auto part = rest.substr(0, comma);
        const auto dash = part.find('-');
        const auto from = day_from(part.substr(0, dash));
        const auto to = dash == std::string_view::npos ? from : day_from(part.substr(dash + 1));
        if (!from || !to)
            return fail(Code::invalid_input,
                        fmt::format("'{}' is no list of days: daily, mon-fri, or sat,sun", text));
        for (int day = *from;; day = (day + 1) % 7) {
            days |= 1U << static_cast<unsigned>(day);
            if (day == *to) break;
        }
        if (comma == std::string_view::npos) return static_cast<std::uint8_t>(days);
        rest.remove_prefix(comma + 1);
    }
}

Result<CarGoal> parse_goal(std::string_view text) {
    const auto wrong = [&](std::string_view what) {
        return fail(Code::invalid_input,
                    fmt::format("'{}': {}; right would be '80 % by 07:00 mon-fri'", text, what));
    };
    std::string_view rest = text;
    CarGoal goal;
    rest = trimmed(rest);
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), goal.amount);
    if (read.ec != std::errc{} || !std::isfinite(goal.amount))
        return wrong("begins with no number");
    rest.remove_prefix(static_cast<std::size_t>(read.ptr - rest.data()));
    const auto unit = next_word(rest);
    bool known = false;
    for (std::size_t i = 0; i < unit_names.size(); ++i) {
        if (unit != unit_names[i]) continue;
        goal.unit = static_cast<CarGoal::Unit>(i);
        known = true;
        if (goal.amount < 0 || goal.amount > amounts_max[i])
            return wrong(fmt::format("the amount is not within 0 and {}", amounts_max[i]));
    }
    if (!known) return wrong("the unit is not %, kWh or km");
    if (next_word(rest) != "by") return wrong("there is no 'by' and a time");
    const auto when = next_word(rest);
    const auto days = next_word(rest);
    if (!trimmed(rest).empty()) return wrong("something follows the days");
    if (when.size() > 5) {
        const auto at = parse_rfc3339(when);
        if (!at) return wrong(at.error().message);
        if (!days.empty()) return wrong("a date has no days");
        goal.at = *at;
        return goal;
    }
    const auto minute = parse_clock(when);
    if (!minute) return wrong(minute.error().message);
    goal.minute = *minute;
    const auto mask = parse_days(days);
    if (!mask) return wrong(mask.error().message);
    goal.days = *mask;
    return goal;
}

std::string format_days(std::uint8_t days) {
    if (days == 0x7f) return {};
    std::string out;
    for (std::size_t i = 0; i < 7; ++i) {
        if ((days & (1U << i)) == 0) continue;
        std::size_t last = i;
        while (last + 1 < 7 && (days & (1U << (last + 1))) != 0) ++last;
        if (!out.empty()) out += ',';
        out += day_names[i];
        if (last > i) {
            out += last > i + 1 ? '-' : ',';
            out += day_names[last];
        }
        i = last;
    }
    return ' ' + out;
}

}  // namespace

Result<std::vector<CarGoal>> parse_goals(std::string_view text) {
    std::vector<CarGoal> goals;
    while (!trimmed(text).empty()) {
        const auto end = text.find(';');
        const auto part = trimmed(text.substr(0, end));
        if (!part.empty()) {
            auto goal = parse_goal(part);
            if (!goal) return fail(goal.error());
            if (goals.size() == goals_max)
                return fail(Code::invalid_input,
                            fmt::format("more than {} goals for one car", goals_max));
            goals.push_back(*goal);
        }
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return goals;
}

std::string format_goal(const CarGoal& goal) {
    const auto unit = unit_names[static_cast<std::size_t>(goal.unit)];
    if (goal.at) return fmt::format("{} {} by {}", goal.amount, unit, format_rfc3339(*goal.at));
    return fmt::format("{} {} by {}{}", goal.amount, unit, format_clock(goal.minute),
                       format_days(goal.days));
}

std::string format_goals(const std::vector<CarGoal>& goals) {
    std::string out;
    for (const auto& goal : goals) {
        if (!out.empty()) out += "; ";
        out += format_goal(goal);
    }
    return out;
}

bool QuietHours::holds(int minute) const {
    if (from < until) return minute >= from && minute < until;
    return any() && (minute >= from || minute < until);
}

Result<QuietHours> parse_quiet(std::string_view text) {
    constexpr std::string_view to = " to ";
    if (text.empty()) return QuietHours{};
    const auto at = text.find(to);
    if (at != std::string_view::npos) {
        const auto from = parse_clock(text.substr(0, at));
        const auto until = parse_clock(text.substr(at + to.size()));
        if (from && until && *from != *until) return QuietHours{*from, *until};
    }
    return fail(Code::invalid_input,
                fmt::format("'{}' are no quiet hours such as 22:00 to 06:00", text));
}

std::string format_quiet(const QuietHours& quiet) {
    if (!quiet.any()) return {};
    return format_clock(quiet.from) + " to " + format_clock(quiet.until);
}

Result<int> parse_clock(std::string_view text) {
    const auto colon = text.find(':');
    const auto number = [](std::string_view part) {
        int value = -1;
        const auto read = std::from_chars(part.data(), part.data() + part.size(), value);
        return read.ec == std::errc{} && read.ptr == part.data() + part.size() ? value : -1;
    };
    if (colon != std::string_view::npos && text.size() - colon == 3 && colon >= 1 && colon <= 2) {
        const int hour = number(text.substr(0, colon));
        const int minute = number(text.substr(colon + 1));
        if (hour >= 0 && hour < 24 && minute >= 0 && minute < 60) return hour * 60 + minute;
    }
    return fail(Code::invalid_input, fmt::format("'{}' is no time of day such as 07:30", text));
}

std::string format_clock(int minute) {
    return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
}

Time local_moment(const Zone& zone, Time now, int days_ahead, int minute) {
    return forecast::moment_of(zone, forecast::local_time(zone, now).day + days_ahead, minute);
}

int local_weekday(const Zone& zone, Time t) {
    return forecast::local_time(zone, t).weekday;
}

int local_minute(const Zone& zone, Time t) {
    return forecast::local_time(zone, t).minute;
}

std::vector<Time> due_times(const CarGoal& goal, const Zone& zone, Time now, Time until) {
    if (goal.at) {
        if (*goal.at > now && *goal.at <= until) return {*goal.at};
        return {};
    }
    std::vector<Time> times;
    for (int ahead = 0; ahead <= 15; ++ahead) {
        const Time due = local_moment(zone, now, ahead, goal.minute);
        if (due > until) break;
        if (due <= now) continue;
        if ((goal.days & (1U << static_cast<unsigned>(local_weekday(zone, due)))) != 0)
            times.push_back(due);
    }
    return times;
}

Result<Hold> parse_hold(std::string_view text, const Zone& zone, Time now) {
    const auto wrong = [&](std::string_view what) {
        return fail(Code::invalid_input,
                    fmt::format("'{}': {}; right would be '3.7 kW from 02:00 to 04:00'",
                                text.substr(0, 100), what));
    };
    constexpr double most_kw = 1000;
    std::string_view rest = trimmed(text);
    Hold hold;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), hold.kw);
    if (read.ec != std::errc{} || !(std::abs(hold.kw) <= most_kw))
        return wrong("begins with no power");
    hold.kw = std::round(hold.kw * 1000) / 1000;
    rest.remove_prefix(static_cast<std::size_t>(read.ptr - rest.data()));
    if (next_word(rest) != "kW") return wrong("the unit is not kW");
    if (next_word(rest) != "from") return wrong("there is no 'from' and a time");
    const auto from = next_word(rest);
    if (next_word(rest) != "to") return wrong("there is no 'to' and a time");
    const auto until = next_word(rest);
    if (!trimmed(rest).empty()) return wrong("something follows the time");
    // A time of day is the one next to `near`, after it or before it.
    const auto moment = [&](std::string_view word, Time near, bool after) -> Result<Time> {
        if (word.size() > 5) return parse_rfc3339(word);
        const auto minute = parse_clock(word);
        if (!minute) return fail(minute.error());
        const Time same_day = local_moment(zone, near, 0, *minute);
        if (after) return same_day > near ? same_day : local_moment(zone, near, 1, *minute);
        return same_day < near ? same_day : local_moment(zone, near, -1, *minute);
    };
    const auto end = moment(until, now, true);
    if (!end) return wrong(end.error().message);
    const auto begin = moment(from, *end, false);
    if (!begin) return wrong(begin.error().message);
    if (*begin >= *end) return wrong("it ends before it begins");
    hold.from = *begin;
    hold.until = *end;
    return hold;
}

std::string format_hold(const Hold& hold) {
    return fmt::format("{:g} kW from {} to {}", hold.kw, format_rfc3339(hold.from),
                       format_rfc3339(hold.until));
}

}  // namespace foxtail::planning
