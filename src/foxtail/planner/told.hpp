#pragma once

#include "foxtail/base/time.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace foxtail::planner {

/// What is told of a plan: why it changed, what of it had to be guessed. The names stay.
enum class Tells : std::uint8_t {
    nothing,
    // something happened
    level_known,
    level_jumped,
    plugged_in,
    unplugged,
    came_home,
    left_home,
    armed,
    disarmed,
    run_began,
    run_done,
    somebody_home,
    nobody_home,
    grid_limit,
    grid_limit_over,
    quarter_hour,
    mode_ended,
    wish_set,
    switched_by_hand,
    away,
    away_over,
    meter_silent,
    prices_came,
    sun_forecast_came,
    weather_forecast_came,
    calendar_changed,
    disobeys,
    below_plan,
    above_plan,
    plan_ran_out,
    // the new plan against the old
    first_plan,
    no_old_plan,
    old_plan_ran_out,
    device_new,
    device_gone,
    goal_changed,
    goal_reachable,
    goal_unreachable,
    goal_gone,
    car_left,
    car_there,
    overridden,
    override_over,
    off_course,
    costs_less,
    // guessed
    sun_unknown,
    load_meter_silent,
    load_unknown,
    prices_as_before,
    source_silent,
    source_never_told,
    own_sun_free,
    level_unknown,
    level_held,
    // something happened
    not_obeying,
    tried_again,
    quiet_set,
    quiet_over,
    last_ = quiet_over
};

/// A code with its values by name, for whoever makes words of their own, and an English sentence
/// of both for everybody else.
class Told {
public:
    /// Numbers in the unit that the sentence names; times as RFC 3339.
    using Value = std::variant<double, std::string>;
    using Values = std::vector<std::pair<std::string_view, Value>>;

    Told() = default;
    /// Implicit, so that a code alone can be told. Names outlive it: literals.
    Told(Tells code, Values values = {}) : code_(code), values_(std::move(values)) {}

    [[nodiscard]] bool empty() const { return code_ == Tells::nothing; }
    [[nodiscard]] Tells code() const { return code_; }
    /// "PLUGGED_IN"; empty for nothing.
    [[nodiscard]] std::string_view name() const;
    [[nodiscard]] const Values& values() const { return values_; }
    /// "leaf was plugged in"; empty for nothing.
    [[nodiscard]] std::string words() const;

    friend bool operator==(const Told&, const Told&) = default;

private:
    Tells code_ = Tells::nothing;
    Values values_;
};

/// All sentences, with "; " between them.
[[nodiscard]] std::string words_of(const std::vector<Told>& all);

}  // namespace foxtail::planner
