#pragma once

#include "foxtail/sim/calendar.hpp"
#include "foxtail/sim/noise.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace foxtail::sim {

enum class Person : std::uint8_t { anna, ben };
constexpr std::size_t person_count = 2;
[[nodiscard]] std::string_view name(Person person);

enum class Room : std::uint8_t { living_room, kitchen, bedroom, bathroom, study, hall, none };
constexpr std::size_t room_count = 6;
[[nodiscard]] std::string_view name(Room room);  // "living-room"

enum class Place : std::uint8_t { home, work, school, market, gym, lake, road };
constexpr std::size_t place_count = 6;  // without the road

struct PlaceSpec {
    std::string_view name;
    double latitude_deg = 0;
    double longitude_deg = 0;
    double radius_m = 0;
    bool region = false;  // set up as a region on the phones
    std::string_view region_id;
};
[[nodiscard]] const PlaceSpec& spec(Place place);

/// Metres between two points, for distances of a town (equirectangular).
[[nodiscard]] double distance_m(double lat1, double lon1, double lat2, double lon2);

enum class Travel : std::uint8_t { bicycle, car, passenger };

/// One way out and back: leaves home at `leave_s`, is home again at `back_s` (seconds of the local
/// day).
struct Outing {
    Place place = Place::work;
    Travel travel = Travel::bicycle;
    double leave_s = 0;
    double back_s = 0;
    double travel_s = 0;  // one way
    double route_m = 0;   // one way, along the road
};

/// A person's day, in the order it happens; a pure function of seed, person and day.
struct DayPlan {
    double wake_s = 0;
    double bed_s = 0;
    bool works_at_home = false;
    std::vector<Outing> outings;  // do not overlap
};
[[nodiscard]] DayPlan plan_day(const Dice& dice, Person person, std::int64_t day);

/// Where somebody is and what that means for house and car.
struct Whereabouts {
    Place place = Place::home;
    double latitude_deg = 0;
    double longitude_deg = 0;
    double speed_km_h = 0;
    double heading_deg = 0;
    Room room = Room::none;  // at home only
    bool asleep = false;
    bool showering = false;
    bool drives = false;      // has the car with him, moving or parked away from home
    double driven_share = 0;  // of the outing's way (0..2: out and back), while `drives`
    double route_m = 0;       // of the outing, one way
};
[[nodiscard]] Whereabouts whereabouts(const Site& site, const Dice& dice, Person person,
                                      std::int64_t t_ms);

}  // namespace foxtail::sim
