#include "foxtail/sim/ha_device.hpp"
#include "foxtail/sim/json_text.hpp"
#include "foxtail/sim/physics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace foxtail::sim {
namespace {

std::optional<Act> act(std::string device, std::string key, std::optional<double> value) {
    if (!value) {
        return std::nullopt;
    }
    return Act{std::move(device), std::move(key), *value};
}

const std::vector<std::string>& heat_pump_modes() {
    static const std::vector<std::string> modes{"normal", "boost", "block"};
    return modes;
}

HaSpec heat_pump() {
    HaSpec spec{"heat-pump", "Heat pump", "heat_pump_aq7_19", "heatpump/aq7", "Thermia Nova",
                "AQ-7",      "Cellar"};
    spec.pace = {30, 600};
    spec.entities = {
        state_sensor("status", "Status", {"off", "idle", "heating", "hot_water"}),
        sensor("flow_temperature", "Flow temperature", "°C", "temperature"),
        sensor("target_temperature", "Flow target", "°C", "temperature"),
        sensor("outdoor_temperature", "Outdoor temperature", "°C", "temperature"),
        sensor("room_temperature", "Room temperature", "°C", "temperature"),
        sensor("power", "Electric power", "W", "power"),
        sensor("heat", "Heat output", "W", "power"),
        sensor("energy", "Energy used", "kWh", "energy", "total_increasing"),
        diagnostic(sensor("heat_total", "Heat delivered", "kWh", "energy", "total_increasing")),
        toggle("enabled", "Heating"),
        number_entity("offset", "Curve offset", "K", -5, 5, 0.5),
        choice("mode", "SG Ready", heat_pump_modes()),
    };
    spec.measure = [](const World& w) {
        const HeatPumpState& p = w.heat_pump;
        const char* status =
            !p.enabled ? "off" : (!p.running ? "idle" : (p.hot_water ? "hot_water" : "heating"));
        const Dice dice = w.dice();
        return std::vector<Sample>{
            text_sample("status", status),
            number_sample("flow_temperature", p.flow_c + wander(dice, "flow", w.t_ms, 0.2, 60), 1,
                          0.5),
            number_sample("target_temperature", p.target_c, 1, 0.5),
            number_sample("outdoor_temperature", w.weather.temperature_c + 0.6, 1, 0.5),
            number_sample("room_temperature", w.room(Room::living_room).temperature_c, 1, 0.2),
            number_sample("power", std::round(p.power_w), 0, std::max(20.0, 0.08 * p.power_w)),
            number_sample("heat", std::round(p.thermal_w / 10.0) * 10.0, 0, never),
            number_sample("energy", p.energy_kwh, 1, 0.1),
            number_sample("heat_total", p.heat_kwh, 1, never),
            on_off("enabled", p.enabled),
            number_sample("offset", p.offset_k, 1, 0),
            text_sample("mode", heat_pump_modes()[static_cast<std::size_t>(p.mode)]),
        };
    };
    spec.order = [](std::string_view id, std::string_view payload,
                    const World&) -> std::optional<Act> {
        if (id == "enabled") return act("heat-pump", "enabled", parse_on_off(payload));
        if (id == "offset") return act("heat-pump", "offset", parse_number(payload, -5, 5));
        if (id == "mode") return act("heat-pump", "mode", parse_choice(payload, heat_pump_modes()));
        return std::nullopt;
    };
    return spec;
}

HaSpec hot_water() {
    HaSpec spec{"hot-water",    "Hot water", "hot_water_200", "hotwater/tank",
                "Thermia Nova", "Tank 200",  "Cellar"};
    spec.form = DiscoveryForm::single;
    spec.pace = {60, 900};
    Entity heater{"water_heater", "heater", "Tank", {}, false, false};
    const std::string state = print_string(spec.base + "/state");
    heater.options = {
        {"current_temperature_topic", state},
        {"current_temperature_template", R"("{{ value_json.temperature }}")"},
        {"temperature_state_topic", state},
        {"temperature_state_template", R"("{{ value_json.setpoint }}")"},
        {"temperature_command_topic", print_string(spec.base + "/setpoint/set")},
        {"mode_state_topic", state},
        {"mode_state_template", R"("{{ value_json.mode }}")"},
        {"mode_command_topic", print_string(spec.base + "/mode/set")},
        {"modes", R"(["heat_pump","performance"])"},
        {"min_temp", "40"},
        {"max_temp", "60"},
        {"precision", "0.5"},
        {"temperature_unit", R"("C")"},
    };
    heater.settable = false;
    spec.entities = {heater, sensor("temperature", "Temperature", "°C", "temperature"),
                     number_entity("setpoint", "Set temperature", "°C", 40, 60, 0.5),
                     toggle("boost", "Boost")};
    spec.measure = [](const World& w) {
        return std::vector<Sample>{
            number_sample("temperature",
                          w.tank.temperature_c + wander(w.dice(), "tank", w.t_ms, 0.3), 1, 0.5),
            number_sample("setpoint", w.tank.setpoint_c, 1, 0),
            on_off("boost", w.tank.boost),
            text_sample("mode", w.tank.boost ? "performance" : "heat_pump"),
        };
    };
    spec.order = [](std::string_view id, std::string_view payload,
                    const World&) -> std::optional<Act> {
        if (id == "setpoint") return act("hot-water", "setpoint", parse_number(payload, 40, 60));
        if (id == "boost") return act("hot-water", "boost", parse_on_off(payload));
        if (id == "mode")
            return act("hot-water", "boost", parse_choice(payload, {"heat_pump", "performance"}));
        return std::nullopt;
    };
    return spec;
}

HaSpec ventilation() {
    HaSpec spec{"ventilation", "Ventilation", "vent_kwl180", "ventilation",
                "Zephyr",      "KWL 180",     "Hall"};
    spec.pace = {30, 900};
    Entity fan{"fan", "fan", "Fan", {}, false, false};
    const std::string state = print_string(spec.base + "/state");
    fan.options = {
        {"state_topic", state},
        {"state_value_template", R"("{{ value_json.fan }}")"},
        {"command_topic", print_string(spec.base + "/fan/set")},
        {"percentage_state_topic", state},
        {"percentage_value_template", R"("{{ value_json.level }}")"},
        {"percentage_command_topic", print_string(spec.base + "/level/set")},
        {"speed_range_min", "1"},
        {"speed_range_max", "3"},
        {"preset_mode_state_topic", state},
        {"preset_mode_value_template", R"("{{ value_json.preset }}")"},
        {"preset_mode_command_topic", print_string(spec.base + "/preset/set")},
        {"preset_modes", R"(["auto","manual"])"},
    };
    fan.settable = true;
    spec.entities = {fan, sensor("power", "Power", "W", "power"),
                     diagnostic(sensor("filter_hours", "Filter life left", "h", "duration"))};
    spec.measure = [](const World& w) {
        const VentilationState& v = w.ventilation;
        return std::vector<Sample>{
            on_off("fan", v.level > 0),
            number_sample("level", static_cast<double>(v.level), 0, 0),
            text_sample("preset", v.automatic ? "auto" : "manual"),
            number_sample("power", v.power_w + wander(w.dice(), "fan", w.t_ms, 1.0, 60), 0, 4),
            number_sample("filter_hours", std::floor(v.filter_h), 0, never),
        };
    };
    spec.order = [](std::string_view id, std::string_view payload,
                    const World& w) -> std::optional<Act> {
        if (id == "level") return act("ventilation", "level", parse_number(payload, 0, 3));
        if (id == "preset") {
            const auto manual = parse_choice(payload, {"auto", "manual"});
            return act("ventilation", "automatic",
                       manual ? std::optional(1.0 - *manual) : std::nullopt);
        }
        if (id == "fan") {
            const auto on = parse_on_off(payload);
            if (!on) return std::nullopt;
            return Act{"ventilation", "level",
                       *on > 0 ? std::max(1.0, static_cast<double>(w.ventilation.level)) : 0.0};
        }
        return std::nullopt;
    };
    return spec;
}

HaSpec air_quality() {
    HaSpec spec{"air-quality", "Air monitor", "air_monitor_4f12", "air-monitor",
                "Breeze",      "AQ One",      "Living room"};
    spec.form = DiscoveryForm::single;
    spec.state = StateForm::plain;
    spec.abbreviated = true;
    spec.pace = {60, 600};
    spec.entities = {
        sensor("co2", "CO2", "ppm", "carbon_dioxide"),
        sensor("pm25", "Fine dust", "µg/m³", "pm25"),
        sensor("voc_index", "VOC index", "", ""),
        sensor("temperature", "Temperature", "°C", "temperature"),
        sensor("humidity", "Humidity", "%", "humidity"),
    };
    spec.measure = [](const World& w) {
        const RoomState& room = w.room(Room::living_room);
        const Dice dice = w.dice();
        const double hours = static_cast<double>(w.t_ms) / 3.6e6;
        const double dust =
            5.0 + 3.0 * dice.smooth("dust", hours / 3.0) + (w.meter.kitchen_w > 500 ? 14.0 : 0.0);
        const double voc = 100.0 + 40.0 * dice.smooth("voc", hours / 2.0) +
                           30.0 * static_cast<double>(room.people);
        return std::vector<Sample>{
            number_sample("co2", std::round(room.co2_ppm + wander(dice, "co2", w.t_ms, 15, 120)), 0,
                          25),
            number_sample("pm25", std::max(1.0, dust), 0, 3),
            number_sample("voc_index", std::clamp(voc, 1.0, 500.0), 0, 10),
            number_sample("temperature",
                          room.temperature_c + 0.4 + wander(dice, "air.t", w.t_ms, 0.2), 1, 0.2),
            number_sample("humidity", room.humidity_pct() + wander(dice, "air.h", w.t_ms, 1.5), 0,
                          1),
        };
    };
    return spec;
}

HaSpec weather_station() {
    HaSpec spec{"weather-station", "Weather station", "weather_ws90", "weather/roof",
                "Ecowind",         "WS-90",           "Roof"};
    spec.form = DiscoveryForm::single;
    spec.abbreviated = true;
    spec.pace = {60, 300};
    spec.entities = {
        sensor("temperature", "Temperature", "°C", "temperature"),
        sensor("humidity", "Humidity", "%", "humidity"),
        sensor("pressure", "Air pressure", "hPa", "atmospheric_pressure"),
        sensor("wind_speed", "Wind", "m/s", "wind_speed"),
        sensor("wind_direction", "Wind direction", "°", ""),
        sensor("rain_rate", "Rain", "mm/h", "precipitation_intensity"),
        sensor("irradiance", "Sun", "W/m²", "irradiance"),
        sensor("illuminance", "Light", "lx", "illuminance"),
    };
    spec.measure = [](const World& w) {
        const Weather& a = w.weather;
        const Dice dice = w.dice();
        const double lux = std::round(a.illuminance_lx() / 10.0) * 10.0;
        return std::vector<Sample>{
            number_sample("temperature", a.temperature_c + wander(dice, "roof.t", w.t_ms, 0.2), 1,
                          0.2),
            number_sample("humidity", a.humidity_pct, 0, 2),
            number_sample("pressure", a.pressure_hpa, 1, 0.4),
            number_sample("wind_speed", a.wind_m_s, 1, 0.8),
            number_sample("wind_direction", std::round(a.wind_from_deg), 0, never),
            number_sample("rain_rate", a.rain_mm_h, 1, 0.3),
            number_sample("irradiance", a.global_w_m2, 0, std::max(10.0, 0.1 * a.global_w_m2)),
            number_sample("illuminance", lux, 0, never),
        };
    };
    return spec;
}

}  // namespace

std::vector<HaSpec> comfort_devices() {
    return {heat_pump(), hot_water(), ventilation(), air_quality(), weather_station()};
}

}  // namespace foxtail::sim
