#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/model/value.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace foxtail::sqlite {

// Columns of segments; docs/journal-format.md has the bytes. A column does not say how long it is:
// its reader knows the count. Readers give false for bytes that no writer wrote and never read past
// the end.

/// Whole numbers: nothing but the number when all are equal; else plain or as differences, less
/// their minimum, over their greatest common divisor, as planes of bytes, each plane by itself
/// constant, raw or zstd.
void append_integers(std::string& out, std::span<const std::int64_t> values);
[[nodiscard]] bool read_integers(ByteReader& in, std::span<std::int64_t> out);
/// The one number that all are, if it is told so: then there is nothing more to read of the column.
[[nodiscard]] std::optional<std::int64_t> read_if_equal(ByteReader& in);

/// Doubles: as whole numbers of 10^-k where (nearly) all are such, exceptions listed; else their
/// bits.
void append_doubles(std::string& out, std::span<const double> values);
[[nodiscard]] bool read_doubles(ByteReader& in, std::span<double> out);

/// Texts: each different one once, then which.
void append_texts(std::string& out, std::span<const std::string_view> values);
[[nodiscard]] bool read_texts(ByteReader& in, std::size_t count, std::vector<std::string>& distinct,
                              std::vector<std::int64_t>& which);

/// Values of any types.
void append_values(std::string& out, std::span<const Value* const> values);
[[nodiscard]] bool read_values(ByteReader& in, std::span<Value> out);
/// The same, as numbers only.
struct Numbers {
    std::vector<double> value;
    std::vector<std::uint8_t> tag;  // alternative of Value; empty when all are `same_tag`
    std::uint8_t same_tag = 0;
    /// Doubles that are all whole numbers over `divisor`, small enough to sum a segment of them:
    /// then these instead of `value`.
    std::vector<std::int64_t> whole;
    double divisor = 0;
};
/// False also when some value is a text, JSON or no exact double: read_values() has those.
[[nodiscard]] bool read_numbers(ByteReader& in, std::size_t count, Numbers& out);
/// A column of doubles as `whole` and `divisor`, or as `value`.
[[nodiscard]] bool read_doubles(ByteReader& in, std::size_t count, Numbers& out);

}  // namespace foxtail::sqlite
