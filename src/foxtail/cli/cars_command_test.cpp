#include "foxtail/cli/asking_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* things =
    R"([{"id":"urn:fox:leaf","title":"Leaf","fox:kind":"vehicle"},
        {"id":"urn:fox:zoe","title":"Zoe","fox:kind":"vehicle"}])";
constexpr const char* readings =
    R"({"readings":[
      {"address":"leaf/Powertrain.TractionBattery.StateOfCharge.Displayed","value":61.0,"unit":"%","quality":"good"},
      {"address":"leaf/Foxtail.IsLocked","value":true},
      {"address":"leaf/Foxtail.IsWindowOpen","value":true},
      {"address":"leaf/Body.Trunk.Front.IsOpen","value":true},
      {"address":"leaf/Body.Hood.IsOpen","value":true},
      {"address":"leaf/Cabin.Door.Row1.DriverSide.IsOpen","value":false},
      {"address":"leaf/Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsFlapOpen","value":true},
      {"address":"leaf/Cabin.HVAC.IsAirConditioningActive","value":false},
      {"address":"leaf/Cabin.HVAC.AmbientAirTemperature","value":14.5,"unit":"Cel"},
      {"address":"leaf-2/Foxtail.IsDoorOpen","value":true},
      {"address":"zoe/Foxtail.IsLocked","value":null},
      {"address":"plan/places","value":{"devices":{"family":{"level":"leaf/Powertrain.TractionBattery.StateOfCharge.Displayed"},
                                                   "battery":{"level":"cellar/soc"}}}},
      {"address":"plan-family/intent","value":"surplus"},
      {"address":"plan-family/goals","value":"80 % by 07:00 mon-fri"}]})";

struct CarsCli : AskingCli {
    CarsCli() {
        hub.answers("GET /things", things);
        hub.answers("GET /readings", readings);
    }
};

TEST_F(CarsCli, doors_climate_and_plan_are_told_of_a_car_as_far_as_they_are_known) {
    EXPECT_EQ(run({"cars", "--json"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr(R"("doors":"locked, bonnet open, window open")"));
    EXPECT_THAT(line.out(), HasSubstr(R"("climate":"off, 14.5)"));
    EXPECT_THAT(line.out(), HasSubstr(R"("plan":"surplus, 80 % by 07:00 mon-fri")"));
    EXPECT_THAT(line.out(), HasSubstr(R"("doors":"","climate":"","plan":"","where":"")"))
        << "of the other nothing is known";
}

TEST_F(CarsCli, the_list_has_them_as_well) {
    EXPECT_EQ(run({"cars"}), 0) << line.err();
    for (const char* words : {"DOORS", "CLIMATE", "PLAN", "window open", "surplus"})
        EXPECT_THAT(line.out(), HasSubstr(words));
    EXPECT_THAT(line.out(), Not(HasSubstr("door open"))) << "leaf-2 is another car";
}

}  // namespace
}  // namespace foxtail::cli
