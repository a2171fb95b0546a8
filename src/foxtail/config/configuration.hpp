#pragma once

#include "foxtail/base/log.hpp"
#include "foxtail/config/break_glass.hpp"
#include "foxtail/config/cars.hpp"
#include "foxtail/config/charging.hpp"
#include "foxtail/config/ocpp.hpp"
#include "foxtail/config/planner.hpp"
#include "foxtail/model/overlay.hpp"
#include "foxtail/rules/rule.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// An address to listen on: "127.0.0.1:8420" or "[::1]:8420".
struct Endpoint {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

struct MqttListenerConfig {
    Endpoint endpoint{"127.0.0.1", 1883};
    bool tls = false;
    bool anonymous = false;  // whoever comes without a name may do what mqtt.anonymous allows
    std::size_t packet_bytes_max = 32U << 20U;
    friend bool operator==(const MqttListenerConfig&, const MqttListenerConfig&) = default;
};

/// How the house is reached from outside this machine.
struct TlsConfig {
    std::optional<Endpoint> listen;  // page and API; nothing = not over TLS
    std::vector<std::string> names;  // names and addresses beside those of this machine
    std::string certificate;         // files of one's own, relative to the configuration file;
    std::string key;                 // both empty = the household's own authority certifies
    friend bool operator==(const TlsConfig&, const TlsConfig&) = default;
};

/// Topics somebody may use; filters of MQTT.
struct TopicRights {
    std::vector<std::string> publish;
    std::vector<std::string> subscribe;
};

struct MqttUserConfig {
    std::string name;
    std::string password_hash;  // Argon2id, PHC form; made by `foxtail password`
    TopicRights topics;
};

struct RegionConfig {
    std::string name;
    double latitude = 0;
    double longitude = 0;
    double radius_m = 100;
    friend bool operator==(const RegionConfig&, const RegionConfig&) = default;
};

struct ZigbeeBridgeConfig {
    std::string base_topic = "zigbee2mqtt";
    std::string id_prefix;
    friend bool operator==(const ZigbeeBridgeConfig&, const ZigbeeBridgeConfig&) = default;
};

/// What every resident may do with what is the household's in common.
struct ResidentsConfig {
    std::uint16_t verbs = 0;   // bits of Verb
    std::uint8_t classes = 0;  // bits 1 << Sensitivity
    friend bool operator==(const ResidentsConfig&, const ResidentsConfig&) = default;
};

/// What a household says of itself in the receipts of grants; empty = nothing.
struct ReceiptsConfig {
    std::string contact;       // how to reach who answers for the data
    std::string jurisdiction;  // whose law holds
    std::string language;      // of what people write into grants, a BCP 47 tag
    friend bool operator==(const ReceiptsConfig&, const ReceiptsConfig&) = default;
};

/// All that a household's configuration file says; docs/configuration.md describes it for people.
struct Configuration {
    std::string household = "Home";
    std::string time_zone = "UTC";  // IANA name
    ReceiptsConfig receipts;
    Endpoint api{"127.0.0.1", 8420};
    std::vector<std::string> api_hosts;  // further names under which the page is reached
    TlsConfig tls;
    std::vector<MqttListenerConfig> mqtt_listeners;
    std::vector<MqttUserConfig> mqtt_users;
    TopicRights mqtt_anonymous;
    std::vector<ZigbeeBridgeConfig> zigbee_bridges;  // empty = the format is off
    std::optional<std::string> home_assistant_prefix = "homeassistant";
    /// Whose announcements are left alone. Not said in the file: Zigbee2MQTT's while its own format
    /// is on, or its devices would come twice.
    std::vector<std::string> home_assistant_ignore_origins;
    std::optional<std::string> owntracks_prefix = "owntracks";
    double owntracks_accuracy_m_max = 200;
    std::vector<RegionConfig> regions;
    CarsConfig cars;
    OcppConfig ocpp;
    ThingOverlays things;  // what the household says of things, over their makers
    ResidentsConfig residents;
    std::vector<GlassConfig> break_glass;
    std::vector<std::string> rule_files;  // as written; relative to the configuration file
    ChargingConfig charging;
    PlanningConfig planning;
    LogFormat log_format = LogFormat::text;
    LogLevel log_level = LogLevel::info;
    std::optional<Position> position;  // of the house, for rules by the sun
};

struct ConfigurationRead {
    Configuration configuration;    // to be used only when there are no mistakes
    std::vector<Mistake> mistakes;  // in the order of the file
    std::vector<Mistake> notes;     // what holds, but may not be what was meant
};

/// Reads a configuration file's text; `file` is its name for messages. Never throws.
[[nodiscard]] ConfigurationRead read_configuration(std::string_view text, std::string_view file);

/// Whether anything is served over TLS.
[[nodiscard]] bool uses_tls(const Configuration& configuration);

/// What differs and a running program does not take over, by key ("api.listen"). The rest (rules,
/// mqtt.users, mqtt.anonymous, tls.certificate, tls.key, log) it does.
[[nodiscard]] std::vector<std::string> changed_for_next_start(const Configuration& now,
                                                              const Configuration& then);

/// Reads "127.0.0.1:8420", "[::1]:8420" or "8420" (loopback). Error: invalid_input.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);
/// "127.0.0.1:8420", "[::1]:8420".
[[nodiscard]] std::string format_endpoint(const Endpoint& endpoint);
/// True for 127.0.0.0/8 and ::1.
[[nodiscard]] bool is_loopback(const Endpoint& endpoint);

}  // namespace foxtail
