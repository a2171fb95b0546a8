#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace foxtail {

/// Appends to a byte string. Integers are LEB128 varints (signed ones zigzag first), doubles eight
/// little-endian bytes, strings a length and their bytes: the same state always gives the same
/// bytes.
class ByteWriter {
public:
    explicit ByteWriter(std::string& out) : out_(out) {}

    void u64(std::uint64_t v) {
        while (v >= 0x80) {
            out_.push_back(static_cast<char>(v | 0x80));
            v >>= 7;
        }
        out_.push_back(static_cast<char>(v));
    }
    void i64(std::int64_t v) {
        u64((static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63));
    }
    void u8(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
    void f64(double v) {
        const auto bits = std::bit_cast<std::uint64_t>(v);
        for (int i = 0; i < 8; ++i) out_.push_back(static_cast<char>(bits >> (8 * i)));
    }
    void text(std::string_view v) {
        u64(v.size());
        out_.append(v);
    }

private:
    std::string& out_;
};

/// Reads what ByteWriter wrote. Never reads past the end: after the first short or malformed item
/// ok() is false and every further answer is zero or empty.
class ByteReader {
public:
    explicit ByteReader(std::string_view in) : in_(in) {}

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return at_ == in_.size(); }
    [[nodiscard]] std::size_t left() const { return in_.size() - at_; }

    std::uint64_t u64() {
        std::uint64_t v = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (at_ == in_.size()) return give_up();
            const auto byte = static_cast<std::uint8_t>(in_[at_++]);
            v |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if ((byte & 0x80) == 0) return v;
        }
        return give_up();
    }
    std::int64_t i64() {
        const auto v = u64();
        return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
    }
    /// A number of at most 32 bits.
    std::uint32_t u32() {
        const auto v = u64();
        return static_cast<std::uint32_t>(v <= 0xFFFF'FFFF ? v : give_up());
    }
    std::uint8_t u8() {
        if (at_ == in_.size()) return static_cast<std::uint8_t>(give_up());
        return static_cast<std::uint8_t>(in_[at_++]);
    }
    double f64() {
        if (left() < 8) {
            give_up();
            return 0;
        }
        std::uint64_t bits = 0;
        for (unsigned i = 0; i < 8; ++i) {
            bits |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(in_[at_ + i])) << (8 * i);
        }
        at_ += 8;
        return std::bit_cast<double>(bits);
    }
    std::string_view text() {
        const auto size = u64();
        if (size > left()) {
            give_up();
            return {};
        }
        const auto out = in_.substr(at_, size);
        at_ += size;
        return out;
    }
    /// The next `size` bytes as they are.
    std::string_view bytes(std::size_t size) {
        if (size > left()) {
            give_up();
            return {};
        }
        const auto out = in_.substr(at_, size);
        at_ += size;
        return out;
    }
    /// One of an enumeration's values, 0 .. `last`.
    template <class Enum>
    Enum one_of(Enum last) {
        const auto v = u8();
        return static_cast<Enum>(v <= static_cast<std::uint8_t>(last) ? v : give_up());
    }
    /// A count of items that take at least `bytes_each`: false counts cannot make the reader
    /// allocate.
    std::size_t count(std::size_t bytes_each = 1) {
        const auto n = u64();
        if (n > left() / bytes_each) return static_cast<std::size_t>(give_up());
        return static_cast<std::size_t>(n);
    }

    /// What was read makes no sense: as if the bytes had ended there.
    void reject() { give_up(); }

private:
    std::uint64_t give_up() {
        ok_ = false;
        at_ = in_.size();
        return 0;
    }
    std::string_view in_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

}  // namespace foxtail
