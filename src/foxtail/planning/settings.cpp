// What people set.
#include "foxtail/planning/keeper.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace foxtail::planning {
namespace {

using planner::Tells;

using planner::Kind;
using Mode = DeviceWishes::Mode;

constexpr Duration mode_lasts = hours(12);  // where nothing ends it earlier
constexpr Duration hand_lasts = hours(2);   // of what was switched by hand
constexpr Duration hand_least = minutes(2);
constexpr double hand_over_kw =
    0.05;  // who was switched on by hand and takes less was switched off

constexpr Duration hold_ahead_most = hours(48);
constexpr Duration hold_lasts_most = hours(24);

/// The least and the most that can be asked of a device, kW; nothing of one that only runs or not.
std::pair<double, double> powers_of(const Site& site, DeviceId device) {
    switch (device.kind) {
        case Kind::battery: {
            const auto& limits = site.batteries[device.index].limits;
            return {-limits.discharge_max_kw, limits.charge_max_kw};
        }
        case Kind::car: {
            double most = 0;
            for (const auto& range : site.cars[device.index].limits.ranges)
                most = std::max(most, range.max_kw);
            return {0, most};
        }
        case Kind::heat_pump:
            return {0, site.heat_pumps[device.index].limits.max_kw};
        case Kind::hot_water:
        case Kind::appliance:
            break;
    }
    return {0, 0};
}

auto wrong(std::string_view what) {
    return fail(Code::invalid_input, std::string(what));
}

bool is_null(const Value& value) {
    return std::holds_alternative<Null>(value);
}

std::optional<std::string_view> text_of(const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr ? std::optional<std::string_view>(*text) : std::nullopt;
}

Value shown_number(const std::optional<double>& said, double otherwise) {
    return said.value_or(otherwise);
}

double percent_of(double kwh, double capacity) {
    return capacity > 0 ? std::round(1000 * kwh / capacity) / 10 : 0;
}

}  // namespace

Time Keeper::mode_ends(DeviceId device, Mode mode, Time now) const {
    if (device.kind != Kind::car || mode != Mode::now) return now + mode_lasts;
    // Until it is full.
    const auto& car = site_.cars[device.index].limits;
    const double most = car.max_kwh > 0 ? car.max_kwh : car.capacity_kwh;
    const double level = facts_.devices.at(device).level_now().value_or(0) / 100 * car.capacity_kwh;
    const double kw = car.ranges.empty() ? 1 : std::max(0.1, car.ranges.back().max_kw);
    const double lasts = std::max(0.0, most - level) / (kw * std::max(0.1, car.efficiency));
    const auto end = now + seconds(static_cast<std::int64_t>(std::min(lasts, 48.0) * 3600));
    return std::max(end, now + minutes(15));
}

Result<void> Keeper::set_mode(DeviceId device, DeviceWishes& wishes, const Value& value,
                              const std::string& by, Moment now) const {
    const auto word = text_of(value);
    if (!word) return wrong("a mode is automatic, now or pause");
    const auto at = std::find(mode_names.begin(), mode_names.end(), *word);
    if (at == mode_names.end()) return wrong("a mode is automatic, now or pause");
    wishes.mode = static_cast<Mode>(at - mode_names.begin());
    wishes.by = fmt::format("{}: {}", by, *word);
    wishes.until =
        wishes.mode == Mode::automatic ? Time{} : mode_ends(device, wishes.mode, now.wall);
    return {};
}

Result<void> Keeper::set_number(DeviceId device, DeviceWishes& wishes, Setting setting,
                                const Value& value) const {
    std::optional<double> number;
    double heard = 0;
    if (as_number(value, heard)) number = heard;
    if (!number && !is_null(value)) return wrong("a number, or null for what is configured");
    const bool percent =
        setting == Setting::least || setting == Setting::most || setting == Setting::reserve;
    if (number && percent && (*number < 0 || *number > 100)) return wrong("a percentage: 0 to 100");
    if (number && !percent && (*number < 5 || *number > 35))
        return wrong("a temperature of a room: 5 to 35 °C");
    const bool fits = setting == Setting::reserve ? device.kind == Kind::battery
                      : setting == Setting::low || setting == Setting::high
                          ? device.kind == Kind::heat_pump
                          : device.kind == Kind::car;
    if (!fits) return wrong("this device has no such setting");
    auto& target = setting == Setting::least     ? wishes.floor_percent
                   : setting == Setting::most    ? wishes.most_percent
                   : setting == Setting::reserve ? wishes.reserve_percent
                   : setting == Setting::low     ? wishes.low_c
                                                 : wishes.high_c;
    target = number;
    return {};
}

/// Until when the next goal or trip is skipped, and nothing after it.
Time Keeper::next_going(const CarSite& car, const DeviceWishes& wishes, Time now) const {
    const Time tomorrow = now + days(1);
    Time next = tomorrow;
    for (const CarGoal& goal : wishes.goals ? *wishes.goals : car.goals)
        for (const Time at : due_times(goal, zone_, now, tomorrow)) next = std::min(next, at);
    const auto& name = car.limits.name;
    if (next == tomorrow) {
        for (const Trip& trip : outlook_.trips)
            if (trip.car == name && trip.from > now) next = std::min(next, trip.from);
        return next;
    }
    // Skipped until it has begun: between its goal and its beginning it is not wanted either.
    const auto* trip = trip_for(outlook_.trips, name, now, next);
    return trip != nullptr ? std::max(next, trip->from) : next;
}

Result<void> Keeper::understand(DeviceId device, DeviceWishes& wishes, Setting setting,
                                const Value& value, const std::string& by, Moment now) const {
    switch (setting) {
        case Setting::mode:
            return set_mode(device, wishes, value, by, now);
        case Setting::skip: {
            wishes.skip_until = {};
            if (value != Value(true)) break;
            wishes.skip_until = next_going(site_.cars[device.index], wishes, now.wall);
            break;
        }
        case Setting::goals: {
            wishes.goals.reset();
            wishes.goals_by.clear();
            if (is_null(value)) break;
            auto goals = parse_goals(text_of(value).value_or("?"));
            if (!goals) return fail(goals.error());
            wishes.goals_by.assign(goals->size(), by);
            wishes.goals = std::move(*goals);
            break;
        }
        case Setting::ready_by: {
            wishes.ready_minute.reset();
            if (is_null(value)) break;
            const auto minute = parse_clock(text_of(value).value_or("?"));
            if (!minute) return fail(minute.error());
            wishes.ready_minute = *minute;
            break;
        }
        case Setting::hold: {
            wishes.hold.reset();
            wishes.hold_by.clear();
            const auto text = text_of(value);
            if (is_null(value) || (text && text->empty())) break;
            const auto hold = parse_hold(text.value_or("?"), zone_, now.wall);
            if (!hold) return fail(hold.error());
            wishes.hold = *hold;
            wishes.hold_by = fmt::format("{}: hold", by);
            break;
        }
        case Setting::act:
            wishes.act.reset();
            if (const auto* flag = std::get_if<bool>(&value)) wishes.act = *flag;
            break;
        case Setting::mode_until:
        case Setting::armed:
            break;
        default:
            return set_number(device, wishes, setting, value);
    }
    return {};
}

/// Whether a device can take or give that much, and it is not for a time long past or far away.
Result<void> Keeper::can_hold(DeviceId device, const std::optional<Hold>& hold, Time now) const {
    if (!hold) return {};
    const auto [least, most] = powers_of(site_, device);
    if (hold->kw < least - 0.001 || hold->kw > most + 0.001)
        return fail(Code::invalid_input,
                    fmt::format("{:g} kW: '{}' can do {:g} to {:g} kW", hold->kw,
                                name_of(site_, device), least, most));
    if (hold->until <= now || hold->from > now + hold_ahead_most)
        return wrong("a time that is not over, and begins within two days");
    if (hold->until - hold->from > hold_lasts_most) return wrong("at most a day at a time");
    return {};
}

Result<void> Keeper::set(DeviceId device, Setting setting, const Value& value,
                         const std::string& by, Seq seq, Moment now) {
    if (setting == Setting::armed) {
        hear(device, DeviceFact::armed, value == Value(true) ? 1.0 : 0.0, seq, now);
        return {};
    }
    auto& kept = wishes_.devices[device];
    const DeviceWishes before = kept;
    const auto said_before = wishes_.said[device];
    if (setting == Setting::mode_until) {
        if (auto done = set_mode_until(device, value, by, now); !done) return done;
    } else {
        DeviceWishes wishes = kept;
        if (auto done = understand(device, wishes, setting, value, by, now); !done) return done;
        if (has_authors(setting)) {
            if (setting == Setting::mode && kept.hand()) kept.by.clear();
            Said said{setting, by, value, {}, {}, 0};
            if (setting == Setting::goals && wishes.goals) said.value = format_goals(*wishes.goals);
            if (setting == Setting::mode) said.until = wishes.until;
            if (setting == Setting::hold) {
                if (auto done = can_hold(device, wishes.hold, now.wall); !done) return done;
                said.value = wishes.hold ? Value(format_hold(*wishes.hold)) : Value(Null{});
                if (wishes.hold) said.until = wishes.hold->until;
            }
            say(device, std::move(said));
            settle_wishes(device, setting, now.wall);
        } else {
            kept = std::move(wishes);
        }
    }
    if (kept == before && wishes_.said[device] == said_before) return {};
    ++changes_;
    const auto name = setting_names[static_cast<std::size_t>(setting)];
    planner::Told::Values told = {{"who", by.empty() ? "somebody" : by},
                                  {"setting", std::string(name)},
                                  {"device", name_of(site_, device)}};
    if (const auto text = text_of(value)) told.emplace_back("value", std::string(*text));
    add_standing(told, device, setting, by);
    upset_ = {Tells::wish_set, std::move(told)};
    wants_plan(upset_, seq, true);
    return {};
}

void Keeper::switched_by_hand(DeviceId device, Mode mode, Seq seq, Moment now) {
    auto& wishes = wishes_.devices[device];
    if (device.kind == Kind::battery || !acts(site_, wishes_, device)) return;
    // What a person said to the plan stands.
    if (wishes.mode == mode || (wishes.mode != Mode::automatic && !wishes.hand())) return;
    wishes.mode = mode;
    const auto& word = mode_names[static_cast<std::size_t>(mode)];
    wishes.by = fmt::format("{}: {}", by_hand_words, word);
    wishes.until = mode == Mode::automatic    ? Time{}
                   : device.kind == Kind::car ? mode_ends(device, mode, now.wall)
                                              : now.wall + hand_lasts;
    wishes.hand_since = now.wall;
    ++changes_;
    const auto* to = mode == Mode::now ? "on" : mode == Mode::pause ? "off" : "back";
    wants_plan({Tells::switched_by_hand, {{"device", name_of(site_, device)}, {"to", to}}}, seq,
               true);
}

void Keeper::set_away(Time until, const std::string& by, Seq seq, Moment now) {
    if (until <= now.wall) until = {};
    if (until == wishes_.away_until) return;
    wishes_.away_until = until;
    wishes_.away_by = by;
    ++changes_;
    upset_ = until.known()
                 ? planner::Told(Tells::away, {{"who", by}, {"until", format_rfc3339(until)}})
                 : planner::Told(Tells::away_over, {{"who", by}});
    wants_plan(upset_, seq, true);
}

Result<void> Keeper::set_quiet(const Value& value, const std::string& by, Seq seq, Moment) {
    std::optional<QuietHours> said;
    if (!is_null(value)) {
        const auto text = text_of(value);
        if (!text) return wrong("quiet hours are said as 22:00 to 06:00");
        const auto quiet = parse_quiet(*text);
        if (!quiet) return fail(quiet.error());
        said = *quiet;
    }
    if (said == wishes_.quiet) return {};
    wishes_.quiet = said;
    ++changes_;
    const auto holds = quiet_hours(site_, wishes_);
    upset_ = holds.any() ? planner::Told(Tells::quiet_set, {{"who", by},
                                                            {"begin", format_clock(holds.from)},
                                                            {"end", format_clock(holds.until)}})
                         : planner::Told(Tells::quiet_over, {{"who", by}});
    wants_plan(upset_, seq, true);
    return {};
}

void Keeper::end_modes(Moment now) {
    for (auto& [id, wishes] : wishes_.devices) {
        if (wishes.skip_until.known() && wishes.skip_until <= now.wall) {
            wishes.skip_until = {};
            ++changes_;
        }
        end_wishes(id, now.wall);
        if (!wishes.hand() || wishes.mode == Mode::automatic) continue;
        const bool switched_off = wishes.mode == Mode::now &&
                                  now.wall - wishes.hand_since > hand_least &&
                                  facts_.devices.at(id).kw.value_or(1) < hand_over_kw;
        if (wishes.until > now.wall && !switched_off) continue;
        wants_plan({Tells::mode_ended,
                    {{"mode", std::string(mode_names[static_cast<std::size_t>(wishes.mode)])},
                     {"device", name_of(site_, id)}}},
                   0, false);
        wishes.mode = Mode::automatic;
        wishes.until = {};
        ++changes_;
    }
    if (wishes_.away_until.known() && wishes_.away_until <= now.wall) {
        wishes_.away_until = {};
        ++changes_;
    }
}

Value Keeper::shown(DeviceId device, Setting setting) const {
    const auto& wishes = wishes_.devices.at(device);
    switch (setting) {
        case Setting::act:
            return acts(site_, wishes_, device);
        case Setting::mode:
            return std::string(mode_names[static_cast<std::size_t>(wishes.mode)]);
        case Setting::mode_until:
            return wishes.until.known() ? format_rfc3339(wishes.until) : std::string();
        case Setting::skip:
            return wishes.skip_until.known();
        case Setting::goals:
            return format_goals(wishes.goals ? *wishes.goals : site_.cars[device.index].goals);
        case Setting::least: {
            const auto& car = site_.cars[device.index].limits;
            return shown_number(wishes.floor_percent, percent_of(car.floor_kwh, car.capacity_kwh));
        }
        case Setting::most: {
            const auto& car = site_.cars[device.index].limits;
            return shown_number(wishes.most_percent,
                                car.max_kwh > 0 ? percent_of(car.max_kwh, car.capacity_kwh) : 100);
        }
        case Setting::reserve: {
            const auto& battery = site_.batteries[device.index].limits;
            const double kept =
                battery.reserve_kwh.values.empty() ? 0 : battery.reserve_kwh.values.front();
            return shown_number(wishes.reserve_percent, percent_of(kept, battery.capacity_kwh));
        }
        case Setting::low:
            return wishes.low_c ? Value(*wishes.low_c) : Value(Null{});
        case Setting::high:
            return wishes.high_c ? Value(*wishes.high_c) : Value(Null{});
        case Setting::ready_by: {
            const int minute =
                wishes.ready_minute.value_or(site_.appliances[device.index].ready_minute);
            return minute >= 0 ? format_clock(minute) : std::string();
        }
        case Setting::armed:
            return facts_.devices.at(device).armed;
        case Setting::hold:
            return wishes.hold ? format_hold(*wishes.hold) : std::string();
    }
    return Null{};
}

}  // namespace foxtail::planning
