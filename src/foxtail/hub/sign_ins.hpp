#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/journal/record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace foxtail {

/// Sign-ins and refused ones on their way to the record: the first of its kind at once, what
/// follows within a minute together at its end. Bounded: beyond `sources_max` sources a minute the
/// rest counts as one.
class SignIns {
public:
    static constexpr std::size_t sources_max = 60;
    static constexpr Duration record_every = minutes(1);
    static constexpr std::string_view elsewhere = "elsewhere";

    struct Try {
        SubjectId subject;  // refused: whose name was said; the hub's = nobody's who is known
        std::string_view how;
        std::string_view source;
        std::string_view refused;  // why; empty = let in
    };
    /// Counts it; the body to put on record now, if any.
    [[nodiscard]] std::optional<Body> note(const Try& one, Moment now);
    /// What was counted and is due to go on record; everything when the program stops.
    [[nodiscard]] std::vector<Body> take_due(Moment now, bool all = false);
    /// When take_due() next has to be asked, on the clock that never jumps.
    [[nodiscard]] std::optional<Duration> next_due() const;

private:
    using Key = std::tuple<std::uint32_t, std::string, std::string, std::string>;
    struct Counted {
        std::uint64_t count = 0;  // since the last record
        Time from;
        Time until;
        Duration recorded;
    };
    [[nodiscard]] static Body body(const Key& key, const Counted& counted);
    std::map<Key, Counted> counted_;
};

}  // namespace foxtail
