#include "foxtail/sim/world.hpp"

#include "foxtail/sim/physics.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::sim {
namespace {

constexpr std::array<LampSpec, lamp_count> lamp_specs{{
    {"living-room/ceiling-lamp", Room::living_room, 22, true, false},
    {"living-room/floor-lamp", Room::living_room, 9, false, true},
    {"kitchen/ceiling-lamp", Room::kitchen, 18, true, false},
    {"bedroom/bedside-lamp", Room::bedroom, 7, true, true},
    {"bathroom/ceiling-lamp", Room::bathroom, 12, true, false},
    {"study/desk-lamp", Room::study, 10, true, false},
    {"hall/ceiling-lamp", Room::hall, 11, true, false},
}};

constexpr std::array<std::string_view, plug_count> plug_names{
    "living-room/tv-plug", "kitchen/coffee-plug", "study/desk-plug", "kitchen/dishwasher-plug"};

}  // namespace

const LampSpec& spec(Lamp lamp) {
    return lamp_specs[static_cast<std::size_t>(lamp)];
}
std::string_view device_of(Plug plug) {
    return plug_names[static_cast<std::size_t>(plug)];
}

double RoomState::humidity_pct() const {
    return std::clamp(100.0 * vapour_g_m3 / saturation_g_m3(temperature_c), 5.0, 99.0);
}
double CarState::soc_pct() const {
    return 100.0 * charge_kwh / car_capacity_kwh;
}
double CarState::range_km(double outdoor_c) const {
    const double kwh_per_km = 0.155 + 0.0022 * std::max(0.0, 18.0 - outdoor_c);
    return charge_kwh / kwh_per_km;
}
double BatteryState::soc_pct() const {
    return 100.0 * stored_kwh / battery_capacity_kwh;
}

bool World::anybody_home() const {
    return std::any_of(people.begin(), people.end(),
                       [](const PersonState& p) { return p.at.place == Place::home; });
}
bool World::anybody_awake() const {
    return std::any_of(people.begin(), people.end(), [](const PersonState& p) {
        return p.at.place == Place::home && !p.at.asleep;
    });
}

void refresh(World& world) {
    const Dice dice = world.dice();
    world.weather = weather_at(world.site, dice, world.t_ms);
    for (std::size_t i = 0; i < person_count; ++i) {
        world.people[i].at = whereabouts(world.site, dice, static_cast<Person>(i), world.t_ms);
    }
}

World make_world(const Setup& setup, std::int64_t t_ms) {
    World world;
    world.seed = setup.seed;
    world.site = setup.site;
    world.t_ms = t_ms;
    refresh(world);
    const Dice dice = world.dice();
    // Counters go on from one start of the simulation to the next: a meter that jumps back to the
    // same value every morning is not what a hub meets.
    const double days =
        static_cast<double>(t_ms) / static_cast<double>(day_ms) - 19'358.0;  // 2023-01-01
    world.meter.import_kwh = std::max(0.0, 7.4 * days);
    world.meter.export_kwh = std::max(0.0, 11.2 * days);
    world.meter.pv_kwh = std::max(0.0, 20.5 * days);
    world.heat_pump.energy_kwh = std::max(0.0, 6.3 * days);
    world.heat_pump.heat_kwh = std::max(0.0, 23.8 * days);
    world.wallbox.energy_kwh = std::max(0.0, 7.1 * days);
    world.battery.charged_kwh = std::max(0.0, 5.2 * days);
    world.battery.discharged_kwh = std::max(0.0, 4.7 * days);
    world.car.odometer_km = std::max(0.0, 41.0 * days);
    world.washer.energy_kwh = std::max(0.0, 0.4 * days);
    world.dishwasher.energy_kwh = std::max(0.0, 0.8 * days);
    world.car.charge_kwh = car_capacity_kwh * (0.55 + 0.2 * dice.uniform("start.car", 0));
    for (std::size_t i = 0; i < room_count; ++i) {
        RoomState& room = world.rooms[i];
        const RoomSpec& shape = spec(static_cast<Room>(i));
        const bool night = world.local().hour() < 6.0 || world.local().hour() >= 22.5;
        room.setpoint_c = night ? shape.night_c : shape.comfort_c;
        room.temperature_c =
            std::max(shape.comfort_c + 0.4 * dice.spread("start.room", static_cast<int>(i)),
                     std::min(world.weather.temperature_c + 1.0, 25.0));
        room.vapour_g_m3 = 0.45 * saturation_g_m3(room.temperature_c);
    }
    const PersonState& driver = world.people[static_cast<std::size_t>(Person::ben)];
    if (driver.at.drives) {
        world.car.home = false;
        world.car.plugged = false;
        world.car.locked = driver.at.place != Place::road;
        world.car.trip_share = driver.at.driven_share;
    }
    world.car.cabin_c = world.weather.temperature_c;
    const double hour = world.local().hour();
    world.blind.position_pct = world.blind.target_pct =
        world.weather.sun.elevation_deg > 0 && hour > 7 ? 100 : 0;
    world.door.locked = !world.anybody_awake();
    step_people(world, t_ms, 0);
    step_power(world, 0);
    return world;
}

void advance(World& world, std::int64_t t_ms) {
    while (world.t_ms < t_ms) {
        const std::int64_t before_ms = world.t_ms;
        const std::int64_t step_ms =
            std::min<std::int64_t>(t_ms - before_ms, static_cast<std::int64_t>(step_max_s * 1000));
        world.t_ms += step_ms;
        const double dt_s = static_cast<double>(step_ms) / 1000.0;
        refresh(world);
        step_people(world, before_ms, dt_s);
        step_habits(world, before_ms, dt_s);
        step_car(world, dt_s);
        step_heat(world, before_ms, dt_s);
        step_power(world, dt_s);
    }
}

}  // namespace foxtail::sim
