#include "foxtail/simulation/bound.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::simulation {
namespace {

constexpr double quarter_h = 0.25;

class BoundModel {
public:
    BoundModel(const House& house, const World& world, Time from, Time until)
        : house_(house),
          world_(world),
          from_(from),
          until_(until),
          worth_(worth_at_end(house, world, from, until)),
          count_(static_cast<std::size_t>((until - from).us / minutes(15).us)) {}

    planner::Model build() {
        grid();
        for (const auto& battery : house_.batteries) add_battery(battery);
        for (const auto& car : house_.cars) add_car(car);
        std::vector<std::vector<int>> zone_power;
        for (std::size_t i = 0; i < house_.zones.size(); ++i)
            zone_power.push_back(add_zone(house_.zones[i], worth_.zone_k[i]));
        for (std::size_t i = 0; i < house_.tanks.size(); ++i)
            add_tank(house_.tanks[i], worth_.tank_kwh[i], zone_power);
        for (const auto& run : house_.appliances) add_run(run);
        return std::move(model_);
    }

private:
    [[nodiscard]] Time at(std::size_t slot) const {
        return from_ + minutes(15) * static_cast<std::int64_t>(slot);
    }
    int column(double lower, double upper, double cost) {
        model_.columns.push_back({lower, upper, cost, false});
        return static_cast<int>(model_.columns.size()) - 1;
    }
    int row(double lower, double upper) {
        model_.rows.push_back({lower, upper});
        return static_cast<int>(model_.rows.size()) - 1;
    }
    void entry(int r, int c, double value) { model_.entries.push_back({r, c, value}); }
    void takes(std::size_t slot, int c, double kw = 1) { entry(balance_[slot], c, kw); }

    /// Import - export - what is held back = load - sun + what devices take.
    void grid() {
        for (std::size_t t = 0; t < count_; ++t) {
            const double need = world_.load_kw.at(at(t)) - world_.sun_kw.at(at(t));
            balance_.push_back(row(-need, -need));
            const auto& connection = house_.connection;
            takes(t,
                  column(0, std::max(connection.import_max_kw, need),
                         world_.buy_eur.at(at(t)) * quarter_h),
                  -1);
            takes(t, column(0, connection.export_max_kw, -world_.sell_eur.at(at(t)) * quarter_h));
            takes(t, column(0, world_.sun_kw.at(at(t)), 0));
        }
    }

    void add_battery(const planner::Battery& battery) {
        int before = -1;
        const double wear = battery.wear_eur_kwh * quarter_h / 2;
        for (std::size_t t = 0; t < count_; ++t) {
            const int in = column(0, battery.charge_max_kw, wear);
            const int out = column(0, battery.discharge_max_kw, wear);
            const bool last = t + 1 == count_;
            const int level = column(std::min(battery.min_kwh, battery.energy_kwh),
                                     std::max(battery.max_kwh, battery.energy_kwh),
                                     last ? -worth_.battery_kwh : 0);
            takes(t, in);
            takes(t, out, -1);
            const double start = before < 0 ? battery.energy_kwh : 0;
            const int next = row(start, start);
            entry(next, level, 1);
            if (before >= 0) entry(next, before, -1);
            entry(next, in, -battery.charge_efficiency * quarter_h);
            entry(next, out, quarter_h / battery.discharge_efficiency);
            before = level;
        }
    }

    void add_car(const planner::Car& car) {
        double most_kw = 0;
        for (const auto& range : car.ranges) most_kw = std::max(most_kw, range.max_kw);
        const double most_kwh =
            car.max_kwh > 0 ? std::min(car.max_kwh, car.capacity_kwh) : car.capacity_kwh;
        const double fullest = std::max(most_kwh, car.energy_kwh);
        int before = column(car.energy_kwh, car.energy_kwh, 0);
        bool first = true;
        for (const auto& stay : car.sessions) {
            if (stay.depart <= from_ || stay.arrive >= until_) continue;
            if (stay.arrive > from_ && !(first && stay.trip_kwh == 0)) {
                const int arrived = column(0, fullest, 0);
                const int stranded =
                    column(0, planner::Model::infinite, house_.ladder.car_floor_kwh);
                const int trip = row(-stay.trip_kwh, -stay.trip_kwh);
                entry(trip, arrived, 1);
                entry(trip, before, -1);
                entry(trip, stranded, -1);
                before = arrived;
            }
            first = false;
            for (std::size_t t = 0; t < count_; ++t)
                if (at(t) >= stay.arrive && at(t) < stay.depart)
                    before = charge_slot(car, t, before, most_kw, fullest);
            if (stay.depart <= until_ && stay.target_kwh) {
                const int missing = column(0, planner::Model::infinite, house_.ladder.deadline_kwh);
                const int goal = row(*stay.target_kwh, planner::Model::infinite);
                entry(goal, before, 1);
                entry(goal, missing, 1);
            }
        }
        model_.columns[static_cast<std::size_t>(before)].cost -= worth_.car_kwh;
    }

    int charge_slot(const planner::Car& car, std::size_t t, int before, double most_kw,
                    double fullest) {
        const int in = column(0, most_kw, 0);
        const int level = column(0, fullest, 0);
        takes(t, in);
        const int next = row(0, 0);
        entry(next, level, 1);
        entry(next, before, -1);
        entry(next, in, -car.efficiency * quarter_h);
        if (car.gives_back) {
            const int out = column(0, car.discharge_max_kw, car.wear_eur_kwh * quarter_h);
            takes(t, out, -1);
            entry(next, out, quarter_h / car.efficiency);
        }
        return level;
    }

    std::vector<int> add_zone(const planner::Zone& zone, double worth) {
        std::vector<int> power;
        const double stays = std::exp(-quarter_h / (zone.resistance_k_kw * zone.capacity_kwh_k));
        int before = -1;
        for (std::size_t t = 0; t < count_; ++t) {
            const auto now = at(t);
            const int kw = column(0, zone.max_kw, 0);
            const int warm = column(-100, 100, t + 1 == count_ ? -worth : 0);
            takes(t, kw);
            power.push_back(kw);
            const double alone = (1 - stays) * (world_.outdoor_c.at(now) +
                                                zone.resistance_k_kw * zone.gain_kw.at(now)) +
                                 (before < 0 ? stays * zone.temperature_c : 0);
            const int next = row(alone, alone);
            entry(next, warm, 1);
            if (before >= 0) entry(next, before, -stays);
            entry(next, kw, -(1 - stays) * zone.resistance_k_kw * zone.cop.at(now));
            slack(warm, zone.low_c.at(now), 1, house_.ladder.cold_kh * quarter_h);
            if (!zone.high_c.values.empty())
                slack(warm, zone.high_c.at(now), -1, house_.ladder.hot_kh * quarter_h);
            before = warm;
        }
        return power;
    }

    /// Above (sign 1) or below (-1) a limit, or paid for.
    void slack(int what, double limit, double sign, double cost) {
        const int missing = column(0, planner::Model::infinite, cost);
        const int kept =
            sign > 0 ? row(limit, planner::Model::infinite) : row(-planner::Model::infinite, limit);
        entry(kept, what, 1);
        entry(kept, missing, sign);
    }

    void add_tank(const planner::HotWater& tank, double worth,
                  const std::vector<std::vector<int>>& zone_power) {
        int before = -1;
        for (std::size_t t = 0; t < count_; ++t) {
            const auto now = at(t);
            const int kw = column(0, tank.power_kw, 0);
            const int level = column(0, tank.max_kwh, t + 1 == count_ ? -worth : 0);
            const int unserved = column(0, planner::Model::infinite, 0);  // it is empty
            const double cop = tank.cop.values.empty() ? 1 : tank.cop.at(now);
            takes(t, kw);
            const double alone = -(tank.loss_kw + tank.draw_kw.at(now)) * quarter_h +
                                 (before < 0 ? tank.energy_kwh : 0);
            const int next = row(alone, alone);
            entry(next, level, 1);
            if (before >= 0) entry(next, before, -1);
            entry(next, kw, -cop * quarter_h);
            entry(next, unserved, -1);
            slack(level, tank.min_kwh, 1, house_.ladder.water_kwh * quarter_h);
            if (tank.zone && *tank.zone < zone_power.size()) {
                const double most = house_.zones[*tank.zone].max_kw;
                const int shared = row(-planner::Model::infinite, 1);
                entry(shared, kw, 1 / tank.power_kw);
                entry(shared, zone_power[*tank.zone][t], 1 / most);
            }
            before = level;
        }
    }

    void add_run(const planner::Appliance& run) {
        if (run.earliest >= until_ || run.earliest < from_) return;
        const auto takes_time = minutes(15) * static_cast<std::int64_t>(run.profile_kw.size());
        const int once = row(1, 1);
        const bool judged = run.ready_by <= until_;
        entry(once, column(0, 1, judged ? run.missed_eur : 0), 1);
        for (std::size_t t = 0; t < count_; ++t) {
            if (at(t) < run.earliest || at(t) + takes_time > run.ready_by) continue;
            const int begins = column(0, 1, 0);
            entry(once, begins, 1);
            for (std::size_t k = 0; k < run.profile_kw.size() && t + k < count_; ++k)
                takes(t + k, begins, run.profile_kw[k]);
        }
    }

    const House& house_;
    const World& world_;
    Time from_;
    Time until_;
    Worth worth_;
    std::size_t count_;
    planner::Model model_;
    std::vector<int> balance_;
};

}  // namespace

planner::Model bound_model(const House& house, const World& world, Time from, Time until) {
    return BoundModel(house, world, from, until).build();
}

Result<double> lower_bound(const House& house, const World& world, Time from, Time until,
                           planner::LinearSolver& solver) {
    solver.load(bound_model(house, world, from, until));
    const auto found = solver.solve(2'000'000);
    if (found.status != planner::Status::optimal)
        return fail(Code::unavailable, "the lower bound has no optimum (status " +
                                           std::to_string(static_cast<int>(found.status)) + ")");
    const auto worth = worth_at_end(house, world, from, until);
    double start = 0;  // what was there at the beginning is not counted as earned
    for (const auto& battery : house.batteries) start += worth.battery_kwh * battery.energy_kwh;
    for (const auto& car : house.cars) start += worth.car_kwh * car.energy_kwh;
    for (std::size_t i = 0; i < house.zones.size(); ++i)
        start += worth.zone_k[i] * house.zones[i].temperature_c;
    for (std::size_t i = 0; i < house.tanks.size(); ++i)
        start += worth.tank_kwh[i] * house.tanks[i].energy_kwh;
    return found.objective + start;
}

}  // namespace foxtail::simulation
