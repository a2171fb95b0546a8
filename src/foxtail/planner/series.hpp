#pragma once

#include "foxtail/base/time.hpp"

#include <vector>

namespace foxtail::planner {

/// Values that hold for equal steps, one after the other: prices, loads, temperatures. Before the
/// first the first holds, after the last the last. An empty series is 0 everywhere.
struct Series {
    Time from;
    Duration step = minutes(15);
    std::vector<double> values;

    [[nodiscard]] Time until() const {
        return from + step * static_cast<std::int64_t>(values.size());
    }
    [[nodiscard]] double at(Time t) const;
    /// Mean over [begin, end), weighed by time; at(begin) where the span is empty.
    [[nodiscard]] double mean(Time begin, Time end) const;
    /// The same value always.
    [[nodiscard]] static Series constant(double value) { return {Time{1}, hours(1), {value}}; }
};

}  // namespace foxtail::planner
