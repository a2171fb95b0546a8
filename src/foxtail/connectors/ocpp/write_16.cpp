// OCPP 1.6: what we ask of a charger.
#include "foxtail/connectors/ocpp/codec.hpp"
#include "foxtail/connectors/ocpp/json_out.hpp"

#include <charconv>

namespace foxtail::ocpp::v16 {
namespace {

constexpr std::array<std::string_view, 3> purpose_words = {"ChargePointMaxProfile",
                                                           "TxDefaultProfile", "TxProfile"};
constexpr std::array<std::string_view, 4> trigger_words = {"BootNotification", "Heartbeat",
                                                           "MeterValues", "StatusNotification"};

Result<std::int64_t> number_of(const std::string& transaction) {
    std::int64_t out = 0;
    const char* end = transaction.data() + transaction.size();
    const auto [at, error] = std::from_chars(transaction.data(), end, out);
    if (error != std::errc() || at != end)
        return fail(Code::invalid_input, "'" + transaction + "' is no transaction of 1.6");
    return out;
}

Result<Written> write(const AskStart& ask) {
    Written out{"RemoteStartTransaction", {}};
    ObjectOut(out.payload).integer("connectorId", ask.point).text("idTag", ask.token).end();
    return out;
}
Result<Written> write(const AskStop& ask) {
    const auto number = number_of(ask.transaction);
    if (!number) return fail(number.error());
    Written out{"RemoteStopTransaction", {}};
    ObjectOut(out.payload).integer("transactionId", *number).end();
    return out;
}

void write_schedule(std::string& out, const Profile& profile) {
    ObjectOut schedule(out);
    if (profile.lasts) schedule.integer("duration", profile.lasts->us / 1'000'000);
    if (!profile.relative) schedule.time("startSchedule", profile.start);
    schedule.text("chargingRateUnit", profile.in_watts ? "W" : "A");
    schedule.name("chargingSchedulePeriod");
    out += '[';
    ObjectOut period(out);
    period.integer("startPeriod", 0).tenths("limit", profile.limit);
    if (profile.phases) period.integer("numberPhases", *profile.phases);
    period.end();
    out += ']';
    schedule.end();
}

Result<Written> write(const AskProfile& ask) {
    const Profile& profile = ask.profile;
    Written out{"SetChargingProfile", {}};
    ObjectOut whole(out.payload);
    whole.integer("connectorId", ask.point).name("csChargingProfiles");
    ObjectOut inner(out.payload);
    inner.integer("chargingProfileId", profile.id).integer("stackLevel", profile.stack_level);
    if (profile.purpose == Profile::Purpose::tx && !profile.transaction.empty()) {
        const auto number = number_of(profile.transaction);
        if (!number) return fail(number.error());
        inner.integer("transactionId", *number);
    }
    inner.text("chargingProfilePurpose", purpose_words[static_cast<std::size_t>(profile.purpose)])
        .text("chargingProfileKind", profile.relative ? "Relative" : "Absolute")
        .name("chargingSchedule");
    write_schedule(out.payload, profile);
    inner.end();
    whole.end();
    return out;
}

Result<Written> write(const AskClearProfiles& ask) {
    Written out{"ClearChargingProfile", {}};
    ObjectOut whole(out.payload);
    if (ask.id) whole.integer("id", *ask.id);
    if (ask.point) whole.integer("connectorId", *ask.point);
    if (ask.purpose)
        whole.text("chargingProfilePurpose", purpose_words[static_cast<std::size_t>(*ask.purpose)]);
    if (ask.stack_level) whole.integer("stackLevel", *ask.stack_level);
    whole.end();
    return out;
}
Result<Written> write(const AskSchedule& ask) {
    Written out{"GetCompositeSchedule", {}};
    ObjectOut(out.payload)
        .integer("connectorId", ask.point)
        .integer("duration", ask.lasts.us / 1'000'000)
        .end();
    return out;
}
Result<Written> write(const AskSettings& ask) {
    Written out{"GetConfiguration", {}};
    ObjectOut whole(out.payload);
    if (!ask.keys.empty()) {
        whole.name("key");
        char before = '[';
        for (const auto& key : ask.keys) {
            out.payload += std::exchange(before, ',');
            append_json_string(out.payload, key);
        }
        out.payload += ']';
    }
    whole.end();
    return out;
}
Result<Written> write(const AskSetting& ask) {
    Written out{"ChangeConfiguration", {}};
    ObjectOut(out.payload).text("key", ask.key).text("value", ask.value).end();
    return out;
}
Result<Written> write(const AskTrigger& ask) {
    Written out{"TriggerMessage", {}};
    ObjectOut whole(out.payload);
    whole.text("requestedMessage", trigger_words[static_cast<std::size_t>(ask.what)]);
    if (ask.point > 0) whole.integer("connectorId", ask.point);
    whole.end();
    return out;
}
Result<Written> write(const AskAvailability& ask) {
    Written out{"ChangeAvailability", {}};
    ObjectOut(out.payload)
        .integer("connectorId", ask.point)
        .text("type", ask.operative ? "Operative" : "Inoperative")
        .end();
    return out;
}
Result<Written> write(const AskReset& ask) {
    Written out{"Reset", {}};
    ObjectOut(out.payload).text("type", ask.hard ? "Hard" : "Soft").end();
    return out;
}
Result<Written> write(const AskUnlock& ask) {
    Written out{"UnlockConnector", {}};
    ObjectOut(out.payload).integer("connectorId", ask.point).end();
    return out;
}
Result<Written> write(const AskLocalList& ask) {
    Written out{"SendLocalList", {}};
    ObjectOut whole(out.payload);
    whole.integer("listVersion", ask.version).name("localAuthorizationList");
    out.payload += '[';
    for (std::size_t i = 0; i < ask.tokens.size(); ++i) {
        if (i > 0) out.payload += ',';
        ObjectOut one(out.payload);
        one.text("idTag", ask.tokens[i]).name("idTagInfo");
        ObjectOut(out.payload).text("status", "Accepted").end();
        one.end();
    }
    out.payload += ']';
    whole.text("updateType", "Full").end();
    return out;
}
Result<Written> write(const AskListVersion&) {
    return Written{"GetLocalListVersion", "{}"};
}
Result<Written> write(const AskClearCache&) {
    return Written{"ClearCache", "{}"};
}
Result<Written> write(const AskTransaction&) {
    return fail(Code::invalid_input, "1.6 cannot be asked whether a transaction goes on");
}
Result<Written> write(const AskReserve& ask) {
    Written out{"ReserveNow", {}};
    ObjectOut(out.payload)
        .integer("connectorId", ask.point)
        .time("expiryDate", ask.until)
        .text("idTag", ask.token)
        .integer("reservationId", ask.id)
        .end();
    return out;
}
Result<Written> write(const AskCancelReservation& ask) {
    Written out{"CancelReservation", {}};
    ObjectOut(out.payload).integer("reservationId", ask.id).end();
    return out;
}
Result<Written> write(const AskCertificate&) {
    return fail(Code::invalid_input, "1.6 is given no certificates here");
}
Result<Written> write(const AskFirmware& ask) {
    Written out{"UpdateFirmware", {}};
    ObjectOut(out.payload).text("location", ask.location).time("retrieveDate", ask.from).end();
    return out;
}
Result<Written> write(const AskDiagnostics& ask) {
    Written out{"GetDiagnostics", {}};
    ObjectOut(out.payload).text("location", ask.location).end();
    return out;
}

}  // namespace

Result<Written> write_call(const Asked& asked) {
    return std::visit([](const auto& ask) { return write(ask); }, asked);
}

}  // namespace foxtail::ocpp::v16
