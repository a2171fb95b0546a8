#pragma once

#include <string>
#include <string_view>

namespace foxtail {

/// True when `text` is well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, no surrogates).
[[nodiscard]] bool valid_utf8(std::string_view text);

/// `text` with small letters for capital ones, to compare what people spelled: ASCII, Latin, Greek
/// and Cyrillic letters that have a simple partner; all else stays as it is.
[[nodiscard]] std::string fold_case(std::string_view text);

/// `text` cut to `bytes_max` at a character's border (and "..." after it, when something was cut),
/// with control characters, those that turn the direction of writing, and invalid bytes shown as
/// '?': safe for a log line, a page or an error message.
[[nodiscard]] std::string printable(std::string_view text, std::size_t bytes_max = 120);

}  // namespace foxtail
