#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/model/thing.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What a car can say: the signals of COVESA's Vehicle Signal Specification (VSS 6.0, covesa.global)
// as types. Paths stand without the leading "Vehicle."; units are UCUM codes.

namespace foxtail::cars {

/// sensor: can be read. actuator: can be read and set. attribute: does not change while driving.
enum class SignalKind : std::uint8_t { sensor, actuator, attribute };

enum class Datatype : std::uint8_t {
    boolean,
    int8,
    uint8,
    int16,
    uint16,
    int32,
    uint32,
    int64,
    uint64,
    single_precision,
    double_precision,
    text,
};
/// "uint8", "float", ... as VSS writes them, without "[]".
[[nodiscard]] std::optional<Datatype> datatype_from(std::string_view text);
[[nodiscard]] const char* name(Datatype datatype);
[[nodiscard]] const char* name(SignalKind kind);

struct Signal {
    std::string path;   // "Powertrain.TractionBattery.Range"
    std::string title;  // for people
    SignalKind kind = SignalKind::sensor;
    Datatype datatype = Datatype::text;
    bool array = false;
    std::string unit;  // UCUM; empty = none, or one we have no code for
    std::optional<double> minimum;
    std::optional<double> maximum;
    std::vector<std::string> allowed;  // of an array: for each element
    friend bool operator==(const Signal&, const Signal&) = default;
};

constexpr std::size_t signals_max = 20'000;

/// Who is hurt by it: locks, doors, charging and discharging on command are critical; where the car
/// is and whose it is, is personal; who sits in it is sensitive.
[[nodiscard]] Sensitivity sensitivity_of(std::string_view path);

/// "StateOfCharge.Displayed" to "State of charge displayed": a title for what has none.
[[nodiscard]] std::string title_of(std::string_view path);

/// The limits of an integer type; nothing for what is none.
struct Bounds {
    double minimum = 0;
    double maximum = 0;
};
[[nodiscard]] std::optional<Bounds> bounds_of(Datatype datatype);

/// Signals by path. A value: copied, kept as bytes, compared.
class Signals {
public:
    /// The part of VSS 6.0 that a household needs, with Foxtail's overlay ("Foxtail." paths: what
    /// VSS has no name for).
    [[nodiscard]] static const Signals& household();

    /// Null when unknown.
    [[nodiscard]] const Signal* find(std::string_view path) const;
    [[nodiscard]] const std::vector<Signal>& all() const { return signals_; }  // sorted by path

    /// Takes them all; of one path said twice the last counts. Error: exhausted.
    [[nodiscard]] Result<void> put(std::vector<Signal> more);

    /// The signal as a property of a vehicle: readable, not settable (whether it can be set is for
    /// the source to say), integers within their type's limits. Nothing when unknown.
    [[nodiscard]] std::optional<PropertySpec> property(std::string_view path) const;

    /// "FoxtailVSS" and a version first. Equal signals give equal bytes.
    [[nodiscard]] std::string save() const;
    /// Error: corrupt.
    [[nodiscard]] static Result<Signals> load(std::string_view bytes);

    friend bool operator==(const Signals&, const Signals&) = default;

private:
    std::vector<Signal> signals_;
};

}  // namespace foxtail::cars
