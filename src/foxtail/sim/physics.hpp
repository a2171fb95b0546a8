#pragma once

#include "foxtail/sim/world.hpp"

namespace foxtail::sim {

// The parts of one step, in the order `advance` calls them. `dt_s` is at most step_max_s.

/// People walk, come and go: rooms' occupation, front door, phones.
void step_people(World& world, std::int64_t before_ms, double dt_s);
/// What people do with their hands: lamps, blind, windows, appliances, lock, button.
void step_habits(World& world, std::int64_t before_ms, double dt_s);
/// The car drives, parks, is plugged in, charges.
void step_car(World& world, double dt_s);
/// Rooms, radiators, heat pump, hot water, air.
void step_heat(World& world, std::int64_t before_ms, double dt_s);
/// Loads, sun, battery, grid, counters.
void step_power(World& world, double dt_s);

[[nodiscard]] constexpr double kwh(double watts, double seconds) {
    return watts * seconds / 3.6e6;
}

/// What the roof gives to the house, in W.
[[nodiscard]] double pv_power(const Weather& weather);

struct RoomSpec {
    double area_m2 = 0;
    double loss_w_k = 0;  // to outdoors
    double capacity_j_k = 0;
    double radiator_w = 0;  // at 15 K over the room
    double glass_m2 = 0;
    double glass_azimuth_deg = 0;
    double comfort_c = 21;
    double night_c = 18;
};
[[nodiscard]] const RoomSpec& spec(Room room);

/// Seconds a programme takes, and its power `elapsed_s` into it.
struct Programme {
    std::string_view name;
    double length_s = 0;
};
constexpr std::size_t programmes_per_appliance = 3;
[[nodiscard]] const std::array<Programme, programmes_per_appliance>& washer_programmes();
[[nodiscard]] const std::array<Programme, programmes_per_appliance>& dishwasher_programmes();

}  // namespace foxtail::sim
