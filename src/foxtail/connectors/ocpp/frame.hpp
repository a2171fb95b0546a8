#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

// Frames of OCPP-J (OCPP 1.6 JSON specification, sections 4.1 and 4.2; OCPP 2.0.1 part 4):
//   [2, "<id>", "<Action>", {payload}]      CALL
//   [3, "<id>", {payload}]                  CALLRESULT
//   [4, "<id>", "<code>", "<text>", {...}]  CALLERROR
namespace foxtail::ocpp {

enum class Version : std::uint8_t { v16, v201 };

constexpr std::size_t frame_bytes_max = 128 * 1024;
constexpr std::size_t message_id_chars_max = 36;
constexpr std::size_t action_chars_max = 50;
constexpr std::size_t frame_depth_max = 24;

enum class RpcError : std::uint8_t {
    not_implemented,  // no such action
    not_supported,    // an action we know and do not serve
    internal_error,
    protocol_error,  // the frame itself, or an answer that fits nothing asked
    security_error,
    format_violation,       // the payload as a whole
    property_constraint,    // a value outside its bounds or list
    occurrence_constraint,  // something required is missing, or there are too many or too few
    type_constraint,        // a value of another type
    message_type_unknown,   // the frame's first number
    unreadable,             // no JSON at all
    generic,
};
/// The code as it stands in a CALLERROR; 1.6 and 2.0.1 spell some of them differently.
[[nodiscard]] std::string_view code_of(RpcError error, Version version);

/// Views point into the JSON value that was given.
struct Frame {
    enum class Kind : std::uint8_t { call, result, error };
    Kind kind = Kind::call;
    std::string_view id;
    std::string_view action;                       // CALL
    const boost::json::object* payload = nullptr;  // CALL and CALLRESULT; never null there
    std::string_view code;                         // CALLERROR
    std::string_view text;                         // CALLERROR
};

/// Why a frame was not taken. `answer` says whether the other side is told by a CALLERROR.
struct BadFrame {
    RpcError error = RpcError::protocol_error;
    std::string id_json;  // as it stood there, for the answer; "\"-1\"" when it cannot be read
    std::string why;
    bool answer = true;
};

/// Takes a frame apart. Nothing = it is in `out`.
[[nodiscard]] std::optional<BadFrame> take_apart(const boost::json::value& value, Version version,
                                                 Frame& out);

/// `payload` is a JSON object's text.
[[nodiscard]] std::string call_frame(std::string_view id, std::string_view action,
                                     std::string_view payload);
[[nodiscard]] std::string result_frame(std::string_view id, std::string_view payload);
/// `id_json` is a JSON value's text: who sent a number as an id gets the number back.
[[nodiscard]] std::string error_frame(std::string_view id_json, std::string_view code,
                                      std::string_view why);

}  // namespace foxtail::ocpp
