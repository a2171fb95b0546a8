#pragma once

#include "foxtail/connectors/mqtt/session_message.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace foxtail::mqtt {

struct RetainedLimits {
    std::size_t messages_max = 200'000;
    std::size_t bytes_max = std::size_t{256} << 20U;
    std::size_t messages_per_subject_max = 100'000;
};

/// The last message of each topic that was published with the retain flag. In memory; whoever keeps
/// them over a restart is told what changed. Bounded by count, bytes and each subject's share.
/// Sorted by topic, so that a filter looks only at topics that begin like it, and so that a long
/// answer can be given piece by piece while the store changes.
class RetainedStore {
public:
    struct Kept {
        MessageRef message;
        std::uint32_t subject = 0;
    };
    using Changed = std::function<void(const std::string& topic)>;

    /// `changed` is called after a topic's message was replaced by another or taken away.
    explicit RetainedStore(RetainedLimits limits, Changed changed = {})
        : limits_(limits), changed_(std::move(changed)) {}

    /// Whether put() would take it. Replacing and clearing always fit unless they grow beyond the
    /// bytes.
    [[nodiscard]] bool fits(std::string_view topic, std::size_t payload_bytes,
                            std::uint32_t subject) const;
    /// Keeps the message, or clears its topic when the payload is empty. False when it does not
    /// fit.
    bool put(const MessageRef& message, std::uint32_t subject);

    /// The first message after `cursor` whose topic matches; null when there is none. Looks at
    /// `budget` topics at most and counts them off; a null with budget left is the end. `cursor`
    /// moves on to the last topic looked at. Expired ones are skipped.
    struct Cursor {
        std::string after;
        bool begun = false;
    };
    [[nodiscard]] MessageRef next(std::string_view filter, Cursor& cursor, Duration now,
                                  std::size_t& budget) const;
    [[nodiscard]] MessageRef find(std::string_view topic, Duration now) const;
    /// With whose it is; null when there is none. Valid until the next change.
    [[nodiscard]] const Kept* look(std::string_view topic) const;
    /// As put(), for what was kept before a restart: no change that anybody is told.
    bool restore(const MessageRef& message, std::uint32_t subject);

    /// Forgets all messages that came from a subject; gives their number.
    std::size_t forget_subject(std::uint32_t subject);
    /// Frees what has expired; called now and then.
    std::size_t forget_expired(Duration now);

    [[nodiscard]] std::size_t size() const { return messages_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    using Messages = std::map<std::string, Kept, std::less<>>;
    Messages::iterator erase(Messages::iterator at);
    void tell(const std::string& topic) const {
        if (changed_) changed_(topic);
    }
    static std::size_t cost(std::string_view topic, std::size_t message_bytes) {
        return topic.size() + message_bytes + 128;  // the node, the string, the message around it
    }

    RetainedLimits limits_;
    Changed changed_;
    Messages messages_;
    std::unordered_map<std::uint32_t, std::size_t> by_subject_;
    std::size_t bytes_ = 0;
};

}  // namespace foxtail::mqtt
