#include "foxtail/connectors/mqtt/session_queue.hpp"

#include <utility>

namespace foxtail::mqtt {

bool OutboundQueue::full(std::size_t more_bytes) const {
    if (count_ == 0) return false;
    return count_ >= limits_.messages_max || bytes_ + more_bytes > limits_.bytes_max;
}

OutboundQueue::Pushed OutboundQueue::push(Delivery delivery) {
    const auto size = delivery.message->bytes();
    while (full(size)) {
        if (make_room(delivery)) continue;
        if (delivery.qos != 0) return Pushed::overrun;
        ++dropped_;
        return Pushed::refused;
    }
    if (used_ == slots_.size()) grow();
    slot(used_) = std::move(delivery);
    ++used_;
    ++count_;
    bytes_ += size;
    return Pushed::taken;
}

bool OutboundQueue::make_room(const Delivery& incoming) {
    std::size_t oldest = used_;
    for (std::size_t i = 0; i < used_; ++i) {
        const auto& each = slot(i);
        if (!each.message || each.qos != 0) continue;
        if (oldest == used_) oldest = i;
        if (each.message->topic_hash() == incoming.message->topic_hash() &&
            each.message->topic() == incoming.message->topic()) {
            drop(i);
            return true;
        }
    }
    if (oldest == used_) return false;
    drop(oldest);
    return true;
}

void OutboundQueue::drop(std::size_t i) {
    forget(i);
    if (used_ > 64 && count_ < used_ / 2) compact();
}

void OutboundQueue::forget(std::size_t i) {
    auto& gone = slot(i);
    bytes_ -= gone.message->bytes();
    gone = Delivery{};
    --count_;
    ++dropped_;
}

void OutboundQueue::compact() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < used_; ++i) {
        if (!slot(i).message) continue;
        if (kept != i) slot(kept) = std::exchange(slot(i), Delivery{});
        ++kept;
    }
    used_ = kept;
}

Delivery* OutboundQueue::front() {
    while (used_ > 0 && !slot(0).message) {
        head_ = (head_ + 1) & (slots_.size() - 1);
        --used_;
    }
    return used_ == 0 ? nullptr : &slot(0);
}

void OutboundQueue::pop() {
    auto& first = *front();
    bytes_ -= first.message->bytes();
    --count_;
    first = Delivery{};
    head_ = (head_ + 1) & (slots_.size() - 1);
    --used_;
}

void OutboundQueue::clear() {
    slots_.clear();
    slots_.shrink_to_fit();
    head_ = used_ = count_ = bytes_ = 0;
}

void OutboundQueue::grow() {
    std::vector<Delivery> larger(slots_.empty() ? 8 : slots_.size() * 2);
    for (std::size_t i = 0; i < used_; ++i) larger[i] = std::move(slot(i));
    slots_ = std::move(larger);
    head_ = 0;
}

}  // namespace foxtail::mqtt
