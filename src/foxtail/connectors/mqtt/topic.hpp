#pragma once

#include <cstddef>
#include <string_view>

namespace foxtail::mqtt {

// Topic names and filters (MQTT 5.0 section 4.7). The text itself (UTF-8, no U+0000, length) is
// checked where it is decoded.

/// One byte or more, and no wildcard.
[[nodiscard]] bool valid_topic(std::string_view topic);

/// One byte or more; "+" alone in its level; "#" alone in the last level.
[[nodiscard]] bool valid_filter(std::string_view filter);

/// A tree of topics is walked level by level; nobody's house is this deep.
constexpr std::size_t topic_levels_max = 128;
[[nodiscard]] std::size_t topic_levels(std::string_view topic_or_filter);

/// True when the filter has a wildcard.
[[nodiscard]] bool has_wildcard(std::string_view filter);

/// True for "$share/...".
[[nodiscard]] bool is_shared(std::string_view filter);

/// Whether a valid filter matches a valid topic. A first level that begins with "$" is matched only
/// by a filter that spells it out.
[[nodiscard]] bool matches(std::string_view filter, std::string_view topic);

/// The part of a filter that every matching topic begins with, e.g. "a/b" for "a/b/#" (which
/// matches "a/b" too) and "a/" for "a/+/c".
[[nodiscard]] std::string_view literal_prefix(std::string_view filter);

/// Takes the first level off `rest`; `more` tells whether another one follows.
inline std::string_view next_level(std::string_view& rest, bool& more) {
    const auto slash = rest.find('/');
    const auto level = rest.substr(0, slash);
    more = slash != std::string_view::npos;
    rest = more ? rest.substr(slash + 1) : std::string_view();
    return level;
}

}  // namespace foxtail::mqtt
