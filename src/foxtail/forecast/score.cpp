#include "foxtail/forecast/score.hpp"

#include "foxtail/forecast/local_time.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::forecast {
namespace {

constexpr std::uint8_t score_version = 1;
constexpr std::array<Duration, lead_names.size()> lead_most = {hours(1), hours(6), hours(24),
                                                               hours(48)};

std::optional<std::size_t> lead_of(Duration ahead) {
    if (ahead.us < 0) return std::nullopt;
    for (std::size_t i = 0; i < lead_most.size(); ++i) {
        if (ahead < lead_most.at(i)) return i;
    }
    return std::nullopt;
}

bool score_value(double value) {
    return std::isfinite(value) && std::abs(value) <= value_most;
}

}  // namespace

void Score::foretold(Time made, const Band& band) {
    if (band.p50.values.empty() || band.p50.step.us <= 0) return;
    // The hour under way was partly seen already: it is not foretold any more.
    Time hour = cut_down(made, hours(1));
    if (hour < made) hour = hour + hours(1);
    const auto mean_or = [](const Series& series, Time t, double otherwise) {
        return series.values.empty() ? otherwise : series.mean(t, t + hours(1));
    };
    for (; hour + hours(1) <= band.p50.until(); hour = hour + hours(1)) {
        const auto lead = lead_of(hour - made);
        if (!lead) break;
        if (hour < band.p50.from) continue;
        Told told;
        told.p50 = band.p50.mean(hour, hour + hours(1));
        told.p10 = mean_or(band.p10, hour, told.p50);
        told.p90 = mean_or(band.p90, hour, told.p50);
        told.mean = mean_or(band.mean, hour, told.p50);
        if (!score_value(told.p10) || !score_value(told.p50) || !score_value(told.p90) ||
            !score_value(told.mean))
            continue;
        const auto key = hour.us / hours(1).us;
        if (!ahead_.contains(key) && ahead_.size() >= hours_ahead_max) continue;
        ahead_[key].at(*lead) = told;
    }
}

void Score::came(Time from, Duration length, double value) {
    heard_.add(from, length, value, [&](const Hourly::Hour& hour) { whole_hour(hour); });
    // What can not be compared any more.
    ahead_.erase(ahead_.begin(),
                 ahead_.lower_bound(cut_down(heard_.until(), hours(1)).us / hours(1).us));
}

void Score::whole_hour(const Hourly::Hour& hour) {
    const auto at = ahead_.find(hour.from.us / hours(1).us);
    if (at == ahead_.end()) {
        ++not_foretold_;
        return;
    }
    const auto day = cut_down(hour.from, days(1)).us / days(1).us;
    if (days_.empty() || days_.back().day < day) days_.push_back({day, {}});
    while (days_.front().day <= day - days_kept) days_.pop_front();
    for (std::size_t i = 0; i < at->second.size(); ++i) {
        const auto& told = at->second.at(i);
        if (!told) continue;
        Sum& sum = days_.back().sums.at(i);
        ++sum.hours;
        if (hour.mean >= told->p10 - 1e-9 && hour.mean <= told->p90 + 1e-9) ++sum.covered;
        sum.error += std::abs(told->p50 - hour.mean);
        sum.bias += told->mean - hour.mean;
        sum.came += hour.mean;
    }
    ahead_.erase(at);
}

Figures Score::figures(Lead lead) const {
    Figures out;
    double covered = 0;
    for (const auto& day : days_) {
        const Sum& sum = day.sums.at(static_cast<std::size_t>(lead));
        out.hours += sum.hours;
        covered += sum.covered;
        out.mae += sum.error;
        out.bias += sum.bias;
        out.mean += sum.came;
    }
    if (out.hours == 0) return {};
    const auto n = static_cast<double>(out.hours);
    out.mae /= n;
    out.bias /= n;
    out.mean /= n;
    out.coverage = covered / n;
    return out;
}

std::string Score::save() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(score_version);
    heard_.save(out);
    out.u64(not_foretold_);
    out.u64(days_.size());
    for (const auto& day : days_) {
        out.i64(day.day);
        for (const auto& sum : day.sums) {
            out.u64(sum.hours);
            out.u64(sum.covered);
            out.f64(sum.error);
            out.f64(sum.bias);
            out.f64(sum.came);
        }
    }
    out.u64(ahead_.size());
    for (const auto& [hour, leads] : ahead_) {
        out.i64(hour);
        for (const auto& told : leads) {
            out.u8(told ? 1 : 0);
            if (!told) continue;
            for (const double value : {told->p10, told->p50, told->p90, told->mean}) out.f64(value);
        }
    }
    return bytes;
}

Result<void> Score::load(std::string_view bytes) {
    ByteReader in(bytes);
    Score fresh;
    if (in.u8() != score_version) return fail(Code::corrupt, "not a score of this version");
    fresh.heard_.load(in);
    fresh.not_foretold_ = in.u64();
    const auto day_count = in.count(8);
    if (day_count > static_cast<std::size_t>(days_kept)) in.reject();
    for (std::size_t i = 0; i < day_count && in.ok(); ++i) {
        Day day;
        day.day = in.i64();
        if (!fresh.days_.empty() && day.day <= fresh.days_.back().day) in.reject();
        for (auto& sum : day.sums) {
            sum.hours = in.u32();
            sum.covered = in.u32();
            sum.error = in.f64();
            sum.bias = in.f64();
            sum.came = in.f64();
            const double most = value_most * 25;
            const bool sane = sum.hours <= 25 && sum.covered <= sum.hours && sum.error >= 0 &&
                              sum.error <= 2 * most && std::abs(sum.bias) <= 2 * most &&
                              std::abs(sum.came) <= most;
            if (!sane) in.reject();
        }
        fresh.days_.push_back(day);
    }
    const auto hour_count = in.count(5);
    if (hour_count > hours_ahead_max) in.reject();
    for (std::size_t i = 0; i < hour_count && in.ok(); ++i) {
        const auto hour = in.i64();
        Leads leads;
        for (auto& told : leads) {
            const auto there = in.u8();
            if (there > 1) in.reject();
            if (there != 1) continue;
            told = Told{in.f64(), in.f64(), in.f64(), in.f64()};
            if (!score_value(told->p10) || !score_value(told->p50) || !score_value(told->p90) ||
                !score_value(told->mean))
                in.reject();
        }
        fresh.ahead_[hour] = leads;
    }
    if (!in.ok() || !in.at_end()) return fail(Code::corrupt, "the bytes of a score make no sense");
    *this = std::move(fresh);
    return {};
}

}  // namespace foxtail::forecast
