#pragma once

#include "foxtail/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace YAML {
class Node;
}

namespace foxtail {

struct Configuration;
class Yaml;

/// Any certificate in the charger's name that the house's authority for guests has signed.
constexpr std::string_view certified_by_house = "house";

/// One charger as the configuration knows it; the others are paired.
struct OcppStationConfig {
    std::string id;
    std::string password_hash;  // Argon2id, PHC form; empty = comes without a password
    std::string open_because;   // the reason for that
    std::string certificate;    // certified_by_house, or the SHA-256 of the only one; empty = none
    double current_a_max = 32;  // of the cable it hangs on
    double fallback_a = 6;      // what it may draw when the hub has been away for `lease`
    Duration lease = minutes(15);
    bool relative_profiles = false;
    struct Forgiven {
        std::string what;  // "no_subprotocol"
        std::string reason;
        friend bool operator==(const Forgiven&, const Forgiven&) = default;
    };
    std::vector<Forgiven> lenient;
    std::optional<bool> switches_phases;  // nothing = as it says itself
    friend bool operator==(const OcppStationConfig&, const OcppStationConfig&) = default;
};

struct OcppListenerConfig {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;
    bool tls = false;
    friend bool operator==(const OcppListenerConfig&, const OcppListenerConfig&) = default;
};

/// Charging stations that speak OCPP 1.6 or 2.0.1 (docs/ocpp.md).
struct OcppConfig {
    std::vector<OcppListenerConfig> listeners;  // empty = off
    bool pairing = true;                        // unknown chargers wait to be accepted
    std::vector<std::string> tags;              // that may charge; empty = every card
    std::vector<OcppStationConfig> stations;
    friend bool operator==(const OcppConfig&, const OcppConfig&) = default;
};

/// Reads what stands under 'ocpp'; tells mistakes to `yaml`.
void read_ocpp(Yaml& yaml, const YAML::Node& map, OcppConfig& out);

}  // namespace foxtail
