#include "foxtail/simulation/run.hpp"

namespace foxtail::simulation {

Outcome simulate(const House& house, const World& world, Time from, Time until,
                 Controller& controller) {
    Plant plant(house, world, from);
    const View view{house, world, plant};
    while (view.now() < until) {
        if (view.now().us % minutes(15).us == 0) controller.quarter(view);
        plant.advance(controller.orders(view), minutes(1));
    }
    Outcome out{controller.name(), plant.totals(), 0};
    out.terminal_eur = terminal_value(house, world, plant.state(), from, until);
    return out;
}

std::optional<double> captured(double arrival_eur, double cost_eur, double bound_eur) {
    const double possible = arrival_eur - bound_eur;
    if (possible < 0.01) return std::nullopt;
    return (arrival_eur - cost_eur) / possible;
}

}  // namespace foxtail::simulation
