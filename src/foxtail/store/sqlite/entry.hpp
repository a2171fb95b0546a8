#pragma once

#include "foxtail/journal/record.hpp"

#include <cstdint>
#include <optional>

namespace foxtail::sqlite {

/// A record of kind reading, without the room the other kinds need.
struct Entry {
    Seq seq = 0;
    Time time;  // whole milliseconds
    Seq cause = 0;
    SubjectId actor;
    Reading reading;
};

[[nodiscard]] inline Record to_record(Entry&& entry) {
    return {entry.seq, entry.time, entry.actor, entry.cause, std::move(entry.reading)};
}

// Times from a damaged file may be anything: these go round instead of overflowing.
[[nodiscard]] constexpr std::int64_t add(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
[[nodiscard]] constexpr std::int64_t less(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
[[nodiscard]] constexpr std::int64_t us_of_ms(std::int64_t ms) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(ms) * 1000);
}

/// Whose segments a reading goes to: its thing's number, or beyond all things one for each property
/// of which no thing is known.
struct Group {
    std::uint64_t number = 0;
    friend constexpr auto operator<=>(const Group&, const Group&) = default;
};
constexpr std::uint64_t group_of_lone_properties = std::uint64_t{1} << 32;

/// A reading that was true longer than this before it came is told late: it stands in the history
/// where it was true. Nearer ones stand where they came, which is as good, and quicker to read.
constexpr Duration told_late_after = minutes(1);

/// Where in the history a reading stands; never after it came.
[[nodiscard]] constexpr Time history_time(Time came, Time was_true) {
    return was_true.known() && less(came.us, was_true.us) > told_late_after.us ? was_true : came;
}

}  // namespace foxtail::sqlite
