#include "foxtail/charging/house_testing.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::charging {
namespace {

using testing::HasSubstr;

TEST(Controller, a_car_that_is_plugged_in_gets_what_the_fuse_leaves) {
    House house;
    house.meter(10);
    house.plug();
    EXPECT_EQ(house.limit(), 15);
    EXPECT_THAT(house.fact("why"), HasSubstr("no more fits into main"));
}

TEST(Controller, a_jump_of_the_meter_is_answered_within_the_call_and_names_its_cause) {
    House house;
    house.meter(5);
    house.plug();
    house.live(60, 5);
    EXPECT_EQ(house.limit(), 16);
    house.said.clear();
    house.controller->hear(CircuitRole::current_l2, 0, 34.0, 777, house.now());
    ASSERT_EQ(house.controller->proposals().size(), 1U);
    EXPECT_EQ(house.controller->proposals()[0].value, 7);
    EXPECT_EQ(house.controller->proposals()[0].because, 777U);
}

TEST(Controller, where_only_the_power_is_told_a_full_fuse_is_relieved_whatever_the_phases_are) {
    House house;
    house.meter(5);
    house.plug();
    house.say(PointRole::power, 0.0);
    EXPECT_EQ(house.limit(), 16);
    house.pass(40);
    house.meter(14);                         // the car takes 9 A of the 16 on each phase ...
    house.say(PointRole::power, 9 * 690.0);  // ... which might as well be 13.5 A on two
    house.pass(10);
    house.meter(27);
    // The house takes 18 A of the 25: a limit above what the car takes would relieve nothing.
    EXPECT_EQ(house.limit(), 7);
}

TEST(Controller, a_box_that_tells_its_phases_one_after_the_other_is_not_judged_in_between) {
    House house;
    house.meter(5);
    house.plug();
    house.draws(0);
    house.live(60, 5);
    EXPECT_EQ(house.limit(), 16);
    house.meter(28);  // the house takes 12 A
    EXPECT_EQ(house.limit(), 13);
    house.meter(25);
    house.pass(40);
    house.say(PointRole::current_l1, 13.0);  // the others still stand at 16
    EXPECT_EQ(house.limit(), 13);
    EXPECT_NE(house.fact("obeyed"), "\"draws_more\"");
    house.say(PointRole::current_l2, 13.0);
    house.say(PointRole::current_l3, 13.0);
    EXPECT_EQ(house.limit(), 13);
}

TEST(Controller, what_a_box_says_late_is_not_counted_twice) {
    House house;
    house.meter(5);
    house.plug();
    house.draws(6);
    house.wish(Setting::at_most, 6.0);
    house.pass(40);
    house.meter(11);
    house.draws(6);
    house.wish(Setting::at_most, 16.0);
    house.pass(30);
    EXPECT_EQ(house.limit(), 16);
    house.meter(21);  // the box follows ...
    house.pass(10);
    house.draws(16);  // ... and says so only now
    house.wish(Setting::at_most, 12.0);
    house.pass(10);
    house.meter(17);  // it follows again, and says nothing
    house.pass(10);
    house.meter(27);  // the house takes 15 A of the 25
    EXPECT_EQ(house.limit(), 10);
    house.meter(27);  // the same again is nothing new
    EXPECT_EQ(house.limit(), 10);
}

TEST(Controller, a_box_that_speaks_seldom_has_not_lost_its_phases) {
    House house;
    house.meter(5);
    house.plug();
    for (int minute = 0; minute < 10; ++minute) {
        if (minute % 4 == 0) {
            house.say(PointRole::current_l1, 16.0);
            house.say(PointRole::current_l2, 0.0);
            house.say(PointRole::current_l3, 0.0);
        }
        for (int i = 0; i < 60; ++i) {
            house.controller->hear(CircuitRole::current_l1, 0, 21.0, 1, house.now());
            house.controller->hear(CircuitRole::current_l2, 0, 20.0, 1, house.now());
            house.controller->hear(CircuitRole::current_l3, 0, 20.0, 1, house.now());
            house.pass(1);
        }
        // A car on L1 alone leaves the others out of it.
        if (minute > 1) {
            EXPECT_EQ(house.limit(), 16) << "minute " << minute;
        }
    }
}

TEST(Controller, a_free_point_is_told_to_wait_unless_it_says_that_it_does) {
    House house(2);
    house.meter(5);
    house.say(PointRole::limit, 0.0, 0);
    house.say(PointRole::limit, 16.0, 1);
    house.say(PointRole::status, std::string("Available"), 0);
    house.say(PointRole::status, std::string("Available"), 1);
    ASSERT_EQ(house.said.size(), 1U);
    EXPECT_EQ(house.said[0].point, 1U);
    EXPECT_EQ(house.said[0].value, 0);
}

TEST(Controller, what_was_told_before_a_restart_is_told_again_where_nobody_says_it_arrived) {
    House house;
    house.meter(5);
    house.say(PointRole::status, std::string("Available"));
    ASSERT_EQ(house.said.size(), 1U);
    const std::string kept = house.controller->save();

    House later;
    later.at = house.at + seconds(5);
    ASSERT_TRUE(later.controller->load(kept));
    later.controller->start(later.now());
    later.meter(5);
    later.say(PointRole::status, std::string("Available"));
    later.pass(30);
    ASSERT_EQ(later.said.size(), 1U);
    EXPECT_EQ(later.said[0].value, 0);
    later.say(PointRole::limit, 0.0);
    later.pass(120);
    EXPECT_EQ(later.said.size(), 1U) << "once";
}

TEST(Controller, what_the_register_tells_just_before_the_plug_belongs_to_the_session) {
    House house;
    house.meter(5);
    house.say(PointRole::status, std::string("Available"));
    house.say(PointRole::energy, 1000.0);
    house.pass(60);
    house.say(PointRole::energy, 1064.0);  // what flowed while nobody listened
    house.say(PointRole::status, std::string("Charging"));
    house.say(PointRole::energy, 1100.0);
    house.pass(70);
    EXPECT_EQ(house.fact("session_energy"), "100.0");
}

TEST(Controller, below_six_amperes_there_is_only_a_pause) {
    House house;
    house.meter(5);
    house.plug();
    house.live(60, 5);
    house.meter(16 + 20);
    EXPECT_EQ(house.limit(), 0);
    house.live(30, 5);
    EXPECT_EQ(house.limit(), 0) << "room must last before the car starts again";
    house.live(60, 5);
    EXPECT_EQ(house.limit(), 16);
}

TEST(Controller,
     a_car_that_does_not_wake_after_a_pause_is_offered_the_least_until_it_is_plugged_anew) {
    House house;
    house.meter(5);
    house.plug();
    house.live(60, 5);
    house.meter(16 + 20);
    ASSERT_EQ(house.limit(), 0);
    house.said.clear();
    house.say(PointRole::status, std::string("SuspendedEV"));
    for (int second = 0; second < 1800; ++second) {
        house.draws(0);
        house.meter(5);
        house.pass(1);
    }
    EXPECT_EQ(house.limit(), 6) << "it may wake by itself";
    EXPECT_LE(house.said.size(), 3U) << "nothing is switched to and fro for it";
    EXPECT_NE(house.fact("why").find("takes nothing"), std::string::npos) << house.fact("why");
    house.plug();
    house.wish(Setting::mode, std::string("now"));  // the one of before ended with the plug
    house.live(90, 5);
    EXPECT_EQ(house.limit(), 16);
}

TEST(Controller, the_limit_is_not_raised_before_the_room_has_lasted) {
    House house;
    house.meter(15);
    house.plug();
    house.live(60, 15);
    EXPECT_EQ(house.limit(), 10);
    house.live(10, 9);
    EXPECT_EQ(house.limit(), 10);
    house.live(30, 9);
    EXPECT_EQ(house.limit(), 16);
}

TEST(Controller, two_cars_share_what_is_there_and_none_is_raised_before_the_other_gave_way) {
    House house(2);
    house.meter(5);
    house.plug(0);
    house.live(60, 5);
    EXPECT_EQ(house.limit(0), 16);
    house.plug(1);
    EXPECT_EQ(house.limit(0), 10);
    EXPECT_EQ(house.limit(1), 0) << "the first box may still draw 16 A";
    house.live(60, 5);
    EXPECT_EQ(house.limit(0), 10);
    EXPECT_EQ(house.limit(1), 10);
}

TEST(Controller, a_car_that_left_keeps_nothing_of_the_fuse_whatever_its_box_told_last) {
    House house(2);
    house.meter(5);
    house.plug(0);
    house.plug(1);
    house.live(120, 5);
    ASSERT_EQ(house.limit(0), 10);
    house.say(PointRole::status, std::string("Available"), 1);
    for (int i = 0; i < 60; ++i) {
        house.draws(house.limit(0), 0);
        house.meter(5 + house.limit(0));
        house.pass(1);
    }
    EXPECT_EQ(house.limit(0), 16);
}

TEST(Controller, a_deadline_gets_more_of_what_is_shared) {
    House house(2);
    house.meter(5);
    house.plug(0);
    house.plug(1);
    house.wish(Setting::needed, 20'000.0, 1);
    house.wish(Setting::deadline, format_rfc3339(Time{1'790'000'000'000'000} + hours(3)), 1);
    house.live(120, 5);
    EXPECT_GT(house.limit(1), house.limit(0));
    EXPECT_LE(house.limit(0) + house.limit(1), 20);
    EXPECT_GE(house.limit(0), 6);
}

TEST(Controller, now_wins_until_the_plug_is_out) {
    House house(1, Mode::sun);
    house.meter(5);
    house.grid(3450);
    house.plug();
    house.live(120, 5);
    EXPECT_EQ(house.limit(), 0);
    house.wish(Setting::mode, std::string("now"));
    EXPECT_EQ(house.limit(), 16);
    EXPECT_EQ(house.fact("mode"), "\"now\"");
    house.say(PointRole::status, std::string("Available"));
    EXPECT_EQ(house.fact("mode"), "\"sun\"");
    EXPECT_EQ(house.limit(), 0);
}

TEST(Controller, the_sun_starts_a_car_only_when_it_lasts_and_a_cloud_is_bridged) {
    House house(1, Mode::sun);
    house.meter(0);
    house.plug();
    house.grid(-5000);
    house.pass(30);
    EXPECT_EQ(house.limit(), 0);
    house.grid(-5000);
    house.pass(35);
    EXPECT_EQ(house.limit(), 7);
    house.draws(7);
    house.pass(40);
    house.draws(7);
    house.grid(4000);  // a cloud: nothing left over
    EXPECT_EQ(house.limit(), 6);
    house.draws(6);
    house.pass(50);
    house.draws(6);
    EXPECT_EQ(house.limit(), 6);
    for (int i = 0; i < 5; ++i) {
        house.grid(4000);
        house.meter(0);
        house.pass(30);
    }
    EXPECT_EQ(house.limit(), 0);
}

TEST(Controller, a_house_battery_is_not_drained_into_the_car) {
    House house(1, Mode::sun);
    house.meter(0);
    house.plug();
    house.controller->hear(HouseRole::battery, -6000.0, 1, house.now());
    house.grid(-5000);
    house.pass(58);
    house.grid(-5000);
    house.pass(50);
    EXPECT_EQ(house.limit(), 0);
}

TEST(Controller, a_planned_point_does_what_the_plan_says) {
    House house(1, Mode::planned);
    house.meter(0);
    house.plug();
    EXPECT_EQ(house.limit(), 0);
    EXPECT_THAT(house.fact("why"), HasSubstr("there is no plan"));
    house.say(PointRole::plan, 10.0);
    EXPECT_EQ(house.limit(), 10);
    house.say(PointRole::plan, false);
    EXPECT_EQ(house.limit(), 0);
}

TEST(Controller, a_silent_meter_leaves_the_stated_safe_current) {
    House house;
    house.meter(0);
    house.plug();
    house.live(30, 0);
    EXPECT_EQ(house.limit(), 16);
    house.pass(121);
    EXPECT_EQ(house.limit(), 6);
    EXPECT_EQ(house.fact("meter"), "\"silent\"");
}

TEST(Controller, a_signal_limits_all_phases_together) {
    Site site;
    CircuitSite main;
    main.name = "main";
    main.limit_w = 4200;
    site.circuits.push_back(main);
    PointSite point;
    point.name = "box";
    point.mode = Mode::now;
    site.points.push_back(point);
    Controller controller(site);
    const Moment now{Time{1}, seconds(100)};
    controller.start(now);
    controller.hear(PointRole::status, 0, std::string("Preparing"), 1, now);
    EXPECT_EQ(controller.points()[0].commanded_a, 16);
    controller.hear(CircuitRole::signal_on, 0, true, 2, now);
    EXPECT_EQ(controller.points()[0].commanded_a, 6);
}

TEST(Controller, a_signal_limits_house_and_boxes_together_until_it_is_off_again) {
    House house(2, Mode::now, "", 8280.0);  // 12 A of each phase
    house.plug(0);
    house.plug(1);
    const auto amps = [&] { return house.limit(0) + house.limit(1); };
    const auto stays_within = [&](double most_a) {
        for (int i = 0; i < 120; ++i) {
            house.live(1, 2);
            ASSERT_LE(amps() + 2, most_a) << i;
        }
    };
    stays_within(25);
    const double all = amps();
    EXPECT_GT(all, 20);
    house.signal(CircuitRole::signal_on, true);
    EXPECT_LE(amps() + 2, 12) << "at once, not once somebody looks";
    stays_within(12);
    EXPECT_EQ(amps(), 10) << "one gets all that is left, for both it is too little";
    house.signal(CircuitRole::signal_w, 11'040.0);
    stays_within(16);
    EXPECT_EQ(house.limit(0), 7);
    EXPECT_EQ(house.limit(1), 7);
    house.signal(CircuitRole::signal_w, 2000.0);
    EXPECT_EQ(amps(), 0) << "no car charges with less than 6 A";
    house.signal(CircuitRole::signal_w, Null{});
    stays_within(25);
    EXPECT_EQ(amps(), all);
}

TEST(Controller, a_box_that_lies_is_shown_and_the_other_gives_way) {
    House house(2);
    house.meter(5);
    house.plug(0);
    house.plug(1);
    house.live(60, 5);
    EXPECT_EQ(house.limit(0), 10);
    EXPECT_EQ(house.limit(1), 10);
    for (int i = 0; i < 80; ++i) {
        house.draws(16, 0);
        house.draws(house.limit(1), 1);
        house.meter(5 + 16 + house.limit(1));
        house.pass(1);
    }
    EXPECT_EQ(house.controller->points()[0].obeyed(house.at), Obeyed::draws_more);
    EXPECT_LE(house.limit(1) + 16 + 5, 25);
}

TEST(Controller, a_box_that_holds_back_what_it_may_give_is_shown_and_told_again) {
    House house;
    house.meter(5);
    house.plug();
    house.live(20, 5);
    ASSERT_GT(house.limit(), 6);
    house.say(PointRole::status, std::string("SuspendedEVSE"));
    const auto gives_nothing = [&](int secs) {
        for (int i = 0; i < secs; ++i) {
            house.draws(0);
            house.meter(5);
            house.pass(1);
        }
    };
    gives_nothing(40);
    EXPECT_EQ(house.fact("obeyed"), "\"yes\"") << "it may still be beginning";
    gives_nothing(60);
    EXPECT_EQ(house.fact("obeyed"), "\"gives_none\"");
    EXPECT_THAT(house.fact("why"), ::testing::HasSubstr("the box gives nothing"));
    house.said.clear();
    gives_nothing(130);
    ASSERT_FALSE(house.said.empty()) << "it is told again";
    EXPECT_LE(house.said.size(), 3U) << "but not all the time";
    // When it is the car that rests, the box obeys.
    house.say(PointRole::status, std::string("SuspendedEV"));
    gives_nothing(100);
    EXPECT_EQ(house.fact("obeyed"), "\"yes\"");
    EXPECT_THAT(house.fact("why"), ::testing::HasSubstr("the car takes nothing"));
}

TEST(Controller, a_box_that_waits_for_a_card_is_told_apart_from_a_car_that_takes_nothing) {
    House house;
    house.say(PointRole::transaction, std::string());
    house.meter(5);
    house.plug();
    for (int i = 0; i < 100; ++i) {
        house.draws(0);
        house.meter(5);
        house.pass(1);
    }
    EXPECT_THAT(house.fact("why"), ::testing::HasSubstr("waits for a card"));
}

void says(House& house, PointRole role, const char* text) {
    house.say(role, std::string(text));
}

std::size_t starts(const House& house) {
    return static_cast<std::size_t>(
        std::count_if(house.said.begin(), house.said.end(), [](const Proposal& one) {
            return one.what == Proposal::What::start && one.tag == "OURS";
        }));
}

TEST(Controller,
     a_box_that_waits_for_a_card_is_started_as_configured_and_only_when_it_is_to_charge) {
    for (const char* begun_with_the_cable : {"", "T-1"}) {
        House house(1, Mode::off, "OURS");
        says(house, PointRole::transaction, "");
        house.meter(5);
        house.plug();
        says(house, PointRole::transaction, begun_with_the_cable);
        house.live(30, 5);
        EXPECT_EQ(starts(house), 0U) << "it is switched off";
        house.wish(Setting::mode, std::string("now"));
        house.live(5, 5);
        EXPECT_EQ(starts(house), 1U);
        says(house, PointRole::transaction, "T-1");
        says(house, PointRole::id_tag, "OURS");
        house.live(200, 5);
        EXPECT_EQ(starts(house), 1U) << "it is somebody's now";
    }
}

TEST(Controller, a_box_that_does_not_start_and_never_had_a_transaction_is_asked_three_times) {
    House house(1, Mode::now, "OURS");
    house.meter(5);
    house.plug();
    house.live(600, 5);
    EXPECT_EQ(starts(house), 3U);
}

TEST(Controller, a_refused_limit_is_not_counted_on) {
    House house;
    house.meter(5);
    house.plug();
    house.controller->refused(0, "busy", house.now());
    house.take();
    EXPECT_EQ(house.fact("obeyed"), "\"refused\"");
    house.said.clear();
    house.live(20, 5);
    ASSERT_FALSE(house.said.empty()) << "it is told again";
}

TEST(Controller, what_somebody_set_at_the_box_holds_until_the_plug_is_out) {
    House house;
    house.meter(5);
    house.plug();
    house.live(60, 5);
    house.controller->set_by_hand(0, 8, 50, house.now());
    house.live(60, 5);
    EXPECT_EQ(house.limit(), 8);
    house.meter(24 + 8);
    EXPECT_EQ(house.limit(), 0) << "but never over the fuse";
    house.say(PointRole::status, std::string("Available"));
    house.plug();
    house.wish(Setting::mode, std::string("now"));
    house.live(120, 5);
    EXPECT_EQ(house.limit(), 16);
}

void switches(bool box_says_its_phases) {
    Controller controller(one_box(32, Mode::min_sun, true));
    Duration at = seconds(100);
    const auto now = [&] { return Moment{Time{at.us}, at}; };
    controller.start(now());
    if (box_says_its_phases) controller.hear(PointRole::phases, 0, std::int64_t{3}, 1, now());
    controller.hear(PointRole::status, 0, std::string("Preparing"), 2, now());
    bool paused_before = false;
    bool switched = false;
    for (int i = 0; i < 400 && !switched; ++i) {
        controller.hear(HouseRole::grid, -2000.0, 3, now());
        controller.tick(now());
        for (const auto& one : controller.proposals()) {
            if (one.what != Proposal::What::phases) continue;
            EXPECT_EQ(one.value, 1);
            EXPECT_GE(i, 180);
            paused_before = controller.points()[0].commanded_a == 0;
            switched = true;
        }
        controller.proposals().clear();
        at = at + seconds(1);
    }
    EXPECT_TRUE(switched);
    EXPECT_TRUE(paused_before);
    controller.hear(PointRole::phases, 0, std::int64_t{1}, 4, now());
    for (int i = 0; i < 120; ++i) {
        at = at + seconds(1);
        controller.hear(HouseRole::grid, -2000.0, 3, now());
        controller.tick(now());
    }
    EXPECT_GE(controller.points()[0].commanded_a, 6);
}

TEST(Controller, switching_phases_takes_a_pause_and_a_lasting_reason) {
    switches(true);
}

TEST(Controller, a_box_that_was_never_switched_is_on_all_phases) {
    switches(false);
}

}  // namespace
}  // namespace foxtail::charging
