// The part of the Vehicle Signal Specification 6.0 that a household needs: names, types, units and
// limits are the specification's facts, titles are ours. Then what it has no name for.
#include "foxtail/base/assert.hpp"
#include "foxtail/cars/signals.hpp"

#include <array>

namespace foxtail::cars {
namespace {

struct Row {
    std::string_view path, title;
    SignalKind kind;
    Datatype datatype;
    std::string_view unit;
    std::string_view limits;   // "0 100", or empty
    std::string_view allowed;  // "A|B", or empty
};

/// Short words for one table; elsewhere they mean other things.
namespace table {

constexpr auto sensor = SignalKind::sensor;
constexpr auto actuator = SignalKind::actuator;
constexpr auto attribute = SignalKind::attribute;
constexpr auto flag = Datatype::boolean;
constexpr auto real = Datatype::single_precision;
constexpr auto precise = Datatype::double_precision;
constexpr auto text = Datatype::text;

// clang-format off
constexpr auto rows = std::to_array<Row>({
    {"Speed", "Speed", sensor, real, "km/h", "", ""},
    {"IsMoving", "Moving", sensor, flag, "", "", ""},
    {"TraveledDistance", "Odometer", sensor, Datatype::uint32, "m", "", ""},
    {"CurrentLocation.Latitude", "Latitude", sensor, precise, "deg", "-90 90", ""},
    {"CurrentLocation.Longitude", "Longitude", sensor, precise, "deg", "-180 180", ""},
    {"CurrentLocation.Altitude", "Altitude", sensor, precise, "m", "", ""},
    {"CurrentLocation.Heading", "Heading", sensor, precise, "deg", "0 360", ""},
    {"CurrentLocation.HorizontalAccuracy", "Accuracy of the position", sensor, precise, "m", "", ""},
    {"CurrentLocation.Timestamp", "Time of the position", sensor, text, "", "", ""},
    {"Powertrain.Range", "Range", sensor, Datatype::uint32, "m", "", ""},
    {"Powertrain.Type", "Drive", attribute, text, "", "", "COMBUSTION|HYBRID|ELECTRIC"},
    {"VehicleIdentification.VIN", "Vehicle number", attribute, text, "", "", ""},
    {"VehicleIdentification.Brand", "Brand", attribute, text, "", "", ""},
    {"VehicleIdentification.Model", "Model", attribute, text, "", "", ""},
    {"LowVoltageSystemState", "Ignition", sensor, text, "", "", "UNDEFINED|LOCK|OFF|ACC|ON|START"},
    {"LowVoltageBattery.CurrentVoltage", "Voltage of the 12 V battery", sensor, real, "V", "", ""},
    {"LowVoltageBattery.CurrentCurrent", "Current of the 12 V battery", sensor, real, "A", "", ""},
    {"Exterior.AirTemperature", "Temperature outside", sensor, real, "Cel", "", ""},
    {"Service.IsServiceDue", "Service due", sensor, flag, "", "", ""},

    {"Powertrain.TractionBattery.StateOfCharge.Displayed", "State of charge", sensor, real, "%", "0 100", ""},
    {"Powertrain.TractionBattery.StateOfCharge.Current", "State of charge of the cells", sensor, real, "%", "0 100", ""},
    {"Powertrain.TractionBattery.StateOfCharge.CurrentEnergy", "Energy in the battery", sensor, real, "kW.h", "", ""},
    {"Powertrain.TractionBattery.StateOfHealth", "Health of the battery", sensor, real, "%", "0 100", ""},
    {"Powertrain.TractionBattery.GrossCapacity", "Gross capacity", attribute, Datatype::uint16, "kW.h", "", ""},
    {"Powertrain.TractionBattery.NetCapacity", "Net capacity", sensor, Datatype::uint16, "kW.h", "", ""},
    {"Powertrain.TractionBattery.Range", "Electric range", sensor, Datatype::uint32, "m", "", ""},
    {"Powertrain.TractionBattery.CurrentPower", "Power into the battery", sensor, real, "W", "", ""},
    {"Powertrain.TractionBattery.CurrentVoltage", "Battery voltage", sensor, real, "V", "", ""},
    {"Powertrain.TractionBattery.CurrentCurrent", "Current into the battery", sensor, real, "A", "", ""},
    {"Powertrain.TractionBattery.Temperature.Average", "Battery temperature", sensor, real, "Cel", "", ""},
    {"Powertrain.TractionBattery.Temperature.Min", "Coldest cell", sensor, real, "Cel", "", ""},
    {"Powertrain.TractionBattery.Temperature.Max", "Warmest cell", sensor, real, "Cel", "", ""},
    {"Powertrain.TractionBattery.AccumulatedChargedEnergy", "Energy charged ever", sensor, real, "kW.h", "", ""},
    {"Powertrain.TractionBattery.AccumulatedConsumedEnergy", "Energy used ever", sensor, real, "kW.h", "", ""},

    {"Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected", "Plugged in", sensor, flag, "", "", ""},
    {"Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableLocked", "Plug locked", actuator, flag, "", "", ""},
    {"Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsFlapOpen", "Charging flap open", actuator, flag, "", "", ""},
    {"Powertrain.TractionBattery.Charging.ChargeLimit", "Charge limit", actuator, Datatype::uint8, "%", "0 100", ""},
    {"Powertrain.TractionBattery.Charging.StartStopCharging", "Start or stop charging", actuator, text, "", "", "START|STOP"},
    {"Powertrain.TractionBattery.Charging.IsCharging", "Charging", sensor, flag, "", "", ""},
    {"Powertrain.TractionBattery.Charging.IsDischarging", "Discharging", sensor, flag, "", "", ""},
    {"Powertrain.TractionBattery.Charging.ChargeCurrent.Phase1", "Charging current, phase 1", sensor, real, "A", "", ""},
    {"Powertrain.TractionBattery.Charging.ChargeCurrent.Phase2", "Charging current, phase 2", sensor, real, "A", "", ""},
    {"Powertrain.TractionBattery.Charging.ChargeCurrent.Phase3", "Charging current, phase 3", sensor, real, "A", "", ""},
    {"Powertrain.TractionBattery.Charging.ChargeCurrent.DC", "Charging current, DC", sensor, real, "A", "", ""},
    {"Powertrain.TractionBattery.Charging.ChargeVoltage.Phase1", "Charging voltage, phase 1", sensor, real, "V", "", ""},
    {"Powertrain.TractionBattery.Charging.ChargeVoltage.Phase2", "Charging voltage, phase 2", sensor, real, "V", "", ""},
    {"Powertrain.TractionBattery.Charging.ChargeVoltage.Phase3", "Charging voltage, phase 3", sensor, real, "V", "", ""},
    {"Powertrain.TractionBattery.Charging.ChargeVoltage.DC", "Charging voltage, DC", sensor, real, "V", "", ""},
    {"Powertrain.TractionBattery.Charging.MaximumChargingCurrent.Phase1", "Most current, phase 1", sensor, real, "A", "", ""},
    {"Powertrain.TractionBattery.Charging.MaximumChargingCurrent.Phase2", "Most current, phase 2", sensor, real, "A", "", ""},
    {"Powertrain.TractionBattery.Charging.MaximumChargingCurrent.Phase3", "Most current, phase 3", sensor, real, "A", "", ""},
    {"Powertrain.TractionBattery.Charging.MaximumChargingCurrent.DC", "Most current, DC", sensor, real, "A", "", ""},
    {"Powertrain.TractionBattery.Charging.AveragePower", "Average charging power", sensor, real, "kW", "", ""},
    {"Powertrain.TractionBattery.Charging.MaxPower", "Most charging power", sensor, real, "kW", "", ""},
    {"Powertrain.TractionBattery.Charging.ChargeRate", "Range gained", sensor, real, "km/h", "", ""},
    {"Powertrain.TractionBattery.Charging.TimeToComplete", "Time until charged", sensor, Datatype::uint32, "s", "", ""},
    {"Powertrain.TractionBattery.Charging.Timer.Mode", "Charging timer", actuator, text, "", "", "INACTIVE|START_TIME|END_TIME"},
    {"Powertrain.TractionBattery.Charging.Timer.Time", "Time of the charging timer", actuator, text, "", "", ""},
    {"Powertrain.TractionBattery.Charging.EvseId", "Charging point", sensor, text, "", "", ""},
    {"Powertrain.TractionBattery.Charging.Location.Latitude", "Latitude of the charging point", sensor, precise, "deg", "-90 90", ""},
    {"Powertrain.TractionBattery.Charging.Location.Longitude", "Longitude of the charging point", sensor, precise, "deg", "-180 180", ""},
    {"Powertrain.TractionBattery.BatteryConditioning.IsActive", "Battery conditioning allowed", sensor, flag, "", "", ""},
    {"Powertrain.TractionBattery.BatteryConditioning.IsOngoing", "Battery being conditioned", sensor, flag, "", "", ""},
    {"Powertrain.TractionBattery.BatteryConditioning.RequestedMode", "Battery conditioning", actuator, text, "", "", "INACTIVE|FAST_CHARGING_PREPARATION|DRIVING_PREPARATION"},
    {"Powertrain.TractionBattery.BatteryConditioning.StartTime", "Conditioning begins", actuator, text, "", "", ""},
    {"Powertrain.TractionBattery.BatteryConditioning.TargetTime", "Conditioning done by", actuator, text, "", "", ""},

    {"Cabin.HVAC.AmbientAirTemperature", "Temperature inside", sensor, real, "Cel", "", ""},
    {"Cabin.HVAC.IsAirConditioningActive", "Air conditioning", actuator, flag, "", "", ""},
    {"Cabin.HVAC.Station.Row1.Driver.Temperature", "Wanted temperature, driver", actuator, real, "Cel", "", ""},
    {"Cabin.HVAC.Station.Row1.Passenger.Temperature", "Wanted temperature, passenger", actuator, real, "Cel", "", ""},
    {"Cabin.Door.Row1.DriverSide.IsOpen", "Driver's door open", actuator, flag, "", "", ""},
    {"Cabin.Door.Row1.DriverSide.IsLocked", "Driver's door locked", actuator, flag, "", "", ""},
    {"Cabin.Door.Row1.DriverSide.Window.Position", "Driver's window open to", actuator, Datatype::uint8, "%", "0 100", ""},
    {"Cabin.Door.Row1.PassengerSide.IsOpen", "Passenger's door open", actuator, flag, "", "", ""},
    {"Cabin.Door.Row1.PassengerSide.IsLocked", "Passenger's door locked", actuator, flag, "", "", ""},
    {"Cabin.Door.Row1.PassengerSide.Window.Position", "Passenger's window open to", actuator, Datatype::uint8, "%", "0 100", ""},
    {"Cabin.Door.Row2.DriverSide.IsOpen", "Door behind the driver open", actuator, flag, "", "", ""},
    {"Cabin.Door.Row2.DriverSide.IsLocked", "Door behind the driver locked", actuator, flag, "", "", ""},
    {"Cabin.Door.Row2.DriverSide.Window.Position", "Window behind the driver open to", actuator, Datatype::uint8, "%", "0 100", ""},
    {"Cabin.Door.Row2.PassengerSide.IsOpen", "Door behind the passenger open", actuator, flag, "", "", ""},
    {"Cabin.Door.Row2.PassengerSide.IsLocked", "Door behind the passenger locked", actuator, flag, "", "", ""},
    {"Cabin.Door.Row2.PassengerSide.Window.Position", "Window behind the passenger open to", actuator, Datatype::uint8, "%", "0 100", ""},
    {"Body.Hood.IsOpen", "Hood open", actuator, flag, "", "", ""},
    {"Body.Trunk.Front.IsOpen", "Front trunk open", actuator, flag, "", "", ""},
    {"Body.Trunk.Rear.IsOpen", "Trunk open", actuator, flag, "", "", ""},
    {"Chassis.ParkingBrake.IsEngaged", "Handbrake", actuator, flag, "", "", ""},
    {"Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", "Tyre front left", sensor, Datatype::uint16, "kPa", "", ""},
    {"Chassis.Axle.Row1.Wheel.Right.Tire.Pressure", "Tyre front right", sensor, Datatype::uint16, "kPa", "", ""},
    {"Chassis.Axle.Row2.Wheel.Left.Tire.Pressure", "Tyre rear left", sensor, Datatype::uint16, "kPa", "", ""},
    {"Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", "Tyre rear right", sensor, Datatype::uint16, "kPa", "", ""},
    {"Occupant.Row1.DriverSide.Identifier.Subject", "Who drives", sensor, text, "", "", ""},
    {"Occupant.Row1.DriverSide.Identifier.Issuer", "Who says who drives", sensor, text, "", "", ""},

    // ---- Foxtail's overlay
    {"Foxtail.State", "State", sensor, text, "", "", ""},
    {"Foxtail.IsOccupied", "Somebody is in the car", sensor, flag, "", "", ""},
    {"Foxtail.IsClimateActive", "Climate control runs", actuator, flag, "", "", ""},
    {"Foxtail.IsPreconditioning", "Being preconditioned", sensor, flag, "", "", ""},
    {"Foxtail.IsLocked", "Locked", actuator, flag, "", "", ""},
    {"Foxtail.IsWindowOpen", "A window is open", sensor, flag, "", "", ""},
    {"Foxtail.IsDoorOpen", "A door is open", sensor, flag, "", "", ""},
    {"Foxtail.Place", "Place", sensor, text, "", "", ""},
    {"Foxtail.Home", "At home", sensor, flag, "", "", ""},
    {"Foxtail.Destination", "Destination", sensor, text, "", "", ""},
    {"Foxtail.TimeToArrival", "Time until arrival", sensor, Datatype::uint32, "s", "", ""},
    {"Foxtail.SoCAtArrival", "State of charge at arrival", sensor, real, "%", "0 100", ""},
    {"Foxtail.Battery.NetCapacity", "Usable capacity", sensor, real, "kW.h", "0 1000", ""},
    {"Foxtail.Charging.Energy", "Energy of this charge", sensor, real, "kW.h", "", ""},
    {"Foxtail.Charging.Power", "Charging power", sensor, real, "W", "", ""},
    {"Foxtail.Charging.CurrentLimit", "Charging current limit", actuator, real, "A", "0 500", ""},
    {"Foxtail.Charging.MinSoC", "Charge at once up to", actuator, Datatype::uint8, "%", "0 100", ""},
    {"Foxtail.V2H.ReserveSoC", "Reserve kept for driving", actuator, real, "%", "0 100", ""},
    {"Foxtail.V2H.AllowedDischargePower", "Allowed discharge power", actuator, real, "W", "0 100000", ""},
});
// clang-format on

}  // namespace table

std::vector<std::string> words_of(std::string_view list) {
    std::vector<std::string> out;
    while (!list.empty()) {
        const auto end = list.find('|');
        out.emplace_back(list.substr(0, end));
        if (end == std::string_view::npos) break;
        list.remove_prefix(end + 1);
    }
    return out;
}

Signals make_household() {
    std::vector<Signal> list;
    for (const Row& row : table::rows) {
        Signal one;
        one.path = row.path;
        one.title = row.title;
        one.kind = row.kind;
        one.datatype = row.datatype;
        one.unit = row.unit;
        if (const auto space = row.limits.find(' '); space != std::string_view::npos) {
            one.minimum = std::stod(std::string(row.limits.substr(0, space)));
            one.maximum = std::stod(std::string(row.limits.substr(space + 1)));
        }
        one.allowed = words_of(row.allowed);
        list.push_back(std::move(one));
    }
    Signals out;
    const auto done = out.put(std::move(list));
    FOX_ASSERT(done.has_value(), "the household's signals fit");
    return out;
}

}  // namespace

const Signals& Signals::household() {
    static const Signals all = make_household();
    return all;
}

}  // namespace foxtail::cars
