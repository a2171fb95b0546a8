// A host cannot answer yes of itself: the answer is the authority's permit.
#include "foxtail/connectors/mqtt/broker_host.hpp"
#include "foxtail/grants/authority.hpp"

namespace foxtail::mqtt {

std::optional<PublishPermit> asked(const Authority& authority, std::string_view topic, Time now) {
    return authority.permit_topic<Verb::publish>({}, topic, false, now);
}

#ifdef FOX_FORBIDDEN
std::optional<PublishPermit> made_up() {
    return PublishPermit({}, foxtail::Verdict{true});
}
#endif

}  // namespace foxtail::mqtt
