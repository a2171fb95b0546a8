#pragma once

#include "foxtail/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace foxtail::sqlite {

/// CRC-32C (Castagnoli, as in iSCSI, RFC 3720 appendix B.4) of the bytes.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes);

/// Appends the CRC-32C of all that stands in `blob`, four bytes, lowest first.
void append_checksum(std::string& blob);
/// The blob without its checksum. Error: corrupt, naming `what`.
[[nodiscard]] Result<std::string_view> without_checksum(std::string_view blob, const char* what);

/// Appends `raw` as one zstd frame; gives its size. The thread's context is reused.
std::size_t append_zstd(std::string& out, std::string_view raw, int level);
/// Fills `out` (of exactly the raw size) from one frame; false when the frame is damaged or of
/// another size.
[[nodiscard]] bool read_zstd(std::string_view frame, char* out, std::size_t size);
/// The same into a string of `size` bytes, which come from outside: takes no memory that a frame of
/// this length could not fill.
[[nodiscard]] bool read_zstd(std::string_view frame, std::uint64_t size, std::string& out);

}  // namespace foxtail::sqlite
