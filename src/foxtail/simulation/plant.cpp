#include "foxtail/simulation/plant.hpp"

#include "foxtail/planner/follower.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::simulation {
namespace {

constexpr double nothing = 1e-9;

double hours_of(Duration d) {
    return static_cast<double>(d.us) / 3.6e9;
}

template <class T>
T asked(const std::vector<T>& orders, std::size_t i) {
    return i < orders.size() ? static_cast<T>(orders[i]) : T{};
}

double most_kwh(const planner::Car& car) {
    return car.max_kwh > 0 ? std::min(car.max_kwh, car.capacity_kwh) : car.capacity_kwh;
}

}  // namespace

Plant::Plant(const House& house, const World& world, Time from) : house_(house), world_(world) {
    state_.now = from;
    for (const auto& battery : house.batteries) state_.battery_kwh.push_back(battery.energy_kwh);
    for (const auto& car : house.cars) state_.car_kwh.push_back(car.energy_kwh);
    for (const auto& zone : house.zones) {
        state_.zone_c.push_back(zone.temperature_c);
        state_.zone_runs.push_back(zone.running);
        state_.zone_since.push_back(from - zone.in_state);
    }
    for (const auto& tank : house.tanks) state_.tank_kwh.push_back(tank.energy_kwh);
    state_.stay.assign(house.cars.size(), 0);
    state_.plugged.assign(house.cars.size(), false);
    state_.started.assign(house.appliances.size(), Time{});
    state_.battery_kw.assign(house.batteries.size(), 0);
    state_.car_kw.assign(house.cars.size(), 0);
    state_.zone_kw.assign(house.zones.size(), 0);
    state_.tank_kw.assign(house.tanks.size(), 0);
    state_.appliance_kw.assign(house.appliances.size(), 0);
    // Stays that ended before are past, and the first arrival is what the energy given is after.
    for (std::size_t i = 0; i < house.cars.size(); ++i) {
        const auto& stays = house.cars[i].sessions;
        auto& stay = state_.stay[i];
        while (stay < stays.size() && stays[stay].depart <= from) ++stay;
        state_.plugged[i] = stay < stays.size() && stays[stay].arrive <= from;
    }
}

void Plant::come_and_go() {
    for (std::size_t i = 0; i < house_.cars.size(); ++i) {
        const auto& stays = house_.cars[i].sessions;
        auto& stay = state_.stay[i];
        auto& kwh = state_.car_kwh[i];
        if (stay < stays.size() && state_.plugged[i] && stays[stay].depart <= state_.now) {
            const double missing = std::max(0.0, stays[stay].target_kwh.value_or(0) - kwh);
            if (missing > 0.01) {
                totals_.shortfall_kwh += missing;
                totals_.penalty_eur += house_.ladder.deadline_kwh * missing;
            }
            state_.plugged[i] = false;
            state_.car_kw[i] = 0;
            ++stay;
        }
        if (stay < stays.size() && !state_.plugged[i] && stays[stay].arrive <= state_.now) {
            kwh -= stays[stay].trip_kwh;
            if (kwh < 0) {
                totals_.stranded_kwh -= kwh;
                totals_.penalty_eur -= house_.ladder.car_floor_kwh * kwh;
                kwh = 0;
            }
            state_.plugged[i] = true;
        }
    }
}

void Plant::batteries(const Orders& orders, double hours) {
    for (std::size_t i = 0; i < house_.batteries.size(); ++i) {
        const auto& battery = house_.batteries[i];
        auto& kwh = state_.battery_kwh[i];
        double kw = std::clamp(asked(orders.battery_kw, i), -battery.discharge_max_kw,
                               battery.charge_max_kw);
        kw = std::min(kw,
                      std::max(0.0, battery.max_kwh - kwh) / (battery.charge_efficiency * hours));
        kw = std::max(kw,
                      -std::max(0.0, kwh - battery.min_kwh) * battery.discharge_efficiency / hours);
        kwh += kw > 0 ? kw * battery.charge_efficiency * hours
                      : kw / battery.discharge_efficiency * hours;
        state_.battery_kw[i] = kw;
        totals_.wear_eur += battery.wear_eur_kwh * std::abs(kw) * hours / 2;
        totals_.battery_in_kwh += std::max(0.0, kw) * hours;
    }
}

void Plant::cars(const Orders& orders, double hours) {
    for (std::size_t i = 0; i < house_.cars.size(); ++i) {
        const auto& car = house_.cars[i];
        auto& kwh = state_.car_kwh[i];
        double kw = 0;
        if (state_.plugged[i]) {
            const double asked_kw = asked(orders.car_kw, i);
            if (asked_kw >= 0) {
                kw = planner::fit_power(car.ranges, asked_kw, asked_kw);
                kw = std::min(kw, std::max(0.0, most_kwh(car) - kwh) / (car.efficiency * hours));
            } else if (car.gives_back) {
                kw = std::max(asked_kw, -car.discharge_max_kw);
                kw = std::max(
                    kw, -std::max(0.0, kwh - car.discharge_floor_kwh) * car.efficiency / hours);
                totals_.wear_eur -= car.wear_eur_kwh * kw * hours;
            }
        }
        kwh += kw > 0 ? kw * car.efficiency * hours : kw / car.efficiency * hours;
        state_.car_kw[i] = kw;
        totals_.car_kwh += kw * hours;
    }
}

void Plant::heat(const Orders& orders, Duration step, double hours) {
    std::vector<bool> taken(house_.zones.size(), false);
    for (std::size_t i = 0; i < house_.tanks.size(); ++i) {
        const auto& tank = house_.tanks[i];
        const bool on = asked(orders.tank_on, i) && state_.tank_kwh[i] < tank.max_kwh - nothing;
        if (on && tank.zone && *tank.zone < taken.size()) taken[*tank.zone] = true;
        const double kw = on ? tank.power_kw : 0;
        const double cop = tank.cop.values.empty() ? 1 : tank.cop.at(state_.now);
        state_.tank_kw[i] = kw;
        state_.tank_kwh[i] = std::clamp(
            state_.tank_kwh[i] + (kw * cop - tank.loss_kw - tank.draw_kw.at(state_.now)) * hours,
            0.0, tank.max_kwh);
        totals_.heat_kwh += kw * hours;
    }
    for (std::size_t i = 0; i < house_.zones.size(); ++i) {
        const auto& zone = house_.zones[i];
        double kw = taken[i] ? 0 : std::min(asked(orders.zone_kw, i), zone.max_kw);
        kw = kw < zone.min_kw / 2 ? 0 : std::max(kw, zone.min_kw);
        const bool runs = kw > 0 || taken[i];
        if (runs != state_.zone_runs[i]) {
            if (runs) ++totals_.heat_pump_starts;
            state_.zone_runs[i] = runs;
            state_.zone_since[i] = state_.now;
        }
        const double stays =
            std::exp(-hours_of(step) / (zone.resistance_k_kw * zone.capacity_kwh_k));
        const double heat = zone.cop.at(state_.now) * kw + zone.gain_kw.at(state_.now);
        state_.zone_c[i] =
            stays * state_.zone_c[i] +
            (1 - stays) * (world_.outdoor_c.at(state_.now) + zone.resistance_k_kw * heat);
        state_.zone_kw[i] = kw;
        totals_.heat_kwh += kw * hours;
    }
}

double Plant::appliance_kw(std::size_t run, Time t) const {
    const auto started = state_.started[run];
    if (!started.known() || t < started) return 0;
    const auto quarter = static_cast<std::size_t>((t - started).us / minutes(15).us);
    const auto& profile = house_.appliances[run].profile_kw;
    return quarter < profile.size() ? profile[quarter] : 0;
}

void Plant::machines(const Orders& orders) {
    for (std::size_t i = 0; i < house_.appliances.size(); ++i) {
        const auto& run = house_.appliances[i];
        const auto takes = minutes(15) * static_cast<std::int64_t>(run.profile_kw.size());
        if (asked(orders.start, i) && !state_.started[i].known() && state_.now >= run.earliest) {
            state_.started[i] = state_.now;
            if (state_.now + takes > run.ready_by) {
                ++totals_.missed_runs;
                totals_.penalty_eur += run.missed_eur;
            }
        }
        state_.appliance_kw[i] = appliance_kw(i, state_.now);
    }
}

void Plant::meter(const Orders& orders, double hours) {
    const double sun = sun_kw();
    state_.curtailed_kw = std::clamp(orders.curtail_kw, 0.0, sun);
    double grid = load_kw() - sun + state_.curtailed_kw;
    for (const auto* taken : {&state_.battery_kw, &state_.car_kw, &state_.zone_kw, &state_.tank_kw,
                              &state_.appliance_kw})
        for (const double kw : *taken) grid += kw;
    state_.grid_kw = grid;
    const double price = grid > 0 ? world_.buy_eur.at(state_.now) : world_.sell_eur.at(state_.now);
    totals_.grid_eur += grid * price * hours;
    (grid > 0 ? totals_.import_kwh : totals_.export_kwh) += std::abs(grid) * hours;
    totals_.import_peak_kw = std::max(totals_.import_peak_kw, grid);
    totals_.over_fuse_kwh += std::max(0.0, grid - house_.connection.import_max_kw - 1e-6) * hours;
}

/// Comfort is judged at the end of each quarter hour, as in a plan.
void Plant::close_quarter() {
    const auto within = state_.now - minutes(1);
    for (std::size_t i = 0; i < house_.zones.size(); ++i) {
        const auto& zone = house_.zones[i];
        const double cold = std::max(0.0, zone.low_c.at(within) - state_.zone_c[i]) / 4;
        const double hot = zone.high_c.values.empty()
                               ? 0
                               : std::max(0.0, state_.zone_c[i] - zone.high_c.at(within)) / 4;
        totals_.cold_kh += cold;
        totals_.hot_kh += hot;
        totals_.penalty_eur += house_.ladder.cold_kh * cold + house_.ladder.hot_kh * hot;
    }
    for (std::size_t i = 0; i < house_.tanks.size(); ++i) {
        const double missing = std::max(0.0, house_.tanks[i].min_kwh - state_.tank_kwh[i]) / 4;
        totals_.water_kwh += missing;
        totals_.penalty_eur += house_.ladder.water_kwh * missing;
    }
    for (std::size_t i = 0; i < house_.appliances.size(); ++i) {
        const auto& run = house_.appliances[i];
        if (state_.started[i].known() || run.ready_by > state_.now ||
            run.ready_by <= state_.now - minutes(15))
            continue;
        ++totals_.missed_runs;
        totals_.penalty_eur += run.missed_eur;
        state_.started[i] = run.ready_by + days(3650);  // never
    }
}

void Plant::advance(const Orders& orders, Duration step) {
    const double hours = hours_of(step);
    come_and_go();
    machines(orders);
    batteries(orders, hours);
    cars(orders, hours);
    heat(orders, step, hours);
    meter(orders, hours);
    state_.now = state_.now + step;
    if (state_.now.us % minutes(15).us == 0) {
        close_quarter();
        come_and_go();
    }
}

Price price_between(const planner::Series& series, Time from, Time until) {
    Price out{series.mean(from, until), series.at(from)};
    for (auto t = from; t < until; t = t + minutes(15))
        out.least = std::min(out.least, series.at(t));
    return out;
}

Worth worth_at_end(const House& house, const World& world, Time from, Time until) {
    const auto price = price_between(world.buy_eur, from, until);
    Worth out;
    out.battery_kwh = std::max(0.0, 0.9 * (price.mean + price.least) / 2);
    out.car_kwh = std::max(0.0, 0.85 * (0.6 * price.mean + 0.4 * price.least));
    for (const auto& zone : house.zones)
        out.zone_k.push_back(zone.capacity_kwh_k * 0.7 * price.mean / zone.cop.mean(from, until));
    for (const auto& tank : house.tanks) {
        const double cop = tank.cop.values.empty() ? 1 : tank.cop.mean(from, until);
        out.tank_kwh.push_back(0.7 * price.mean / cop);
    }
    return out;
}

double terminal_value(const House& house, const World& world, const State& state, Time from,
                      Time until) {
    const auto worth = worth_at_end(house, world, from, until);
    double out = 0;
    for (std::size_t i = 0; i < house.batteries.size(); ++i)
        out += worth.battery_kwh * (state.battery_kwh[i] - house.batteries[i].energy_kwh);
    for (std::size_t i = 0; i < house.cars.size(); ++i)
        out += worth.car_kwh * (state.car_kwh[i] - house.cars[i].energy_kwh);
    for (std::size_t i = 0; i < house.zones.size(); ++i)
        out += worth.zone_k[i] * (state.zone_c[i] - house.zones[i].temperature_c);
    for (std::size_t i = 0; i < house.tanks.size(); ++i)
        out += worth.tank_kwh[i] * (state.tank_kwh[i] - house.tanks[i].energy_kwh);
    return out;
}

}  // namespace foxtail::simulation
