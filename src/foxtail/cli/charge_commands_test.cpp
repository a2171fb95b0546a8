#include "foxtail/cli/asking_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* charging_readings =
    R"({"readings":[{"address":"charge-garage/mode","value":"sun"},
                    {"address":"charge-garage/commanded","value":6.0},
                    {"address":"charge-garage/commanded_power","value":4140.0},
                    {"address":"charge-garage/obeyed","value":"yes"},
                    {"address":"charge-garage/why","value":"follows the sun"},
                    {"address":"charge-garage/session","value":"garage-3"},
                    {"address":"charge-garage/session_energy","value":1500.0},
                    {"address":"charge-garage/car","value":"leaf"},
                    {"address":"charge-garage/car_certainty","value":92.0},
                    {"address":"hall-lamp/on","value":true}]})";
constexpr const char* charging_history =
    R"({"address":"charge-garage/last_session","type":"object","points":[
       [1,null,null,null,{"id":"garage-1","point":"garage","from":"2026-11-20T17:00:00Z","until":"2026-11-20T19:00:00Z",
        "energy_wh":7400.5,"estimated":false,"own_wh":5000.0,"cost":1.85,"co2_g":2500.0,"car":"=leaf","certainty":0.9,"who":"anna"},1]]})";

struct ChargeCli : AskingCli {
    ChargeCli() {
        hub.answers("GET /readings", charging_readings);
        hub.answers("GET /history", charging_history);
        for (const char* name : {"mode", "at_most", "at_most_power"})
            hub.answers(std::string("PUT /things/charge-garage/properties/") + name, "", 202);
        hub.answers("GET /things/charge-garage",
                    R"({"properties":{"at_most":{"type":"number","unit":"A","maximum":16.0},
                        "at_most_power":{"type":"number","unit":"W","maximum":11040.0}}})");
    }
};

TEST_F(ChargeCli, points_are_listed_with_the_reason_of_what_they_do) {
    EXPECT_EQ(run({"charge"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("garage"));
    EXPECT_THAT(line.out(), HasSubstr("6 A, 4140 W"));
    EXPECT_THAT(line.out(), HasSubstr("leaf (92%)"));
    EXPECT_THAT(line.out(), HasSubstr("follows the sun"));
    EXPECT_EQ(line.out().find("hall-lamp"), std::string::npos);
}

TEST_F(ChargeCli, now_asks_for_the_mode_and_an_unknown_point_is_told_with_those_there_are) {
    EXPECT_EQ(run({"charge", "now", "garage"}), 0) << line.err();
    EXPECT_THAT(hub.asked(),
                ElementsAre("GET /readings", "PUT /things/charge-garage/properties/mode \"now\""));
    EXPECT_EQ(run({"charge", "now", "attic"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("there are garage"));
    EXPECT_EQ(run({"charge", "mode", "garage", "fast"}), 2);
}

TEST_F(ChargeCli, a_limit_is_said_in_amperes_or_in_watts_and_taken_back) {
    const auto asks = [&](const std::string& value) {
        EXPECT_EQ(run({"charge", "limit", "garage", value}), 0) << line.err();
        return hub.asked().back();
    };
    EXPECT_EQ(asks("10"), "PUT /things/charge-garage/properties/at_most 10.0");
    EXPECT_EQ(asks("10A"), "PUT /things/charge-garage/properties/at_most 10.0");
    EXPECT_EQ(asks("7 kW"), "PUT /things/charge-garage/properties/at_most_power 7000.0");
    EXPECT_EQ(line.out(), "garage: at_most_power 7000.0 (asked)\n");
    EXPECT_EQ(asks("none"), "PUT /things/charge-garage/properties/at_most_power 11040.0");
    EXPECT_THAT(hub.asked(), Contains("PUT /things/charge-garage/properties/at_most 16.0"));
    EXPECT_EQ(run({"charge", "limit", "garage", "fast"}), 2);
    EXPECT_THAT(line.err(), HasSubstr("10 A, 7 kW or none"));
    EXPECT_EQ(run({"charge", "limit", "garage", "5 kWh"}), 2);
    EXPECT_EQ(run({"charge", "limit", "attic", "10"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("there are garage"));
}

TEST_F(ChargeCli, sessions_come_as_a_table_as_csv_and_as_json) {
    EXPECT_EQ(run({"charge", "sessions"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("7.4 kWh"));
    EXPECT_THAT(line.out(), HasSubstr("anna"));
}

TEST_F(ChargeCli, csv_cannot_be_taken_for_a_formula) {
    EXPECT_EQ(run({"charge", "sessions", "garage", "--csv"}), 0) << line.err();
    EXPECT_THAT(line.out(),
                HasSubstr("garage-1,garage,2026-11-20T17:00:00Z,2026-11-20T19:00:00Z,7400.5,"
                          "false,5000,1.85,2500, =leaf,0.9,anna\n"));
}

}  // namespace
}  // namespace foxtail::cli
