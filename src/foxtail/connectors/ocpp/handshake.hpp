#pragma once

#include "foxtail/connectors/ocpp/frame.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace foxtail::ocpp {

/// "/ocpp/GARAGE%201" to "GARAGE 1". Nothing for another path, and for what is no identity: 1 to 48
/// bytes of printable UTF-8 without a colon, which would end the user name of HTTP Basic.
[[nodiscard]] std::optional<std::string> identity_in(std::string_view target);

struct BasicCredentials {
    std::string user;
    std::string password;
};
/// Of an Authorization header; nothing when it is not Basic or not well-formed.
[[nodiscard]] std::optional<BasicCredentials> basic_in(std::string_view header);

struct Subprotocol {
    Version version = Version::v16;
    std::string_view name;
};
/// The first in a Sec-WebSocket-Protocol header that is spoken here.
[[nodiscard]] std::optional<Subprotocol> subprotocol_in(std::string_view header);

}  // namespace foxtail::ocpp
