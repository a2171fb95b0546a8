#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/journal/record.hpp"

#include <array>
#include <cstdint>
#include <unordered_map>

namespace foxtail {

/// How many values went out under each grant within the last hour, by the minute: a limit is kept
/// for any sixty whole minutes, and what is forgotten is forgotten too late rather than too early.
class Rates {
public:
    static constexpr std::size_t grants_max = 10'000;

    /// True when one more stays within `per_hour`. `now` is of the clock that never jumps.
    [[nodiscard]] bool has_room(Seq grant, std::uint32_t per_hour, Duration now);
    /// `now` may lie up to an hour before the clock's begin: what was told before a restart.
    void count(Seq grant, Duration now, std::uint64_t times = 1);

private:
    static constexpr std::size_t minutes_kept = 61;
    struct Used {
        std::array<std::uint64_t, minutes_kept> by_minute{};
        std::int64_t minute = 0;  // the newest one counted
        std::uint64_t sum = 0;
    };
    Used& at(Seq grant, Duration now);
    std::unordered_map<Seq, Used> used_;
};

}  // namespace foxtail
