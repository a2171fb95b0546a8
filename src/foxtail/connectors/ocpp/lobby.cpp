#include "foxtail/connectors/ocpp/lobby.hpp"

#include "foxtail/connectors/ocpp/codec.hpp"
#include "foxtail/model/value.hpp"

namespace foxtail::ocpp {

std::string lobby_answer(Version version, const boost::json::value* value, Time now,
                         std::optional<Booted>& boot) {
    if (value == nullptr) return {};
    Frame frame;
    if (const auto bad = take_apart(*value, version, frame))
        return bad->answer ? error_frame(bad->id_json, code_of(bad->error, version), bad->why) : "";
    if (frame.kind != Frame::Kind::call) return {};
    std::string id;
    append_json_string(id, frame.id);
    const auto taken = read_call(version, frame.action, *frame.payload, 0);
    if (!taken) return error_frame(id, code_of(taken.error().error, version), taken.error().why);
    if (const auto* said = std::get_if<Booted>(&*taken)) {
        boot = *said;
        return result_frame(frame.id, boot_answer(Admittance::pending, now, minutes(1)));
    }
    return error_frame(id, code_of(RpcError::security_error, version),
                       "not accepted by the household yet");
}

}  // namespace foxtail::ocpp
