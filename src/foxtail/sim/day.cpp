#include "foxtail/sim/day.hpp"

#include "foxtail/sim/json_text.hpp"

namespace foxtail::sim {

void run_day(const DayOptions& options,
             const std::function<void(std::int64_t t_ms, const Message&)>& out) {
    World world = make_world(options.setup, options.start_ms);
    std::vector<std::unique_ptr<Device>> devices;
    for (const std::string& name : device_names()) {
        devices.push_back(make_device(name, true));
    }
    const auto each = [&](auto&& ask) {
        for (const auto& device : devices) {
            Answer answer;
            ask(*device, answer);
            for (const Message& message : answer.messages) {
                out(world.t_ms, message);
            }
        }
    };
    each([&](Device& device, Answer& answer) { device.announce(world, answer); });
    const std::int64_t end_ms = options.start_ms + options.length_ms;
    while (world.t_ms < end_ms) {
        advance(world, std::min(end_ms, world.t_ms + options.step_ms));
        each([&](Device& device, Answer& answer) { device.tick(world, answer); });
    }
}

std::string to_line(std::int64_t t_ms, const Message& message) {
    JsonText out;
    out.open().field("t_ms", t_ms).field("topic", message.topic).field("payload", message.payload);
    out.field("retain", message.retain).close();
    return out.take();
}

}  // namespace foxtail::sim
