#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/connectors/mqtt/codec_packet.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foxtail::mqtt {

class MessagePool;

/// A message on its way out, shared by all who get it. What every copy has in common is encoded
/// once: topic, 5.0 properties and payload lie behind one another, ready to be copied into a
/// packet.
class Message {
public:
    [[nodiscard]] std::string_view topic() const { return view().substr(0, topic_bytes_); }
    /// Encoded properties, without length, message expiry and subscription identifiers.
    [[nodiscard]] std::string_view properties() const {
        return view().substr(topic_bytes_, properties_bytes_);
    }
    [[nodiscard]] std::string_view payload() const {
        return view().substr(topic_bytes_ + properties_bytes_);
    }
    [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }
    [[nodiscard]] std::uint64_t topic_hash() const { return topic_hash_; }
    [[nodiscard]] std::uint8_t qos() const { return qos_; }
    [[nodiscard]] bool retain() const { return retain_; }
    /// Monotonic; 0 = never.
    [[nodiscard]] Duration expires() const { return expires_; }
    [[nodiscard]] bool expired(Duration now) const { return expires_.us != 0 && expires_ <= now; }
    /// From before a restart: when it was true nobody knows.
    [[nodiscard]] bool restored() const { return restored_; }
    /// Whether there is no difference to whoever gets it, now or later.
    [[nodiscard]] bool same_as(const Message& other) const {
        return topic_bytes_ == other.topic_bytes_ && properties_bytes_ == other.properties_bytes_ &&
               qos_ == other.qos_ && expires_ == other.expires_ && bytes_ == other.bytes_;
    }

private:
    friend class MessagePool;
    friend class MessageRef;
    [[nodiscard]] std::string_view view() const { return bytes_; }

    MessagePool* pool_ = nullptr;
    std::string bytes_;
    std::size_t topic_bytes_ = 0;
    std::size_t properties_bytes_ = 0;
    std::uint64_t topic_hash_ = 0;
    Duration expires_;
    std::uint32_t references_ = 0;
    std::uint8_t qos_ = 0;
    bool retain_ = false;
    bool restored_ = false;
};

/// Counts who still needs a message. One thread only, so the count is a plain number.
class MessageRef {
public:
    MessageRef() = default;
    explicit MessageRef(Message* message) : message_(message) {
        if (message_ != nullptr) ++message_->references_;
    }
    MessageRef(const MessageRef& other) : MessageRef(other.message_) {}
    MessageRef(MessageRef&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
    MessageRef& operator=(MessageRef other) noexcept {
        std::swap(message_, other.message_);
        return *this;
    }
    ~MessageRef();
    explicit operator bool() const { return message_ != nullptr; }
    const Message* operator->() const { return message_; }
    const Message& operator*() const { return *message_; }

private:
    friend class MessagePool;
    Message* message_ = nullptr;
};

/// Makes messages and takes them back, so that a steady stream allocates nothing. Outlives its
/// messages.
class MessagePool {
public:
    /// `qos` and `retain` as published; `expires` monotonic, 0 = never.
    [[nodiscard]] MessageRef make(std::string_view topic, std::string_view payload,
                                  const Properties& properties, std::uint8_t qos, bool retain,
                                  Duration expires);
    /// A retained message from before a restart.
    [[nodiscard]] MessageRef restore(std::string_view topic, std::string_view payload,
                                     const Properties& properties, std::uint8_t qos,
                                     Duration expires);
    /// The same message with another expiry.
    [[nodiscard]] MessageRef later(const Message& message, Duration expires);
    [[nodiscard]] std::size_t idle() const { return idle_.size(); }

private:
    friend class MessageRef;
    [[nodiscard]] std::unique_ptr<Message> take();
    void take_back(Message* message);

    std::vector<std::unique_ptr<Message>> idle_;
};

inline MessageRef::~MessageRef() {
    if (message_ != nullptr && --message_->references_ == 0) message_->pool_->take_back(message_);
}

}  // namespace foxtail::mqtt
