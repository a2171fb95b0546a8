#pragma once

#include "foxtail/cli/command.hpp"

#include <string>

namespace foxtail::cli {

/// The newest plans on record: `plan versions`.
[[nodiscard]] Result<void> show_versions(const Setting& setting, HubClient& hub, bool json);
/// What differs from one plan to another: `plan diff`. `second` may be empty: the plan of now.
[[nodiscard]] Result<void> show_difference(const Setting& setting, HubClient& hub,
                                           const std::string& first, const std::string& second,
                                           bool json);

}  // namespace foxtail::cli
