#pragma once

#include "foxtail/base/result.hpp"

#include <string>
#include <string_view>

namespace foxtail::api {

/// The content of a gzip file (RFC 1952) without optional header parts, for the few clients that do
/// not take it as it is. Error: corrupt; exhausted beyond 16 MiB.
[[nodiscard]] Result<std::string> gunzip(std::string_view gzip);

}  // namespace foxtail::api
