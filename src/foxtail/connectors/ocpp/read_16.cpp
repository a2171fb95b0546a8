// OCPP 1.6: what a charger calls, and how it answers.
#include "foxtail/connectors/ocpp/codec.hpp"
#include "foxtail/connectors/ocpp/measurands.hpp"
#include "foxtail/connectors/ocpp/meters.hpp"
#include "foxtail/json/parse.hpp"

#include <charconv>

namespace foxtail::ocpp::v16 {
namespace {

namespace bj = boost::json;
using Reader = Told (*)(Fields&);

constexpr std::array<std::string_view, 16> error_words = {
    "NoError",           "ConnectorLockFailure", "EVCommunicationError",
    "GroundFailure",     "HighTemperature",      "InternalError",
    "LocalListConflict", "OtherError",           "OverCurrentFailure",
    "PowerMeterFailure", "PowerSwitchFailure",   "ReaderFailure",
    "ResetFailure",      "UnderVoltage",         "OverVoltage",
    "WeakSignal"};
constexpr std::array<std::string_view, 17> unit_words = {
    "Wh",   "kWh", "varh", "kvarh", "W",       "kW",      "VA",         "kVA",    "var",
    "kvar", "A",   "V",    "K",     "Celcius", "Celsius", "Fahrenheit", "Percent"};
constexpr std::array<std::string_view, 2> format_words = {"Raw", "SignedData"};
constexpr std::array<std::string_view, 11> stop_words = {
    "Local",  "EmergencyStop", "EVDisconnected", "HardReset",     "Other",       "PowerLoss",
    "Reboot", "Remote",        "SoftReset",      "UnlockCommand", "DeAuthorized"};
constexpr std::array<std::string_view, 7> firmware_words = {
    "Downloaded",         "DownloadFailed", "Downloading", "Idle",
    "InstallationFailed", "Installing",     "Installed"};
constexpr std::array<std::string_view, 14> signed_firmware_words = {
    "Downloaded",         "DownloadFailed",   "Downloading",
    "DownloadScheduled",  "DownloadPaused",   "Idle",
    "InstallationFailed", "Installing",       "Installed",
    "InstallRebooting",   "InstallScheduled", "InstallVerificationFailed",
    "InvalidSignature",   "SignatureVerified"};
constexpr std::array<std::string_view, 4> diagnostics_words = {"Idle", "Uploaded", "UploadFailed",
                                                               "Uploading"};
constexpr std::array<std::string_view, 8> log_words = {
    "BadMessage",    "Idle",      "NotSupportedOperation", "PermissionDenied", "Uploaded",
    "UploadFailure", "Uploading", "AcceptedCanceled"};

std::string or_empty(std::optional<std::string> text) {
    return std::move(text).value_or("");
}

int point_in(Fields& fields, std::string_view name, Fields::Need need = Fields::required) {
    const auto number = fields.integer(name, need);
    if (number && (*number < 0 || *number > 1000)) {
        fields.scrutiny().wrong(RpcError::property_constraint,
                                std::string(name) + " lies between 0 and 1000");
        return 0;
    }
    return static_cast<int>(number.value_or(0));
}

void read_sampled(const bj::object& object, Scrutiny& scrutiny, const std::string& path,
                  MeterRead& out) {
    Fields fields(object, scrutiny, path);
    const auto said = fields.text("value", frame_bytes_max);
    Sample sample = read_sample_kind(fields);
    const auto format = fields.word("format", format_words, Fields::optional);
    const auto unit = fields.word("unit", unit_words, Fields::optional);
    fields.done();
    if (!said) return;
    if (format.value_or(0) == 1) {
        if (out.signed_values.size() < signed_values_max) out.signed_values.push_back(*said);
        return;
    }
    const auto [end, error] =
        std::from_chars(said->data(), said->data() + said->size(), sample.value);
    const std::string_view unit_said = unit ? unit_words[*unit] : std::string_view();
    const bool number = error == std::errc() && end == said->data() + said->size();
    if (!number || !to_base_unit(sample.measurand, unit_said, 0, sample.value)) {
        if (!scrutiny.lenient(Leniency::unknown_values))
            scrutiny.wrong(RpcError::property_constraint,
                           path + ".value is no number of that unit");
        return;
    }
    if (out.samples.size() < samples_max) out.samples.push_back(sample);
}

std::vector<MeterRead> read_meters(Fields& fields, std::string_view name, Fields::Need need) {
    std::vector<MeterRead> out;
    const auto* list = fields.array(name, 0, need);
    if (list == nullptr) return out;
    for (const auto& item : *list) {
        const auto path = fields.path_of(name);
        const auto* object = item.if_object();
        if (object == nullptr) {
            fields.scrutiny().wrong(RpcError::type_constraint, path + " holds no objects");
            return out;
        }
        Fields one(*object, fields.scrutiny(), path);
        MeterRead read;
        read.at = one.time("timestamp").value_or(Time{});
        if (const auto* sampled = one.array("sampledValue", 0)) {
            for (const auto& each : *sampled) {
                if (const auto* inside = each.if_object())
                    read_sampled(*inside, fields.scrutiny(), path + ".sampledValue", read);
                else
                    fields.scrutiny().wrong(RpcError::type_constraint,
                                            path + ".sampledValue holds no objects");
            }
        }
        one.done();
        if (out.size() < meter_reads_max) out.push_back(std::move(read));
    }
    return out;
}

Told boot(Fields& fields) {
    Booted out;
    out.vendor = or_empty(fields.text("chargePointVendor", 20));
    out.model = or_empty(fields.text("chargePointModel", 20));
    out.serial = or_empty(fields.text("chargePointSerialNumber", 25, Fields::optional));
    const auto box = fields.text("chargeBoxSerialNumber", 25, Fields::optional);
    if (out.serial.empty() && box) out.serial = *box;
    out.firmware = or_empty(fields.text("firmwareVersion", 50, Fields::optional));
    for (const auto* name : {"iccid", "imsi"}) (void)fields.text(name, 20, Fields::optional);
    for (const auto* name : {"meterType", "meterSerialNumber"})
        (void)fields.text(name, 25, Fields::optional);
    return out;
}

Told heartbeat(Fields&) {
    return Alive{};
}

Told status(Fields& fields) {
    StatusTold out;
    out.point = point_in(fields, "connectorId");
    const auto error = fields.word("errorCode", error_words);
    const auto state = fields.word("status", point_state_words);
    out.state =
        static_cast<PointState>(state.value_or(static_cast<std::size_t>(PointState::unavailable)));
    const auto info = fields.text("info", 50, Fields::optional);
    out.at = fields.time("timestamp", Fields::optional).value_or(Time{});
    (void)fields.text("vendorId", 255, Fields::optional);
    const auto vendor_code = fields.text("vendorErrorCode", 50, Fields::optional);
    if (error.value_or(0) != 0) {
        out.error = error_words[*error];
        if (info && !info->empty()) out.error += ": " + *info;
        if (vendor_code && !vendor_code->empty()) out.error += " (" + *vendor_code + ")";
    }
    return out;
}

Told authorize(Fields& fields) {
    return TokenShown{or_empty(fields.text("idTag", 20)), {}};
}

Told start(Fields& fields) {
    TransactionTold out;
    out.stage = TransactionTold::Stage::started;
    out.point = point_in(fields, "connectorId");
    out.token = or_empty(fields.text("idTag", 20));
    out.meter_wh = fields.integer("meterStart");
    (void)fields.integer("reservationId", Fields::optional);
    out.at = fields.time("timestamp").value_or(Time{});
    return out;
}

Told stop(Fields& fields) {
    TransactionTold out;
    out.stage = TransactionTold::Stage::ended;
    out.token = or_empty(fields.text("idTag", 20, Fields::optional));
    out.meter_wh = fields.integer("meterStop");
    out.at = fields.time("timestamp").value_or(Time{});
    const auto number = fields.integer("transactionId");
    out.transaction = number ? std::to_string(*number) : "";
    out.reason = stop_words[fields.word("reason", stop_words, Fields::optional).value_or(0)];
    out.reads = read_meters(fields, "transactionData", Fields::optional);
    return out;
}

Told meters(Fields& fields) {
    Metered out;
    out.point = point_in(fields, "connectorId");
    const auto number = fields.integer("transactionId", Fields::optional);
    // A charger whose start was refused goes on with -1; 0 is nobody's number either.
    if (number && *number > 0) out.transaction = std::to_string(*number);
    out.reads = read_meters(fields, "meterValue", Fields::required);
    return out;
}

Told vendor(Fields& fields) {
    VendorTold out;
    out.vendor = or_empty(fields.text("vendorId", 255));
    out.message = or_empty(fields.text("messageId", 50, Fields::optional));
    (void)fields.text("data", frame_bytes_max, Fields::optional);
    return out;
}

Told firmware(Fields& fields) {
    const auto word = fields.word("status", firmware_words);
    return FirmwareTold{std::string(word ? firmware_words[*word] : "")};
}

Told signed_firmware(Fields& fields) {
    const auto word = fields.word("status", signed_firmware_words);
    (void)fields.integer("requestId", Fields::optional);
    return FirmwareTold{std::string(word ? signed_firmware_words[*word] : "")};
}

Told security(Fields& fields) {
    SecurityTold out;
    out.type = or_empty(fields.text("type", 50));
    out.at = fields.time("timestamp").value_or(Time{});
    out.detail = or_empty(fields.text("techInfo", 255, Fields::optional));
    return out;
}

Told diagnostics(Fields& fields) {
    const auto word = fields.word("status", diagnostics_words);
    return DiagnosticsTold{std::string(word ? diagnostics_words[*word] : "")};
}

Told log_status(Fields& fields) {
    const auto word = fields.word("status", log_words);
    (void)fields.integer("requestId", Fields::optional);
    return DiagnosticsTold{std::string(word ? log_words[*word] : "")};
}

Told sign_certificate(Fields& fields) {
    (void)fields.text("csr", 5500);
    return Noted{Noted::Answer::rejected};  // certificates of chargers are not made here
}

struct Action {
    std::string_view name;
    Reader read;
};
constexpr std::array<Action, 14> actions = {{
    {"BootNotification", boot},
    {"Heartbeat", heartbeat},
    {"StatusNotification", status},
    {"Authorize", authorize},
    {"StartTransaction", start},
    {"StopTransaction", stop},
    {"MeterValues", meters},
    {"DataTransfer", vendor},
    {"FirmwareStatusNotification", firmware},
    {"SignedFirmwareStatusNotification", signed_firmware},
    {"SecurityEventNotification", security},
    {"DiagnosticsStatusNotification", diagnostics},
    {"LogStatusNotification", log_status},
    {"SignCertificate", sign_certificate},
}};

// ---- results
// --------------------------------------------------------------------------------------

void read_settings(Fields& fields, Answered& out) {
    if (const auto* list = fields.array("configurationKey", 0, Fields::optional)) {
        for (const auto& item : *list) {
            const auto* object = item.if_object();
            if (object == nullptr) continue;
            Fields one(*object, fields.scrutiny(), "configurationKey");
            Setting setting;
            setting.key = or_empty(one.text("key", 50));
            setting.readonly = one.flag("readonly").value_or(false);
            // Lists of measurands are often longer than the standard's 500.
            setting.value = or_empty(one.text("value", 4000, Fields::optional));
            one.done();
            out.settings.push_back(std::move(setting));
        }
    }
    if (const auto* list = fields.array("unknownKey", 0, Fields::optional)) {
        for (const auto& item : *list) {
            if (const auto* text = item.if_string())
                out.unknown_keys.emplace_back(std::string_view(*text));
        }
    }
    out.done = true;
    out.status = "Accepted";
}

}  // namespace

Taken<Told> read_call(std::string_view action, const bj::object& payload, Leniencies leniencies) {
    for (const auto& each : actions) {
        if (each.name != action) continue;
        Scrutiny scrutiny(leniencies);
        Fields fields(payload, scrutiny);
        Told out = each.read(fields);
        fields.done();
        if (scrutiny.violation()) return tl::unexpected(*scrutiny.violation());
        return out;
    }
    return tl::unexpected(
        Violation{RpcError::not_implemented, "no action of a charger is called so"});
}

Taken<Answered> read_result(const Asked& asked, const bj::object& payload, Leniencies leniencies) {
    Answered out;
    Scrutiny scrutiny(leniencies);
    Fields fields(payload, scrutiny);
    if (std::holds_alternative<AskSettings>(asked)) {
        read_settings(fields, out);
    } else if (std::holds_alternative<AskListVersion>(asked)) {
        out.list_version = fields.integer("listVersion");
        out.done = out.list_version.has_value();
    } else if (std::holds_alternative<AskDiagnostics>(asked)) {
        out.file = or_empty(fields.text("fileName", 255, Fields::optional));
        out.done = true;
        out.status = "Accepted";
    } else if (std::holds_alternative<AskFirmware>(asked)) {
        out.done = true;  // it says no more than that it has heard
        out.status = "Accepted";
    } else {
        out.status = or_empty(fields.text("status", 30));
        out.done = out.status == "Accepted" || out.status == "Unlocked" ||
                   out.status == "Scheduled" || out.status == "RebootRequired";
        // Nothing to clear is as good as cleared.
        if (std::holds_alternative<AskClearProfiles>(asked) && out.status == "Unknown")
            out.done = true;
        if (std::holds_alternative<AskSchedule>(asked)) {
            (void)fields.integer("connectorId", Fields::optional);
            (void)fields.time("scheduleStart", Fields::optional);
            if (const auto* schedule = fields.any("chargingSchedule"))
                append_json(out.schedule, *schedule);
        }
    }
    fields.done();
    if (scrutiny.violation()) return tl::unexpected(*scrutiny.violation());
    return out;
}

}  // namespace foxtail::ocpp::v16
