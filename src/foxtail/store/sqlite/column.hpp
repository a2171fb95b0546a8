#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/model/value.hpp"

#include <cstdint>
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
/// The same, as numbers only: `is_number` is 0 where a value is none. `last` gets the last value
/// when it is asked for; the rest of what is no number is skipped.
struct Numbers {
    std::vector<double> value;
    std::vector<std::uint8_t> tag;  // alternative of Value; empty when all are `same_tag`
    std::uint8_t same_tag = 0;
    [[nodiscard]] std::uint8_t tag_of(std::size_t i) const {
        return tag.empty() ? same_tag : tag[i];
    }
};
/// False also when some value is a text or JSON: read_values() has those.
[[nodiscard]] bool read_numbers(ByteReader& in, std::size_t count, Numbers& out);

}  // namespace foxtail::sqlite
