#include "foxtail/grants/pattern.hpp"

namespace foxtail {
namespace {

/// Takes the first level off `rest`; false when there is none left.
bool take_level(std::string_view& rest, bool& more, std::string_view& level) {
    if (!more) return false;
    const auto slash = rest.find('/');
    level = rest.substr(0, slash);
    more = slash != std::string_view::npos;
    if (more) rest.remove_prefix(slash + 1);
    return true;
}

}  // namespace

bool matches_address(std::string_view pattern, std::string_view address) {
    if (pattern == "*") return true;
    // Greedy matching with one remembered star: linear in practice, and never recursive.
    std::size_t p = 0;
    std::size_t a = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_at = 0;
    while (a < address.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_at = a;
        } else if (p < pattern.size() && pattern[p] == address[a]) {
            ++p;
            ++a;
        } else if (star != std::string_view::npos && address[star_at] != '/') {
            p = star + 1;
            a = ++star_at;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

bool matches_topic(std::string_view filter, std::string_view topic) {
    if (!topic.empty() && topic.front() == '$' && (filter.empty() || filter.front() != '$'))
        return false;
    bool filter_more = true;
    bool topic_more = true;
    std::string_view f;
    std::string_view t;
    while (take_level(filter, filter_more, f)) {
        if (f == "#") return true;
        if (!take_level(topic, topic_more, t)) return false;
        if (f != "+" && f != t) return false;
        if (!topic_more && filter == "#" && filter_more) return true;  // "a/#" matches "a" too
    }
    return !topic_more;
}

bool covers_filter(std::string_view given, std::string_view asked) {
    if (!asked.empty() && asked.front() == '$' && (given.empty() || given.front() != '$'))
        return false;
    bool given_more = true;
    bool asked_more = true;
    std::string_view g;
    std::string_view a;
    while (take_level(given, given_more, g)) {
        if (g == "#") return true;
        if (!take_level(asked, asked_more, a)) return false;
        if (a == "#" || (a == "+" && g != "+")) return false;
        if (g != "+" && g != a) return false;
        if (!asked_more && given_more && given == "#") return true;
    }
    return !asked_more;
}

bool covers_pattern(std::string_view given, std::string_view asked) {
    const bool topics = asked.starts_with(topic_prefix);
    if (topics != given.starts_with(topic_prefix)) return false;
    if (topics) {
        return covers_filter(given.substr(topic_prefix.size()), asked.substr(topic_prefix.size()));
    }
    // A star of what is asked stands for a run without slashes: where a star of what was given
    // takes the star itself, it takes every such run.
    if (asked == "*") return given == "*";
    return matches_address(given, asked);
}

Result<void> check_pattern(std::string_view pattern) {
    if (pattern.starts_with(topic_prefix)) {
        auto filter = pattern.substr(topic_prefix.size());
        if (filter.empty())
            return fail(Code::invalid_input,
                        "'mqtt:' needs a topic filter, e.g. mqtt:zigbee2mqtt/#");
        bool more = true;
        std::string_view level;
        while (take_level(filter, more, level)) {
            const bool wild = level.find_first_of("+#") != std::string_view::npos;
            if (wild && (level.size() != 1 || (level == "#" && more))) {
                return fail(Code::invalid_input,
                            "'" + std::string(pattern) +
                                "': + and # stand alone in a level, # only at the end");
            }
        }
        return {};
    }
    if (pattern == "*") return {};
    const auto slash = pattern.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == pattern.size() ||
        pattern.find('/', slash + 1) != std::string_view::npos || pattern.size() > 300) {
        return fail(Code::invalid_input, "'" + std::string(pattern.substr(0, 80)) +
                                             "' is not an address pattern (expected e.g. "
                                             "hall-lamp/on, hall-lamp/*, */temperature or *)");
    }
    return {};
}

}  // namespace foxtail
