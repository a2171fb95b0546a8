#pragma once

#include "foxtail/journal/record.hpp"

#include <algorithm>
#include <cmath>
#include <queue>
#include <random>
#include <vector>

namespace foxtail::sqlite::testing {

/// The readings of a household with 40 devices and some 220 properties, as such devices report:
/// several properties a message, values with their usual decimals, intervals that waver. For
/// benches; the demo's simulator is the believable one.
class Day {
public:
    explicit Day(std::uint64_t seed, Time from) : random_(seed), from_(from) {
        for (int i = 0; i < 12; ++i)
            device(300, {wander(2150, 2, 4), wander(4500, 2, 30), wander(1003, 1, 2), still(87),
                         noise(120, 40), still(3005)});
        for (int i = 0; i < 10; ++i)
            device(15, {power(i), wander(231, 0, 1), counter(2), still(1), noise(150, 30),
                        wander(45, 2, 3)});
        for (int i = 0; i < 8; ++i)
            device(900, {still(1), wander(180, 0, 20), still(370), noise(100, 60)});
        for (int i = 0; i < 6; ++i)
            device(120, {toggle(), wander(60, 0, 9), still(95), noise(140, 30)});
        device(10, {wander(355, 1, 2), wander(301, 1, 2), wander(48, 1, 1), still(550), power(3),
                    counter(3), wander(212, 1, 1), wander(35, 1, 2), toggle(), still(2),
                    wander(1200, 0, 40), wander(62, 0, 2), still(0), still(1), counter(1)});
        device(5, {power(1), power(2), power(4), wander(2312, 1, 4), wander(2309, 1, 4),
                   wander(2315, 1, 4), counter(3), counter(3)});
        device(60, {wander(643, 1, 1), wander(301, 0, 1), still(0), still(1),
                    wander(52520008, 6, 30), wander(13404954, 6, 30), wander(180, 1, 2), counter(1),
                    still(230), toggle(), still(16), wander(2100, 2, 9)});
        device(300,
               {wander(52520008, 6, 200), wander(13404954, 6, 200), wander(76, 0, 1), still(12)});
        device(300,
               {wander(52520008, 6, 200), wander(13404954, 6, 200), wander(54, 0, 1), still(15)});
    }

    /// The next message's records.
    void next(std::vector<Record>& out) {
        const auto due = queue_.top();
        queue_.pop();
        auto& d = devices_[due.second];
        const Time now = to_millisecond(Time{due.first});
        for (std::size_t i = 0; i < d.properties.size(); ++i) {
            const PropertyId property{d.first + static_cast<std::uint32_t>(i)};
            out.push_back({++seq_,
                           now,
                           {2},
                           0,
                           Reading{property, Quality::good, {}, value(d.properties[i], now)}});
        }
        schedule(due.second, now);
    }
    [[nodiscard]] Time time() const { return {queue_.top().first}; }
    [[nodiscard]] Seq seq() const { return seq_; }
    void set_seq(Seq seq) { seq_ = seq; }
    [[nodiscard]] std::size_t things() const { return devices_.size(); }
    [[nodiscard]] std::uint32_t properties_of(std::size_t thing) const {
        return static_cast<std::uint32_t>(devices_[thing].properties.size());
    }

private:
    enum class How { wander, noise, still, counter, toggle, power };
    struct Property {
        How how;
        std::int64_t level;
        int decimals;
        std::int64_t step;
    };
    struct Device {
        std::int64_t interval_s;
        std::uint32_t first;
        std::vector<Property> properties;
    };

    static Property wander(std::int64_t level, int decimals, std::int64_t step) {
        return {How::wander, level, decimals, step};
    }
    static Property noise(std::int64_t level, std::int64_t step) {
        return {How::noise, level, 0, step};
    }
    static Property still(std::int64_t level) { return {How::still, level, 0, 0}; }
    static Property counter(int decimals) { return {How::counter, 100'000, decimals, 3}; }
    static Property toggle() { return {How::toggle, 0, 0, 0}; }
    static Property power(int i) { return {How::power, 400 * i, 1, 30}; }

    void device(std::int64_t interval_s, std::vector<Property> properties) {
        devices_.push_back({interval_s, properties_, std::move(properties)});
        properties_ += static_cast<std::uint32_t>(devices_.back().properties.size());
        schedule(devices_.size() - 1, from_ + milliseconds(below(interval_s * 1000)));
    }
    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(random_() %
                                         static_cast<std::uint64_t>(std::max<std::int64_t>(n, 1)));
    }
    std::int64_t around(std::int64_t n) { return below(2 * n + 1) - n; }
    void schedule(std::size_t device, Time after) {
        const auto wait = devices_[device].interval_s * 1000 + around(250);
        queue_.emplace((after + milliseconds(wait)).us, device);
    }
    Value value(Property& p, Time now) {
        switch (p.how) {
            case How::wander:
                if (below(10) < 6) p.level += around(p.step);
                break;
            case How::noise:
                return p.level + around(p.step);
            case How::still:
                return p.level;
            case How::counter:
                p.level += below(p.step);
                break;
            case How::toggle:
                if (below(40) == 0) p.level = 1 - p.level;
                return p.level != 0;
            case How::power: {
                const double of_day =
                    static_cast<double>(now.us % days(1).us) / static_cast<double>(days(1).us);
                const auto base = p.level + static_cast<std::int64_t>(
                                                2000 * std::max(0.0, std::sin(of_day * 6.28)));
                return static_cast<double>(base + around(p.step)) / 10;
            }
        }
        if (p.decimals == 0) return p.level;
        return static_cast<double>(p.level) / std::pow(10.0, p.decimals);
    }

    std::mt19937_64 random_;
    Time from_;
    Seq seq_ = 0;
    std::uint32_t properties_ = 0;
    std::vector<Device> devices_;
    using Due = std::pair<std::int64_t, std::size_t>;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> queue_;
};

}  // namespace foxtail::sqlite::testing
