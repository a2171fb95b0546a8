#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/planner/series.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace foxtail::forecast {

using planner::Series;

/// A value that holds on some days of the week between two times of the clocks on the wall.
struct ByClock {
    std::uint8_t weekdays = 0x7F;  // bit 0 = Monday
    int from_minute = 0;           // of the day, 0 .. 1439
    int until_minute = 1440;       // not after `from` = until then on the next day
    double value = 0;
    friend bool operator==(const ByClock&, const ByClock&) = default;
};

/// What `t` has in the table: the last line that holds; `otherwise` where none does.
[[nodiscard]] double by_clock(const std::vector<ByClock>& table, Time t, const Zone& zone,
                              double otherwise);

/// What a kWh costs, or brings, as the contract says it:
///   all in = (base × factor + adder + network by the clock) × (1 + VAT) + fee
/// where the base is the source's price (dynamic), the table's line, or always the same.
struct Price {
    enum class Kind : std::uint8_t { flat, table, dynamic };
    Kind kind = Kind::flat;
    double flat_eur = 0;           // EUR/kWh; also where the table has no line
    std::vector<ByClock> table;    // EUR/kWh
    double factor = 1;             // of the base
    double adder_eur = 0;          // EUR/kWh, before VAT
    std::vector<ByClock> network;  // EUR/kWh, before VAT: network fees that go by the clock
    double vat = 0;                // 0.19 = 19 %
    double fee_eur = 0;            // EUR/kWh, after VAT
    friend bool operator==(const Price&, const Price&) = default;
};
constexpr std::array<std::string_view, 3> price_kind_names = {"flat", "table", "dynamic"};

struct Tariff {
    Price buy{Price::Kind::flat, 0.30, {}, 1, 0, {}, 0, 0};
    Price sell;
    friend bool operator==(const Tariff&, const Tariff&) = default;
};

/// Prices over a horizon, and from when on they are guessed. What is not dynamic is never guessed.
struct Prices {
    Series eur;             // EUR/kWh, all in; finite everywhere
    Time known_until;       // from here on guessed; the horizon's end when nothing is
    std::size_t holes = 0;  // steps before known_until that the source left out; guessed as well
};

/// The prices of `step`s over [from, from + horizon), `from` cut down to a whole step. Where a
/// dynamic price's source has nothing (ended early, has a hole, says NaN), the price of the same
/// time of the clock on the newest earlier day of the same kind (Monday to Friday; Saturday,
/// Sunday) stands in; else of the newest earlier day; else the mean of what is known; else
/// `flat_eur`. Steps of 15 or 60 min, or whatever divides an hour; the source may have others.
[[nodiscard]] Prices prices(const Price& price, const Series& source, Time from, Duration horizon,
                            Duration step, const Zone& zone);

/// What was told before and what is told now, as one: where both say something the newer counts;
/// what is before `keep_from` is forgotten. So that a source that tells the future only still
/// leaves days behind that guesses can follow. Finer steps of the two; NaN where neither says
/// anything.
[[nodiscard]] Series joined(const Series& older, const Series& newer, Time keep_from);

}  // namespace foxtail::forecast
