// OCPP 2.0.1: what we ask of a charger, and what it answers.
#include "foxtail/connectors/ocpp/codec.hpp"
#include "foxtail/connectors/ocpp/json_out.hpp"
#include "foxtail/json/parse.hpp"

#include <charconv>

namespace foxtail::ocpp::v201 {
namespace {

namespace bj = boost::json;

constexpr std::array<std::string_view, 3> profile_words = {"ChargingStationMaxProfile",
                                                           "TxDefaultProfile", "TxProfile"};
constexpr std::array<std::string_view, 4> asked_words = {"BootNotification", "Heartbeat",
                                                         "MeterValues", "StatusNotification"};

/// "Component.Variable" or "Component.Variable@evse".
struct VariableName {
    std::string_view component;
    std::string_view variable;
    int evse = 0;
};
VariableName name_from(std::string_view key) {
    VariableName out;
    if (const auto at = key.rfind('@'); at != std::string_view::npos) {
        const auto digits = key.substr(at + 1);
        (void)std::from_chars(digits.data(), digits.data() + digits.size(), out.evse);
        key = key.substr(0, at);
    }
    const auto dot = key.find('.');
    out.component = key.substr(0, dot);
    if (dot != std::string_view::npos) out.variable = key.substr(dot + 1);
    return out;
}

void write_name(std::string& out, ObjectOut& into, std::string_view key) {
    const auto name = name_from(key);
    into.name("component");
    ObjectOut component(out);
    component.text("name", name.component);
    if (name.evse > 0) {
        component.name("evse");
        ObjectOut(out).integer("id", name.evse).end();
    }
    component.end();
    into.name("variable");
    ObjectOut(out).text("name", name.variable).end();
}

Result<Written> compose(const AskStart& ask) {
    Written out{"RequestStartTransaction", {}};
    ObjectOut whole(out.payload);
    whole.integer("evseId", ask.point).integer("remoteStartId", ask.remote_id).name("idToken");
    ObjectOut(out.payload).text("idToken", ask.token).text("type", "Central").end();
    whole.end();
    return out;
}
Result<Written> compose(const AskStop& ask) {
    Written out{"RequestStopTransaction", {}};
    ObjectOut(out.payload).text("transactionId", ask.transaction).end();
    return out;
}
Result<Written> compose(const AskProfile& ask) {
    const Profile& profile = ask.profile;
    Written out{"SetChargingProfile", {}};
    ObjectOut whole(out.payload);
    whole.integer("evseId", ask.point).name("chargingProfile");
    ObjectOut inner(out.payload);
    inner.integer("id", profile.id)
        .integer("stackLevel", profile.stack_level)
        .text("chargingProfilePurpose", profile_words[static_cast<std::size_t>(profile.purpose)])
        .text("chargingProfileKind", profile.relative ? "Relative" : "Absolute");
    if (profile.purpose == Profile::Purpose::tx) inner.text("transactionId", profile.transaction);
    inner.name("chargingSchedule");
    out.payload += '[';
    ObjectOut schedule(out.payload);
    schedule.integer("id", profile.id);
    if (!profile.relative) schedule.time("startSchedule", profile.start);
    if (profile.lasts) schedule.integer("duration", profile.lasts->us / 1'000'000);
    schedule.text("chargingRateUnit", profile.in_watts ? "W" : "A").name("chargingSchedulePeriod");
    out.payload += '[';
    ObjectOut period(out.payload);
    period.integer("startPeriod", 0).tenths("limit", profile.limit);
    if (profile.phases) period.integer("numberPhases", *profile.phases);
    period.end();
    out.payload += ']';
    schedule.end();
    out.payload += ']';
    inner.end();
    whole.end();
    return out;
}
Result<Written> compose(const AskClearProfiles& ask) {
    Written out{"ClearChargingProfile", {}};
    ObjectOut whole(out.payload);
    if (ask.id) {
        whole.integer("chargingProfileId", *ask.id);
    } else {
        whole.name("chargingProfileCriteria");
        ObjectOut which(out.payload);
        if (ask.point) which.integer("evseId", *ask.point);
        if (ask.purpose)
            which.text("chargingProfilePurpose",
                       profile_words[static_cast<std::size_t>(*ask.purpose)]);
        if (ask.stack_level) which.integer("stackLevel", *ask.stack_level);
        which.end();
    }
    whole.end();
    return out;
}
Result<Written> compose(const AskSchedule& ask) {
    Written out{"GetCompositeSchedule", {}};
    ObjectOut(out.payload)
        .integer("duration", ask.lasts.us / 1'000'000)
        .integer("evseId", ask.point)
        .end();
    return out;
}
Result<Written> compose(const AskSettings& ask) {
    if (ask.keys.empty()) {
        Written out{"GetBaseReport", {}};
        ObjectOut(out.payload)
            .integer("requestId", ask.request_id)
            .text("reportBase", "FullInventory")
            .end();
        return out;
    }
    Written out{"GetVariables", {}};
    ObjectOut whole(out.payload);
    whole.name("getVariableData");
    char before = '[';
    for (const auto& key : ask.keys) {
        out.payload += std::exchange(before, ',');
        ObjectOut one(out.payload);
        write_name(out.payload, one, key);
        one.end();
    }
    out.payload += ']';
    whole.end();
    return out;
}
Result<Written> compose(const AskSetting& ask) {
    Written out{"SetVariables", {}};
    ObjectOut whole(out.payload);
    whole.name("setVariableData");
    out.payload += '[';
    ObjectOut one(out.payload);
    one.text("attributeValue", ask.value);
    write_name(out.payload, one, ask.key);
    one.end();
    out.payload += ']';
    whole.end();
    return out;
}

void write_evse(std::string& out, ObjectOut& into, int point) {
    if (point == 0) return;
    into.name("evse");
    ObjectOut(out).integer("id", point).end();
}

Result<Written> compose(const AskTrigger& ask) {
    Written out{"TriggerMessage", {}};
    ObjectOut whole(out.payload);
    write_evse(out.payload, whole, ask.point);
    whole.text("requestedMessage", asked_words[static_cast<std::size_t>(ask.what)]).end();
    return out;
}
Result<Written> compose(const AskAvailability& ask) {
    Written out{"ChangeAvailability", {}};
    ObjectOut whole(out.payload);
    write_evse(out.payload, whole, ask.point);
    whole.text("operationalStatus", ask.operative ? "Operative" : "Inoperative").end();
    return out;
}
Result<Written> compose(const AskReset& ask) {
    Written out{"Reset", {}};
    ObjectOut(out.payload).text("type", ask.hard ? "Immediate" : "OnIdle").end();
    return out;
}
Result<Written> compose(const AskUnlock& ask) {
    Written out{"UnlockConnector", {}};
    ObjectOut(out.payload).integer("evseId", ask.point).integer("connectorId", 1).end();
    return out;
}
Result<Written> compose(const AskLocalList& ask) {
    Written out{"SendLocalList", {}};
    ObjectOut whole(out.payload);
    whole.integer("versionNumber", ask.version).text("updateType", "Full");
    if (!ask.tokens.empty()) {
        whole.name("localAuthorizationList");
        char before = '[';
        for (const auto& token : ask.tokens) {
            out.payload += std::exchange(before, ',');
            ObjectOut one(out.payload);
            one.name("idToken");
            ObjectOut(out.payload).text("idToken", token).text("type", "ISO14443").end();
            one.name("idTokenInfo");
            ObjectOut(out.payload).text("status", "Accepted").end();
            one.end();
        }
        out.payload += ']';
    }
    whole.end();
    return out;
}
Result<Written> compose(const AskListVersion&) {
    return Written{"GetLocalListVersion", "{}"};
}
Result<Written> compose(const AskClearCache&) {
    return Written{"ClearCache", "{}"};
}
Result<Written> compose(const AskTransaction& ask) {
    Written out{"GetTransactionStatus", {}};
    ObjectOut(out.payload).text("transactionId", ask.transaction).end();
    return out;
}
Result<Written> compose(const AskReserve& ask) {
    Written out{"ReserveNow", {}};
    ObjectOut whole(out.payload);
    whole.integer("id", ask.id)
        .time("expiryDateTime", ask.until)
        .integer("evseId", ask.point)
        .name("idToken");
    ObjectOut(out.payload).text("idToken", ask.token).text("type", "ISO14443").end();
    whole.end();
    return out;
}
Result<Written> compose(const AskCancelReservation& ask) {
    Written out{"CancelReservation", {}};
    ObjectOut(out.payload).integer("reservationId", ask.id).end();
    return out;
}
Result<Written> compose(const AskFirmware& ask) {
    Written out{"UpdateFirmware", {}};
    ObjectOut whole(out.payload);
    whole.integer("requestId", ask.request_id).name("firmware");
    ObjectOut(out.payload).text("location", ask.location).time("retrieveDateTime", ask.from).end();
    whole.end();
    return out;
}
Result<Written> compose(const AskDiagnostics& ask) {
    Written out{"GetLog", {}};
    ObjectOut whole(out.payload);
    whole.text("logType", "DiagnosticsLog").integer("requestId", ask.request_id).name("log");
    ObjectOut(out.payload).text("remoteLocation", ask.location).end();
    whole.end();
    return out;
}

Result<Written> compose(const AskCertificate& ask) {
    Written out{"CertificateSigned", {}};
    ObjectOut(out.payload)
        .text("certificateChain", ask.chain)
        .text("certificateType", "ChargingStationCertificate")
        .end();
    return out;
}

// ---- results
// --------------------------------------------------------------------------------------

std::string text_in(const bj::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string(std::string_view(*text)) : std::string();
}

std::string key_in(const bj::object& object) {
    const auto* component = object.if_contains("component");
    const auto* variable = object.if_contains("variable");
    if (component == nullptr || variable == nullptr || !component->is_object() ||
        !variable->is_object())
        return {};
    std::string out =
        text_in(component->get_object(), "name") + "." + text_in(variable->get_object(), "name");
    const auto* evse = component->get_object().if_contains("evse");
    const auto* id =
        evse != nullptr && evse->is_object() ? evse->get_object().if_contains("id") : nullptr;
    if (id != nullptr && id->is_int64()) out += "@" + std::to_string(id->get_int64());
    return out;
}

void read_variables(Fields& fields, std::string_view member, Answered& out) {
    const auto* list = fields.array(member, 1);
    if (list == nullptr) return;
    out.done = true;
    for (const auto& item : *list) {
        const auto* object = item.if_object();
        if (object == nullptr) continue;
        const auto status = text_in(*object, "attributeStatus");
        const bool good = status == "Accepted" || status == "RebootRequired";
        if (out.status.empty() || !good) out.status = status;
        if (good)
            out.settings.push_back({key_in(*object), text_in(*object, "attributeValue"), false});
        else
            out.unknown_keys.push_back(key_in(*object));
    }
    if (member == "setVariableResult") out.done = out.unknown_keys.empty();
}

}  // namespace

Result<Written> write_call(const Asked& asked) {
    return std::visit([](const auto& ask) { return compose(ask); }, asked);
}

Taken<Answered> read_result(const Asked& asked, const bj::object& payload, Leniencies leniencies) {
    Answered out;
    Scrutiny scrutiny(leniencies);
    Fields fields(payload, scrutiny);
    const auto* settings = std::get_if<AskSettings>(&asked);
    if (settings != nullptr && !settings->keys.empty()) {
        read_variables(fields, "getVariableResult", out);
    } else if (std::holds_alternative<AskSetting>(asked)) {
        read_variables(fields, "setVariableResult", out);
    } else if (std::holds_alternative<AskListVersion>(asked)) {
        out.list_version = fields.integer("versionNumber");
        out.done = out.list_version.has_value();
    } else if (std::holds_alternative<AskTransaction>(asked)) {
        out.ongoing = fields.flag("ongoingIndicator", Fields::optional);
        const auto more = fields.flag("messagesInQueue");
        out.tells_more = more.value_or(true);
        out.done = more.has_value();
    } else {
        out.status = fields.text("status", 40).value_or("");
        out.done = out.status == "Accepted" || out.status == "Unlocked" ||
                   out.status == "Scheduled" || out.status == "AcceptedCanceled";
        if (std::holds_alternative<AskDiagnostics>(asked))
            out.file = fields.text("filename", 255, Fields::optional).value_or("");
        if (std::holds_alternative<AskClearProfiles>(asked) && out.status == "Unknown")
            out.done = true;
        if (const auto* info = fields.any("statusInfo"); info != nullptr && info->is_object()) {
            const auto reason = text_in(info->get_object(), "reasonCode");
            if (!reason.empty() && !out.done) out.status += " (" + reason + ")";
        }
        if (std::holds_alternative<AskStart>(asked))
            (void)fields.text("transactionId", 36, Fields::optional);
        if (std::holds_alternative<AskSchedule>(asked)) {
            if (const auto* schedule = fields.any("schedule")) append_json(out.schedule, *schedule);
        }
    }
    (void)fields.any("customData");
    fields.done();
    if (scrutiny.violation()) return tl::unexpected(*scrutiny.violation());
    return out;
}

}  // namespace foxtail::ocpp::v201
