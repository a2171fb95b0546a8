#include "foxtail/planner/ladder.hpp"

#include <algorithm>

namespace foxtail::planner {

double ladder_factor(double dearest_eur) {
    return std::max(1.0, dearest_eur / 0.6);
}

Ladder scaled(const Ladder& ladder, double dearest_eur) {
    const double factor = ladder_factor(dearest_eur);
    Ladder out = ladder;
    for (double* rung : {&out.car_floor_kwh, &out.deadline_kwh, &out.reserve_kwh, &out.cold_kh,
                         &out.hot_kh, &out.water_kwh, &out.soft_limit_kwh}) {
        *rung *= factor;
    }
    return out;
}

}  // namespace foxtail::planner
