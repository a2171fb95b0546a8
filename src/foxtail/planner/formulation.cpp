#include "foxtail/planner/formulation.hpp"

#include "foxtail/planner/circuits.hpp"
#include "foxtail/planner/grid.hpp"
#include "foxtail/planner/ladder.hpp"
#include "foxtail/planner/prepare.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::planner {
namespace {

std::size_t slots_before(const Scene& scene, Duration ahead) {
    std::size_t n = 0;
    while (n < scene.size() && scene.slots[n].from < scene.request.now + ahead) ++n;
    return n;
}

/// Whole numbers for cars go to the end of a stay that is nearly over by then.
std::size_t car_window(const Scene& scene) {
    auto ahead = hours(12);
    for (const auto& car : scene.request.cars) {
        for (const auto& session : car.sessions) {
            const auto left = session.depart - scene.request.now;
            if (session.arrive <= scene.request.now && left > hours(12) && left <= hours(15)) {
                ahead = std::max(ahead, left);
            }
        }
    }
    return slots_before(scene, ahead);
}

void cap_load(Scene& scene) {
    const double most = scene.request.connection.import_max_kw;
    for (std::size_t t = 0; t < scene.size(); ++t) {
        const double bearable = most + scene.sun[t];
        if (scene.load[t] <= bearable) continue;
        scene.load[t] = bearable;
        scene.mended.push_back({"load", "more is forecast than the connection can bring"});
        for (++t; t < scene.size(); ++t) {
            scene.load[t] = std::min(scene.load[t], most + scene.sun[t]);
        }
    }
}

void cap_feed_in(Scene& scene) {
    const auto decided = slots_before(scene, hours(12));
    for (std::size_t t = decided; t < scene.size(); ++t) {
        scene.sell[t] = std::min(scene.sell[t], scene.buy[t]);
    }
}

void prices(Scene& scene) {
    double sum = 0;
    double time = 0;
    scene.least_price = scene.size() ? scene.buy[0] : 0;
    for (std::size_t t = 0; t < scene.size(); ++t) {
        sum += scene.buy[t] * scene.hours[t];
        time += scene.hours[t];
        scene.least_price = std::min(scene.least_price, scene.buy[t]);
        scene.dearest_price =
            std::max({scene.dearest_price, std::abs(scene.buy[t]), std::abs(scene.sell[t])});
    }
    scene.mean_price = std::max(0.0, scene.request.terminal_eur_kwh.value_or(sum / time));
    scene.least_price = std::max(0.0, scene.request.terminal_eur_kwh.value_or(scene.least_price));
}

/// What a kWh of the sun is worth that is stored, in kWh that are sold: what is lost by way of a
/// battery into a car, with the battery's wear, so that either is rather filled than the sun sold.
constexpr double sun_stored = 1.5;

/// kWh that cars drive and batteries take in within the horizon: each battery once a day.
double used_up(const Scene& scene) {
    double kwh = 0;
    const double days = Slot{scene.request.now, scene.slots.back().until}.hours() / 24;
    for (const auto& battery : scene.request.batteries) kwh += battery.capacity_kwh * days;
    for (const auto& car : scene.request.cars) {
        for (const auto& stay : car.sessions) {
            if (stay.depart <= scene.slots.back().until) kwh += stay.trip_kwh;
        }
    }
    return kwh;
}

/// Where the sun brings more than cars and batteries use up, what is stored spares no more than
/// what the sun's surplus is paid, and what is lost on its way.
double worth_with_sun(const Scene& scene, double bought) {
    if (scene.request.terminal_eur_kwh) return bought;
    double surplus = 0;
    double earned = 0;
    for (std::size_t t = 0; t < scene.size(); ++t) {
        const double kwh = std::max(0.0, scene.sun[t] - scene.load[t]) * scene.hours[t];
        surplus += kwh;
        earned += kwh * std::max(0.0, scene.sell[t]);
    }
    if (surplus <= 0) return bought;
    const double sun = std::min(bought, sun_stored * earned / surplus);
    const double part = std::min(1.0, surplus / std::max(1.0, used_up(scene)));
    return (1 - part) * bought + part * sun;
}

/// Of a kWh of electricity that has become heat.
double heat_worth(const Scene& scene) {
    return 0.7 * scene.mean_price;
}

/// The objective as a row, to be held while ties are broken.
void add_money_row(Formulation& f) {
    f.next_owner();
    f.money_row = f.row(-Model::infinite, Model::infinite);
    for (std::size_t i = 0; i < f.model.columns.size(); ++i) {
        const double cost = f.model.columns[i].cost;
        if (cost != 0) f.entry(f.money_row, static_cast<int>(i), cost);
    }
}

}  // namespace

Scene make_scene(const Request& asked) {
    auto prepared = prepare(asked);
    Scene scene;
    scene.request = std::move(prepared.request);
    scene.mended = std::move(prepared.mended);
    const auto& r = scene.request;
    scene.slots = make_slots(r);
    for (const auto& slot : scene.slots) scene.hours.push_back(slot.hours());
    scene.buy = by_slot(r.buy_eur, scene.slots);
    scene.sell = by_slot(r.sell_eur, scene.slots);
    scene.load = by_slot(r.load_kw, scene.slots);
    scene.sun = by_slot(r.sun_kw, scene.slots);
    scene.outdoor = by_slot(r.outdoor_c, scene.slots);
    cap_load(scene);
    cap_feed_in(scene);
    prices(scene);
    scene.factor = ladder_factor(scene.dearest_price);
    scene.ladder = scaled(r.ladder, scene.dearest_price);
    scene.heat_whole = slots_before(scene, hours(6));
    scene.car_whole = car_window(scene);
    scene.appliance_whole = slots_before(scene, hours(24));
    return scene;
}

void Formulation::next_owner() {
    ++owner_;
    at_slot(no_slot);
}

void Formulation::at_slot(std::size_t slot) {
    slot_ = slot;
    made_.fill(0);
}

Formulation::Mark Formulation::marked(std::size_t kind) {
    return {owner_, slot_, kind, made_[kind]++};
}

int Formulation::column(double lower, double upper, double cost, Share share, bool whole) {
    model.columns.push_back({lower, std::max(lower, upper), cost, whole});
    shares.push_back(share);
    column_marks.push_back(marked(2 * static_cast<std::size_t>(share) + (whole ? 1 : 0)));
    return static_cast<int>(model.columns.size()) - 1;
}

int Formulation::row(double lower, double upper) {
    model.rows.push_back({lower, upper});
    const std::size_t below = lower > -Model::infinite ? 1 : 0;
    const std::size_t above = upper < Model::infinite ? 2 : 0;
    row_marks.push_back(marked(8 + (lower == upper ? 0 : below + above)));
    return static_cast<int>(model.rows.size()) - 1;
}

void Formulation::entry(int row, int column, double value) {
    if (value != 0) model.entries.push_back({row, column, value});
}

void Formulation::draws(std::size_t slot, int column, double value) {
    entry(balance[slot], column, -value);
}

const Override* override_of(const Scene& scene, const std::string& device, std::size_t slot) {
    const auto& s = scene.slots[slot];
    const auto middle = s.from + Duration{(s.until - s.from).us / 2};
    const Override* found = nullptr;
    for (const auto& over : scene.request.overrides) {
        if (over.device == device && over.from <= middle && middle < over.until) found = &over;
    }
    return found;
}

bool joined(const Scene& scene, std::size_t slot, Duration single) {
    if (slot == 0) return false;
    const auto& before = scene.slots[slot - 1];
    const auto& here = scene.slots[slot];
    // By the half hour, and from twice as far ahead on by the hour.
    const auto now = scene.request.now;
    const auto block = [&](Duration step) {
        const Time begin{here.from.us - here.from.us % step.us};
        return begin >= now + single * (step > minutes(30) ? 2 : 1) && before.from >= begin;
    };
    const bool quarters =
        here.from - before.from == minutes(15) && here.until - here.from == minutes(15);
    return quarters && (block(minutes(30)) || block(hours(1)));
}

int add_override_gap(Formulation& f, std::size_t slot, double most_kw) {
    const double cost = override_eur_kwh * f.scene.factor * f.scene.hours[slot];
    return f.column(0, most_kw, cost, Share::penalty);
}

double later_eur(const Scene& scene, std::size_t slot, double kwh) {
    return later_eur_kwh_h * kwh * Slot{scene.request.now, scene.slots[slot].from}.hours();
}

double battery_worth(const Scene& scene) {
    if (scene.request.left) return scene.request.left->battery_kwh;
    return worth_with_sun(scene, 0.9 * 0.5 * (scene.mean_price + scene.least_price));
}
double car_worth(const Scene& scene) {
    if (scene.request.left) return scene.request.left->car_kwh;
    return worth_with_sun(scene, 0.85 * (0.6 * scene.mean_price + 0.4 * scene.least_price));
}
double zone_worth(const Scene& scene, const Zone& zone, double cop) {
    if (const auto& left = scene.request.left)
        return left->zone_k[static_cast<std::size_t>(&zone - scene.request.zones.data())];
    return zone.capacity_kwh_k * heat_worth(scene) / std::max(0.5, cop);
}
double tank_worth(const Scene& scene, const HotWater& tank, double cop) {
    if (const auto& left = scene.request.left)
        return left->tank_kwh[static_cast<std::size_t>(&tank - scene.request.tanks.data())];
    return heat_worth(scene) / cop;
}

Formulation formulate(Scene scene) {
    Formulation f;
    f.scene = std::move(scene);
    add_grid(f);
    add_batteries(f);
    add_cars(f);
    add_zones(f);
    add_tanks(f);
    add_appliances(f);
    add_circuits(f);
    add_money_row(f);
    return f;
}

}  // namespace foxtail::planner
