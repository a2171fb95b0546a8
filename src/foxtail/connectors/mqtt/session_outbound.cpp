#include "foxtail/connectors/mqtt/session.hpp"
#include "foxtail/connectors/mqtt/topic.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

namespace foxtail::mqtt {
namespace {
constexpr std::size_t fill_bytes = 256U << 10U;  // made ready for one write
constexpr std::size_t copy_bytes_max = 8U
                                       << 10U;  // larger payloads are written from where they lie
constexpr std::size_t verdicts_kept = 64;       // a power of two
constexpr std::size_t replay_topics_per_turn = 2048;  // looked at

std::size_t subscription_id_bytes(const Delivery& delivery) {
    if (delivery.subscription_id == 0) return 0;
    std::size_t bytes = 1 + varint_bytes(delivery.subscription_id);
    for (const auto id : delivery.more_ids) bytes += 1 + varint_bytes(id);
    return bytes;
}

}  // namespace

template <class P>
void Session::send(const P& packet) {
    encode(out_, *version_, packet);
    cover_out();
    core_.mark_dirty(slot_);
}
template void Session::send(const Connack&);
template void Session::send(const Ack&);
template void Session::send(const Suback&);
template void Session::send(const Unsuback&);
template void Session::send(const Disconnect&);
template <>
void Session::send(const Pingresp& packet) {
    encode(out_, packet);
    cover_out();
    core_.mark_dirty(slot_);
}

void Session::cover_out() {
    if (pieces_.empty() || pieces_.back().large) {
        pieces_.push_back({.begin = out_covered_, .end = out_.size()});
    } else {
        pieces_.back().end = out_.size();
    }
    out_covered_ = out_.size();
}

const SubscribePermit* Session::may_receive(std::string_view topic) {
    // Compared as whole texts: a hash alone could be forged to borrow another topic's permission.
    if (verdicts_.empty()) verdicts_.resize(verdicts_kept);
    auto& verdict = verdicts_[std::hash<std::string_view>{}(topic) & (verdicts_kept - 1)];
    const auto epoch = core_.host->permissions_epoch();
    if (verdict.epoch != epoch || verdict.topic != topic || verdict.each_time) {
        verdict.topic = topic;
        verdict.epoch = epoch;
        verdict.each_time = core_.host->asks_each_time(topic);
        verdict.permit = core_.host->may_receive(subject_, topic);
    }
    return verdict.permit ? &*verdict.permit : nullptr;
}

void Session::deliver(Delivery delivery) {
    if (state_ != State::running) return;
    if (may_receive(delivery.message->topic()) == nullptr) {
        ++core_.counters.withheld_messages;
        return;
    }
    const auto before = queue_.dropped();
    if (queue_.push(std::move(delivery)) == OutboundQueue::Pushed::overrun) {
        core_.doom(slot_, Reason::quota_exceeded);
    }
    core_.counters.dropped_messages += queue_.dropped() - before;
    core_.mark_dirty(slot_);
}

void Session::tell(const MessageRef& message) {
    Delivery delivery{.message = message, .retain = message->retain()};
    std::uint8_t granted = 0;
    bool any = false;
    for (const auto& [filter, each] : subscriptions_) {
        if (!matches(filter, message->topic())) continue;
        any = true;
        granted = std::max(granted, each.qos);
        delivery.add_subscription(each.subscription_id);
    }
    if (!any) return;
    delivery.qos = std::min(granted, message->qos());
    deliver(std::move(delivery));
}

bool Session::wants(std::string_view topic) const {
    return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                       [&](const auto& each) { return matches(each.first, topic); });
}

void Session::fill() {
    std::size_t large = 0;
    while (state_ == State::running && out_.size() + large < fill_bytes) {
        const auto* next = queue_.front();
        if (next == nullptr) {
            if (replay()) continue;
            return;
        }
        if (next->message->payload().size() > copy_bytes_max) large += next->message->bytes();
        if (!send_delivery(*next)) return;
        queue_.pop();
    }
}

bool Session::replay() {
    if (replays_.empty()) return false;
    auto& current = replays_.front();
    auto budget = replay_topics_per_turn;
    const auto found = core_.retained().next(current.filter, current.cursor, core_.now(), budget);
    if (found) {
        Delivery delivery{.message = found,
                          .qos = std::min(current.qos, found->qos()),
                          .retain = true,
                          .subscription_id = current.subscription_id};
        return queue_.push(std::move(delivery)) == OutboundQueue::Pushed::taken;
    }
    if (budget > 0) {
        replays_.pop_front();
        return !replays_.empty();
    }
    // Others have their turn before the search goes on.
    boost::asio::post(core_.home, [self = shared_from_this()] {
        const BrokerCore::Turn turn(self->core_);
        self->flush();
    });
    return false;
}

std::uint16_t Session::take_packet_id() {
    const auto taken = [this](std::uint16_t id) {
        return std::find(in_flight_.begin(), in_flight_.end(), id) != in_flight_.end();
    };
    do {
        ++last_packet_id_;
    } while (last_packet_id_ == 0 || taken(last_packet_id_));
    in_flight_.push_back(last_packet_id_);
    return last_packet_id_;
}

bool Session::send_delivery(const Delivery& delivery) {
    const auto& message = *delivery.message;
    std::uint32_t expires_in_s = 0;
    if (message.expires().us != 0) {
        const auto left = message.expires() - core_.now();
        if (left.us <= 0) {
            ++core_.counters.expired_messages;
            return true;
        }
        expires_in_s = static_cast<std::uint32_t>((left.us + 999'999) / 1'000'000);
    }
    const auto* permit = may_receive(message.topic());
    if (permit == nullptr) {
        ++core_.counters.withheld_messages;
        return true;
    }
    if (delivery.qos != 0 && in_flight_.size() >= in_flight_max_) return false;

    std::size_t length = 2 + message.topic().size() + message.payload().size();
    if (delivery.qos != 0) length += 2;
    std::size_t properties_length = 0;
    if (version_ == Version::v5) {
        properties_length = message.properties().size() + subscription_id_bytes(delivery) +
                            (expires_in_s != 0 ? 5U : 0U);
        length += varint_bytes(static_cast<std::uint32_t>(properties_length)) + properties_length;
    }
    if (length > packet_bytes_limit - 5 ||
        1 + varint_bytes(static_cast<std::uint32_t>(length)) + length > peer_packet_max_) {
        ++core_.counters.dropped_messages;
        return true;
    }
    const std::uint16_t packet_id = delivery.qos != 0 ? take_packet_id() : std::uint16_t{0};
    append_publish(*permit, delivery, packet_id, length, properties_length, expires_in_s);
    ++publishes_out_;
    ++core_.counters.publishes_out;
    return true;
}

void Session::append_publish(const SubscribePermit& permit, const Delivery& delivery,
                             std::uint16_t packet_id, std::size_t length,
                             std::size_t properties_length, std::uint32_t expires_in_s) {
    (void)permit;
    const auto& message = *delivery.message;
    const unsigned flags = static_cast<unsigned>(delivery.qos) << 1 | (delivery.retain ? 1U : 0U);
    out_.push_back(static_cast<char>(static_cast<unsigned>(PacketType::publish) << 4 | flags));
    append_varint(out_, static_cast<std::uint32_t>(length));
    append_u16(out_, message.topic().size());
    out_ += message.topic();
    if (packet_id != 0) append_u16(out_, packet_id);
    if (version_ == Version::v5) {
        append_varint(out_, static_cast<std::uint32_t>(properties_length));
        if (expires_in_s != 0) {
            out_.push_back(0x02);
            append_u16(out_, expires_in_s >> 16);
            append_u16(out_, expires_in_s & 0xFFFF);
        }
        const auto append_id = [this](std::uint32_t id) {
            out_.push_back(0x0B);
            append_varint(out_, id);
        };
        if (delivery.subscription_id != 0) append_id(delivery.subscription_id);
        for (const auto id : delivery.more_ids) append_id(id);
        out_ += message.properties();
    }
    const auto payload = message.payload();
    if (payload.size() <= copy_bytes_max) out_ += payload;
    cover_out();
    if (payload.size() > copy_bytes_max) {
        pieces_.push_back({.large = delivery.message, .begin = 0, .end = payload.size()});
    }
}

void Session::recheck() {
    if (state_ != State::running) return;
    epoch_ = core_.host->permissions_epoch();
    if (!core_.host->may_connect(subject_, credential_)) {
        return close(Reason::not_authorized, "no longer allowed in");
    }
    std::erase_if(subscriptions_, [this](const auto& each) {
        if (core_.host->may_subscribe(subject_, each.first)) return false;
        core_.unsubscribe(each.first, slot_);
        std::erase_if(replays_, [&](const Replay& replay) { return replay.filter == each.first; });
        return true;
    });
    queue_.remove_if(
        [this](const Delivery& each) { return may_receive(each.message->topic()) == nullptr; });
}

}  // namespace foxtail::mqtt
