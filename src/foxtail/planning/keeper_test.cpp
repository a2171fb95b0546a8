#include "foxtail/planning/planning_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::planning {
namespace {

using planner::Kind;
using testing::HasSubstr;
using testing::SizeIs;

struct KeeperTest : ::testing::Test {
    KeeperTest() { keeper.expect(flat_outlook(now.wall), planner::Tells::prices_came, 1, now); }
    void pass(Duration by) {
        now.wall = now.wall + by;
        now.mono = now.mono + by;
    }
    /// A plan in which the car charges in slot `charges`, out of four.
    [[nodiscard]] planner::Plan plan(std::size_t charges, double cost) const {
        planner::Plan out;
        out.made = now.wall;
        const Time from{now.wall.us - now.wall.us % minutes(15).us};
        planner::Course course;
        course.kind = Kind::car;
        course.name = "leaf";
        for (std::size_t i = 0; i < 4; ++i) {
            const Time begins = from + minutes(15) * static_cast<std::int64_t>(i);
            out.slots.push_back({begins, begins + minutes(15)});
            planner::Step step;
            if (i == charges) {
                step = {7.4, 22, planner::Intent::charge, planner::Code::cheap_slot};
            } else {
                step = {0, i < charges ? 20.0 : 22.0, planner::Intent::off,
                        planner::Code::wait_for_cheaper};
            }
            course.steps.push_back(step);
        }
        for (auto* list : {&out.buy_eur, &out.sell_eur, &out.load_kw, &out.sun_kw, &out.import_kw,
                           &out.export_kw, &out.curtailed_kw, &out.marginal_eur})
            list->assign(4, 0.3);
        out.buy_eur[2] = 0.14;
        out.courses.push_back(course);
        out.cost_eur = out.objective_eur = cost;
        return out;
    }
    /// Takes what is due, as made.
    std::string made(std::size_t charges, double cost) {
        const auto due = keeper.due(now);
        EXPECT_TRUE(due);
        keeper.planned(plan(charges, cost), now);
        return due ? planner::words_of(due->because) : "";
    }
    Moment now{at("2026-11-23T20:05:00Z"), hours(1)};
    Keeper keeper{small_site(), utc};
};

TEST_F(KeeperTest, without_prices_nothing_is_due) {
    Keeper fresh(small_site(), utc);
    EXPECT_FALSE(fresh.due(now));
    fresh.hear(leaf, DeviceFact::plugged, 1, 5, now);
    EXPECT_FALSE(fresh.due(now));
}

TEST_F(KeeperTest, one_plan_is_under_way_at_a_time) {
    EXPECT_TRUE(keeper.due(now));
    keeper.hear(leaf, DeviceFact::plugged, 1, 5, now);
    EXPECT_FALSE(keeper.due(now));
    keeper.planned(plan(2, 3), now);
    const auto due = keeper.due(now);
    ASSERT_TRUE(due);
    EXPECT_EQ(planner::words_of(due->because), "leaf was plugged in");
    EXPECT_EQ(due->cause, 5U);
}

TEST_F(KeeperTest, plugging_in_is_planned_at_once_and_small_things_wait_a_second) {
    made(2, 3);
    keeper.hear(leaf, DeviceFact::home, 1, 5, now);
    EXPECT_FALSE(keeper.due(now));
    keeper.hear(leaf, DeviceFact::plugged, 1, 6, now);
    EXPECT_EQ(made(2, 3), "leaf was plugged in");
    keeper.hear(leaf, DeviceFact::home, 0, 7, now);
    EXPECT_FALSE(keeper.due(now));
    pass(seconds(1));
    EXPECT_TRUE(keeper.due(now));
}

TEST_F(KeeperTest, what_is_heard_again_is_no_news) {
    made(2, 3);
    keeper.hear(leaf, DeviceFact::plugged, 1, 6, now);
    made(2, 3);
    pass(seconds(2));
    keeper.hear(leaf, DeviceFact::plugged, 1, 7, now);
    keeper.hear(HouseFact::grid, 1.2, 8, now);
    EXPECT_FALSE(keeper.due(now));
}

TEST_F(KeeperTest, each_quarter_of_an_hour_is_planned_anew) {
    made(2, 3);
    pass(minutes(9));
    EXPECT_FALSE(keeper.due(now));
    pass(minutes(1));
    EXPECT_EQ(made(2, 3), "a quarter of an hour has passed");
}

TEST_F(KeeperTest, a_plan_that_saves_nothing_does_not_take_the_place_of_the_one_there_is) {
    made(3, 3);
    const auto version = keeper.version();
    keeper.hear(leaf, DeviceFact::plugged, 1, 6, now);
    made(3, 3);
    EXPECT_EQ(keeper.version(), version);
    keeper.set_away(now.wall + hours(3), "anna", 9, now);
    ASSERT_TRUE(keeper.set(battery, Setting::mode, "pause", "ben", 10, now));
    made(2, 2.5);  // in the cheap quarter
    EXPECT_EQ(keeper.version(), version + 1);
    EXPECT_THAT(keeper.because(), HasSubstr("anna: away until"));
    EXPECT_THAT(keeper.because(), HasSubstr("ben set 'mode' of battery")) << "all of it is told";
    EXPECT_EQ(keeper.cause(), 9U);
}

TEST_F(KeeperTest, an_answer_that_does_not_come_leaves_the_plan_due) {
    keeper.hear(leaf, DeviceFact::plugged, 1, 6, now);
    ASSERT_TRUE(keeper.due(now));
    keeper.planned_nothing();
    pass(seconds(1));
    const auto again = keeper.due(now);
    ASSERT_TRUE(again);
    EXPECT_EQ(planner::words_of(again->because), "leaf was plugged in");
}

TEST_F(KeeperTest, settings_are_checked_kept_and_shown) {
    ASSERT_TRUE(keeper.set(leaf, Setting::goals, Value("80% by 7:00 mon-fri"), "anna", 3, now));
    EXPECT_EQ(keeper.shown(leaf, Setting::goals), Value("80 % by 07:00 mon-fri"));
    const auto before = keeper.changes();
    ASSERT_TRUE(keeper.set(leaf, Setting::goals, Value("80 % by 07:00 mon-fri"), "anna", 4, now));
    EXPECT_EQ(keeper.changes(), before);
    for (const auto& [device, setting, value] :
         {std::tuple{leaf, Setting::goals, Value("soon")},
          std::tuple{leaf, Setting::goals, Value(3.0)},
          std::tuple{leaf, Setting::mode, Value("fast")},
          std::tuple{leaf, Setting::mode_until, Value("2026-11-24T00:00:00Z")},  // automatic
          std::tuple{leaf, Setting::least, Value(120.0)},
          std::tuple{leaf, Setting::low, Value(21.0)}, std::tuple{pump, Setting::low, Value(50.0)},
          std::tuple{dishes, Setting::ready_by, Value("25:00")}})
        EXPECT_FALSE(keeper.set(device, setting, value, "anna", 5, now)) << to_json(value);
    EXPECT_EQ(keeper.changes(), before);
    ASSERT_TRUE(keeper.set(leaf, Setting::goals, Value(Null{}), "anna", 6, now));
    EXPECT_EQ(keeper.shown(leaf, Setting::goals), Value("80 % by 07:00"));
}

TEST_F(KeeperTest, now_ends_by_itself_when_the_car_is_full) {
    keeper.hear(leaf, DeviceFact::level, 50, 2, now);
    ASSERT_TRUE(keeper.set(leaf, Setting::mode, Value("now"), "anna", 3, now));
    EXPECT_EQ(made(0, 4), "anna set 'mode' of leaf: now");
    // 20 of 40 kWh at 11 kW and 92 %: about two hours.
    pass(hours(1));
    EXPECT_EQ(keeper.shown(leaf, Setting::mode), Value("now"));
    pass(hours(1));
    EXPECT_TRUE(keeper.due(now));
    EXPECT_EQ(keeper.shown(leaf, Setting::mode), Value("automatic"));
}

TEST_F(KeeperTest, skipping_leaves_out_the_next_goal_only) {
    ASSERT_TRUE(keeper.set(leaf, Setting::skip, Value(true), "anna", 3, now));
    EXPECT_EQ(keeper.wishes().devices.at(leaf).skip_until, at("2026-11-24T07:00:00Z"));
    ASSERT_TRUE(keeper.set(leaf, Setting::skip, Value(false), "anna", 4, now));
    EXPECT_FALSE(keeper.wishes().devices.at(leaf).skip_until.known());
}

TEST_F(KeeperTest, rules_of_thumb_take_no_plans_place_that_still_holds) {
    auto solved = plan(2, 5);
    solved.stage = planner::Stage::dive;
    ASSERT_TRUE(keeper.due(now));
    ASSERT_TRUE(keeper.planned(solved, now).published);
    pass(minutes(1));
    keeper.expect(flat_outlook(now.wall), planner::Tells::prices_came, 2, now);
    ASSERT_TRUE(keeper.due(now));
    auto thumb = plan(2, 4);  // seems to have more in the car in the end
    for (auto& step : thumb.courses[0].steps) step.level = 30;
    EXPECT_FALSE(keeper.planned(thumb, now).published);
    EXPECT_EQ(keeper.plan()->stage, planner::Stage::dive);
    // For a car that is there no more the old plan is none.
    pass(minutes(1));
    keeper.hear(leaf, DeviceFact::plugged, 0.0, 3, now);
    ASSERT_TRUE(keeper.due(now));
    for (auto& step : thumb.courses[0].steps) step.code = planner::Code::not_there;
    EXPECT_TRUE(keeper.planned(thumb, now).published);
}

TEST_F(KeeperTest, rules_of_thumb_are_better_than_a_plan_that_has_run_out) {
    auto solved = plan(2, 5);
    solved.stage = planner::Stage::dive;
    ASSERT_TRUE(keeper.due(now));
    ASSERT_TRUE(keeper.planned(solved, now).published);
    pass(hours(2));
    ASSERT_TRUE(keeper.due(now));
    EXPECT_TRUE(keeper.planned(plan(1, 9), now).published);
}

TEST_F(KeeperTest, a_level_that_grows_old_is_carried_on_by_what_is_metered) {
    keeper.hear(leaf, DeviceFact::plugged, 1.0, 2, now);
    keeper.hear(leaf, DeviceFact::level, 60, 3, now);
    keeper.hear(leaf, DeviceFact::power, 7.4, 4, now);
    const Time heard = now.wall;
    keeper.hear(leaf, DeviceFact::level, std::nullopt, 5, now);
    for (int i = 0; i < 30; ++i) {
        pass(minutes(1));
        (void)keeper.due(now);
    }
    const auto request = keeper.request_with(keeper.wishes(), now.wall);
    EXPECT_NEAR(request.cars.at(0).energy_kwh, 24 + 3.7 * 0.92, 1e-6);
    const auto words = planner::words_of(keeper.guessed());
    EXPECT_THAT(words, HasSubstr("leaf has not told its level since " + format_rfc3339(heard)));
    EXPECT_THAT(words, HasSubstr("at 69 %"));
    keeper.hear(leaf, DeviceFact::level, 70, 6, now);
    EXPECT_THAT(planner::words_of(keeper.guessed()), ::testing::Not(HasSubstr("leaf")));
    // What it used on its way is not metered.
    keeper.hear(leaf, DeviceFact::level, std::nullopt, 7, now);
    keeper.hear(leaf, DeviceFact::plugged, 0.0, 8, now);
    EXPECT_THAT(planner::words_of(keeper.guessed()), HasSubstr("leaf: its level is not known"));
}

TEST_F(KeeperTest, a_level_that_was_never_told_is_said_to_be_guessed) {
    std::vector<std::string> names;
    for (const auto& one : keeper.guessed()) {
        EXPECT_EQ(one.name(), "LEVEL_UNKNOWN");
        names.push_back(std::get<std::string>(one.values().at(0).second));
    }
    EXPECT_THAT(names, ::testing::ElementsAre("battery", "leaf", "heat-pump"));
    keeper.hear(pump, DeviceFact::level, 20.5, 2, now);
    EXPECT_THAT(keeper.guessed(), SizeIs(2));
}

TEST_F(KeeperTest, skipping_lasts_until_the_goals_trip_would_have_begun) {
    auto outlook = flat_outlook(now.wall);
    outlook.trips = {
        {"leaf", at("2026-11-24T07:20:00Z"), at("2026-11-24T17:00:00Z"), 16, 0.9, "as usual"}};
    keeper.expect(outlook, {}, 2, now);
    ASSERT_TRUE(keeper.set(leaf, Setting::skip, Value(true), "anna", 3, now));
    EXPECT_EQ(keeper.wishes().devices.at(leaf).skip_until, at("2026-11-24T07:20:00Z"));
    // Without a goal it is the trip that is skipped.
    ASSERT_TRUE(keeper.set(leaf, Setting::goals, Value(""), "anna", 4, now));
    outlook.trips[0].from = at("2026-11-24T14:00:00Z");
    keeper.expect(outlook, {}, 5, now);
    ASSERT_TRUE(keeper.set(leaf, Setting::skip, Value(true), "anna", 6, now));
    EXPECT_EQ(keeper.wishes().devices.at(leaf).skip_until, at("2026-11-24T14:00:00Z"));
}

TEST_F(KeeperTest, wishes_outlive_a_restart_and_damage_changes_nothing) {
    ASSERT_TRUE(keeper.set(leaf, Setting::goals, Value("60 % by 06:30"), "anna", 3, now));
    ASSERT_TRUE(keeper.set(leaf, Setting::mode, Value("pause"), "anna", 3, now));
    ASSERT_TRUE(keeper.set(pump, Setting::low, Value(19.5), "ben", 3, now));
    ASSERT_TRUE(keeper.set(battery, Setting::act, Value(true), "ben", 3, now));
    ASSERT_TRUE(keeper.set(dishes, Setting::armed, Value(true), "ben", 3, now));
    const auto bytes = keeper.save();
    Keeper again(small_site(), utc);
    ASSERT_TRUE(again.load(bytes));
    EXPECT_EQ(again.save(), bytes);
    EXPECT_EQ(again.shown(leaf, Setting::mode), Value("pause"));
    EXPECT_EQ(again.shown(dishes, Setting::armed), Value(true));
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        Keeper damaged(small_site(), utc);
        const auto before = damaged.save();
        if (damaged.load(std::string_view(bytes).substr(0, cut))) continue;
        EXPECT_EQ(damaged.save(), before) << cut;
    }
}

TEST_F(KeeperTest, an_appliance_that_draws_power_has_begun_and_ends_after_its_program) {
    ASSERT_TRUE(keeper.set(dishes, Setting::armed, Value(true), "ben", 3, now));
    keeper.hear(dishes, DeviceFact::power, 2.0, 4, now);
    EXPECT_FALSE(keeper.facts().devices.at(dishes).armed);
    EXPECT_TRUE(keeper.facts().devices.at(dishes).run_from.known());
    keeper.hear(dishes, DeviceFact::power, 0.0, 5, now);  // soaking
    EXPECT_TRUE(keeper.facts().devices.at(dishes).run_from.known());
    pass(minutes(70));
    keeper.hear(dishes, DeviceFact::power, 0.0, 6, now);
    EXPECT_FALSE(keeper.facts().devices.at(dishes).run_from.known());
}

TEST_F(KeeperTest, base_load_is_what_the_planned_devices_do_not_take) {
    EXPECT_FALSE(keeper.base_load_kw());
    keeper.hear(HouseFact::grid, 5.0, 1, now);
    keeper.hear(HouseFact::sun, 1.0, 1, now);
    keeper.hear(leaf, DeviceFact::power, 3.5, 1, now);
    keeper.hear(battery, DeviceFact::power, -0.5, 1, now);
    EXPECT_NEAR(keeper.base_load_kw().value_or(0), 5 + 1 - 3.5 + 0.5, 1e-9);
    keeper.hear(HouseFact::load, 4.2, 1, now);
    EXPECT_NEAR(keeper.base_load_kw().value_or(0), 0.7, 1e-9);
}

TEST_F(KeeperTest, follows_the_plan_with_what_is_there) {
    keeper.hear(leaf, DeviceFact::plugged, 1, 5, now);
    keeper.hear(leaf, DeviceFact::level, 50, 5, now);
    made(0, 3);
    const auto& followed = keeper.follow(now);
    const auto car = std::find_if(followed.setpoints.begin(), followed.setpoints.end(),
                                  [](const auto& one) { return one.device == "leaf"; });
    ASSERT_NE(car, followed.setpoints.end());
    EXPECT_NEAR(car->kw, 7.4, 1e-6);
}

TEST_F(KeeperTest, who_is_only_shown_the_plan_cannot_disobey_it) {
    for (const bool acts : {false, true}) {
        ASSERT_TRUE(keeper.set(leaf, Setting::act, Value(acts), "anna", 2, now));
        keeper.hear(leaf, DeviceFact::plugged, 1, 5, now);
        keeper.hear(leaf, DeviceFact::level, 50, 5, now);
        made(2, 3);
        keeper.hear(leaf, DeviceFact::power, 7.4, 6, now);
        for (int i = 0; i < 20; ++i) {
            (void)keeper.follow(now);
            pass(seconds(5));
        }
        EXPECT_EQ(keeper.follow(now).disobeys.empty(), !acts);
        pass(minutes(15));
    }
}

TEST_F(KeeperTest, a_car_that_its_circuit_holds_back_is_not_planned_as_deaf) {
    ASSERT_TRUE(keeper.set(leaf, Setting::act, Value(true), "anna", 2, now));
    keeper.hear(leaf, DeviceFact::plugged, 1, 5, now);
    keeper.hear(leaf, DeviceFact::level, 50, 5, now);
    made(0, 3);                                     // at 7.4 kW
    keeper.hear(leaf, DeviceFact::let, 7, 6, now);  // A on each of three phases
    keeper.hear(leaf, DeviceFact::power, 4.83, 6, now);
    for (const Time end = now.wall + minutes(7); now.wall < end; pass(seconds(5)))
        (void)keeper.follow(now);
    EXPECT_THAT(keeper.followed().held_back, SizeIs(1));
    EXPECT_THAT(keeper.request_with(keeper.wishes(), now.wall).overrides, SizeIs(0));
}

TEST_F(KeeperTest, who_does_not_obey_is_planned_as_it_is_for_half_an_hour_and_tried_again) {
    ASSERT_TRUE(keeper.set(leaf, Setting::act, Value(true), "anna", 2, now));
    keeper.hear(leaf, DeviceFact::plugged, 1, 5, now);
    keeper.hear(leaf, DeviceFact::level, 50, 5, now);
    made(0, 3);  // at 7.4 kW
    keeper.hear(leaf, DeviceFact::power, 5.0, 6, now);
    const auto follow_for = [&](Duration span) {
        for (const Time end = now.wall + span; now.wall < end; pass(seconds(5)))
            (void)keeper.follow(now);
    };
    follow_for(minutes(4));
    EXPECT_FALSE(keeper.follow(now).disobeys.empty());
    EXPECT_THAT(keeper.request_with(keeper.wishes(), now.wall).overrides, SizeIs(0));
    follow_for(minutes(2));
    auto due = keeper.due(now);
    ASSERT_TRUE(due);
    EXPECT_EQ(due->because.front().name(), "NOT_OBEYING");
    ASSERT_THAT(due->request.overrides, SizeIs(1));
    EXPECT_EQ(due->request.overrides[0].what, planner::Override::What::exactly);
    EXPECT_DOUBLE_EQ(due->request.overrides[0].kw, 5);
    EXPECT_TRUE(due->request.overrides[0].measured);
    EXPECT_TRUE(keeper.planned(plan(0, 3), now).published) << "no plan has foreseen it";
    // What somebody wants of it is told to it all the same.
    auto wishes = keeper.wishes();
    wishes.devices[leaf].mode = DeviceWishes::Mode::pause;
    wishes.devices[leaf].until = now.wall + hours(1);
    ASSERT_THAT(keeper.request_with(wishes, now.wall).overrides, SizeIs(1));
    EXPECT_FALSE(keeper.request_with(wishes, now.wall).overrides[0].measured);
    pass(minutes(31));
    due = keeper.due(now);
    ASSERT_TRUE(due);
    EXPECT_THAT(due->request.overrides, SizeIs(0));
    EXPECT_EQ(due->because.front().name(), "TRIED_AGAIN");
}

TEST_F(KeeperTest, a_battery_does_not_follow_its_own_shadow) {
    keeper.hear(HouseFact::grid, 0.6, 1, now);
    keeper.hear(battery, DeviceFact::power, 0, 1, now);
    keeper.hear(battery, DeviceFact::level, 50, 1, now);
    auto automatic = plan(3, 3);
    planner::Course course;
    course.kind = Kind::battery;
    course.name = "battery";
    course.steps.assign(4, {0, 5, planner::Intent::automatic, planner::Code::pv_surplus});
    automatic.courses.push_back(course);
    ASSERT_TRUE(keeper.due(now));
    keeper.planned(automatic, now);
    const auto told = [&] {
        for (const auto& one : keeper.follow(now).setpoints)
            if (one.device == "battery") return one.kw;
        return 99.0;
    };
    EXPECT_NEAR(told(), -0.6, 1e-6);
    // The battery speaks before the meter ...
    keeper.hear(battery, DeviceFact::power, -0.6, 2, now);
    EXPECT_NEAR(told(), -0.6, 1e-6);
    keeper.hear(HouseFact::grid, 0, 3, now);
    EXPECT_NEAR(told(), -0.6, 1e-6);
    // ... the house takes more, and the meter speaks before the battery.
    keeper.hear(HouseFact::grid, 1, 4, now);
    EXPECT_NEAR(told(), -1.6, 1e-6);
    keeper.hear(HouseFact::grid, 0, 5, now);
    keeper.hear(battery, DeviceFact::power, -1.6, 6, now);
    EXPECT_NEAR(told(), -1.6, 1e-6);
}

TEST_F(KeeperTest, while_the_meter_is_silent_what_is_expected_is_followed) {
    keeper.hear(HouseFact::grid, 3, 1, now);
    keeper.hear(battery, DeviceFact::power, -0.2, 1, now);
    EXPECT_NEAR(keeper.base_load_kw().value_or(0), 3.2, 1e-9);
    keeper.hear(HouseFact::grid, std::nullopt, 2, now);
    EXPECT_FALSE(keeper.base_load_kw());
    made(3, 3);
    EXPECT_FALSE(keeper.follow(now).setpoints.empty());
}

TEST_F(KeeperTest, what_is_switched_on_by_hand_is_shown_and_ends_by_itself) {
    keeper.hear(leaf, DeviceFact::plugged, 1, 5, now);
    keeper.hear(leaf, DeviceFact::level, 50, 5, now);
    keeper.hear(leaf, DeviceFact::power, 0, 5, now);
    made(3, 3);
    const auto goes_on = [&] {
        for (int i = 0; i < 12; ++i) {
            pass(seconds(5));
            (void)keeper.follow(now);
        }
        return keeper.shown(leaf, Setting::mode);
    };
    EXPECT_EQ(goes_on(), Value("automatic"));
    keeper.hear(leaf, DeviceFact::power, 7, 6, now);
    EXPECT_EQ(goes_on(), Value("automatic")) << "it is only shown what the car should do";
    ASSERT_TRUE(keeper.set(leaf, Setting::act, Value(true), "anna", 7, now));
    made(3, 3);
    EXPECT_EQ(goes_on(), Value("now"));
    EXPECT_EQ(keeper.wishes().devices.at(leaf).by, "by hand: now");
    EXPECT_EQ(made(0, 4), "leaf was switched on by hand");
    pass(minutes(3));
    keeper.hear(leaf, DeviceFact::power, 0, 8, now);
    EXPECT_TRUE(keeper.due(now));
    EXPECT_EQ(keeper.shown(leaf, Setting::mode), Value("automatic"));
}

TEST_F(KeeperTest, a_hand_does_not_go_over_what_a_person_said_to_the_plan) {
    using Mode = DeviceWishes::Mode;
    for (const DeviceId id : {pump, battery})
        ASSERT_TRUE(keeper.set(id, Setting::act, Value(true), "anna", 3, now));
    keeper.switched_by_hand(battery, Mode::now, 4, now);
    EXPECT_EQ(keeper.shown(battery, Setting::mode), Value("automatic"));
    keeper.switched_by_hand(pump, Mode::pause, 4, now);
    EXPECT_EQ(keeper.shown(pump, Setting::mode), Value("pause"));
    EXPECT_EQ(keeper.shown(pump, Setting::mode_until), Value("2026-11-23T22:05:00Z"));
    ASSERT_TRUE(keeper.set(pump, Setting::mode, Value("now"), "anna", 5, now));
    keeper.switched_by_hand(pump, Mode::pause, 6, now);
    EXPECT_EQ(keeper.shown(pump, Setting::mode), Value("now"));
}

TEST_F(KeeperTest, an_improvement_of_a_plan_that_was_not_worth_telling_is_not_told_either) {
    made(3, 3);
    const auto version = keeper.version();
    keeper.hear(leaf, DeviceFact::home, 1, 6, now);
    pass(seconds(1));
    made(3, 3);
    EXPECT_FALSE(keeper.improved(plan(3, 2.999), now).published);
    EXPECT_EQ(keeper.version(), version);
    EXPECT_TRUE(keeper.improved(plan(2, 2), now).published);
}

TEST_F(KeeperTest, a_proof_that_changes_nothing_is_noted_and_is_no_new_version) {
    made(2, 3);
    const auto version = keeper.version();
    auto proof = plan(2, 2.9995);
    proof.stage = planner::Stage::proved;
    proof.gap_eur = 0.004;
    const auto taken = keeper.improved(proof, now);
    EXPECT_FALSE(taken.published);
    EXPECT_TRUE(taken.proved);
    EXPECT_EQ(keeper.version(), version);
    EXPECT_EQ(keeper.plan()->stage, planner::Stage::proved);
    EXPECT_NEAR(keeper.plan()->gap_eur.value_or(0), 0.0045, 1e-9) << "and what it is worse by";
    auto better = plan(1, 2.98);
    better.gap_eur = 0.001;
    EXPECT_TRUE(keeper.improved(better, now).published);
    EXPECT_EQ(keeper.version(), version + 1);
}

TEST_F(KeeperTest, versions_go_on_after_a_restart) {
    keeper.go_on_from(41);
    made(2, 3);
    EXPECT_EQ(keeper.version(), 42U);
}

TEST_F(KeeperTest, a_car_that_is_not_as_full_as_it_said_is_planned_anew_also_when_that_costs_more) {
    keeper.hear(leaf, DeviceFact::level, 140, 2, now);
    made(3, 1);
    const auto version = keeper.version();
    pass(seconds(2));
    keeper.hear(leaf, DeviceFact::level, 139, 3, now);
    EXPECT_FALSE(keeper.due(now)) << "this may be driving, or charging";
    keeper.hear(leaf, DeviceFact::level, 35, 4, now);
    EXPECT_EQ(made(3, 9), "leaf is at 35 %, and was at 139 %");
    EXPECT_EQ(keeper.version(), version + 1);
    EXPECT_EQ(keeper.cause(), 4U);
}

TEST_F(KeeperTest, what_is_skipped_is_no_longer_skipped_when_its_time_has_come) {
    ASSERT_TRUE(keeper.set(leaf, Setting::skip, Value(true), "anna", 3, now));
    EXPECT_EQ(keeper.shown(leaf, Setting::skip), Value(true));
    pass(hours(11));
    EXPECT_TRUE(keeper.due(now));
    EXPECT_EQ(keeper.shown(leaf, Setting::skip), Value(false));
}

TEST_F(KeeperTest, a_slot_is_held_as_somebody_said_and_given_back_by_itself) {
    made(2, 3);
    ASSERT_TRUE(
        keeper.set(leaf, Setting::hold, std::string("3.7 kW from 02:00 to 04:00"), "anna", 7, now));
    EXPECT_EQ(keeper.shown(leaf, Setting::hold),
              Value(std::string("3.7 kW from 2026-11-24T02:00:00Z to 2026-11-24T04:00:00Z")));
    const auto due = keeper.due(now);
    ASSERT_TRUE(due);
    EXPECT_THAT(planner::words_of(due->because), HasSubstr("anna set 'hold' of leaf"));
    ASSERT_THAT(due->request.overrides, SizeIs(1));
    const auto& held = due->request.overrides[0];
    EXPECT_EQ(held.what, planner::Override::What::exactly);
    EXPECT_DOUBLE_EQ(held.kw, 3.7);
    EXPECT_EQ(held.from, at("2026-11-24T02:00:00Z"));
    EXPECT_EQ(held.until, at("2026-11-24T04:00:00Z"));
    EXPECT_EQ(held.by, "anna: hold");
    keeper.planned(plan(2, 3), now);

    Keeper again(small_site(), utc);
    ASSERT_TRUE(again.load(keeper.save()));
    EXPECT_EQ(again.shown(leaf, Setting::hold), keeper.shown(leaf, Setting::hold));

    pass(hours(8));  // 04:05
    const auto changes = keeper.changes();
    const auto after = keeper.due(now);
    ASSERT_TRUE(after);
    EXPECT_THAT(planner::words_of(after->because), HasSubstr("'hold' of leaf ended by itself"));
    EXPECT_THAT(after->request.overrides, SizeIs(0));
    EXPECT_EQ(keeper.shown(leaf, Setting::hold), Value(std::string()));
    EXPECT_GT(keeper.changes(), changes);
}

TEST_F(KeeperTest, only_what_a_device_can_do_is_held_and_only_soon) {
    const auto set = [&](DeviceId id, const char* text) {
        return keeper.set(id, Setting::hold, std::string(text), "anna", 7, now);
    };
    EXPECT_THAT(set(leaf, "12 kW from 02:00 to 04:00").error().message,
                HasSubstr("can do 0 to 11 kW"));
    EXPECT_FALSE(set(leaf, "-1 kW from 02:00 to 04:00"));
    EXPECT_TRUE(set(battery, "-5 kW from 02:00 to 04:00"));
    EXPECT_FALSE(set(leaf, "3 kW from 2026-11-23T10:00:00Z to 2026-11-23T11:00:00Z"));
    EXPECT_FALSE(set(leaf, "3 kW from 2026-11-29T10:00:00Z to 2026-11-29T11:00:00Z"));
    EXPECT_FALSE(set(leaf, "3 kW from 2026-11-24T10:00:00Z to 2026-11-25T11:00:00Z"));
    EXPECT_EQ(keeper.shown(leaf, Setting::hold), Value(std::string()));
    EXPECT_TRUE(set(battery, ""));
    EXPECT_EQ(keeper.shown(battery, Setting::hold), Value(std::string()));
}

TEST_F(KeeperTest, a_hold_of_nothing_keeps_it_off_and_now_goes_before_it) {
    ASSERT_TRUE(
        keeper.set(leaf, Setting::hold, std::string("0 kW from 20:00 to 22:00"), "anna", 7, now));
    ASSERT_TRUE(keeper.set(leaf, Setting::mode, std::string("now"), "ben", 8, now));
    const auto due = keeper.due(now);
    ASSERT_TRUE(due);
    ASSERT_THAT(due->request.overrides, SizeIs(2));
    EXPECT_EQ(due->request.overrides[0].what, planner::Override::What::off);
    EXPECT_EQ(due->request.overrides[1].what, planner::Override::What::at_least);
}

TEST_F(KeeperTest, sun_that_can_be_held_back_is_and_what_comes_then_is_no_measure_of_it) {
    auto site = small_site();
    Keeper other(site, utc);
    site.connection.export_max_kw = 2;
    Keeper held(site, utc);
    auto with_all_sun = plan(2, 3);
    with_all_sun.curtailed_kw.assign(4, 0);
    for (auto* one : {&other, &held}) {
        one->expect(flat_outlook(now.wall), planner::Tells::prices_came, 1, now);
        ASSERT_TRUE(one->due(now));
        one->planned(with_all_sun, now);
        one->hear(HouseFact::sun, 5, 2, now);
        one->hear(HouseFact::grid, -4.5, 3, now);
    }
    EXPECT_FALSE(other.follow(now).sun_limit_kw) << "17 kW may go out";
    EXPECT_FALSE(other.facts().sun_held_back());
    EXPECT_DOUBLE_EQ(held.follow(now).sun_limit_kw.value_or(0), 2.5);
    held.hear(HouseFact::sun, 2.5, 4, now);
    held.hear(HouseFact::grid, -2, 5, now);
    EXPECT_DOUBLE_EQ(held.follow(now).sun_limit_kw.value_or(0), 2.5);
    EXPECT_TRUE(held.facts().sun_held_back());
    held.hear(HouseFact::sun, std::nullopt, 6, now);
    EXPECT_FALSE(held.follow(now).sun_limit_kw) << "nobody knows what it gives";

    site.connection.curtails = false;
    Keeper cannot(site, utc);
    cannot.expect(flat_outlook(now.wall), planner::Tells::prices_came, 1, now);
    ASSERT_TRUE(cannot.due(now));
    cannot.planned(plan(2, 3), now);
    cannot.hear(HouseFact::sun, 5, 2, now);
    cannot.hear(HouseFact::grid, -4.5, 3, now);
    EXPECT_FALSE(cannot.follow(now).sun_limit_kw);
}

}  // namespace
}  // namespace foxtail::planning
