#include "foxtail/sim/world.hpp"

#include "foxtail/base/time.hpp"
#include "foxtail/sim/physics.hpp"
#include "foxtail/sim/truth.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace foxtail::sim {
namespace {

std::int64_t at(const char* text) {
    return parse_rfc3339(text).value().us / 1000;
}

World world_at(const char* text, std::uint64_t seed = 1) {
    return make_world({seed, {}}, at(text));
}

void pass(World& world, double seconds) {
    advance(world, world.t_ms + static_cast<std::int64_t>(seconds * 1000));
}

/// Everything a hub could command, at random moments.
Act random_act(const Dice& dice, std::int64_t i) {
    static const std::vector<Act> acts{{"hall/ceiling-lamp", "on", 1},
                                       {"living-room/floor-lamp", "brightness", 254},
                                       {"study/desk-plug", "on", 0},
                                       {"study/desk-plug", "on", 1},
                                       {"living-room/tv-plug", "on", 0},
                                       {"living-room/radiator", "setpoint", 25},
                                       {"bedroom/radiator", "mode", 0},
                                       {"wallbox", "enabled", 0},
                                       {"wallbox", "enabled", 1},
                                       {"wallbox", "limit", 0},
                                       {"wallbox", "limit", 6},
                                       {"home-battery", "mode", 1},
                                       {"home-battery", "mode", 2},
                                       {"home-battery", "mode", 0},
                                       {"home-battery", "reserve", 60},
                                       {"home-battery", "setpoint", 3000},
                                       {"home-battery", "setpoint", -5000},
                                       {"hot-water", "boost", 1},
                                       {"hot-water", "setpoint", 60},
                                       {"heat-pump", "enabled", 0},
                                       {"heat-pump", "enabled", 1},
                                       {"heat-pump", "offset", 5},
                                       {"heat-pump", "mode", 0},
                                       {"heat-pump", "mode", 1},
                                       {"heat-pump", "mode", 2},
                                       {"kitchen/dishwasher-plug", "on", 0},
                                       {"kitchen/dishwasher-plug", "on", 1},
                                       {"ventilation", "level", 3},
                                       {"washing-machine", "start", 1},
                                       {"dishwasher", "start", 1},
                                       {"car", "climate", 1},
                                       {"car", "limit", 100},
                                       {"living-room/blind", "position", 0}};
    return acts[static_cast<std::size_t>(dice.uniform("act", i) *
                                         static_cast<double>(acts.size()))];
}

// What came in must have gone out, been stored, or been lost in a battery's efficiency.
void check_balance(const World& before, const World& after) {
    const MeterState& a = before.meter;
    const MeterState& b = after.meter;
    const double in = (b.pv_kwh - a.pv_kwh) + (b.import_kwh - a.import_kwh);
    const double out = (b.load_kwh - a.load_kwh) + (b.export_kwh - a.export_kwh);
    const double charged = after.battery.charged_kwh - before.battery.charged_kwh;
    const double discharged = after.battery.discharged_kwh - before.battery.discharged_kwh;
    EXPECT_NEAR(in, out + charged - discharged, 1e-6);
    EXPECT_NEAR(after.battery.stored_kwh - before.battery.stored_kwh,
                charged * battery_efficiency - discharged / battery_efficiency, 1e-6);
    const double car = after.car.charge_kwh - before.car.charge_kwh;
    const double fed =
        (after.wallbox.energy_kwh - before.wallbox.energy_kwh) * car_charge_efficiency;
    const double driven = after.car.driven_kwh - before.car.driven_kwh;
    // Only a public charger adds energy that the house has not seen.
    EXPECT_GE(car - fed + driven, -1e-6);
    EXPECT_LE(car - fed + driven, 40.0 * 7);
}

void check_ranges(const World& world) {
    ASSERT_GE(world.battery.stored_kwh, -1e-6);
    ASSERT_LE(world.battery.stored_kwh, battery_capacity_kwh + 1e-6);
    ASSERT_GE(world.car.charge_kwh, 0);
    ASSERT_LE(world.car.charge_kwh, car_capacity_kwh + 1e-6);
    ASSERT_GE(world.tank.temperature_c, 8);
    ASSERT_LE(world.tank.temperature_c, 65);
    ASSERT_GE(world.heat_pump.flow_c, 10);
    ASSERT_LE(world.heat_pump.flow_c, 58);
    for (const RoomState& room : world.rooms) {
        ASSERT_GT(room.temperature_c, 5);
        ASSERT_LT(room.temperature_c, 36);
        ASSERT_GT(room.co2_ppm, 400);
        ASSERT_LT(room.co2_ppm, 4000);
        ASSERT_GE(room.valve, 0);
        ASSERT_LE(room.valve, 1);
    }
    for (const LampState& lamp : world.lamps) {
        ASSERT_GE(lamp.power_w, 0);
    }
    ASSERT_NEAR(world.meter.load_w, loads_w(world), 1e-9);
    ASSERT_NEAR(world.meter.pv_w + world.meter.grid_w + world.battery.power_w, world.meter.load_w,
                1e-6);
    const auto phases = grid_phases_w(world);
    ASSERT_NEAR(phases[0] + phases[1] + phases[2], world.meter.grid_w, 1e-6);
}

TEST(World, conserves_energy_and_stays_believable_through_the_seasons_under_random_commands) {
    int seed = 0;
    for (const char* start : {"2026-01-12T00:00:00Z", "2026-04-13T00:00:00Z",
                              "2026-07-13T00:00:00Z", "2026-10-12T00:00:00Z"}) {
        World world = world_at(start, static_cast<std::uint64_t>(++seed));
        const World before = world;
        const Dice dice(99);
        for (std::int64_t step = 0; step < 4 * 2880; ++step) {
            if (dice.chance("when", step, 0.01)) {
                ASSERT_TRUE(apply(world, random_act(dice, step)));
            }
            pass(world, 30);
            check_ranges(world);
            if (testing::Test::HasFatalFailure()) {
                FAIL() << start << ", step " << step;
            }
        }
        check_balance(before, world);
    }
}

TEST(World, is_the_same_again_from_the_same_seed_and_another_from_another) {
    World a = world_at("2026-03-02T05:00:00Z", 7);
    World b = world_at("2026-03-02T05:00:00Z", 7);
    World c = world_at("2026-03-02T05:00:00Z", 8);
    for (World* world : {&a, &b, &c}) {
        pass(*world, 6 * 3600);
    }
    EXPECT_TRUE(encode_truth(a, {}) == encode_truth(b, {}));
    EXPECT_TRUE(encode_truth(a, {}) != encode_truth(c, {}));
}

TEST(World, a_lamp_that_is_switched_on_raises_the_power_of_the_plug_it_hangs_on) {
    World world = world_at("2026-03-02T02:00:00Z");
    pass(world, 10);
    const double before = world.plug(Plug::desk).power_w;
    const double load_before = world.meter.load_w;
    ASSERT_TRUE(apply(world, {"study/desk-lamp", "brightness", 254}));
    step_power(world, 0);
    EXPECT_NEAR(world.plug(Plug::desk).power_w - before, spec(Lamp::desk).watts - 0.3, 0.5);
    EXPECT_NEAR(world.meter.load_w - load_before, spec(Lamp::desk).watts - 0.3, 0.5);
    ASSERT_TRUE(apply(world, {"study/desk-plug", "on", 0}));
    step_power(world, 0);
    EXPECT_EQ(world.plug(Plug::desk).power_w, 0);
    EXPECT_EQ(world.lamp(Lamp::desk).power_w, 0);
}

TEST(World, a_thermostat_set_warmer_heats_its_room_and_the_heat_pump_pays_for_it) {
    World plain = world_at("2026-01-14T08:00:00Z");
    World warm = plain;
    ASSERT_TRUE(apply(warm, {"study/radiator", "setpoint", 24}));
    pass(plain, 5 * 3600);
    pass(warm, 5 * 3600);
    EXPECT_GT(warm.room(Room::study).temperature_c, plain.room(Room::study).temperature_c + 1.5);
    EXPECT_GT(warm.heat_pump.heat_kwh, plain.heat_pump.heat_kwh + 0.5);
    EXPECT_GT(warm.heat_pump.energy_kwh, plain.heat_pump.energy_kwh);
    ASSERT_TRUE(apply(warm, {"study/radiator", "mode", 0}));
    pass(warm, 600);
    EXPECT_LT(warm.room(Room::study).valve, 0.05);
}

TEST(World, rooms_cool_in_winter_when_the_heat_pump_is_off) {
    World world = world_at("2026-01-14T08:00:00Z");
    ASSERT_TRUE(apply(world, {"heat-pump", "enabled", 0}));
    const double before = world.room(Room::bedroom).temperature_c;
    pass(world, 24 * 3600);
    EXPECT_LT(world.room(Room::bedroom).temperature_c, before - 1.0);
    EXPECT_GT(world.room(Room::bedroom).temperature_c, world.weather.temperature_c);
}

TEST(World, the_car_leaves_with_ben_comes_back_emptier_and_is_charged_when_the_wallbox_may) {
    // A Wednesday; ben drives to school.
    World world = world_at("2026-04-14T23:00:00Z");
    ASSERT_TRUE(apply(world, {"wallbox", "enabled", 0}));
    const double start_kwh = world.car.charge_kwh;
    const double start_km = world.car.odometer_km;
    pass(world, 9 * 3600);
    EXPECT_FALSE(world.car.home);
    EXPECT_EQ(world.people[static_cast<std::size_t>(Person::ben)].at.place, Place::school);
    EXPECT_NEAR(world.car.latitude_deg, spec(Place::school).latitude_deg, 0.01);
    EXPECT_LT(world.car.charge_kwh, start_kwh - 1.0);
    EXPECT_NEAR(world.car.odometer_km - start_km, 17.8, 3.0);
    EXPECT_EQ(world.wallbox.power_w, 0);
    pass(world, 14.5 * 3600);
    EXPECT_TRUE(world.car.home);
    ASSERT_LT(world.car.soc_pct(), 70);
    world.car.plugged = true;
    const double evening_kwh = world.car.charge_kwh;
    pass(world, 600);
    EXPECT_EQ(world.car.charge_kwh, evening_kwh);
    ASSERT_TRUE(apply(world, {"wallbox", "enabled", 1}));
    ASSERT_TRUE(apply(world, {"wallbox", "limit", 10}));
    pass(world, 600);
    EXPECT_NEAR(world.wallbox.power_w, 6900, 1);
    EXPECT_NEAR(world.car.charge_kwh - evening_kwh, 6.9 / 6 * car_charge_efficiency, 0.03);
}

TEST(World, charging_stops_at_the_limit) {
    World world = world_at("2026-04-14T22:00:00Z");
    ASSERT_TRUE(world.car.plugged);
    ASSERT_TRUE(apply(world, {"car", "limit", 80}));
    pass(world, 4 * 3600);
    EXPECT_NEAR(world.car.soc_pct(), 80, 0.01);
    EXPECT_EQ(world.wallbox.power_w, 0);
}

TEST(World, people_switch_lights_at_night_and_leave_a_lamp_alone_that_somebody_else_switched) {
    World world = world_at("2026-01-14T15:00:00Z");
    bool was_lit = false;
    for (int i = 0; i < 600 && !was_lit; ++i) {
        pass(world, 30);
        was_lit = world.lamp(Lamp::living_ceiling).on && world.room(Room::living_room).people > 0;
    }
    ASSERT_TRUE(was_lit);
    EXPECT_GT(world.room(Room::living_room).light_lx, 20);
    ASSERT_TRUE(apply(world, {"living-room/ceiling-lamp", "on", 0}));
    pass(world, 60);
    if (world.room(Room::living_room).people > 0) {
        EXPECT_FALSE(world.lamp(Lamp::living_ceiling).on);
    }
}

TEST(World, refuses_what_no_device_can_do) {
    World world = world_at("2026-01-14T15:00:00Z");
    const std::string before = encode_truth(world, {});
    for (const Act& act : std::vector<Act>{{"hall/ceiling-lamp", "colour", 1},
                                           {"attic/lamp", "on", 1},
                                           {"car", "fly", 1},
                                           {"hall/ceiling-lamp", "on", std::nan("")},
                                           {"", "", 0},
                                           {"hall/radiator/x", "setpoint", 1}}) {
        EXPECT_FALSE(apply(world, act)) << act.device << " " << act.key;
    }
    EXPECT_TRUE(encode_truth(world, {}) == before);
    ASSERT_TRUE(apply(world, {"wallbox", "limit", 1e300}));
    EXPECT_EQ(world.wallbox.limit_a, 16);
}

TEST(World, the_washing_machine_runs_its_programme_and_is_then_finished) {
    World world = world_at("2026-01-14T02:00:00Z");
    ASSERT_TRUE(apply(world, {"washing-machine", "program", 2}));
    ASSERT_TRUE(apply(world, {"washing-machine", "start", 1}));
    const double before = world.washer.energy_kwh;
    pass(world, 600);
    EXPECT_TRUE(world.washer.running);
    pass(world, 2200);
    EXPECT_FALSE(world.washer.running);
    EXPECT_TRUE(world.washer.finished);
    EXPECT_GT(world.washer.energy_kwh - before, 0.15);
    EXPECT_LT(world.washer.energy_kwh - before, 1.5);
}

TEST(World, the_battery_does_what_it_is_told_in_watts_until_it_may_decide_again) {
    World world = world_at("2026-01-14T02:00:00Z");
    ASSERT_TRUE(apply(world, {"wallbox", "limit", 0}));
    ASSERT_TRUE(apply(world, {"home-battery", "setpoint", 2000}));
    const double before = world.battery.stored_kwh;
    const double bought = world.meter.import_kwh;
    pass(world, 1800);
    EXPECT_EQ(world.battery.power_w, -2000);
    EXPECT_NEAR(world.battery.stored_kwh - before, 1.0 * battery_efficiency, 0.01);
    EXPECT_GT(world.meter.import_kwh - bought, 1.0);
    ASSERT_TRUE(apply(world, {"home-battery", "setpoint", -9000}));
    pass(world, 60);
    EXPECT_EQ(world.battery.power_w, battery_power_max_w);
    EXPECT_LT(world.meter.grid_w, 0) << "more than the house takes at night goes out";
    ASSERT_TRUE(apply(world, {"home-battery", "setpoint", 0}));
    pass(world, 60);
    EXPECT_EQ(world.battery.power_w, 0);
    ASSERT_TRUE(apply(world, {"home-battery", "mode", 0}));
    pass(world, 60);
    EXPECT_NEAR(world.battery.power_w, world.meter.load_w, 1);
}

TEST(World, a_heat_pump_that_is_boosted_stores_heat_and_lives_on_it_while_it_is_blocked) {
    World plain = world_at("2026-01-14T10:00:00Z");
    World shifted = plain;
    ASSERT_TRUE(apply(shifted, {"heat-pump", "mode", 1}));
    pass(plain, 3 * 3600);
    pass(shifted, 3 * 3600);
    EXPECT_GT(shifted.heat_pump.energy_kwh, plain.heat_pump.energy_kwh + 0.5);
    EXPECT_GT(shifted.room(Room::living_room).temperature_c,
              plain.room(Room::living_room).temperature_c + 0.3);
    EXPECT_GT(shifted.heat_pump.flow_c + shifted.tank.temperature_c,
              plain.heat_pump.flow_c + plain.tank.temperature_c + 3);
    ASSERT_TRUE(apply(shifted, {"heat-pump", "mode", 2}));
    pass(shifted, 60);
    const double used = shifted.heat_pump.energy_kwh;
    pass(plain, 2 * 3600);
    pass(shifted, 2 * 3600);
    EXPECT_LT(shifted.heat_pump.energy_kwh - used, 0.02);
    EXPECT_GT(shifted.room(Room::living_room).temperature_c,
              plain.room(Room::living_room).temperature_c - 1.0);
}

TEST(World, a_dishwasher_goes_on_where_it_was_when_its_plug_is_switched_on_again) {
    World world = world_at("2026-01-14T02:00:00Z");
    ASSERT_TRUE(apply(world, {"kitchen/dishwasher-plug", "on", 0}));
    ASSERT_TRUE(apply(world, {"dishwasher", "start", 1}));
    pass(world, 3600);
    EXPECT_TRUE(world.dishwasher.running);
    EXPECT_EQ(world.dishwasher.elapsed_s, 0);
    EXPECT_EQ(world.dishwasher.power_w, 0);
    EXPECT_EQ(world.plug(Plug::dishwasher).power_w, 0);
    ASSERT_TRUE(apply(world, {"kitchen/dishwasher-plug", "on", 1}));
    const double before = world.plug(Plug::dishwasher).energy_kwh;
    pass(world, 4 * 3600);
    EXPECT_TRUE(world.dishwasher.finished);
    EXPECT_GT(world.plug(Plug::dishwasher).energy_kwh - before, 0.6);
}

TEST(World, a_wallbox_with_a_limit_below_six_amperes_pauses) {
    World world = world_at("2026-04-14T22:00:00Z");
    ASSERT_TRUE(world.car.plugged);
    world.car.charge_kwh = 20;
    ASSERT_TRUE(apply(world, {"wallbox", "limit", 0}));
    pass(world, 60);
    EXPECT_EQ(world.wallbox.power_w, 0);
    ASSERT_TRUE(apply(world, {"wallbox", "limit", 6}));
    pass(world, 60);
    EXPECT_NEAR(world.wallbox.power_w, 6 * 690, 1);
}

}  // namespace
}  // namespace foxtail::sim
