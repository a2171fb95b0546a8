#include "foxtail/charging/energy.hpp"

#include <algorithm>

namespace foxtail::charging {
namespace {

constexpr double us_per_hour = 3600e6;
constexpr double jitter_wh = 5;     // registers that round step back by as much
constexpr double leeway_wh = 1000;  // clocks of boxes and meters are not exact
constexpr double leeway_ratio = 1.3;
constexpr Duration bridged_at_most = hours(1);
constexpr double stuck_wh = 1500;  // flowed, and the register did not move: more than one step
constexpr double caught_up_ratio = 0.5;

}  // namespace

Energy::Gain Energy::heard(Source source, double& last, double wh, double most_w, Moment now) {
    Gain gain;
    if (source_ == source && last == wh) return stood_still(now);
    const double hours =
        std::max(0.0, static_cast<double>((now.wall - heard_at_).us) / us_per_hour);
    const double most = most_w * hours * leeway_ratio + leeway_wh;
    if (last < 0 || source_ != source) {
        // What power said until now stands; the register counts from here.
    } else if (wh >= last) {
        gain.wh = wh - last;
        if (gain.wh > most) gain = {std::min(since_wh_, most), true, {}};  // another register
        // It told late what the power said: that counted. Or it was stuck, and goes on from there.
        if (gain.wh >= bridged_wh_ * caught_up_ratio)
            gain.wh = std::max(gain.wh - bridged_wh_, 0.0);
    } else if (last - wh <= jitter_wh) {
        wh = last;
    } else {
        // It began again at 0, at some moment since.
        gain.wh = std::max(wh <= most ? wh : 0.0, since_wh_ - bridged_wh_);
        gain.estimated = source == Source::reg;
    }
    gain.since = heard_at_;
    last = wh;
    source_ = source;
    heard_at_ = now.wall;
    since_wh_ = bridged_wh_ = 0;
    return gain;
}

/// The register says what it said before. Rounded to whole kWh it may do so for a while.
Energy::Gain Energy::stood_still(Moment now) {
    const double more = since_wh_ - bridged_wh_;
    if (since_wh_ < 1) heard_at_ = now.wall;  // as it should: nothing flows
    if (since_wh_ <= stuck_wh) return {};
    bridged_wh_ = since_wh_;
    return {more, true, {}};
}

Energy::Gain Energy::heard_register(double wh, double most_w, Moment now) {
    return heard(Source::reg, register_wh_, wh, most_w, now);
}

Energy::Gain Energy::heard_transaction(double wh, double most_w, Moment now) {
    if (source_ == Source::reg) {
        transaction_wh_ = wh;
        return {};
    }
    // Unlike a register it begins at 0 when it is first heard.
    if (transaction_wh_ < 0) {
        const bool fresh = source_ == Source::power && wh <= leeway_wh && since_wh_ <= wh;
        transaction_wh_ = wh;
        source_ = Source::transaction;
        heard_at_ = now.wall;
        const double missing = fresh ? wh - since_wh_ : 0;
        since_wh_ = 0;
        return {missing, missing > 0, {}};
    }
    return heard(Source::transaction, transaction_wh_, wh, most_w, now);
}

Energy::Gain Energy::heard_power(double watts, Moment now) {
    double wh = 0;
    const Time since = power_wall_;
    if (!power_known_ && power_wall_.known() && now.wall > power_wall_ &&
        now.wall - power_wall_ <= bridged_at_most) {
        // Over a restart: at least what flowed both before and after.
        wh = std::min(watts, watts_) * static_cast<double>((now.wall - power_wall_).us) /
             us_per_hour;
    }
    if (power_known_ && watts_ > 0)
        wh = watts_ * static_cast<double>((now.mono - watts_at_).us) / us_per_hour;
    watts_ = watts;
    watts_at_ = now.mono;
    power_wall_ = now.wall;
    power_known_ = true;
    since_wh_ += wh;
    return source_ == Source::power ? Gain{wh, wh > 0, since} : Gain{};
}

void Energy::save(ByteWriter& out) const {
    out.u8(static_cast<std::uint8_t>(source_));
    out.f64(register_wh_);
    out.f64(transaction_wh_);
    out.i64(heard_at_.us);
    out.f64(since_wh_);
    out.f64(watts_);
    out.i64(power_wall_.us);
    out.f64(bridged_wh_);
}

void Energy::load(ByteReader& in, bool bridged) {
    source_ = in.one_of(Source::reg);
    register_wh_ = in.f64();
    transaction_wh_ = in.f64();
    heard_at_.us = in.i64();
    since_wh_ = in.f64();
    watts_ = in.f64();
    power_wall_.us = in.i64();
    if (bridged) bridged_wh_ = in.f64();
}

}  // namespace foxtail::charging
