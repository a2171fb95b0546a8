#pragma once

#include "foxtail/base/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace foxtail::charging {

/// What a kWh cost over the last two days: who tells late what flowed pays what it cost then.
class Prices {
public:
    /// Per kWh: bought, fed in, g of CO2. Nothing: not known at that time.
    struct Rate {
        std::optional<double> price, feed_in, co2;
    };
    static constexpr Duration kept = hours(48);
    static constexpr std::size_t kept_max = 1024;

    void hear(std::optional<double> Rate::*what, std::optional<double> value, Time now);
    /// The mean of that time, of what is known of it; at one moment, what held then. Before all
    /// that is known: the first that is.
    [[nodiscard]] Rate over(Time from, Time until) const;

private:
    struct Since {
        Time from;
        Rate rate;
    };
    std::deque<Since> past_;
};

}  // namespace foxtail::charging
