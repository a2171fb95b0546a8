#include "foxtail/sim/zigbee.hpp"

#include "foxtail/sim/json_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace foxtail::sim {
namespace {

using enum ZigbeeKind;

constexpr std::array<ZigbeeDevice, 31> devices{{
    {"living-room/ceiling-lamp", white_lamp, Room::living_room, 0, false},
    {"living-room/floor-lamp", color_lamp, Room::living_room, 1, false},
    {"living-room/tv-plug", plug, Room::living_room, 0, false},
    {"living-room/motion", motion, Room::living_room, 0, false},
    {"living-room/climate", climate, Room::living_room, 0, false},
    {"living-room/radiator", thermostat, Room::living_room, 0, false},
    {"living-room/blind", blind, Room::living_room, 0, false},
    {"kitchen/ceiling-lamp", white_lamp, Room::kitchen, 2, false},
    {"kitchen/coffee-plug", plug, Room::kitchen, 1, false},
    {"kitchen/dishwasher-plug", plug, Room::kitchen, 3, false},
    {"kitchen/motion", motion, Room::kitchen, 0, false},
    {"kitchen/window", contact, Room::kitchen, 0, true},
    {"kitchen/leak", leak, Room::kitchen, 0, false},
    {"kitchen/radiator", thermostat, Room::kitchen, 0, false},
    {"bedroom/bedside-lamp", color_lamp, Room::bedroom, 3, false},
    {"bedroom/climate", climate, Room::bedroom, 0, false},
    {"bedroom/radiator", thermostat, Room::bedroom, 0, false},
    {"bedroom/window", contact, Room::bedroom, 0, false},
    {"bedroom/button", button, Room::bedroom, 0, false},
    {"bathroom/ceiling-lamp", white_lamp, Room::bathroom, 4, false},
    {"bathroom/climate", climate, Room::bathroom, 0, false},
    {"bathroom/leak", leak, Room::bathroom, 0, false},
    {"bathroom/radiator", thermostat, Room::bathroom, 0, false},
    {"study/desk-lamp", white_lamp, Room::study, 5, false},
    {"study/desk-plug", plug, Room::study, 2, false},
    {"study/radiator", thermostat, Room::study, 0, false},
    {"hall/ceiling-lamp", white_lamp, Room::hall, 6, false},
    {"hall/motion", motion, Room::hall, 0, false},
    {"hall/front-door", contact, Room::hall, 0, false},
    {"hall/smoke", smoke, Room::hall, 0, false},
    {"hall/lock", lock, Room::hall, 0, false},
}};

Sample battery_sample(const ZigbeeDevice& device, const World& world) {
    const Dice dice = world.dice();
    // A cell lasts two years; each device is somewhere else in its cell's life.
    const double age_days = static_cast<double>(world.t_ms) / static_cast<double>(day_ms) +
                            700.0 * dice.uniform(device.name, 7);
    const double left = 100.0 - std::fmod(age_days, 700.0) / 700.0 * 88.0;
    return number_sample("battery", std::round(left), 0, never);
}

Sample voltage_sample(const ZigbeeDevice& device, const World& world) {
    const double left = battery_sample(device, world).number;
    return number_sample("voltage", std::round((2750.0 + 3.4 * left) / 5.0) * 5.0, 0, never);
}

Sample link_sample(const ZigbeeDevice& device, const World& world) {
    const Dice dice = world.dice();
    const double usual = 60.0 + 150.0 * dice.uniform(device.name, 3);
    return number_sample(
        "linkquality",
        std::clamp(std::round(usual + wander(dice, device.name, world.t_ms, 30.0, 300)), 0.0,
                   255.0),
        0, never);
}

void measure_lamp(const ZigbeeDevice& device, const World& world, std::vector<Sample>& out) {
    const LampState& lamp = world.lamps[device.index];
    out.push_back(number_sample("brightness", static_cast<double>(lamp.brightness), 0, 0));
    if (device.kind == color_lamp) {
        JsonText xy;
        xy.open().field("x", lamp.color_x, 4).field("y", lamp.color_y, 4).close();
        out.push_back({"color", xy.take(), 0, 0});
        out.push_back(text_sample("color_mode", lamp.colored ? "xy" : "color_temp"));
    }
    out.push_back(number_sample("color_temp", static_cast<double>(lamp.mired), 0, 0));
    out.push_back(text_sample("state", lamp.on ? "ON" : "OFF"));
}

void measure_plug(const ZigbeeDevice& device, const World& world, std::vector<Sample>& out) {
    const PlugState& plug = world.plugs[device.index];
    const Dice dice = world.dice();
    const double volts = 231.0 + wander(dice, "mains", world.t_ms, 4.0, 400);
    const double watts = plug.power_w * (1.0 + wander(dice, device.name, world.t_ms, 0.01, 40));
    out.push_back(number_sample("current", watts / volts, 2, never));
    out.push_back(number_sample("energy", plug.energy_kwh, 2, 0.01));
    out.push_back(number_sample("power", watts, 1, std::max(2.0, 0.05 * watts)));
    out.push_back(text_sample("state", plug.on ? "ON" : "OFF"));
    out.push_back(number_sample("voltage", volts, 0, never));
}

void measure_thermostat(const ZigbeeDevice& device, const World& world, std::vector<Sample>& out) {
    const RoomState& room = world.room(device.room);
    // It hangs on the radiator and feels it.
    const double felt =
        room.temperature_c + 0.6 * room.valve + wander(world.dice(), device.name, world.t_ms, 0.2);
    constexpr std::array<std::string_view, 3> modes{"off", "heat", "auto"};
    out.push_back(battery_sample(device, world));
    out.push_back(number_sample("local_temperature", felt, 1, 0.2));
    out.push_back(number_sample("occupied_heating_setpoint", room.setpoint_c, 1, 0));
    out.push_back(text_sample("running_state", room.valve > 0.05 ? "heat" : "idle"));
    out.push_back(text_sample("system_mode", modes[static_cast<std::size_t>(room.mode)]));
    out.push_back(number_sample("valve_opening_degree", std::round(room.valve * 20.0) * 5.0, 0, 5));
}

void measure_contact(const ZigbeeDevice& device, const World& world, std::vector<Sample>& out) {
    const bool open = device.name == "hall/front-door" ? world.door.open_s > 0
                                                       : world.room(device.room).window_open;
    out.push_back(battery_sample(device, world));
    out.push_back(flag_sample("contact", !open));
    out.push_back(voltage_sample(device, world));
}

void measure_alarm(const ZigbeeDevice& device, const World& world, std::vector<Sample>& out) {
    out.push_back(battery_sample(device, world));
    if (device.kind == smoke) {
        out.push_back(flag_sample("battery_low", battery_sample(device, world).number < 10));
        out.push_back(flag_sample("smoke", false));
        out.push_back(number_sample("temperature",
                                    world.room(device.room).temperature_c +
                                        wander(world.dice(), device.name, world.t_ms, 0.5),
                                    1, 1.0));
        return;
    }
    // A spilt bucket every few months.
    const std::int64_t slot = world.t_ms / 420'000;
    out.push_back(voltage_sample(device, world));
    out.push_back(flag_sample("water_leak", world.room(device.room).people > 0 &&
                                                world.dice().chance(device.name, slot, 0.0004)));
}

Result<std::vector<Act>> order_lamp(const ZigbeeDevice& device, const World& world,
                                    std::string_view key, const std::string* text,
                                    const double* number) {
    const std::string name(device.name);
    if (key == "state" && text != nullptr) {
        const bool on = world.lamps[device.index].on;
        if (*text == "ON" || *text == "OFF" || *text == "TOGGLE") {
            return std::vector<Act>{
                {name, "on", *text == "ON" || (*text == "TOGGLE" && !on) ? 1.0 : 0.0}};
        }
    }
    if (key == "brightness" && number != nullptr)
        return std::vector<Act>{{name, "brightness", *number}};
    if (key == "color_temp" && number != nullptr) {
        const bool white = device.kind == white_lamp;
        return std::vector<Act>{
            {name, "mired", std::clamp(*number, white ? 250.0 : 153.0, white ? 454.0 : 500.0)}};
    }
    if (device.kind == color_lamp && number != nullptr && (key == "color.x" || key == "color.y")) {
        return std::vector<Act>{{name, key == "color.x" ? "color_x" : "color_y", *number}};
    }
    if (key == "transition" || key == "effect") return std::vector<Act>{};
    return fail(Code::invalid_input, "no converter available for '" + std::string(key) + "'");
}

Result<std::vector<Act>> order_thermostat(const ZigbeeDevice& device, std::string_view key,
                                          const std::string* text, const double* number) {
    const std::string name(device.name);
    if (key == "occupied_heating_setpoint" && number != nullptr) {
        if (*number < 4.0 || *number > 35.0) {
            return fail(Code::invalid_input,
                        "setpoint " + print_number(*number, 1) + " is outside 4 to 35");
        }
        return std::vector<Act>{{name, "setpoint", *number}};
    }
    if (key == "system_mode" && text != nullptr) {
        if (*text == "off") return std::vector<Act>{{name, "mode", 0}};
        if (*text == "heat") return std::vector<Act>{{name, "mode", 1}};
        if (*text == "auto") return std::vector<Act>{{name, "mode", 2}};
    }
    return fail(Code::invalid_input, "no converter available for '" + std::string(key) + "'");
}

Result<std::vector<Act>> order_blind(const ZigbeeDevice& device, std::string_view key,
                                     const std::string* text, const double* number) {
    const std::string name(device.name);
    if (key == "position" && number != nullptr && *number >= 0 && *number <= 100) {
        return std::vector<Act>{{name, "position", *number}};
    }
    if (key == "state" && text != nullptr) {
        if (*text == "OPEN") return std::vector<Act>{{name, "position", 100}};
        if (*text == "CLOSE") return std::vector<Act>{{name, "position", 0}};
        if (*text == "STOP") return std::vector<Act>{{name, "stop", 1}};
    }
    return fail(Code::invalid_input, "no converter available for '" + std::string(key) + "'");
}

}  // namespace

std::span<const ZigbeeDevice> zigbee_devices() {
    return devices;
}

Pace pace_of(ZigbeeKind kind) {
    switch (kind) {
        case white_lamp:
        case color_lamp:
            return {1, 3600};
        case plug:
            return {5, 600};
        case motion:
            return {10, 3600};
        case climate:
            return {20, 3600};
        case thermostat:
            return {60, 1800};
        case blind:
        case lock:
            return {1, 7200};
        case smoke:
            return {600, 12 * 3600.0};
        case contact:
        case leak:
            return {1, 3000};
        case button:
            return {1, 24 * 3600.0};
    }
    return {};
}

std::vector<Sample> measure(const ZigbeeDevice& device, const World& world) {
    std::vector<Sample> out;
    const RoomState* room = device.room == Room::none ? nullptr : &world.room(device.room);
    const Dice dice = world.dice();
    switch (device.kind) {
        case white_lamp:
        case color_lamp:
            measure_lamp(device, world, out);
            break;
        case plug:
            measure_plug(device, world, out);
            break;
        case thermostat:
            measure_thermostat(device, world, out);
            break;
        case contact:
            measure_contact(device, world, out);
            break;
        case leak:
        case smoke:
            measure_alarm(device, world, out);
            break;
        case motion: {
            const double lux = std::max(
                0.0, room->light_lx * (1.0 + wander(dice, device.name, world.t_ms, 0.08, 60)));
            out = {battery_sample(device, world),
                   number_sample("illuminance", lux, 0, std::max(15.0, 0.25 * lux)),
                   flag_sample("occupancy", room->moving), voltage_sample(device, world)};
            break;
        }
        case climate:
            out = {battery_sample(device, world),
                   number_sample("humidity",
                                 room->humidity_pct() + wander(dice, device.name, world.t_ms, 1.5),
                                 1, 1.0),
                   number_sample("temperature",
                                 room->temperature_c + wander(dice, device.name, world.t_ms, 0.25),
                                 2, 0.2)};
            break;
        case button:
            out = {battery_sample(device, world)};
            break;
        case blind: {
            const double position = std::round(world.blind.position_pct);
            out = {battery_sample(device, world), number_sample("position", position, 0, 0),
                   text_sample("state", position > 0 ? "OPEN" : "CLOSE")};
            break;
        }
        case lock:
            out = {battery_sample(device, world),
                   text_sample("lock_state", world.door.locked ? "locked" : "unlocked"),
                   text_sample("state", world.door.locked ? "LOCK" : "UNLOCK")};
            break;
    }
    out.push_back(link_sample(device, world));
    return out;
}

bool reachable(const ZigbeeDevice& device, const World& world) {
    if (device.flaky) {
        // Quarter hours of silence, about three times a day.
        return !world.dice().chance("flaky", world.t_ms / 1'200'000, 0.045);
    }
    // The desk lamp is plugged into the desk's plug.
    return device.name != "study/desk-lamp" || world.plug(Plug::desk).on;
}

Result<std::vector<Act>> take_order(const ZigbeeDevice& device, const World& world,
                                    std::string_view key, const std::string* text,
                                    const double* number) {
    const std::string name(device.name);
    switch (device.kind) {
        case white_lamp:
        case color_lamp:
            return order_lamp(device, world, key, text, number);
        case thermostat:
            return order_thermostat(device, key, text, number);
        case blind:
            return order_blind(device, key, text, number);
        case plug:
            if (key == "state" && text != nullptr &&
                (*text == "ON" || *text == "OFF" || *text == "TOGGLE")) {
                const bool on =
                    *text == "ON" || (*text == "TOGGLE" && !world.plugs[device.index].on);
                return std::vector<Act>{{name, "on", on ? 1.0 : 0.0}};
            }
            break;
        case lock:
            if (key == "state" && text != nullptr && (*text == "LOCK" || *text == "UNLOCK")) {
                return std::vector<Act>{{name, "locked", *text == "LOCK" ? 1.0 : 0.0}};
            }
            break;
        default:
            break;
    }
    return fail(Code::invalid_input, "no converter available for '" + std::string(key) + "'");
}

}  // namespace foxtail::sim
