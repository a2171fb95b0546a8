#include "foxtail/sim/physics.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace foxtail::sim {
namespace {

void drive(World& world, const Whereabouts& driver) {
    CarState& car = world.car;
    if (car.home) {
        car.home = false;
        car.plugged = false;
        car.climate = false;
        car.stopped = false;
        car.trip_share = 0;
        world.wallbox.session_kwh = 0;
    }
    const bool drives = driver.place == Place::road;
    if (drives != std::exchange(car.driving, drives)) car.locked = !drives;
    const double share = std::max(car.trip_share, driver.driven_share);
    const double km = (share - car.trip_share) * driver.route_m / 1000.0;
    car.trip_share = share;
    car.odometer_km += km;
    const double speed = driver.speed_km_h;
    const double kwh_per_km = 0.125 + 0.0000085 * speed * speed +
                              0.0030 * std::max(0.0, 18.0 - world.weather.temperature_c) * 0.6;
    const double used = std::min(car.charge_kwh, km * kwh_per_km);
    car.charge_kwh -= used;
    car.driven_kwh += used;
    car.latitude_deg = driver.latitude_deg;
    car.longitude_deg = driver.longitude_deg;
}

void arrive(World& world) {
    CarState& car = world.car;
    car.home = true;
    car.driving = false;
    car.locked = true;
    car.latitude_deg = spec(Place::home).latitude_deg;
    car.longitude_deg = spec(Place::home).longitude_deg;
    // Nobody plugs in a full car; a half full one nearly always.
    const double soc = car.soc_pct();
    car.plugged =
        soc < 62 || world.dice().chance("plug-in", world.t_ms / 3'600'000, soc < 78 ? 0.8 : 0.25);
    world.wallbox.session_kwh = 0;
}

void charge_at_home(World& world, double dt_s) {
    CarState& car = world.car;
    WallboxState& box = world.wallbox;
    box.power_w = 0;
    const double room_kwh =
        car_capacity_kwh * std::min(car.limit_pct, 100.0) / 100.0 - car.charge_kwh;
    if (car.home && car.plugged && !car.stopped && box.enabled && box.limit_a >= 6 &&
        room_kwh > 0) {
        double watts = 3.0 * 230.0 * std::min(box.limit_a, 16.0);
        // Above nine tenths the battery, not the wallbox, sets the pace.
        if (car.soc_pct() > 90) {
            watts *= std::max(0.15, (100.0 - car.soc_pct()) / 10.0);
        }
        // The last step takes only what fits.
        if (dt_s > 0) {
            watts = std::min(watts, room_kwh / car_charge_efficiency * 3.6e6 / dt_s);
        }
        box.power_w = watts;
    }
    const double taken = kwh(box.power_w, dt_s);
    car.power_w = box.power_w;
    car.charge_kwh += taken * car_charge_efficiency;
    box.energy_kwh += taken;
    box.session_kwh += taken;
}

}  // namespace

void step_car(World& world, double dt_s) {
    CarState& car = world.car;
    const Whereabouts& driver = world.people[static_cast<std::size_t>(Person::ben)].at;
    if (driver.drives) {
        drive(world, driver);
        // Parked and nearly empty: the public charger at the other end.
        if (!car.driving && car.soc_pct() < 60 && (car.added_away_kwh > 0 || car.soc_pct() < 22)) {
            const double added = kwh(11'000, dt_s);
            car.charge_kwh += added;
            car.added_away_kwh += added;
        }
    } else if (!car.home) {
        arrive(world);
        car.added_away_kwh = 0;
        car.trip_share = 0;
    }
    charge_at_home(world, dt_s);
    const bool conditioned = car.climate || car.driving;
    const double target =
        conditioned ? 21.0 : world.weather.temperature_c + 0.012 * world.weather.global_w_m2;
    car.cabin_c += (target - car.cabin_c) * std::min(1.0, dt_s / (conditioned ? 240.0 : 1500.0));
    if (car.climate) {
        const double used =
            std::min(car.charge_kwh,
                     kwh(300.0 + 110.0 * std::abs(21.0 - world.weather.temperature_c), dt_s));
        car.charge_kwh -= used;
        car.driven_kwh += used;
    }
}

}  // namespace foxtail::sim
