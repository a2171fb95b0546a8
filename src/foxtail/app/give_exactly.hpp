#pragma once

#include "foxtail/hub/door.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace foxtail {

/// Gives a subject of the program itself exactly these verbs, a grant for each address, for one
/// purpose: the same ones stay, others given earlier for it are taken back. Error: unavailable.
[[nodiscard]] Result<void> give_exactly(Hub& hub, SubjectId subject,
                                        std::map<std::string, std::uint16_t> wanted,
                                        std::string_view purpose);

}  // namespace foxtail
