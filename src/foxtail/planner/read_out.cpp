#include "foxtail/planner/read_out.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::planner {
namespace {

/// What a solver leaves over within its tolerance is nothing.
double clean(double kw) {
    return std::abs(kw) < 1e-7 ? 0 : kw;
}

class Reader {
public:
    Reader(const Formulation& f, const std::vector<double>& x) : f_(f), x_(x) {}

    double at(int column) const {
        return column == none ? 0 : x_[static_cast<std::size_t>(column)];
    }

    void battery(std::size_t i, Course& course) const {
        const auto& c = f_.batteries[i];
        for (std::size_t t = 0; t < f_.scene.size(); ++t) {
            course.steps[t].kw = clean(at(c.in[t]) - at(c.out[t]));
            course.steps[t].level = at(c.level[t]);
        }
    }
    void car(std::size_t i, Course& course) const {
        const auto& c = f_.cars[i];
        double level = f_.scene.request.cars[i].energy_kwh;
        for (std::size_t t = 0; t < f_.scene.size(); ++t) {
            double kw = -at(c.out[t]);
            for (const auto& power : c.power) kw += at(power[t]);
            if (c.level[t] != none) level = at(c.level[t]);
            course.steps[t].kw = clean(kw);
            course.steps[t].level = level;
        }
    }
    void zone(std::size_t i, Course& course) const {
        const auto& c = f_.zones[i];
        for (std::size_t t = 0; t < f_.scene.size(); ++t) {
            course.steps[t].kw = clean(at(c.power[t]));
            course.steps[t].level = at(c.temperature[t]);
        }
    }
    void tank(std::size_t i, Course& course) const {
        const auto& c = f_.tanks[i];
        for (std::size_t t = 0; t < f_.scene.size(); ++t) {
            course.steps[t].kw = clean(at(c.on[t]) * f_.scene.request.tanks[i].power_kw);
            course.steps[t].level = at(c.level[t]);
        }
    }
    void appliance(std::size_t i, Course& course) const {
        for (const auto& start : f_.appliances[i].starts) {
            const double part = clean(at(start.column));
            if (part == 0) continue;
            for (std::size_t k = 0; k < start.kw.size(); ++k) {
                course.steps[start.slot + k].kw += part * start.kw[k];
            }
        }
    }

private:
    const Formulation& f_;
    const std::vector<double>& x_;
};

}  // namespace

CourseOrder::CourseOrder(const Request& r)
    : cars(r.batteries.size()),
      zones(cars + r.cars.size()),
      tanks(zones + r.zones.size()),
      appliances(tanks + r.tanks.size()),
      end(appliances + r.appliances.size()) {}

Plan blank_plan(const Scene& scene) {
    Plan plan;
    plan.made = scene.request.now;
    plan.slots = scene.slots;
    plan.buy_eur = scene.buy;
    plan.sell_eur = scene.sell;
    plan.load_kw = scene.load;
    plan.sun_kw = scene.sun;
    plan.marginal_eur = scene.buy;
    plan.mended = scene.mended;
    for (auto* series : {&plan.import_kw, &plan.export_kw, &plan.curtailed_kw}) {
        series->assign(scene.size(), 0);
    }
    const auto add = [&](Kind kind, const std::string& name) {
        plan.courses.push_back({kind, name, std::vector<Step>(scene.size()), {}});
    };
    for (const auto& d : scene.request.batteries) add(Kind::battery, d.name);
    for (const auto& d : scene.request.cars) add(Kind::car, d.name);
    for (const auto& d : scene.request.zones) add(Kind::heat_pump, d.name);
    for (const auto& d : scene.request.tanks) add(Kind::hot_water, d.name);
    for (const auto& d : scene.request.appliances) add(Kind::appliance, d.name);
    return plan;
}

void say_what_cannot_be_held_back(const Scene& scene, Plan& plan) {
    if (scene.request.connection.curtails) return;
    constexpr double some_kwh = 0.05;
    double kwh = 0;
    for (std::size_t t = 0; t < scene.size(); ++t) kwh += plan.curtailed_kw[t] * scene.hours[t];
    if (kwh < some_kwh) return;
    const auto tenths = std::llround(kwh * 10);
    plan.mended.push_back({"sun", std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) +
                                      " kWh more than the connection lets out, and no 'limit' to "
                                      "hold them back"});
}

Plan read_out(const Formulation& f, const std::vector<double>& x, const std::vector<double>& dual) {
    const auto& scene = f.scene;
    auto plan = blank_plan(scene);
    const Reader read(f, x);
    const CourseOrder order(scene.request);
    for (std::size_t t = 0; t < scene.size(); ++t) {
        plan.import_kw[t] = clean(read.at(f.imports[t]));
        plan.export_kw[t] = clean(read.at(f.exports[t]));
        plan.curtailed_kw[t] = clean(read.at(f.curtailed[t]));
        if (!dual.empty()) {
            plan.marginal_eur[t] = dual[static_cast<std::size_t>(f.balance[t])] / scene.hours[t];
        }
    }
    for (std::size_t i = 0; i < f.batteries.size(); ++i) read.battery(i, plan.courses[i]);
    for (std::size_t i = 0; i < f.cars.size(); ++i) read.car(i, plan.courses[order.cars + i]);
    for (std::size_t i = 0; i < f.zones.size(); ++i) read.zone(i, plan.courses[order.zones + i]);
    for (std::size_t i = 0; i < f.tanks.size(); ++i) read.tank(i, plan.courses[order.tanks + i]);
    for (std::size_t i = 0; i < f.appliances.size(); ++i) {
        read.appliance(i, plan.courses[order.appliances + i]);
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (f.shares[i] == Share::tie) continue;
        const double cost = f.model.columns[i].cost * x[i];
        plan.objective_eur += cost;
        if (f.shares[i] == Share::money) plan.cost_eur += cost;
        if (f.shares[i] == Share::penalty) plan.penalty_eur += cost;
        if (f.shares[i] == Share::terminal) plan.terminal_eur -= cost;
    }
    say_what_cannot_be_held_back(scene, plan);
    add_goals(scene, plan);
    add_intents(scene, plan);
    return plan;
}

}  // namespace foxtail::planner
