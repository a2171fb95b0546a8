#pragma once

#include "foxtail/connectors/ocpp/model.hpp"

#include <array>
#include <optional>

namespace foxtail::ocpp {

/// What one reading of a meter says of a charging point; nothing = not said. Totals that came only
/// by phase are added up; what was measured elsewhere than at the outlet is left out when the
/// outlet's is there.
struct PointMeter {
    std::optional<double> energy_wh;
    std::optional<double> power_w;
    std::array<std::optional<double>, 3> power_w_by_phase;
    std::array<std::optional<double>, 3> current_a;
    std::array<std::optional<double>, 3> voltage_v;
    std::optional<double> offered_a;
    std::optional<double> soc;
};
[[nodiscard]] PointMeter sum_up(const MeterRead& read);

/// Unit and multiplier brought to base units: Wh, W, A, V, %. False for a unit that does not belong
/// to the measurand.
[[nodiscard]] bool to_base_unit(Measurand measurand, std::string_view unit, int multiplier,
                                double& value);

}  // namespace foxtail::ocpp
