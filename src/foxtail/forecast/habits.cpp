#include "foxtail/forecast/habits.hpp"

#include "foxtail/forecast/local_time.hpp"
#include "foxtail/forecast/samples.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::forecast {
namespace {

constexpr std::uint8_t habits_version = 1;
constexpr Duration shortest_trip = minutes(15);
constexpr Duration longest_trip = hours(36);
constexpr int longest_minutes = 36 * 60;
constexpr double trip_kwh_most = 500;
constexpr double half_life_weeks = 4;
constexpr double like_day = 0.15;   // what another weekday of the same kind tells of this one
constexpr double weight_min = 1.2;  // of the days that tell something
constexpr int steady_minutes = 45;
constexpr std::int64_t habit_day_most = 4'000'000;

bool weekend_day(std::int64_t day) {
    return weekday_of(day) >= 5;
}

Time at_minute(const Zone& zone, std::int64_t day, double minute) {
    const auto whole = static_cast<int>(std::lround(minute));
    const int days_on = whole >= 0 ? whole / 1440 : (whole - 1439) / 1440;
    return moment_of(zone, day + days_on, whole - days_on * 1440);
}

}  // namespace

CarHabits::Day& CarHabits::today(std::int64_t day) {
    const auto at =
        std::find_if(days_.begin(), days_.end(), [&](const Day& one) { return one.day >= day; });
    if (at != days_.end() && at->day == day) return *at;
    const auto index = at - days_.begin();
    days_.insert(at, Day{day, false, 0, 0, 0, false});
    if (days_.size() <= days_max) return days_[static_cast<std::size_t>(index)];
    days_.pop_front();
    return days_[static_cast<std::size_t>(std::max<std::ptrdiff_t>(index - 1, 0))];
}

void CarHabits::seen(Time now, bool home, std::optional<double> battery_kwh, const Zone& zone) {
    if (!now.known() || now < seen_) return;
    seen_ = now;
    const bool was_home = !left_.known();
    if (home && was_home) today(local_time(zone, now).day);
    if (!home && was_home) {
        left_ = now;
        kwh_at_leaving_ = battery_kwh;
        today(local_time(zone, now).day);
    }
    if (home && !was_home) came_back(now, battery_kwh, zone);
}

void CarHabits::came_back(Time now, std::optional<double> battery_kwh, const Zone& zone) {
    const Time left = left_;
    const auto before = kwh_at_leaving_;
    left_ = {};
    kwh_at_leaving_.reset();
    const auto length = now - left;
    if (length < shortest_trip) return;
    const auto out = local_time(zone, left);
    if (length > longest_trip) {
        // No habit, and no day at home either.
        std::erase_if(days_, [&](const Day& one) { return one.day == out.day && !one.trip; });
        return;
    }
    Day& day = today(out.day);
    if (before && battery_kwh && *before > *battery_kwh && *before - *battery_kwh < trip_kwh_most) {
        day.kwh += *before - *battery_kwh;
        day.kwh_known = true;
    }
    const auto back = local_time(zone, now);
    const int back_minute = static_cast<int>(back.day - out.day) * 1440 + back.minute;
    if (!day.trip || back_minute - out.minute > day.back - day.leave) {
        day.leave = out.minute;
        day.back = back_minute;
    }
    day.trip = true;
}

std::optional<UsualTrip> CarHabits::usual(std::int64_t day, std::int64_t now_day,
                                          double otherwise_kwh, const Zone& zone) const {
    double weight = 0;
    std::vector<Weighed> leaves;
    std::vector<Weighed> backs;
    std::vector<Weighed> energies;
    double trips = 0;
    for (const auto& one : days_) {
        // Today is not over: a trip of it counts, none of it does not.
        if (one.day >= now_day && !one.trip) continue;
        const bool same = weekday_of(one.day) == weekday_of(day);
        if (!same && weekend_day(one.day) != weekend_day(day)) continue;
        // What a clock that was ahead has written down counts as of today, not as the most certain.
        const double weeks = static_cast<double>(std::max<std::int64_t>(0, now_day - one.day)) / 7;
        const double w = (same ? 1 : like_day) * std::exp2(-weeks / half_life_weeks);
        weight += w;
        if (!one.trip) continue;
        trips += w;
        leaves.push_back({static_cast<double>(one.leave), w});
        backs.push_back({static_cast<double>(one.back), w});
        if (one.kwh_known) energies.push_back({one.kwh, w});
    }
    if (weight < weight_min) return std::nullopt;
    const auto leave = spread_of(leaves);
    const auto back = spread_of(backs);
    if (!leave || !back) return std::nullopt;
    double steady = 0;
    for (const auto& one : leaves) {
        if (std::abs(one.value - leave->p50) <= steady_minutes) steady += one.weight;
    }
    UsualTrip out;
    out.confidence = trips / weight * (steady / trips);
    if (out.confidence < confidence_min) return std::nullopt;
    out.leave = at_minute(zone, day, leave->p50);
    out.leave_early = at_minute(zone, day, leave->p10);
    out.back = std::max(at_minute(zone, day, back->p50), out.leave + shortest_trip);
    out.back_late = std::max(at_minute(zone, day, back->p90), out.back);
    const auto energy = spread_of(energies);
    out.kwh = energy ? energy->mean : otherwise_kwh;
    out.kwh_much = energy ? energy->p90 : otherwise_kwh;
    return out;
}

std::vector<UsualTrip> CarHabits::trips(Time now, Duration horizon, double otherwise_kwh,
                                        const Zone& zone) const {
    std::vector<UsualTrip> out;
    const auto now_day = local_time(zone, now).day;
    const auto last_day = local_time(zone, now + horizon).day;
    if (left_.known()) {
        // A clock that was set back since must not let it leave after it comes back.
        const Time left = std::min(left_, now);
        const auto out_day = local_time(zone, left).day;
        auto trip = usual(out_day, now_day, otherwise_kwh, zone);
        const bool late = trip && trip->back < now;
        if (!trip) trip = UsualTrip{left, left, now, now, otherwise_kwh, otherwise_kwh, 0, true};
        trip->leave = trip->leave_early = left;
        trip->under_way = true;
        // Later than usual, or no habit: soon, but who knows.
        if (late || trip->confidence <= 0) {
            trip->back = now + hours(1);
            trip->confidence /= 2;
        }
        trip->back_late = std::max(trip->back_late, trip->back + hours(1));
        out.push_back(*trip);
    }
    for (auto day = now_day; day <= last_day && day < now_day + 14; ++day) {
        const auto trip = usual(day, now_day, otherwise_kwh, zone);
        if (!trip || trip->leave + minutes(steady_minutes) < now) continue;  // not today, it seems
        if (trip->leave >= now + horizon) continue;
        if (!out.empty() && trip->leave < out.back().back) continue;
        const auto today_note = std::find_if(
            days_.begin(), days_.end(), [&](const Day& one) { return one.day == day && one.trip; });
        if (today_note != days_.end()) continue;  // has been on its trip today
        out.push_back(*trip);
        out.back().leave_early = std::max(out.back().leave_early, now);
        out.back().leave = std::max(out.back().leave, now);
        out.back().back = std::max(out.back().back, out.back().leave + shortest_trip);
        out.back().back_late = std::max(out.back().back_late, out.back().back);
    }
    return out;
}

std::string CarHabits::save() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(habits_version);
    out.i64(seen_.us);
    out.i64(left_.us);
    out.u8(kwh_at_leaving_ ? 1 : 0);
    if (kwh_at_leaving_) out.f64(*kwh_at_leaving_);
    out.u64(days_.size());
    for (const auto& one : days_) {
        out.i64(one.day);
        out.u8(one.trip ? 1 : 0);
        out.i64(one.leave);
        out.i64(one.back);
        out.u8(one.kwh_known ? 1 : 0);
        out.f64(one.kwh);
    }
    return bytes;
}

Result<void> CarHabits::load(std::string_view bytes) {
    ByteReader in(bytes);
    CarHabits fresh;
    if (in.u8() != habits_version) return fail(Code::corrupt, "not habits of this version");
    fresh.seen_.us = in.i64();
    fresh.left_.us = in.i64();
    const auto flag = [&] {
        const auto v = in.u8();
        if (v > 1) in.reject();
        return v == 1;
    };
    if (flag()) fresh.kwh_at_leaving_ = in.f64();
    bool sane = fresh.seen_.us >= 0 && fresh.seen_.us / days(1).us < habit_day_most &&
                fresh.left_.us >= 0 && fresh.left_ <= fresh.seen_ &&
                std::isfinite(fresh.kwh_at_leaving_.value_or(0));
    const auto size = in.count(13);
    if (size > days_max) in.reject();
    for (std::size_t i = 0; i < size && in.ok(); ++i) {
        Day one;
        one.day = in.i64();
        one.trip = flag();
        const auto leave = in.i64();
        const auto back = in.i64();
        one.kwh_known = flag();
        one.kwh = in.f64();
        // Two days on which the clock goes back or forth may lie between.
        sane = sane && leave >= 0 && leave < 1440 && back >= 0 &&
               back <= leave + longest_minutes + 120 && one.kwh >= 0 &&
               one.kwh <= 100 * trip_kwh_most && one.day >= 0 && one.day < habit_day_most &&
               (fresh.days_.empty() || one.day > fresh.days_.back().day);
        one.leave = static_cast<int>(sane ? leave : 0);
        one.back = static_cast<int>(sane ? back : 0);
        fresh.days_.push_back(one);
    }
    if (!in.ok() || !in.at_end() || !sane)
        return fail(Code::corrupt, "the bytes of habits make no sense");
    *this = std::move(fresh);
    return {};
}

}  // namespace foxtail::forecast
