#include "foxtail/app/metrics.hpp"

#include "foxtail/app/ocpp_door.hpp"
#include "foxtail/app/tls_doors.hpp"

namespace foxtail {
namespace {

void append(std::vector<api::Metric>& out, const mqtt::Broker& broker) {
    using Kind = api::Metric::Kind;
    const mqtt::BrokerCounters& c = broker.counters();
    const auto counter = [&](std::string name, std::string help, std::uint64_t value) {
        out.push_back({"foxtail_mqtt_" + name + "_total",
                       std::move(help),
                       Kind::counter,
                       {},
                       static_cast<double>(value)});
    };
    counter("received_bytes", "Bytes received from MQTT clients.", c.bytes_in);
    counter("sent_bytes", "Bytes sent to MQTT clients.", c.bytes_out);
    counter("received_publishes", "Messages received from MQTT clients.", c.publishes_in);
    counter("sent_publishes", "Messages sent to MQTT clients.", c.publishes_out);
    counter("connections", "Connections accepted.", c.connections);
    counter("sessions", "Clients that came in.", c.sessions);
    counter("refused_connections", "Connections refused because there were too many.",
            c.refused_connections);
    counter("refused_logins", "Logins refused.", c.refused_logins);
    counter("half_open_dropped", "Connections closed because no CONNECT came.",
            c.half_open_dropped);
    counter("refused_publishes", "Messages refused because the client may not publish there.",
            c.refused_publishes);
    counter("refused_subscriptions", "Subscriptions refused.", c.refused_subscriptions);
    counter("dropped_messages", "Messages left out because a client's queue was full.",
            c.dropped_messages);
    counter("withheld_messages", "Messages a subscriber may not receive.", c.withheld_messages);
    counter("pauses", "Times that clients were held back because the store was behind.", c.pauses);
    for (std::size_t reason = 0; reason < c.closed_by_reason.size(); ++reason) {
        if (c.closed_by_reason[reason] == 0) continue;
        out.push_back({"foxtail_mqtt_closed_connections_total",
                       "Connections ended by the server, by MQTT reason code.",
                       Kind::counter,
                       {{"reason", std::to_string(reason)}},
                       static_cast<double>(c.closed_by_reason[reason])});
    }
    const auto gauge = [&](std::string name, std::string help, std::size_t value) {
        out.push_back(
            {"foxtail_mqtt_" + name, std::move(help), Kind::gauge, {}, static_cast<double>(value)});
    };
    gauge("clients", "Clients connected.", broker.sessions().size());
    gauge("retained_messages", "Retained messages kept.", broker.retained().size());
    gauge("retained_bytes", "Memory that retained messages take.", broker.retained().bytes());
}

}  // namespace

void show_tls(api::Server& server, const TlsDoors& doors) {
    server.add_metrics([&doors](std::vector<api::Metric>& out) {
        using Kind = api::Metric::Kind;
        const auto f = doors.figures();
        const auto add = [&out](const char* name, const char* help, Kind kind, double value) {
            out.push_back({name, help, kind, {}, value});
        };
        add("foxtail_tls_connections", "Connections over TLS.", Kind::gauge,
            static_cast<double>(f.connections));
        add("foxtail_tls_handshakes", "TLS handshakes under way.", Kind::gauge,
            static_cast<double>(f.handshakes));
        add("foxtail_tls_accepted_total", "TLS connections taken.", Kind::counter,
            static_cast<double>(f.accepted));
        add("foxtail_tls_failed_total", "TLS handshakes that came to nothing.", Kind::counter,
            static_cast<double>(f.failed));
        add("foxtail_tls_refused_total", "TLS connections that were too many.", Kind::counter,
            static_cast<double>(f.refused));
    });
}

void show_connector(api::Server& server, const MqttDoor& door) {
    server.add_metrics([&door](std::vector<api::Metric>& out) { append(out, door.broker()); });
    server.add_connections([&door] {
        std::vector<api::ConnectionShown> shown;
        for (const auto& session : door.broker().sessions()) {
            shown.push_back(
                {session.client_id, session.subject_name, session.source, session.since});
        }
        return shown;
    });
}

void show_chargers(api::Server& server, OcppDoor& door) {
    server.add_metrics([&door](std::vector<api::Metric>& out) {
        using Kind = api::Metric::Kind;
        const auto& f = door.listener().figures();
        const auto add = [&out](const char* name, const char* help, Kind kind, double value) {
            out.push_back({name, help, kind, {}, value});
        };
        add("foxtail_ocpp_connections", "Chargers connected, or about to be.", Kind::gauge,
            static_cast<double>(f.connections));
        add("foxtail_ocpp_accepted_total", "Connections of chargers taken.", Kind::counter,
            static_cast<double>(f.accepted));
        add("foxtail_ocpp_refused_total", "Connections of chargers turned away.", Kind::counter,
            static_cast<double>(f.refused));
        add("foxtail_ocpp_received_frames_total", "Frames from chargers.", Kind::counter,
            static_cast<double>(f.frames_in));
        add("foxtail_ocpp_sent_frames_total", "Frames to chargers.", Kind::counter,
            static_cast<double>(f.frames_out));
    });
    server.set_chargers({[&door] { return door.chargers(); },
                         [&door](Door& asking, const std::string& id, bool without_key,
                                 std::function<void(Result<void>)> then) {
                             door.accept(asking, id, without_key, std::move(then));
                         }});
}

}  // namespace foxtail
