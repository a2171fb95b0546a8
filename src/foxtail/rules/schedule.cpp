#include "foxtail/rules/schedule.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace foxtail {
namespace {

constexpr Time never{std::numeric_limits<std::int64_t>::max()};

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

std::int64_t local_day_of(const Zone& zone, Time t) {
    return floor_div((t + zone.offset_at(t)).us, days(1).us);
}

bool on_weekday(std::uint8_t weekdays, std::int64_t local_day) {
    const auto weekday =
        static_cast<unsigned>(((local_day + 4) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
    return (unsigned{weekdays} >> weekday & 1U) != 0;
}

bool before(Schedule::Place a, Schedule::Place b) {
    return a.rule != b.rule ? a.rule < b.rule : a.trigger < b.trigger;
}

}  // namespace

Time local_occurrence(const Zone& zone, std::int64_t local_day, int minute_of_day) {
    // As if the local clocks were UTC; no zone is further from it than the margin.
    const Time shown{local_day * days(1).us + minutes(minute_of_day).us};
    constexpr Duration margin = hours(36);
    const Duration offset_before = zone.offset_at(shown - margin);
    const Duration offset_after = zone.offset_at(shown + margin);
    const Time with_before = shown - offset_before;
    if (zone.offset_at(with_before) == offset_before) return with_before;
    const Time with_after = shown - offset_after;
    if (zone.offset_at(with_after) == offset_after) return with_after;
    // Skipped: look for the change itself.
    Time low = std::min(with_before, with_after);
    Time high = std::max(with_before, with_after);
    while (high - low > Duration{1}) {
        const Time middle = low + Duration{(high - low).us / 2};
        (zone.offset_at(middle) == offset_before ? low : high) = middle;
    }
    return high;
}

void Schedule::restart(Moment now) {
    if (!started_) origin_ = now.mono;
    started_ = true;
    last_ = now;
    daily_.clear();
    periodic_.clear();
    plan_wake();
}

void Schedule::add(const AtTime& at, Place place) {
    Daily daily;
    daily.at = at;
    daily.place = place;
    add(std::move(daily));
}

void Schedule::add(const AtSun& at, Place place) {
    Daily daily;
    daily.at = at;
    daily.place = place;
    add(std::move(daily));
}

void Schedule::add(Daily daily) {
    plan(daily, last_.wall);
    daily_.push_back(daily);
    plan_wake();
}

void Schedule::add(const Every& every, Place place) {
    Periodic periodic{every.period, place, {}};
    plan(periodic, last_.mono);
    periodic_.push_back(periodic);
    plan_wake();
}

std::optional<Time> Schedule::on_day(const Daily& daily, std::int64_t local_day) const {
    if (const auto* at = std::get_if<AtTime>(&daily.at)) {
        if (!on_weekday(at->weekdays, local_day)) return std::nullopt;
        return local_occurrence(zone_, local_day, at->minute_of_day);
    }
    const AtSun& at = std::get<AtSun>(daily.at);
    if (!at.place || !on_weekday(at.weekdays, local_day)) return std::nullopt;
    const auto found = sun_event(at.event, *at.place, local_occurrence(zone_, local_day, 12 * 60));
    if (!found) return std::nullopt;
    return *found + at.offset;
}

void Schedule::plan(Daily& daily, Time after) const {
    const std::int64_t today = local_day_of(zone_, after);
    const auto fired = [&daily](std::int64_t day) {
        const auto kept = std::span(daily.fired)
                              .first(std::min<std::size_t>(daily.fired_count, daily.fired.size()));
        return std::find(kept.begin(), kept.end(), day) != kept.end();
    };
    daily.next = never;
    // Far enough to meet every weekday twice, should one have fired before the clock was set back;
    // and the sun comes back within the year.
    const std::int64_t days_ahead = std::holds_alternative<AtSun>(daily.at) ? 400 : 15;
    for (std::int64_t day = today - 2; day <= today + days_ahead; ++day) {
        if (fired(day)) continue;
        const auto t = on_day(daily, day);
        if (t && *t > after) {
            daily.next = *t;
            daily.next_day = day;
            return;
        }
    }
}

void Schedule::plan(Periodic& periodic, Duration after) const {
    const auto periods = floor_div((after - origin_).us, periodic.period.us) + 1;
    periodic.next = origin_ + periodic.period * periods;
}

void Schedule::plan_wake() {
    wake_ = last_.mono + look_max;
    for (const auto& daily : daily_) {
        if (daily.next == never) continue;
        wake_ = std::min(wake_, last_.mono + std::max(daily.next - last_.wall, Duration{0}));
    }
    for (const auto& periodic : periodic_) wake_ = std::min(wake_, periodic.next);
}

std::optional<Duration> Schedule::next_wake() const {
    if (daily_.empty() && periodic_.empty()) return std::nullopt;
    return wake_;
}

void Schedule::due(Moment now, std::vector<Place>& out) {
    if (!started_ || (daily_.empty() && periodic_.empty()) || now.mono < wake_) return;
    const Duration jump = (now.wall - last_.wall) - (now.mono - last_.mono);
    const bool jumped = jump > jump_min || jump < Duration{0} - jump_min;
    last_ = now;
    const auto first = static_cast<std::ptrdiff_t>(out.size());
    for (auto& daily : daily_) {
        if (!jumped && daily.next > now.wall) continue;
        if (!jumped && now.wall - daily.next <= lateness_max) {
            out.push_back(daily.place);
            daily.fired.at(daily.fired_count++ % daily.fired.size()) = daily.next_day;
        }
        plan(daily, now.wall);
    }
    for (auto& periodic : periodic_) {
        if (periodic.next > now.mono) continue;
        out.push_back(periodic.place);
        plan(periodic, now.mono);
    }
    std::sort(out.begin() + first, out.end(), before);
    plan_wake();
}

}  // namespace foxtail
