#include "foxtail/connectors/mqtt/subscriptions.hpp"

#include "foxtail/connectors/mqtt/topic.hpp"

#include <algorithm>

namespace foxtail::mqtt {
namespace {

auto of(SubscriberId subscriber) {
    return [subscriber](const Subscription& each) { return each.subscriber == subscriber; };
}

}  // namespace

Subscriptions::Subscriptions() : root_(std::make_unique<Node>()) {}

// A filter may have 32,768 levels: the tree is taken apart without recursion.
Subscriptions::~Subscriptions() {
    std::vector<std::unique_ptr<Node>> pending;
    pending.push_back(std::move(root_));
    while (!pending.empty()) {
        const auto node = std::move(pending.back());
        pending.pop_back();
        for (auto& [level, child] : node->children) pending.push_back(std::move(child));
    }
}

bool Subscriptions::add(std::string_view filter, const Subscription& subscription) {
    auto* node = root_.get();
    bool more = true;
    while (more) {
        const auto level = next_level(filter, more);
        auto found = node->children.find(level);
        if (found == node->children.end()) {
            found = node->children.emplace(std::string(level), std::make_unique<Node>()).first;
            ++nodes_;
        }
        node = found->second.get();
    }
    auto& all = node->subscriptions;
    const auto known = std::find_if(all.begin(), all.end(), of(subscription.subscriber));
    if (known != all.end()) {
        *known = subscription;
        return false;
    }
    all.push_back(subscription);
    ++size_;
    return true;
}

bool Subscriptions::remove(std::string_view filter, SubscriberId subscriber) {
    return remove_below(*root_, filter, true, subscriber);
}

bool Subscriptions::remove_below(Node& node, std::string_view rest, bool more,
                                 SubscriberId subscriber) {
    if (!more) {
        const auto erased = std::erase_if(node.subscriptions, of(subscriber));
        size_ -= erased;
        return erased != 0;
    }
    const auto level = next_level(rest, more);
    const auto found = node.children.find(level);
    if (found == node.children.end()) return false;
    auto& child = *found->second;
    const bool removed = remove_below(child, rest, more, subscriber);
    if (child.children.empty() && child.subscriptions.empty()) {
        node.children.erase(found);
        --nodes_;
    }
    return removed;
}

void Subscriptions::match(std::string_view topic, std::vector<Subscription>& out) const {
    match_below(*root_, topic, true, true, out);
}

void Subscriptions::match_below(const Node& node, std::string_view rest, bool more, bool first,
                                std::vector<Subscription>& out) const {
    const auto take = [&out](const Node& from) {
        out.insert(out.end(), from.subscriptions.begin(), from.subscriptions.end());
    };
    // "#" also matches the level above it, so it is looked at before the topic's end is.
    const bool wild = !(first && rest.starts_with('$'));
    if (wild) {
        const auto all = node.children.find(std::string_view("#"));
        if (all != node.children.end()) take(*all->second);
    }
    if (!more) return take(node);
    const auto level = next_level(rest, more);
    if (wild) {
        const auto any = node.children.find(std::string_view("+"));
        if (any != node.children.end()) match_below(*any->second, rest, more, false, out);
    }
    const auto exact = node.children.find(level);
    if (exact != node.children.end()) match_below(*exact->second, rest, more, false, out);
}

}  // namespace foxtail::mqtt
