#include "foxtail/sim/physics.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::sim {
namespace {

constexpr double pv_peak_w = 8200;
constexpr double inverter_max_w = 7000;

double base_power(const Dice& dice, std::int64_t t_ms) {
    // A fridge's compressor: about a third of the time, in runs of a quarter of an hour.
    const std::int64_t slot = t_ms / 900'000;
    const double fridge = dice.chance("fridge", slot, 0.36) ? 88.0 : 2.0;
    const double drift = 6.0 * dice.smooth("standby", static_cast<double>(t_ms) / 1.7e6);
    return 96.0 + fridge + drift;
}

double kitchen_power(const World& world) {
    const RoomState& kitchen = world.room(Room::kitchen);
    const double h = world.local().hour();
    const Dice dice = world.dice();
    double watts = 0;
    if (kitchen.people > 0 && ((h > 18.0 && h < 20.0) || (h > 11.8 && h < 13.2))) {
        // A hob's plates pulse; the oven is used on some evenings.
        watts += dice.chance("hob", world.t_ms / 15'000, 0.55) ? 1750.0 : 0.0;
        watts += h > 18.0 && dice.chance("oven", world.local().day, 0.4) &&
                         dice.chance("oven.pulse", world.t_ms / 45'000, 0.5)
                     ? 2200.0
                     : 0.0;
    }
    if (kitchen.people > 0 && dice.chance("kettle", world.t_ms / 150'000, 0.06)) {
        watts += 2000.0;
    }
    return watts;
}

double washer_power(const ApplianceState& a) {
    if (!a.running) {
        return a.finished ? 1.2 : 0.6;
    }
    const double length = washer_programmes()[static_cast<std::size_t>(a.program)].length_s;
    const double share = a.elapsed_s / length;
    const double heating = a.program == 0 ? 0.30 : 0.16;
    if (share > 0.04 && share < 0.04 + heating) {
        return 2050.0;
    }
    if (share > 0.9) {
        return 420.0;
    }
    return std::fmod(a.elapsed_s, 60.0) < 38.0 ? 155.0 : 22.0;
}

double dishwasher_power(const ApplianceState& a) {
    if (!a.running) {
        return a.finished ? 1.0 : 0.5;
    }
    const double share =
        a.elapsed_s / dishwasher_programmes()[static_cast<std::size_t>(a.program)].length_s;
    const bool heats = (share > 0.05 && share < 0.17) || (share > 0.68 && share < 0.80);
    return heats ? 1900.0 : (share > 0.85 ? 12.0 : 68.0);
}

void set_plugs(World& world) {
    const Dice dice = world.dice();
    const double h = world.local().hour();
    const bool watching = world.room(Room::living_room).people > 0 &&
                          (h > 19.2 || (h > 14.0 && world.local().weekend()));
    world.plug(Plug::tv).power_w =
        watching ? 92.0 + 14.0 * dice.smooth("tv", static_cast<double>(world.t_ms) / 9000.0) : 0.4;
    const bool coffee = world.room(Room::kitchen).people > 0 && h > 5.5 && h < 10.0 &&
                        dice.chance("coffee", world.t_ms / 100'000, 0.22);
    world.plug(Plug::coffee).power_w = coffee ? 1320.0 : 1.1;
    const bool working = world.room(Room::study).people > 0;
    world.plug(Plug::desk).power_w =
        (working ? 74.0 + 16.0 * dice.smooth("pc", static_cast<double>(world.t_ms) / 40'000.0)
                 : 2.6) +
        world.lamp(Lamp::desk).power_w;
    world.plug(Plug::dishwasher).power_w = world.dishwasher.power_w;
    for (PlugState& plug : world.plugs) {
        if (!plug.on) {
            plug.power_w = 0;
        }
    }
    world.dishwasher.power_w = world.plug(Plug::dishwasher).power_w;
}

void set_lamps(World& world) {
    for (std::size_t i = 0; i < lamp_count; ++i) {
        LampState& lamp = world.lamps[i];
        const double share = static_cast<double>(lamp.brightness) / 254.0;
        const bool fed = static_cast<Lamp>(i) != Lamp::desk || world.plug(Plug::desk).on;
        const double lit = 0.3 + (spec(static_cast<Lamp>(i)).watts - 0.3) * std::pow(share, 1.35);
        lamp.power_w = !fed ? 0.0 : (lamp.on ? lit : 0.3);
    }
}

// Self-consumption: the battery takes what the roof gives too much and gives what the house lacks.
double battery_power(const World& world, double dt_s) {
    const BatteryState& battery = world.battery;
    const double lack_w = world.meter.load_w - world.meter.pv_w;
    const double seconds = std::max(dt_s, 1.0);
    const double room_kwh = battery_capacity_kwh - battery.stored_kwh;
    const double above_kwh =
        battery.stored_kwh - battery_capacity_kwh * battery.reserve_pct / 100.0;
    const double charge_max = std::min(
        battery_power_max_w, std::max(0.0, room_kwh) / battery_efficiency * 3.6e6 / seconds);
    const double give_max = std::min(
        battery_power_max_w, std::max(0.0, above_kwh) * battery_efficiency * 3.6e6 / seconds);
    switch (static_cast<BatteryMode>(battery.mode)) {
        case BatteryMode::hold:
            return 0.0;
        case BatteryMode::charge:
            return -charge_max;
        case BatteryMode::setpoint:
            return battery.setpoint_w > 0 ? -std::min(battery.setpoint_w, charge_max)
                                          : std::min(-battery.setpoint_w, give_max);
        case BatteryMode::automatic:
            break;
    }
    // It neither starts for a trickle nor feeds the car: emptying one battery into another only
    // makes heat.
    const double lack_without_car_w =
        std::max(0.0, lack_w - world.wallbox.power_w - world.carport.power_w);
    if (lack_w > 0) {
        return lack_without_car_w < 30.0 ? 0.0 : std::min(lack_without_car_w, give_max);
    }
    return lack_w > -30.0 ? 0.0 : -std::min(-lack_w, charge_max);
}

double small_loads_w(const World& world) {
    double sum = 0;
    for (std::size_t i = 0; i < lamp_count; ++i) {
        // The desk lamp is in its plug's power.
        sum += static_cast<Lamp>(i) == Lamp::desk ? 0.0 : world.lamps[i].power_w;
    }
    for (const PersonState& person : world.people) {
        sum += person.phone_charging ? 9.0 : 0.0;
    }
    return sum;
}

}  // namespace

double pv_power(const Weather& weather) {
    const double plane = weather.on_plane_w_m2(35.0, 185.0);
    const double cell_c = weather.temperature_c + 0.028 * plane - 1.2 * weather.wind_m_s;
    const double heat_loss = 1.0 - 0.0037 * std::max(0.0, cell_c - 25.0);
    const double dc = pv_peak_w * plane / 1000.0 * heat_loss * 0.93;
    return dc < 25.0 ? 0.0 : std::min(inverter_max_w, dc * 0.965);
}

double loads_w(const World& world) {
    // The dishwasher is in its plug's power.
    double sum = world.meter.base_w + world.meter.kitchen_w + world.washer.power_w +
                 world.heat_pump.power_w + world.tank.boost_w + world.ventilation.power_w +
                 world.wallbox.power_w + world.carport.power_w + small_loads_w(world);
    for (const PlugState& plug : world.plugs) {
        sum += plug.power_w;
    }
    return sum;
}

std::array<double, 3> grid_phases_w(const World& world) {
    const double each = (world.heat_pump.power_w + world.wallbox.power_w + world.carport.power_w -
                         world.meter.pv_w - world.battery.power_w) /
                        3.0;
    const auto plug = [&](Plug one) { return world.plug(one).power_w; };
    return {
        each + world.meter.base_w + world.ventilation.power_w + small_loads_w(world) +
            plug(Plug::tv),
        each + world.washer.power_w + world.tank.boost_w + plug(Plug::desk) +
            world.meter.kitchen_w / 2,
        each + plug(Plug::dishwasher) + plug(Plug::coffee) + world.meter.kitchen_w / 2,
    };
}

void step_power(World& world, double dt_s) {
    MeterState& meter = world.meter;
    meter.base_w = base_power(world.dice(), world.t_ms);
    meter.kitchen_w = kitchen_power(world);
    world.washer.power_w = washer_power(world.washer);
    world.dishwasher.power_w = dishwasher_power(world.dishwasher);
    set_lamps(world);
    set_plugs(world);
    meter.pv_w = pv_power(world.weather);
    meter.load_w = loads_w(world);
    world.battery.power_w = battery_power(world, dt_s);
    meter.grid_w = meter.load_w - meter.pv_w - world.battery.power_w;

    const double battery_kwh = kwh(std::abs(world.battery.power_w), dt_s);
    if (world.battery.power_w > 0) {
        world.battery.stored_kwh -= battery_kwh / battery_efficiency;
        world.battery.discharged_kwh += battery_kwh;
    } else {
        world.battery.stored_kwh += battery_kwh * battery_efficiency;
        world.battery.charged_kwh += battery_kwh;
    }
    (meter.grid_w > 0 ? meter.import_kwh : meter.export_kwh) += kwh(std::abs(meter.grid_w), dt_s);
    meter.pv_kwh += kwh(meter.pv_w, dt_s);
    meter.load_kwh += kwh(meter.load_w, dt_s);
    world.washer.energy_kwh += kwh(world.washer.power_w, dt_s);
    world.dishwasher.energy_kwh += kwh(world.dishwasher.power_w, dt_s);
    for (PlugState& plug : world.plugs) {
        plug.energy_kwh += kwh(plug.power_w, dt_s);
    }
}

}  // namespace foxtail::sim
