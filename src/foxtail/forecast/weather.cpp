#include "foxtail/forecast/weather.hpp"

#include "foxtail/forecast/local_time.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace foxtail::forecast {
namespace {

constexpr std::uint8_t weather_version = 1;
constexpr std::int64_t weather_steps_most = 20'000;
constexpr double sun_kw_most = 1000;
constexpr double outdoor_c_least = -90;
constexpr double outdoor_c_most = 65;
constexpr double dark_kw = 0.02;        // below it a ratio says nothing
constexpr double neighbour = 0.3;       // what the hour before and after tell of this one
constexpr double lately_half_h = 3;     // what was an hour ago counts more than what was long ago
constexpr double source_fades_h = 4;    // how long the source stays as wrong as it is now
constexpr double own_fades_h = 24;      // how long a bright or cold day stays one
constexpr double lately_counts_h = 30;  // older than that it is forgotten: the night lies between
constexpr double factor_most = 4;

std::int64_t hour_of(Time t) {
    return cut_down(t, hours(1)).us / hours(1).us;
}
std::size_t bucket_at(Time t) {
    return static_cast<std::size_t>((hour_of(t) % 24 + 24) % 24);
}
std::int64_t day_at(Time t) {
    return cut_down(t, days(1)).us / days(1).us;
}
double hours_between(Time a, Time b) {
    return static_cast<double>((b - a).us) / 3.6e9;
}

Spread between(const Spread& a, const Spread& b, double share) {
    const auto mix = [&](double x, double y) { return x + share * (y - x); };
    return {mix(a.p10, b.p10), mix(a.p50, b.p50), mix(a.p90, b.p90), mix(a.mean, b.mean), 0};
}

}  // namespace

WeatherForecast::WeatherForecast(Of of)
    : of_(of), own_({24, 30, of == Of::sun ? 5.0 : 2.0, 30}), wrong_({24, 40, 15, 120}) {}

bool WeatherForecast::believable(double value) const {
    if (of_ == Of::sun) return value >= 0 && value <= sun_kw_most;
    return value >= outdoor_c_least && value <= outdoor_c_most;
}

void WeatherForecast::learn(Time from, Duration length, double value) {
    const bool heard =
        believable(value) &&
        heard_.add(from, length, value, [&](const Hourly::Hour& hour) { whole_hour(hour); });
    if (!heard) ++left_out_;
}

void WeatherForecast::whole_hour(const Hourly::Hour& hour) {
    const auto today = day_at(hour.from);
    const Time end = hour.from + hours(1);
    const auto bucket = bucket_at(hour.from);
    if (!own_.empty()) note(of_own_, hour.mean, usual_hour(hour.from, today, hour.mean).mean, end);
    own_.add(bucket, today, hour.mean);
    const auto told = told_.find(hour_of(hour.from));
    if (told == told_.end()) return;
    const double source = told->second;
    const auto expected = corrected(source, wrong_by(hour.from, today)).mean;
    note(of_source_, hour.mean, expected, end);
    if (of_ == Of::outdoor) {
        wrong_.add(bucket, today, hour.mean - source);
    } else if (source > dark_kw) {
        wrong_.add(bucket, today, std::min(hour.mean / source, factor_most));
    }
    told_.erase(told_.begin(), std::next(told));
}

void WeatherForecast::note(Lately& lately, double was, double expected, Time at) const {
    if (of_ == Of::sun && expected < dark_kw && was < dark_kw) return;
    const double gap = lately.at.known() ? std::max(hours_between(lately.at, at), 0.0) : 1e3;
    const double keep = std::exp2(-gap / lately_half_h);
    lately.was = lately.was * keep + was;
    lately.expected = lately.expected * keep + expected;
    lately.weight = lately.weight * keep + 1;
    lately.at = at;
}

void WeatherForecast::told(const Series& source, Time now) {
    source_ = source;
    told_.erase(told_.lower_bound(hour_of(now)), told_.end());
    if (source.step.us <= 0) {
        source_ = {};
        return;
    }
    const auto size = std::min<std::size_t>(source.values.size(), std::size_t{60} * told_max);
    source_.values.resize(size);
    Time t = std::max(source.from, cut_down(now, hours(1)));
    while (told_.size() < told_max && t < source_.until()) {
        const Time hour = cut_down(t, hours(1));
        double sum = 0;
        int count = 0;
        for (int quarter = 0; quarter < 4; ++quarter) {
            const double value = source_at(hour + minutes(15 * quarter));
            if (!std::isfinite(value)) continue;
            sum += value;
            ++count;
        }
        if (count > 0) told_[hour_of(hour)] = sum / count;
        t = hour + hours(1);
    }
}

double WeatherForecast::source_at(Time t) const {
    constexpr double not_told = std::numeric_limits<double>::quiet_NaN();
    if (source_.values.empty() || t < source_.from || t >= source_.until()) return not_told;
    const double value = source_.at(t);
    return believable(value) ? value : not_told;
}

Time WeatherForecast::told_until(Time from) const {
    Time t = from;
    while (std::isfinite(source_at(t)))
        t = source_.from + source_.step * ((t - source_.from).us / source_.step.us + 1);
    return t;
}

Spread WeatherForecast::usual_hour(Time hour, std::int64_t today, double otherwise) const {
    std::vector<Weighed> all;
    own_.collect(bucket_at(hour), today, 1, all);
    if (all.empty() && of_ == Of::outdoor) {
        for (std::size_t bucket = 0; bucket < 24; ++bucket) own_.collect(bucket, today, 1, all);
    }
    if (const auto spread = spread_of(all)) return *spread;
    if (of_ == Of::sun) return {};
    return {otherwise - 5, otherwise, otherwise + 5, otherwise, 0};
}

Spread WeatherForecast::usual(Time t, std::int64_t today, double otherwise) const {
    // Between the middles of two hours, so that a quarter after sunrise is no step.
    const Time before = cut_down(t - minutes(30), hours(1));
    const double share = hours_between(before + minutes(30), t + minutes(7));
    return between(usual_hour(before, today, otherwise),
                   usual_hour(before + hours(1), today, otherwise), std::min(share, 1.0));
}

Spread WeatherForecast::wrong_by(Time t, std::int64_t today) const {
    std::vector<Weighed> all;
    wrong_.collect(bucket_at(t), today, 1, all);
    wrong_.collect(bucket_at(t - hours(1)), today, neighbour, all);
    wrong_.collect(bucket_at(t + hours(1)), today, neighbour, all);
    // Until it is known: as sources usually are.
    const std::array<Weighed, 3> before =
        of_ == Of::sun ? std::array<Weighed, 3>{{{0.5, 0.3}, {1, 1}, {1.4, 0.3}}}
                       : std::array<Weighed, 3>{{{-2, 0.3}, {0, 1}, {2, 0.3}}};
    all.insert(all.end(), before.begin(), before.end());
    return *spread_of(all);
}

Spread WeatherForecast::corrected(double source, const Spread& wrong) const {
    const auto by = [&](double w) { return of_ == Of::sun ? source * w : source + w; };
    return {by(wrong.p10), by(wrong.p50), by(wrong.p90), by(wrong.mean), 0};
}

Spread WeatherForecast::moved(Spread spread, const Lately& lately, Time now, Time t,
                              double fades_h) const {
    if (lately.weight <= 0 || !lately.at.known()) return spread;
    const double age_h = hours_between(lately.at, now);
    if (age_h < -1 || age_h > lately_counts_h) return spread;
    const double lead_h = std::max(hours_between(lately.at, t), 0.0);
    const double stays = std::exp(-lead_h / fades_h);
    if (of_ == Of::outdoor) {
        const double by = (lately.was - lately.expected) / lately.weight * stays;
        for (auto* value : {&spread.p10, &spread.p50, &spread.p90, &spread.mean}) *value += by;
        return spread;
    }
    // A little of both sides, so that dawn's small numbers say little.
    const double little = 0.1 + 0.1 * lately.expected;
    const double ratio = std::clamp((lately.was + little) / (lately.expected + little),
                                    1 / factor_most, factor_most);
    const double by = 1 + (ratio - 1) * stays;
    for (auto* value : {&spread.p10, &spread.p50, &spread.p90, &spread.mean})
        *value = std::max(*value * by, 0.0);
    return spread;
}

Band WeatherForecast::forecast(Time from, Duration horizon, Duration step, double otherwise) const {
    if (step.us <= 0) step = minutes(15);
    Band out;
    const Time begin = cut_down(from, step);
    for (auto* series : {&out.p10, &out.p50, &out.p90, &out.mean}) {
        series->from = begin;
        series->step = step;
    }
    const auto today = day_at(from);
    const auto span = std::max<std::int64_t>((from + horizon - begin).us, step.us);
    const auto steps = std::min((span + step.us - 1) / step.us, weather_steps_most);
    for (std::int64_t i = 0; i < steps; ++i) {
        const Time t = begin + step * i;
        const double source = source_at(t);
        const auto spread =
            std::isfinite(source)
                ? moved(corrected(source, wrong_by(t, today)), of_source_, from, t, source_fades_h)
                : moved(usual(t, today, otherwise), of_own_, from, t, own_fades_h);
        out.p10.values.push_back(spread.p10);
        out.p50.values.push_back(spread.p50);
        out.p90.values.push_back(spread.p90);
        out.mean.values.push_back(spread.mean);
    }
    return out;
}

std::size_t WeatherForecast::hours_known() const {
    return own_.count();
}

std::string WeatherForecast::save() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(weather_version);
    out.u8(static_cast<std::uint8_t>(of_));
    own_.save(out);
    wrong_.save(out);
    heard_.save(out);
    for (const auto* lately : {&of_source_, &of_own_}) {
        out.f64(lately->was);
        out.f64(lately->expected);
        out.f64(lately->weight);
        out.i64(lately->at.us);
    }
    out.u64(left_out_);
    return bytes;
}

Result<void> WeatherForecast::load(std::string_view bytes) {
    ByteReader in(bytes);
    WeatherForecast fresh(of_);
    if (in.u8() != weather_version || in.u8() != static_cast<std::uint8_t>(of_))
        return fail(Code::corrupt, "not this weather forecast, or of another version");
    fresh.own_.load(in);
    fresh.wrong_.load(in);
    fresh.heard_.load(in);
    bool sane = true;
    for (auto* lately : {&fresh.of_source_, &fresh.of_own_}) {
        lately->was = in.f64();
        lately->expected = in.f64();
        lately->weight = in.f64();
        lately->at.us = in.i64();
        const double most = value_most * 1e3;
        sane = sane && std::abs(lately->was) <= most && std::abs(lately->expected) <= most &&
               lately->weight >= 0 && lately->weight <= 1e3 && lately->at.us >= 0 &&
               lately->at <= fresh.heard_.until();
        if (of_ == Of::sun) sane = sane && lately->was >= 0 && lately->expected >= 0;
    }
    fresh.left_out_ = in.u64();
    if (!in.ok() || !in.at_end() || !sane)
        return fail(Code::corrupt, "the bytes of a weather forecast make no sense");
    fresh.source_ = std::move(source_);
    fresh.told_ = std::move(told_);
    *this = std::move(fresh);
    return {};
}

}  // namespace foxtail::forecast
