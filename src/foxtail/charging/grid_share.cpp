#include "foxtail/charging/grid_share.hpp"

#include <algorithm>

namespace foxtail::charging {
namespace {

double hours_passed(Duration time) {
    return static_cast<double>(std::max<std::int64_t>(time.us, 0)) / 3600e6;
}

}  // namespace

void GridShare::count_until(Duration now) {
    if (!heard_ || now <= counted_at_) return;
    const Duration silent_from = std::max(heard_at_ + silent_max, counted_at_);
    const double told = hours_passed(std::min(now, silent_from) - counted_at_);
    const double silent = hours_passed(now - silent_from);
    grid_wh_ += from_grid_w_ * told + cars_w_ * silent;
    cars_wh_ += cars_w_ * (told + silent);
    counted_at_ = now;
}

void GridShare::hear(double grid_w, double cars_w, Duration now) {
    count_until(now);
    cars_w_ = std::max(cars_w, 0.0);
    from_grid_w_ = std::clamp(grid_w, 0.0, cars_w_);
    heard_at_ = counted_at_ = now;
    heard_ = true;
}

double GridShare::since(Mark& mark, Duration now) {
    count_until(now);
    const double cars = cars_wh_ - mark.cars_wh;
    const double grid = grid_wh_ - mark.grid_wh;
    if (cars > 0) mark = {grid_wh_, cars_wh_, std::clamp(grid / cars, 0.0, 1.0)};
    return mark.share;
}

}  // namespace foxtail::charging
