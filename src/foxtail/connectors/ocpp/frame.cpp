#include "foxtail/connectors/ocpp/frame.hpp"

#include "foxtail/json/parse.hpp"
#include "foxtail/model/value.hpp"

#include <array>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

namespace foxtail::ocpp {
namespace {

namespace bj = boost::json;

constexpr std::size_t why_chars_max = 255;
constexpr std::size_t id_json_bytes_max = 64;

/// The error for a frame that is no well-formed call.
RpcError malformed(Version version) {
    return version == Version::v16 ? RpcError::protocol_error : RpcError::format_violation;
}

std::string id_text(const bj::array& parts) {
    if (parts.size() < 2) return "\"-1\"";
    const auto& id = parts[1];
    if (!id.is_string() && !id.is_number()) return "\"-1\"";
    std::string out;
    append_json(out, id);
    return out.size() <= id_json_bytes_max ? out : "\"-1\"";
}

std::string_view text_at(const bj::array& parts, std::size_t at) {
    if (at >= parts.size()) return {};
    const auto* text = parts[at].if_string();
    return text != nullptr ? std::string_view(*text) : std::string_view();
}

std::optional<BadFrame> take_call(const bj::array& parts, Version version, BadFrame bad,
                                  Frame& out) {
    bad.error = malformed(version);
    if (parts.size() != 4) {
        bad.why = "a call has 4 parts, this has " + std::to_string(parts.size());
        return bad;
    }
    const auto* action = parts[2].if_string();
    if (action == nullptr || action->empty() || action->size() > action_chars_max) {
        bad.why = "the action is no name";
        return bad;
    }
    const auto* payload = parts[3].if_object();
    if (payload == nullptr) {
        bad.why = "the payload is no object";
        return bad;
    }
    out.kind = Frame::Kind::call;
    out.action = *action;
    out.payload = payload;
    return std::nullopt;
}

}  // namespace

std::string_view code_of(RpcError error, Version version) {
    const bool old = version == Version::v16;
    switch (error) {
        case RpcError::not_implemented:
            return "NotImplemented";
        case RpcError::not_supported:
            return "NotSupported";
        case RpcError::internal_error:
            return "InternalError";
        case RpcError::protocol_error:
            return "ProtocolError";
        case RpcError::security_error:
            return "SecurityError";
        case RpcError::format_violation:
            return old ? "FormationViolation" : "FormatViolation";
        case RpcError::property_constraint:
            return "PropertyConstraintViolation";
        case RpcError::occurrence_constraint:  // 1.6 misspells it, and validators insist
            return old ? "OccurenceConstraintViolation" : "OccurrenceConstraintViolation";
        case RpcError::type_constraint:
            return "TypeConstraintViolation";
        case RpcError::message_type_unknown:
            return old ? "ProtocolError" : "MessageTypeNotSupported";
        case RpcError::unreadable:
            return old ? "ProtocolError" : "RpcFrameworkError";
        case RpcError::generic:
            break;
    }
    return "GenericError";
}

std::optional<BadFrame> take_apart(const bj::value& value, Version version, Frame& out) {
    BadFrame bad;
    bad.error = RpcError::unreadable;
    bad.id_json = "\"-1\"";
    const auto* parts = value.if_array();
    if (parts == nullptr || parts->empty() || !(*parts)[0].is_int64()) {
        bad.why = "a frame is an array that begins with its type";
        bad.answer = version != Version::v16;  // 1.6 has no answer to what has no id
        return bad;
    }
    bad.id_json = id_text(*parts);
    const auto type = (*parts)[0].get_int64();
    if (type < 2 || type > 4) {
        bad.error = RpcError::message_type_unknown;
        bad.why = "no message of type " + std::to_string(type);
        return bad;
    }
    const auto* id = parts->size() > 1 ? (*parts)[1].if_string() : nullptr;
    bad.answer = type == 2;  // an answer is never answered
    if (id == nullptr || id->empty() || id->size() > message_id_chars_max) {
        bad.error = malformed(version);
        bad.why = "the message id is a text of 1 to 36 characters";
        return bad;
    }
    out.id = *id;
    if (type == 2) return take_call(*parts, version, std::move(bad), out);
    if (type == 3) {
        bad.error = malformed(version);
        out.kind = Frame::Kind::result;
        out.payload = parts->size() == 3 ? (*parts)[2].if_object() : nullptr;
        if (out.payload != nullptr) return std::nullopt;
        bad.why = "a result has 3 parts, the last an object";
        return bad;
    }
    out.kind = Frame::Kind::error;
    out.code = text_at(*parts, 2);
    out.text = text_at(*parts, 3);
    return std::nullopt;
}

std::string call_frame(std::string_view id, std::string_view action, std::string_view payload) {
    std::string out = "[2,";
    append_json_string(out, id);
    out += ',';
    append_json_string(out, action);
    out += ',';
    out += payload;
    out += ']';
    return out;
}

std::string result_frame(std::string_view id, std::string_view payload) {
    std::string out = "[3,";
    append_json_string(out, id);
    out += ',';
    out += payload;
    out += ']';
    return out;
}

std::string error_frame(std::string_view id_json, std::string_view code, std::string_view why) {
    std::string out = "[4,";
    out += id_json;
    out += ',';
    append_json_string(out, code);
    out += ',';
    append_json_string(out, why.substr(0, why_chars_max));
    out += ",{}]";
    return out;
}

}  // namespace foxtail::ocpp
