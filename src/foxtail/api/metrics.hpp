#pragma once

#include "foxtail/api/site.hpp"
#include "foxtail/hub/door.hpp"

#include <span>
#include <string>

namespace foxtail::api {

/// Prometheus text format 0.0.4: each name once with HELP and TYPE, then its lines.
[[nodiscard]] std::string format_metrics(std::span<const Metric> metrics);

/// All of the program's figures, those of the registered sources included.
[[nodiscard]] std::string metrics_text(const Door::System& system, const Site& site);

}  // namespace foxtail::api
