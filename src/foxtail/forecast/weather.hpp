#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/forecast/band.hpp"
#include "foxtail/forecast/samples.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace foxtail::forecast {

/// What the roof will give (kW), or how warm it will be outside (°C). Where a source tells it, that
/// is believed, corrected by what it used to be wrong by at this hour; beyond its end, and without
/// one, what was at this hour of late. Both are moved by how the last hours differed from what
/// was expected, which fades. Hours are those of UTC: the sun does not know summer time.
class WeatherForecast {
public:
    enum class Of : std::uint8_t {
        sun,     // wrong by a factor; never below 0
        outdoor  // wrong by a difference
    };
    explicit WeatherForecast(Of of);

    /// Measured: `value` held over [from, from + length). In the order of time; what is older or
    /// no number (of the sun: negative) is left out and counted.
    void learn(Time from, Duration length, double value);
    /// What a source says, from `now` on; NaN where it says nothing. Not kept by save().
    void told(const Series& source, Time now);

    /// [from, from + horizon) in `step`s. With nothing known: 0 of the sun, `otherwise` outside.
    [[nodiscard]] Band forecast(Time from, Duration horizon, Duration step,
                                double otherwise = 8) const;
    /// Until when the source's word covers the time from `from` on without a gap; `from` = not.
    [[nodiscard]] Time told_until(Time from) const;

    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
    [[nodiscard]] std::size_t hours_known() const;

    [[nodiscard]] std::string save() const;
    /// Error: corrupt, and nothing changes.
    [[nodiscard]] Result<void> load(std::string_view bytes);

    static constexpr std::size_t told_max = 2048;  // hours of a source's word that are kept

private:
    /// How the last hours were, against what was expected.
    struct Lately {
        double was = 0;
        double expected = 0;
        double weight = 0;
        Time at;
    };
    [[nodiscard]] bool believable(double value) const;
    [[nodiscard]] Spread usual_hour(Time hour, std::int64_t today, double otherwise) const;
    [[nodiscard]] Spread usual(Time t, std::int64_t today, double otherwise) const;
    [[nodiscard]] Spread wrong_by(Time t, std::int64_t today) const;
    [[nodiscard]] Spread corrected(double source, const Spread& wrong) const;
    [[nodiscard]] double source_at(Time t) const;
    void note(Lately& lately, double was, double expected, Time at) const;
    [[nodiscard]] Spread moved(Spread spread, const Lately& lately, Time now, Time t,
                               double fades_h) const;
    void whole_hour(const Hourly::Hour& hour);

    Of of_;
    Samples own_;
    Samples wrong_;
    Hourly heard_;
    Lately of_source_;
    Lately of_own_;
    Series source_;
    std::map<std::int64_t, double> told_;  // by hour since 1970, as it was last told before it came
    std::uint64_t left_out_ = 0;
};

}  // namespace foxtail::forecast
