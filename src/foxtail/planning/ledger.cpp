#include "foxtail/planning/ledger.hpp"

#include "foxtail/base/bytes.hpp"
#include "foxtail/model/bytes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace foxtail::planning {
namespace {

using planner::Kind;

constexpr Duration step_least = seconds(5);
constexpr Duration silence_max = minutes(10);
constexpr double heard_least_s = 300;    // of a quarter; with less it is missing
constexpr std::size_t missing_most = 4;  // quarters of a day that counts
constexpr std::uint64_t ledger_format = 2;

Time quarter_at(Time t) {
    return {t.us - t.us % minutes(15).us};
}

/// How many of its quarters are not there; a day may have 23 or 25 hours.
std::size_t missing_of_day(const Zone& zone, const std::vector<Measured>& quarters) {
    const Time first = quarters.front().from;
    const Duration lasts = local_moment(zone, first, 1, 0) - local_moment(zone, first, 0, 0);
    const auto all = static_cast<std::size_t>(lasts.us / minutes(15).us);
    return all - std::min(all, quarters.size());
}

/// In kWh for what stores energy, in °C for rooms.
std::optional<double> level_of(const Site& site, DeviceId id, const DeviceFacts& heard) {
    const auto level = heard.level_now();
    if (!level) return std::nullopt;
    if (id.kind == Kind::battery)
        return *level / 100 * site.batteries[id.index].limits.capacity_kwh;
    if (id.kind == Kind::car) return *level / 100 * site.cars[id.index].limits.capacity_kwh;
    if (id.kind == Kind::hot_water) return water_kwh(site.tanks[id.index], *level);
    return *level;
}

}  // namespace

std::string local_date(const Zone& zone, Time t) {
    const Civil civil = civil_from(t + zone.offset_at(t));
    return fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

void Ledger::finish_quarter(const Keeper& keeper, Time next) {
    const auto date = local_date(keeper.zone(), next);
    if (seconds_ >= heard_least_s && quarters_.size() < quarters_max) {
        Measured whole = sums_;
        for (double* sum :
             {&whole.load_kw, &whole.sun_kw, &whole.buy_eur, &whole.sell_eur, &whole.outdoor_c})
            *sum /= seconds_;
        for (auto& [id, device] : whole.devices) device.kw /= seconds_;
        quarters_.push_back(std::move(whole));
    }
    sums_ = {};
    seconds_ = 0;
    if (date == date_) return;
    if (began_ && !quarters_.empty()) {
        const auto missing = missing_of_day(keeper.zone(), quarters_);
        if (missing <= missing_most)
            over_ = Day{date_, std::move(quarters_), std::move(*began_), missing, machines_};
    }
    quarters_.clear();
    date_ = date;
    begin_day(keeper, next);
}

void Ledger::begin_day(const Keeper& keeper, Time from) {
    began_ = keeper.request_with(keeper.wishes(), from);
    machines_.clear();
    for (const auto& one : keeper.site().appliances) machines_.push_back(one.limits.name);
}

void Ledger::measure(const Keeper& keeper, Moment now) {
    const Duration since = now.wall - last_;
    if (last_.known() && since >= Duration{} && since < step_least) return;
    const Time from = std::exchange(last_, now.wall);
    const Time quarter = quarter_at(now.wall);
    // After a restart: what was wished at the day's beginning is no longer known, what is, is.
    if (!began_ && !quarters_.empty()) begin_day(keeper, quarters_.front().from);
    if (sums_.from != quarter) {
        finish_quarter(keeper, quarter);
        sums_.from = quarter;
        for (const auto& [id, heard] : keeper.facts().devices) {
            auto& device = sums_.devices[id];
            device.level = level_of(keeper.site(), id, heard);
            device.plugged = heard.plugged.value_or(false);
            device.armed = heard.armed || heard.run_from.known();
        }
    }
    const auto load = keeper.base_load_kw();
    if (!load || !from.known() || since <= Duration{} || since > silence_max) return;
    const double lasted = static_cast<double>(since.us) / 1e6;
    seconds_ += lasted;
    sums_.load_kw += *load * lasted;
    sums_.sun_kw += std::max(0.0, keeper.facts().sun_kw.value_or(0)) * lasted;
    sums_.buy_eur += keeper.outlook().buy.eur.at(now.wall) * lasted;
    sums_.sell_eur += keeper.outlook().sell.eur.at(now.wall) * lasted;
    sums_.outdoor_c +=
        keeper.facts().outdoor_c.value_or(keeper.outlook().outdoor_c.at(now.wall)) * lasted;
    for (const auto& [id, heard] : keeper.facts().devices)
        sums_.devices[id].kw += heard.kw.value_or(0) * lasted;
}

std::optional<Ledger::Day> Ledger::take_day() {
    return std::exchange(over_, std::nullopt);
}

std::optional<Ledger::Day> Ledger::so_far() const {
    if (!began_ || quarters_.size() < 4) return std::nullopt;
    return Day{date_, quarters_, *began_, 0, machines_};
}

std::string Ledger::save() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u64(ledger_format);
    out.text(date_);
    out.u64(quarters_.size());
    for (const auto& one : quarters_) {
        out.i64(one.from.us);
        for (const double value :
             {one.load_kw, one.sun_kw, one.buy_eur, one.sell_eur, one.outdoor_c})
            out.f64(value);
        out.u64(one.devices.size());
        for (const auto& [id, device] : one.devices) {
            out.u8(static_cast<std::uint8_t>(id.kind));
            out.u64(id.index);
            out.f64(device.kw);
            out.f64(device.level.value_or(std::numeric_limits<double>::quiet_NaN()));
            out.u8(device.plugged ? 1 : 0);
            out.u8(device.armed ? 1 : 0);
        }
    }
    return bytes;
}

Result<void> Ledger::load(std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u64() != ledger_format) return fail(Code::corrupt, "what was measured: another format");
    const std::string date(in.text());
    std::vector<Measured> quarters;
    const auto count = in.u64();
    for (std::uint64_t i = 0; i < count && i < quarters_max && in.ok(); ++i) {
        Measured one;
        one.from = read_time(in);
        for (double* value :
             {&one.load_kw, &one.sun_kw, &one.buy_eur, &one.sell_eur, &one.outdoor_c})
            *value = in.f64();
        const auto device_count = in.u64();
        for (std::uint64_t k = 0; k < device_count && k < 256 && in.ok(); ++k) {
            const auto kind = std::min<std::uint8_t>(in.u8(), 4);
            auto& device = one.devices[{static_cast<Kind>(kind), in.u64()}];
            device.kw = in.f64();
            if (const double level = in.f64(); std::isfinite(level)) device.level = level;
            device.plugged = in.u8() != 0;
            device.armed = in.u8() != 0;
        }
        quarters.push_back(std::move(one));
    }
    if (!in.ok()) return fail(Code::corrupt, "what was measured ends early");
    quarters_ = std::move(quarters);
    date_ = date;
    return {};
}

}  // namespace foxtail::planning
