#pragma once

#include "foxtail/rules/rule.hpp"

#include <vector>

namespace foxtail {

/// Everything wrong with a set of rules, except inside expressions: ids, addresses, numbers,
/// limits. The sources are those of the rules.
[[nodiscard]] std::vector<Mistake> check_rules(const std::vector<RuleSpec>& rules);

/// What is wrong with one trigger or action, or empty.
[[nodiscard]] std::string check_trigger(const Trigger& trigger);
[[nodiscard]] std::string check_action(const RuleAction& action);

}  // namespace foxtail
