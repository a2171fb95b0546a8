#include "foxtail/planner/circuits.hpp"

#include "foxtail/planner/read_out.hpp"

#include <algorithm>

namespace foxtail::planner {

double part_of(const Scene& scene, const Circuit::Share& share, std::size_t slot, double kw) {
    const auto& ranges = scene.request.cars[share.car].ranges;
    // Far off it is one number from nothing to the most.
    const bool few = slot < scene.car_whole && ranges.size() > 1 &&
                     kw <= ranges[ranges.size() - 2].max_kw + 1e-6;
    return few ? share.part_few_phases : share.part;
}

double circuit_room(const Scene& scene, const Circuit& circuit, const Plan& plan,
                    std::size_t slot) {
    const CourseOrder order(scene.request);
    double room = circuit.limit_kw;
    for (const auto& share : circuit.shares) {
        const double kw = std::max(0.0, plan.courses[order.cars + share.car].steps[slot].kw);
        room -= kw * part_of(scene, share, slot, kw);
    }
    return room;
}

bool circuit_full(const Scene& scene, const Plan& plan, std::size_t car, std::size_t slot) {
    const auto& ranges = scene.request.cars[car].ranges;
    if (ranges.empty()) return false;
    const double least = ranges.front().min_kw;
    return std::any_of(
        scene.request.circuits.begin(), scene.request.circuits.end(), [&](const Circuit& circuit) {
            const auto share =
                std::find_if(circuit.shares.begin(), circuit.shares.end(),
                             [&](const Circuit::Share& one) { return one.car == car; });
            if (share == circuit.shares.end()) return false;
            const double takes = least * part_of(scene, *share, slot, least);
            return circuit_room(scene, circuit, plan, slot) < takes - 1e-6;
        });
}

void add_circuits(Formulation& f) {
    const auto& s = f.scene;
    if (s.request.circuits.empty()) return;  // the model is then as if there was no such thing
    f.next_owner();
    for (const auto& circuit : s.request.circuits) {
        for (std::size_t t = 0; t < s.size(); ++t) {
            const auto there = [&](const Circuit::Share& share) {
                return f.cars[share.car].session[t] != none;
            };
            if (std::none_of(circuit.shares.begin(), circuit.shares.end(), there)) continue;
            f.at_slot(t);
            const int row = f.row(-Model::infinite, circuit.limit_kw);
            for (const auto& share : circuit.shares) {
                if (!there(share)) continue;
                const auto& power = f.cars[share.car].power;
                const bool whole = t < s.car_whole;
                for (std::size_t r = 0; r < power.size(); ++r) {
                    const bool few = whole && r + 1 < power.size();
                    f.entry(row, power[r][t], few ? share.part_few_phases : share.part);
                }
            }
        }
    }
}

}  // namespace foxtail::planner
