#pragma once

#include "foxtail/sim/world.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::sim {

struct Message {
    std::string topic;
    std::string payload;
    bool retain = false;
    int qos = 0;
};

/// What a device wants done after it was asked: messages to publish, in order, and what it does to
/// the world.
struct Answer {
    std::vector<Message> messages;
    std::vector<Act> acts;

    void say(std::string topic, std::string payload, bool retain = false, int qos = 0) {
        messages.push_back({std::move(topic), std::move(payload), retain, qos});
    }
};

/// One process's worth of devices: knows formats and reporting habits, no sockets and no clock.
/// Time is the world's. Not thread-safe.
class Device {
public:
    virtual ~Device() = default;
    /// Name on the command line and in the client id, e.g. "bridge", "heat-pump", "phone-anna".
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Exact topics or filters it listens to.
    [[nodiscard]] virtual std::vector<std::string> filters() const = 0;
    /// What the server publishes when the connection breaks.
    [[nodiscard]] virtual std::optional<Message> will() const = 0;
    /// Says who it is and all it knows: on connecting, and when a hub says that it has started.
    virtual void announce(const World& world, Answer& answer) = 0;
    /// The world moved on; says what is due.
    virtual void tick(const World& world, Answer& answer) = 0;
    /// A message of one of its filters. Nonsense changes nothing.
    virtual void hear(std::string_view topic, std::string_view payload, const World& world,
                      Answer& answer) = 0;
    /// Good-bye before a clean disconnect.
    virtual void leave(Answer& answer) = 0;
};

/// Every device of the household in a fixed order: the bridge, the Home Assistant devices, the
/// phones.
[[nodiscard]] std::vector<std::string> device_names();
/// Null for an unknown name. `simulated_stamps`: phones stamp with the world's time and not the
/// machine's.
[[nodiscard]] std::unique_ptr<Device> make_device(std::string_view name, bool simulated_stamps);

}  // namespace foxtail::sim
