#pragma once

#include "foxtail/planner/formulation.hpp"

namespace foxtail::planner {

/// Rows for what hangs below a fuse of its own; none where there is no such fuse.
void add_circuits(Formulation& f);

/// How much of a car's power counts in a circuit.
[[nodiscard]] double part_of(const Scene& scene, const Circuit::Share& share, std::size_t slot,
                             double kw);
/// What a circuit has left in a slot when these cars take what their courses say.
[[nodiscard]] double circuit_room(const Scene& scene, const Circuit& circuit, const Plan& plan,
                                  std::size_t slot);
/// Whether a circuit above the car has no room for its least power.
[[nodiscard]] bool circuit_full(const Scene& scene, const Plan& plan, std::size_t car,
                                std::size_t slot);

}  // namespace foxtail::planner
