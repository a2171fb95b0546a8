#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/config/yaml.hpp"

#include <string>
#include <vector>

namespace foxtail {

/// A way in for an emergency: sealed, until somebody who was let breaks it.
struct GlassConfig {
    std::string name;  // its thing is "glass-NAME"
    std::string title;
    Duration open_for = minutes(60);
    friend bool operator==(const GlassConfig&, const GlassConfig&) = default;
};

/// Reads `break_glass`.
[[nodiscard]] std::vector<GlassConfig> read_break_glass(Yaml& yaml, const YAML::Node& list);

}  // namespace foxtail
