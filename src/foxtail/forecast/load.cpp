#include "foxtail/forecast/load.hpp"

#include "foxtail/forecast/local_time.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace foxtail::forecast {
namespace {

constexpr std::uint8_t load_version = 1;
constexpr double load_kw_most = 1000;
constexpr std::int64_t load_steps_most = 20'000;
// What another kind of day, or an empty house, tells of this one.
constexpr double other_day = 0.1;
constexpr double other_presence = 0.05;
// So much of what is beyond the usual lasts, and so it fades.
constexpr double beyond_lasts = 0.6;
constexpr double beyond_fades_h = 2;
constexpr double beyond_counts_h = 3;

constexpr std::size_t load_bucket(int hour, bool weekend, bool home) {
    return static_cast<std::size_t>(hour) + (weekend ? 24U : 0U) + (home ? 48U : 0U);
}

double hours_of(Duration d) {
    return static_cast<double>(d.us) / 3.6e9;
}

}  // namespace

LoadForecast::LoadForecast() : samples_({96, 40, 10, 120}) {}

Spread LoadForecast::usual(Time t, bool home, std::int64_t today, const Zone& zone,
                           double otherwise_kw) const {
    const auto local = local_time(zone, t);
    const int hour = local.minute / 60;
    const bool weekend = local.weekend();
    std::vector<Weighed> all;
    samples_.collect(load_bucket(hour, weekend, home), today, 1, all);
    samples_.collect(load_bucket(hour, !weekend, home), today, other_day, all);
    samples_.collect(load_bucket(hour, weekend, !home), today, other_presence, all);
    samples_.collect(load_bucket(hour, !weekend, !home), today, other_day * other_presence, all);
    if (const auto spread = spread_of(all)) return *spread;
    // Nothing of this hour of any day: the other hours.
    for (std::size_t bucket = 0; bucket < 96; ++bucket) samples_.collect(bucket, today, 1, all);
    if (const auto spread = spread_of(all)) return *spread;
    return {0.5 * otherwise_kw, otherwise_kw, 2 * otherwise_kw, otherwise_kw, 0};
}

void LoadForecast::learn(Time from, Duration length, double kw, bool home, const Zone& zone) {
    const bool sane = kw >= 0 && kw <= load_kw_most && length.us > 0 && length <= days(1);
    const bool newer = from + length > heard_.until() || from + days(2) < heard_.until();
    if (!sane || !newer) {
        ++left_out_;
        return;
    }
    // Hour by hour, so that presence and power are over in step.
    for (const Time until = from + length; from < until;) {
        const Time end = std::min(until, cut_down(from, hours(1)) + hours(1));
        bool there = home;
        home_.add(from, end - from, home ? 1 : 0,
                  [&](const Hourly::Hour& hour) { there = hour.mean >= 0.5; });
        heard_.add(from, end - from, kw, [&](const Hourly::Hour& hour) {
            const auto local = local_time(zone, hour.from);
            const auto usually = usual(hour.from, there, local.day, zone, hour.mean).mean;
            beyond_kw_ = hour.mean - usually;
            beyond_at_ = hour.from + hours(1);
            samples_.add(load_bucket(local.minute / 60, local.weekend(), there), local.day,
                         hour.mean);
        });
        from = end;
    }
}

Band LoadForecast::forecast(Time from, Duration horizon, Duration step, const Series& home,
                            const Zone& zone, double otherwise_kw) const {
    if (step.us <= 0) step = minutes(15);
    Band out;
    const Time begin = cut_down(from, step);
    for (auto* series : {&out.p10, &out.p50, &out.p90, &out.mean}) {
        series->from = begin;
        series->step = step;
    }
    const auto today = local_time(zone, from).day;
    const auto span = std::max<std::int64_t>((from + horizon - begin).us, step.us);
    const auto steps = std::min((span + step.us - 1) / step.us, load_steps_most);
    const double age_h = hours_of(from - beyond_at_);
    const bool counts = beyond_at_.known() && age_h >= 0 && age_h <= beyond_counts_h;
    for (std::int64_t i = 0; i < steps; ++i) {
        const Time t = begin + step * i;
        double there = home.values.empty() ? 1 : home.at(t);
        there = std::isfinite(there) ? std::clamp(there, 0.0, 1.0) : 1;
        const auto with = usual(t, true, today, zone, otherwise_kw);
        const auto without = there < 1 ? usual(t, false, today, zone, otherwise_kw) : with;
        const double lead_h = std::max(hours_of(t - from), 0.0) + std::max(age_h, 0.0);
        const double more =
            counts ? beyond_kw_ * beyond_lasts * std::exp(-lead_h / beyond_fades_h) : 0;
        const auto mixed = [&](double a, double b) {
            return std::max(there * a + (1 - there) * b + more, 0.0);
        };
        out.p10.values.push_back(mixed(with.p10, without.p10));
        out.p50.values.push_back(mixed(with.p50, without.p50));
        out.p90.values.push_back(mixed(with.p90, without.p90));
        out.mean.values.push_back(mixed(with.mean, without.mean));
    }
    return out;
}

std::size_t LoadForecast::hours_known() const {
    return samples_.count();
}

std::string LoadForecast::save() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(load_version);
    samples_.save(out);
    heard_.save(out);
    home_.save(out);
    out.f64(beyond_kw_);
    out.i64(beyond_at_.us);
    out.u64(left_out_);
    return bytes;
}

Result<void> LoadForecast::load(std::string_view bytes) {
    ByteReader in(bytes);
    LoadForecast fresh;
    if (in.u8() != load_version) return fail(Code::corrupt, "not a load forecast of this version");
    fresh.samples_.load(in);
    fresh.heard_.load(in);
    fresh.home_.load(in);
    fresh.beyond_kw_ = in.f64();
    fresh.beyond_at_.us = in.i64();
    fresh.left_out_ = in.u64();
    const bool sane = std::isfinite(fresh.beyond_kw_) &&
                      std::abs(fresh.beyond_kw_) <= load_kw_most && fresh.beyond_at_.us >= 0 &&
                      fresh.beyond_at_ <= fresh.heard_.until();
    if (!in.ok() || !in.at_end() || !sane)
        return fail(Code::corrupt, "the bytes of a load forecast make no sense");
    *this = std::move(fresh);
    return {};
}

}  // namespace foxtail::forecast
