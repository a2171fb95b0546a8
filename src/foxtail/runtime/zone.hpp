#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/result.hpp"

#include <memory>
#include <string>

namespace foxtail {

/// A time zone of the system's tz database (Debian's tzdata) by its IANA name, through Howard
/// Hinnant's date library; for one thread each. Error: not_found, with the name.
[[nodiscard]] Result<std::unique_ptr<Zone>> find_zone(const std::string& iana_name);

/// The machine's own zone ("Europe/Berlin"); "UTC" when it cannot be told.
[[nodiscard]] std::string local_zone_name();

}  // namespace foxtail
