#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/journal/record.hpp"

namespace foxtail {

/// Whether one grant may take the place of another without anybody gaining by it: `becomes` goes no
/// further than `was` in any single member. Subject and token are not looked at. Error:
/// invalid_input, saying what would be wider.
///
/// Aggregates are figures of different things, so under a granularity the figure stays as it was;
/// spans and precisions may only become multiples of what they were, or the two grids together
/// would say more than either. What is forbidden is not narrowed: it is said, or taken back.
[[nodiscard]] Result<void> check_narrower(const GrantGiven& was, const GrantGiven& becomes);

}  // namespace foxtail
