#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

// What people write on a command line, read. Errors are invalid_input and say what would be right.
namespace foxtail::cli {

struct HubUrl {
    std::string host = "127.0.0.1";  // a name or a literal address, without brackets
    std::uint16_t port = 8420;
    bool tls = false;
    [[nodiscard]] std::string text() const;  // "http://127.0.0.1:8420"
};
/// "http://host:port", "host:port", "host", "[::1]:8420"; "https://host" (port 8443).
[[nodiscard]] Result<HubUrl> parse_url(std::string_view text);

/// A moment: RFC 3339, a date "2026-11-22" (its beginning in UTC), "now", or how long ago ("24h").
[[nodiscard]] Result<Time> parse_moment(std::string_view text, Time now);
/// The same for what lies ahead: "24h" is in 24 hours.
[[nodiscard]] Result<Time> parse_moment_ahead(std::string_view text, Time now);

struct Address {
    std::string thing;
    std::string member;
};
/// "thing/member"; the member may hold further slashes.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

/// A whole number, digits only.
[[nodiscard]] std::optional<std::uint64_t> parse_seq(std::string_view text);

/// `text` as JSON of the type that a Thing Description's DataSchema says: on/off/yes/no for
/// booleans; numbers with a unit that is converted into the property's ("70 °F"); text without
/// quotes; arrays and objects as JSON. Range is the hub's to judge.
[[nodiscard]] Result<std::string> value_for(const boost::json::value& schema,
                                            std::string_view text);

/// Patterns as grants have them ("*/temperature", "hall-*/on", "*" for everything), and "hall-lamp"
/// for all of a thing.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view address);

/// The names closest to one that does not exist, for "did you mean"; at most three.
[[nodiscard]] std::vector<std::string> nearest(std::string_view text,
                                               const std::vector<std::string>& names);

}  // namespace foxtail::cli
