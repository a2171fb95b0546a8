#include "foxtail/simulation/controller.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::simulation {
namespace {

constexpr double hysteresis_k = 0.8;
constexpr Duration preheat = hours(2);

double most_power(const planner::Car& car) {
    double out = 0;
    for (const auto& range : car.ranges) out = std::max(out, range.max_kw);
    return out;
}

double least_power_of(const planner::Car& car) {
    double out = most_power(car);
    for (const auto& range : car.ranges) out = std::min(out, range.min_kw);
    return out;
}

double limit_of(const planner::Car& car) {
    return car.max_kwh > 0 ? std::min(car.max_kwh, car.capacity_kwh) : car.capacity_kwh;
}

/// What a person sets who thinks of nothing: the car's daily limit.
double everyday_target(const planner::Car& car, std::size_t stay) {
    for (auto i = stay; i < car.sessions.size(); ++i)
        if (car.sessions[i].target_kwh) return std::min(*car.sessions[i].target_kwh, limit_of(car));
    return limit_of(car);
}

class Arrival : public Controller {
public:
    [[nodiscard]] std::string name() const override { return "arrival"; }
    void quarter(const View&) override {}

    [[nodiscard]] Orders orders(const View& view) override {
        Orders out;
        const auto& state = view.state();
        out.start.assign(view.house.appliances.size(), true);
        for (std::size_t i = 0; i < view.house.tanks.size(); ++i)
            out.tank_on.push_back(tank_on(view.house.tanks[i], state, i));
        for (std::size_t i = 0; i < view.house.zones.size(); ++i)
            out.zone_kw.push_back(thermostat_kw(view.house.zones[i], state, i));
        for (std::size_t i = 0; i < view.house.cars.size(); ++i) {
            const double free = view.house.connection.import_max_kw - residual_kw(view, out);
            const double kw = state.plugged[i] ? car_kw(view, i, residual_kw(view, out)) : 0;
            out.car_kw.push_back(planner_fit(view.house.cars[i], kw, free));
        }
        for (const auto& battery : view.house.batteries)
            out.battery_kw.push_back(self_consumption_kw(battery, residual_kw(view, out)));
        const double left = residual_kw(view, out);
        out.curtail_kw = std::max(0.0, -left - view.house.connection.export_max_kw);
        return out;
    }

protected:
    [[nodiscard]] virtual double car_kw(const View& view, std::size_t i, double /*residual*/) {
        const auto& car = view.house.cars[i];
        const auto& state = view.state();
        const bool wants = state.car_kwh[i] < everyday_target(car, state.stay[i]) - 1e-6;
        return wants ? most_power(car) : 0;
    }

private:
    static double planner_fit(const planner::Car& car, double kw, double free) {
        double best = 0;
        for (const auto& range : car.ranges)
            if (range.min_kw <= std::min(kw, free) + 1e-9)
                best = std::max(best, std::min({range.max_kw, kw, free}));
        return best;
    }
    static bool tank_on(const planner::HotWater& tank, const State& state, std::size_t i) {
        const double low = tank.min_kwh + 0.2 * (tank.max_kwh - tank.min_kwh);
        const double high = tank.max_kwh * 0.98;
        return state.tank_kwh[i] < (state.tank_kw[i] > 0 ? high : low);
    }
};

class Cheapest : public Arrival {
public:
    [[nodiscard]] std::string name() const override { return "cheapest"; }

    void quarter(const View& view) override {
        chosen_.assign(view.house.cars.size(), false);
        for (std::size_t i = 0; i < chosen_.size(); ++i)
            chosen_[i] = view.state().plugged[i] && is_chosen(view, i);
    }

protected:
    [[nodiscard]] double car_kw(const View& view, std::size_t i, double residual) override {
        const auto& car = view.house.cars[i];
        const auto& state = view.state();
        const double target =
            std::min(car.sessions[state.stay[i]].target_kwh.value_or(0), limit_of(car));
        if (chosen_[i] && state.car_kwh[i] < target - 1e-6) return most_power(car);
        if (-residual >= least_power_of(car) && state.car_kwh[i] < limit_of(car) - 1e-6)
            return std::min(-residual, most_power(car));
        return 0;
    }

private:
    struct Slot {
        Time from;
        double price = 0;
    };

    /// Whether the slot of now is among the cheapest that are needed until the departure.
    static bool is_chosen(const View& view, std::size_t i) {
        const auto& car = view.house.cars[i];
        const auto& stay = car.sessions[view.state().stay[i]];
        const double missing = stay.target_kwh.value_or(0) - view.state().car_kwh[i];
        if (missing <= 0) return false;
        const double needed_h = missing / car.efficiency / most_power(car);
        const auto known = std::min(stay.depart, prices_known_until(view.now()));
        std::vector<Slot> slots;
        for (auto t = view.now(); t < known; t = t + minutes(15))
            slots.push_back({t, view.world.buy_eur.at(t)});
        const double left_h = static_cast<double>((stay.depart - view.now()).us) / 3.6e9;
        if (left_h <= needed_h + 0.25) return true;
        std::ranges::sort(slots, [](const Slot& a, const Slot& b) {
            return a.price != b.price ? a.price < b.price : a.from > b.from;
        });
        double hours_chosen = 0;
        for (const auto& slot : slots) {
            if (hours_chosen >= needed_h) return false;
            if (slot.from == view.now()) return true;
            hours_chosen += 0.25;
        }
        return false;
    }

    std::vector<bool> chosen_;
};

}  // namespace

Time prices_known_until(Time now) {
    const Time midnight{now.us - now.us % days(1).us};
    const auto end = midnight + days(1) - hours(1);  // the market's day ends at 23:00 UTC or before
    return now >= midnight + hours(12) ? end + days(1) : std::max(end, now + minutes(15));
}

double thermostat_kw(const planner::Zone& zone, const State& state, std::size_t i) {
    double wanted = zone.low_c.at(state.now);
    for (auto t = state.now; t <= state.now + preheat; t = t + minutes(15))
        wanted = std::max(wanted, zone.low_c.at(t));
    const bool runs = state.zone_kw[i] > 0;
    if (state.zone_c[i] >= (runs ? wanted + hysteresis_k : wanted + 0.05)) return 0;
    // An inverter's own control: more the further it is below.
    const double share = std::clamp((wanted + hysteresis_k - state.zone_c[i]) / 1.0, 0.0, 1.0);
    return zone.min_kw + share * (zone.max_kw - zone.min_kw);
}

double residual_kw(const View& view, const Orders& orders) {
    const auto& state = view.state();
    double out = view.plant.load_kw() - view.plant.sun_kw();
    for (std::size_t i = 0; i < orders.tank_on.size(); ++i)
        if (orders.tank_on[i]) out += view.house.tanks[i].power_kw;
    for (const double kw : orders.zone_kw) out += kw;
    for (std::size_t i = 0; i < orders.car_kw.size(); ++i)
        if (state.plugged[i]) out += orders.car_kw[i];
    for (const double kw : orders.battery_kw) out += kw;
    for (std::size_t i = 0; i < view.house.appliances.size(); ++i) {
        const auto& run = view.house.appliances[i];
        const bool begins = i < orders.start.size() && orders.start[i] &&
                            !state.started[i].known() && state.now >= run.earliest;
        if (begins && !run.profile_kw.empty()) out += run.profile_kw.front();
        out += view.plant.appliance_kw(i, state.now);
    }
    return out;
}

double self_consumption_kw(const planner::Battery& battery, double residual) {
    return std::clamp(-residual, -battery.discharge_max_kw, battery.charge_max_kw);
}

std::unique_ptr<Controller> charge_on_arrival() {
    return std::make_unique<Arrival>();
}

std::unique_ptr<Controller> cheapest_slots() {
    return std::make_unique<Cheapest>();
}

}  // namespace foxtail::simulation
