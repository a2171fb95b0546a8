#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/forecast/band.hpp"
#include "foxtail/forecast/samples.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace foxtail::forecast {

/// How long before it came something was foretold.
enum class Lead : std::uint8_t { within_1h, within_6h, within_24h, within_48h };
constexpr std::array<std::string_view, 4> lead_names = {"1h", "6h", "24h", "48h"};

/// How well it was foretold, over the last fourteen days, hour by hour.
struct Figures {
    std::size_t hours = 0;  // compared; 0 = the rest means nothing
    double mae = 0;         // mean of |p50 - came|, in the forecast's unit
    double bias = 0;        // mean of (expected - came): + = too much was foretold
    double coverage = 0;    // share that came between p10 and p90; 0.8 is right
    double mean = 0;        // of what came, to compare with
};

/// Compares one kind of forecast with what came.
class Score {
public:
    /// A forecast made at `made`. Of each hour and lead the newest counts.
    void foretold(Time made, const Band& band);
    /// What came: `value` over [from, from + length), in the order of time.
    void came(Time from, Duration length, double value);

    [[nodiscard]] Figures figures(Lead lead) const;
    /// Hours that came and that nobody had foretold, since the beginning.
    [[nodiscard]] std::uint64_t not_foretold() const { return not_foretold_; }

    /// Keeps the figures and what is foretold.
    [[nodiscard]] std::string save() const;
    /// Error: corrupt, and nothing changes.
    [[nodiscard]] Result<void> load(std::string_view bytes);

    static constexpr std::int64_t days_kept = 14;
    static constexpr std::size_t hours_ahead_max = 200;

private:
    struct Told {
        double p10 = 0;
        double p50 = 0;
        double p90 = 0;
        double mean = 0;
    };
    struct Sum {
        std::uint32_t hours = 0;
        std::uint32_t covered = 0;
        double error = 0;
        double bias = 0;
        double came = 0;
    };
    struct Day {
        std::int64_t day = 0;
        std::array<Sum, lead_names.size()> sums;
    };
    using Leads = std::array<std::optional<Told>, lead_names.size()>;
    void whole_hour(const Hourly::Hour& hour);

    std::map<std::int64_t, Leads> ahead_;  // by hour since 1970
    std::deque<Day> days_;                 // oldest first
    Hourly heard_;
    std::uint64_t not_foretold_ = 0;
};

}  // namespace foxtail::forecast
