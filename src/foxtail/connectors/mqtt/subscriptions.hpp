#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/connectors/mqtt/codec_packet.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::mqtt {

/// Who subscribed, as a small number the broker gives out (a session's slot).
using SubscriberId = std::uint32_t;

struct Subscription {
    SubscriberId subscriber = 0;
    std::uint8_t qos = 0;
    bool no_local = false;
    bool retain_as_published = false;
    std::uint32_t subscription_id = 0;  // 0 = none
};

/// All subscriptions of all sessions as a tree of topic levels: matching costs the topic's depth,
/// not the number of subscriptions. Pure; not thread-safe; bounded by whoever adds.
class Subscriptions {
public:
    Subscriptions();
    ~Subscriptions();
    Subscriptions(const Subscriptions&) = delete;
    Subscriptions& operator=(const Subscriptions&) = delete;

    /// Adds, or replaces the same subscriber's subscription of the same filter. True when it is
    /// new. The filter is valid.
    bool add(std::string_view filter, const Subscription& subscription);
    /// False when there was none.
    bool remove(std::string_view filter, SubscriberId subscriber);

    /// Appends every subscription whose filter matches, in no order; one subscriber may appear
    /// several times.
    void match(std::string_view topic, std::vector<Subscription>& out) const;

    [[nodiscard]] std::size_t size() const { return size_; }
    /// Nodes in use, the root included; back to 1 when everything was removed.
    [[nodiscard]] std::size_t nodes() const { return nodes_; }

private:
    struct Node {
        StringMap<std::unique_ptr<Node>> children;  // "+" and "#" are children like others
        std::vector<Subscription> subscriptions;
    };
    void match_below(const Node& node, std::string_view rest, bool more, bool first,
                     std::vector<Subscription>& out) const;
    bool remove_below(Node& node, std::string_view rest, bool more, SubscriberId subscriber);

    std::unique_ptr<Node> root_;
    std::size_t size_ = 0;
    std::size_t nodes_ = 1;
};

}  // namespace foxtail::mqtt
