#include "foxtail/connectors/mqtt/evcc/evcc_tables.hpp"

#include <algorithm>
#include <array>

namespace foxtail::mqtt::evcc {
namespace {

constexpr Duration fresh = minutes(5);  // evcc looks every 30 s
constexpr Duration hour = hours(1);
constexpr Duration day = days(1);
constexpr auto number = Reads::number;
constexpr auto flag = Reads::flag;
constexpr auto words = Reads::text;

// Signs and units as evcc means them: the grid gives when positive, a house's battery gives when
// positive (here: takes), powers in W, a session's energy in Wh, a register in kWh.
// clang-format off
constexpr auto site = std::to_array<Row>({
    {{"grid/power", "grid_power", number, "W", 1, fresh}, "Power from the grid", Type::number, "W"},
    {{"gridPower", "grid_power", number, "W", 1, fresh}, "Power from the grid", Type::number, "W"},
    {{"pvPower", "pv_power", number, "W", 1, fresh}, "Power of the sun", Type::number, "W"},
    {{"homePower", "home_power", number, "W", 1, fresh}, "Power of the house", Type::number, "W"},
    {{"battery/power", "battery_power", number, "W", -1, fresh}, "Power into the house's battery", Type::number, "W"},
    {{"batteryPower", "battery_power", number, "W", -1, fresh}, "Power into the house's battery", Type::number, "W"},
    {{"battery/soc", "battery_soc", number, "%", 1, hour}, "State of the house's battery", Type::number, "%", false, "", 0, 100},
    {{"batterySoc", "battery_soc", number, "%", 1, hour}, "State of the house's battery", Type::number, "%", false, "", 0, 100},
    {{"tariffGrid", "price", number, "", 1, hour}, "Price of a kilowatt hour", Type::number},
    {{"tariffFeedIn", "feed_in_price", number, "", 1, hour}, "Price for feeding in", Type::number},
    {{"tariffCo2", "co2", number, "g/(kW.h)", 1, hour}, "CO2 of the grid", Type::number, "g/(kW.h)"},
    {{"prioritySoc", "priority_soc", number, "%", 1, {}}, "Battery before cars up to", Type::number, "%", true, "", 0, 100},
    {{"bufferSoc", "buffer_soc", number, "%", 1, {}}, "Battery lends to cars above", Type::number, "%", true, "", 0, 100},
    {{"residualPower", "residual_power", number, "W", 1, {}}, "Power kept for the grid", Type::number, "W", true},
});

constexpr auto loadpoint = std::to_array<Row>({
    {{"chargePower", "power", number, "W", 1, fresh}, "Power", Type::number, "W"},
    {{"chargeCurrents/l1", "current_l1", number, "A", 1, fresh}, "Current, phase 1", Type::number, "A"},
    {{"chargeCurrents/l2", "current_l2", number, "A", 1, fresh}, "Current, phase 2", Type::number, "A"},
    {{"chargeCurrents/l3", "current_l3", number, "A", 1, fresh}, "Current, phase 3", Type::number, "A"},
    {{"chargeCurrents/1", "current_l1", number, "A", 1, fresh}, "Current, phase 1", Type::number, "A"},
    {{"chargeCurrents/2", "current_l2", number, "A", 1, fresh}, "Current, phase 2", Type::number, "A"},
    {{"chargeCurrents/3", "current_l3", number, "A", 1, fresh}, "Current, phase 3", Type::number, "A"},
    {{"chargeVoltages/l1", "voltage_l1", number, "V", 1, fresh}, "Voltage, phase 1", Type::number, "V"},
    {{"chargeVoltages/l2", "voltage_l2", number, "V", 1, fresh}, "Voltage, phase 2", Type::number, "V"},
    {{"chargeVoltages/l3", "voltage_l3", number, "V", 1, fresh}, "Voltage, phase 3", Type::number, "V"},
    {{"chargeTotalImport", "energy", number, "kW.h", 1, hour}, "Meter", Type::number, "W.h"},
    {{"chargedEnergy", "session_energy", number, "W.h", 1, hour}, "Energy of this charge", Type::number, "W.h"},
    {{"vehicleSoc", "soc", number, "%", 1, hour}, "State of charge of the car", Type::number, "%", false, "", 0, 100},
    {{"offeredCurrent", "limit", number, "A", 1, fresh}, "Offered current", Type::number, "A"},
    {{"phasesActive", "phases", number, "", 1, hour}, "Phases in use", Type::integer, "", false, "", 1, 3},
    {{"phasesConfigured", "phases_wanted", number, "", 1, {}}, "Phases wanted (0 = evcc decides)", Type::integer, "", true, "", 0, 3},
    {{"maxCurrent", "max_current", number, "A", 1, {}}, "Most current", Type::number, "A", true, "", 0, 125},
    {{"minCurrent", "min_current", number, "A", 1, {}}, "Least current", Type::number, "A", true, "", 0, 125},
    {{"mode", "mode", words, "", 1, {}}, "Mode", Type::enumeration, "", true, "off|pv|minpv|smart|now"},
    {{"limitSoc", "limit_soc", number, "%", 1, {}}, "Charge up to", Type::number, "%", true, "", 0, 100},
    {{"limitEnergy", "limit_energy", number, "kW.h", 1, {}}, "Charge so much", Type::number, "kW.h", true},
    {{"priority", "priority", number, "", 1, {}}, "Priority", Type::integer, "", true, "", 0, 10},
    {{"smartCostLimit", "cost_limit", number, "", 1, {}}, "Charge below this price", Type::number, "", true},
    {{"planActive", "plan_active", flag, "", 1, hour}, "Follows a plan", Type::boolean},
    {{"chargeRemainingDuration", "remaining_time", number, "s", 1, fresh}, "Time until charged", Type::number, "s"},
});

constexpr auto guest = std::to_array<VehicleRow>({
    {"vehicleSoc", "Powertrain.TractionBattery.StateOfCharge.Displayed", number, "%", 1, hour},
    {"vehicleRange", "Powertrain.Range", number, "km", 1, hour},
    {"vehicleOdometer", "TraveledDistance", number, "km", 1, day},
    {"connected", "Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected", flag, "", 1, hour},
    {"charging", "Powertrain.TractionBattery.Charging.IsCharging", flag, "", 1, hour},
    {"chargePower", "Foxtail.Charging.Power", number, "W", 1, fresh},
    {"chargeRemainingDuration", "Powertrain.TractionBattery.Charging.TimeToComplete", number, "s", 1, fresh},
});

constexpr auto vehicle = std::to_array<VehicleSetting>({
    {{"capacity", "Foxtail.Battery.NetCapacity", number, "kW.h", 1, {}}, false},
    {{"limitSoc", "Powertrain.TractionBattery.Charging.ChargeLimit", number, "%", 1, {}}, true},
    {{"minSoc", "Foxtail.Charging.MinSoC", number, "%", 1, {}}, true},
});
// clang-format on

}  // namespace

std::span<const Row> site_rows() {
    return site;
}
std::span<const Row> loadpoint_rows() {
    return loadpoint;
}
std::span<const VehicleRow> guest_rows() {
    return guest;
}
std::span<const VehicleSetting> vehicle_rows() {
    return vehicle;
}

PropertySpec property_of(const Row& row) {
    PropertySpec out;
    out.name = row.reads.path;
    out.title = row.title;
    out.type = row.type;
    out.unit = row.unit;
    out.settable = row.settable;
    if (row.settable && row.type != Type::enumeration) out.category = Category::config;
    if (row.minimum != row.maximum) {
        out.minimum = row.minimum;
        out.maximum = row.maximum;
    }
    if (row.reads.max_age.us > 0) out.max_age = row.reads.max_age;
    std::string_view list = row.allowed;
    while (!list.empty()) {
        const auto end = list.find('|');
        out.allowed.emplace_back(list.substr(0, end));
        list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    }
    return out;
}

const Row* find_key(std::span<const Row> rows, std::string_view key) {
    const auto at = std::find_if(rows.begin(), rows.end(),
                                 [&](const Row& row) { return row.reads.key == key; });
    return at == rows.end() ? nullptr : &*at;
}
const Row* find_name(std::span<const Row> rows, std::string_view name) {
    const auto at = std::find_if(rows.begin(), rows.end(),
                                 [&](const Row& row) { return row.reads.path == name; });
    return at == rows.end() ? nullptr : &*at;
}

}  // namespace foxtail::mqtt::evcc
