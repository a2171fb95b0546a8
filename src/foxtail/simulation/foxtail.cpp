#include "foxtail/simulation/foxtail.hpp"

#include "foxtail/planner/prepare.hpp"

#include <algorithm>

namespace foxtail::simulation {
namespace {

constexpr double minute_h = 1.0 / 60;

/// Machines that were begun run on; a plan sees them as load.
void add_running(const View& view, planner::Series& load_kw) {
    for (std::size_t run = 0; run < view.house.appliances.size(); ++run) {
        if (!view.state().started[run].known() || view.state().started[run] > view.now()) continue;
        for (std::size_t i = 0; i < load_kw.values.size(); ++i) {
            const auto t = load_kw.from + minutes(15) * static_cast<std::int64_t>(i);
            const double kw = view.plant.appliance_kw(run, std::max(t, view.now()));
            if (kw <= 0 && t > view.state().started[run] + hours(6)) break;
            load_kw.values[i] += kw;
        }
    }
}

bool waits(const View& view, std::size_t run) {
    return !view.state().started[run].known() && view.house.appliances[run].ready_by > view.now();
}

void add_cars(const View& view, planner::Request& out) {
    const auto& state = view.state();
    out.cars = view.house.cars;
    for (std::size_t i = 0; i < out.cars.size(); ++i) {
        auto& car = out.cars[i];
        car.energy_kwh = state.car_kwh[i];
        car.charging = state.car_kw[i] > 0;
        car.sessions.clear();
        const auto& stays = view.house.cars[i].sessions;
        for (auto stay = state.stay[i]; stay < stays.size(); ++stay) {
            if (stays[stay].arrive >= out.now + out.horizon) break;
            car.sessions.push_back(stays[stay]);
            if (stay == state.stay[i] && state.plugged[i]) car.sessions.back().trip_kwh = 0;
        }
    }
}

}  // namespace

std::string run_name(const House& house, std::size_t run) {
    return house.appliances[run].name + " " + std::to_string(run + 1);
}

planner::Request request_for(const View& view, Foresight foresight, Duration horizon) {
    const auto& state = view.state();
    const auto comes = forecast(foresight, view.world, view.now(), horizon);
    planner::Request out;
    out.now = view.now();
    out.horizon = horizon;
    out.connection = view.house.connection;
    out.ladder = view.house.ladder;
    out.buy_eur = comes.buy_eur;
    out.sell_eur = comes.sell_eur;
    out.prices_until = comes.prices_until;
    out.load_kw = comes.load_kw;
    out.sun_kw = comes.sun_kw;
    out.outdoor_c = comes.outdoor_c;
    add_running(view, out.load_kw);
    out.batteries = view.house.batteries;
    for (std::size_t i = 0; i < out.batteries.size(); ++i)
        out.batteries[i].energy_kwh = state.battery_kwh[i];
    add_cars(view, out);
    out.zones = view.house.zones;
    for (std::size_t i = 0; i < out.zones.size(); ++i) {
        out.zones[i].temperature_c = state.zone_c[i];
        out.zones[i].running = state.zone_runs[i];
        out.zones[i].in_state = view.now() - state.zone_since[i];
        if (foresight != Foresight::perfect)
            out.zones[i].cop = cop_of(out.zones[i].supply_c, out.outdoor_c);
    }
    out.tanks = view.house.tanks;
    for (std::size_t i = 0; i < out.tanks.size(); ++i) out.tanks[i].energy_kwh = state.tank_kwh[i];
    for (std::size_t run = 0; run < view.house.appliances.size(); ++run) {
        const auto& appliance = view.house.appliances[run];
        // Nobody knows of a machine before it is armed, but who knows all.
        const auto seen_until =
            foresight == Foresight::perfect ? view.now() + horizon : view.now() + minutes(1);
        if (!waits(view, run) || appliance.earliest >= seen_until) continue;
        out.appliances.push_back(appliance);
        out.appliances.back().name = run_name(view.house, run);
    }
    return out;
}

planner::Observed observed_in(const View& view) {
    using planner::Kind;
    const auto& state = view.state();
    const auto& house = view.house;
    planner::Observed out;
    out.now = view.now();
    out.sun_kw = view.plant.sun_kw();
    out.import_max_kw = house.connection.import_max_kw;
    out.export_max_kw = house.connection.export_max_kw;
    const auto add = [&](Kind kind, const std::string& name, double kw) -> auto& {
        planner::ObservedDevice device;
        device.kind = kind;
        device.name = name;
        device.kw = kw;
        out.grid_kw += kw;
        out.devices.push_back(device);
        return out.devices.back();
    };
    // The meter as it stands with the load of now and what the devices were taking.
    out.grid_kw = view.plant.load_kw() - out.sun_kw;
    for (std::size_t run = 0; run < house.appliances.size(); ++run)
        out.grid_kw += view.plant.appliance_kw(run, view.now());
    for (std::size_t i = 0; i < house.batteries.size(); ++i) {
        const auto& battery = house.batteries[i];
        const double kwh = state.battery_kwh[i];
        auto& device = add(Kind::battery, battery.name, state.battery_kw[i]);
        device.take_max_kw =
            std::min(battery.charge_max_kw,
                     std::max(0.0, battery.max_kwh - kwh) / battery.charge_efficiency / minute_h);
        device.give_max_kw =
            std::min(battery.discharge_max_kw, std::max(0.0, kwh - battery.min_kwh) *
                                                   battery.discharge_efficiency / minute_h);
        device.level = kwh;
    }
    for (std::size_t i = 0; i < house.cars.size(); ++i) {
        const auto& car = house.cars[i];
        auto& device = add(Kind::car, car.name, state.car_kw[i]);
        device.there = state.plugged[i];
        device.ranges = car.ranges;
        const double most_kwh = car.max_kwh > 0 ? car.max_kwh : car.capacity_kwh;
        for (const auto& range : car.ranges)
            if (state.car_kwh[i] < most_kwh - 1e-6)
                device.take_max_kw = std::max(device.take_max_kw, range.max_kw);
        if (car.gives_back && state.car_kwh[i] > car.discharge_floor_kwh)
            device.give_max_kw = car.discharge_max_kw;
        device.level = state.car_kwh[i];
    }
    for (std::size_t i = 0; i < house.zones.size(); ++i) {
        auto& device = add(Kind::heat_pump, house.zones[i].name, state.zone_kw[i]);
        device.ranges = {{house.zones[i].min_kw, house.zones[i].max_kw}};
        device.take_max_kw = house.zones[i].max_kw;
        device.level = state.zone_c[i];
    }
    for (std::size_t i = 0; i < house.tanks.size(); ++i) {
        auto& device = add(Kind::hot_water, house.tanks[i].name, state.tank_kw[i]);
        device.ranges = {{house.tanks[i].power_kw, house.tanks[i].power_kw}};
        device.take_max_kw = house.tanks[i].power_kw;
        device.level = state.tank_kwh[i];
    }
    for (std::size_t run = 0; run < house.appliances.size(); ++run) {
        const auto& appliance = house.appliances[run];
        if (!waits(view, run) || appliance.earliest > view.now()) continue;
        auto& device = add(Kind::appliance, run_name(house, run), 0);
        for (const double kw : appliance.profile_kw)
            device.take_max_kw = std::max(device.take_max_kw, kw);
    }
    return out;
}

Foxtail::Foxtail(std::unique_ptr<planner::LinearSolver> linear, FoxtailOptions options)
    : options_(std::move(options)), planner_(std::move(linear)) {}

std::string Foxtail::name() const {
    return "foxtail, " + std::string(foresight_names[static_cast<std::size_t>(options_.foresight)]);
}

void Foxtail::quarter(const View& view) {
    const auto far = options_.foresight == Foresight::perfect ? planner::horizon_most : hours(48);
    auto horizon = options_.horizon.value_or(far);
    if (options_.ends) horizon = std::clamp(*options_.ends - view.now(), minutes(15), horizon);
    auto request = request_for(view, options_.foresight, horizon);
    if (options_.ends && view.now() + horizon >= *options_.ends) request.left = options_.left;
    const double began = options_.stopwatch ? options_.stopwatch() : 0;
    auto fresh = planner_.plan(request);
    if (options_.whole) {
        const auto task = planner_.task();
        if (auto better = planner_.improve(task.number, options_.whole(task)))
            fresh = std::move(*better);
    }
    if (options_.stopwatch) plan_seconds_.push_back(options_.stopwatch() - began);
    ++stages_[static_cast<std::size_t>(fresh.stage)];
    planner_.accept(fresh);
    plan_ = std::move(fresh);
}

Orders Foxtail::orders(const View& view) {
    using planner::Kind;
    const auto followed = follower_.follow(observed_in(view), plan_);
    const auto& house = view.house;
    Orders out;
    out.battery_kw.assign(house.batteries.size(), 0);
    out.car_kw.assign(house.cars.size(), 0);
    out.zone_kw.assign(house.zones.size(), 0);
    out.tank_on.assign(house.tanks.size(), false);
    out.start.assign(house.appliances.size(), false);
    out.curtail_kw = followed.curtail_kw;
    for (const auto& point : followed.setpoints) {
        const auto same = [&](const auto& device) { return device.name == point.device; };
        const auto index = [&](const auto& devices) {
            return static_cast<std::size_t>(std::ranges::find_if(devices, same) - devices.begin());
        };
        if (point.kind == Kind::battery) {
            out.battery_kw[index(house.batteries)] = point.kw;
        } else if (point.kind == Kind::car) {
            out.car_kw[index(house.cars)] = point.kw;
        } else if (point.kind == Kind::heat_pump) {
            out.zone_kw[index(house.zones)] = point.kw;
        } else if (point.kind == Kind::hot_water) {
            out.tank_on[index(house.tanks)] = point.kw > 0;
        } else {
            for (std::size_t run = 0; run < house.appliances.size(); ++run)
                if (run_name(house, run) == point.device)
                    out.start[run] = point.intent == planner::Intent::run;
        }
    }
    return out;
}

}  // namespace foxtail::simulation
