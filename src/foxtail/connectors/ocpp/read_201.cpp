// OCPP 2.0.1: what a charger calls.
#include "foxtail/connectors/ocpp/codec.hpp"
#include "foxtail/connectors/ocpp/measurands.hpp"
#include "foxtail/connectors/ocpp/meters.hpp"

namespace foxtail::ocpp::v201 {
namespace {

namespace bj = boost::json;
using Reader = Told (*)(Fields&);

constexpr std::array<std::string_view, 9> boot_words = {
    "ApplicationReset", "FirmwareUpdate", "LocalReset", "PowerUp", "RemoteReset",
    "ScheduledReset",   "Triggered",      "Unknown",    "Watchdog"};
constexpr std::array<std::string_view, 5> connector_words = {"Available", "Occupied", "Reserved",
                                                             "Unavailable", "Faulted"};
constexpr std::array<std::string_view, 8> token_words = {"Central",    "eMAID",          "ISO14443",
                                                         "ISO15693",   "KeyCode",        "Local",
                                                         "MacAddress", "NoAuthorization"};
constexpr std::array<std::string_view, 3> stage_words = {"Started", "Updated", "Ended"};
constexpr std::array<std::string_view, 21> trigger_words = {
    "Authorized",      "CablePluggedIn",     "ChargingRateChanged", "ChargingStateChanged",
    "Deauthorized",    "EnergyLimitReached", "EVCommunicationLost", "EVConnectTimeout",
    "MeterValueClock", "MeterValuePeriodic", "TimeLimitReached",    "Trigger",
    "UnlockCommand",   "StopAuthorized",     "EVDeparted",          "EVDetected",
    "RemoteStop",      "RemoteStart",        "AbnormalCondition",   "SignedDataReceived",
    "ResetCommand"};
constexpr std::array<std::string_view, 5> charging_words = {"Charging", "EVConnected",
                                                            "SuspendedEV", "SuspendedEVSE", "Idle"};
constexpr std::array<std::string_view, 19> stop_words = {"Local",
                                                         "DeAuthorized",
                                                         "EmergencyStop",
                                                         "EnergyLimitReached",
                                                         "EVDisconnected",
                                                         "GroundFault",
                                                         "ImmediateReset",
                                                         "LocalOutOfCredit",
                                                         "MasterPass",
                                                         "Other",
                                                         "OvercurrentFault",
                                                         "PowerLoss",
                                                         "PowerQuality",
                                                         "Reboot",
                                                         "Remote",
                                                         "SOCLimitReached",
                                                         "StoppedByEV",
                                                         "TimeLimitReached",
                                                         "Timeout"};
constexpr std::array<std::string_view, 14> firmware_words = {
    "Downloaded",         "DownloadFailed",   "Downloading",
    "DownloadScheduled",  "DownloadPaused",   "Idle",
    "InstallationFailed", "Installing",       "Installed",
    "InstallRebooting",   "InstallScheduled", "InstallVerificationFailed",
    "InvalidSignature",   "SignatureVerified"};
constexpr std::array<std::string_view, 8> log_status_words = {
    "BadMessage",    "Idle",      "NotSupportedOperation", "PermissionDenied", "Uploaded",
    "UploadFailure", "Uploading", "AcceptedCanceled"};
constexpr std::array<std::string_view, 2> reservation_words = {"Expired", "Removed"};

std::string or_empty(std::optional<std::string> text) {
    return std::move(text).value_or("");
}

/// Everything was asked for; every object of 2.0.1 may carry a vendor's own data.
void finish(Fields& fields) {
    (void)fields.any("customData");
    fields.done();
}

int point_of(Fields& fields, std::string_view name, Fields::Need need = Fields::required) {
    const auto number = fields.integer(name, need);
    if (number && (*number < 0 || *number > 1000)) {
        fields.scrutiny().wrong(RpcError::property_constraint,
                                std::string(name) + " lies between 0 and 1000");
        return 0;
    }
    return static_cast<int>(number.value_or(0));
}

int evse_in(Fields& fields) {
    const auto* object = fields.object("evse", Fields::optional);
    if (object == nullptr) return 0;
    Fields evse(*object, fields.scrutiny(), "evse");
    const int point = point_of(evse, "id");
    (void)evse.integer("connectorId", Fields::optional);
    finish(evse);
    return point;
}

void token_in(Fields& fields, std::string_view name, std::string& token, std::string& kind,
              Fields::Need need) {
    const auto* object = fields.object(name, need);
    if (object == nullptr) return;
    Fields inside(*object, fields.scrutiny(), std::string(name));
    token = or_empty(inside.text("idToken", 36));
    if (const auto word = inside.word("type", token_words)) kind = token_words[*word];
    (void)inside.array("additionalInfo", 1, Fields::optional);
    finish(inside);
}

void read_sampled(const bj::object& object, Scrutiny& scrutiny, const std::string& path,
                  MeterRead& out) {
    Fields fields(object, scrutiny, path);
    const auto value = fields.number("value");
    Sample sample = read_sample_kind(fields);
    if (const auto* inside = fields.object("signedMeterValue", Fields::optional)) {
        Fields sealed(*inside, scrutiny, path + ".signedMeterValue");
        const auto bytes = sealed.text("signedMeterData", 2500);
        for (const auto* name : {"signingMethod", "encodingMethod"}) (void)sealed.text(name, 50);
        (void)sealed.text("publicKey", 2500);
        finish(sealed);
        if (bytes && out.signed_values.size() < signed_values_max)
            out.signed_values.push_back(*bytes);
    }
    std::string unit;
    std::int64_t multiplier = 0;
    if (const auto* inside = fields.object("unitOfMeasure", Fields::optional)) {
        Fields measure(*inside, scrutiny, path + ".unitOfMeasure");
        unit = or_empty(measure.text("unit", 20, Fields::optional));
        multiplier = measure.integer("multiplier", Fields::optional).value_or(0);
        finish(measure);
    }
    finish(fields);
    if (!value) return;
    sample.value = *value;
    const bool small = multiplier >= -12 && multiplier <= 12;
    if (!small ||
        !to_base_unit(sample.measurand, unit, static_cast<int>(multiplier), sample.value)) {
        if (!scrutiny.lenient(Leniency::unknown_values))
            scrutiny.wrong(RpcError::property_constraint, path + ".value has no unit of its kind");
        return;
    }
    if (out.samples.size() < samples_max) out.samples.push_back(sample);
}

std::vector<MeterRead> read_meters(Fields& fields, Fields::Need need) {
    std::vector<MeterRead> out;
    const auto* list = fields.array("meterValue", 1, need);
    if (list == nullptr) return out;
    for (const auto& item : *list) {
        const auto* object = item.if_object();
        if (object == nullptr) {
            fields.scrutiny().wrong(RpcError::type_constraint, "meterValue holds no objects");
            return out;
        }
        Fields one(*object, fields.scrutiny(), "meterValue");
        MeterRead read;
        read.at = one.time("timestamp").value_or(Time{});
        if (const auto* sampled = one.array("sampledValue", 1)) {
            for (const auto& each : *sampled) {
                if (const auto* inside = each.if_object())
                    read_sampled(*inside, fields.scrutiny(), "meterValue.sampledValue", read);
                else
                    fields.scrutiny().wrong(RpcError::type_constraint,
                                            "meterValue.sampledValue holds no objects");
            }
        }
        finish(one);
        if (out.size() < meter_reads_max) out.push_back(std::move(read));
    }
    return out;
}

Told boot(Fields& fields) {
    Booted out;
    if (const auto word = fields.word("reason", boot_words)) out.reason = boot_words[*word];
    const auto* object = fields.object("chargingStation");
    if (object == nullptr) return out;
    Fields station(*object, fields.scrutiny(), "chargingStation");
    out.vendor = or_empty(station.text("vendorName", 50));
    out.model = or_empty(station.text("model", 20));
    out.serial = or_empty(station.text("serialNumber", 25, Fields::optional));
    out.firmware = or_empty(station.text("firmwareVersion", 50, Fields::optional));
    if (const auto* inside = station.object("modem", Fields::optional)) {
        Fields modem(*inside, fields.scrutiny(), "chargingStation.modem");
        for (const auto* name : {"iccid", "imsi"}) (void)modem.text(name, 20, Fields::optional);
        finish(modem);
    }
    finish(station);
    return out;
}

Told heartbeat(Fields&) {
    return Alive{};
}

Told status(Fields& fields) {
    static constexpr std::array<PointState, 5> as_old = {
        PointState::available, PointState::preparing, PointState::reserved, PointState::unavailable,
        PointState::faulted};
    StatusTold out;
    out.at = fields.time("timestamp").value_or(Time{});
    const auto word = fields.word("connectorStatus", connector_words).value_or(3);
    out.state = as_old[word];
    out.occupied = word == 1;
    out.point = point_of(fields, "evseId");
    (void)point_of(fields, "connectorId");
    return out;
}

Told authorize(Fields& fields) {
    TokenShown out;
    token_in(fields, "idToken", out.token, out.kind, Fields::required);
    (void)fields.text("certificate", 5500, Fields::optional);
    (void)fields.array("iso15118CertificateHashData", 1, Fields::optional);
    return out;
}

void transaction_info(Fields& fields, TransactionTold& out) {
    static constexpr std::array<PointState, 5> states = {
        PointState::charging, PointState::preparing, PointState::suspended_ev,
        PointState::suspended_evse, PointState::finishing};
    const auto* object = fields.object("transactionInfo");
    if (object == nullptr) return;
    Fields info(*object, fields.scrutiny(), "transactionInfo");
    out.transaction = or_empty(info.text("transactionId", 36));
    if (const auto word = info.word("chargingState", charging_words, Fields::optional)) {
        out.state = states[*word];
        out.idle = charging_words[*word] == "Idle";
    }
    (void)info.integer("timeSpentCharging", Fields::optional);
    const auto reason = info.word("stoppedReason", stop_words, Fields::optional);
    if (out.stage == TransactionTold::Stage::ended) out.reason = stop_words[reason.value_or(0)];
    (void)info.integer("remoteStartId", Fields::optional);
    finish(info);
}

Told transaction(Fields& fields) {
    TransactionTold out;
    const auto stage = fields.word("eventType", stage_words);
    out.stage = static_cast<TransactionTold::Stage>(stage.value_or(1));
    out.at = fields.time("timestamp").value_or(Time{});
    if (const auto word = fields.word("triggerReason", trigger_words))
        out.trigger = trigger_words[*word];
    out.sequence = fields.integer("seqNo").value_or(-1);
    out.offline = fields.flag("offline", Fields::optional).value_or(false);
    if (const auto phases = fields.integer("numberOfPhasesUsed", Fields::optional)) {
        if (*phases >= 1 && *phases <= 3) out.phases = static_cast<int>(*phases);
    }
    (void)fields.integer("cableMaxCurrent", Fields::optional);
    (void)fields.integer("reservationId", Fields::optional);
    transaction_info(fields, out);
    out.point = evse_in(fields);
    token_in(fields, "idToken", out.token, out.token_kind, Fields::optional);
    out.reads = read_meters(fields, Fields::optional);
    return out;
}

Told meters(Fields& fields) {
    Metered out;
    out.point = point_of(fields, "evseId");
    out.reads = read_meters(fields, Fields::required);
    return out;
}

Told vendor(Fields& fields) {
    VendorTold out;
    out.vendor = or_empty(fields.text("vendorId", 255));
    out.message = or_empty(fields.text("messageId", 50, Fields::optional));
    (void)fields.any("data");
    return out;
}

Told firmware(Fields& fields) {
    const auto word = fields.word("status", firmware_words);
    (void)fields.integer("requestId", Fields::optional);
    return FirmwareTold{std::string(word ? firmware_words[*word] : "")};
}

Told security(Fields& fields) {
    SecurityTold out;
    out.type = or_empty(fields.text("type", 50));
    out.at = fields.time("timestamp").value_or(Time{});
    out.detail = or_empty(fields.text("techInfo", 255, Fields::optional));
    return out;
}

Told log_status(Fields& fields) {
    const auto word = fields.word("status", log_status_words);
    (void)fields.integer("requestId", Fields::optional);
    return DiagnosticsTold{std::string(word ? log_status_words[*word] : "")};
}

Told reservation(Fields& fields) {
    const auto id = fields.integer("reservationId");
    const auto word = fields.word("reservationUpdateStatus", reservation_words);
    return ReservationTold{id.value_or(0), std::string(word ? reservation_words[*word] : "")};
}

std::string name_in(Fields& fields, std::string_view member, std::string_view path, int& evse) {
    const auto* object = fields.object(member);
    if (object == nullptr) return {};
    Fields inside(*object, fields.scrutiny(), std::string(path));
    auto name = or_empty(inside.text("name", 50));
    (void)inside.text("instance", 50, Fields::optional);
    if (const int point = evse_in(inside); point > 0) evse = point;
    finish(inside);
    return name;
}

Told report(Fields& fields) {
    ReportTold out;
    (void)fields.integer("requestId");
    (void)fields.time("generatedAt");
    (void)fields.integer("seqNo");
    out.more = fields.flag("tbc", Fields::optional).value_or(false);
    const auto* list = fields.array("reportData", 1, Fields::optional);
    if (list == nullptr) return out;
    for (const auto& item : *list) {
        const auto* object = item.if_object();
        if (object == nullptr) continue;
        Fields one(*object, fields.scrutiny(), "reportData");
        Setting setting;
        int evse = 0;
        const auto component = name_in(one, "component", "reportData.component", evse);
        setting.key = component + "." + name_in(one, "variable", "reportData.variable", evse);
        if (evse > 0) setting.key += "@" + std::to_string(evse);
        if (const auto* attributes = one.array("variableAttribute", 1)) {
            for (const auto& each : *attributes) {
                const auto* inside = each.if_object();
                const auto* type = inside != nullptr ? inside->if_contains("type") : nullptr;
                const bool actual = type == nullptr || *type == "Actual";
                if (inside == nullptr || !actual) continue;
                if (const auto* value = inside->if_contains("value"); value && value->is_string())
                    setting.value = std::string_view(value->get_string());
                const auto* mutability = inside->if_contains("mutability");
                setting.readonly = mutability != nullptr && *mutability == "ReadOnly";
            }
        }
        (void)one.any("variableCharacteristics");
        finish(one);
        out.settings.push_back(std::move(setting));
    }
    return out;
}

Told sign_certificate(Fields& fields) {
    static constexpr std::array<std::string_view, 2> kinds = {"ChargingStationCertificate",
                                                              "V2GCertificate"};
    CertificateWished out;
    out.request = or_empty(fields.text("csr", 5500));
    out.for_cars = fields.word("certificateType", kinds, Fields::optional).value_or(0) == 1;
    return out;
}

/// Taken with only its outermost members looked at: nothing here acts on it.
template <Noted::Answer answer>
Told noted(Fields& fields) {
    for (const auto* name :
         {"status", "requestId", "generatedAt", "tbc", "seqNo", "eventData", "chargingSchedule",
          "evseId", "chargingLimit", "chargingLimitSource", "chargingNeeds", "maxScheduleTuples",
          "timeBase", "chargingProfile", "data", "messageInfo", "monitor", "location"})
        (void)fields.any(name);
    return Noted{answer};
}

struct Action {
    std::string_view name;
    Reader read;
};
constexpr std::array<Action, 23> actions = {{
    {"BootNotification", boot},
    {"Heartbeat", heartbeat},
    {"StatusNotification", status},
    {"Authorize", authorize},
    {"TransactionEvent", transaction},
    {"MeterValues", meters},
    {"DataTransfer", vendor},
    {"FirmwareStatusNotification", firmware},
    {"SecurityEventNotification", security},
    {"NotifyReport", report},
    {"LogStatusNotification", log_status},
    {"NotifyEvent", noted<Noted::Answer::empty>},
    {"NotifyChargingLimit", noted<Noted::Answer::empty>},
    {"ClearedChargingLimit", noted<Noted::Answer::empty>},
    {"NotifyEVChargingNeeds", noted<Noted::Answer::rejected>},
    {"NotifyEVChargingSchedule", noted<Noted::Answer::accepted>},
    {"NotifyCustomerInformation", noted<Noted::Answer::empty>},
    {"NotifyDisplayMessages", noted<Noted::Answer::empty>},
    {"NotifyMonitoringReport", noted<Noted::Answer::empty>},
    {"PublishFirmwareStatusNotification", noted<Noted::Answer::empty>},
    {"ReservationStatusUpdate", reservation},
    {"ReportChargingProfiles", noted<Noted::Answer::empty>},
    {"SignCertificate", sign_certificate},
}};

}  // namespace

Taken<Told> read_call(std::string_view action, const bj::object& payload, Leniencies leniencies) {
    for (const auto& each : actions) {
        if (each.name != action) continue;
        Scrutiny scrutiny(leniencies);
        Fields fields(payload, scrutiny);
        Told out = each.read(fields);
        finish(fields);
        if (scrutiny.violation()) return tl::unexpected(*scrutiny.violation());
        return out;
    }
    return tl::unexpected(
        Violation{RpcError::not_implemented, "no action of a charging station is called so"});
}

}  // namespace foxtail::ocpp::v201
