#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/journal/note.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::ledger {

/// What to say about a certificate of taking back that holds. Error: invalid_input, with what does
/// not.
[[nodiscard]] Result<std::string> judge_certificate(std::string_view text,
                                                    const std::optional<VerifierKey>& key);

}  // namespace foxtail::ledger
