#pragma once

#include "foxtail/api/server.hpp"
#include "foxtail/app/mqtt_door.hpp"

namespace foxtail {

/// The MQTT door's counters on /metrics and its sessions on /system. Both must outlive the server.
void show_connector(api::Server& server, const MqttDoor& door);

}  // namespace foxtail
