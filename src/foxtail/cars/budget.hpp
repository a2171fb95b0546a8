#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace foxtail::cars {

/// What may be spent on asking a source, in any 24 hours; nothing = as much as wanted.
struct BudgetLimits {
    std::optional<std::uint32_t> calls;
    std::optional<double> money;         // in the household's currency
    std::optional<std::uint32_t> wakes;  // of the car
    friend bool operator==(const BudgetLimits&, const BudgetLimits&) = default;
};

/// What one call costs.
struct Cost {
    double money = 0;
    std::uint32_t wakes = 0;
    friend bool operator==(const Cost&, const Cost&) = default;
};

struct Spent {
    Time at;
    Cost cost;
    std::uint64_t cause = 0;  // the record that asked for it
    std::string what;
    friend bool operator==(const Spent&, const Spent&) = default;
};

/// Keeps count of what a source was asked. It never lets more through than the limits say, in no 24
/// hours, wherever they begin; also not when the clock is set back.
class Budget {
public:
    explicit Budget(BudgetLimits limits = {}) : limits_(limits) {}

    /// Takes one call. Error: exhausted, saying of what and when there is some again; nothing was
    /// spent then.
    [[nodiscard]] Result<void> spend(Time now, Cost cost, std::uint64_t cause,
                                     std::string_view what);
    [[nodiscard]] bool limited() const { return limits_.calls || limits_.money || limits_.wakes; }
    [[nodiscard]] const BudgetLimits& limits() const { return limits_; }
    /// What is left now; nothing where there is no limit.
    struct Left {
        std::optional<std::int64_t> calls;
        std::optional<double> money;
        std::optional<std::int64_t> wakes;
        friend bool operator==(const Left&, const Left&) = default;
    };
    [[nodiscard]] Left left(Time now) const;
    /// The calls of the last 24 hours, oldest first.
    [[nodiscard]] const std::deque<Spent>& spent() const { return spent_; }

    [[nodiscard]] std::string save() const;
    /// Takes what was saved; the limits stay. Error: corrupt, and nothing changes.
    [[nodiscard]] Result<void> load(std::string_view bytes);

    static constexpr std::size_t calls_max = 10'000;  // remembered, and so let through

private:
    void forget(Time now);
    BudgetLimits limits_;
    std::deque<Spent> spent_;
};

}  // namespace foxtail::cars
