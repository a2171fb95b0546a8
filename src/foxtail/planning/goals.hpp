#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::planning {

/// What a person wants of a car's battery by when.
struct CarGoal {
    enum class Unit : std::uint8_t { percent, kwh, km };
    double amount = 0;
    Unit unit = Unit::percent;
    std::optional<Time> at;    // once, at that moment
    int minute = 7 * 60;       // else at this local time ...
    std::uint8_t days = 0x7f;  // ... on these days; bit 0 = Monday
    friend bool operator==(const CarGoal&, const CarGoal&) = default;
};
constexpr std::size_t goals_max = 16;

/// Reads goals as people write them, separated by ";":
///     80 % by 07:00 mon-fri; 100 % by 2026-12-24T09:00:00Z; 40 kWh by 18:30 sat,sun; 120 km by
///     8:00
/// Without days a time means every day. Empty text = none. Error: invalid_input, with the part that
/// was not understood and what would be right.
[[nodiscard]] Result<std::vector<CarGoal>> parse_goals(std::string_view text);
/// The same back; parse_goals() reads it to equal goals.
[[nodiscard]] std::string format_goals(const std::vector<CarGoal>& goals);
[[nodiscard]] std::string format_goal(const CarGoal& goal);

/// A power that a person wants of a device for a while, whatever the plan would do.
struct Hold {
    double kw = 0;  // + takes, - gives
    Time from;
    Time until;
    friend bool operator==(const Hold&, const Hold&) = default;
};
/// Reads "3.7 kW from 02:00 to 04:00": the next such end after `now`, the last such begin before
/// it. Instead of a time of day a moment (RFC 3339) may stand. Error: invalid_input, with what
/// would be right.
[[nodiscard]] Result<Hold> parse_hold(std::string_view text, const Zone& zone, Time now);
/// The same back, with moments: parse_hold() reads it to an equal hold, whenever that is.
[[nodiscard]] std::string format_hold(const Hold& hold);

/// From when until when, on each day, machines make no noise; minutes of the local day. The same
/// twice = never.
struct QuietHours {
    int from = 0;
    int until = 0;
    [[nodiscard]] bool any() const { return from != until; }
    [[nodiscard]] bool holds(int minute) const;
    friend bool operator==(const QuietHours&, const QuietHours&) = default;
};
/// Reads "22:00 to 06:00"; empty text = none. Error: invalid_input, with what would be right.
[[nodiscard]] Result<QuietHours> parse_quiet(std::string_view text);
/// The same back.
[[nodiscard]] std::string format_quiet(const QuietHours& quiet);

/// "07:30" in minutes after midnight. Error: invalid_input.
[[nodiscard]] Result<int> parse_clock(std::string_view text);
[[nodiscard]] std::string format_clock(int minute);

/// The moment at which the local clock shows `minute` on the day that is `days_ahead` after the
/// local day of `now`. A time that a change of clocks leaves out is as much after it.
[[nodiscard]] Time local_moment(const Zone& zone, Time now, int days_ahead, int minute);
/// 0 = Monday.
[[nodiscard]] int local_weekday(const Zone& zone, Time t);
[[nodiscard]] int local_minute(const Zone& zone, Time t);

/// The moments within (now, until] at which the goal is due, in order.
[[nodiscard]] std::vector<Time> due_times(const CarGoal& goal, const Zone& zone, Time now,
                                          Time until);

}  // namespace foxtail::planning
