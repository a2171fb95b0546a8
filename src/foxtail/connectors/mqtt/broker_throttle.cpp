#include "foxtail/connectors/mqtt/broker_throttle.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace foxtail::mqtt {

std::string throttle_key(std::string_view source) {
    if (source.find(':') == std::string_view::npos) return std::string(source);
    const std::string plain(source.substr(0, source.find('%')));
    in6_addr address{};
    if (inet_pton(AF_INET6, plain.c_str(), &address) != 1) return plain;
    if (IN6_IS_ADDR_V4MAPPED(&address)) return plain;
    return {reinterpret_cast<const char*>(&address), 8};
}

std::optional<Duration> LoginThrottle::admit(std::string_view source, Duration now) {
    const auto found = sources_.find(throttle_key(source));
    if (found == sources_.end()) return Duration{};
    auto& known = found->second;
    if (now - known.last_failure > forgiven_after) {
        sources_.erase(found);
        return Duration{};
    }
    if (known.failures <= free_failures) return Duration{};
    const auto steps = std::min<std::uint32_t>(known.failures - free_failures - 1, 16);
    const auto gap = std::min(gap_first * (std::int64_t{1} << steps), gap_max);
    const auto at = std::max(known.next, now) + gap;
    if (at - now > patience) return std::nullopt;
    known.next = at;
    return at - now;
}

void LoginThrottle::failed(std::string_view source, Duration now) {
    if (sources_.size() >= sources_max) make_room(now);
    auto& known = sources_[throttle_key(source)];
    ++known.failures;
    known.last_failure = now;
}

void LoginThrottle::succeeded(std::string_view source) {
    // One forgiven at a time: a guesser who owns one valid login must not reset the count with it.
    const auto found = sources_.find(throttle_key(source));
    if (found != sources_.end() && --found->second.failures == 0) sources_.erase(found);
}

void LoginThrottle::make_room(Duration now) {
    std::erase_if(sources_, [now](const auto& each) {
        return now - each.second.last_failure > forgiven_after;
    });
    if (sources_.size() < sources_max) return;
    const auto mildest = std::min_element(
        sources_.begin(), sources_.end(),
        [](const auto& a, const auto& b) { return a.second.failures < b.second.failures; });
    sources_.erase(mildest);
}

}  // namespace foxtail::mqtt
