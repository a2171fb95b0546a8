// What is believed of a property is shown only for a permit to read it.
#include "foxtail/hub/household.hpp"

namespace foxtail {

const Belief& allowed(const Household& household, const Permit<Verb::read>& permit) {
    return household.belief(permit);
}

#ifdef FOX_FORBIDDEN
const Belief& forbidden(const Household& household, PropertyId property) {
    return household.belief(property);
}
#endif

}  // namespace foxtail
