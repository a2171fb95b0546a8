#include "foxtail/base/time.hpp"
#include "foxtail/sim/carport.hpp"
#include "foxtail/sim/device.hpp"
#include "foxtail/sim/ha_device.hpp"
#include "foxtail/sim/json_text.hpp"
#include "foxtail/sim/physics.hpp"
#include "foxtail/sim/zigbee.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace foxtail::sim {
namespace {

std::int64_t at(const char* text) {
    return parse_rfc3339(text).value().us / 1000;
}

World some_world() {
    return make_world({1, {}}, at("2026-04-15T17:00:00Z"));
}

std::string last(const Answer& answer, const std::string& topic) {
    std::string payload = "(nothing)";
    for (const Message& message : answer.messages) {
        payload = message.topic == topic ? message.payload : payload;
    }
    return payload;
}

/// One device with a world of its own: commands take effect at once, as in a running household.
struct Bench {
    World world;
    std::unique_ptr<Device> device;

    explicit Bench(std::string_view name, World start = some_world())
        : world(std::move(start)), device(make_device(name, true)) {
        Answer answer;
        device->announce(world, answer);
    }
    Answer command(const std::string& topic, const std::string& payload) {
        Answer answer;
        device->hear(topic, payload, world, answer);
        for (const Act& act : answer.acts) {
            EXPECT_TRUE(apply(world, act)) << act.device << " " << act.key;
        }
        device->tick(world, answer);
        return answer;
    }
    Answer pass(double seconds) {
        Answer answer;
        advance(world, world.t_ms + static_cast<std::int64_t>(seconds * 1000));
        device->tick(world, answer);
        return answer;
    }
};

TEST(Devices, all_have_a_name_a_will_and_something_to_say) {
    const auto names = device_names();
    EXPECT_EQ(names.size(), 17U);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
    for (const std::string& name : names) {
        const auto device = make_device(name, true);
        ASSERT_NE(device, nullptr) << name;
        EXPECT_EQ(device->name(), name);
        EXPECT_TRUE(device->will().has_value());
        Answer answer;
        device->announce(some_world(), answer);
        EXPECT_FALSE(answer.messages.empty());
        EXPECT_TRUE(answer.acts.empty());
    }
    EXPECT_EQ(make_device("toaster", true), nullptr);
}

TEST(ZigbeeDevices, tell_only_members_that_their_exposes_name) {
    const World world = some_world();
    int number = 1;
    std::set<std::string> addresses;
    for (const ZigbeeDevice& device : zigbee_devices()) {
        const std::string described = describe(device, number++);
        ASSERT_TRUE(read_members(described).has_value()) << described;
        addresses.insert(described.substr(described.find("ieee_address"), 36));
        for (const Sample& sample : measure(device, world)) {
            // The colour mode is told by every colour lamp and named by no expose, in the original
            // too.
            if (sample.key != "color_mode") {
                EXPECT_NE(described.find("\"property\":\"" + sample.key + "\""), std::string::npos)
                    << device.name << " " << sample.key;
            }
        }
    }
    EXPECT_EQ(addresses.size(), zigbee_devices().size());
}

TEST(ZigbeeBridge, tells_the_devices_first_and_availability_before_states) {
    Answer answer;
    make_device("bridge", true)->announce(some_world(), answer);
    const auto place = [&answer](std::string_view topic) {
        return std::find_if(answer.messages.begin(), answer.messages.end(),
                            [&](const Message& m) { return m.topic == topic; }) -
               answer.messages.begin();
    };
    EXPECT_LT(place("zigbee2mqtt/bridge/devices"),
              place("zigbee2mqtt/hall/ceiling-lamp/availability"));
    EXPECT_LT(place("zigbee2mqtt/hall/ceiling-lamp/availability"),
              place("zigbee2mqtt/hall/ceiling-lamp"));
    EXPECT_TRUE(
        answer.messages[static_cast<std::size_t>(place("zigbee2mqtt/bridge/devices"))].retain);
    EXPECT_FALSE(
        answer.messages[static_cast<std::size_t>(place("zigbee2mqtt/hall/ceiling-lamp"))].retain);
}

TEST(ZigbeeBridge, takes_orders_in_all_the_ways_they_are_given) {
    Bench bench("bridge");
    const std::string lamp = "zigbee2mqtt/hall/ceiling-lamp";
    EXPECT_NE(last(bench.command(lamp + "/set", R"({"state":"ON","brightness":100})"), lamp)
                  .find(R"("brightness":100)"),
              std::string::npos);
    EXPECT_TRUE(bench.world.lamp(Lamp::hall).on);
    EXPECT_NE(last(bench.command(lamp + "/set/state", "OFF"), lamp).find(R"("state":"OFF")"),
              std::string::npos);
    bench.command(lamp + "/set", "TOGGLE");
    EXPECT_TRUE(bench.world.lamp(Lamp::hall).on);
    bench.command(lamp + "/set/brightness", "0");
    EXPECT_FALSE(bench.world.lamp(Lamp::hall).on);
    bench.command("zigbee2mqtt/living-room/floor-lamp/set", R"({"color":{"x":0.2,"y":0.3}})");
    EXPECT_EQ(bench.world.lamp(Lamp::living_floor).color_x, 0.2);
    EXPECT_TRUE(bench.world.lamp(Lamp::living_floor).colored);
    bench.command("zigbee2mqtt/study/radiator/set",
                  R"({"occupied_heating_setpoint":23.5,"system_mode":"heat"})");
    EXPECT_EQ(bench.world.room(Room::study).setpoint_c, 23.5);
    bench.command("zigbee2mqtt/hall/lock/set", R"({"state":"LOCK"})");
    EXPECT_TRUE(bench.world.door.locked);
    bench.command("zigbee2mqtt/living-room/blind/set", R"({"state":"CLOSE"})");
    EXPECT_EQ(bench.world.blind.target_pct, 0);
    EXPECT_NE(last(bench.command("zigbee2mqtt/hall/lock/get", R"({"state":""})"),
                   "zigbee2mqtt/hall/lock"),
              "(nothing)");
}

TEST(ZigbeeBridge, complains_and_changes_nothing_when_an_order_is_nonsense) {
    Bench bench("bridge");
    for (const auto& [topic, payload] : std::vector<std::pair<std::string, std::string>>{
             {"zigbee2mqtt/hall/ceiling-lamp/set", R"({"state":"MAYBE"})"},
             {"zigbee2mqtt/hall/ceiling-lamp/set", "{\"state\":"},
             {"zigbee2mqtt/study/radiator/set", R"({"occupied_heating_setpoint":99})"},
             {"zigbee2mqtt/attic/lamp/set", "ON"},
             {"zigbee2mqtt/hall/motion/set", R"({"occupancy":true})"},
             {"zigbee2mqtt/hall/ceiling-lamp/set", ""}}) {
        const Answer answer = bench.command(topic, payload);
        EXPECT_TRUE(answer.acts.empty()) << topic << payload;
        EXPECT_NE(last(answer, "zigbee2mqtt/bridge/logging"), "(nothing)") << topic << payload;
    }
}

TEST(ZigbeeBridge, a_lamp_without_power_goes_offline_and_takes_no_orders) {
    Bench bench("bridge");
    const Answer off = bench.command("zigbee2mqtt/study/desk-plug/set", R"({"state":"OFF"})");
    EXPECT_EQ(last(off, "zigbee2mqtt/study/desk-lamp/availability"), R"({"state":"offline"})");
    EXPECT_TRUE(bench.command("zigbee2mqtt/study/desk-lamp/set", "ON").acts.empty());
    const Answer on = bench.command("zigbee2mqtt/study/desk-plug/set", R"({"state":"ON"})");
    EXPECT_EQ(last(on, "zigbee2mqtt/study/desk-lamp/availability"), R"({"state":"online"})");
}

TEST(ZigbeeBridge, the_flaky_window_sensor_drops_off_and_comes_back_within_days) {
    Bench bench("bridge");
    int offline = 0;
    int online = 0;
    for (int i = 0; i < 3 * 144; ++i) {
        bench.world.t_ms += 600'000;
        Answer answer;
        bench.device->tick(bench.world, answer);
        const std::string state = last(answer, "zigbee2mqtt/kitchen/window/availability");
        offline += state == R"({"state":"offline"})" ? 1 : 0;
        online += state == R"({"state":"online"})" ? 1 : 0;
    }
    EXPECT_GT(offline, 0);
    EXPECT_NEAR(offline, online, 1);
}

TEST(ZigbeeBridge, a_press_of_the_button_is_told_once_and_a_jump_of_the_counter_not) {
    Bench bench("bridge");
    bench.world.button_presses += 1;
    Answer answer;
    bench.device->tick(bench.world, answer);
    EXPECT_EQ(last(answer, "zigbee2mqtt/bedroom/button").find(R"({"action":"on")"), 0U);
    Answer again;
    bench.device->tick(bench.world, again);
    EXPECT_EQ(last(again, "zigbee2mqtt/bedroom/button"), "(nothing)");
    bench.world.button_presses += 500;
    Answer jump;
    bench.device->tick(bench.world, jump);
    EXPECT_EQ(last(jump, "zigbee2mqtt/bedroom/button"), "(nothing)");
}

TEST(ZigbeeBridge, answers_requests_with_their_transaction) {
    Bench bench("bridge");
    EXPECT_EQ(
        last(bench.command("zigbee2mqtt/bridge/request/health_check", R"({"transaction":"a1"})"),
             "zigbee2mqtt/bridge/response/health_check"),
        R"({"data":{"healthy":true},"status":"ok","transaction":"a1"})");
    EXPECT_NE(last(bench.command("zigbee2mqtt/bridge/request/device/remove", "{}"),
                   "zigbee2mqtt/bridge/response/device/remove")
                  .find("\"error\""),
              std::string::npos);
}

std::vector<HaSpec> all_specs() {
    std::vector<HaSpec> all = energy_devices();
    for (auto&& list :
         {comfort_devices(), appliance_devices(), std::vector<HaSpec>{outlook_service()}}) {
        all.insert(all.end(), list.begin(), list.end());
    }
    return all;
}

TEST(DiscoveryDevices, have_a_value_for_every_entity_and_an_entity_for_every_template) {
    for (const HaSpec& spec : all_specs()) {
        std::set<std::string> keys;
        for (const Sample& sample : spec.measure(some_world())) {
            keys.insert(sample.key);
        }
        std::set<std::string> ids;
        for (const Entity& entity : spec.entities) {
            EXPECT_TRUE(ids.insert(entity.id).second) << spec.name << " " << entity.id;
            const bool own_topics =
                std::any_of(entity.options.begin(), entity.options.end(),
                            [](const auto& o) { return o.first == "state_topic"; });
            if (entity.has_state && !own_topics) {
                EXPECT_TRUE(keys.contains(entity.id)) << spec.name << " " << entity.id;
            }
            EXPECT_TRUE(!entity.settable || spec.order) << spec.name << " " << entity.id;
        }
    }
}

TEST(DiscoveryDevices, announce_valid_and_retained_configurations_before_their_first_state) {
    std::size_t forms_of_device = 0;
    std::size_t forms_of_single = 0;
    for (const HaSpec& spec : all_specs()) {
        Answer answer;
        make_ha_device(spec)->announce(some_world(), answer);
        bool state_seen = false;
        for (const Message& message : answer.messages) {
            if (message.topic.starts_with("homeassistant/")) {
                EXPECT_FALSE(state_seen) << message.topic;
                EXPECT_TRUE(message.retain) << message.topic;
                EXPECT_TRUE(read_members(message.payload).has_value()) << message.payload;
                (message.topic.starts_with("homeassistant/device/") ? forms_of_device
                                                                    : forms_of_single) += 1;
                EXPECT_NE(
                    message.payload.find(spec.abbreviated ? "\"sa\":" : "\"suggested_area\":"),
                    std::string::npos);
            } else {
                state_seen = true;
            }
        }
        EXPECT_TRUE(state_seen);
    }
    EXPECT_EQ(forms_of_device, 5U);
    EXPECT_GT(forms_of_single, 25U);
}

TEST(DiscoveryDevices, carry_out_orders_and_confirm_them_even_when_nothing_changed) {
    struct Case {
        const char* device;
        const char* topic;
        const char* payload;
        const char* state_topic;
        const char* expected;
    };
    for (const Case& c : std::vector<Case>{
             {"wallbox", "wallbox/wb11/limit/set", "8", "wallbox/wb11/state", R"("limit":8)"},
             {"wallbox", "wallbox/wb11/enabled/set", "OFF", "wallbox/wb11/state",
              R"("enabled":"OFF")"},
             {"wallbox", "wallbox/wb11/enabled/set", "ON", "wallbox/wb11/state",
              R"("enabled":"ON")"},
             {"wallbox", "wallbox/wb11/limit/set", "0", "wallbox/wb11/state", R"("limit":0)"},
             {"home-battery", "storage/b10k/mode/set", "hold", "storage/b10k/state",
              R"("mode":"hold")"},
             {"home-battery", "storage/b10k/setpoint/set", "-1500", "storage/b10k/state",
              R"("setpoint":-1500)"},
             {"home-battery", "storage/b10k/setpoint/set", "1500", "storage/b10k/state",
              R"("mode":"setpoint")"},
             {"heat-pump", "heatpump/aq7/mode/set", "block", "heatpump/aq7/state",
              R"("mode":"block")"},
             {"heat-pump", "heatpump/aq7/offset/set", "-1.5", "heatpump/aq7/state",
              R"("offset":-1.5)"},
             {"hot-water", "hotwater/tank/mode/set", "performance", "hotwater/tank/state",
              R"("boost":"ON")"},
             {"ventilation", "ventilation/level/set", "3", "ventilation/state",
              R"("preset":"manual")"},
             {"ventilation", "ventilation/preset/set", "auto", "ventilation/state",
              R"("preset":"auto")"},
             {"ventilation", "ventilation/fan/set", "OFF", "ventilation/state", R"("level":0)"},
             {"washing-machine", "washer/program/set", "quick-30", "washer/state",
              R"("program":"quick-30")"},
             {"dishwasher", "dishwasher/start/set", "PRESS", "dishwasher/state",
              R"("status":"running")"}}) {
        Bench bench(c.device);
        EXPECT_NE(last(bench.command(c.topic, c.payload), c.state_topic).find(c.expected),
                  std::string::npos)
            << c.topic << " " << c.payload;
    }
}

TEST(DiscoveryDevices, ignore_orders_out_of_range_or_in_no_language) {
    for (const auto& [device, topic] :
         std::map<std::string, std::string>{{"wallbox", "wallbox/wb11/limit/set"},
                                            {"home-battery", "storage/b10k/mode/set"},
                                            {"heat-pump", "heatpump/aq7/mode/set"},
                                            {"washing-machine", "washer/start/set"},
                                            {"hot-water", "hotwater/tank/setpoint/set"}}) {
        Bench bench(device);
        for (const char* payload : {"", "500", "-1", "nan", "1e999", "maybe", "{\"a\":1}", "8 "}) {
            EXPECT_TRUE(bench.command(topic, payload).acts.empty()) << topic << " " << payload;
        }
    }
}

TEST(OvmsCar, tells_its_metrics_in_the_modules_units_and_signs) {
    World world = make_world({1, {}}, at("2026-04-14T22:00:00Z"));
    ASSERT_TRUE(world.car.plugged);
    world.car.charge_kwh = 29;
    world.car.power_w = 11'000;
    Answer answer;
    make_device("car", true)->announce(world, answer);
    const std::string metrics = "ovms/anna/Leaf_green/metric/";
    for (const auto& [metric, value] :
         std::map<std::string, std::string>{{"s/v3/connected", "yes"},
                                            {"v/b/soc", "50"},
                                            {"v/b/power", "-10.01"},
                                            {"v/c/pilot", "yes"},
                                            {"v/c/charging", "yes"},
                                            {"v/c/state", "charging"},
                                            {"v/c/power", "11"},
                                            {"v/c/duration/full", "104"},
                                            {"v/e/locked", "yes"},
                                            {"v/d/trunk", "no"}})
        EXPECT_EQ(last(answer, metrics + metric), value) << metric;
    for (const Message& message : answer.messages) EXPECT_TRUE(message.retain) << message.topic;
}

TEST(Carport, its_car_is_away_by_day_on_workdays) {
    const auto home = [](const char* when) {
        return second_car_home(local_time(Site{}, at(when)));
    };
    EXPECT_TRUE(home("2026-04-14T05:00:00Z"));  // a Tuesday, clocks an hour ahead
    EXPECT_FALSE(home("2026-04-14T07:00:00Z"));
    EXPECT_FALSE(home("2026-04-14T16:30:00Z"));
    EXPECT_TRUE(home("2026-04-14T16:40:00Z"));
    EXPECT_TRUE(home("2026-04-18T12:00:00Z"));
}

TEST(Carport, puts_what_the_box_draws_into_the_world_where_the_meter_sees_it) {
    const auto free = tick_of(R"({"tick":{"amps":16,"watts":11040,"soc":null}})");
    ASSERT_TRUE(free);
    EXPECT_EQ(free->watts, 11'040);
    EXPECT_FALSE(free->soc_pct);
    EXPECT_EQ(tick_of(R"({"tick":{"watts":0,"soc":61.5}})")->soc_pct, 61.5);
    EXPECT_FALSE(tick_of(R"({"tick":{"watts":0,"soc":161}})")->soc_pct);
    for (const char* line : {"", "{}", "nonsense", R"({"tick":{"watts":-1}})",
                             R"({"tick":{"watts":"11040"}})", R"({"sent":"StartTransaction"})"})
        EXPECT_FALSE(tick_of(line)) << line;
    World world = make_world({1, {}}, at("2026-04-14T22:00:00Z"));  // no sun
    World other = world;
    ASSERT_TRUE(apply(other, {"carport", "power", 6900}));
    for (World* one : {&world, &other}) advance(*one, one->t_ms + 1000);
    EXPECT_NEAR(other.meter.load_w - world.meter.load_w, 6900, 1);
    EXPECT_NEAR(other.meter.grid_w - world.meter.grid_w, 6900, 1) << "not out of the battery";
}

TEST(Carport, its_car_tells_by_teslamate_where_it_is_and_what_it_takes) {
    const auto said = [](const SecondCar& car, std::string_view key) {
        for (const Sample& sample : second_car_says(car))
            if (sample.key == key) return plain_text(sample);
        return std::string("(nothing)");
    };
    const SecondCar away{false, false, 47.6, 0};
    EXPECT_EQ(said(away, "geofence"), "Work");
    EXPECT_EQ(said(away, "charging_state"), "Disconnected");
    EXPECT_EQ(said(away, "battery_level"), "48");
    const SecondCar charging{true, true, 50, 11'040};
    EXPECT_EQ(said(charging, "geofence"), "Home");
    EXPECT_EQ(said(charging, "plugged_in"), "true");
    EXPECT_EQ(said(charging, "charging_state"), "Charging");
    EXPECT_EQ(said(charging, "charger_power"), "11");
    EXPECT_EQ(said(charging, "power"), "-10") << "out of the battery is positive there";
    EXPECT_EQ(said(charging, "est_battery_range_km"), "215");
    EXPECT_EQ(said({true, true, 50, 0}, "charging_state"), "Stopped");
    EXPECT_EQ(said({true, true, 100, 0}, "charging_state"), "Complete");
}

TEST(CarLink, locks_and_limits_and_says_so) {
    Bench bench("car-link", make_world({1, {}}, at("2026-04-14T22:00:00Z")));
    ASSERT_TRUE(bench.world.car.locked);
    const std::string state = "carlink/leaf/state";
    EXPECT_EQ(last(bench.command("carlink/leaf/locked/set", "false"), state),
              R"({"locked":false,"limit":80})");
    EXPECT_EQ(last(bench.command("carlink/leaf/limit/set", "65"), state),
              R"({"locked":false,"limit":65})");
    // Nothing changed, and it is said all the same: somebody waits.
    EXPECT_EQ(last(bench.command("carlink/leaf/limit/set", "65"), state),
              R"({"locked":false,"limit":65})");
    for (const char* words : {"", "yes", "49", "101", "nan", "65 %", "{}"}) {
        EXPECT_TRUE(bench.command("carlink/leaf/locked/set", words).acts.empty()) << words;
        EXPECT_TRUE(bench.command("carlink/leaf/limit/set", words).acts.empty()) << words;
    }
}

TEST(OvmsCar, does_what_it_is_told_and_says_so) {
    const std::string car = "ovms/anna/Leaf_green/";
    Bench bench("car", make_world({1, {}}, at("2026-04-14T22:00:00Z")));
    ASSERT_TRUE(bench.world.car.plugged);
    const auto asked = [&](const std::string& words) {
        return bench.command(car + "client/foxtail/command/7", words);
    };
    const std::string response = car + "client/foxtail/response/7";
    auto answer = asked("climatecontrol on");
    EXPECT_EQ(last(answer, response), "Climate Control on");
    EXPECT_EQ(last(answer, car + "metric/v/e/hvac"), "yes");
    bench.world.car.charge_kwh = 20;
    bench.world.wallbox.limit_a = 16;
    asked("charge stop");
    answer = bench.pass(120);
    EXPECT_EQ(bench.world.car.power_w, 0);
    EXPECT_EQ(last(asked("charge start"), response), "Charge has been started");
    bench.pass(120);
    EXPECT_GT(bench.world.car.power_w, 1000);
    for (const char* words : {"", "lock", "charge current 9", "{\"a\":1}"}) {
        answer = asked(words);
        EXPECT_TRUE(answer.acts.empty()) << words;
        EXPECT_TRUE(last(answer, response).starts_with("Error")) << words;
    }
    Answer all;
    bench.device->hear(car + "client/foxtail/request/metric", "*", bench.world, all);
    EXPECT_GT(all.messages.size(), 20U);
}

TEST(DiscoveryDevices, the_wallbox_speaks_in_the_words_of_a_charging_point) {
    World world = make_world({1, {}}, at("2026-04-14T22:00:00Z"));
    ASSERT_TRUE(world.car.plugged);
    world.car.charge_kwh = 20;
    ASSERT_TRUE(apply(world, {"wallbox", "limit", 10}));
    Bench bench("wallbox", world);
    const std::string state = last(bench.pass(10), "wallbox/wb11/state");
    EXPECT_NE(state.find(R"("status":"Charging")"), std::string::npos) << state;
    EXPECT_NE(state.find(R"("current_l1":10)"), std::string::npos) << state;
    EXPECT_NE(state.find(R"("current_l3":10)"), std::string::npos) << state;
    const Answer paused = bench.command("wallbox/wb11/limit/set", "0");
    EXPECT_NE(last(paused, "wallbox/wb11/state").find(R"("limit":0)"), std::string::npos);
    EXPECT_NE(last(bench.pass(10), "wallbox/wb11/state").find(R"("status":"SuspendedEVSE")"),
              std::string::npos);
}

TEST(DiscoveryDevices, announce_again_when_a_hub_says_that_it_started) {
    Bench bench("wallbox");
    EXPECT_NE(last(bench.command("homeassistant/status", "online"),
                   "homeassistant/device/wallbox_wb11_77/config"),
              "(nothing)");
    EXPECT_EQ(last(bench.command("homeassistant/status", "offline"),
                   "homeassistant/device/wallbox_wb11_77/config"),
              "(nothing)");
}

TEST(Reporter, waits_for_small_changes_not_for_switches_and_repeats_in_the_end) {
    Reporter reporter({10, 100});
    const auto samples = [](double watts, bool on) {
        return std::vector<Sample>{number_sample("p", watts, 1, 5), flag_sample("on", on)};
    };
    EXPECT_TRUE(reporter.due(0, samples(1, true)));
    EXPECT_FALSE(reporter.due(5'000, samples(50, true))) << "too soon";
    EXPECT_TRUE(reporter.due(5'000, samples(1, false))) << "a switch does not wait";
    EXPECT_FALSE(reporter.due(20'000, samples(4, false))) << "too small";
    EXPECT_TRUE(reporter.due(20'000, samples(7, false)));
    EXPECT_FALSE(reporter.due(110'000, samples(7, false)));
    EXPECT_TRUE(reporter.due(120'000, samples(7, false))) << "it is time to be heard";
}

TEST(Phone, tells_leaving_and_coming_and_the_way_between) {
    Bench bench("phone-ben", make_world({1, {}}, at("2026-04-15T04:00:00Z")));
    std::vector<std::string> events;
    int on_the_way = 0;
    std::int64_t last_stamp = 0;
    for (int i = 0; i < 4 * 360; ++i) {
        const Answer answer = bench.pass(10);
        for (const Message& message : answer.messages) {
            const auto members = read_members(message.payload);
            ASSERT_TRUE(members.has_value()) << message.payload;
            std::string event;
            std::string place;
            for (const JsonMember& member : *members) {
                if (member.path == "event") event = std::get<std::string>(member.value);
                if (member.path == "desc") place = std::get<std::string>(member.value);
                if (member.path == "tst") {
                    const auto stamp = static_cast<std::int64_t>(std::get<double>(member.value));
                    EXPECT_GE(stamp, last_stamp);
                    last_stamp = stamp;
                }
            }
            if (message.topic == "owntracks/ben/phone/event") {
                EXPECT_FALSE(message.retain);
                events.push_back(event + " " + place);
            }
            on_the_way += message.payload.find(R"("inregions":[],)") != std::string::npos ? 1 : 0;
        }
    }
    EXPECT_EQ(events, (std::vector<std::string>{"leave home", "enter school"}));
    EXPECT_GT(on_the_way, 10);
}

}  // namespace
}  // namespace foxtail::sim
