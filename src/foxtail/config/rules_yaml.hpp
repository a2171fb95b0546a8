#pragma once

#include "foxtail/config/yaml.hpp"
#include "foxtail/rules/rule.hpp"

#include <string_view>
#include <vector>

namespace foxtail {

/// Rules as people write them; the format is docs/rules.md.
struct RulesRead {
    std::vector<RuleSpec> rules;    // to be used only when there are no mistakes
    std::vector<Mistake> mistakes;  // in the order of the file
};

/// Reads a file with `rules:` at its top. `file` is its name for messages. Expressions are
/// compiled, not run. Never throws.
[[nodiscard]] RulesRead read_rules(std::string_view text, std::string_view file);

/// Reads the list under `rules:` in a larger file; mistakes go to `yaml`.
[[nodiscard]] std::vector<RuleSpec> read_rules(Yaml& yaml, const YAML::Node& list);

}  // namespace foxtail
