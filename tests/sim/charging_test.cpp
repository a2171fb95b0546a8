// The charging desk on a hub: what is heard, wished, told, kept, and by whose leave.
#include "foxtail/app/charging_desk.hpp"

#include "home_test.hpp"
#include <gmock/gmock.h>

namespace foxtail::sim {
namespace {

using ::testing::HasSubstr;

PropertySpec number_named(const char* name, bool settable = false) {
    PropertySpec spec;
    spec.name = name;
    spec.type = Type::number;
    spec.settable = settable;
    return spec;
}

PropertySpec text_named(const char* name) {
    PropertySpec spec;
    spec.name = name;
    spec.type = Type::string;
    return spec;
}

struct ChargingTest : HomeTest {
    ChargingTest() {
        config.site.circuits.push_back({});
        config.site.circuits[0].name = "main";
        config.site.circuits[0].limit_a = 25;
        config.site.circuits[0].metered = true;
        config.circuits = {{{"current_l1", "meter/current_l1"},
                            {"current_l2", "meter/current_l2"},
                            {"current_l3", "meter/current_l3"}}};
        config.site.points.push_back({});
        config.site.points[0].name = "garage";
        config.site.points[0].mode = charging::Mode::now;
        ChargingConfig::Map box;
        for (const auto role : charging::point_roles)
            box[std::string(role)] = "box/" + std::string(role);
        config.points = {box};
        config.limits = {"box/limit"};
        config.limit_powers = {"box/limit_power"};
        config.phases = {""};
        config.starts = {""};
        config.site.cars = {{"leaf", {}, {}, "", 0}};
        config.cars = {{{"cable", "leaf/cable"}}};
        tell_devices();
        begin();
    }
    void tell_devices() {
        ThingSpec meter;
        meter.id = "meter";
        meter.properties = {number_named("current_l1"), number_named("current_l2"),
                            number_named("current_l3")};
        ASSERT_TRUE(inlet->tell(meter));
        ThingSpec box;
        box.id = "box";
        box.properties = {text_named("status"),        number_named("power"),
                          number_named("current_l1"),  number_named("current_l2"),
                          number_named("current_l3"),  number_named("energy"),
                          number_named("limit", true), number_named("limit_power", true)};
        ASSERT_TRUE(inlet->tell(box));
    }
    void begin() {
        desk = std::make_unique<ChargingDesk>(*hub, config);
        ASSERT_TRUE(desk->start());
        settle();
    }
    void restart() {
        desk.reset();
        crash();
        begin();
    }
    void meter(double amps) {
        for (const auto* line : {"meter/current_l1", "meter/current_l2", "meter/current_l3"})
            EXPECT_TRUE(say(line, amps));
    }
    void plug() {
        meter(5);
        EXPECT_TRUE(say("box/status", std::string("Available")));
        EXPECT_TRUE(say("box/status", std::string("Preparing")));
        settle();
    }
    void draw(double amps) {
        for (const auto* line : {"box/current_l1", "box/current_l2", "box/current_l3"})
            EXPECT_TRUE(say(line, amps));
    }
    [[nodiscard]] std::string shown(std::string_view address) {
        const auto view = owner().read(address);
        return view ? to_json(view->belief->value) : "denied";
    }
    [[nodiscard]] double last_limit() const {
        return outlet.sent.empty() ? -1 : std::get<double>(outlet.sent.back().value);
    }
    ChargingConfig config;
    std::unique_ptr<ChargingDesk> desk;
};

TEST_F(ChargingTest, a_meters_jump_has_become_the_boxs_order_before_any_time_passes) {
    plug();
    EXPECT_EQ(last_limit(), 16);
    draw(16);
    settle();
    meter(21);
    settle();
    const auto before = outlet.sent.size();
    const Time at = world.wall;
    const auto cause = say("meter/current_l2", 32.0);
    ASSERT_TRUE(cause);
    world.settle();
    ASSERT_EQ(outlet.sent.size(), before + 1);
    EXPECT_EQ(last_limit(), 9);
    EXPECT_EQ(world.wall, at);
    settle();
    const auto asked = std::find_if(
        disk.records.rbegin(), disk.records.rend(),
        [](const Record& record) { return std::holds_alternative<CommandAsked>(record.body); });
    ASSERT_NE(asked, disk.records.rend());
    EXPECT_EQ(asked->cause, *cause) << "why can be asked";
    EXPECT_EQ(hub->authority().find(asked->actor)->name, ChargingDesk::subject_name);
}

TEST_F(ChargingTest, the_desk_sees_and_sets_exactly_what_is_configured) {
    const auto me = hub->authority().find(ChargingDesk::subject_name)->id;
    const auto may = [&](Verb verb, std::string_view address) {
        return hub->authority().decide(me, verb, id(address), world.wall).allowed;
    };
    EXPECT_TRUE(may(Verb::observe, "meter/current_l1"));
    EXPECT_FALSE(may(Verb::set, "meter/current_l1"));
    EXPECT_TRUE(may(Verb::set, "box/limit"));
    EXPECT_FALSE(may(Verb::read, "lamp/on"));
    EXPECT_FALSE(may(Verb::set, "lock/locked"));
}

TEST_F(ChargingTest, grants_stay_as_they_are_over_a_restart_and_go_with_the_configuration) {
    const auto grants = hub->authority().grants().size();
    restart();
    EXPECT_EQ(hub->authority().grants().size(), grants);
    config.circuits[0].erase("current_l3");
    restart();
    EXPECT_EQ(hub->authority().grants().size(), grants - 1);
}

TEST_F(ChargingTest, a_person_sets_the_mode_and_hears_what_came_of_it) {
    plug();
    const auto answer = ask(owner(), "charge-garage/mode", std::string("off"));
    settle();
    ASSERT_TRUE(*answer && **answer);
    EXPECT_EQ(shown("charge-garage/mode"), "\"off\"");
    EXPECT_EQ(owner().command(***answer)->outcome, Outcome::confirmed);
    EXPECT_EQ(last_limit(), 0);
    EXPECT_EQ(shown("charge-garage/why"), "\"switched off\"");
    const auto again = ask(owner(), "charge-garage/mode", std::string("off"));
    settle();
    EXPECT_EQ(owner().command(***again)->outcome, Outcome::confirmed);
}

TEST_F(ChargingTest, what_a_person_sets_at_the_box_itself_holds) {
    plug();
    (void)ask(owner(), "box/limit", 8.0);
    settle();
    EXPECT_EQ(shown("charge-garage/why"), "\"set by hand at the box, until unplugged\"");
    EXPECT_EQ(last_limit(), 8);
}

TEST_F(ChargingTest, what_a_person_sets_at_the_box_in_watts_holds_too) {
    plug();
    (void)ask(owner(), "box/limit_power", 5600.0);
    settle();
    EXPECT_EQ(last_limit(), 8) << "of each of three phases";
    EXPECT_EQ(shown("charge-garage/why"), "\"set by hand at the box, until unplugged\"");
}

TEST_F(ChargingTest, a_box_that_refuses_is_shown) {
    outlet.answer = fail(Code::unavailable, "box is away");
    plug();
    world.advance(seconds(12));
    EXPECT_EQ(shown("charge-garage/obeyed"), "\"refused\"");
}

TEST_F(ChargingTest, a_session_survives_the_power_cut_and_is_told_once) {
    plug();
    EXPECT_TRUE(say("box/energy", 1000.0));
    EXPECT_TRUE(say("box/status", std::string("Charging")));
    draw(16);
    world.advance(minutes(10));
    EXPECT_TRUE(say("box/energy", 2500.0));
    world.advance(minutes(2));
    restart();
    EXPECT_EQ(on_disk<EventHappened>(), 0U);
    EXPECT_TRUE(say("box/status", std::string("Charging")));
    EXPECT_TRUE(say("box/energy", 2800.0));
    EXPECT_TRUE(say("box/status", std::string("Available")));
    world.advance(minutes(1));
    ASSERT_EQ(on_disk<EventHappened>(), 1U);
    EXPECT_THAT(shown("charge-garage/last_session"), HasSubstr("\"energy_wh\":1800.0"));
    EXPECT_EQ(shown("charge-garage/session"), "\"\"");
}

TEST_F(ChargingTest, after_a_restart_nothing_is_raised_before_the_meter_has_spoken) {
    plug();
    draw(16);
    EXPECT_EQ(last_limit(), 16);
    restart();
    outlet.sent.clear();
    world.advance(seconds(10));
    EXPECT_TRUE(outlet.sent.empty());
    world.advance(seconds(40));
    EXPECT_EQ(last_limit(), 6) << "the meter stays silent: the safe current";
}

TEST_F(ChargingTest, a_car_that_belongs_to_somebody_is_seen_only_with_their_leave) {
    ThingSpec leaf;
    leaf.id = "leaf";
    leaf.kind = ThingKind::vehicle;
    leaf.properties.resize(1);
    leaf.properties[0].name = "cable";
    leaf.properties[0].type = Type::boolean;
    ASSERT_TRUE(inlet->tell(leaf));
    const auto me = hub->authority().find(ChargingDesk::subject_name)->id;
    const auto sees = [&] {
        return hub->authority().decide(me, Verb::observe, id("leaf/cable"), world.wall).allowed;
    };
    EXPECT_TRUE(sees()) << "the household's car";
    (void)as("resident:ben", SubjectKind::resident);
    owner().hand_over("leaf", {"resident:ben"}, {"resident:ben"}, [](const auto&) {});
    settle();
    EXPECT_FALSE(sees());
}

}  // namespace
}  // namespace foxtail::sim
