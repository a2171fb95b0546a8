// What people said, over a restart.
#include "foxtail/model/bytes.hpp"
#include "foxtail/planning/keeper.hpp"

#include <array>
#include <utility>

namespace foxtail::planning {
namespace {

using Mode = DeviceWishes::Mode;

constexpr std::uint64_t wishes_format = 3;
constexpr std::uint64_t wishes_format_unquiet = 2;     // before quiet hours could be wished
constexpr std::uint64_t wishes_format_unauthored = 1;  // before each person had wishes of their own
constexpr std::uint64_t said_most = 1000;              // more is no state of ours

/// One device as it was kept.
struct Kept {
    std::uint8_t kind = 0;
    std::string name;
    DeviceWishes wishes;
    std::vector<Said> said;
    bool armed = false;
};

std::optional<double> read_optional(ByteReader& in) {
    const bool there = in.u8() != 0;
    const double value = in.f64();
    return there ? std::optional(value) : std::nullopt;
}

std::optional<QuietHours> read_quiet(ByteReader& in) {
    const bool said = in.u8() != 0;
    const auto from = in.i64();
    const auto until = in.i64();
    const auto minute = [](std::int64_t value) { return value >= 0 && value < 24 * 60; };
    if (!minute(from) || !minute(until)) in.reject();
    if (!said) return std::nullopt;
    return QuietHours{static_cast<int>(from), static_cast<int>(until)};
}

void read_head(ByteReader& in, Kept& out) {
    out.kind = in.u8();
    out.name = in.text();
    const auto act = in.u8();
    if (act != 0) out.wishes.act = act == 2;
    const auto mode = in.u8();
    out.wishes.mode = mode < mode_names.size() ? static_cast<Mode>(mode) : Mode::automatic;
    out.wishes.until = read_time(in);
    out.wishes.by = in.text();
    out.wishes.skip_until = read_time(in);
}

/// Each setting had one author at most, and of numbers it was not known who.
Kept read_unauthored(ByteReader& in) {
    Kept out;
    read_head(in, out);
    std::uint64_t number = 0;
    const auto say = [&](Setting setting, std::string by, Value value) {
        out.said.push_back({setting, std::move(by), std::move(value), {}, {}, ++number});
    };
    const bool has_goals = in.u8() != 0;
    const std::string goals(in.text());
    const std::string goals_by(in.text());
    if (has_goals && parse_goals(goals)) say(Setting::goals, goals_by, goals);
    constexpr std::array numbers = {Setting::least, Setting::most, Setting::reserve, Setting::low,
                                    Setting::high};
    for (const Setting setting : numbers)
        if (const auto value = read_optional(in)) say(setting, {}, *value);
    const auto ready = in.i64();
    if (ready >= 0 && ready < 24 * 60)
        say(Setting::ready_by, {}, format_clock(static_cast<int>(ready)));
    auto& wishes = out.wishes;
    if (wishes.mode != Mode::automatic && !wishes.hand()) {
        const auto colon = wishes.by.find(':');
        say(Setting::mode, wishes.by.substr(0, colon),
            std::string(mode_names[static_cast<std::size_t>(wishes.mode)]));
        out.said.back().until = wishes.until;
    }
    out.armed = in.u8() != 0;
    return out;
}

Kept read_device(ByteReader& in) {
    Kept out;
    read_head(in, out);
    out.armed = in.u8() != 0;
    const auto count = in.u64();
    if (count > said_most) in.reject();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        Said one;
        const auto setting = in.u8();
        if (setting >= setting_names.size() || !has_authors(static_cast<Setting>(setting)))
            in.reject();
        one.setting = static_cast<Setting>(setting);
        one.by = in.text();
        one.value = read_value(in);
        one.until = read_time(in);
        one.lost = read_time(in);
        one.number = in.u64();
        out.said.push_back(std::move(one));
    }
    return out;
}

}  // namespace

std::string Keeper::save() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u64(wishes_format);
    out.i64(wishes_.away_until.us);
    out.text(wishes_.away_by);
    out.u8(wishes_.quiet ? 1 : 0);
    out.i64(wishes_.quiet ? wishes_.quiet->from : 0);
    out.i64(wishes_.quiet ? wishes_.quiet->until : 0);
    out.u64(wishes_.devices.size());
    for (const auto& [id, one] : wishes_.devices) {
        out.u8(static_cast<std::uint8_t>(id.kind));
        out.text(name_of(site_, id));
        out.u8(one.act ? (*one.act ? 2 : 1) : 0);
        out.u8(static_cast<std::uint8_t>(one.mode));
        out.i64(one.until.us);
        out.text(one.by);
        out.i64(one.skip_until.us);
        out.u8(facts_.devices.at(id).armed ? 1 : 0);
        const auto at = wishes_.said.find(id);
        static const std::vector<Said> none;
        const auto& said = at == wishes_.said.end() ? none : at->second;
        out.u64(said.size());
        for (const Said& wish : said) {
            out.u8(static_cast<std::uint8_t>(wish.setting));
            out.text(wish.by);
            write(out, wish.value);
            out.i64(wish.until.us);
            out.i64(wish.lost.us);
            out.u64(wish.number);
        }
    }
    return bytes;
}

Result<void> Keeper::load(std::string_view bytes) {
    ByteReader in(bytes);
    Wishes wishes;
    std::map<DeviceId, bool> armed;
    const auto format = in.u64();
    if (format < wishes_format_unauthored || format > wishes_format)
        return fail(Code::corrupt, "what people wished: another format");
    const bool authored = format != wishes_format_unauthored;
    wishes.away_until = read_time(in);
    wishes.away_by = in.text();
    if (format > wishes_format_unquiet) wishes.quiet = read_quiet(in);
    const auto count = in.u64();
    const auto all = devices(site_);
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        auto kept = authored ? read_device(in) : read_unauthored(in);
        // Who is no longer configured is left out.
        for (const DeviceId id : all) {
            if (static_cast<std::uint8_t>(id.kind) != kept.kind || name_of(site_, id) != kept.name)
                continue;
            wishes.devices[id] = kept.wishes;
            wishes.said[id] = kept.said;
            armed[id] = kept.armed;
        }
    }
    if (!in.ok()) return fail(Code::corrupt, "what people wished ends early");
    for (const DeviceId id : all) wishes.devices[id];
    wishes_ = std::move(wishes);
    for (const auto& [id, is_armed] : armed) facts_.devices[id].armed = is_armed;
    for (const DeviceId id : all)
        for (std::size_t i = 0; i < setting_names.size(); ++i)
            if (has_authors(static_cast<Setting>(i)))
                settle_wishes(id, static_cast<Setting>(i), {});
    return {};
}

}  // namespace foxtail::planning
