#pragma once

#include "foxtail/base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace foxtail {

/// A length of time in microseconds; may be negative.
struct Duration {
    std::int64_t us = 0;

    friend constexpr auto operator<=>(const Duration&, const Duration&) = default;
    friend constexpr Duration operator+(Duration a, Duration b) { return {a.us + b.us}; }
    friend constexpr Duration operator-(Duration a, Duration b) { return {a.us - b.us}; }
    friend constexpr Duration operator*(Duration a, std::int64_t n) { return {a.us * n}; }
};

constexpr Duration microseconds(std::int64_t n) {
    return {n};
}
constexpr Duration milliseconds(std::int64_t n) {
    return {n * 1000};
}
constexpr Duration seconds(std::int64_t n) {
    return {n * 1000000};
}
constexpr Duration minutes(std::int64_t n) {
    return seconds(60 * n);
}
constexpr Duration hours(std::int64_t n) {
    return minutes(60 * n);
}
constexpr Duration days(std::int64_t n) {
    return hours(24 * n);
}

/// A moment: microseconds since 1970-01-01T00:00:00Z, without leap seconds. 0 means "not known".
struct Time {
    std::int64_t us = 0;

    [[nodiscard]] constexpr bool known() const { return us != 0; }
    friend constexpr auto operator<=>(const Time&, const Time&) = default;
    friend constexpr Time operator+(Time t, Duration d) { return {t.us + d.us}; }
    friend constexpr Time operator-(Time t, Duration d) { return {t.us - d.us}; }
    friend constexpr Duration operator-(Time a, Time b) { return {a.us - b.us}; }
};

/// Drops what is finer than a millisecond. Readings carry milliseconds: finer digits are the
/// network's noise, and they would double the size of the history.
constexpr Time to_millisecond(Time t) {
    return {t.us - ((t.us % 1000) + 1000) % 1000};
}

/// RFC 3339 in UTC, with as many sub-second digits (0, 3 or 6) as are needed:
/// "2026-11-22T07:00:00.125Z".
[[nodiscard]] std::string format_rfc3339(Time t);

/// Reads RFC 3339 with any offset and up to nine sub-second digits (cut to microseconds).
/// Error: invalid_input, naming what was wrong.
[[nodiscard]] Result<Time> parse_rfc3339(std::string_view text);

/// Reads "90s", "5m", "2h", "1d", "250ms", or a sum such as "1h30m". Error: invalid_input.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);
/// The shortest text that parse_duration reads back to the same value.
[[nodiscard]] std::string format_duration(Duration d);

/// Calendar parts of a moment in UTC (proleptic Gregorian calendar).
struct Civil {
    int year = 1970;
    int month = 1;  // 1..12
    int day = 1;    // 1..31
    int hour = 0;
    int minute = 0;
    int second = 0;
    int microsecond = 0;
    int weekday = 4;  // 0 = Sunday
};
[[nodiscard]] Civil civil_from(Time t);
[[nodiscard]] Time time_from(const Civil& civil);

}  // namespace foxtail
