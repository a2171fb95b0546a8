#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/base/time.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace foxtail::forecast {

/// Makes whole hours out of values that held for some time each.
class Hourly {
public:
    struct Hour {
        Time from;
        double mean = 0;
        double share = 0;  // of the hour that was heard of, 0 .. 1
    };
    static constexpr double share_min = 0.5;  // an hour heard of less is not counted

    /// `value` held over [from, from + length). Calls `whole` for each hour that is over by it.
    /// What lies before what was added already is left out, and so is what is no number: false
    /// then.
    bool add(Time from, Duration length, double value,
             const std::function<void(const Hour&)>& whole);
    [[nodiscard]] Time until() const { return until_; }

    void save(ByteWriter& out) const;
    void load(ByteReader& in);

private:
    void finish(const std::function<void(const Hour&)>& whole);

    Time until_;
    Time hour_;  // that is being heard of
    double sum_ = 0;
    double heard_s_ = 0;
};

/// Some values of the past, with how much each counts.
struct Weighed {
    double value = 0;
    double weight = 0;
};
struct Spread {
    double p10 = 0;
    double p50 = 0;
    double p90 = 0;
    double mean = 0;
    double weight = 0;  // of all
};
/// Nothing where there is no weight. Sorts `values`.
[[nodiscard]] std::optional<Spread> spread_of(std::vector<Weighed>& values);

/// Values by bucket; of each bucket the newest few. Newer ones weigh more: half as much after
/// `half_life` days.
class Samples {
public:
    struct Limits {
        std::size_t buckets = 24;
        std::size_t each_max = 40;
        double half_life_days = 10;
        std::int64_t days_max = 120;  // older ones do not count
    };
    explicit Samples(const Limits& limits) : limits_(limits), buckets_(limits.buckets) {}

    /// Days never go back by more than an hour's difference of zones; `value` is finite.
    void add(std::size_t bucket, std::int64_t day, double value);
    /// Appends what the bucket has, weighed by age and `times`.
    void collect(std::size_t bucket, std::int64_t today, double times,
                 std::vector<Weighed>& out) const;
    [[nodiscard]] std::size_t count() const;
    [[nodiscard]] bool empty() const;

    void save(ByteWriter& out) const;
    /// Rejects what add() could not have made.
    void load(ByteReader& in);

private:
    struct Sample {
        std::int64_t day = 0;
        double value = 0;
    };
    Limits limits_;
    std::vector<std::vector<Sample>> buckets_;  // oldest first
};

constexpr double value_most = 1e6;  // beyond it nothing is believed

}  // namespace foxtail::forecast
