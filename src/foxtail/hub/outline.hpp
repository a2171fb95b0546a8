#pragma once

#include <string>
#include <string_view>

namespace foxtail {

// Input that nobody understood may be about anybody: whoever looks after it is told its shape, and
// nothing of what it says.

/// Of a sample of input: what begins as JSON does keeps its marks and its names, each value is
/// "…"; of anything else so many bytes. Also for what is cut or broken. Of names only those that
/// look like ones are kept.
[[nodiscard]] std::string outline(std::string_view sample);

/// The reason for refusing it, without what the sample says: numbers and quoted words that stand in
/// it are "…", and so is the value that does not fit a property.
[[nodiscard]] std::string without_said(std::string_view reason, std::string_view sample);

}  // namespace foxtail
