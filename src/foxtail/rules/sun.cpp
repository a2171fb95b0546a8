#include "foxtail/rules/sun.hpp"

#include <cmath>
#include <numbers>

namespace foxtail {
namespace {

constexpr double zenith_deg = 90 + 50.0 / 60;  // 34' of refraction, 16' of the sun's radius

double sine(double degrees) {
    return std::sin(degrees * std::numbers::pi / 180);
}
double cosine(double degrees) {
    return std::cos(degrees * std::numbers::pi / 180);
}
double degrees(double radians) {
    return radians * 180 / std::numbers::pi;
}

/// Minutes for which the sun has passed its highest stand (before: negative), -720 .. 720.
double minutes_past_noon(const Position& place, Time t) {
    const double of_day =
        static_cast<double>(((t.us % days(1).us) + days(1).us) % days(1).us) / 60e6;
    const double sundial = of_day + sun_position(t).equation_of_time_min + 4 * place.longitude;
    return std::remainder(sundial - 720, 1440);
}

Duration in_minutes(double minutes) {
    return Duration{std::llround(minutes * 60) * 1'000'000};
}

/// Minutes from the highest stand to the horizon, by where the sun stands at `t`.
std::optional<double> half_day_min(const Position& place, Time t) {
    const double declination = sun_position(t).declination_deg;
    const double hour_angle = (cosine(zenith_deg) - sine(place.latitude) * sine(declination)) /
                              (cosine(place.latitude) * cosine(declination));
    // At the very pole there is nothing to divide by, and no day of 24 hours.
    if (!(std::abs(hour_angle) <= 1)) return std::nullopt;
    return 4 * degrees(std::acos(hour_angle));
}

}  // namespace

SunPosition sun_position(Time t) {
    constexpr double j2000_s = 946'728'000;  // 2000-01-01 12:00
    const double c =                         // Julian centuries since then
        (static_cast<double>(t.us) / 1e6 - j2000_s) / (36525.0 * 86400);
    const double mean_longitude = 280.46646 + c * (36000.76983 + c * 0.0003032);
    const double anomaly = 357.52911 + c * (35999.05029 - c * 0.0001537);
    const double eccentricity = 0.016708634 - c * (0.000042037 + c * 0.0000001267);
    const double center = sine(anomaly) * (1.914602 - c * (0.004817 + c * 0.000014)) +
                          sine(2 * anomaly) * (0.019993 - c * 0.000101) +
                          sine(3 * anomaly) * 0.000289;
    const double node = 125.04 - 1934.136 * c;
    const double longitude = mean_longitude + center - 0.00569 - 0.00478 * sine(node);
    const double obliquity =
        23 + (26 + (21.448 - c * (46.815 + c * (0.00059 - c * 0.001813))) / 60) / 60 +
        0.00256 * cosine(node);
    const double half_tan = sine(obliquity / 2) / cosine(obliquity / 2);
    const double y = half_tan * half_tan;
    const double equation = y * sine(2 * mean_longitude) - 2 * eccentricity * sine(anomaly) +
                            4 * eccentricity * y * sine(anomaly) * cosine(2 * mean_longitude) -
                            0.5 * y * y * sine(4 * mean_longitude) -
                            1.25 * eccentricity * eccentricity * sine(2 * anomaly);
    return {degrees(std::asin(sine(obliquity) * sine(longitude))), 4 * degrees(equation)};
}

std::optional<Time> sun_event(SunEvent event, const Position& place, Time noon) {
    const Time start{noon.us - noon.us % seconds(1).us};
    Time highest = start - in_minutes(minutes_past_noon(place, start));
    highest = highest - in_minutes(minutes_past_noon(place, highest));
    // The sun moves on between noon and evening: look where it stands then, and once more.
    Time found = highest;
    for (int round = 0; round < 4; ++round) {
        const auto half = half_day_min(place, found);
        if (!half) return std::nullopt;
        const double minutes = event == SunEvent::sunrise ? -*half : *half;
        const Time around = highest + in_minutes(minutes);
        // What the sundial gains or loses in these hours, some seconds.
        found = around - in_minutes(minutes_past_noon(place, around) - minutes);
    }
    return found;
}

}  // namespace foxtail
