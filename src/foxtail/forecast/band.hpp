#pragma once

#include "foxtail/planner/series.hpp"

namespace foxtail::forecast {

using planner::Series;

/// What will be, and how sure that is: in nine of ten cases it is above p10, in one above p90. The
/// four have the same steps, are finite, and p10 <= p50 <= p90.
struct Band {
    Series p10;
    Series p50;
    Series p90;
    Series mean;  // expected: what to reckon energy and money with
};

}  // namespace foxtail::forecast
