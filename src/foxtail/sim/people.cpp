#include "foxtail/sim/people.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace foxtail::sim {
namespace {

constexpr double hour = 3600.0;
constexpr double minute = 60.0;

constexpr std::array<PlaceSpec, place_count> places{{
    {"home", 47.9990, 7.8420, 110, true, "a1f0c2"},
    {"work", 48.0275, 7.8122, 150, true, "b2e1d3"},
    {"school", 48.0930, 7.9605, 180, true, "c3d2e4"},
    {"market", 48.0125, 7.8205, 120, false, ""},
    {"gym", 47.9865, 7.8690, 100, false, ""},
    {"lake", 47.8430, 8.1480, 400, false, ""},
}};

constexpr std::array<std::string_view, person_count> person_names{"anna", "ben"};
constexpr std::array<std::string_view, room_count + 1> room_names{
    "living-room", "kitchen", "bedroom", "bathroom", "study", "hall", "none"};

std::string stream(Person person, std::string_view what) {
    return std::string(name(person)) + "." + std::string(what);
}

int weekday_of(std::int64_t day) {
    return static_cast<int>(((day + 3) % 7 + 7) % 7);
}

Outing make_outing(Place place, Travel travel, double leave_s, double stay_s) {
    const PlaceSpec& home = spec(Place::home);
    const PlaceSpec& there = spec(place);
    const double straight_m =
        distance_m(home.latitude_deg, home.longitude_deg, there.latitude_deg, there.longitude_deg);
    const double speed_m_s =
        travel == Travel::bicycle ? 15.0 / 3.6 : (straight_m > 20e3 ? 68.0 : 38.0) / 3.6;
    Outing outing{place, travel, leave_s, 0, 0, straight_m * 1.3};
    outing.travel_s = outing.route_m / speed_m_s + (travel == Travel::bicycle ? 60.0 : 120.0);
    outing.back_s = leave_s + 2.0 * outing.travel_s + stay_s;
    return outing;
}

// Outings are added in the order of importance; a later one that does not fit between is dropped.
void add(DayPlan& plan, const Outing& outing) {
    if (outing.leave_s < plan.wake_s + 30 * minute || outing.back_s > plan.bed_s - 20 * minute) {
        return;
    }
    for (const Outing& other : plan.outings) {
        if (outing.leave_s < other.back_s + 15 * minute &&
            other.leave_s < outing.back_s + 15 * minute) {
            return;
        }
    }
    plan.outings.push_back(outing);
}

// Both go together, so both must roll the same dice: streams named "both".
void plan_weekend(const Dice& dice, Person person, std::int64_t day, DayPlan& plan) {
    const bool drives = person == Person::ben;
    const Travel travel = drives ? Travel::car : Travel::passenger;
    if (weekday_of(day) == 5) {
        const bool together = dice.chance("both.market", day, 0.7);
        const double leave = 10.2 * hour + 35 * minute * dice.spread("both.market.leave", day);
        if (drives || together) {
            add(plan, make_outing(Place::market, travel, leave, 65 * minute));
        }
    } else if (dice.chance("both.lake", day, 0.45)) {
        const double leave = 10.8 * hour + 30 * minute * dice.spread("both.lake.leave", day);
        const double stay = 4.2 * hour + hour * dice.spread("both.lake.stay", day);
        add(plan, make_outing(Place::lake, travel, leave, stay));
    }
    if (dice.chance(stream(person, "weekend.gym"), day, 0.3)) {
        add(plan, make_outing(Place::gym, Travel::bicycle,
                              15.5 * hour + hour * dice.spread(stream(person, "gym.leave"), day),
                              80 * minute));
    }
}

void plan_workday(const Dice& dice, Person person, std::int64_t day, DayPlan& plan) {
    const auto jitter = [&](std::string_view what, double minutes) {
        return minutes * minute * dice.spread(stream(person, what), day);
    };
    if (person == Person::anna) {
        plan.works_at_home =
            dice.chance("anna.home-office", day, weekday_of(day) == 4 ? 0.7 : 0.25);
        if (!plan.works_at_home) {
            add(plan, make_outing(Place::work, Travel::bicycle, 7.8 * hour + jitter("leave", 18),
                                  8.2 * hour + jitter("stay", 45)));
        }
        if (dice.chance("anna.gym", day, 0.3)) {
            add(plan, make_outing(Place::gym, Travel::bicycle, 18.4 * hour + jitter("gym", 25),
                                  85 * minute));
        }
        return;
    }
    add(plan, make_outing(Place::school, Travel::car, 7.2 * hour + jitter("leave", 9),
                          7.4 * hour + jitter("stay", 60)));
    if (dice.chance("ben.market", day, 0.35)) {
        add(plan, make_outing(Place::market, Travel::car, 17.4 * hour + jitter("market", 30),
                              40 * minute));
    } else if (dice.chance("ben.gym", day, 0.25)) {
        add(plan,
            make_outing(Place::gym, Travel::bicycle, 18.7 * hour + jitter("gym", 20), 80 * minute));
    }
}

Room pick_room(const Dice& dice, Person person, std::int64_t block, double h, bool works_at_home) {
    const bool office_hours = (h >= 9.0 && h < 12.4) || (h >= 13.2 && h < 17.2);
    const bool meal = (h >= 12.2 && h < 13.2) || (h >= 18.2 && h < 19.6);
    struct Weight {
        Room room;
        double weight;
    };
    const std::array<Weight, 6> weights{{
        {Room::study, works_at_home && office_hours ? 12.0 : 0.6},
        {Room::kitchen, meal ? 6.0 : 0.8},
        {Room::living_room, h > 19.0 ? 6.0 : 2.0},
        {Room::bathroom, 0.35},
        {Room::bedroom, 0.3},
        {Room::hall, 0.25},
    }};
    double sum = 0;
    for (const Weight& w : weights) {
        sum += w.weight;
    }
    double left = sum * dice.uniform(stream(person, "room"), block);
    for (const Weight& w : weights) {
        left -= w.weight;
        if (left < 0) {
            return w.room;
        }
    }
    return Room::living_room;
}

void place_at_home(const Dice& dice, Person person, const Local& local, const DayPlan& plan,
                   Whereabouts& w) {
    const PlaceSpec& home = spec(Place::home);
    w.latitude_deg = home.latitude_deg;
    w.longitude_deg = home.longitude_deg;
    w.asleep = local.second < plan.wake_s || local.second >= plan.bed_s;
    if (w.asleep) {
        w.room = Room::bedroom;
        return;
    }
    const double up_s = local.second - plan.wake_s;
    if (up_s < 3 * minute || plan.bed_s - local.second < 6 * minute) {
        w.room = Room::bedroom;
    } else if (up_s < 22 * minute || plan.bed_s - local.second < 18 * minute) {
        w.room = Room::bathroom;
        w.showering = up_s > 6 * minute && up_s < 12 * minute;
    } else if (up_s < 45 * minute) {
        w.room = Room::kitchen;
    } else {
        // Blocks of 14 minutes, shifted per person so that two people do not move in step.
        const double shift = person == Person::anna ? 0.0 : 400.0;
        const auto block =
            static_cast<std::int64_t>((local.second + shift) / (14 * minute)) + local.day * 128;
        w.room = pick_room(dice, person, block, local.hour(), plan.works_at_home);
    }
    for (const Outing& outing : plan.outings) {
        if (local.second < outing.leave_s && outing.leave_s - local.second < 2 * minute) {
            w.room = Room::hall;
        }
        if (local.second >= outing.back_s && local.second - outing.back_s < 2 * minute) {
            w.room = Room::hall;
        }
    }
}

// The way is bent to one side, so that the track on a map looks like a road and not like a ruler.
void place_on_way(const Outing& outing, double share, bool back, Whereabouts& w) {
    const PlaceSpec& a = spec(Place::home);
    const PlaceSpec& b = spec(outing.place);
    const double bend = 0.18 * std::sin(pi * share);
    const double dlat = b.latitude_deg - a.latitude_deg;
    const double dlon = b.longitude_deg - a.longitude_deg;
    w.latitude_deg = a.latitude_deg + dlat * share - dlon * bend * 0.6;
    w.longitude_deg = a.longitude_deg + dlon * share + dlat * bend * 0.6;
    w.place = Place::road;
    w.speed_km_h = outing.route_m / outing.travel_s * 3.6;
    const double east = dlon * std::cos(a.latitude_deg * pi / 180.0);
    const double heading = std::atan2(east, dlat) * 180.0 / pi + (back ? 180.0 : 0.0);
    w.heading_deg = std::fmod(heading + 360.0, 360.0);
}

}  // namespace

std::string_view name(Person person) {
    return person_names[static_cast<std::size_t>(person)];
}
std::string_view name(Room room) {
    return room_names[static_cast<std::size_t>(room)];
}
const PlaceSpec& spec(Place place) {
    return places[std::min(static_cast<std::size_t>(place), place_count - 1)];
}

double distance_m(double lat1, double lon1, double lat2, double lon2) {
    constexpr double metres_per_deg = 111'195.0;
    const double dy = (lat2 - lat1) * metres_per_deg;
    const double dx = (lon2 - lon1) * metres_per_deg * std::cos((lat1 + lat2) * pi / 360.0);
    return std::hypot(dx, dy);
}

DayPlan plan_day(const Dice& dice, Person person, std::int64_t day) {
    const bool weekend = weekday_of(day) >= 5;
    DayPlan plan;
    const double wake = weekend ? 8.1 * hour : (person == Person::anna ? 6.6 * hour : 6.1 * hour);
    plan.wake_s =
        wake + (weekend ? 40.0 : 12.0) * minute * dice.spread(stream(person, "wake"), day);
    plan.bed_s = 22.8 * hour + 40.0 * minute * dice.spread(stream(person, "bed"), day);
    if (weekend) {
        plan_weekend(dice, person, day, plan);
    } else {
        plan_workday(dice, person, day, plan);
    }
    std::sort(plan.outings.begin(), plan.outings.end(),
              [](const Outing& a, const Outing& b) { return a.leave_s < b.leave_s; });
    return plan;
}

Whereabouts whereabouts(const Site& site, const Dice& dice, Person person, std::int64_t t_ms) {
    const Local local = local_time(site, t_ms);
    const DayPlan plan = plan_day(dice, person, local.day);
    Whereabouts w;
    for (const Outing& outing : plan.outings) {
        if (local.second < outing.leave_s || local.second >= outing.back_s) {
            continue;
        }
        const double out_share = (local.second - outing.leave_s) / outing.travel_s;
        const double back_share = (outing.back_s - local.second) / outing.travel_s;
        if (out_share < 1.0) {
            place_on_way(outing, out_share, false, w);
        } else if (back_share < 1.0) {
            place_on_way(outing, back_share, true, w);
        } else {
            const PlaceSpec& there = spec(outing.place);
            w.place = outing.place;
            w.latitude_deg = there.latitude_deg;
            w.longitude_deg = there.longitude_deg;
        }
        w.drives = outing.travel == Travel::car;
        w.route_m = outing.route_m;
        w.driven_share = out_share < 1.0 ? out_share : (back_share < 1.0 ? 2.0 - back_share : 1.0);
        return w;
    }
    place_at_home(dice, person, local, plan, w);
    return w;
}

}  // namespace foxtail::sim
