#include "foxtail/sim/physics.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace foxtail::sim {
namespace {

bool is_on(double value) {
    return value >= 0.5;
}

std::int64_t whole(double value, std::int64_t low, std::int64_t high) {
    return std::clamp(static_cast<std::int64_t>(std::llround(std::clamp(value, -1e9, 1e9))), low,
                      high);
}

bool act_on_lamp(LampState& lamp, std::string_view key, double value) {
    if (key == "on") {
        lamp.on = is_on(value);
    } else if (key == "brightness") {
        lamp.on = value >= 1;
        lamp.brightness = lamp.on ? whole(value, 1, 254) : lamp.brightness;
    } else if (key == "mired") {
        lamp.mired = whole(value, 153, 500);
        lamp.colored = false;
    } else if (key == "color_x") {
        lamp.color_x = std::clamp(value, 0.0, 1.0);
        lamp.colored = true;
    } else if (key == "color_y") {
        lamp.color_y = std::clamp(value, 0.0, 1.0);
        lamp.colored = true;
    } else {
        return false;
    }
    return true;
}

bool act_on_thermostat(RoomState& room, std::string_view key, double value) {
    if (key == "setpoint") {
        room.setpoint_c = std::clamp(std::round(value * 2.0) / 2.0, 5.0, 30.0);
    } else if (key == "mode") {
        room.mode = whole(value, 0, 2);
    } else {
        return false;
    }
    return true;
}

bool act_on_car(CarState& car, std::string_view key, double value) {
    if (key == "climate") {
        car.climate = is_on(value);
    } else if (key == "locked") {
        car.locked = is_on(value);
    } else if (key == "limit") {
        car.limit_pct = static_cast<double>(whole(value, 50, 100));
    } else if (key == "stopped") {
        car.stopped = is_on(value);
    } else {
        return false;
    }
    return true;
}

bool act_on_wallbox(WallboxState& box, std::string_view key, double value) {
    if (key == "enabled") {
        box.enabled = is_on(value);
    } else if (key == "limit") {
        // Below 6 A there is only a pause.
        box.limit_a = value < 6 ? 0.0 : static_cast<double>(whole(value, 6, 16));
    } else {
        return false;
    }
    return true;
}

bool act_on_battery(BatteryState& battery, std::string_view key, double value) {
    if (key == "mode") {
        battery.mode = whole(value, 0, 3);
    } else if (key == "setpoint") {
        battery.setpoint_w = std::clamp(value, -battery_power_max_w, battery_power_max_w);
        battery.mode = static_cast<std::int64_t>(BatteryMode::setpoint);
    } else if (key == "reserve") {
        battery.reserve_pct = static_cast<double>(whole(value, 0, 100));
    } else {
        return false;
    }
    return true;
}

bool act_on_heat(World& world, std::string_view device, std::string_view key, double value) {
    if (device == "heat-pump" && key == "enabled") {
        world.heat_pump.enabled = is_on(value);
    } else if (device == "heat-pump" && key == "offset") {
        world.heat_pump.offset_k = std::clamp(value, -5.0, 5.0);
    } else if (device == "heat-pump" && key == "mode") {
        world.heat_pump.mode = whole(value, 0, 2);
    } else if (device == "hot-water" && key == "setpoint") {
        world.tank.setpoint_c = std::clamp(value, 40.0, 60.0);
    } else if (device == "hot-water" && key == "boost") {
        world.tank.boost = is_on(value);
    } else if (device == "ventilation" && key == "level") {
        world.ventilation.level = whole(value, 0, 3);
        world.ventilation.automatic = false;
    } else if (device == "ventilation" && key == "automatic") {
        world.ventilation.automatic = is_on(value);
    } else {
        return false;
    }
    return true;
}

bool act_on_appliance(ApplianceState& appliance, std::string_view key, double value) {
    if (key == "start") {
        if (!appliance.running) {
            appliance.running = true;
            appliance.finished = false;
            appliance.elapsed_s = 0;
        }
    } else if (key == "stop") {
        appliance.running = false;
        appliance.elapsed_s = 0;
    } else if (key == "program") {
        // As on the machine's front: the knob is dead while it runs.
        appliance.program =
            appliance.running ? appliance.program : whole(value, 0, programmes_per_appliance - 1);
    } else {
        return false;
    }
    return true;
}

bool act_on_blind(BlindState& blind, std::string_view key, double value) {
    if (key == "position") {
        blind.target_pct = std::clamp(value, 0.0, 100.0);
    } else if (key == "stop") {
        blind.target_pct = blind.position_pct;
    } else {
        return false;
    }
    return true;
}

std::optional<std::size_t> thermostat_room(std::string_view device) {
    constexpr std::string_view suffix = "/radiator";
    for (std::size_t i = 0; i < room_count; ++i) {
        const std::string_view room = name(static_cast<Room>(i));
        if (device.size() == room.size() + suffix.size() && device.starts_with(room) &&
            device.ends_with(suffix)) {
            return i;
        }
    }
    return std::nullopt;
}

}  // namespace

bool apply(World& world, const Act& act) {
    const std::string_view device = act.device;
    const std::string_view key = act.key;
    if (!std::isfinite(act.value)) {
        return false;
    }
    for (std::size_t i = 0; i < lamp_count; ++i) {
        if (spec(static_cast<Lamp>(i)).device == device) {
            return act_on_lamp(world.lamps[i], key, act.value);
        }
    }
    for (std::size_t i = 0; i < plug_count; ++i) {
        if (device_of(static_cast<Plug>(i)) == device && key == "on") {
            world.plugs[i].on = is_on(act.value);
            return true;
        }
    }
    if (const auto room = thermostat_room(device)) {
        return act_on_thermostat(world.rooms[*room], key, act.value);
    }
    if (device == "living-room/blind") return act_on_blind(world.blind, key, act.value);
    if (device == "hall/lock" && key == "locked") {
        world.door.locked = is_on(act.value);
        return true;
    }
    if (device == "car") return act_on_car(world.car, key, act.value);
    if (device == "wallbox") return act_on_wallbox(world.wallbox, key, act.value);
    if (device == "carport" && key == "power") {
        world.carport.power_w = std::clamp(act.value, 0.0, 3 * 230.0 * 32);
        return true;
    }
    if (device == "home-battery") return act_on_battery(world.battery, key, act.value);
    if (device == "washing-machine") return act_on_appliance(world.washer, key, act.value);
    if (device == "dishwasher") return act_on_appliance(world.dishwasher, key, act.value);
    return act_on_heat(world, device, key, act.value);
}

}  // namespace foxtail::sim
