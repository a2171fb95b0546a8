#pragma once

#include "foxtail/store/sqlite/column.hpp"
#include "foxtail/store/sqlite/entry.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::sqlite {

// A segment holds readings of one thing, oldest first, in columns. What a thing says at one moment
// (a message of a sensor: temperature, humidity, battery) shares number, time, actor, cause,
// quality and source time, so those stand once for the message and cost each reading next to
// nothing. docs/journal-format.md has the bytes.

/// A segment is not added to beyond one of these.
constexpr std::size_t segment_readings_max = 16 * 1024;
constexpr std::size_t segment_messages_max = 8 * 1024;

/// What the row of a segment says about its body.
struct SegmentHead {
    Seq first_seq = 0;
    Seq last_seq = 0;
    Time oldest;  // of the times of receipt, and of those told late; the clock may have jumped
    Time newest;  // of the times of receipt
    std::uint64_t readings = 0;
    std::uint64_t messages = 0;
};

/// `entries` are of one thing, in the order of their numbers, at least one.
[[nodiscard]] std::string encode_segment(std::span<const Entry* const> entries, SegmentHead& head);

/// One property's readings within a segment, as a chart needs them.
struct PropertySummary {
    PropertyId property;
    std::size_t count = 0;
    bool numeric = false;  // what follows is given
    double min = 0;
    double max = 0;
    double sum = 0;
    Value last;
};

/// A segment's body opened for reading. Holds views of `blob`.
class Segment {
public:
    /// Error: corrupt.
    [[nodiscard]] static Result<Segment> open(std::string_view blob);

    [[nodiscard]] const std::vector<PropertySummary>& properties() const { return properties_; }
    [[nodiscard]] std::size_t readings() const { return readings_; }
    [[nodiscard]] std::size_t messages() const { return messages_; }

    /// Appends the readings with from <= seq < before, of `only` alone when given.
    [[nodiscard]] Result<void> entries(Seq from, Seq before, std::optional<PropertyId> only,
                                       std::vector<Entry>& out) const;

    /// The readings of one property as columns: times in milliseconds, as history_time() gives
    /// them, and values as numbers; for a property with texts `values` is filled instead. All empty
    /// when the segment has none of it.
    struct Series {
        std::vector<std::int64_t> time_ms;
        Numbers numbers;
        std::vector<Value> values;
        bool is_numbers = true;
    };
    [[nodiscard]] Result<void> series(PropertyId property, Series& out) const;

private:
    using Shape = std::vector<std::uint32_t>;  // of a message: which properties, as indexes
    struct Messages;

    [[nodiscard]] bool read_head(ByteReader& in);
    [[nodiscard]] bool read_shapes(ByteReader& in);
    [[nodiscard]] bool read_integers_of(std::size_t column, std::vector<std::int64_t>& out) const;
    [[nodiscard]] bool move_late_ones(std::vector<std::int64_t>& time_ms) const;
    [[nodiscard]] bool read_shape_column(std::vector<std::int64_t>& out) const;
    [[nodiscard]] bool keep_messages_with(std::uint32_t property,
                                          std::vector<std::int64_t>& column) const;
    [[nodiscard]] bool read_messages(Messages& out) const;

    std::size_t readings_ = 0;
    std::size_t messages_ = 0;
    Seq first_seq_ = 0;
    std::int64_t first_ms_ = 0;
    std::vector<PropertySummary> properties_;
    std::vector<Shape> shapes_;
    std::vector<std::string_view> columns_;        // of messages
    std::vector<std::string_view> value_columns_;  // of properties
};

}  // namespace foxtail::sqlite
