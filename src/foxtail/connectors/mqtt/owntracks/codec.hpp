#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

// The JSON of the OwnTracks apps (owntracks.org/booklet, "JSON"). Pure. Numbers written as strings
// are taken; unknown members are ignored.

namespace foxtail::mqtt::owntracks {

struct Location {
    double latitude = 0;   // degrees
    double longitude = 0;  // degrees
    Time at;               // of the fix; unknown when the app does not tell
    bool ping = false;     // sent to say "I live", not because of a new fix
    std::optional<double> accuracy_m;
    std::optional<double> altitude_m;
    std::optional<double> velocity_km_h;
    std::optional<double> course_deg;
    std::optional<double> battery_percent;
    std::optional<std::string> charging;              // unknown, unplugged, charging, full
    std::optional<std::string> connection;            // wifi, offline, mobile
    std::optional<std::vector<std::string>> regions;  // in which the app says to be
    /// Members that were there and fit neither type nor range, as JSON members; without them the
    /// rest stands.
    std::string misfits;
};

struct Transition {
    bool enter = false;
    std::string region;
    bool beacon = false;
    Time at;
    std::optional<double> accuracy_m;
};

struct Waypoint {
    std::string name;
    double latitude = 0;
    double longitude = 0;
    double radius_m = 0;  // 0: a point, no region
};

struct Waypoints {
    std::vector<Waypoint> list;
};

/// The connection of the device was lost.
struct Lost {};

struct Card {
    std::string name;
};

struct Encrypted {
    std::string text;  // base64
};

/// A known type that says nothing about the person: cmd, configuration, status, steps, beacon,
/// dump, request.
struct Other {};

using Message =
    std::variant<Location, Transition, Waypoint, Waypoints, Lost, Card, Encrypted, Other>;

/// Error: invalid_input with what is missing or wrong.
[[nodiscard]] Result<Message> read_message(const boost::json::value& payload);

/// The JSON text inside an encrypted message: base64 of nonce[24] and XSalsa20-Poly1305 (libsodium
/// secretbox), the key being the secret, at most 32 bytes, padded with zeros. Error: invalid_input
/// when the secret does not fit.
[[nodiscard]] Result<std::string> decrypt(std::string_view base64, std::string_view secret);

}  // namespace foxtail::mqtt::owntracks
