#pragma once

#include "foxtail/base/result.hpp"

#include <string>

namespace foxtail {

/// A whole file. Error: unavailable, with the system's reason.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

/// Writes beside, syncs, renames over and syncs the folder: afterwards there is the old or the new
/// file, never half of one. Only its owner may read it (0600). Error: unavailable.
[[nodiscard]] Result<void> replace_file(const std::string& path, const std::string& text);

}  // namespace foxtail
