#pragma once

#include "foxtail/journal/record.hpp"

#include <cstddef>
#include <cstdint>

// What the writer and the reader of segments agree on.
namespace foxtail::sqlite {

constexpr std::uint8_t segment_format = 1;
/// Fewer readings of a property are decoded faster than their summary is worth its 30 bytes.
constexpr std::size_t summary_readings_min = 256;

/// Columns with one number for each message, in this order. `source_ahead` has one for each message
/// whose source time is known.
enum MessageColumn : std::size_t {
    shape_of,
    gap_before,  // numbers between the message before and this one
    time_of,     // milliseconds since the first message
    actor_of,
    cause_of,
    quality_of,
    source_is_known,
    source_ahead,  // microseconds from receipt to source time
    message_columns,
};

/// None is 0; an earlier record its distance; one that is not earlier (no writer should) shifted by
/// one.
[[nodiscard]] constexpr std::int64_t cause_to_column(Seq seq, Seq cause) {
    if (cause == 0) return 0;
    const auto distance = static_cast<std::int64_t>(seq - cause);
    return distance > 0 ? distance : distance - 1;
}
[[nodiscard]] constexpr Seq cause_from_column(Seq seq, std::int64_t column) {
    if (column == 0) return 0;
    return seq - static_cast<Seq>(column > 0 ? column : column + 1);
}

}  // namespace foxtail::sqlite
