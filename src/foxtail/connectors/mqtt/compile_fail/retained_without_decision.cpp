// What is retained is changed through the core's retain(), which wants a permit.
#include "foxtail/connectors/mqtt/broker_core.hpp"

namespace foxtail::mqtt {

std::size_t allowed(const BrokerCore& core) {
    return core.retained().size();
}

#ifdef FOX_FORBIDDEN
void forbidden(BrokerCore& core, const MessageRef& message) {
    (void)core.retained().put(message, household_subject);
}
#endif

}  // namespace foxtail::mqtt
