#pragma once

#include "foxtail/base/result.hpp"

#include <string>
#include <string_view>

namespace foxtail::ledger {

// RFC 4648 section 4: the alphabet with + and /, padded. One text for the same bytes: what has set
// bits that mean nothing, or no padding, is refused.

void append_base64(std::string& out, std::string_view bytes);
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Error: invalid_input.
[[nodiscard]] Result<std::string> from_base64(std::string_view text);

}  // namespace foxtail::ledger
