#pragma once

#include "foxtail/config/yaml.hpp"
#include "foxtail/simulation/house.hpp"

#include <string_view>
#include <vector>

namespace foxtail::cli {

/// A house for `plan simulate`, as people write it; the format is docs/simulate.md.
struct HouseRead {
    simulation::Habits habits;      // to be used only when there are no mistakes
    std::vector<Mistake> mistakes;  // in the order of the file
};

/// Never throws. `file` is its name for messages.
[[nodiscard]] HouseRead read_house(std::string_view text, std::string_view file);

}  // namespace foxtail::cli
