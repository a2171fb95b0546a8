// A person's limit in W: it holds for all phases together, and comes to amperes by those in use.
#include "foxtail/charging/house_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::charging {
namespace {

using ::testing::HasSubstr;

/// As House::live(), with a car on the first phase alone.
void live_on_one_phase(House& house, int secs) {
    for (int i = 0; i < secs; ++i) {
        const double amps = house.limit();
        house.say(PointRole::current_l1, amps);
        house.say(PointRole::current_l2, 0.0);
        house.say(PointRole::current_l3, 0.0);
        house.say(PointRole::power, amps * 230);
        house.controller->hear(CircuitRole::current_l1, 0, 3 + amps, 1, house.now());
        house.controller->hear(CircuitRole::current_l2, 0, 3.0, 1, house.now());
        house.controller->hear(CircuitRole::current_l3, 0, 3.0, 1, house.now());
        house.pass(1);
    }
}

TEST(PowerLimit, comes_to_amperes_by_voltage_and_phases) {
    House house;
    house.meter(3);
    house.plug();
    house.live(60, 3);
    EXPECT_EQ(house.limit(), 16);
    house.wish(Setting::at_most_power, 7000.0);
    EXPECT_EQ(house.limit(), 10) << "10.1 A on each of three, in steps of 1 A";
    house.live(60, 3);
    EXPECT_EQ(house.limit(), 10);
    EXPECT_EQ(house.fact("at_most_power"), "7000.0");
    EXPECT_EQ(house.fact("commanded_power"), "6900.0");
    EXPECT_EQ(house.fact("obeyed"), "\"yes\"");
    // The one in amperes holds beside it.
    house.wish(Setting::at_most, 8.0);
    EXPECT_EQ(house.limit(), 8);
    house.wish(Setting::at_most, 16.0);
    house.wish(Setting::at_most_power, 11'040.0);
    house.live(60, 3);
    EXPECT_EQ(house.limit(), 16) << "as much as the point can is no limit";
}

TEST(PowerLimit, lets_a_car_on_one_phase_have_all_of_it) {
    House house;
    house.meter(3);
    house.plug();
    house.wish(Setting::at_most_power, 4500.0);
    live_on_one_phase(house, 120);
    EXPECT_EQ(house.limit(), 16);
    house.wish(Setting::at_most_power, 3000.0);
    EXPECT_EQ(house.limit(), 13);
}

TEST(PowerLimit, too_little_for_the_least_current_is_a_pause_with_its_reason) {
    House house;
    house.meter(3);
    house.plug();
    house.wish(Setting::at_most_power, 3000.0);
    house.live(60, 3);
    EXPECT_EQ(house.limit(), 0);
    EXPECT_THAT(house.fact("why"), HasSubstr("may take 3000 W"));
    EXPECT_THAT(house.fact("why"), HasSubstr("on 3 phases is 4140 W"));
    // Of a car that is known to have one phase that is enough.
    house.say(PointRole::id_tag, std::string("CARD1"));
    live_on_one_phase(house, 60);
    ASSERT_EQ(house.controller->points()[0].session->car, "leaf");
    EXPECT_EQ(house.limit(), 13);
}

TEST(PowerLimit, that_is_too_little_for_three_phases_switches_a_box_that_can_to_one) {
    Controller controller(one_box(32, Mode::now, true));
    Duration at = seconds(100);
    const auto now = [&] { return Moment{Time{at.us}, at}; };
    controller.start(now());
    controller.hear(PointRole::phases, 0, std::int64_t{3}, 1, now());
    controller.hear(PointRole::status, 0, std::string("Preparing"), 2, now());
    ASSERT_TRUE(controller.set(Setting::at_most_power, 0, 3000.0, 3, now()));
    bool switched = false;
    for (int i = 0; i < 120; ++i) {
        at = at + seconds(1);
        controller.tick(now());
        for (const auto& one : std::exchange(controller.proposals(), {})) {
            if (one.what != Proposal::What::phases) continue;
            EXPECT_EQ(one.value, 1);
            switched = true;
            controller.hear(PointRole::phases, 0, std::int64_t{1}, 4, now());
        }
    }
    EXPECT_TRUE(switched);
    EXPECT_EQ(controller.points()[0].commanded_a, 13);
}

TEST(PowerLimit, is_held_against_what_is_measured_in_watts) {
    House house;
    house.meter(3);
    house.plug();
    house.wish(Setting::at_most_power, 7000.0);
    house.live(90, 3);
    ASSERT_EQ(house.limit(), 10);
    ASSERT_EQ(house.fact("obeyed"), "\"yes\"");
    house.said.clear();
    for (int i = 0; i < 130; ++i) {
        for (const auto role :
             {PointRole::current_l1, PointRole::current_l2, PointRole::current_l3})
            house.say(role, 10.0);
        house.say(PointRole::power, 9000.0);
        house.meter(13);
        house.pass(1);
    }
    EXPECT_EQ(house.fact("obeyed"), "\"draws_more\"") << "10 A of each phase, and 9000 W";
    EXPECT_GE(house.said.size(), 1U) << "it is told again";
    EXPECT_EQ(house.limit(), 10);
}

TEST(PowerLimit, by_hand_at_the_box_holds_until_unplugged) {
    House house;
    house.meter(3);
    house.plug();
    house.live(60, 3);
    house.controller->set_power_by_hand(0, 5600, 50, house.now());
    house.live(60, 3);
    EXPECT_EQ(house.limit(), 8);
    house.controller->set_power_by_hand(0, 0, 51, house.now());
    house.take();
    EXPECT_EQ(house.limit(), 0);
    EXPECT_THAT(house.fact("why"), HasSubstr("paused by hand"));
    house.say(PointRole::status, std::string("Available"));
    house.plug();
    house.wish(Setting::mode, std::string("now"));
    house.live(90, 3);
    EXPECT_EQ(house.limit(), 16);
}

TEST(PowerLimit, outlives_a_restart_and_is_refused_where_no_point_could_keep_it) {
    House house;
    const auto set = [&](double watts) {
        return house.controller->set(Setting::at_most_power, 0, watts, 1, house.now());
    };
    EXPECT_FALSE(set(1379));
    EXPECT_FALSE(set(11'041));
    EXPECT_TRUE(set(7000));
    house.controller->set_power_by_hand(0, 5600, 50, house.now());
    House later;
    ASSERT_TRUE(later.controller->load(house.controller->save()));
    EXPECT_EQ(later.controller->points()[0].at_most_w, 7000);
    EXPECT_EQ(later.controller->points()[0].by_hand_w, 5600);
}

TEST(PowerLimit, is_none_where_an_older_hub_kept_none) {
    std::string kept;
    ByteWriter out(kept);
    out.u64(3);  // format
    out.u64(4);  // sessions so far
    out.u64(1);
    out.text("box0");
    out.u8(static_cast<std::uint8_t>(Mode::sun));
    out.u8(static_cast<std::uint8_t>(Mode::sun));
    for (const double n : {12.0, -1.0, 5000.0}) out.f64(n);  // at most, by hand, needed
    out.i64(0);
    out.f64(10);  // commanded
    out.u8(static_cast<std::uint8_t>(Status::charging));
    out.text("CARD1");
    out.text("");
    Energy().save(out);
    out.u8(0);                               // no session
    for (int i = 0; i < 3; ++i) out.u64(0);  // nothing learned
    House house;
    ASSERT_TRUE(house.controller->load(kept));
    const Point& point = house.controller->points()[0];
    EXPECT_EQ(point.at_most_a, 12);
    EXPECT_EQ(point.needed_wh, 5000);
    EXPECT_EQ(point.commanded_a, 10);
    EXPECT_FALSE(point.wished_w());
    EXPECT_FALSE(point.by_hand());
}

}  // namespace
}  // namespace foxtail::charging
