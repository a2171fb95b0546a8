// A message is passed on, kept and subscribed to only with a permit of the household's.
#include "foxtail/connectors/mqtt/broker_core.hpp"

namespace foxtail::mqtt {

void allowed(BrokerCore& core, const PublishPermit& publish, const SubscribePermit& subscribe,
             const MessageRef& message) {
    core.route(publish, message, nobody);
    (void)core.retain(publish, message, household_subject);
    core.subscribe(subscribe, "house/#", {});
}

#ifdef FOX_FORBIDDEN
void forbidden(BrokerCore& core, const MessageRef& message) {
    core.route(message, nobody);
}
#endif

}  // namespace foxtail::mqtt
