#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace foxtail::mqtt {

/// Slows down sources whose logins fail, so that guessing costs time and the slow hash cannot be
/// used against us. The first failures are free (people mistype); then each login of that source
/// waits in line, one after the other, with a gap that doubles with each failure. An address counts
/// as a source; of IPv6 its first 64 bits, because anyone has 2^64 of the rest. Pure; time is
/// monotonic.
class LoginThrottle {
public:
    /// How long this login has to wait; nothing when the line is longer than `patience`: refuse it.
    [[nodiscard]] std::optional<Duration> admit(std::string_view source, Duration now);
    void failed(std::string_view source, Duration now);
    void succeeded(std::string_view source);
    [[nodiscard]] std::size_t sources() const { return sources_.size(); }

    static constexpr std::uint32_t free_failures = 3;
    static constexpr Duration gap_first = milliseconds(250);
    static constexpr Duration gap_max = seconds(8);
    static constexpr Duration patience = seconds(10);
    static constexpr Duration forgiven_after = minutes(10);
    static constexpr std::size_t sources_max = 4096;

private:
    struct Source {
        std::uint32_t failures = 0;
        Duration last_failure;
        Duration next;  // when the line's end may log in
    };
    void make_room(Duration now);

    StringMap<Source> sources_;  // only those with failures
};

/// "192.168.1.7" as it is; of "fe80::1%eth0" and other IPv6 texts the first four groups.
[[nodiscard]] std::string throttle_key(std::string_view source);

}  // namespace foxtail::mqtt
