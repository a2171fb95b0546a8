#pragma once

#include "foxtail/base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// One model for both versions of the protocol: what a charger tells, what is asked of it, and what
// it answers. Units are base units (Wh, W, A, V, %); times are moments. `point` is the number of
// what a car is plugged into (1.6: connector; 2.0.1: EVSE); 0 is the charger as a whole.
namespace foxtail::ocpp {

// ---- what a charger tells -----------------------------------------------------------------------

struct Booted {
    std::string vendor;
    std::string model;
    std::string serial;
    std::string firmware;
    std::string reason;  // 2.0.1 only
};
struct Alive {};  // Heartbeat

/// The nine states of a charging point, in the words of 1.6.
enum class PointState : std::uint8_t {
    available,
    preparing,
    charging,
    suspended_evse,
    suspended_ev,
    finishing,
    reserved,
    unavailable,
    faulted
};
constexpr std::array<std::string_view, 9> point_state_words = {
    "Available", "Preparing", "Charging",    "SuspendedEVSE", "SuspendedEV",
    "Finishing", "Reserved",  "Unavailable", "Faulted"};

struct StatusTold {
    int point = 0;
    PointState state = PointState::unavailable;
    bool occupied = false;  // 2.0.1 says only that: a running transaction says more
    std::string error;      // empty = none
    Time at;
};
struct TokenShown {  // Authorize
    std::string token;
    std::string kind;  // 2.0.1: "ISO14443", "MacAddress", ...; empty in 1.6
};

enum class Measurand : std::uint8_t {
    energy_import,   // register, Wh
    power_import,    // W
    current_import,  // A
    current_offered,
    voltage,
    soc,
    other
};
enum class Phase : std::uint8_t { none, l1, l2, l3, other };
struct Sample {
    Measurand measurand = Measurand::energy_import;
    Phase phase = Phase::none;
    bool line_to_line = false;  // L1-L2: never a phase's own voltage
    bool at_outlet = true;      // false: measured where the house comes in, or in the car
    double value = 0;
};
struct MeterRead {
    Time at;
    std::vector<Sample> samples;
    std::vector<std::string> signed_values;  // as they came
};
struct Metered {
    int point = 0;
    std::string transaction;  // empty = none said
    std::vector<MeterRead> reads;
};

/// A transaction as it goes on. 1.6 tells begin and end; 2.0.1 everything.
struct TransactionTold {
    enum class Stage : std::uint8_t { started, updated, ended };
    Stage stage = Stage::started;
    int point = 0;            // 0 = not said
    std::string transaction;  // empty in a 1.6 start: it gets its number by our answer
    std::string token;        // empty = not said
    std::string token_kind;   // 2.0.1
    std::optional<std::int64_t> meter_wh;
    Time at;
    std::string reason;               // ended
    std::optional<PointState> state;  // 2.0.1: charging state
    bool idle = false;                // 2.0.1: it says that no cable is in
    std::string trigger;              // 2.0.1
    std::int64_t sequence = -1;       // 2.0.1
    bool offline = false;             // 2.0.1
    std::optional<int> phases;        // 2.0.1: used
    std::vector<MeterRead> reads;
};
struct FirmwareTold {
    std::string status;
};
struct DiagnosticsTold {  // a file that was asked for: 1.6 of diagnostics or a log, 2.0.1 of a log
    std::string status;
};
struct ReservationTold {  // 2.0.1: it is over
    std::int64_t id = 0;
    std::string status;
};
struct SecurityTold {
    std::string type;
    std::string detail;
    Time at;
};
struct VendorTold {  // DataTransfer
    std::string vendor;
    std::string message;
};
struct Setting {
    std::string key;  // 1.6: the key; 2.0.1: "Component.Variable", with "@evse" when it is of one
    std::string value;
    bool readonly = false;
};
struct ReportTold {  // 2.0.1 NotifyReport
    std::vector<Setting> settings;
    bool more = false;
};
/// 2.0.1 SignCertificate: it has made itself a key, and wants a certificate for it.
struct CertificateWished {
    std::string request;    // PKCS #10, PEM
    bool for_cars = false;  // ISO 15118: not ours to give
};
/// What is taken and leads to nothing: monitoring events, schedules of others.
struct Noted {
    enum class Answer : std::uint8_t { empty, accepted, rejected, processing };
    Answer answer = Answer::empty;
};

using Told = std::variant<Booted, Alive, StatusTold, TokenShown, Metered, TransactionTold,
                          FirmwareTold, DiagnosticsTold, ReservationTold, SecurityTold, VendorTold,
                          ReportTold, CertificateWished, Noted>;

// ---- what is asked of it ------------------------------------------------------------------------

/// A limit of a whole charging point, as a charging profile.
struct Profile {
    int id = 1;
    int stack_level = 0;
    enum class Purpose : std::uint8_t { charger_max, tx_default, tx } purpose = Purpose::tx_default;
    bool in_watts = false;
    double limit = 0;  // A per phase, or W of all together
    std::optional<int> phases;
    Time start;                     // of the schedule
    std::optional<Duration> lasts;  // nothing = for good
    bool relative = false;          // for boxes that know no absolute ones
    std::string transaction;        // tx only
};

struct AskStart {
    int point = 1;
    std::string token;
    int remote_id = 0;  // 2.0.1
};
struct AskStop {
    std::string transaction;
};
struct AskProfile {
    int point = 1;
    Profile profile;
};
struct AskClearProfiles {
    std::optional<int> id;
    std::optional<int> point;
    std::optional<Profile::Purpose> purpose;
    std::optional<int> stack_level;
};
struct AskSchedule {
    int point = 1;
    Duration lasts;
};
struct AskSettings {
    std::vector<std::string> keys;  // empty: all (2.0.1: a report follows)
    int request_id = 1;
};
struct AskSetting {
    std::string key;
    std::string value;
};
struct AskTrigger {
    enum class What : std::uint8_t { boot, heartbeat, meters, status } what = What::status;
    int point = 0;  // 0 = all
};
struct AskAvailability {
    int point = 0;
    bool operative = true;
};
struct AskReset {
    bool hard = false;
};
struct AskUnlock {
    int point = 1;
};
struct AskLocalList {
    int version = 1;
    std::vector<std::string> tokens;  // accepted; the whole list
};
struct AskListVersion {};
struct AskClearCache {};  // of the cards it remembers by itself
struct AskTransaction {   // 2.0.1 GetTransactionStatus
    std::string transaction;
};
struct AskReserve {
    int point = 1;
    int id = 1;
    std::string token;
    Time until;
};
struct AskCancelReservation {
    int id = 1;
};
struct AskFirmware {
    std::string location;  // where it fetches its new firmware
    Time from;
    int request_id = 1;  // 2.0.1
};
struct AskCertificate {  // 2.0.1 CertificateSigned
    std::string chain;   // PEM
};
struct AskDiagnostics {
    std::string location;  // the folder it sends its file to
    int request_id = 1;    // 2.0.1
};

using Asked =
    std::variant<AskStart, AskStop, AskProfile, AskClearProfiles, AskSchedule, AskSettings,
                 AskSetting, AskTrigger, AskAvailability, AskReset, AskUnlock, AskLocalList,
                 AskListVersion, AskClearCache, AskTransaction, AskReserve, AskCancelReservation,
                 AskFirmware, AskDiagnostics, AskCertificate>;

/// What came back.
struct Answered {
    bool done = false;   // accepted, or as good as
    std::string status;  // as it was said, or the error's code
    std::vector<Setting> settings;
    std::vector<std::string> unknown_keys;
    std::string schedule;  // JSON, of AskSchedule
    std::string file;      // of AskDiagnostics; empty = none to be had
    std::optional<std::int64_t> list_version;
    std::optional<bool> ongoing;  // of AskTransaction
    bool tells_more = false;      // likewise: something of it still waits to be told
};

}  // namespace foxtail::ocpp
