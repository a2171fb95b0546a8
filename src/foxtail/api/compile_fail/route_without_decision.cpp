// A route is handed a Door, or an ended grant, or is kept away from both. There is no fourth kind.
#include "foxtail/api/routes.hpp"

namespace foxtail::api {

void with_a_door(Door&, Site&, Call&, const Answer&) {}
void with_the_hub(Hub&, Call&, const Answer&) {}

const Route good{"GET", "/x", with_a_door};
#ifdef FOX_FORBIDDEN
const Route bad{"GET", "/y", with_the_hub};
#endif

}  // namespace foxtail::api
