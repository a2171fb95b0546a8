// A permit comes from a decision of the authority's, and from nowhere else.
#include "foxtail/grants/authority.hpp"

namespace foxtail {

bool asked(const Authority& authority, SubjectId subject, PropertyId property, Time now) {
    return authority.permit<Verb::read>(subject, property, now).has_value();
}

#ifdef FOX_FORBIDDEN
Permit<Verb::read> made_up(SubjectId subject, PropertyId property) {
    return {subject, property, Verdict{true}};
}
#endif

}  // namespace foxtail
