#pragma once

#include "foxtail/base/assert.hpp"
#include "foxtail/forecast/habits.hpp"
#include "foxtail/forecast/load.hpp"
#include "foxtail/forecast/score.hpp"
#include "foxtail/forecast/weather.hpp"
#include "foxtail/forecast/zone_testing.hpp"

#include <cmath>
#include <string_view>

namespace foxtail::forecast {

inline void expect_finite(const Band& band) {
    for (const auto* series : {&band.p10, &band.p50, &band.p90, &band.mean}) {
        for (const double value : series->values)
            FOX_ASSERT(std::isfinite(value), "forecasts are finite");
    }
}

/// Loads the bytes as each kind of state. What takes them must work on, and save the same bytes.
/// How many took them.
inline int try_states(std::string_view bytes) {
    const BerlinZone zone;
    const Time now = at("2026-11-22T10:00:00Z");
    int taken = 0;
    LoadForecast load;
    if (load.load(bytes)) {
        ++taken;
        LoadForecast again;
        FOX_ASSERT(again.load(load.save()).has_value(),
                   "what was taken can be saved and taken again");
        expect_finite(load.forecast(now, days(1), hours(1), {}, zone));
        load.learn(now, hours(2), 1, true, zone);
    }
    for (const auto of : {WeatherForecast::Of::sun, WeatherForecast::Of::outdoor}) {
        WeatherForecast weather(of);
        if (!weather.load(bytes)) continue;
        ++taken;
        WeatherForecast again(of);
        FOX_ASSERT(again.load(weather.save()).has_value(),
                   "what was taken can be saved and taken again");
        weather.told(Series::constant(1), now);
        expect_finite(weather.forecast(now, days(1), hours(1)));
        weather.learn(now, hours(2), 1);
    }
    CarHabits habits;
    if (habits.load(bytes)) {
        ++taken;
        CarHabits again;
        FOX_ASSERT(again.load(habits.save()).has_value(),
                   "what was taken can be saved and taken again");
        for (const auto& trip : habits.trips(now, days(7), 5, zone))
            FOX_ASSERT(std::isfinite(trip.kwh) && trip.leave <= trip.back,
                       "trips end after they begin");
        habits.seen(now, true, 20, zone);
    }
    Score score;
    if (score.load(bytes)) {
        ++taken;
        Score again;
        FOX_ASSERT(again.load(score.save()).has_value(),
                   "what was taken can be saved and taken again");
        score.came(now, hours(2), 1);
        FOX_ASSERT(std::isfinite(score.figures(Lead::within_1h).mae), "scores are finite");
    }
    return taken;
}

}  // namespace foxtail::forecast
