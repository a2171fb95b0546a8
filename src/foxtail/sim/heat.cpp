#include "foxtail/sim/physics.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::sim {
namespace {

constexpr double hour = 3600.0;
constexpr double buffer_j_k = 1.26e6;  // 300 l
constexpr double tank_j_k = 0.84e6;    // 200 l
constexpr double door_w_k = 22.0;      // between a room and the hall
constexpr double person_w = 80.0;

constexpr std::array<RoomSpec, room_count> room_specs{{
    {28, 24, 4.2e6, 1800, 5.5, 180, 21.0, 18.0},
    {14, 14, 2.2e6, 1000, 2.0, 90, 20.5, 18.0},
    {16, 14, 2.5e6, 900, 1.6, 0, 18.0, 16.5},
    {8, 8, 1.4e6, 900, 0.6, 0, 22.0, 18.5},
    {12, 11, 1.9e6, 800, 2.0, 270, 20.5, 17.0},
    {14, 9, 2.4e6, 600, 0.8, 90, 19.0, 17.0},
}};

bool has_thermostat(Room room) {
    return room != Room::hall;
}

// The thermostats' own programme: comfort at six, night at half past ten; a hand-set value lives
// until then.
void run_programme(World& world, std::int64_t before_ms) {
    const bool morning = passed(world.site, before_ms, world.t_ms, 6.0 * hour);
    const bool night = passed(world.site, before_ms, world.t_ms, 22.5 * hour);
    for (std::size_t i = 0; i < room_count; ++i) {
        RoomState& room = world.rooms[i];
        if (room.mode != static_cast<std::int64_t>(HeatMode::automatic) || !(morning || night)) {
            continue;
        }
        const RoomSpec& shape = spec(static_cast<Room>(i));
        room.setpoint_c = morning ? shape.comfort_c : shape.night_c;
    }
}

bool boosted(const World& world) {
    return world.heat_pump.mode == static_cast<std::int64_t>(HeatPumpMode::boost);
}

double gains_w(const World& world, std::size_t i) {
    const auto room = static_cast<Room>(i);
    const RoomSpec& shape = spec(room);
    double watts = person_w * static_cast<double>(world.rooms[i].people);
    double sun = world.weather.on_plane_w_m2(90.0, shape.glass_azimuth_deg) * shape.glass_m2 * 0.5;
    if (room == Room::living_room) {
        sun *= 0.12 + 0.88 * world.blind.position_pct / 100.0;
        watts += world.plug(Plug::tv).power_w;
    }
    if (room == Room::kitchen) {
        watts += 0.5 * world.meter.kitchen_w + world.plug(Plug::coffee).power_w + 60.0;
    }
    if (room == Room::study) {
        watts += world.plug(Plug::desk).power_w;
    }
    for (std::size_t l = 0; l < lamp_count; ++l) {
        // The desk lamp hangs on the desk's plug and is in its power already.
        if (spec(static_cast<Lamp>(l)).room == room && static_cast<Lamp>(l) != Lamp::desk) {
            watts += world.lamps[l].power_w;
        }
    }
    return watts + sun;
}

void step_rooms(World& world, double dt_s) {
    const double outdoor = world.weather.temperature_c;
    std::array<double, room_count> net{};
    double to_hall = 0;
    const double hall_c = world.room(Room::hall).temperature_c;
    for (std::size_t i = 0; i < room_count; ++i) {
        RoomState& room = world.rooms[i];
        const RoomSpec& shape = spec(static_cast<Room>(i));
        double opening =
            shape.loss_w_k + 0.08 * shape.area_m2 * static_cast<double>(world.ventilation.level);
        if (room.window_open) {
            opening += 70.0;
        }
        // Warm evenings: windows tilted in summer, as long as it is cooler outside.
        if (room.temperature_c > 24.0 && outdoor < room.temperature_c) {
            opening += 3.0 * shape.area_m2;
        }
        if (static_cast<Room>(i) == Room::hall && world.door.open_s > 0) {
            opening += 120.0;
        }
        const bool heats = has_thermostat(static_cast<Room>(i));
        const bool off = room.mode == static_cast<std::int64_t>(HeatMode::off);
        const double wish = off ? 5.0 : room.setpoint_c + (boosted(world) ? 1.0 : 0.0);
        const double control = heats ? (wish - room.temperature_c + 0.35) / 0.9 : 0.25;
        const double target = room.window_open ? 0.0 : std::clamp(control, 0.0, 1.0);
        room.valve += (target - room.valve) * std::min(1.0, dt_s / 120.0);
        room.heat_w = room.valve * shape.radiator_w *
                      std::clamp((world.heat_pump.flow_c - room.temperature_c) / 15.0, 0.0, 1.8);
        const double through_door =
            static_cast<Room>(i) == Room::hall ? 0.0 : door_w_k * (room.temperature_c - hall_c);
        to_hall += through_door;
        net[i] = room.heat_w + gains_w(world, i) - opening * (room.temperature_c - outdoor) -
                 through_door;
    }
    net[static_cast<std::size_t>(Room::hall)] += to_hall;
    for (std::size_t i = 0; i < room_count; ++i) {
        world.rooms[i].temperature_c += net[i] * dt_s / spec(static_cast<Room>(i)).capacity_j_k;
    }
}

void step_heat_pump(World& world, double dt_s) {
    HeatPumpState& pump = world.heat_pump;
    TankState& tank = world.tank;
    const double outdoor = world.weather.temperature_c;
    double drawn = 0;
    double open_valves = 0;
    for (const RoomState& room : world.rooms) {
        drawn += room.heat_w;
        open_valves = std::max(open_valves, room.valve);
    }
    // Boost stores: a warmer buffer, a hotter tank, and (step_rooms) a degree in the rooms.
    const bool boost = boosted(world);
    const double curve_c = 29.0 + 0.55 * (15.0 - outdoor) + pump.offset_k;
    pump.target_c = std::clamp(curve_c + (boost ? 5.0 : 0.0), 25.0, 48.0);
    const bool wants_rooms = open_valves > (boost ? 0.1 : 0.3) && outdoor < 18.0;
    const double tank_c = boost ? std::min(tank.setpoint_c + 5.0, 60.0) : tank.setpoint_c;
    if (tank.temperature_c < tank_c - (boost ? 3.0 : 6.0)) {
        pump.hot_water = true;
    } else if (tank.temperature_c >= tank_c) {
        pump.hot_water = false;
    }
    if (pump.running) {
        pump.running = pump.hot_water || (pump.flow_c < pump.target_c + 2.5 && open_valves > 0.05);
    } else {
        pump.running = pump.hot_water || (pump.flow_c < pump.target_c - 2.5 && wants_rooms);
    }
    const bool blocked = pump.mode == static_cast<std::int64_t>(HeatPumpMode::block);
    pump.running = pump.running && pump.enabled && !blocked;
    pump.thermal_w = 0;
    pump.power_w = 7.0;  // its controller
    if (pump.running) {
        const double lift_c = pump.hot_water ? tank.temperature_c + 5.0 : pump.flow_c + 4.0;
        const double cop =
            std::clamp(0.43 * (lift_c + 273.0) / std::max(12.0, lift_c - outdoor + 6.0), 1.6, 6.2);
        const double modulated =
            2200.0 + 900.0 * std::max(0.0, pump.target_c - pump.flow_c) + 0.6 * drawn;
        pump.thermal_w = pump.hot_water ? 5200.0 : std::clamp(modulated, 2200.0, 7200.0);
        pump.power_w += pump.thermal_w / cop;
    }
    const double to_buffer = pump.hot_water ? 0.0 : pump.thermal_w;
    pump.flow_c += (to_buffer - drawn - 3.0 * (pump.flow_c - 19.0)) * dt_s / buffer_j_k;
    pump.energy_kwh += kwh(pump.power_w, dt_s);
    pump.heat_kwh += kwh(pump.thermal_w, dt_s);

    bool showering = false;
    for (const PersonState& person : world.people) {
        showering = showering || person.at.showering;
    }
    const Dice dice = world.dice();
    const bool tap = world.anybody_awake() && dice.chance("tap", world.t_ms / 60'000, 0.035);
    const double draw_w = (showering ? 14'000.0 : 0.0) + (tap ? 5'000.0 : 0.0);
    const double draw_usable = draw_w * std::clamp((tank.temperature_c - 12.0) / 30.0, 0.0, 1.0);
    tank.boost = tank.boost && tank.temperature_c < 62.0;
    tank.boost_w = tank.boost ? 2000.0 : 0.0;
    const double into_tank = (pump.hot_water ? pump.thermal_w : 0.0) + tank.boost_w;
    tank.temperature_c +=
        (into_tank - draw_usable - 1.9 * (tank.temperature_c - 18.0)) * dt_s / tank_j_k;
}

void step_air(World& world, double dt_s) {
    VentilationState& fan = world.ventilation;
    const double worst =
        std::max(world.room(Room::living_room).co2_ppm, world.room(Room::bedroom).co2_ppm);
    const bool damp = world.room(Room::bathroom).humidity_pct() > 68.0;
    if (fan.automatic) {
        // Wide bands: a fan that changes its mind every minute is heard.
        if (worst > 1150.0 || damp) {
            fan.level = 3;
        } else if (worst > 800.0 && (fan.level < 2 || worst < 950.0)) {
            fan.level = 2;
        } else if (worst < 700.0) {
            fan.level = 1;
        }
    }
    constexpr std::array<double, 4> fan_w{2.0, 14.0, 29.0, 62.0};
    fan.power_w = fan_w[static_cast<std::size_t>(std::clamp<std::int64_t>(fan.level, 0, 3))];
    fan.filter_h = std::max(0.0, fan.filter_h - (fan.level > 0 ? dt_s / hour : 0.0));
    const double outside_g_m3 =
        world.weather.humidity_pct / 100.0 * saturation_g_m3(world.weather.temperature_c);
    for (std::size_t i = 0; i < room_count; ++i) {
        RoomState& room = world.rooms[i];
        const auto which = static_cast<Room>(i);
        const double volume_m3 = spec(which).area_m2 * 2.5;
        double changes_h =
            0.12 + 0.22 * static_cast<double>(fan.level) + (room.window_open ? 7.0 : 0.0);
        changes_h += room.temperature_c > 24.0 ? 0.8 : 0.0;
        const auto people = static_cast<double>(room.people);
        double vapour_g_h = 45.0 * people + 3.0;
        if (which == Room::kitchen) {
            vapour_g_h += 0.35 * world.meter.kitchen_w;
        }
        for (const PersonState& person : world.people) {
            if (which == Room::bathroom && person.at.showering) {
                vapour_g_h += 1900.0;
            }
        }
        const double share = 1.0 - std::exp(-changes_h * dt_s / hour);
        room.vapour_g_m3 +=
            vapour_g_h * dt_s / hour / volume_m3 + (outside_g_m3 - room.vapour_g_m3) * share;
        room.vapour_g_m3 = std::clamp(room.vapour_g_m3, 0.5, saturation_g_m3(room.temperature_c));
        room.co2_ppm +=
            17'000.0 * people * dt_s / hour / volume_m3 + (425.0 - room.co2_ppm) * share;
    }
}

}  // namespace

const RoomSpec& spec(Room room) {
    return room_specs[std::min(static_cast<std::size_t>(room), room_count - 1)];
}

void step_heat(World& world, std::int64_t before_ms, double dt_s) {
    run_programme(world, before_ms);
    step_rooms(world, dt_s);
    step_heat_pump(world, dt_s);
    step_air(world, dt_s);
}

}  // namespace foxtail::sim
