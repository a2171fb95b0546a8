#include "foxtail/cars/signals.hpp"

#include "foxtail/model/unit.hpp"

#include <gtest/gtest.h>

namespace foxtail::cars {
namespace {

TEST(Signals, every_household_signal_is_a_property_a_vehicle_may_have) {
    ThingSpec car;
    car.id = "car";
    car.kind = ThingKind::vehicle;
    car.title = "Car";
    for (const Signal& one : Signals::household().all()) {
        car.properties.push_back(*Signals::household().property(one.path));
        EXPECT_FALSE(one.title.empty()) << one.path;
        EXPECT_TRUE(one.unit.empty() || find_unit(one.unit) != nullptr) << one.path;
    }
    const auto good = check(car);
    EXPECT_TRUE(good) << good.error().message;
    EXPECT_GT(car.properties.size(), 100U);
}

TEST(Signals, integers_keep_to_their_type_and_to_the_narrower_limit) {
    const auto odometer = Signals::household().property("TraveledDistance");
    ASSERT_TRUE(odometer);
    EXPECT_EQ(odometer->type, Type::integer);
    EXPECT_EQ(odometer->maximum, 4294967295.0);
    const auto limit =
        Signals::household().property("Powertrain.TractionBattery.Charging.ChargeLimit");
    ASSERT_TRUE(limit);
    EXPECT_EQ(limit->minimum, 0);
    EXPECT_EQ(limit->maximum, 100);
    EXPECT_FALSE(limit->settable) << "that is for the source to say";
    EXPECT_FALSE(Signals::household().property("Powertrain.Warp"));
    for (const std::string door :
         {"Row1.DriverSide", "Row1.PassengerSide", "Row2.DriverSide", "Row2.PassengerSide"}) {
        const auto window =
            Signals::household().property("Cabin.Door." + door + ".Window.Position");
        ASSERT_TRUE(window) << door;
        EXPECT_EQ(window->type, Type::integer);
        EXPECT_EQ(window->unit, "%");
        EXPECT_EQ(window->minimum, 0);
        EXPECT_EQ(window->maximum, 100);
    }
}

TEST(Signals, locks_and_discharging_are_critical_and_where_the_car_is_is_personal) {
    struct Expected {
        std::string_view path;
        Sensitivity sensitivity;
    };
    for (const auto& [path, sensitivity] : {
             Expected{"Cabin.Door.Row1.DriverSide.IsLocked", Sensitivity::critical},
             Expected{"Cabin.Door.Row1.DriverSide.IsOpen", Sensitivity::critical},
             Expected{"Cabin.Door.Row2.DriverSide.Window.Position", Sensitivity::critical},
             Expected{"Body.Trunk.Rear.IsOpen", Sensitivity::critical},
             Expected{"Powertrain.TractionBattery.Charging.StartStopCharging",
                      Sensitivity::critical},
             Expected{"Foxtail.V2H.AllowedDischargePower", Sensitivity::critical},
             Expected{"Foxtail.IsLocked", Sensitivity::critical},
             Expected{"CurrentLocation.Latitude", Sensitivity::personal},
             Expected{"Foxtail.Home", Sensitivity::personal},
             Expected{"VehicleIdentification.VIN", Sensitivity::personal},
             Expected{"Powertrain.TractionBattery.Charging.Location.Latitude",
                      Sensitivity::personal},
             Expected{"Occupant.Row1.DriverSide.Identifier.Subject", Sensitivity::sensitive},
             Expected{"Driver.HeartRate", Sensitivity::sensitive},
             Expected{"Powertrain.TractionBattery.StateOfCharge.Displayed", Sensitivity::home},
             Expected{"Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", Sensitivity::home},
         }) {
        EXPECT_EQ(sensitivity_of(path), sensitivity) << path;
    }
}

TEST(Signals, what_is_saved_is_loaded_and_a_cut_or_changed_file_is_refused) {
    const std::string bytes = Signals::household().save();
    const auto again = Signals::load(bytes);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, Signals::household());
    for (std::size_t size = 0; size < bytes.size(); size += 37)
        EXPECT_FALSE(Signals::load(std::string_view(bytes).substr(0, size))) << size;
    EXPECT_FALSE(Signals::load(bytes + "x"));
    std::string newer = bytes;
    newer[10] = 2;
    const auto refused = Signals::load(newer);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "a catalogue of version 2, this program reads 1");
}

TEST(Signals, of_one_path_said_twice_the_last_counts) {
    Signals signals;
    Signal first;
    first.path = "A.B";
    first.title = "first";
    Signal second = first;
    second.title = "second";
    ASSERT_TRUE(signals.put({first, second}));
    ASSERT_EQ(signals.all().size(), 1U);
    EXPECT_EQ(signals.find("A.B")->title, "second");
    ASSERT_TRUE(signals.put({first}));
    EXPECT_EQ(signals.find("A.B")->title, "first");
}

TEST(Signals, a_path_becomes_a_title) {
    EXPECT_EQ(title_of("Powertrain.TractionBattery.StateOfCharge.Displayed"),
              "State of charge displayed");
    EXPECT_EQ(title_of("Speed"), "Speed");
    EXPECT_EQ(title_of("ADAS.ABS.IsEnabled"), "ABS is enabled");
    EXPECT_EQ(title_of("VehicleIdentification.VIN"), "Vehicle identification VIN");
    EXPECT_EQ(title_of("."), " ");
}

}  // namespace
}  // namespace foxtail::cars
