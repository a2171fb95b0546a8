// One phase or three: switching needs a pause, and a reason that lasts.
#include "foxtail/charging/controller.hpp"

#include <algorithm>

namespace foxtail::charging {
namespace {

constexpr double upward_margin = 1.05;
constexpr double idle_a = 1;
constexpr Duration give_up_after = minutes(3);

}  // namespace

double Controller::sun_each() const {
    int sharing = 0;
    for (const Point& point : points_) sharing += uses_sun(point) ? 1 : 0;
    return sharing == 0 ? 0 : sun_w_ / sharing;
}

int Controller::better_phases(std::size_t index) const {
    const Point& point = points_[index];
    const int set = point.phases_now();
    const double three_w = 3 * point.site().current_min_a * site_.volts;
    if (point.wished_w().value_or(three_w) < three_w) return 1;  // or nothing at all
    if (point.mode == Mode::now || point.by_hand()) return 3;
    if (point.mode == Mode::planned) return point.plan_phases.value_or(set);
    if (!uses_sun(point)) return set;
    const double sun_w = sun_each();
    if (set == 3 && point.phases_seen() == 1) return 3;  // the car has one anyway
    if (sun_w < three_w) return 1;
    return sun_w >= three_w * upward_margin ? 3 : set;
}

void Controller::think_of_phases(std::size_t index, Moment now) {
    Point& point = points_[index];
    if (!point.site().switches_phases || point.phases_now() == 2) return;
    if (point.switch_to != 0) return step_switching(index, now);
    const int better = plugged(point.status) ? better_phases(index) : point.phases_now();
    if (better == point.phases_now()) {
        point.better_since.reset();
        return;
    }
    if (!point.better_since) point.better_since = now.mono;
    const bool for_sun = uses_sun(point);
    if (for_sun && now.mono - *point.better_since < site_.delays.switch_phases) return;
    if (point.switched_at && now.mono - *point.switched_at < site_.delays.switch_again) return;
    point.better_since.reset();
    point.switch_to = better;
    point.switch_sent = false;
    point.switch_step_at = now.mono;
}

void Controller::step_switching(std::size_t index, Moment now) {
    Point& point = points_[index];
    const auto& delays = site_.delays;
    if (now.mono - point.switch_step_at > give_up_after || !plugged(point.status)) {
        point.switch_to = 0;
        point.switched_at = now.mono;
        return;
    }
    const bool idle = point.commanded_a == 0 && point.highest() <= idle_a &&
                      now.mono - point.commanded_at >= delays.switch_pause;
    if (!point.switch_sent) {
        if (!idle) return;
        proposals_.push_back(
            {Proposal::What::phases, index, static_cast<double>(point.switch_to), {}, because_});
        point.switch_sent = true;
        point.switch_step_at = now.mono;
        return;
    }
    if (point.phases_set == point.switch_to &&
        now.mono - point.switch_step_at >= delays.switch_pause) {
        point.switch_to = 0;
        point.switched_at = now.mono;
        point.forget_phases();
    }
}

}  // namespace foxtail::charging
