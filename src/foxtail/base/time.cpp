#include "foxtail/base/time.hpp"

#include <array>
#include <cstdio>

namespace foxtail {
namespace {

constexpr std::int64_t us_per_day = 86400LL * 1000000;

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days from civil and back.
constexpr std::int64_t days_from_civil(std::int64_t y, int m, int d) {
    y -= m <= 2 ? 1 : 0;
    const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
    const auto yoe = y - era * 400;
    const auto doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    const auto doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

bool digits(std::string_view text, std::size_t at, std::size_t count, int& out) {
    if (at + count > text.size()) return false;
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return false;
        value = value * 10 + (text[i] - '0');
    }
    out = value;
    return true;
}

tl::unexpected<Error> not_a_time(std::string_view text, const char* what) {
    return fail(Code::invalid_input, "'" + std::string(text.substr(0, 40)) +
                                         "' is not an RFC 3339 time: " + what +
                                         " (expected e.g. 2026-11-22T07:00:00Z)");
}

constexpr int days_in_month(int year, int month) {
    constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days.at(static_cast<std::size_t>(month - 1));
}

}  // namespace

Civil civil_from(Time t) {
    std::int64_t z = t.us / us_per_day;
    std::int64_t rest = t.us % us_per_day;
    if (rest < 0) {
        rest += us_per_day;
        --z;
    }
    Civil c;
    c.weekday = static_cast<int>(((z + 4) % 7 + 7) % 7);
    z += 719468;
    const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    const auto doe = z - era * 146097;
    const auto yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const auto doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const auto mp = (5 * doy + 2) / 153;
    c.day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
    c.month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
    c.year = static_cast<int>(yoe + era * 400 + (c.month <= 2 ? 1 : 0));
    c.microsecond = static_cast<int>(rest % 1000000);
    rest /= 1000000;
    c.second = static_cast<int>(rest % 60);
    c.minute = static_cast<int>(rest / 60 % 60);
    c.hour = static_cast<int>(rest / 3600);
    return c;
}

Time time_from(const Civil& c) {
    const std::int64_t s = days_from_civil(c.year, c.month, c.day) * 86400 + c.hour * 3600LL +
                           c.minute * 60LL + c.second;
    return {s * 1000000 + c.microsecond};
}

std::string format_rfc3339(Time t) {
    const Civil c = civil_from(t);
    std::array<char, 48> buffer{};
    int n = 0;
    if (c.microsecond == 0) {
        n = std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year,
                          c.month, c.day, c.hour, c.minute, c.second);
    } else if (c.microsecond % 1000 == 0) {
        n = std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                          c.year, c.month, c.day, c.hour, c.minute, c.second, c.microsecond / 1000);
    } else {
        n = std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
                          c.year, c.month, c.day, c.hour, c.minute, c.second, c.microsecond);
    }
    return {buffer.data(), static_cast<std::size_t>(n)};
}

Result<Time> parse_rfc3339(std::string_view text) {
    Civil c;
    const bool shape = text.size() >= 20 && digits(text, 0, 4, c.year) && text[4] == '-' &&
                       digits(text, 5, 2, c.month) && text[7] == '-' && digits(text, 8, 2, c.day) &&
                       (text[10] == 'T' || text[10] == 't' || text[10] == ' ') &&
                       digits(text, 11, 2, c.hour) && text[13] == ':' &&
                       digits(text, 14, 2, c.minute) && text[16] == ':' &&
                       digits(text, 17, 2, c.second);
    if (!shape) return not_a_time(text, "wrong shape");
    if (c.month < 1 || c.month > 12) return not_a_time(text, "month out of range");
    if (c.day < 1 || c.day > days_in_month(c.year, c.month))
        return not_a_time(text, "day out of range");
    if (c.hour > 23 || c.minute > 59 || c.second > 60)
        return not_a_time(text, "time of day out of range");
    std::size_t at = 19;
    if (text[at] == '.') {
        int scale = 100000;
        const auto first = ++at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
            c.microsecond += (text[at] - '0') * scale;
        }
        if (at == first || at - first > 9) return not_a_time(text, "1 to 9 sub-second digits");
    }
    if (at >= text.size()) return not_a_time(text, "no offset");
    std::int64_t offset_s = 0;
    if (text[at] == '+' || text[at] == '-') {
        int hh = 0;
        int mm = 0;
        if (!digits(text, at + 1, 2, hh) || at + 6 != text.size() || text[at + 3] != ':' ||
            !digits(text, at + 4, 2, mm) || hh > 23 || mm > 59) {
            return not_a_time(text, "wrong offset");
        }
        offset_s = (text[at] == '-' ? -1 : 1) * (hh * 3600LL + mm * 60LL);
    } else if ((text[at] != 'Z' && text[at] != 'z') || at + 1 != text.size()) {
        return not_a_time(text, "wrong offset");
    }
    return time_from(c) - seconds(offset_s);
}

Result<Duration> parse_duration(std::string_view text) {
    const auto wrong = [&] {
        return fail(Code::invalid_input,
                    "'" + std::string(text.substr(0, 40)) +
                        "' is not a duration (expected e.g. 250ms, 90s, 5m, 1h30m, 2d)");
    };
    if (text.empty()) return wrong();
    Duration sum;
    std::size_t at = 0;
    while (at < text.size()) {
        std::int64_t n = 0;
        const auto first = at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
            if (at - first > 9) return wrong();
            n = n * 10 + (text[at] - '0');
        }
        if (at == first || at == text.size()) return wrong();
        const auto rest = text.substr(at);
        if (rest.starts_with("ms")) {
            sum = sum + milliseconds(n);
            at += 2;
        } else if (rest.starts_with("us")) {
            sum = sum + microseconds(n);
            at += 2;
        } else {
            switch (rest.front()) {
                case 's':
                    sum = sum + seconds(n);
                    break;
                case 'm':
                    sum = sum + minutes(n);
                    break;
                case 'h':
                    sum = sum + hours(n);
                    break;
                case 'd':
                    sum = sum + days(n);
                    break;
                default:
                    return wrong();
            }
            ++at;
        }
    }
    return sum;
}

std::string format_duration(Duration d) {
    if (d.us == 0) return "0s";
    std::string out = d.us < 0 ? "-" : "";
    std::int64_t rest = d.us < 0 ? -d.us : d.us;
    const auto part = [&](std::int64_t unit, const char* suffix) {
        if (rest >= unit) {
            out += std::to_string(rest / unit) + suffix;
            rest %= unit;
        }
    };
    part(days(1).us, "d");
    part(hours(1).us, "h");
    part(minutes(1).us, "m");
    part(seconds(1).us, "s");
    part(1000, "ms");
    part(1, "us");
    return out;
}

}  // namespace foxtail
