#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/result.hpp"
#include "foxtail/forecast/band.hpp"
#include "foxtail/forecast/samples.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace foxtail::forecast {

/// What the house takes without what is planned, from what it took: by the hour of the clock, by
/// weekday or weekend, and by whether somebody was there. Newer days weigh more. What it takes just
/// now beyond the usual is believed to last a while.
class LoadForecast {
public:
    LoadForecast();

    /// The house took `kw` over [from, from + length); `home`: somebody was there. To be told in
    /// the order of time; what is older, negative or no number is left out and counted.
    void learn(Time from, Duration length, double kw, bool home, const Zone& zone);

    /// [from, from + horizon) in `step`s. `home`: 1 = somebody will be there, 0 = nobody, in
    /// between how likely; empty = always somebody. With nothing learned, `otherwise_kw` stands in.
    [[nodiscard]] Band forecast(Time from, Duration horizon, Duration step, const Series& home,
                                const Zone& zone, double otherwise_kw = 0.4) const;

    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
    /// Whole hours that were learned and not forgotten yet.
    [[nodiscard]] std::size_t hours_known() const;

    [[nodiscard]] std::string save() const;
    /// Error: corrupt, and nothing changes.
    [[nodiscard]] Result<void> load(std::string_view bytes);

private:
    [[nodiscard]] Spread usual(Time t, bool home, std::int64_t today, const Zone& zone,
                               double otherwise_kw) const;

    Samples samples_;
    Hourly heard_;
    Hourly home_;
    double beyond_kw_ = 0;  // of late, more than usual
    Time beyond_at_;
    std::uint64_t left_out_ = 0;
};

}  // namespace foxtail::forecast
