#include "foxtail/store/sqlite/blob.hpp"

#include "foxtail/base/assert.hpp"

#include <array>
#include <cstring>
#include <memory>

#include <zstd.h>
#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace foxtail::sqlite {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78;  // Castagnoli, bits reversed

constexpr auto make_table() {
    std::array<std::array<std::uint32_t, 256>, 8> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t c = i;
        for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) != 0 ? polynomial : 0);
        table[0][i] = c;
    }
    for (std::uint32_t i = 0; i < 256; ++i) {
        for (std::size_t k = 1; k < 8; ++k) {
            const auto before = table[k - 1][i];
            table[k][i] = (before >> 8) ^ table[0][before & 0xFF];
        }
    }
    return table;
}
constexpr auto table = make_table();

std::uint32_t by_table(std::uint32_t crc, const unsigned char* p, std::size_t n) {
    for (; n >= 8; n -= 8, p += 8) {
        const auto low = crc ^ (std::uint32_t{p[0]} | std::uint32_t{p[1]} << 8 |
                                std::uint32_t{p[2]} << 16 | std::uint32_t{p[3]} << 24);
        crc = table[7][low & 0xFF] ^ table[6][(low >> 8) & 0xFF] ^ table[5][(low >> 16) & 0xFF] ^
              table[4][low >> 24] ^ table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^
              table[0][p[7]];
    }
    for (; n > 0; --n, ++p) crc = (crc >> 8) ^ table[0][(crc ^ *p) & 0xFF];
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::uint32_t crc,
                                                               const unsigned char* p,
                                                               std::size_t n) {
    std::uint64_t wide = crc;
    for (; n >= 8; n -= 8, p += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, p, 8);
        wide = _mm_crc32_u64(wide, eight);
    }
    crc = static_cast<std::uint32_t>(wide);
    for (; n > 0; --n, ++p) crc = _mm_crc32_u8(crc, *p);
    return crc;
}
#endif

struct FreeContext {
    void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
    void operator()(ZSTD_DCtx* c) const { ZSTD_freeDCtx(c); }
};

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
    const auto* p = reinterpret_cast<const unsigned char*>(bytes.data());
#if defined(__x86_64__)
    static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
    if (has_instruction) return ~by_instruction(~0U, p, bytes.size());
#endif
    return ~by_table(~0U, p, bytes.size());
}

void append_checksum(std::string& blob) {
    const auto crc = crc32c(blob);
    for (int i = 0; i < 4; ++i) blob.push_back(static_cast<char>(crc >> (8 * i)));
}

Result<std::string_view> without_checksum(std::string_view blob, const char* what) {
    if (blob.size() < 4)
        return fail(Code::corrupt,
                    std::string(what) + " of " + std::to_string(blob.size()) + " bytes");
    const auto body = blob.substr(0, blob.size() - 4);
    std::uint32_t said = 0;
    for (unsigned i = 0; i < 4; ++i) {
        said |= std::uint32_t{static_cast<unsigned char>(blob[body.size() + i])} << (8 * i);
    }
    if (said != crc32c(body))
        return fail(Code::corrupt, std::string(what) + " with a wrong checksum");
    return body;
}

std::size_t append_zstd(std::string& out, std::string_view raw, int level) {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
    const auto before = out.size();
    out.resize(before + ZSTD_compressBound(raw.size()));
    const auto size = ZSTD_compressCCtx(context.get(), out.data() + before, out.size() - before,
                                        raw.data(), raw.size(), level);
    FOX_ASSERT(ZSTD_isError(size) == 0, "a buffer of the bound's size is always enough");
    out.resize(before + size);
    return size;
}

bool read_zstd(std::string_view frame, char* out, std::size_t size) {
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
    return ZSTD_decompressDCtx(context.get(), out, size, frame.data(), frame.size()) == size;
}

bool read_zstd(std::string_view frame, std::uint64_t size, std::string& out) {
    // A block of four bytes unpacks to at most 128 KiB.
    constexpr std::uint64_t growth_max = 32 * 1024;
    if (size / growth_max > frame.size() ||
        ZSTD_getFrameContentSize(frame.data(), frame.size()) != size)
        return false;
    out.resize(size);
    return read_zstd(frame, out.data(), out.size());
}

}  // namespace foxtail::sqlite
