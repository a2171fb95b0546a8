#include "foxtail/store/sqlite/snapshot.hpp"

#include "foxtail/base/bytes.hpp"
#include "foxtail/store/sqlite/blob.hpp"

namespace foxtail::sqlite {
namespace {

constexpr std::uint8_t snapshot_format = 1;
constexpr int snapshot_level = 1;  // it is written often and read seldom

}  // namespace

std::string encode_snapshot(std::string_view bytes) {
    std::string blob;
    ByteWriter head(blob);
    head.u8(snapshot_format);
    head.u64(bytes.size());
    append_zstd(blob, bytes, snapshot_level);
    append_checksum(blob);
    return blob;
}

Result<std::string> decode_snapshot(std::string_view blob) {
    const auto body = without_checksum(blob, "snapshot");
    if (!body) return fail(body.error());
    ByteReader in(*body);
    const auto format = in.u8();
    const auto size = in.u64();
    if (!in.ok() || format != snapshot_format)
        return fail(Code::corrupt, "snapshot with a damaged head");
    std::string bytes;
    if (!read_zstd(in.bytes(in.left()), size, bytes))
        return fail(Code::corrupt, "snapshot that does not unpack");
    return bytes;
}

}  // namespace foxtail::sqlite
