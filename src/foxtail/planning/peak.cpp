#include "foxtail/planning/peak.hpp"

#include "foxtail/base/bytes.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::planning {
namespace {

constexpr std::uint64_t peak_format = 1;
constexpr double kw_most = 1e4;  // more is no house
constexpr double second_us = 1e6;

int month_of(const Zone& zone, Time t) {
    const Civil civil = civil_from(t + zone.offset_at(t));
    return civil.year * 100 + civil.month;
}

Time billed_quarter(Time t) {
    return {t.us - t.us % minutes(15).us};
}

}  // namespace

/// A clock that is set back a little does not begin a month anew.
void PeakMeter::enter(Time now) {
    const int month = month_of(zone_, now);
    if (month == month_ || (month < month_ && last_ - now < days(1))) return;
    month_ = month;
    peak_kw_ = 0;
}

void PeakMeter::configured(double kw, Time now) {
    enter(now);
    if (kw == configured_kw_) return;
    configured_kw_ = kw;
    peak_kw_ = std::max(peak_kw_, kw);
}

void PeakMeter::end_quarter() {
    const double whole_s = static_cast<double>(minutes(15).us) / second_us;
    if (heard_s_ >= whole_s / 2) peak_kw_ = std::max(peak_kw_, kwh_ * 3600 / heard_s_);
    kwh_ = heard_s_ = 0;
}

void PeakMeter::measure(std::optional<double> grid_kw, Time now) {
    const Time from = last_;
    last_ = now;
    const Time quarter = billed_quarter(now);
    const bool follows = from.known() && now > from && now - from < minutes(5);
    const auto add = [&](Time begin, Time end) {
        if (!follows || !grid_kw || !std::isfinite(*grid_kw) || *grid_kw > kw_most) return;
        const double seconds = static_cast<double>((end - begin).us) / second_us;
        kwh_ += std::max(0.0, *grid_kw) * seconds / 3600;
        heard_s_ += seconds;
    };
    if (quarter == quarter_) return add(from, now);
    if (quarter_.known() && follows) add(from, quarter);
    end_quarter();
    // The quarter that ended belongs to the month in which it began.
    enter(now);
    quarter_ = quarter;
    add(std::max(from, quarter), now);
}

std::string PeakMeter::save() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u64(peak_format);
    out.i64(month_);
    out.f64(peak_kw_);
    out.f64(configured_kw_);
    out.i64(quarter_.us);
    out.f64(kwh_);
    out.f64(heard_s_);
    return bytes;
}

Result<void> PeakMeter::load(std::string_view bytes) {
    ByteReader in(bytes);
    const auto format = in.u64();
    const auto month = in.i64();
    const double peak = in.f64();
    const double configured = in.f64();
    const Time quarter{in.i64()};
    const double kwh = in.f64();
    const double heard = in.f64();
    const auto fits = [](double value, double most) { return value >= 0 && value <= most; };
    const bool good = in.ok() && format == peak_format && month >= 0 && month < 1'000'000 &&
                      fits(peak, kw_most) && fits(configured, kw_most) && fits(kwh, kw_most) &&
                      fits(heard, 900);
    if (!good) return fail(Code::corrupt, "the highest import so far: cannot be read");
    month_ = static_cast<int>(month);
    peak_kw_ = peak;
    configured_kw_ = configured;
    quarter_ = quarter;
    kwh_ = kwh;
    heard_s_ = heard;
    last_ = {};
    return {};
}

}  // namespace foxtail::planning
