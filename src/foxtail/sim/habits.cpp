#include "foxtail/sim/physics.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace foxtail::sim {
namespace {

constexpr double minute = 60.0;
constexpr double hour = 3600.0;

bool is_dark(const RoomState& room, const World& world) {
    return world.weather.sun.elevation_deg < 8.0 && room.light_lx < 60.0;
}

void light_rooms(World& world) {
    for (std::size_t i = 0; i < room_count; ++i) {
        RoomState& room = world.rooms[i];
        const RoomSpec& shape = spec(static_cast<Room>(i));
        const double glass = shape.glass_m2 / shape.area_m2;
        double daylight = world.weather.illuminance_lx() * 0.06 * glass;
        if (static_cast<Room>(i) == Room::living_room) {
            daylight *= 0.05 + 0.95 * world.blind.position_pct / 100.0;
        }
        double lamps = 0;
        for (std::size_t l = 0; l < lamp_count; ++l) {
            if (spec(static_cast<Lamp>(l)).room == static_cast<Room>(i)) {
                lamps += world.lamps[l].power_w * 95.0 * 0.45 / shape.area_m2 * 3.0;
            }
        }
        room.light_lx = daylight + lamps;
    }
}

// People switch lights at edges (coming in, dusk falling, leaving) and not in between: whoever or
// whatever else switches a lamp is not fought over.
void switch_lamps(World& world, std::size_t i, std::int64_t people_before, double dt_s) {
    RoomState& room = world.rooms[i];
    const bool dark_now =
        is_dark(room, world) || (room.dark && world.weather.sun.elevation_deg < 8.0);
    const bool came_in = room.people > 0 && people_before == 0;
    const bool fell_dark = dark_now && !room.dark && room.people > 0;
    room.dark = dark_now;
    const double empty_before_s = room.empty_s;
    room.empty_s = room.people > 0 ? 0.0 : room.empty_s + dt_s;
    const bool everybody_asleep = !world.anybody_awake();
    const bool left = empty_before_s < 4 * minute && room.empty_s >= 4 * minute;
    const double h = world.local().hour();
    for (std::size_t l = 0; l < lamp_count; ++l) {
        const LampSpec& lamp = spec(static_cast<Lamp>(l));
        if (lamp.room != static_cast<Room>(i)) {
            continue;
        }
        LampState& state = world.lamps[l];
        const bool cosy = !lamp.main && h > 19.5;
        if ((came_in || fell_dark) && dark_now && !everybody_asleep && (lamp.main || cosy)) {
            state.on = true;
            state.brightness = h > 21.0 ? 140 : 230;
        }
        if (left || (everybody_asleep && room.people > 0 && !lamp.main)) {
            state.on = false;
        }
    }
}

void go_to_bed(World& world, std::int64_t before_ms) {
    const Dice dice = world.dice();
    const Local local = world.local();
    for (std::size_t i = 0; i < person_count; ++i) {
        const DayPlan plan = plan_day(dice, static_cast<Person>(i), local.day);
        if (passed(world.site, before_ms, world.t_ms, plan.bed_s - 30.0) &&
            world.people[i].at.place == Place::home) {
            world.button_presses += 1;
            world.button_kind = 0;
            world.lamp(Lamp::bedside).on = false;
        }
        if (passed(world.site, before_ms, world.t_ms, plan.wake_s + 40.0) && i == 0) {
            world.button_presses += 1;
            world.button_kind = 1;
        }
    }
    if (!world.anybody_awake() && world.anybody_home()) {
        world.door.locked = world.door.open_s > 0 ? world.door.locked : true;
    }
}

void move_blind(World& world, std::int64_t before_ms, double dt_s) {
    const Sun before = sun_at(world.site, before_ms);
    const bool dusk = before.elevation_deg >= -2.0 && world.weather.sun.elevation_deg < -2.0;
    if (dusk && world.anybody_home()) {
        world.blind.target_pct = 0;
    }
    const double opens_s =
        7.6 * hour + 20 * minute * world.dice().spread("blind", world.local().day);
    if (passed(world.site, before_ms, world.t_ms, opens_s) && world.anybody_home()) {
        world.blind.target_pct = 100;
    }
    // 28 s from end to end, as a motor of that size takes.
    const double reach = dt_s / 28.0 * 100.0;
    world.blind.position_pct +=
        std::clamp(world.blind.target_pct - world.blind.position_pct, -reach, reach);
}

void air_rooms(World& world) {
    const Dice dice = world.dice();
    const Local local = world.local();
    const auto airing = [&](std::string_view what, double at_s, double length_s) {
        const double start = at_s + 25 * minute * dice.spread(what, local.day);
        return local.second >= start && local.second < start + length_s && world.anybody_home();
    };
    const double length = world.weather.temperature_c < 8.0 ? 6 * minute : 15 * minute;
    world.room(Room::bedroom).window_open =
        airing("air.bedroom", 8.9 * hour, length) || airing("air.night", 21.8 * hour, length);
    world.room(Room::kitchen).window_open = airing("air.kitchen", 19.3 * hour, length);
    world.room(Room::living_room).window_open = airing("air.living", 17.6 * hour, length);
}

void start_appliance(World& world, ApplianceState& appliance, std::int64_t before_ms, double at_s,
                     bool wanted, std::int64_t program) {
    if (wanted && !appliance.running && world.anybody_awake() &&
        passed(world.site, before_ms, world.t_ms, at_s)) {
        appliance = {true, false, 0, program, appliance.power_w, appliance.energy_kwh};
    }
    // Somebody empties it within the hour, when there is somebody.
    if (appliance.finished && world.anybody_awake() &&
        world.dice().chance("empty", world.t_ms / 600'000, 0.2) &&
        world.t_ms / 600'000 != before_ms / 600'000) {
        appliance.finished = false;
    }
}

void run_appliances(World& world, std::int64_t before_ms, double dt_s) {
    const Dice dice = world.dice();
    const Local local = world.local();
    start_appliance(world, world.dishwasher, before_ms,
                    20.2 * hour + 40 * minute * dice.spread("dishes.at", local.day),
                    dice.chance("dishes", local.day, 0.85),
                    dice.chance("dishes.eco", local.day, 0.7) ? 0 : 1);
    const double washing_s = local.weekend() ? 10.0 * hour : 17.8 * hour;
    start_appliance(world, world.washer, before_ms,
                    washing_s + 30 * minute * dice.spread("wash.at", local.day),
                    dice.chance("wash", local.day, local.weekend() ? 0.75 : 0.3),
                    static_cast<std::int64_t>(3.0 * dice.uniform("wash.program", local.day)));
    const auto run = [dt_s](ApplianceState& a, double length_s) {
        if (a.running) {
            a.elapsed_s += dt_s;
            if (a.elapsed_s >= length_s) {
                a.running = false;
                a.finished = true;
            }
        }
    };
    run(world.washer, washer_programmes()[static_cast<std::size_t>(world.washer.program)].length_s);
    if (!world.plug(Plug::dishwasher).on) return;  // it goes on where it was
    run(world.dishwasher,
        dishwasher_programmes()[static_cast<std::size_t>(world.dishwasher.program)].length_s);
}

}  // namespace

const std::array<Programme, programmes_per_appliance>& washer_programmes() {
    static constexpr std::array<Programme, programmes_per_appliance> programmes{
        {{"cotton-60", 7500}, {"mixed-40", 5400}, {"quick-30", 2700}}};
    return programmes;
}
const std::array<Programme, programmes_per_appliance>& dishwasher_programmes() {
    static constexpr std::array<Programme, programmes_per_appliance> programmes{
        {{"eco", 12'600}, {"auto", 8400}, {"quick", 3900}}};
    return programmes;
}

void step_people(World& world, std::int64_t before_ms, double dt_s) {
    const Dice dice = world.dice();
    std::array<std::int64_t, room_count> count{};
    std::array<bool, room_count> moving{};
    world.door.open_s = std::max(0.0, world.door.open_s - dt_s);
    for (std::size_t i = 0; i < person_count; ++i) {
        const auto person = static_cast<Person>(i);
        PersonState& state = world.people[i];
        const bool home = state.at.place == Place::home;
        const bool was_home = whereabouts(world.site, dice, person, before_ms).place == Place::home;
        if (home != was_home) {
            world.door.open_s = 12.0 + 20.0 * dice.uniform("door", world.t_ms / 60'000);
            world.door.locked = !home && !world.anybody_home();
        }
        if (home && state.at.room != Room::none) {
            const auto room = static_cast<std::size_t>(state.at.room);
            count[room] += 1;
            const std::string stream = "move." + std::string(name(person));
            const double lively = state.at.asleep ? 0.004 : 0.55;
            moving[room] = moving[room] || dice.chance(stream, world.t_ms / 20'000, lively);
        }
        state.phone_charging =
            home && (state.at.asleep || state.phone_pct < 25) && state.phone_pct < 99.9;
        const double per_hour = state.phone_charging ? 38.0 : (state.at.asleep ? -0.7 : -3.6);
        state.phone_pct = std::clamp(state.phone_pct + per_hour * dt_s / 3600.0, 2.0, 100.0);
    }
    for (std::size_t i = 0; i < room_count; ++i) {
        RoomState& room = world.rooms[i];
        const std::int64_t people_before = room.people;
        room.people = count[i];
        room.moving = moving[i] || (count[i] > 0 && people_before == 0);
        if (dt_s > 0) {
            switch_lamps(world, i, people_before, dt_s);
        }
    }
}

void step_habits(World& world, std::int64_t before_ms, double dt_s) {
    go_to_bed(world, before_ms);
    move_blind(world, before_ms, dt_s);
    air_rooms(world);
    run_appliances(world, before_ms, dt_s);
    light_rooms(world);
}

}  // namespace foxtail::sim
