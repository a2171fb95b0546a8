// A subscription permit lets nobody publish.
#include "foxtail/connectors/mqtt/broker_core.hpp"

namespace foxtail::mqtt {

void allowed(BrokerCore& core, const SubscribePermit& permit) {
    core.subscribe(permit, "house/#", {});
}

#ifdef FOX_FORBIDDEN
void forbidden(BrokerCore& core, const PublishPermit& permit) {
    core.subscribe(permit, "house/#", {});
}
#endif

}  // namespace foxtail::mqtt
