#pragma once

#include "foxtail/api/server.hpp"
#include "foxtail/app/mqtt_door.hpp"

namespace foxtail {

class OcppDoor;
class TlsDoors;

/// The doors' counters on /metrics. Both must outlive the server's last answer.
void show_tls(api::Server& server, const TlsDoors& doors);
/// The MQTT door's counters on /metrics and its sessions on /system. Both must outlive the server.
void show_connector(api::Server& server, const MqttDoor& door);
/// The chargers' door: its counters, and the routes that list and accept chargers.
void show_chargers(api::Server& server, OcppDoor& door);

}  // namespace foxtail
