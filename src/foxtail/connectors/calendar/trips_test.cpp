#include "foxtail/connectors/calendar/trips.hpp"

#include "foxtail/forecast/zone_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::calendar {
namespace {

using forecast::at;

const forecast::BerlinZone trip_house;

TripRules two_cars() {
    TripRules rules;
    rules.cars = {{"leaf", 0.2}, {"id_3", 0.16}};
    rules.places = {{{"office", "Zentrale"}, 42}, {{"M\xC3\xBCnchen"}, 300}};
    rules.absence_words = {"holiday", "urlaub"};
    rules.default_car = "leaf";
    return rules;
}
Event meeting(const std::string& summary, const std::string& location = "",
              const std::string& description = "") {
    return {"1",
            summary,
            location,
            description,
            at("2026-11-23T09:00:00Z"),
            at("2026-11-23T10:00:00Z"),
            false};
}
Journeys found(const Event& event, const TripRules& rules = two_cars()) {
    return journeys_in({event}, rules, trip_house);
}

TEST(Distances, are_found_as_people_write_them) {
    EXPECT_EQ(distance_in("Ulm 150 km"), 150);
    EXPECT_EQ(distance_in("150km to Ulm"), 150);
    EXPECT_EQ(distance_in("12,5 KM"), 12.5);
    EXPECT_EQ(distance_in("12.5 km"), 12.5);
    EXPECT_EQ(distance_in("1.200 km"), 1200);
    EXPECT_EQ(distance_in("there (80 km), and back"), 80);
    for (const char* none :
         {"", "km", "50 km/h", "80 kmh", "meet at 8", "9999999 km", "1,2,3 km", "x1 kmx", "-km"}) {
        EXPECT_FALSE(distance_in(none)) << none;
    }
}

TEST(Trips, a_distance_in_the_text_makes_a_trip_of_the_usual_car) {
    const auto trips = found(meeting("Aunt Emu", "", "there and back 90 km")).trips;
    ASSERT_EQ(trips.size(), 1U);
    EXPECT_EQ(trips[0].car, "leaf");
    EXPECT_DOUBLE_EQ(trips[0].kwh, 18);
    EXPECT_EQ(trips[0].from, at("2026-11-23T08:15:00Z")) << "45 km at 60 km/h before it begins";
    EXPECT_EQ(trips[0].until, at("2026-11-23T10:45:00Z"));
    EXPECT_EQ(trips[0].words, "Aunt Emu");
}

TEST(Trips, a_car_is_named_by_a_mark_or_before_a_colon) {
    EXPECT_EQ(found(meeting("Dentist #id_3 10 km")).trips.at(0).car, "id_3");
    EXPECT_EQ(found(meeting("ID_3: shopping")).trips.at(0).car, "id_3");
    EXPECT_FALSE(found(meeting("ID_3: shopping")).trips.at(0).km);
    EXPECT_TRUE(found(meeting("turn over a new leaf")).trips.empty());
    EXPECT_TRUE(found(meeting("#leaflets")).trips.empty());
}

TEST(Trips, places_have_their_distance_and_the_text_goes_before_it) {
    EXPECT_EQ(found(meeting("Week planning", "Office, 3rd floor")).trips.at(0).km, 42);
    EXPECT_EQ(found(meeting("zentrale")).trips.at(0).km, 42);
    EXPECT_EQ(found(meeting("Fahrt nach M\xC3\x9CNCHEN")).trips.at(0).km, 300);
    EXPECT_EQ(found(meeting("Office 50 km")).trips.at(0).km, 50);
    EXPECT_TRUE(found(meeting("officer training")).trips.empty());
    EXPECT_TRUE(found(meeting("Call", "", "the office is closed")).trips.empty())
        << "a description mentions many places";
}

TEST(Trips, whose_car_it_is_must_be_known) {
    auto rules = two_cars();
    rules.default_car.clear();
    const auto none = found(meeting("Office"), rules);
    EXPECT_TRUE(none.trips.empty());
    EXPECT_THAT(none.remarks, testing::ElementsAre("'Office' names no car"));
    rules.cars.pop_back();
    EXPECT_EQ(found(meeting("Office"), rules).trips.at(0).car, "leaf") << "there is only one";
}

TEST(Trips, days_are_trips_from_morning_to_evening_and_absences_from_midnight) {
    Event days_away = meeting("Urlaub #leaf 900 km");
    days_away.all_day = true;
    days_away.from = at("2026-10-23T22:00:00Z");  // over the change of clocks
    days_away.until = at("2026-10-26T23:00:00Z");
    const auto away = found(days_away);
    ASSERT_EQ(away.trips.size(), 1U);
    EXPECT_EQ(away.trips[0].from, at("2026-10-24T06:00:00Z"));
    EXPECT_EQ(away.trips[0].until, at("2026-10-26T19:00:00Z"));
    ASSERT_EQ(away.absences.size(), 1U);
    EXPECT_EQ(away.absences[0].from, days_away.from);
    EXPECT_EQ(away.absences[0].until, days_away.until);
}

TEST(Trips, an_hour_about_holidays_is_no_absence) {
    EXPECT_TRUE(found(meeting("plan the holiday")).absences.empty());
    Event day = meeting("Holidaymakers' meeting");
    day.all_day = true;
    EXPECT_TRUE(found(day).absences.empty());
}

}  // namespace
}  // namespace foxtail::calendar
