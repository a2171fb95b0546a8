#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/connectors/mqtt/codec.hpp"
#include "foxtail/connectors/mqtt/session_message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace foxtail::mqtt {

// A retained message as it is kept over a restart: u8 format (1), uint number of who published it,
// int when it expires (microseconds UTC, 0 = never), then the message as a PUBLISH of MQTT 5.0
// (packet identifier 1 where the QoS asks for one). Numbers as in base/bytes.hpp.

/// Views are valid while the bytes are and until the decoder's next call.
struct RetainedRead {
    std::uint32_t subject = 0;
    Time expires;  // unknown = never
    Publish packet;
};

[[nodiscard]] std::string write_retained(const Message& message, std::uint32_t subject,
                                         Time expires);
/// Error: corrupt.
[[nodiscard]] Result<RetainedRead> read_retained(std::string_view bytes, Decoder& decoder);

}  // namespace foxtail::mqtt
