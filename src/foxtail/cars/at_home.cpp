#include "foxtail/cars/at_home.hpp"

#include <cmath>
#include <numbers>

namespace foxtail::cars {
namespace {

constexpr double metres_per_degree = 111'195;  // of a meridian

/// Near enough to be at home the earth is flat; what is far is far either way.
double metres_between(HomePlace a, HomePlace b) {
    const double north = (a.latitude - b.latitude) * metres_per_degree;
    const double turn = std::remainder(a.longitude - b.longitude, 360.0);
    const double east = turn * metres_per_degree * std::cos(a.latitude * std::numbers::pi / 180);
    return std::hypot(north, east);
}

}  // namespace

std::optional<bool> AtHome::look() {
    if (!latitude_ || !longitude_) return std::nullopt;
    const double away = metres_between(home_, {*latitude_, *longitude_});
    home_before_ = away <= (home_before_ ? leaves_beyond_m : comes_within_m);
    return home_before_;
}

}  // namespace foxtail::cars
