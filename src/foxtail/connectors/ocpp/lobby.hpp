#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/connectors/ocpp/frame.hpp"
#include "foxtail/connectors/ocpp/model.hpp"

#include <optional>
#include <string>

namespace foxtail::ocpp {

/// What a charger that nobody has accepted yet is answered: its boot notification is "Pending" for
/// a minute, all else a security error. `boot` gets what it said of itself. Empty = no answer.
[[nodiscard]] std::string lobby_answer(Version version, const boost::json::value* value, Time now,
                                       std::optional<Booted>& boot);

}  // namespace foxtail::ocpp
