#pragma once

#include "foxtail/connectors/mqtt/session_message.hpp"

#include <cstdint>
#include <vector>

namespace foxtail::mqtt {

/// One message for one subscriber.
struct Delivery {
    MessageRef message;
    std::uint8_t qos = 0;
    bool retain = false;                  // the flag as this subscriber is to see it
    std::uint32_t subscription_id = 0;    // 0 = none
    std::vector<std::uint32_t> more_ids;  // of overlapping subscriptions; rarely any

    void add_subscription(std::uint32_t id) {
        if (id == 0) return;
        if (subscription_id == 0) {
            subscription_id = id;
        } else {
            more_ids.push_back(id);
        }
    }
};

struct QueueLimits {
    std::size_t messages_max = 4096;
    std::size_t bytes_max = 16U << 20U;
};

/// What waits for a subscriber that is slower than its subscriptions. When it is full, the oldest
/// QoS 0 message of the same topic makes room (the new one says more), else the oldest QoS 0
/// message; QoS 1 is never dropped. One message is always taken, however large, when nothing else
/// waits.
class OutboundQueue {
public:
    explicit OutboundQueue(QueueLimits limits) : limits_(limits) {}

    enum class Pushed : std::uint8_t {
        taken,
        refused,  // QoS 0, and all that waits is QoS 1: this one is dropped and counted
        overrun,  // QoS 1, and all that waits is QoS 1: the subscriber is too slow to be kept
    };
    Pushed push(Delivery delivery);

    /// The oldest, or null.
    [[nodiscard]] Delivery* front();
    void pop();
    void clear();
    /// Takes out what `unwanted` says; counted as dropped.
    template <class Unwanted>
    void remove_if(Unwanted unwanted) {
        for (std::size_t i = 0; i < used_; ++i) {
            if (slot(i).message && unwanted(slot(i))) forget(i);
        }
        compact();
    }

    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
    /// Places in use, dropped ones included; stays within a small multiple of the limit.
    [[nodiscard]] std::size_t places() const { return used_; }

private:
    [[nodiscard]] Delivery& slot(std::size_t i) {
        return slots_[(head_ + i) & (slots_.size() - 1)];
    }
    [[nodiscard]] bool full(std::size_t more_bytes) const;
    bool make_room(const Delivery& incoming);
    void drop(std::size_t i);
    void forget(std::size_t i);
    void compact();
    void grow();

    QueueLimits limits_;
    std::vector<Delivery> slots_;  // a ring; its size is a power of two
    std::size_t head_ = 0;
    std::size_t used_ = 0;   // places from head on, with those of dropped messages
    std::size_t count_ = 0;  // messages
    std::size_t bytes_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace foxtail::mqtt
