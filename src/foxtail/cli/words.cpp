#include "foxtail/cli/words.hpp"

#include "foxtail/json/parse.hpp"
#include "foxtail/model/unit.hpp"
#include "foxtail/model/value.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace foxtail::cli {
namespace {

std::string two(int n) {
    return (n < 10 ? "0" : "") + std::to_string(n);
}

std::string day_words(const Civil& c) {
    return std::to_string(c.year) + "-" + two(c.month) + "-" + two(c.day);
}

std::string clock_words(const Civil& c) {
    return two(c.hour) + ":" + two(c.minute) + ":" + two(c.second);
}

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t minute_us = 60 * second_us;
constexpr std::int64_t hour_us = 60 * minute_us;
constexpr std::int64_t day_us = 24 * hour_us;

std::string days_words(std::int64_t n) {
    return count_words(static_cast<std::uint64_t>(n), "day");
}

}  // namespace

std::string value_words(const boost::json::value& value, std::string_view unit) {
    if (value.is_null()) return "unknown";
    std::string out;
    if (value.is_string()) {
        out = shown(std::string_view(value.get_string()));
    } else {
        out = shown(to_json(to_value(value)));
        if (out.ends_with(".0")) out.resize(out.size() - 2);
    }
    if (!value.is_number() || unit.empty() || unit == "1") return out;
    const Unit* known = find_unit(unit);
    const auto symbol = known == nullptr ? shown(unit) : std::string(known->symbol);
    if (symbol == "1" || symbol.empty()) return out;
    return with_symbol(std::move(out), symbol);
}

std::string with_symbol(std::string text, std::string_view symbol) {
    if (symbol.empty()) return text;
    const bool close = symbol == "%" || symbol == "°" || symbol == "′" || symbol == "″";
    if (!close) text += ' ';
    return text.append(symbol);
}

std::string money_words(double value, std::string_view currency) {
    const auto cents = std::llround(value * 100);
    const auto whole = std::llabs(cents);
    return (cents < 0 ? "-" : "") + std::to_string(whole / 100) + "." +
           std::to_string(whole % 100 / 10) + std::to_string(whole % 10) + " " +
           std::string(currency);
}

std::string number_words(double value, int decimals) {
    if (!std::isfinite(value)) return "–";
    std::array<char, 400> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    std::string out(text.data());
    if (out.find('.') != std::string::npos) {
        while (out.back() == '0') out.pop_back();
        if (out.back() == '.') out.pop_back();
    }
    return out == "-0" ? "0" : out;
}

std::string age_words(Duration age) {
    // Clocks of two machines differ a little; nobody needs to read that.
    if (age.us < -2 * second_us) return "in " + age_words(Duration{-age.us});
    if (age.us < second_us) return "now";
    if (age.us < minute_us) return std::to_string(age.us / second_us) + " s";
    if (age.us < hour_us) return std::to_string(age.us / minute_us) + " min";
    if (age.us < 2 * day_us) return std::to_string(age.us / hour_us) + " h";
    return days_words(age.us / day_us);
}

std::string bytes_words(std::uint64_t bytes) {
    static constexpr std::array<std::string_view, 6> names{"B", "kB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(bytes);
    std::size_t i = 0;
    for (; value >= 999.5 && i + 1 < names.size(); ++i) value /= 1000;
    return number_words(value, i == 0 || value >= 99.95 ? 0 : 1) + " " + std::string(names[i]);
}

std::string length_words(Duration length) {
    const auto us = length.us < 0 ? 0 : length.us;
    const auto with = [](std::string first, std::int64_t rest, const char* unit) {
        return rest == 0 ? first : first + " " + std::to_string(rest) + " " + unit;
    };
    if (us >= day_us) return with(days_words(us / day_us), us % day_us / hour_us, "h");
    if (us >= hour_us)
        return with(std::to_string(us / hour_us) + " h", us % hour_us / minute_us, "min");
    if (us >= minute_us)
        return with(std::to_string(us / minute_us) + " min", us % minute_us / second_us, "s");
    return std::to_string(us / second_us) + " s";
}

std::string time_words(Time t, Time now, const Zone& zone) {
    if (!t.known()) return {};
    const auto then = civil_from(t + zone.offset_at(t));
    const auto today = civil_from(now + zone.offset_at(now));
    const bool same = then.year == today.year && then.month == today.month && then.day == today.day;
    return same ? clock_words(then) : day_words(then) + " " + clock_words(then);
}

std::string full_time_words(Time t, const Zone& zone) {
    if (!t.known()) return {};
    const auto then = civil_from(t + zone.offset_at(t));
    return day_words(then) + " " + clock_words(then);
}

std::string quality_words(std::string_view quality) {
    if (quality == "good" || quality == "unknown") return {};  // the value says so itself
    if (quality == "unconfirmed") return "unconfirmed since the restart";
    if (quality == "bad") return "the newest word does not fit";
    return shown(quality);
}

Tone quality_tone(std::string_view quality) {
    if (quality == "bad") return Tone::bad;
    return quality == "good" ? Tone::plain : Tone::warning;
}

std::string status_words(std::string_view status) {
    return status == "timed_out" ? "timed out" : shown(status);
}

Tone status_tone(std::string_view status) {
    if (status == "confirmed") return Tone::good;
    return has_ended(status) ? Tone::bad : Tone::warning;
}

bool has_ended(std::string_view status) {
    return status == "confirmed" || status == "refused" || status == "failed" ||
           status == "timed_out";
}

std::string count_words(std::uint64_t count, std::string_view one, std::string_view several) {
    std::string out = std::to_string(count) + " ";
    if (count == 1) return out.append(one);
    return several.empty() ? out.append(one) + "s" : out.append(several);
}

Duration SystemZone::offset_at(Time t) const {
    const std::int64_t whole = (t.us >= 0 ? t.us : t.us - (second_us - 1)) / second_us;
    const auto seconds_since = static_cast<std::time_t>(whole);
    std::tm local{};
    if (::localtime_r(&seconds_since, &local) == nullptr) return {};
    return seconds(local.tm_gmtoff);
}

}  // namespace foxtail::cli
