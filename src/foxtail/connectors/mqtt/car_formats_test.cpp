// What cars' sources say, and what it means here: the traps of signs and units as one table, then
// each source by itself.
#include "foxtail/connectors/mqtt/evcc/evcc.hpp"
#include "foxtail/connectors/mqtt/ovms/ovms.hpp"
#include "foxtail/connectors/mqtt/recording_sink.hpp"
#include "foxtail/connectors/mqtt/teslamate/teslamate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The three sources on one wire.
class CarFormats : public ::testing::Test {
protected:
    explicit CarFormats(cars::BudgetLimits budget = {}) {
        OvmsOptions options;
        options.budget = budget;
        options.money_per_call = budget.money ? 0.01 : 0;
        ovms = std::make_unique<Ovms>(std::move(options));
        teslamate.start(sink);
        ovms->start(ovms_sink);
        evcc.start(evcc_sink);
    }
    ~CarFormats() override {
        for (const RecordingSink* one : {&sink, &ovms_sink, &evcc_sink}) {
            EXPECT_THAT(one->wrong, IsEmpty());
            EXPECT_THAT(one->bad, IsEmpty());
        }
    }
    void hear(std::string_view topic, std::string_view payload, bool retained = false) {
        bool listened = sink.deliver(teslamate, topic, payload, retained);
        listened |= ovms_sink.deliver(*ovms, topic, payload, retained);
        listened |= evcc_sink.deliver(evcc, topic, payload, retained);
        EXPECT_TRUE(listened) << topic;
    }
    [[nodiscard]] std::optional<Value> value(std::string_view address) const {
        for (const RecordingSink* one : {&sink, &ovms_sink, &evcc_sink}) {
            if (auto found = one->value(address)) return found;
        }
        return std::nullopt;
    }
    [[nodiscard]] const PropertySpec* property(std::string_view thing,
                                               std::string_view name) const {
        for (const RecordingSink* one : {&sink, &ovms_sink, &evcc_sink}) {
            if (const auto* found = one->property(thing, name)) return found;
        }
        return nullptr;
    }

    RecordingSink sink;
    RecordingSink ovms_sink;
    RecordingSink evcc_sink;
    TeslaMate teslamate;
    std::unique_ptr<Ovms> ovms;
    Evcc evcc;
};

// ---- signs and units
// ---------------------------------------------------------------------------------

struct Trap {
    const char* what;
    const char* topic;
    const char* payload;
    const char* thing;
    const char* property;
    const char* unit;
    Value value;
};

TEST_F(CarFormats, signs_and_units_come_out_as_the_vehicle_signals_mean_them) {
    hear("evcc/loadpoints/1/vehicleName", "ioniq");
    const std::string battery = "Powertrain.TractionBattery.";
    const Trap traps[] = {
        {"TeslaMate counts power out of the battery, in kW", "teslamate/cars/1/power", "12",
         "tesla-1", "Powertrain.TractionBattery.CurrentPower", "W", -12000.0},
        {"regenerating is power into it", "teslamate/cars/1/power", "-30", "tesla-1",
         "Powertrain.TractionBattery.CurrentPower", "W", 30000.0},
        {"OVMS counts power out of the battery, in kW", "ovms/u/leaf/metric/v/b/power", "-6.6",
         "leaf", "Powertrain.TractionBattery.CurrentPower", "W", 6600.0},
        {"OVMS counts current out of the battery", "ovms/u/leaf/metric/v/b/current", "-17.5",
         "leaf", "Powertrain.TractionBattery.CurrentCurrent", "A", 17.5},
        {"evcc counts a house's battery as giving", "evcc/site/battery/power", "-1500", "evcc",
         "battery_power", "W", 1500.0},
        {"the older topic too", "evcc/site/batteryPower", "700", "evcc", "battery_power", "W",
         -700.0},
        {"evcc's grid takes in when positive", "evcc/site/grid/power", "420.5", "evcc",
         "grid_power", "W", 420.5},
        {"a loadpoint's power goes to the car", "evcc/loadpoints/1/chargePower", "7200",
         "evcc-loadpoint-1", "power", "W", 7200.0},
        {"a session's energy is in Wh", "evcc/loadpoints/1/chargedEnergy", "8421",
         "evcc-loadpoint-1", "session_energy", "W.h", 8421.0},
        {"a register is in kWh", "evcc/loadpoints/1/chargeTotalImport", "1042.5",
         "evcc-loadpoint-1", "energy", "W.h", 1042500.0},
        {"the capacity is in kWh", "evcc/vehicles/ioniq/capacity", "72.6", "evcc-ioniq",
         "Foxtail.Battery.NetCapacity", "kW.h", 72.6},
        {"TeslaMate's odometer is in km, the signal in whole m", "teslamate/cars/1/odometer",
         "12345.678", "tesla-1", "TraveledDistance", "m", std::int64_t{12345678}},
        {"OVMS' odometer is in km", "ovms/u/leaf/metric/v/p/odometer", "40000.1", "leaf",
         "TraveledDistance", "m", std::int64_t{40000100}},
        {"ranges are in km", "teslamate/cars/1/est_battery_range_km", "301.25", "tesla-1",
         "Powertrain.Range", "m", std::int64_t{301250}},
        {"OVMS' too", "ovms/u/leaf/metric/v/b/range/est", "155", "leaf", "Powertrain.Range", "m",
         std::int64_t{155000}},
        {"evcc's too", "evcc/loadpoints/1/vehicleRange", "210", "evcc-ioniq", "Powertrain.Range",
         "m", std::int64_t{210000}},
        {"TeslaMate's tyres are in bar, the signal in whole kPa",
         "teslamate/cars/1/tpms_pressure_fl", "2.9", "tesla-1",
         "Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", "kPa", std::int64_t{290}},
        {"OVMS' tyres are in kPa, four in a list", "ovms/u/leaf/metric/v/t/pressure",
         "241,242,243,244", "leaf", "Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", "kPa",
         std::int64_t{244}},
        {"TeslaMate's time to full is in hours", "teslamate/cars/1/time_to_full_charge", "1.5",
         "tesla-1", "Powertrain.TractionBattery.Charging.TimeToComplete", "s", std::int64_t{5400}},
        {"OVMS' in minutes", "ovms/u/leaf/metric/v/c/duration/full", "95", "leaf",
         "Powertrain.TractionBattery.Charging.TimeToComplete", "s", std::int64_t{5700}},
        {"evcc's in seconds", "evcc/loadpoints/1/chargeRemainingDuration", "1800", "evcc-ioniq",
         "Powertrain.TractionBattery.Charging.TimeToComplete", "s", std::int64_t{1800}},
        {"charging power is in kW", "teslamate/cars/1/charger_power", "11", "tesla-1",
         "Foxtail.Charging.Power", "W", 11000.0},
        {"and in kW", "ovms/u/leaf/metric/v/c/power", "3.3", "leaf", "Foxtail.Charging.Power", "W",
         3300.0},
        {"and in W", "evcc/loadpoints/1/chargePower", "3680", "evcc-ioniq",
         "Foxtail.Charging.Power", "W", 3680.0},
        {"a charge's energy is in kWh", "ovms/u/leaf/metric/v/c/kwh", "4.25", "leaf",
         "Foxtail.Charging.Energy", "kW.h", 4.25},
    };
    for (const Trap& trap : traps) {
        hear(trap.topic, trap.payload);
        const auto* spec = property(trap.thing, trap.property);
        ASSERT_NE(spec, nullptr) << trap.what;
        EXPECT_EQ(spec->unit, trap.unit) << trap.what;
        const auto said = value(std::string(trap.thing) + "/" + trap.property);
        ASSERT_TRUE(said) << trap.what;
        EXPECT_TRUE(same_value(*said, trap.value)) << trap.what << ": " << to_json(*said);
        EXPECT_EQ(said->index(), trap.value.index()) << trap.what << ": " << to_json(*said);
    }
}

// ---- TeslaMate
// ---------------------------------------------------------------------------------------

TEST_F(CarFormats, a_tesla_is_a_vehicle_whose_place_is_personal_and_whose_locks_are_critical) {
    hear("teslamate/cars/7/display_name", "Red one");
    hear("teslamate/cars/7/location", R"({"latitude":48.1,"longitude":11.5})");
    hear("teslamate/cars/7/geofence", "Home");
    hear("teslamate/cars/7/charging_state", "Charging");
    hear("teslamate/cars/7/charger_phases", "3");
    hear("teslamate/cars/7/charger_actual_current", "16");
    ASSERT_TRUE(sink.things.contains("tesla-7"));
    const ThingSpec& spec = sink.things.at("tesla-7");
    EXPECT_EQ(spec.kind, ThingKind::vehicle);
    EXPECT_EQ(spec.title, "Red one");
    EXPECT_EQ(value("tesla-7/CurrentLocation.Longitude"), Value(11.5));
    EXPECT_EQ(value("tesla-7/Foxtail.Home"), Value(true));
    EXPECT_EQ(value("tesla-7/Powertrain.TractionBattery.Charging.IsCharging"), Value(true));
    EXPECT_EQ(value("tesla-7/Powertrain.TractionBattery.Charging.ChargeCurrent.Phase3"),
              Value(16.0));
    for (const PropertySpec& one : spec.properties) {
        EXPECT_FALSE(one.settable) << one.name;
        if (one.name.starts_with("CurrentLocation.") || one.name == "Foxtail.Home") {
            EXPECT_EQ(one.sensitivity, Sensitivity::personal) << one.name;
        }
        if (one.name == "Foxtail.IsLocked") {
            EXPECT_EQ(one.sensitivity, Sensitivity::critical);
        }
    }
    EXPECT_FALSE(teslamate.encode({"tesla-7", "Foxtail.IsLocked", "", {}, Value(true)}));
}

TEST_F(CarFormats, what_a_sleeping_tesla_said_has_the_time_when_it_fell_asleep) {
    const Time since = *parse_rfc3339("2025-06-15T10:00:00Z");
    hear("teslamate/cars/1/since", "2025-06-15T10:00:00Z", true);
    hear("teslamate/cars/1/state", "asleep", true);
    hear("teslamate/cars/1/battery_level", "61", true);
    ASSERT_FALSE(sink.said.empty());
    EXPECT_EQ(sink.said.back().source_time, since);
    EXPECT_EQ(value("tesla-1/available"), Value(true)) << "asleep is not lost";
    hear("teslamate/cars/1/state", "online");
    hear("teslamate/cars/1/battery_level", "60");
    EXPECT_EQ(sink.said.back().source_time, Time{});
    hear("teslamate/cars/1/state", "offline");
    EXPECT_EQ(value("tesla-1/available"), Value(false));
    hear("teslamate/cars/1/since", "2099-01-01T00:00:00Z");
    hear("teslamate/cars/1/battery_level", "59");
    EXPECT_EQ(sink.said.back().source_time, Time{}) << "no time that has not come yet";
}

TEST_F(CarFormats, a_tesla_without_a_route_or_speed_says_that_nothing_is_known) {
    hear("teslamate/cars/1/active_route",
         R"({"destination":"Lake","energy_at_arrival":55,"minutes_to_arrival":12.5})");
    EXPECT_EQ(value("tesla-1/Foxtail.Destination"), Value("Lake"));
    EXPECT_EQ(value("tesla-1/Foxtail.TimeToArrival"), Value(std::int64_t{750}));
    hear("teslamate/cars/1/active_route", R"({"error":"No active route available"})");
    EXPECT_EQ(value("tesla-1/Foxtail.Destination"), Value(Null{}));
    EXPECT_EQ(value("tesla-1/Foxtail.TimeToArrival"), Value(Null{}));
    hear("teslamate/cars/1/speed", "");
    EXPECT_EQ(value("tesla-1/Speed"), Value(Null{}));
}

TEST_F(CarFormats, nonsense_is_refused_with_its_topic_and_changes_nothing) {
    hear("teslamate/cars/1/battery_level", "60");
    for (const auto* wrong : {"101", "-1", "nan", "1e999", "sixty", "6 0"})
        hear("teslamate/cars/1/battery_level", wrong);
    hear("teslamate/cars/1/locked", "maybe");
    hear("teslamate/cars/1/location", "[1,2]");
    hear("teslamate/cars/1/location", R"({"latitude":91,"longitude":0})");
    hear("teslamate/cars/1/since", "yesterday");
    EXPECT_EQ(value("tesla-1/Powertrain.TractionBattery.StateOfCharge.Displayed"), Value(60.0));
    EXPECT_EQ(sink.refused.size(), 10U);
    EXPECT_EQ(sink.refused.front().topic, "teslamate/cars/1/battery_level");
}

// ---- OVMS
// --------------------------------------------------------------------------------------------

class OvmsBudget : public CarFormats {
protected:
    OvmsBudget() : CarFormats({.calls = 4, .money = 1.0, .wakes = 2}) {
        hear("ovms/u/leaf/metric/v/b/soc", "50");
    }
    Result<std::vector<Publication>> ask(std::string_view property, std::string_view action,
                                         Value wanted, std::uint64_t command) {
        return ovms->encode(
            {"leaf", property, action, {}, std::move(wanted), command, ovms_sink.now});
    }
};

constexpr std::string_view start_stop_path =
    "Powertrain.TractionBattery.Charging.StartStopCharging";

TEST_F(OvmsBudget, a_command_is_a_text_and_its_bad_answer_ends_it) {
    const auto sent = ask(start_stop_path, "", "START", 41);
    ASSERT_TRUE(sent) << sent.error().message;
    ASSERT_EQ(sent->size(), 2U);
    EXPECT_EQ(sent->at(0).topic, "ovms/u/leaf/client/foxtail/active");
    EXPECT_EQ(sent->at(1).topic, "ovms/u/leaf/client/foxtail/command/1");
    EXPECT_EQ(sent->at(1).payload, "charge start");
    hear("ovms/u/leaf/client/foxtail/response/1", "Error: Charge could not be started");
    EXPECT_THAT(ovms_sink.answers, ElementsAre(RecordingSink::Answer{
                                       41, false, "Error: Charge could not be started"}));
    hear("ovms/u/leaf/client/foxtail/response/1", "Error: again");
    EXPECT_EQ(ovms_sink.answers.size(), 1U) << "a command ends once";
}

TEST_F(OvmsBudget, a_setting_is_confirmed_by_what_the_car_does_and_not_by_a_polite_answer) {
    ASSERT_TRUE(ask(start_stop_path, "", "START", 41));
    hear("ovms/u/leaf/client/foxtail/response/1", "Charge has been started");
    EXPECT_THAT(ovms_sink.answers, IsEmpty());
    hear("ovms/u/leaf/metric/v/c/charging", "yes");
    EXPECT_EQ(value("leaf/" + std::string(start_stop_path)), Value("START"));
    ASSERT_TRUE(ask("", "wakeup", Null{}, 42));
    EXPECT_TRUE(ovms->will_answer({"leaf", "", "wakeup", {}, Null{}}));
    hear("ovms/u/leaf/client/foxtail/response/2", "Vehicle has been woken");
    EXPECT_THAT(ovms_sink.answers,
                ElementsAre(RecordingSink::Answer{42, true, "Vehicle has been woken"}));
}

TEST_F(OvmsBudget, no_more_is_asked_than_the_budget_holds_and_every_call_has_its_cause) {
    EXPECT_EQ(value("leaf/Foxtail.Budget.CallsLeft"), Value(std::int64_t{4}));
    ASSERT_TRUE(ask("Cabin.HVAC.IsAirConditioningActive", "", true, 11));
    ASSERT_TRUE(ask("", "wakeup", Null{}, 12));
    const auto woken = ask("", "wakeup", Null{}, 13);
    ASSERT_FALSE(woken);
    EXPECT_EQ(woken.error().code, Code::exhausted);
    ASSERT_TRUE(ask("", "refresh", Null{}, 14)) << "that wakes nobody";
    ASSERT_TRUE(ask("", "refresh", Null{}, 15));
    EXPECT_FALSE(ask("", "refresh", Null{}, 16));
    EXPECT_EQ(value("leaf/Foxtail.Budget.CallsLeft"), Value(std::int64_t{0}));
    EXPECT_EQ(value("leaf/Foxtail.Budget.WakesLeft"), Value(std::int64_t{0}));
    EXPECT_EQ(value("leaf/Foxtail.Budget.MoneyLeft"), Value(0.96));
    ASSERT_EQ(ovms_sink.events.size(), 4U);
    EXPECT_EQ(std::get<Json>(ovms_sink.events[0].detail).text,
              R"({"for":"climatecontrol on","command":11})");
    // A day later there is some again, and it is said with the next message.
    ovms_sink.now = ovms_sink.now + days(1);
    hear("ovms/u/leaf/metric/v/b/soc", "50");
    EXPECT_EQ(value("leaf/Foxtail.Budget.CallsLeft"), Value(std::int64_t{4}));
    // After a restart the day goes on.
    OvmsOptions options;
    options.budget = {.calls = 4};
    Ovms again(std::move(options));
    RecordingSink fresh;
    again.remember("budget/leaf", ovms_sink.kept.at("budget/leaf"));
    again.start(fresh);
    fresh.deliver(again, "ovms/u/leaf/metric/v/b/soc", "50");
    EXPECT_EQ(fresh.value("leaf/Foxtail.Budget.CallsLeft"), Value(std::int64_t{0}));
    EXPECT_FALSE(again.encode({"leaf", "", "refresh", {}, Null{}, 17, fresh.now}));
}

TEST_F(CarFormats, the_doors_of_ovms_are_those_of_whoever_sits_there) {
    hear("ovms/u/leaf/metric/v/d/fl", "yes");
    hear("ovms/u/leaf/metric/v/d/fr", "no");
    hear("ovms/u/leaf/metric/v/d/rr", "yes");
    EXPECT_EQ(value("leaf/Cabin.Door.Row1.DriverSide.IsOpen"), Value(true));
    EXPECT_EQ(value("leaf/Cabin.Door.Row1.PassengerSide.IsOpen"), Value(false));
    EXPECT_EQ(value("leaf/Cabin.Door.Row2.PassengerSide.IsOpen"), Value(true));
    hear("ovms/u/leaf/metric/v/e/on", "yes");
    EXPECT_EQ(value("leaf/LowVoltageSystemState"), Value(std::string("ON")));
    hear("ovms/u/leaf/metric/v/e/on", "no");
    EXPECT_EQ(value("leaf/LowVoltageSystemState"), Value(std::string("OFF")));
    Ovms british({.driver_right = true});
    RecordingSink heard;
    british.start(heard);
    heard.deliver(british, "ovms/u/leaf/metric/v/d/fl", "yes", false);
    heard.deliver(british, "ovms/u/leaf/metric/v/d/rr", "yes", false);
    EXPECT_EQ(heard.value("leaf/Cabin.Door.Row1.PassengerSide.IsOpen"), Value(true));
    EXPECT_EQ(heard.value("leaf/Cabin.Door.Row2.DriverSide.IsOpen"), Value(true));
}

TEST_F(CarFormats, a_car_that_tells_its_position_says_whether_it_is_at_home) {
    EXPECT_EQ(property("leaf", "Foxtail.Home"), nullptr);
    Ovms cars({.home = cars::HomePlace{48.1, 11.5}});
    RecordingSink heard;
    cars.start(heard);
    const auto tells = [&](std::string_view what, std::string_view degrees) {
        heard.deliver(cars, "ovms/u/leaf/metric/v/p/" + std::string(what), degrees, true);
        return heard.value("leaf/Foxtail.Home");
    };
    tells("latitude", "48.1005");
    EXPECT_EQ(tells("longitude", "11.5"), Value(true));
    EXPECT_EQ(heard.property("leaf", "Foxtail.Home")->sensitivity, Sensitivity::personal);
    EXPECT_EQ(heard.property("leaf", "Foxtail.Home")->max_age, days(1));
    EXPECT_EQ(tells("latitude", "48.1012"), Value(true)) << "parked, but the satellites wander";
    EXPECT_EQ(tells("latitude", "48.12"), Value(false));
    EXPECT_EQ(tells("latitude", ""), Value(Null{}));
}

TEST_F(CarFormats, ovms_says_when_its_module_is_gone) {
    hear("ovms/u/leaf/metric/s/v3/connected", "no", true);
    EXPECT_EQ(value("leaf/available"), Value(false));
    hear("ovms/u/leaf/notify/alert/battery", "12 V battery low");
    ASSERT_EQ(ovms_sink.events.size(), 1U);
    EXPECT_EQ(ovms_sink.events[0].name, "alert");
    EXPECT_FALSE(ovms->encode({"leaf", "Foxtail.IsLocked", "", {}, Value(true), 1, ovms_sink.now}))
        << "locking needs the module's PIN, which is not ours to know";
}

// ---- evcc
// --------------------------------------------------------------------------------------------

TEST_F(CarFormats, a_loadpoint_is_a_charging_point_with_its_status_from_three_words) {
    hear("evcc/loadpoints/1/title", "Garage");
    hear("evcc/loadpoints/1/connected", "false");
    EXPECT_EQ(evcc_sink.things.at("evcc-loadpoint-1").title, "Garage");
    EXPECT_EQ(value("evcc-loadpoint-1/status"), Value("Available"));
    hear("evcc/loadpoints/1/connected", "true");
    EXPECT_EQ(value("evcc-loadpoint-1/status"), Value("SuspendedEVSE"));
    hear("evcc/loadpoints/1/enabled", "true");
    EXPECT_EQ(value("evcc-loadpoint-1/status"), Value("SuspendedEV"));
    hear("evcc/loadpoints/1/charging", "true");
    EXPECT_EQ(value("evcc-loadpoint-1/status"), Value("Charging"));
    hear("evcc/loadpoints/1/phasesActive", "0");
    EXPECT_EQ(value("evcc-loadpoint-1/phases"), Value(Null{}));
    hear("evcc/loadpoints/1/phasesActive", "3");
    EXPECT_EQ(value("evcc-loadpoint-1/phases"), Value(std::int64_t{3}));
    hear("evcc/status", "offline");
    EXPECT_EQ(value("evcc-loadpoint-1/online"), Value(false));
}

TEST_F(CarFormats, the_car_at_a_loadpoint_gets_what_the_loadpoint_knows_of_it) {
    hear("evcc/loadpoints/1/vehicleSoc", "40");
    EXPECT_TRUE(evcc_sink.things.contains("evcc-loadpoint-1"));
    EXPECT_FALSE(evcc_sink.things.contains("evcc-ioniq")) << "nobody knows whose it is";
    hear("evcc/loadpoints/1/vehicleName", "ioniq");
    hear("evcc/loadpoints/1/vehicleSoc", "41.5");
    hear("evcc/loadpoints/1/connected", "true");
    EXPECT_EQ(value("evcc-ioniq/Powertrain.TractionBattery.StateOfCharge.Displayed"), Value(41.5));
    hear("evcc/loadpoints/1/vehicleSoc", "0");
    EXPECT_EQ(value("evcc-ioniq/Powertrain.TractionBattery.StateOfCharge.Displayed"), Value(41.5))
        << "0 is evcc's word for not known";
    const std::string plug =
        "evcc-ioniq/Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition."
        "IsChargingCableConnected";
    EXPECT_EQ(value(plug), Value(true));
    hear("evcc/loadpoints/1/vehicleName", "zoe");
    EXPECT_EQ(value(plug), Value(Null{})) << "nobody knows now";
    hear("evcc/loadpoints/1/vehicleName", "a/#");
    EXPECT_THAT(evcc_sink.refused.back().reason, HasSubstr("no '/'"));
}

TEST_F(CarFormats, what_is_set_goes_to_the_topics_set) {
    hear("evcc/loadpoints/2/mode", "pv");
    hear("evcc/vehicles/ioniq/limitSoc", "80");
    hear("evcc/site/bufferSoc", "50");
    struct Wanted {
        Order order;
        const char* topic;
        const char* payload;
    };
    const Wanted list[] = {
        {{"evcc-loadpoint-2", "mode", "", {}, "now"}, "evcc/loadpoints/2/mode/set", "now"},
        {{"evcc-loadpoint-2", "", "stop", {}, Null{}}, "evcc/loadpoints/2/mode/set", "off"},
        {{"evcc-loadpoint-2", "phases_wanted", "", {}, std::int64_t{1}},
         "evcc/loadpoints/2/phasesConfigured/set",
         "1"},
        {{"evcc-ioniq",
          "Powertrain.TractionBattery.Charging.ChargeLimit",
          "",
          {},
          std::int64_t{70}},
         "evcc/vehicles/ioniq/limitSoc/set",
         "70"},
        {{"evcc", "buffer_soc", "", {}, 45.0}, "evcc/site/bufferSoc/set", "45.0"},
    };
    for (const Wanted& one : list) {
        const auto sent = evcc.encode(one.order);
        ASSERT_TRUE(sent) << one.topic;
        ASSERT_EQ(sent->size(), 1U);
        EXPECT_EQ(sent->front().topic, one.topic);
        EXPECT_EQ(sent->front().payload, one.payload);
    }
    EXPECT_FALSE(evcc.encode({"evcc-loadpoint-2", "soc", "", {}, 45.0}));
    hear("evcc/loadpoints/2/mode/set", "off");
    EXPECT_EQ(value("evcc-loadpoint-2/mode"), Value("pv")) << "a wish is no fact";
}

}  // namespace
}  // namespace foxtail::mqtt
