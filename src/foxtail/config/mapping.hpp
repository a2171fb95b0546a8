#pragma once

#include "foxtail/cars/mapping.hpp"
#include "foxtail/config/yaml.hpp"

#include <string_view>
#include <vector>

namespace foxtail {

/// A mapping file: devices and cars as their owner describes them; the format is docs/cars.md.
struct MappingRead {
    std::vector<cars::MappedThing> things;  // to be used only when there are no mistakes
    std::vector<Mistake> mistakes;          // in the order of the file
};

/// Reads a file with `things:` at its top. `file` is its name for messages. Never throws.
[[nodiscard]] MappingRead read_mapping(std::string_view text, std::string_view file);

/// Reads `budget:` ({calls, money, wakes} a day); mistakes go to `yaml`.
[[nodiscard]] cars::BudgetLimits read_budget(Yaml& yaml, const YAML::Node& map);

}  // namespace foxtail
