#pragma once

#include "foxtail/hub/door.hpp"

#include <string>
#include <string_view>

namespace foxtail::api {

// W3C Web of Things: Thing Description 1.1, with forms of the HTTP Basic and HTTP SSE profiles.

/// The TD of a thing, with what the subject may discover; `base` is "http://127.0.0.1:8420".
void append_description(std::string& out, const Door& door, const Thing& thing,
                        std::string_view household, std::string_view base);

/// The TD of the household's directory (WoT Discovery).
[[nodiscard]] std::string directory_description(std::string_view household, std::string_view base);

}  // namespace foxtail::api
