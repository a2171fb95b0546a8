#include "foxtail/connectors/mqtt/retained.hpp"

#include "foxtail/connectors/mqtt/topic.hpp"

namespace foxtail::mqtt {

bool RetainedStore::fits(std::string_view topic, std::size_t payload_bytes,
                         std::uint32_t subject) const {
    if (payload_bytes == 0) return true;
    const auto known = messages_.find(topic);
    const auto more = cost(topic, topic.size() + payload_bytes);
    if (known != messages_.end()) {
        const auto less = cost(topic, known->second.message->bytes());
        return bytes_ - less + more <= limits_.bytes_max;
    }
    const auto of_subject = by_subject_.find(subject);
    const auto share = of_subject == by_subject_.end() ? 0 : of_subject->second;
    return messages_.size() < limits_.messages_max && share < limits_.messages_per_subject_max &&
           bytes_ + more <= limits_.bytes_max;
}

bool RetainedStore::put(const MessageRef& message, std::uint32_t subject) {
    const auto topic = message->topic();
    const auto known = messages_.find(topic);
    if (message->payload().empty()) {
        if (known != messages_.end()) erase(known);
        return true;
    }
    const bool same = known != messages_.end() && known->second.subject == subject &&
                      known->second.message->same_as(*message);
    if (!restore(message, subject)) return false;
    if (!same) tell(known == messages_.end() ? std::string(topic) : known->first);
    return true;
}

bool RetainedStore::restore(const MessageRef& message, std::uint32_t subject) {
    const auto topic = message->topic();
    const auto known = messages_.find(topic);
    if (!fits(topic, message->bytes() - topic.size(), subject)) return false;
    if (known != messages_.end()) {
        auto& kept = known->second;
        bytes_ = bytes_ - kept.message->bytes() + message->bytes();
        if (kept.subject != subject) {
            if (--by_subject_[kept.subject] == 0) by_subject_.erase(kept.subject);
            ++by_subject_[subject];
        }
        kept = {message, subject};
        return true;
    }
    bytes_ += cost(topic, message->bytes());
    ++by_subject_[subject];
    messages_.emplace(std::string(topic), Kept{message, subject});
    return true;
}

RetainedStore::Messages::iterator RetainedStore::erase(Messages::iterator at) {
    bytes_ -= cost(at->first, at->second.message->bytes());
    if (--by_subject_[at->second.subject] == 0) by_subject_.erase(at->second.subject);
    const std::string topic = at->first;
    const auto next = messages_.erase(at);
    tell(topic);
    return next;
}

const RetainedStore::Kept* RetainedStore::look(std::string_view topic) const {
    const auto known = messages_.find(topic);
    return known == messages_.end() ? nullptr : &known->second;
}

MessageRef RetainedStore::find(std::string_view topic, Duration now) const {
    const auto known = messages_.find(topic);
    if (known == messages_.end() || known->second.message->expired(now)) return {};
    return known->second.message;
}

MessageRef RetainedStore::next(std::string_view filter, Cursor& cursor, Duration now,
                               std::size_t& budget) const {
    if (!has_wildcard(filter)) {
        if (std::exchange(cursor.begun, true)) return {};
        return find(filter, now);
    }
    const auto prefix = literal_prefix(filter);
    auto at = cursor.begun ? messages_.upper_bound(cursor.after) : messages_.lower_bound(prefix);
    const std::string* last = nullptr;
    MessageRef found;
    while (budget > 0 && at != messages_.end() && at->first.starts_with(prefix) && !found) {
        --budget;
        last = &at->first;
        if (!at->second.message->expired(now) && matches(filter, at->first))
            found = at->second.message;
        ++at;
    }
    if (last != nullptr) cursor.after = *last;
    cursor.begun = cursor.begun || last != nullptr;
    return found;
}

std::size_t RetainedStore::forget_subject(std::uint32_t subject) {
    if (!by_subject_.contains(subject)) return 0;
    std::size_t count = 0;
    for (auto at = messages_.begin(); at != messages_.end();) {
        const bool theirs = at->second.subject == subject;
        count += theirs ? 1 : 0;
        at = theirs ? erase(at) : std::next(at);
    }
    return count;
}

std::size_t RetainedStore::forget_expired(Duration now) {
    std::size_t count = 0;
    for (auto at = messages_.begin(); at != messages_.end();) {
        const bool gone = at->second.message->expired(now);
        count += gone ? 1 : 0;
        at = gone ? erase(at) : std::next(at);
    }
    return count;
}

}  // namespace foxtail::mqtt
