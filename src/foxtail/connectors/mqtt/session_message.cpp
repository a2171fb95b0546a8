#include "foxtail/connectors/mqtt/session_message.hpp"

#include "foxtail/connectors/mqtt/codec.hpp"

namespace foxtail::mqtt {
namespace {
constexpr std::size_t idle_messages_max = 1024;
constexpr std::size_t idle_bytes_max = 8192;  // a message that was larger gives its memory back
}  // namespace

MessageRef MessagePool::make(std::string_view topic, std::string_view payload,
                             const Properties& properties, std::uint8_t qos, bool retain,
                             Duration expires) {
    auto message = take();
    auto& bytes = message->bytes_;
    bytes.assign(topic);
    message->topic_bytes_ = topic.size();
    // What belongs to one hop only does not travel on; the expiry is told anew at each delivery.
    Properties onward;
    onward.payload_format = properties.payload_format;
    onward.content_type = properties.content_type;
    onward.response_topic = properties.response_topic;
    onward.correlation = properties.correlation;
    onward.user = properties.user;
    append_properties(bytes, onward);
    message->properties_bytes_ = bytes.size() - topic.size();
    bytes.append(payload);
    message->topic_hash_ = std::hash<std::string_view>{}(topic);
    message->expires_ = expires;
    message->qos_ = qos;
    message->retain_ = retain;
    message->restored_ = false;
    return MessageRef(message.release());
}

MessageRef MessagePool::restore(std::string_view topic, std::string_view payload,
                                const Properties& properties, std::uint8_t qos, Duration expires) {
    MessageRef message = make(topic, payload, properties, qos, true, expires);
    message.message_->restored_ = true;
    return message;
}

MessageRef MessagePool::later(const Message& message, Duration expires) {
    auto copy = take();
    *copy = message;
    copy->references_ = 0;
    copy->expires_ = expires;
    return MessageRef(copy.release());
}

std::unique_ptr<Message> MessagePool::take() {
    std::unique_ptr<Message> message;
    if (idle_.empty()) {
        message = std::make_unique<Message>();
    } else {
        message = std::move(idle_.back());
        idle_.pop_back();
    }
    message->pool_ = this;
    return message;
}

void MessagePool::take_back(Message* message) {
    std::unique_ptr<Message> owned(message);
    if (idle_.size() >= idle_messages_max || owned->bytes_.capacity() > idle_bytes_max) return;
    idle_.push_back(std::move(owned));
}

}  // namespace foxtail::mqtt
