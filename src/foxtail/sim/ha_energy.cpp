#include "foxtail/sim/ha_device.hpp"
#include "foxtail/sim/physics.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::sim {
namespace {

std::optional<Act> act(std::string device, std::string key, std::optional<double> value) {
    if (!value) {
        return std::nullopt;
    }
    return Act{std::move(device), std::move(key), *value};
}

HaSpec inverter() {
    HaSpec spec{"solar-inverter", "Solar inverter", "inverter_sn2207x41",
                "solar/inverter", "Helios",         "HX-7000",
                "Cellar"};
    spec.pace = {10, 120};
    spec.entities = {
        sensor("ac_power", "AC power", "W", "power"),
        sensor("energy_total", "Energy, total", "kWh", "energy", "total_increasing"),
        sensor("dc_voltage", "DC voltage", "V", "voltage"),
        sensor("dc_current", "DC current", "A", "current"),
        diagnostic(sensor("temperature", "Heat sink temperature", "°C", "temperature")),
        diagnostic(
            state_sensor("status", "Status", {"sleeping", "starting", "producing", "throttled"})),
    };
    spec.measure = [](const World& w) {
        const Dice dice = w.dice();
        const double power = w.meter.pv_w;
        const double volts = power > 0 ? 560.0 + wander(dice, "pv.volts", w.t_ms, 25, 120) : 0.0;
        const double sink = w.weather.temperature_c + 8.0 + 0.0042 * power;
        const char* status =
            power <= 0 ? "sleeping"
                       : (power < 60 ? "starting" : (power >= 6990 ? "throttled" : "producing"));
        return std::vector<Sample>{
            number_sample("ac_power", std::round(power), 0, std::max(15.0, 0.03 * power)),
            number_sample("energy_total", w.meter.pv_kwh, 1, 0.1),
            number_sample("dc_voltage", volts, 1, never),
            number_sample("dc_current", volts > 0 ? power / 0.965 / volts : 0.0, 2, never),
            number_sample("temperature", sink, 1, 2.0),
            text_sample("status", status),
        };
    };
    return spec;
}

HaSpec meter() {
    HaSpec spec{"grid-meter", "Grid meter",  "meter_1emh0012", "meter",
                "Landmark",   "E450 reader", "Cellar"};
    spec.form = DiscoveryForm::single;
    spec.state = StateForm::plain;
    spec.abbreviated = true;
    spec.pace = {5, 15};
    spec.entities = {
        sensor("power", "Power", "W", "power"),
        sensor("power_l1", "Power L1", "W", "power"),
        sensor("power_l2", "Power L2", "W", "power"),
        sensor("power_l3", "Power L3", "W", "power"),
        sensor("energy_import", "Energy from the grid", "kWh", "energy", "total_increasing"),
        sensor("energy_export", "Energy to the grid", "kWh", "energy", "total_increasing"),
        sensor("voltage_l1", "Voltage L1", "V", "voltage"),
        sensor("frequency", "Frequency", "Hz", "frequency"),
    };
    spec.measure = [](const World& w) {
        const Dice dice = w.dice();
        const double power = w.meter.grid_w;
        const auto phases = grid_phases_w(w);
        const auto phase = [&](std::string key, double watts) {
            return number_sample(std::move(key), std::round(watts), 0,
                                 std::max(20.0, 0.04 * std::abs(watts)));
        };
        return std::vector<Sample>{
            number_sample("power", std::round(power + wander(dice, "meter", w.t_ms, 2.0, 5)), 0,
                          std::max(10.0, 0.02 * std::abs(power))),
            phase("power_l1", phases[0]),
            phase("power_l2", phases[1]),
            phase("power_l3", phases[2]),
            number_sample("energy_import", w.meter.import_kwh, 3, 0.02),
            number_sample("energy_export", w.meter.export_kwh, 3, 0.02),
            number_sample("voltage_l1", 231.0 + wander(dice, "mains", w.t_ms, 4.0, 400), 1, 0.8),
            number_sample("frequency", 50.0 + wander(dice, "mains.hz", w.t_ms, 0.08, 90), 2, 0.02),
        };
    };
    return spec;
}

HaSpec battery() {
    static const std::vector<std::string> modes{"automatic", "hold", "charge", "setpoint"};
    HaSpec spec{"home-battery", "Home battery", "battery_b10k_0381", "storage/b10k", "Helios",
                "B10k",         "Cellar"};
    spec.pace = {10, 300};
    spec.entities = {
        sensor("soc", "State of charge", "%", "battery"),
        sensor("power", "Power (charging positive)", "W", "power"),
        sensor("energy_charged", "Energy charged", "kWh", "energy", "total_increasing"),
        sensor("energy_discharged", "Energy discharged", "kWh", "energy", "total_increasing"),
        diagnostic(sensor("cell_temperature", "Cell temperature", "°C", "temperature")),
        choice("mode", "Mode", modes),
        number_entity("reserve", "Reserve", "%", 0, 100, 1),
        number_entity("setpoint", "Power to charge with", "W", -battery_power_max_w,
                      battery_power_max_w, 10),
    };
    spec.measure = [](const World& w) {
        const double power = 0.0 - w.battery.power_w;
        return std::vector<Sample>{
            number_sample("soc", w.battery.soc_pct(), 1, 0.5),
            number_sample("power", std::round(power), 0, std::max(20.0, 0.05 * std::abs(power))),
            number_sample("energy_charged", w.battery.charged_kwh, 2, 0.1),
            number_sample("energy_discharged", w.battery.discharged_kwh, 2, 0.1),
            number_sample("cell_temperature",
                          19.0 + 0.0015 * std::abs(power) + wander(w.dice(), "cells", w.t_ms, 1.0),
                          1, 1.0),
            text_sample("mode", modes[static_cast<std::size_t>(w.battery.mode)]),
            number_sample("reserve", w.battery.reserve_pct, 0, 0),
            number_sample("setpoint", w.battery.setpoint_w, 0, 0),
        };
    };
    spec.order = [](std::string_view id, std::string_view payload,
                    const World&) -> std::optional<Act> {
        if (id == "mode") return act("home-battery", "mode", parse_choice(payload, modes));
        if (id == "reserve") return act("home-battery", "reserve", parse_number(payload, 0, 100));
        if (id == "setpoint")
            return act("home-battery", "setpoint",
                       parse_number(payload, -battery_power_max_w, battery_power_max_w));
        return std::nullopt;
    };
    return spec;
}

HaSpec wallbox() {
    HaSpec spec{"wallbox", "Wallbox", "wallbox_wb11_77", "wallbox/wb11",
                "Voltan",  "WB-11",   "Garage"};
    spec.pace = {5, 300};
    spec.entities = {
        state_sensor("status", "Status", {"Available", "Charging", "SuspendedEV", "SuspendedEVSE"}),
        sensor("power", "Charging power", "W", "power"),
        sensor("current_l1", "Current L1", "A", "current"),
        sensor("current_l2", "Current L2", "A", "current"),
        sensor("current_l3", "Current L3", "A", "current"),
        sensor("energy", "Energy, total", "Wh", "energy", "total_increasing"),
        sensor("session_energy", "Energy, this session", "Wh", "energy", "total_increasing"),
        binary_sensor("plugged", "Car plugged in", "plug"),
        toggle("enabled", "Charging allowed"),
        number_entity("limit", "Current limit", "A", 0, 16, 1),
    };
    spec.measure = [](const World& w) {
        const bool plugged = w.car.home && w.car.plugged;
        const double power = w.wallbox.power_w;
        const bool allowed = w.wallbox.enabled && w.wallbox.limit_a >= 6;
        const char* status = !plugged    ? "Available"
                             : power > 0 ? "Charging"
                             : allowed   ? "SuspendedEV"
                                         : "SuspendedEVSE";
        const double amps = power / 690.0;
        return std::vector<Sample>{
            text_sample("status", status),
            number_sample("power", power * (1.0 + wander(w.dice(), "wallbox", w.t_ms, 0.004, 20)),
                          0, 50),
            number_sample("current_l1", amps, 2, 0.3),
            number_sample("current_l2", amps, 2, 0.3),
            number_sample("current_l3", amps, 2, 0.3),
            number_sample("energy", std::floor(w.wallbox.energy_kwh * 1000.0), 0, 100),
            number_sample("session_energy", std::floor(w.wallbox.session_kwh * 1000.0), 0, never),
            on_off("plugged", plugged),
            on_off("enabled", w.wallbox.enabled),
            number_sample("limit", w.wallbox.limit_a, 0, 0),
        };
    };
    spec.order = [](std::string_view id, std::string_view payload,
                    const World&) -> std::optional<Act> {
        if (id == "enabled") return act("wallbox", "enabled", parse_on_off(payload));
        if (id == "limit") return act("wallbox", "limit", parse_number(payload, 0, 16));
        return std::nullopt;
    };
    return spec;
}

}  // namespace

std::vector<HaSpec> energy_devices() {
    return {inverter(), meter(), battery(), wallbox()};
}

}  // namespace foxtail::sim
