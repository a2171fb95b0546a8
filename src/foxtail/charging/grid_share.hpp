#pragma once

#include "foxtail/base/time.hpp"

namespace foxtail::charging {

/// How much of what the cars took came from the grid; the rest is the house's own: sun, or a
/// battery that was filled with it. What the house takes from the grid while cars charge is taken
/// for them: without them it would not be. Where the grid's meter is silent, all of it is the
/// grid's. W, Wh.
class GridShare {
public:
    /// Until when somebody has asked.
    struct Mark {
        double grid_wh = 0;
        double cars_wh = 0;
        double share = 1;  // as it was answered last
    };
    /// The grid's meter (+ into the house) and what all cars take, from now on.
    void hear(double grid_w, double cars_w, Duration now);
    /// 0 to 1, of what the cars took since the mark, which is moved to now. When they took nothing
    /// since: what was answered before, for that is of the same time, told in several words.
    [[nodiscard]] double since(Mark& mark, Duration now);

    static constexpr Duration silent_max = minutes(5);

private:
    void count_until(Duration now);

    bool heard_ = false;
    double from_grid_w_ = 0;
    double cars_w_ = 0;
    Duration heard_at_;
    Duration counted_at_;
    double grid_wh_ = 0;
    double cars_wh_ = 0;
};

}  // namespace foxtail::charging
