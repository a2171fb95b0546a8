// What people set, and how it is kept.
#include "foxtail/model/bytes.hpp"
#include "foxtail/planning/keeper.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace foxtail::planning {
namespace {

using planner::Kind;
using Mode = DeviceWishes::Mode;

constexpr std::uint64_t wishes_format = 1;
constexpr Duration mode_lasts = hours(12);  // where nothing ends it earlier
constexpr Duration mode_lasts_max = days(14);
constexpr Duration hand_lasts = hours(2);  // of what was switched by hand
constexpr Duration hand_least = minutes(2);
constexpr double hand_over_kw =
    0.05;  // who was switched on by hand and takes less was switched off

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

void write(ByteWriter& out, const std::optional<double>& value) {
    out.u8(value ? 1 : 0);
    out.f64(value.value_or(0));
}

std::optional<double> read_optional(ByteReader& in) {
    const bool there = in.u8() != 0;
    const double value = in.f64();
    return there ? std::optional(value) : std::nullopt;
}

}  // namespace

Time Keeper::mode_ends(DeviceId device, Mode mode, Time now) const {
    if (device.kind != Kind::car || mode != Mode::now) return now + mode_lasts;
    // Until it is full.
    const auto& car = site_.cars[device.index].limits;
    const double most = car.max_kwh > 0 ? car.max_kwh : car.capacity_kwh;
    const double level = facts_.devices.at(device).level.value_or(0) / 100 * car.capacity_kwh;
    const double kw = car.ranges.empty() ? 1 : std::max(0.1, car.ranges.back().max_kw);
    const double lasts = std::max(0.0, most - level) / (kw * std::max(0.1, car.efficiency));
    const auto end = now + seconds(static_cast<std::int64_t>(std::min(lasts, 48.0) * 3600));
    return std::max(end, now + minutes(15));
}

Result<void> Keeper::set_mode(DeviceId device, DeviceWishes& wishes, const Value& value,
                              const std::string& by, Moment now) {
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
                                const Value& value) {
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

Result<void> Keeper::set(DeviceId device, Setting setting, const Value& value,
                         const std::string& by, Seq seq, Moment now) {
    DeviceWishes wishes = wishes_.devices[device];
    switch (setting) {
        case Setting::mode: {
            if (auto done = set_mode(device, wishes, value, by, now); !done) return done;
            break;
        }
        case Setting::mode_until: {
            const auto text = text_of(value);
            const auto until = parse_rfc3339(text.value_or(""));
            if (!until || *until <= now.wall || *until > now.wall + mode_lasts_max)
                return wrong("a moment within the next two weeks, such as 2026-12-24T18:00:00Z");
            if (wishes.mode == Mode::automatic) return wrong("automatic has no end");
            wishes.until = *until;
            break;
        }
        case Setting::skip: {
            wishes.skip_until = {};
            if (value != Value(true)) break;
            // The next goal, and nothing after it.
            const auto& goals = wishes.goals ? *wishes.goals : site_.cars[device.index].goals;
            Time next = now.wall + days(1);
            for (const CarGoal& goal : goals)
                for (const Time at : due_times(goal, zone_, now.wall, now.wall + days(8)))
                    next = std::min(next, at);
            wishes.skip_until = next;
            break;
        }
        case Setting::goals: {
            wishes.goals.reset();
            wishes.goals_by = by;
            if (is_null(value)) break;
            auto goals = parse_goals(text_of(value).value_or("?"));
            if (!goals) return fail(goals.error());
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
        case Setting::act:
            wishes.act.reset();
            if (const auto* flag = std::get_if<bool>(&value)) wishes.act = *flag;
            break;
        case Setting::armed:
            hear(device, DeviceFact::armed, value == Value(true) ? 1.0 : 0.0, seq, now);
            return {};
        default:
            if (auto done = set_number(device, wishes, setting, value); !done) return done;
    }
    auto& kept = wishes_.devices[device];
    if (wishes == kept) return {};
    kept = std::move(wishes);
    ++changes_;
    const auto name = setting_names[static_cast<std::size_t>(setting)];
    wants_plan(fmt::format("{} set '{}' of {}{}{}", by.empty() ? "somebody" : by, name,
                           name_of(site_, device), text_of(value) ? ": " : "",
                           text_of(value).value_or("")),
               seq, true);
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
    wants_plan(fmt::format("{} was switched {} by hand", name_of(site_, device),
                           mode == Mode::now     ? "on"
                           : mode == Mode::pause ? "off"
                                                 : "back"),
               seq, true);
}

void Keeper::set_away(Time until, const std::string& by, Seq seq, Moment now) {
    if (until <= now.wall) until = {};
    if (until == wishes_.away_until) return;
    wishes_.away_until = until;
    wishes_.away_by = by;
    ++changes_;
    wants_plan(until.known() ? fmt::format("{}: away until {}", by, format_rfc3339(until))
                             : fmt::format("{}: no longer away", by),
               seq, true);
}

void Keeper::end_modes(Moment now) {
    for (auto& [id, wishes] : wishes_.devices) {
        if (wishes.skip_until.known() && wishes.skip_until <= now.wall) {
            wishes.skip_until = {};
            ++changes_;
        }
        if (wishes.mode == Mode::automatic) continue;
        const bool switched_off = wishes.hand() && wishes.mode == Mode::now &&
                                  now.wall - wishes.hand_since > hand_least &&
                                  facts_.devices.at(id).kw.value_or(1) < hand_over_kw;
        if (wishes.until > now.wall && !switched_off) continue;
        wants_plan(
            fmt::format("'{}' of {} ended by itself",
                        mode_names[static_cast<std::size_t>(wishes.mode)], name_of(site_, id)),
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
    }
    return Null{};
}

std::string Keeper::save() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u64(wishes_format);
    out.i64(wishes_.away_until.us);
    out.text(wishes_.away_by);
    out.u64(wishes_.devices.size());
    for (const auto& [id, one] : wishes_.devices) {
        out.u8(static_cast<std::uint8_t>(id.kind));
        out.text(name_of(site_, id));
        out.u8(one.act ? (*one.act ? 2 : 1) : 0);
        out.u8(static_cast<std::uint8_t>(one.mode));
        out.i64(one.until.us);
        out.text(one.by);
        out.i64(one.skip_until.us);
        out.u8(one.goals ? 1 : 0);
        out.text(one.goals ? format_goals(*one.goals) : "");
        out.text(one.goals_by);
        for (const auto* number :
             {&one.floor_percent, &one.most_percent, &one.reserve_percent, &one.low_c, &one.high_c})
            write(out, *number);
        out.i64(one.ready_minute.value_or(-1));
        out.u8(facts_.devices.at(id).armed ? 1 : 0);
    }
    return bytes;
}

Result<void> Keeper::load(std::string_view bytes) {
    ByteReader in(bytes);
    Wishes wishes;
    std::map<DeviceId, bool> armed;
    if (in.u64() != wishes_format) return fail(Code::corrupt, "what people wished: another format");
    wishes.away_until.us = in.i64();
    wishes.away_by = in.text();
    const auto count = in.u64();
    const auto all = devices(site_);
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        const auto kind = in.u8();
        const std::string name(in.text());
        DeviceWishes one;
        const auto act = in.u8();
        if (act != 0) one.act = act == 2;
        const auto mode = in.u8();
        one.mode = mode < mode_names.size() ? static_cast<Mode>(mode) : Mode::automatic;
        one.until.us = in.i64();
        one.by = in.text();
        one.skip_until.us = in.i64();
        const bool has_goals = in.u8() != 0;
        const auto goals = parse_goals(in.text());
        if (has_goals && goals) one.goals = *goals;
        one.goals_by = in.text();
        for (auto* number :
             {&one.floor_percent, &one.most_percent, &one.reserve_percent, &one.low_c, &one.high_c})
            *number = read_optional(in);
        const auto ready = in.i64();
        if (ready >= 0 && ready < 24 * 60) one.ready_minute = static_cast<int>(ready);
        const bool is_armed = in.u8() != 0;
        // Who is no longer configured is left out.
        for (const DeviceId id : all) {
            if (static_cast<std::uint8_t>(id.kind) != kind || name_of(site_, id) != name) continue;
            wishes.devices[id] = one;
            armed[id] = is_armed;
        }
    }
    if (!in.ok()) return fail(Code::corrupt, "what people wished ends early");
    for (const DeviceId id : all) wishes.devices[id];
    wishes_ = std::move(wishes);
    for (const auto& [id, is_armed] : armed) facts_.devices[id].armed = is_armed;
    return {};
}

}  // namespace foxtail::planning
