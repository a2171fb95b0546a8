#pragma once

#include "foxtail/connectors/calendar/events.hpp"

#include <optional>
#include <string>
#include <vector>

namespace foxtail::calendar {

/// What tells which events are trips, and how far.
struct TripRules {
    struct Car {
        std::string name;  // "#leaf" or "leaf:" in a text names it
        double kwh_per_km = 0.18;
    };
    struct Place {
        std::vector<std::string> words;  // in a place or title
        double km = 0;                   // there and back
    };
    std::vector<Car> cars;
    std::vector<Place> places;
    std::vector<std::string> absence_words;
    std::string default_car;      // whose trips they are when none is named; empty = the only one's
    double km_per_hour = 60;      // on the way: so much earlier it leaves, later it comes back
    int day_from_minute = 480;    // all-day trips: from eight ...
    int day_until_minute = 1200;  // ... to eight in the evening
};

/// A car is away.
struct Trip {
    std::string car;
    Time from;
    Time until;
    std::optional<double> km;  // there and back; nothing = nobody says how far
    double kwh = 0;            // 0 while the distance is not known
    std::string uid;
    std::string words;  // the event's title
};

/// Nobody is there (whose calendar it is).
struct Absence {
    Time from;
    Time until;
    std::string words;
};

struct Journeys {
    std::vector<Trip> trips;           // by time
    std::vector<Absence> absences;     // by time
    std::vector<std::string> remarks;  // "'Ulm 150 km' names no car"; 20 at most
};

/// An event is a trip when its texts have a distance ("80 km", there and back), name a car ("#leaf"
/// anywhere, "leaf:" at the beginning of a word), or its place or title has a place's words. The
/// distance in the text goes before the place's. It is an absence when it is all-day, or longer
/// than 20 hours, and its title has one of the absence words. Capital letters do not matter.
[[nodiscard]] Journeys journeys_in(const std::vector<Event>& events, const TripRules& rules,
                                   const Zone& house);

/// "80 km", "80km", "12,5 km", "1.200 km" (a dot before three digits parts thousands); not "50
/// km/h". The first in the text; at most 5000.
[[nodiscard]] std::optional<double> distance_in(std::string_view text);

}  // namespace foxtail::calendar
