#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::cli {

/// One value of a chart and when it was true.
struct ChartPoint {
    Time time;
    double value = 0;
};

struct ChartFrame {
    Time from;
    Time to;
    std::size_t columns = 72;  // of the whole chart with its axis, at least 24
    std::size_t rows = 8;      // of its area, at least 2
    std::string_view unit;     // symbol on the axis
};

/// A bar chart of eighth blocks with its axis at the left and times below. A value
/// holds until the next; before the first and after the last point nothing is drawn. Empty text
/// when there is no point.
[[nodiscard]] std::string bar_chart(const std::vector<ChartPoint>& points, const ChartFrame& frame,
                                    const Zone& zone);

/// One line for on and off: "█" where the last value said was 1, "·" where it was 0, each value
/// holding until the next; empty before the first.
[[nodiscard]] std::string on_off_chart(const std::vector<ChartPoint>& points,
                                       const ChartFrame& frame, const Zone& zone);

}  // namespace foxtail::cli
