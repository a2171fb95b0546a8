#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::bench {

/// A bare MQTT 3.1.1 client for load tests: blocking connect, non-blocking afterwards, TCP_NODELAY.
/// Shares no code with the server under test. Exits the program with a message when the server does
/// not answer: a bench has no other plan.
class Wire {
public:
    Wire(std::uint16_t port, const std::string& client_id);
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    void subscribe(const std::string& filter);
    /// Queues a PUBLISH; flush() sends. A packet id of 0 is QoS 0.
    void publish(std::string_view topic, std::string_view payload, std::uint16_t packet_id = 0,
                 bool retain = false);
    /// Sends what is queued; false when something is left because the socket is full.
    bool flush();
    [[nodiscard]] std::size_t unsent() const { return out_.size(); }

    struct Packet {
        std::uint8_t type = 0;   // 3 PUBLISH, 4 PUBACK, ...
        std::uint16_t id = 0;    // of a PUBACK
        std::string_view topic;  // valid until the next receive()
        std::string_view payload;
    };
    /// Reads what is there and gives each whole packet to `each`; false when the server has closed.
    template <class Each>
    bool receive(Each each) {
        if (!read_some()) return false;
        Packet packet;
        while (take(packet)) each(packet);
        in_.erase(0, taken_);
        taken_ = 0;
        return true;
    }

private:
    bool read_some();
    bool take(Packet& packet);
    void send_all(std::string_view bytes);
    void wait_for(std::uint8_t type);

    int fd_ = -1;
    std::string out_;
    std::string in_;
    std::size_t taken_ = 0;
};

/// Nanoseconds on a clock that never jumps.
[[nodiscard]] std::int64_t now_ns();

/// The q-quantile (0..1) of the samples, which are sorted by this.
[[nodiscard]] double quantile(std::vector<double>& samples, double q);

}  // namespace foxtail::bench
