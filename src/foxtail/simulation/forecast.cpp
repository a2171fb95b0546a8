#include "foxtail/simulation/forecast.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::simulation {
namespace {

constexpr int days_of_habit = 7;
constexpr double ratio_fades_h = 4;

/// The mean of the same time on the days before; of the present where there are none.
double habitual(const planner::Series& series, Time now, Time t) {
    double sum = 0;
    int count = 0;
    for (int back = 1; count < days_of_habit && t - days(back) >= series.from; ++back) {
        if (t - days(back) >= now) continue;
        sum += series.at(t - days(back));
        ++count;
    }
    return count > 0 ? sum / count : series.at(now);
}

/// The last known value at the same time of the day.
double day_before(const planner::Series& series, Time known_until, Time t) {
    while (t >= known_until) t = t - days(1);
    return series.at(std::max(t, series.from));
}

/// A quarter the day before, the rest the week before: neither a bright day nor a dark one lasts.
double usual_sun(const planner::Series& sun, Time known_until, Time t) {
    return 0.25 * day_before(sun, known_until, t) + 0.75 * habitual(sun, known_until, t);
}

/// How the last two hours compare with what was to be expected of them.
double sun_ratio(const planner::Series& sun, Time now) {
    const auto since = now - hours(2);
    if (since - days(1) < sun.from) return 1;
    double usual = 0;
    double came = 0;
    for (auto t = since; t <= now; t = t + minutes(15)) {
        usual += usual_sun(sun, since, t) / 9;
        came += sun.at(t) / 9;
    }
    return usual < 0.1 ? 1 : std::clamp(came / usual, 0.1, 3.0);
}

double hours_after(Time from, Time t) {
    return static_cast<double>((t - from).us) / 3.6e9;
}

}  // namespace

Forecast forecast(Foresight foresight, const World& world, Time now, Duration horizon) {
    const Time begin{now.us - now.us % minutes(15).us};
    const auto count = (horizon.us + minutes(15).us - 1) / minutes(15).us + 1;
    Forecast out;
    for (auto* series : {&out.load_kw, &out.sun_kw, &out.buy_eur, &out.sell_eur, &out.outdoor_c})
        *series = {begin, minutes(15), {}};
    const bool perfect = foresight == Foresight::perfect;
    const auto known = begin + minutes(15);
    out.prices_until = perfect ? world.until() : prices_known_until(now);
    const double ratio = sun_ratio(world.sun_kw, begin);
    const double warmer = world.outdoor_c.at(begin) - day_before(world.outdoor_c, begin, begin);
    for (std::int64_t i = 0; i < count; ++i) {
        const auto t = begin + minutes(15) * i;
        const bool seen = perfect || t < known;
        out.load_kw.values.push_back(seen ? world.load_kw.at(t)
                                          : habitual(world.load_kw, known, t));
        // Clouds pass: how the last hours compare says little of the evening.
        const double scaled = 1 + (ratio - 1) * std::exp(-hours_after(begin, t) / ratio_fades_h);
        out.sun_kw.values.push_back(seen ? world.sun_kw.at(t)
                                         : scaled * usual_sun(world.sun_kw, known, t));
        out.outdoor_c.values.push_back(seen ? world.outdoor_c.at(t)
                                            : warmer + day_before(world.outdoor_c, known, t));
        out.buy_eur.values.push_back(perfect ? world.buy_eur.at(t)
                                             : day_before(world.buy_eur, out.prices_until, t));
        out.sell_eur.values.push_back(perfect ? world.sell_eur.at(t)
                                              : day_before(world.sell_eur, out.prices_until, t));
    }
    return out;
}

}  // namespace foxtail::simulation
