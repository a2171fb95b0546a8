#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"

#include <functional>
#include <string>
#include <vector>

namespace foxtail {
class Door;
}

namespace foxtail::api {

/// A charging station that is or was connected, or waits to be accepted.
struct ChargerShown {
    std::string id;        // what it calls itself
    std::string state;     // "waiting", "online", "offline"
    std::string protocol;  // "1.6", "2.0.1"; empty while it never came
    std::string maker;
    std::string model;
    std::string firmware;
    std::string address;  // where it came from; empty = is away
    Time since;           // of the state; unknown = since before this start
    std::vector<std::string> things;
};

/// The door of the chargers, as the routes see it.
struct Chargers {
    std::function<std::vector<ChargerShown>()> list;
    /// Lets a charger that waits come in, in the name of who asks: with a password of its own that
    /// it is told, or (`without_key`) without one. Error: denied, not_found, unavailable, conflict
    /// (it did not take the password).
    std::function<void(Door& door, const std::string& id, bool without_key,
                       std::function<void(Result<void>)> then)>
        accept;
};

}  // namespace foxtail::api
