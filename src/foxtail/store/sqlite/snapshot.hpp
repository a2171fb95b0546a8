#pragma once

#include "foxtail/base/result.hpp"

#include <string>
#include <string_view>

namespace foxtail::sqlite {

/// The household's state as it stands in the table of snapshots: packed, with a checksum.
[[nodiscard]] std::string encode_snapshot(std::string_view bytes);
/// Error: corrupt.
[[nodiscard]] Result<std::string> decode_snapshot(std::string_view blob);

}  // namespace foxtail::sqlite
