#include "foxtail/forecast/samples.hpp"

#include "foxtail/forecast/local_time.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::forecast {
namespace {

constexpr double s_of(Duration d) {
    return static_cast<double>(d.us) / 1e6;
}
constexpr Duration clock_set_back = days(2);
constexpr std::int64_t day_most = 4'000'000;  // since 1970; some ten thousand years

bool believable(double value) {
    return std::isfinite(value) && std::abs(value) <= value_most;
}

/// The value below which a share of the weight lies, in between where it falls between two.
double quantile(const std::vector<Weighed>& sorted, double total, double share) {
    const double wanted = share * total;
    double below = 0;
    double last_middle = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const double middle = below + sorted[i].weight / 2;
        if (wanted <= middle) {
            if (i == 0) return sorted[0].value;
            const double part = (wanted - last_middle) / (middle - last_middle);
            return sorted[i - 1].value + part * (sorted[i].value - sorted[i - 1].value);
        }
        below += sorted[i].weight;
        last_middle = middle;
    }
    return sorted.back().value;
}

}  // namespace

bool Hourly::add(Time from, Duration length, double value,
                 const std::function<void(const Hour&)>& whole) {
    if (!believable(value) || length.us <= 0 || length > days(1)) return false;
    const Time until = from + length;
    if (until + clock_set_back < until_) *this = {};  // the clock had been wrong: begin anew
    if (until <= until_) return false;
    from = std::max(from, until_);
    until_ = until;
    while (from < until) {
        const Time hour = cut_down(from, hours(1));
        if (hour != hour_) finish(whole);
        hour_ = hour;
        const Time end = std::min(until, hour + hours(1));
        sum_ += value * s_of(end - from);
        heard_s_ += s_of(end - from);
        from = end;
        if (end == hour + hours(1)) finish(whole);
    }
    return true;
}

void Hourly::finish(const std::function<void(const Hour&)>& whole) {
    if (heard_s_ >= share_min * 3600) whole({hour_, sum_ / heard_s_, heard_s_ / 3600});
    sum_ = 0;
    heard_s_ = 0;
}

void Hourly::save(ByteWriter& out) const {
    out.i64(until_.us);
    out.i64(hour_.us);
    out.f64(sum_);
    out.f64(heard_s_);
}

void Hourly::load(ByteReader& in) {
    until_.us = in.i64();
    hour_.us = in.i64();
    sum_ = in.f64();
    heard_s_ = in.f64();
    const bool sane = until_.us >= 0 && until_.us / days(1).us <= day_most && hour_.us >= 0 &&
                      hour_ <= until_ && heard_s_ >= 0 && heard_s_ <= 3600 &&
                      std::abs(sum_) <= value_most * 3600;
    if (!sane) in.reject();
}

std::optional<Spread> spread_of(std::vector<Weighed>& values) {
    std::erase_if(values, [](const Weighed& one) { return !(one.weight > 0); });
    if (values.empty()) return std::nullopt;
    std::sort(values.begin(), values.end(), [](const Weighed& a, const Weighed& b) {
        return a.value != b.value ? a.value < b.value : a.weight < b.weight;
    });
    Spread out;
    for (const auto& one : values) {
        out.weight += one.weight;
        out.mean += one.value * one.weight;
    }
    out.mean /= out.weight;
    out.p10 = quantile(values, out.weight, 0.1);
    out.p50 = quantile(values, out.weight, 0.5);
    out.p90 = quantile(values, out.weight, 0.9);
    return out;
}

void Samples::add(std::size_t bucket, std::int64_t day, double value) {
    if (bucket >= buckets_.size() || !believable(value) || day < 0 || day > day_most) return;
    auto& all = buckets_[bucket];
    if (!all.empty() && day < all.back().day) day = all.back().day;
    if (all.size() >= limits_.each_max) all.erase(all.begin());
    all.push_back({day, value});
}

std::size_t Samples::count() const {
    std::size_t sum = 0;
    for (const auto& all : buckets_) sum += all.size();
    return sum;
}

void Samples::collect(std::size_t bucket, std::int64_t today, double times,
                      std::vector<Weighed>& out) const {
    for (const auto& one : buckets_.at(bucket)) {
        const auto age = std::max<std::int64_t>(today - one.day, 0);
        if (age > limits_.days_max) continue;
        const double weight = times * std::exp2(-static_cast<double>(age) / limits_.half_life_days);
        out.push_back({one.value, weight});
    }
}

bool Samples::empty() const {
    return std::all_of(buckets_.begin(), buckets_.end(),
                       [](const auto& all) { return all.empty(); });
}

void Samples::save(ByteWriter& out) const {
    out.u64(buckets_.size());
    for (const auto& all : buckets_) {
        out.u64(all.size());
        for (const auto& one : all) {
            out.i64(one.day);
            out.f64(one.value);
        }
    }
}

void Samples::load(ByteReader& in) {
    if (in.count() != buckets_.size()) return in.reject();
    for (auto& all : buckets_) {
        all.clear();
        const auto size = in.count(9);
        if (size > limits_.each_max) return in.reject();
        for (std::size_t i = 0; i < size; ++i) {
            Sample one{in.i64(), in.f64()};
            const bool sane = believable(one.value) && one.day >= 0 && one.day <= day_most &&
                              (all.empty() || one.day >= all.back().day);
            if (!sane) return in.reject();
            all.push_back(one);
        }
    }
}

}  // namespace foxtail::forecast
