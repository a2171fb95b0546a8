#pragma once

#include "foxtail/sim/device.hpp"
#include "foxtail/sim/report.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::sim {

struct CarportOptions {
    std::string wallbox;  // path of demo/wallbox/wallbox.mjs, run by `node`
    std::string ocpp;     // where it shall go: "ws://127.0.0.1:9220/ocpp"
    double speed = 1;
};

/// The second car of the household and the wallbox it stands at: a program of its own that speaks
/// OCPP with the hub and has its own physics. Here the car comes home and leaves, and TeslaMate
/// tells of it; what the box says it draws is put into the world, where the house's meter sees it.
/// The program ends with this object, and is started again when it ended by itself.
[[nodiscard]] std::unique_ptr<Device> make_carport(CarportOptions options);

/// At home in the evening and the night, and at the weekend.
[[nodiscard]] bool second_car_home(const Local& local);

struct BoxTick {
    double watts = 0;               // what it draws
    std::optional<double> soc_pct;  // of the car at it
};
/// What a line of the program says of box and car; nothing when it says something else.
[[nodiscard]] std::optional<BoxTick> tick_of(std::string_view line);

struct SecondCar {
    bool home = false;
    bool plugged = false;
    double soc_pct = 50;
    double watts = 0;  // into it
};
/// Under TeslaMate's keys, in its units and signs (docs.teslamate.org, "MQTT").
[[nodiscard]] std::vector<Sample> second_car_says(const SecondCar& car);

}  // namespace foxtail::sim
