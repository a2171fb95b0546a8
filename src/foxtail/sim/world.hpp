#pragma once

#include "foxtail/sim/calendar.hpp"
#include "foxtail/sim/noise.hpp"
#include "foxtail/sim/people.hpp"
#include "foxtail/sim/weather.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace foxtail::sim {

// The demo household as physics: what is true, not what a device reports of it. Devices (the other
// files) measure it with their errors and habits, and act on it through `Act`. Powers are watts,
// energies kWh unless the name says otherwise; a step never takes longer than `step_max_s` of
// simulated time.

enum class Lamp : std::uint8_t {
    living_ceiling,
    living_floor,
    kitchen,
    bedside,
    bathroom,
    desk,
    hall
};
constexpr std::size_t lamp_count = 7;
struct LampSpec {
    std::string_view device;  // "living-room/ceiling-lamp"
    Room room = Room::none;
    double watts = 0;   // at full brightness
    bool main = false;  // the one people switch on when they come in
    bool color = false;
};
[[nodiscard]] const LampSpec& spec(Lamp lamp);

struct LampState {
    bool on = false;
    std::int64_t brightness = 254;  // 1 .. 254
    std::int64_t mired = 370;       // 153 .. 500
    double color_x = 0.459;         // CIE 1931, where the lamp has colours
    double color_y = 0.41;
    bool colored = false;  // shows color_x/y, not mired
    double power_w = 0;
};

enum class Plug : std::uint8_t { tv, coffee, desk, dishwasher };
constexpr std::size_t plug_count = 4;
[[nodiscard]] std::string_view device_of(Plug plug);
struct PlugState {
    bool on = true;
    double power_w = 0;
    double energy_kwh = 0;
};

enum class HeatMode : std::uint8_t {
    off,
    heat,
    automatic
};  // automatic: the thermostat's own day programme

struct RoomState {
    double temperature_c = 20.5;
    double vapour_g_m3 = 8.5;
    double co2_ppm = 550;
    double setpoint_c = 21;
    std::int64_t mode = static_cast<std::int64_t>(HeatMode::automatic);
    double valve = 0;   // 0 .. 1
    double heat_w = 0;  // from the radiator
    double light_lx = 0;
    double empty_s = 0;  // since the last person left
    std::int64_t people = 0;
    bool moving = false;  // somebody is moving in it now
    bool dark = false;
    bool window_open = false;
    [[nodiscard]] double humidity_pct() const;
};

struct PersonState {
    Whereabouts at;
    double phone_pct = 80;
    bool phone_charging = false;
};

struct CarState {
    double charge_kwh = 33;
    double limit_pct = 80;
    double odometer_km = 21'480.0;
    double latitude_deg = 47.9990;
    double longitude_deg = 7.8420;
    double cabin_c = 15;
    double power_w = 0;  // drawn through the wallbox
    double added_away_kwh = 0;
    double driven_kwh = 0;  // taken by driving and climate since the start
    double trip_share = 0;  // of the way of the running outing that is already driven
    bool home = true;
    bool driving = false;
    bool plugged = true;
    bool climate = false;
    bool locked = true;
    bool stopped = false;  // told not to charge
    [[nodiscard]] double soc_pct() const;
    [[nodiscard]] double range_km(double outdoor_c) const;
};
constexpr double car_capacity_kwh = 58.0;
constexpr double car_charge_efficiency = 0.91;

struct WallboxState {
    bool enabled = true;
    double limit_a = 16;  // per phase, 6 .. 16; 0 pauses
    double power_w = 0;
    double energy_kwh = 1840.0;
    double session_kwh = 0;
};

/// The second wallbox, whose physics are its own program's (carport.hpp).
struct CarportState {
    double power_w = 0;
};

enum class BatteryMode : std::uint8_t {
    automatic,
    hold,
    charge,
    setpoint  // does what it is told in watts
};
struct BatteryState {
    double stored_kwh = 4.2;
    double power_w = 0;  // > 0 discharges into the house
    double charged_kwh = 2210.0;
    double discharged_kwh = 1990.0;
    std::int64_t mode = static_cast<std::int64_t>(BatteryMode::automatic);
    double reserve_pct = 10;
    double setpoint_w = 0;  // > 0 charges
    [[nodiscard]] double soc_pct() const;
};
constexpr double battery_capacity_kwh = 10.2;
constexpr double battery_power_max_w = 5000;
constexpr double battery_efficiency = 0.955;  // each way

/// What the contacts of an SG-Ready heat pump ask for: store heat while power is plenty, or wait.
enum class HeatPumpMode : std::uint8_t { normal, boost, block };
struct HeatPumpState {
    bool enabled = true;
    bool running = false;
    bool hot_water = false;  // at present heats the tank, not the rooms
    double flow_c = 31;      // buffer temperature
    double offset_k = 0;     // people's correction of the heating curve, -5 .. 5
    std::int64_t mode = static_cast<std::int64_t>(HeatPumpMode::normal);
    double target_c = 30;
    double thermal_w = 0;
    double power_w = 0;
    double energy_kwh = 5300.0;
    double heat_kwh = 19'900.0;
};

struct TankState {
    double temperature_c = 49;
    double setpoint_c = 50;
    bool boost = false;  // the electric rod
    double boost_w = 0;
};

struct ApplianceState {
    bool running = false;
    bool finished = false;  // waits to be emptied
    double elapsed_s = 0;
    std::int64_t program = 0;
    double power_w = 0;
    double energy_kwh = 0;
};

struct VentilationState {
    std::int64_t level = 1;  // 0 .. 3
    bool automatic = true;
    double power_w = 0;
    double filter_h = 1900;  // hours left
};

struct MeterState {
    double pv_w = 0;
    double base_w = 0;     // fridge, router, stand-by
    double kitchen_w = 0;  // hob, oven, kettle
    double load_w = 0;     // everything in the house
    double grid_w = 0;     // > 0 imports
    double import_kwh = 6120.0;
    double export_kwh = 9480.0;
    double pv_kwh = 17'260.0;
    double load_kwh = 0;
};

struct DoorState {
    double open_s = 0;  // still to stay open
    bool locked = true;
};

struct BlindState {
    double position_pct = 100;  // 100 = open
    double target_pct = 100;
};

struct Setup {
    std::uint64_t seed = 1;
    Site site;
};

struct World {
    std::int64_t t_ms = 0;  // simulated UTC
    std::uint64_t seed = 1;
    std::int64_t era = 0;  // names one run of the demo; see WorldOptions
    Site site;
    Weather weather;  // derived; recomputed where the world is decoded
    std::array<PersonState, person_count> people;
    std::array<RoomState, room_count> rooms;
    std::array<LampState, lamp_count> lamps;
    std::array<PlugState, plug_count> plugs;
    CarState car;
    WallboxState wallbox;
    CarportState carport;
    BatteryState battery;
    HeatPumpState heat_pump;
    TankState tank;
    ApplianceState washer;
    ApplianceState dishwasher;
    VentilationState ventilation;
    MeterState meter;
    DoorState door;
    BlindState blind;
    std::int64_t button_presses = 0;
    std::int64_t button_kind = 0;  // 0 single, 1 double, 2 hold

    [[nodiscard]] Local local() const { return local_time(site, t_ms); }
    [[nodiscard]] Dice dice() const { return Dice(seed); }
    [[nodiscard]] RoomState& room(Room r) { return rooms[static_cast<std::size_t>(r)]; }
    [[nodiscard]] const RoomState& room(Room r) const { return rooms[static_cast<std::size_t>(r)]; }
    [[nodiscard]] LampState& lamp(Lamp l) { return lamps[static_cast<std::size_t>(l)]; }
    [[nodiscard]] const LampState& lamp(Lamp l) const { return lamps[static_cast<std::size_t>(l)]; }
    [[nodiscard]] PlugState& plug(Plug p) { return plugs[static_cast<std::size_t>(p)]; }
    [[nodiscard]] const PlugState& plug(Plug p) const { return plugs[static_cast<std::size_t>(p)]; }
    [[nodiscard]] bool anybody_home() const;
    [[nodiscard]] bool anybody_awake() const;
};

constexpr double step_max_s = 15.0;

/// A settled household at `t_ms`: rooms warm for the season, people where their plan says.
[[nodiscard]] World make_world(const Setup& setup, std::int64_t t_ms);

/// Advances to `t_ms`, in steps of at most step_max_s. Going back in time does nothing.
void advance(World& world, std::int64_t t_ms);

/// Recomputes what follows from seed and time alone (weather, people's places).
void refresh(World& world);

/// A device did something to the world: a relay closed, a valve's target changed. `device` and
/// `key` as the device names them ("hall/ceiling-lamp", "on"); switches are 0 and 1.
struct Act {
    std::string device;
    std::string key;
    double value = 0;
    friend bool operator==(const Act&, const Act&) = default;
};

/// Carries it out within the device's limits. False when no such device or key exists, or the value
/// is no number.
bool apply(World& world, const Act& act);

/// The sum of everything that draws power, item by item; equals meter.load_w after a step.
[[nodiscard]] double loads_w(const World& world);
/// meter.grid_w by phase, as the house is wired; > 0 imports.
[[nodiscard]] std::array<double, 3> grid_phases_w(const World& world);

}  // namespace foxtail::sim
