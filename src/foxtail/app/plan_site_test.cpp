#include "foxtail/app/plan_site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Two boxes below the garage's fuse, below the house's.
struct Circuits : ::testing::Test {
    Circuits() {
        charging.site.circuits.resize(2);
        charging.site.circuits[0].name = "main";
        charging.site.circuits[0].limit_a = 35;
        charging.site.circuits[1].name = "garage";
        charging.site.circuits[1].parent = 0;
        charging.site.circuits[1].limit_a = 20;
        for (const char* name : {"left", "right"}) {
            charging::PointSite box;
            box.name = name;
            box.circuit = 1;
            charging.site.points.push_back(box);
            charging.points.emplace_back();
            charging.limits.emplace_back();
            PlannedCarConfig car;
            car.limits.name = std::string("car-") + name;
            car.point = name;
            planning.cars.push_back(car);
        }
    }
    [[nodiscard]] std::vector<planner::Circuit> wired() const {
        return wire(planning, charging).site.circuits;
    }
    ChargingConfig charging;
    PlanningConfig planning;
    const double third = 1.0 / 3;
};

TEST_F(Circuits, the_fuse_above_two_cars_limits_them_and_the_one_that_holds_both_does_not) {
    // Twice 16 A are more than 20 A, and less than 35 A; all three phases say the same.
    EXPECT_THAT(wired(), ElementsAre(planner::Circuit{
                             "garage", 4.6, {{0, third, third}, {1, third, third}}}));
    charging.site.circuits[0].limit_a = 30;
    EXPECT_EQ(wired().size(), 2U);
}

TEST_F(Circuits, cars_on_phases_of_their_own_do_not_limit_each_other) {
    for (const auto& name : {"car-left", "car-right"}) {
        charging::CarSite car;
        car.name = name;
        car.phases = 1;
        charging.site.cars.push_back(car);
    }
    planning.cars[0].vehicle = "car-left";
    planning.cars[1].vehicle = "car-right";
    charging.site.points[1].wiring = {1, 2, 0};
    EXPECT_THAT(wired(), IsEmpty());
    charging.site.points[1].wiring = {0, 1, 2};
    EXPECT_THAT(wired(), ElementsAre(planner::Circuit{"garage", 4.6, {{0, 1, 1}, {1, 1, 1}}}));
}

TEST_F(Circuits, a_box_that_switches_phases_counts_whole_on_its_first) {
    charging.site.points[0].switches_phases = true;
    const auto circuits = wired();
    ASSERT_EQ(circuits.size(), 2U) << "its first phase, and the other two";
    EXPECT_EQ(circuits[0].shares[0], (planner::Circuit::Share{0, third, 1}));
    EXPECT_EQ(circuits[1].shares[0], (planner::Circuit::Share{0, third, 0}));
}

TEST_F(Circuits, what_no_fuse_limits_is_not_limited) {
    charging.site.circuits[1].limit_a.reset();
    EXPECT_THAT(wired(), IsEmpty());
}

TEST_F(Circuits, a_planned_car_hears_what_its_point_lets_it_take) {
    const auto wiring = wire(planning, charging);
    const auto at = wiring.targets.find("charge-left/commanded");
    ASSERT_NE(at, wiring.targets.end());
    EXPECT_EQ(at->second[0].device_fact, planning::DeviceFact::let);
    EXPECT_EQ(wiring.orders.at({planner::Kind::car, 0}).charging_why, "charge-left/why");
}

}  // namespace
}  // namespace foxtail
