#include "foxtail/connectors/mqtt/topic.hpp"

#include <algorithm>

namespace foxtail::mqtt {

bool valid_topic(std::string_view topic) {
    return !topic.empty() && topic.find_first_of("+#") == std::string_view::npos;
}

bool valid_filter(std::string_view filter) {
    if (filter.empty()) return false;
    bool more = true;
    while (more) {
        const auto level = next_level(filter, more);
        if (level == "#") return !more;
        if (level != "+" && level.find_first_of("+#") != std::string_view::npos) return false;
    }
    return true;
}

std::size_t topic_levels(std::string_view text) {
    return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '/'));
}

bool has_wildcard(std::string_view filter) {
    return filter.find_first_of("+#") != std::string_view::npos;
}

bool is_shared(std::string_view filter) {
    return filter.starts_with("$share/");
}

bool matches(std::string_view filter, std::string_view topic) {
    if (topic.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#')))
        return false;
    bool more_filter = true;
    bool more_topic = true;
    while (more_filter && more_topic) {
        const auto want = next_level(filter, more_filter);
        if (want == "#") return true;
        const auto have = next_level(topic, more_topic);
        if (want != "+" && want != have) return false;
    }
    // "a/#" matches "a" itself.
    return more_filter ? filter == "#" : !more_topic;
}

std::string_view literal_prefix(std::string_view filter) {
    const auto wild = filter.find_first_of("+#");
    if (wild == std::string_view::npos) return filter;
    if (filter[wild] == '#' && wild > 0) return filter.substr(0, wild - 1);
    return filter.substr(0, wild);
}

}  // namespace foxtail::mqtt
