#pragma once

#include "foxtail/sim/device.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace foxtail::sim {

struct CarportOptions {
    std::string wallbox;  // path of demo/wallbox/wallbox.mjs, run by `node`
    std::string ocpp;     // where it shall go: "ws://127.0.0.1:9220/ocpp"
    double speed = 1;
};

/// The second car of the household and the wallbox it stands at: a program of its own that speaks
/// OCPP with the hub and has its own physics. Here the car comes home and leaves; what the box says
/// it draws is put into the world, where the house's meter sees it. The program ends with this
/// object, and is started again when it ended by itself.
[[nodiscard]] std::unique_ptr<Device> make_carport(CarportOptions options);

/// At home in the evening and the night, and at the weekend.
[[nodiscard]] bool second_car_home(const Local& local);

/// What a line of the program says it draws, in W; nothing when it says something else.
[[nodiscard]] std::optional<double> drawn_w(std::string_view line);

}  // namespace foxtail::sim
