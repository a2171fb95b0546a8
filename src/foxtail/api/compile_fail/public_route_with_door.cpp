// A public route sees the gate's public side; it cannot get a Door from it.
#include "foxtail/api/routes.hpp"

namespace foxtail::api {

void health_only(Gate& gate, Call&, const Answer& answer) {
    answer.json(gate.health().reason);
}

#ifdef FOX_FORBIDDEN
void through_the_wall(Gate& gate, Call& call, const Answer&) {
    (void)gate.door(*call.caller);
}
#endif

}  // namespace foxtail::api
