#include "foxtail/store/sqlite/column.hpp"

#include "foxtail/store/sqlite/blob.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <string_view>
#include <unordered_map>

namespace foxtail::sqlite {
namespace {

// Level 3 is where the planes stop getting noticeably smaller.
constexpr int plane_level = 3;
constexpr std::size_t zstd_bytes_min = 24;  // smaller planes only grow
constexpr unsigned differences_max = 3;     // differences of differences of differences

enum class Form : std::uint8_t { equal, plain, differences };
enum class Plane : std::uint8_t { constant, raw, zstd };

using Unsigned = std::uint64_t;

std::int64_t minus(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<Unsigned>(a) - static_cast<Unsigned>(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<Unsigned>(a) + static_cast<Unsigned>(b));
}

/// About how many bits the values take when told as distances from a typical one.
std::uint64_t cost(std::vector<std::int64_t>& scratch) {
    const auto middle = scratch.begin() + static_cast<std::ptrdiff_t>(scratch.size() / 2);
    std::nth_element(scratch.begin(), middle, scratch.end());
    const auto typical = *middle;
    std::uint64_t bits = 0;
    for (const auto v : scratch) {
        const auto away = v < typical ? minus(typical, v) : minus(v, typical);
        bits += static_cast<unsigned>(std::bit_width(static_cast<Unsigned>(away)));
    }
    return bits;
}

void append_plane(std::string& out, std::string_view plane) {
    ByteWriter to(out);
    if (plane.find_first_not_of(plane.front()) == std::string_view::npos) {
        to.u8(static_cast<std::uint8_t>(Plane::constant));
        out += plane.front();
        return;
    }
    if (plane.size() >= zstd_bytes_min) {
        std::string frame;
        append_zstd(frame, plane, plane_level);
        if (frame.size() + 3 < plane.size()) {
            to.u8(static_cast<std::uint8_t>(Plane::zstd));
            to.text(frame);
            return;
        }
    }
    to.u8(static_cast<std::uint8_t>(Plane::raw));
    out += plane;
}

/// Values that are not all equal, as planes.
void append_planes(std::string& out, std::span<const std::int64_t> values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const auto base = *low;
    Unsigned divisor = 0;
    for (const auto v : values) {
        divisor = std::gcd(divisor, static_cast<Unsigned>(minus(v, base)));
        if (divisor == 1) break;
    }
    const auto largest = static_cast<Unsigned>(minus(*high, base)) / divisor;
    const auto width = (static_cast<unsigned>(std::bit_width(largest)) + 7) / 8;
    ByteWriter to(out);
    to.i64(base);
    to.u64(divisor);
    to.u8(static_cast<std::uint8_t>(width));
    std::string planes(width * values.size(), '\0');
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto left = static_cast<Unsigned>(minus(values[i], base));
        if (divisor != 1) left /= divisor;
        for (unsigned p = 0; p < width; ++p)
            planes[p * values.size() + i] = static_cast<char>(left >> (8 * p));
    }
    const std::string_view all(planes);
    for (unsigned p = 0; p < width; ++p)
        append_plane(out, all.substr(p * values.size(), values.size()));
}

bool read_plane(ByteReader& in, char* out, std::size_t n) {
    switch (static_cast<Plane>(in.u8())) {
        case Plane::constant:
            std::fill_n(out, n, static_cast<char>(in.u8()));
            return in.ok();
        case Plane::raw: {
            const auto bytes = in.bytes(n);
            if (!in.ok()) return false;
            std::copy(bytes.begin(), bytes.end(), out);
            return true;
        }
        case Plane::zstd: {
            const auto frame = in.text();
            return in.ok() && read_zstd(frame, out, n);
        }
    }
    return false;
}

/// out = base + divisor * (the planes put together). The usual widths are one pass each.
template <unsigned width>
void put_together(const unsigned char* planes, std::size_t n, Unsigned base, Unsigned divisor,
                  Unsigned* out) {
    for (std::size_t i = 0; i < n; ++i) {
        Unsigned v = 0;
        for (unsigned p = 0; p < width; ++p) v |= Unsigned{planes[p * n + i]} << (8 * p);
        out[i] = v * divisor + base;
    }
}

bool read_planes(ByteReader& in, std::span<std::int64_t> out) {
    const auto base = static_cast<Unsigned>(in.i64());
    const auto divisor = in.u64();
    const auto width = in.u8();
    if (!in.ok() || width > 8) return false;
    thread_local std::string planes;
    const auto n = out.size();
    planes.resize(n * width);
    for (unsigned p = 0; p < width; ++p) {
        if (!read_plane(in, planes.data() + p * n, n)) return false;
    }
    auto* const to = reinterpret_cast<Unsigned*>(out.data());
    const auto* const from = reinterpret_cast<const unsigned char*>(planes.data());
    constexpr std::array<decltype(&put_together<0>), 9> by_width = {
        put_together<0>, put_together<1>, put_together<2>, put_together<3>, put_together<4>,
        put_together<5>, put_together<6>, put_together<7>, put_together<8>};
    by_width[width](from, n, base, divisor, to);
    return true;
}

constexpr std::array<double, 13> power_of_ten = {1e0, 1e1, 1e2, 1e3,  1e4,  1e5, 1e6,
                                                 1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
constexpr double whole_max = 9007199254740992.0;  // 2^53: up to here every whole number is a double

bool same_bits(double a, double b) {
    return std::bit_cast<Unsigned>(a) == std::bit_cast<Unsigned>(b);
}

/// True when `value` is exactly the double nearest to whole / 10^k; division of two exact doubles
/// rounds correctly, as reading the decimal text would.
bool is_decimal(double value, std::size_t k, std::int64_t& whole) {
    const double scaled = value * power_of_ten[k];
    if (!(std::abs(scaled) < whole_max)) return false;
    whole = std::llround(scaled);
    return same_bits(static_cast<double>(whole) / power_of_ten[k], value);
}

/// The smallest k that fits, or its bound when none does.
std::size_t decimals_of(double value, std::size_t at_least) {
    std::int64_t whole = 0;
    for (auto k = at_least; k < power_of_ten.size(); ++k) {
        if (is_decimal(value, k, whole)) return k;
    }
    return power_of_ten.size();
}

enum class Reals : std::uint8_t { decimal, bits };

/// How many decimals nearly all have; the bound when too many have none.
std::size_t common_decimals(std::span<const double> values) {
    const auto exceptions_max = values.size() / 16;
    std::array<std::size_t, power_of_ten.size() + 1> with{};
    for (const auto v : values) ++with[decimals_of(v, 0)];
    std::size_t beyond = with.back();
    if (beyond > exceptions_max) return power_of_ten.size();
    std::size_t k = power_of_ten.size() - 1;
    while (k > 0 && beyond + with[k] <= exceptions_max && with[k] * 64 < values.size())
        beyond += with[k--];
    return k;
}

}  // namespace

namespace {

void append_integers_at(std::string& out, std::span<const std::int64_t> values, unsigned depth) {
    ByteWriter to(out);
    if (values.empty()) return;
    if (std::all_of(values.begin(), values.end(),
                    [&](std::int64_t v) { return v == values.front(); })) {
        to.u8(static_cast<std::uint8_t>(Form::equal));
        to.i64(values.front());
        return;
    }
    std::vector<std::int64_t> differences(values.size() - 1);
    for (std::size_t i = 0; i + 1 < values.size(); ++i)
        differences[i] = minus(values[i + 1], values[i]);
    std::vector<std::int64_t> scratch(values.begin(), values.end());
    const auto plain = cost(scratch);
    scratch = differences;
    if (depth == differences_max || plain <= cost(scratch)) {
        to.u8(static_cast<std::uint8_t>(Form::plain));
        append_planes(out, values);
        return;
    }
    to.u8(static_cast<std::uint8_t>(Form::differences));
    to.i64(values.front());
    append_integers_at(out, differences, depth + 1);
}

}  // namespace

void append_integers(std::string& out, std::span<const std::int64_t> values) {
    append_integers_at(out, values, 0);
}

std::optional<std::int64_t> read_if_equal(ByteReader& in) {
    auto ahead = in;
    if (static_cast<Form>(ahead.u8()) != Form::equal) return std::nullopt;
    const auto value = ahead.i64();
    if (!ahead.ok()) return std::nullopt;
    in = ahead;
    return value;
}

bool read_integers(ByteReader& in, std::span<std::int64_t> out) {
    if (out.empty()) return true;
    std::size_t done = 0;
    // Differences may be told as differences again; each turn leaves one value behind.
    while (true) {
        const auto rest = out.subspan(done);
        const auto form = static_cast<Form>(in.u8());
        if (!in.ok()) return false;
        if (form == Form::equal) {
            std::fill(rest.begin(), rest.end(), in.i64());
            break;
        }
        if (form == Form::plain) {
            if (!read_planes(in, rest)) return false;
            break;
        }
        if (form != Form::differences || rest.size() < 2 || done == differences_max) return false;
        out[done++] = in.i64();
    }
    for (; done > 0; --done) {
        for (auto i = done; i < out.size(); ++i) out[i] = plus(out[i], out[i - 1]);
    }
    return in.ok();
}

void append_doubles(std::string& out, std::span<const double> values) {
    ByteWriter to(out);
    std::vector<std::int64_t> whole(values.size());
    const auto k = common_decimals(values);
    if (k == power_of_ten.size()) {
        to.u8(static_cast<std::uint8_t>(Reals::bits));
        for (std::size_t i = 0; i < values.size(); ++i)
            whole[i] = std::bit_cast<std::int64_t>(values[i]);
        append_integers(out, whole);
        return;
    }
    std::vector<std::size_t> exceptions;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (is_decimal(values[i], k, whole[i])) continue;
        exceptions.push_back(i);
        whole[i] = i > 0 ? whole[i - 1] : 0;
    }
    to.u8(static_cast<std::uint8_t>(Reals::decimal));
    to.u8(static_cast<std::uint8_t>(k));
    append_integers(out, whole);
    to.u64(exceptions.size());
    for (const auto i : exceptions) {
        to.u64(i);
        to.f64(values[i]);
    }
}

bool read_doubles(ByteReader& in, std::span<double> out) {
    thread_local std::vector<std::int64_t> whole;
    whole.resize(out.size());
    const auto form = static_cast<Reals>(in.u8());
    if (form == Reals::bits) {
        if (!read_integers(in, whole)) return false;
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::bit_cast<double>(whole[i]);
        return true;
    }
    const auto k = in.u8();
    if (form != Reals::decimal || k >= power_of_ten.size() || !read_integers(in, whole))
        return false;
    const auto power = power_of_ten[k];
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<double>(whole[i]) / power;
    const auto exceptions = in.count(9);
    for (std::size_t i = 0; i < exceptions; ++i) {
        const auto at = in.u64();
        const auto value = in.f64();
        if (!in.ok() || at >= out.size()) return false;
        out[at] = value;
    }
    return in.ok();
}

bool read_doubles(ByteReader& in, std::size_t count, Numbers& out) {
    out.divisor = 0;
    auto ahead = in;
    if (static_cast<Reals>(ahead.u8()) == Reals::decimal) {
        const auto k = ahead.u8();
        out.whole.resize(count);
        if (k >= power_of_ten.size() || !read_integers(ahead, out.whole)) return false;
        std::int64_t bits = 0;
        for (const auto w : out.whole) bits |= w ^ (w >> 63);
        constexpr std::int64_t small = std::int64_t{1} << 46;
        if (ahead.u64() == 0 && ahead.ok() && bits < small) {
            out.divisor = power_of_ten[k];
            in = ahead;
            return true;
        }
    }
    out.value.resize(count);
    return read_doubles(in, out.value);
}

void append_texts(std::string& out, std::span<const std::string_view> values) {
    std::unordered_map<std::string_view, std::int64_t> number;
    std::vector<std::int64_t> which;
    std::vector<std::int64_t> sizes;
    std::string all;
    which.reserve(values.size());
    for (const auto v : values) {
        const auto [at, added] = number.try_emplace(v, static_cast<std::int64_t>(number.size()));
        if (added) {
            sizes.push_back(static_cast<std::int64_t>(v.size()));
            all += v;
        }
        which.push_back(at->second);
    }
    ByteWriter to(out);
    to.u64(sizes.size());
    append_integers(out, sizes);
    std::string frame;
    if (all.size() >= zstd_bytes_min) append_zstd(frame, all, plane_level);
    const bool smaller = !frame.empty() && frame.size() < all.size();
    to.u8(static_cast<std::uint8_t>(smaller ? Plane::zstd : Plane::raw));
    if (smaller) {
        to.text(frame);
    } else {
        out += all;
    }
    append_integers(out, which);
}

bool read_texts(ByteReader& in, std::size_t count, std::vector<std::string>& distinct,
                std::vector<std::int64_t>& which) {
    const auto kinds = in.u64();
    if (!in.ok() || kinds > count) return false;
    std::vector<std::int64_t> sizes(kinds);
    if (!read_integers(in, sizes)) return false;
    constexpr std::int64_t bytes_max = std::int64_t{1} << 30;
    std::int64_t total = 0;
    for (const auto size : sizes) {
        if (size < 0 || size > bytes_max || (total += size) > bytes_max) return false;
    }
    const auto size_of_all = static_cast<std::size_t>(total);
    std::string all;
    if (static_cast<Plane>(in.u8()) == Plane::zstd) {
        const auto frame = in.text();
        if (!in.ok() || !read_zstd(frame, size_of_all, all)) return false;
    } else {
        all = in.bytes(size_of_all);
        if (!in.ok()) return false;
    }
    which.resize(count);
    if (!read_integers(in, which) || !in.ok()) return false;
    distinct.clear();
    std::size_t at = 0;
    for (const auto size : sizes) {
        distinct.emplace_back(all.substr(at, static_cast<std::size_t>(size)));
        at += static_cast<std::size_t>(size);
    }
    return std::all_of(which.begin(), which.end(),
                       [&](std::int64_t w) { return w >= 0 && static_cast<Unsigned>(w) < kinds; });
}

}  // namespace foxtail::sqlite
