#pragma once

#include "foxtail/planner/plan.hpp"
#include "foxtail/planning/state.hpp"

#include <cstdint>
#include <vector>

namespace foxtail::planning {

class Keeper;

/// A way out for a goal that is missed or at risk: one setting of its device said otherwise.
struct Way {
    enum class Kind : std::uint8_t {
        later,  // ready so many minutes later
        less,   // what can be reached instead
        now     // at full power from now on
    };
    DeviceId device;
    std::size_t goal = 0;  // which of those of the device's course
    Kind kind = Kind::later;
    double amount = 0;  // later: minutes; less: in the setting's unit
    Setting setting = Setting::mode;
    Value value;
    Time due;       // of the goal, as it would be
    Wishes wishes;  // all, as they would be
    // ... and what would come of it; by choose()
    double more_eur = 0;
    double reached = 0;  // as Goal::reached
    planner::Goal::State state = planner::Goal::State::missed;
};
/// As the plan tells them.
constexpr std::array<std::string_view, 3> way_names = {"LATER", "LESS", "NOW"};
constexpr std::size_t ways_most = 15;

/// What could be said otherwise of the goals that the plan misses or puts at risk; those of the
/// first goals when there would be more than `ways_most`.
[[nodiscard]] std::vector<Way> ways_out(const Keeper& keeper, Time now);

/// Those that lead out, with their prices. `as_is`: the plan without any; `plans`: one for each of
/// `ways`, made at the same moment.
[[nodiscard]] std::vector<Way> choose(std::vector<Way> ways, const planner::Plan& as_is,
                                      const std::vector<planner::Plan>& plans, const Site& site);

}  // namespace foxtail::planning
