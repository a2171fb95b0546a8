#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/cars/signals.hpp"

#include <string>
#include <vector>

namespace foxtail {

/// The vehicle signals this household uses: those Foxtail knows by itself, and over them what was
/// imported into `data`. Error: corrupt, unavailable.
[[nodiscard]] Result<cars::Signals> load_signals(const std::string& data);

/// Reads an export of the Vehicle Signal Specification and overlays of the same shape, and keeps
/// them in `data` for the next start. Answers with a sentence for people. Error: invalid_input with
/// the file's name, unavailable.
[[nodiscard]] Result<std::string> import_signals(const std::string& file,
                                                 const std::vector<std::string>& overlays,
                                                 const std::string& data);

}  // namespace foxtail
