#pragma once

#include <string>
#include <string_view>

namespace foxtail {

/// The name with those letters of other alphabets as Latin ones that look like them: two names that
/// a person takes for one give the same. Greek and Cyrillic letters, and digits of none; what looks
/// alike in more than a few fonts only (Unicode TR 39 has thousands).
[[nodiscard]] std::string as_it_looks(std::string_view name);

/// True when a word has Latin letters and letters of another alphabet that look like Latin ones: no
/// language writes so.
[[nodiscard]] bool mixes_alphabets(std::string_view name);

/// With each such letter written as its number, "H(U+0430)ll lamp": for names that pretend.
[[nodiscard]] std::string with_numbers(std::string_view name);

}  // namespace foxtail
