#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace foxtail::planning {

/// The highest import of a billing period (a calendar month of the house), as meters that are paid
/// by it count: the mean of each quarter of an hour of the clock. Knows no clock.
class PeakMeter {
public:
    explicit PeakMeter(const Zone& zone) : zone_(zone) {}

    /// What the configuration says it was so far; it counts for the month in which it is said
    /// first.
    void configured(double kw, Time now);
    /// What is measured just now, + from the grid; it is taken to have been so since the last call.
    /// Called often. A quarter of which less than half was heard does not count.
    void measure(std::optional<double> grid_kw, Time now);
    [[nodiscard]] double so_far_kw() const { return peak_kw_; }

    [[nodiscard]] std::string save() const;
    /// Error: corrupt; nothing is changed then.
    [[nodiscard]] Result<void> load(std::string_view bytes);

private:
    void enter(Time now);
    void end_quarter();

    const Zone& zone_;
    int month_ = 0;  // of the house's calendar, 202611; 0 = none yet
    double peak_kw_ = 0;
    double configured_kw_ = 0;
    Time quarter_;    // the one under way
    double kwh_ = 0;  // ... and what was heard of it
    double heard_s_ = 0;
    Time last_;
};

}  // namespace foxtail::planning
