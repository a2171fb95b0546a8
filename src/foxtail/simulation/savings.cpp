#include "foxtail/simulation/savings.hpp"

#include "foxtail/simulation/controller.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace foxtail::simulation {
namespace {

using planner::Kind;

constexpr double quarter_hours = 0.25;
constexpr std::array<Kind, 5> substituted = {Kind::appliance, Kind::car, Kind::hot_water,
                                             Kind::heat_pump, Kind::battery};

/// A device by quarter hours, with what is in it at the end.
struct Course {
    Kind kind = Kind::car;
    std::string device;
    std::vector<double> kw;
    double level = 0;
    double worth = 0;  // EUR for one more in it at the end
    double wear_eur_kwh = 0;
    const planner::Battery* battery = nullptr;
};

/// What charging on arrival would have made of it.
struct Replay {
    std::vector<Course> courses;
    State end;
    Totals totals;
    std::vector<double> car_short;  // by car
    std::vector<double> cold;       // by zone
};

std::size_t quarters_of(const Day& day) {
    return static_cast<std::size_t>((day.until - day.from).us / minutes(15).us);
}

double level_at(const Taken& taken, Time t) {
    return taken.level.values.empty() ? 0 : taken.level.at(t);
}

/// All devices of the house, machines of one name together.
std::vector<Course> courses_of(const Day& day) {
    const auto worth = worth_at_end(day.house, day.world, day.from, day.until);
    std::vector<Course> out;
    const auto add = [&](Kind kind, const std::string& name, double each, double wear) -> Course& {
        Course course;
        course.kind = kind;
        course.device = name;
        course.kw.assign(quarters_of(day), 0);
        course.worth = each;
        course.wear_eur_kwh = wear;
        out.push_back(course);
        return out.back();
    };
    for (const auto& run : day.house.appliances)
        if (std::ranges::find_if(out, [&](const Course& c) { return c.device == run.name; }) ==
            out.end())
            add(Kind::appliance, run.name, 0, 0);
    for (const auto& car : day.house.cars) add(Kind::car, car.name, worth.car_kwh, 0);
    for (std::size_t i = 0; i < day.house.tanks.size(); ++i)
        add(Kind::hot_water, day.house.tanks[i].name, worth.tank_kwh[i], 0);
    for (std::size_t i = 0; i < day.house.zones.size(); ++i)
        add(Kind::heat_pump, day.house.zones[i].name, worth.zone_k[i], 0);
    for (const auto& battery : day.house.batteries)
        add(Kind::battery, battery.name, worth.battery_kwh, battery.wear_eur_kwh).battery =
            &battery;
    return out;
}

void note_minute(const Day& day, const Plant& plant, std::size_t quarter,
                 std::vector<Course>& courses) {
    const auto& state = plant.state();
    for (auto& course : courses) {
        double kw = 0;
        const auto of = [&](const auto& devices, const std::vector<double>& powers) {
            for (std::size_t i = 0; i < devices.size(); ++i)
                if (devices[i].name == course.device) kw += powers[i];
        };
        switch (course.kind) {
            case Kind::appliance:
                of(day.house.appliances, state.appliance_kw);
                break;
            case Kind::car:
                of(day.house.cars, state.car_kw);
                break;
            case Kind::hot_water:
                of(day.house.tanks, state.tank_kw);
                break;
            case Kind::heat_pump:
                of(day.house.zones, state.zone_kw);
                break;
            case Kind::battery:
                of(day.house.batteries, state.battery_kw);
                break;
        }
        course.kw[quarter] += kw / 15;
    }
}

double end_level(const Day& day, const State& state, const Course& course) {
    const auto of = [&](const auto& devices, const std::vector<double>& levels) {
        for (std::size_t i = 0; i < devices.size(); ++i)
            if (devices[i].name == course.device) return levels[i];
        return 0.0;
    };
    if (course.kind == Kind::car) return of(day.house.cars, state.car_kwh);
    if (course.kind == Kind::hot_water) return of(day.house.tanks, state.tank_kwh);
    if (course.kind == Kind::heat_pump) return of(day.house.zones, state.zone_c);
    if (course.kind == Kind::battery) return of(day.house.batteries, state.battery_kwh);
    return 0;
}

Replay replay_arrival(const Day& day) {
    Replay out;
    out.courses = courses_of(day);
    out.car_short.assign(day.house.cars.size(), 0);
    out.cold.assign(day.house.zones.size(), 0);
    const auto controller = charge_on_arrival();
    Plant plant(day.house, day.world, day.from);
    const View view{day.house, day.world, plant};
    for (std::size_t quarter = 0; quarter < quarters_of(day); ++quarter) {
        controller->quarter(view);
        for (int minute = 0; minute < 15; ++minute) {
            const auto before = plant.state().stay;
            plant.advance(controller->orders(view), minutes(1));
            note_minute(day, plant, quarter, out.courses);
            for (std::size_t i = 0; i < before.size(); ++i) {
                if (plant.state().stay[i] == before[i]) continue;
                const auto& left = day.house.cars[i].sessions[before[i]];
                // Back at once: what the way took is no shortfall.
                const double way = plant.state().plugged[i]
                                       ? day.house.cars[i].sessions[before[i] + 1].trip_kwh
                                       : 0;
                out.car_short[i] +=
                    std::max(0.0, left.target_kwh.value_or(0) - plant.state().car_kwh[i] - way);
            }
        }
        const auto t = view.now() - minutes(15);
        for (std::size_t i = 0; i < out.cold.size(); ++i)
            out.cold[i] += quarter_hours *
                           std::max(0.0, day.house.zones[i].low_c.at(t) - plant.state().zone_c[i]);
    }
    out.end = plant.state();
    out.totals = plant.totals();
    for (auto& course : out.courses) course.level = end_level(day, out.end, course);
    return out;
}

/// A battery left to itself beside the courses as they are.
void cover_the_house(const Day& day, std::vector<Course>& courses, Course& covering) {
    const auto& battery = *covering.battery;
    double kwh = battery.energy_kwh;
    for (std::size_t quarter = 0; quarter < covering.kw.size(); ++quarter) {
        const auto t = day.from + minutes(15) * static_cast<std::int64_t>(quarter);
        double residual = day.world.load_kw.at(t) - day.world.sun_kw.at(t);
        for (const auto& course : courses)
            if (&course != &covering) residual += course.kw[quarter];
        double kw = self_consumption_kw(battery, residual);
        kw = std::min(
            kw, std::max(0.0, battery.max_kwh - kwh) / (battery.charge_efficiency * quarter_hours));
        kw = std::max(kw, -std::max(0.0, kwh - battery.min_kwh) * battery.discharge_efficiency /
                              quarter_hours);
        kwh += quarter_hours *
               (kw > 0 ? kw * battery.charge_efficiency : kw / battery.discharge_efficiency);
        covering.kw[quarter] = kw;
    }
    covering.level = kwh;
}

/// Grid and wear, less what is left.
double cost_of(const Day& day, const std::vector<Course>& courses) {
    double out = 0;
    for (std::size_t quarter = 0; quarter < quarters_of(day); ++quarter) {
        const auto t = day.from + minutes(15) * static_cast<std::int64_t>(quarter);
        double grid = day.world.load_kw.at(t) - day.world.sun_kw.at(t);
        for (const auto& course : courses) {
            grid += course.kw[quarter];
            out += course.wear_eur_kwh * std::abs(course.kw[quarter]) * quarter_hours / 2;
        }
        out +=
            grid * quarter_hours * (grid > 0 ? day.world.buy_eur.at(t) : day.world.sell_eur.at(t));
    }
    for (const auto& course : courses) out -= course.worth * course.level;
    return out;
}

const Taken* find_taken(const Day& day, const Course& course) {
    for (const auto& taken : day.taken)
        if (taken.kind == course.kind && taken.device == course.device) return &taken;
    return nullptr;
}

void put_measured(const Day& day, const Taken& taken, Course& course) {
    for (std::size_t quarter = 0; quarter < course.kw.size(); ++quarter) {
        const auto t = day.from + minutes(15) * static_cast<std::int64_t>(quarter);
        course.kw[quarter] = taken.kw.mean(t, t + minutes(15));
    }
    if (!taken.level.values.empty()) course.level = level_at(taken, day.until);
}

double kwh_of(const Course& course) {
    double out = 0;
    for (const double kw : course.kw) out += kw * quarter_hours;
    return out;
}

void count_shortfall(Savings& out, Kind kind, const std::string& device, const char* unit,
                     double amount, double arrival) {
    if (amount > 0.05 || arrival > 0.05)
        out.shortfalls.push_back({kind, device, unit, amount, arrival});
}

void car_shortfalls(const Day& day, const Replay& replay, Savings& out) {
    for (std::size_t i = 0; i < day.house.cars.size(); ++i) {
        const auto& car = day.house.cars[i];
        for (const auto& taken : day.taken) {
            if (taken.kind != Kind::car || taken.device != car.name) continue;
            double missing = 0;
            for (const auto& stay : car.sessions)
                if (stay.target_kwh && stay.depart > day.from && stay.depart <= day.until)
                    missing += std::max(0.0, *stay.target_kwh - level_at(taken, stay.depart));
            count_shortfall(out, Kind::car, car.name, "kWh", missing, replay.car_short[i]);
        }
    }
}

void other_shortfalls(const Day& day, const Replay& replay, Savings& out) {
    for (std::size_t i = 0; i < day.house.zones.size(); ++i) {
        const auto& zone = day.house.zones[i];
        for (const auto& taken : day.taken) {
            if (taken.kind != Kind::heat_pump || taken.device != zone.name) continue;
            double cold = 0;
            for (auto t = day.from; t < day.until; t = t + minutes(15))
                cold += quarter_hours *
                        std::max(0.0, zone.low_c.at(t) - level_at(taken, t + minutes(15)));
            count_shortfall(out, Kind::heat_pump, zone.name, "K·h", cold, replay.cold[i]);
        }
    }
    for (const auto& run : day.house.appliances) {
        if (run.ready_by > day.until || run.earliest < day.from) continue;
        double needed = 0;
        for (const double kw : run.profile_kw) needed += kw * quarter_hours;
        for (const auto& taken : day.taken) {
            if (taken.kind != Kind::appliance || taken.device != run.name) continue;
            const double took = taken.kw.mean(run.earliest, run.ready_by) *
                                static_cast<double>((run.ready_by - run.earliest).us) / 3.6e9;
            count_shortfall(out, Kind::appliance, run.name, "runs", took < needed / 2 ? 1 : 0, 0);
        }
    }
}

}  // namespace

Savings savings(const Day& measured) {
    Savings out;
    out.from = measured.from;
    out.until = measured.until;
    const auto replay = replay_arrival(measured);
    auto courses = replay.courses;
    const auto cover = [&] {
        for (auto& course : courses)
            if (course.battery != nullptr) cover_the_house(measured, courses, course);
    };
    cover();
    out.arrival_eur = cost_of(measured, courses);
    double before = out.arrival_eur;
    for (const auto kind : substituted) {
        for (auto& course : courses) {
            if (course.kind != kind) continue;
            const double arrival_kwh = kwh_of(course);
            if (const auto* taken = find_taken(measured, course)) {
                put_measured(measured, *taken, course);
                course.battery = nullptr;
            }
            cover();
            const double after = cost_of(measured, courses);
            out.devices.push_back(
                {kind, course.device, kwh_of(course), arrival_kwh, before - after});
            before = after;
        }
    }
    out.cost_eur = before;
    car_shortfalls(measured, replay, out);
    other_shortfalls(measured, replay, out);
    return out;
}

Savings together(const std::vector<Savings>& days) {
    Savings out;
    for (const auto& day : days) {
        if (!out.from.known() || day.from < out.from) out.from = day.from;
        out.until = std::max(out.until, day.until);
        out.cost_eur += day.cost_eur;
        out.arrival_eur += day.arrival_eur;
        for (const auto& each : day.devices) {
            const auto same = std::ranges::find_if(out.devices, [&](const Saved& known) {
                return known.kind == each.kind && known.device == each.device;
            });
            if (same == out.devices.end()) {
                out.devices.push_back(each);
                continue;
            }
            same->kwh += each.kwh;
            same->arrival_kwh += each.arrival_kwh;
            same->eur += each.eur;
        }
        for (const auto& each : day.shortfalls) {
            const auto same = std::ranges::find_if(out.shortfalls, [&](const Shortfall& known) {
                return known.kind == each.kind && known.device == each.device;
            });
            if (same == out.shortfalls.end()) {
                out.shortfalls.push_back(each);
                continue;
            }
            same->amount += each.amount;
            same->arrival_amount += each.arrival_amount;
        }
    }
    return out;
}

}  // namespace foxtail::simulation
