#include "foxtail/sim/truth.hpp"

#include "foxtail/base/string_map.hpp"
#include "foxtail/sim/json_text.hpp"
#include "foxtail/sim/physics.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <type_traits>

namespace foxtail::sim {
namespace {

// One list of everything that is shared, for both directions. What follows from seed and time alone
// (weather, where people are) is computed again instead.
template <class W, class V>
void visit_house(W& w, V&& v) {
    v("t_ms", w.t_ms);
    v("seed", w.seed);
    v("era", w.era);
    v("site.latitude_deg", w.site.latitude_deg);
    v("site.longitude_deg", w.site.longitude_deg);
    v("site.utc_offset_min", w.site.utc_offset_min);
    for (std::size_t i = 0; i < person_count; ++i) {
        const std::string at = "people." + std::string(name(static_cast<Person>(i))) + ".";
        v(at + "phone_pct", w.people[i].phone_pct);
        v(at + "phone_charging", w.people[i].phone_charging);
    }
    for (std::size_t i = 0; i < room_count; ++i) {
        const std::string at = "rooms." + std::string(name(static_cast<Room>(i))) + ".";
        auto& r = w.rooms[i];
        v(at + "temperature_c", r.temperature_c);
        v(at + "vapour_g_m3", r.vapour_g_m3);
        v(at + "co2_ppm", r.co2_ppm);
        v(at + "setpoint_c", r.setpoint_c);
        v(at + "mode", r.mode);
        v(at + "valve", r.valve);
        v(at + "heat_w", r.heat_w);
        v(at + "light_lx", r.light_lx);
        v(at + "empty_s", r.empty_s);
        v(at + "people", r.people);
        v(at + "moving", r.moving);
        v(at + "dark", r.dark);
        v(at + "window_open", r.window_open);
    }
    for (std::size_t i = 0; i < lamp_count; ++i) {
        const std::string at = "lamps." + std::string(spec(static_cast<Lamp>(i)).device) + ".";
        v(at + "on", w.lamps[i].on);
        v(at + "brightness", w.lamps[i].brightness);
        v(at + "mired", w.lamps[i].mired);
        v(at + "color_x", w.lamps[i].color_x);
        v(at + "color_y", w.lamps[i].color_y);
        v(at + "colored", w.lamps[i].colored);
        v(at + "power_w", w.lamps[i].power_w);
    }
    for (std::size_t i = 0; i < plug_count; ++i) {
        const std::string at = "plugs." + std::string(device_of(static_cast<Plug>(i))) + ".";
        v(at + "on", w.plugs[i].on);
        v(at + "power_w", w.plugs[i].power_w);
        v(at + "energy_kwh", w.plugs[i].energy_kwh);
    }
    v("door.open_s", w.door.open_s);
    v("door.locked", w.door.locked);
    v("blind.position_pct", w.blind.position_pct);
    v("blind.target_pct", w.blind.target_pct);
    v("button.presses", w.button_presses);
    v("button.kind", w.button_kind);
}

template <class A, class V>
void visit_appliance(const std::string& at, A& a, V&& v) {
    v(at + "running", a.running);
    v(at + "finished", a.finished);
    v(at + "elapsed_s", a.elapsed_s);
    v(at + "program", a.program);
    v(at + "power_w", a.power_w);
    v(at + "energy_kwh", a.energy_kwh);
}

template <class W, class V>
void visit_energy(W& w, V&& v) {
    v("car.charge_kwh", w.car.charge_kwh);
    v("car.limit_pct", w.car.limit_pct);
    v("car.odometer_km", w.car.odometer_km);
    v("car.latitude_deg", w.car.latitude_deg);
    v("car.longitude_deg", w.car.longitude_deg);
    v("car.cabin_c", w.car.cabin_c);
    v("car.power_w", w.car.power_w);
    v("car.added_away_kwh", w.car.added_away_kwh);
    v("car.driven_kwh", w.car.driven_kwh);
    v("car.trip_share", w.car.trip_share);
    v("car.home", w.car.home);
    v("car.driving", w.car.driving);
    v("car.plugged", w.car.plugged);
    v("car.climate", w.car.climate);
    v("car.locked", w.car.locked);
    v("car.stopped", w.car.stopped);
    v("wallbox.enabled", w.wallbox.enabled);
    v("wallbox.limit_a", w.wallbox.limit_a);
    v("wallbox.power_w", w.wallbox.power_w);
    v("wallbox.energy_kwh", w.wallbox.energy_kwh);
    v("wallbox.session_kwh", w.wallbox.session_kwh);
    v("carport.power_w", w.carport.power_w);
    v("battery.stored_kwh", w.battery.stored_kwh);
    v("battery.power_w", w.battery.power_w);
    v("battery.charged_kwh", w.battery.charged_kwh);
    v("battery.discharged_kwh", w.battery.discharged_kwh);
    v("battery.mode", w.battery.mode);
    v("battery.reserve_pct", w.battery.reserve_pct);
    v("battery.setpoint_w", w.battery.setpoint_w);
    v("heat_pump.enabled", w.heat_pump.enabled);
    v("heat_pump.running", w.heat_pump.running);
    v("heat_pump.hot_water", w.heat_pump.hot_water);
    v("heat_pump.flow_c", w.heat_pump.flow_c);
    v("heat_pump.offset_k", w.heat_pump.offset_k);
    v("heat_pump.mode", w.heat_pump.mode);
    v("heat_pump.target_c", w.heat_pump.target_c);
    v("heat_pump.thermal_w", w.heat_pump.thermal_w);
    v("heat_pump.power_w", w.heat_pump.power_w);
    v("heat_pump.energy_kwh", w.heat_pump.energy_kwh);
    v("heat_pump.heat_kwh", w.heat_pump.heat_kwh);
    v("tank.temperature_c", w.tank.temperature_c);
    v("tank.setpoint_c", w.tank.setpoint_c);
    v("tank.boost", w.tank.boost);
    v("tank.boost_w", w.tank.boost_w);
    visit_appliance("washer.", w.washer, v);
    visit_appliance("dishwasher.", w.dishwasher, v);
    v("ventilation.level", w.ventilation.level);
    v("ventilation.automatic", w.ventilation.automatic);
    v("ventilation.power_w", w.ventilation.power_w);
    v("ventilation.filter_h", w.ventilation.filter_h);
    v("meter.pv_w", w.meter.pv_w);
    v("meter.base_w", w.meter.base_w);
    v("meter.kitchen_w", w.meter.kitchen_w);
    v("meter.load_w", w.meter.load_w);
    v("meter.grid_w", w.meter.grid_w);
    v("meter.import_kwh", w.meter.import_kwh);
    v("meter.export_kwh", w.meter.export_kwh);
    v("meter.pv_kwh", w.meter.pv_kwh);
    v("meter.load_kwh", w.meter.load_kwh);
}

// Twelve digits are a millionth of what any meter shows, and survive a parser that is off by the
// last bit.
std::string digits(double value) {
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   std::chars_format::general, 12)
                         .ptr;
    return {buffer.data(), end};
}

}  // namespace

std::string encode_truth(const World& world, const Acks& acks) {
    JsonText out;
    out.open();
    const auto write = [&out](std::string_view name, const auto& value) {
        using T = std::decay_t<decltype(value)>;
        out.key(name);
        if constexpr (std::is_same_v<T, bool>) {
            out.flag(value);
        } else if constexpr (std::is_same_v<T, double>) {
            out.raw(digits(value));
        } else {
            out.whole(static_cast<std::int64_t>(value));
        }
    };
    visit_house(world, write);
    visit_energy(world, write);
    out.key("ack").open();
    for (const auto& [from, seq] : acks) {
        out.field(from, seq);
    }
    out.close().close();
    return out.take();
}

Result<Truth> decode_truth(std::string_view text) {
    const auto members = read_members(text);
    if (!members) {
        return fail(members.error());
    }
    StringMap<const JsonScalar*> by_name;
    Truth truth;
    constexpr std::string_view ack = "ack.";
    for (const JsonMember& member : *members) {
        if (member.path.starts_with(ack) && std::holds_alternative<double>(member.value)) {
            truth.acks[member.path.substr(ack.size())] =
                static_cast<std::int64_t>(std::get<double>(member.value));
        } else {
            by_name[member.path] = &member.value;
        }
    }
    std::string missing;
    const auto read = [&](std::string_view name, auto& value) {
        using T = std::decay_t<decltype(value)>;
        const auto found = by_name.find(name);
        const JsonScalar* scalar = found == by_name.end() ? nullptr : found->second;
        if constexpr (std::is_same_v<T, bool>) {
            if (scalar != nullptr && std::holds_alternative<bool>(*scalar)) {
                value = std::get<bool>(*scalar);
                return;
            }
        } else if (scalar != nullptr && std::holds_alternative<double>(*scalar) &&
                   std::abs(std::get<double>(*scalar)) < 9e15) {
            value = static_cast<T>(std::get<double>(*scalar));
            return;
        }
        missing = name;
    };
    visit_house(truth.world, read);
    visit_energy(truth.world, read);
    if (!missing.empty()) {
        return fail(Code::invalid_input, "truth without a fitting " + missing);
    }
    // Indices are checked here, once, so that physics need not distrust its own state.
    const auto within = [](std::int64_t& index, std::int64_t count) {
        index = std::clamp<std::int64_t>(index, 0, count - 1);
    };
    within(truth.world.washer.program, programmes_per_appliance);
    within(truth.world.dishwasher.program, programmes_per_appliance);
    within(truth.world.battery.mode, 4);
    within(truth.world.heat_pump.mode, 3);
    within(truth.world.button_kind, 3);
    within(truth.world.ventilation.level, 4);
    for (RoomState& room : truth.world.rooms) {
        within(room.mode, 3);
    }
    refresh(truth.world);
    return truth;
}

std::string encode_act(const SentAct& sent) {
    JsonText out;
    out.open().field("from", sent.from).field("seq", sent.seq);
    out.field("device", sent.act.device)
        .field("key", sent.act.key)
        .key("value")
        .raw(digits(sent.act.value))
        .close();
    return out.take();
}

Result<SentAct> decode_act(std::string_view text) {
    const auto members = read_members(text);
    if (!members) {
        return fail(members.error());
    }
    SentAct sent;
    for (const JsonMember& member : *members) {
        const auto* string = std::get_if<std::string>(&member.value);
        const auto* number = std::get_if<double>(&member.value);
        if (string != nullptr && member.path == "from") sent.from = *string;
        if (string != nullptr && member.path == "device") sent.act.device = *string;
        if (string != nullptr && member.path == "key") sent.act.key = *string;
        if (number != nullptr && member.path == "seq")
            sent.seq = static_cast<std::int64_t>(*number);
        if (number != nullptr && member.path == "value") sent.act.value = *number;
    }
    if (sent.from.empty() || sent.act.device.empty() || sent.act.key.empty()) {
        return fail(Code::invalid_input, "an act needs from, device and key");
    }
    return sent;
}

}  // namespace foxtail::sim
