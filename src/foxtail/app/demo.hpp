#pragma once

#include <cstdint>
#include <string>

namespace foxtail {

struct DemoOptions {
    std::string data;  // empty = a folder in the user's cache
    static constexpr std::uint16_t usual_port = 8420;
    std::uint16_t port = usual_port;
    std::uint16_t mqtt_port = 1883;
    double speed = 1;  // simulated seconds a second
    std::uint64_t seed = 1;
    bool devices = true;  // start foxtail-sim
    std::string wallbox;  // path of demo/wallbox/wallbox.mjs: a second one, which speaks OCPP
};

/// The demo household: writes its configuration and rules into the data folder, runs the hub, and
/// starts foxtail-sim (found beside this program), whose devices come in through the MQTT door like
/// any others. Gives the exit status.
int run_demo(const DemoOptions& options);

}  // namespace foxtail
