#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/sim/device.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace foxtail::sim {

struct LinkOptions {
    std::string host = "127.0.0.1";
    int port = 1883;
    std::string user;  // empty: anonymous
    std::string password;
    std::string client_id;
    bool mqtt5 = false;
    std::optional<Message> will;
};

/// One client connection on libmosquitto, driven by turn() on the caller's thread. Connects by
/// itself and again after a loss, waiting longer each time (a quarter of a second up to five). What
/// is published while away, or faster than the server reads, is dropped and counted: a sensor's old
/// values are worth nothing.
class Link {
public:
    explicit Link(LinkOptions options);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    std::function<void()> on_connected;  // subscribe here: the session is always clean
    std::function<void(std::string_view topic, std::string_view payload)> on_message;

    /// Works for at most `wait_ms`; callbacks run inside.
    void turn(int wait_ms);
    void subscribe(const std::string& filter);
    void publish(const Message& message);
    /// Sends what is queued (for at most a second) and says good-bye, so that no will is published.
    void close();

    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    struct Client;
    void try_connect();
    void lost(const std::string& why);

    LinkOptions options_;
    std::unique_ptr<Client> client_;
    bool connected_ = false;
    bool trying_ = false;
    std::int64_t wait_ms_;  // before the next attempt
    std::int64_t not_before_ms_ = 0;
    std::uint64_t dropped_ = 0;
    std::string last_why_;      // of the present outage
    std::uint64_t unsent_ = 0;  // published while the socket was full
};

/// Milliseconds of a clock that never goes back.
[[nodiscard]] std::int64_t steady_ms();

}  // namespace foxtail::sim
