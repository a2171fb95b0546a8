#include "foxtail/simulation/forecast.hpp"

#include <algorithm>

namespace foxtail::simulation {
namespace {

constexpr int days_of_habit = 7;

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

double sun_ratio(const planner::Series& sun, Time now) {
    if (now - days(1) - hours(2) < sun.from) return 1;
    const double then = sun.mean(now - days(1) - hours(2), now - days(1) + minutes(15));
    const double today = sun.mean(now - hours(2), now + minutes(15));
    return then < 0.1 ? 1 : std::clamp(today / then, 0.1, 3.0);
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
        // How today compares with yesterday says nothing of tomorrow.
        const double scaled = t < begin + hours(14) ? ratio : 1;
        out.sun_kw.values.push_back(seen ? world.sun_kw.at(t)
                                         : scaled * day_before(world.sun_kw, known, t));
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
