#include "foxtail/charging/house_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::charging {
namespace {

TEST(Controller, a_car_that_just_left_one_box_is_not_at_the_other) {
    House house(2);
    house.meter(5);
    house.plug(0);
    house.say(PointRole::id_tag, std::string("CARD1"), 0);
    house.plug(1);
    house.pass(30);
    ASSERT_EQ(house.controller->points()[0].session->car, "leaf");
    // Both boxes begin and end together, and so does it.
    for (int turn = 0; turn < 4; ++turn) {
        const bool on = turn % 2 == 0;
        house.controller->hear(CarRole::charging, 0, on, ++house.seq, house.now());
        for (const std::size_t box : {0U, 1U}) house.draws(on ? 8 : 0, box);
        house.pass(30);
    }
    ASSERT_EQ(house.controller->points()[0].session->car, "leaf");
    ASSERT_NE(house.controller->points()[1].session->car, "leaf");
    house.say(PointRole::status, std::string("Available"), 0);
    house.pass(15);
    EXPECT_EQ(house.controller->points()[0].session->car, "leaf");
    EXPECT_NE(house.controller->points()[1].session->car, "leaf");
}

TEST(Controller, a_session_is_told_with_energy_cost_and_car_also_over_a_restart) {
    House house;
    house.controller->hear(HouseRole::price, 0.30, 1, house.now());
    house.controller->hear(HouseRole::co2, 400.0, 1, house.now());
    house.meter(5);
    house.say(PointRole::energy, 100'000.0);
    house.plug();
    house.say(PointRole::id_tag, std::string("CARD1"));
    EXPECT_EQ(house.fact("car"), "\"leaf\"");
    EXPECT_EQ(house.fact("who"), "\"anna\"");
    house.pass(3600);
    house.say(PointRole::energy, 105'000.0);
    const std::string kept = house.controller->save();

    House later;
    later.at = house.at + minutes(10);
    ASSERT_TRUE(later.controller->load(kept));
    EXPECT_EQ(later.controller->save(), kept);
    later.controller->start(later.now());
    later.controller->hear(HouseRole::price, 0.30, 1, later.now());
    later.meter(5);
    later.say(PointRole::energy, 106'000.0);
    later.say(PointRole::status, std::string("Available"));
    later.say(PointRole::energy, 106'500.0);  // the last word comes late
    later.pass(30);
    ASSERT_EQ(later.events.size(), 1U);
    const auto& text = std::get<Json>(later.events[0]).text;
    EXPECT_THAT(text, ::testing::HasSubstr(R"("energy_wh":6500.0)"));
    EXPECT_THAT(text, ::testing::HasSubstr(R"("cost":1.95)"));
    EXPECT_THAT(text, ::testing::HasSubstr(R"("car":"leaf")"));
    EXPECT_EQ(text.find("anna"), std::string::npos) << "who it was is told apart";
    EXPECT_THAT(later.fact("last_session"), ::testing::HasSubstr("anna"));
}

TEST(Controller, a_session_that_is_told_hours_later_has_the_times_of_then) {
    House house;
    house.say(PointRole::status, std::string("Available"));
    house.pass(4 * 3600);
    const auto told = [&](const char* status, Duration ago) {
        const Moment now = house.now();
        house.controller->hear(PointRole::status, 0, std::string(status), ++house.seq, now,
                               now.wall - ago);
        house.take();
    };
    const Time then = house.now().wall - hours(3);
    told("Preparing", hours(3));
    EXPECT_EQ(house.controller->points()[0].session->from, then);
    told("Charging", minutes(170));
    told("Available", hours(1));
    EXPECT_EQ(house.controller->points()[0].session->until, then + hours(2));
    // The next began while that one was still plugged in, as it says: it cannot have.
    told("Preparing", hours(2));
    EXPECT_EQ(house.controller->points()[0].session->from, then + hours(2));
    ASSERT_EQ(house.events.size(), 1U);
    EXPECT_THAT(std::get<Json>(house.events[0]).text,
                ::testing::HasSubstr("\"until\":\"" + format_rfc3339(then + hours(2))));
}

struct Late {
    explicit Late(House& its) : house(its) {}
    void told(PointRole role, Value value, Duration ago) {
        const Moment now = house.now();
        house.controller->hear(role, 0, value, ++house.seq, now, now.wall - ago);
        house.take();
    }
    /// As a station tells it: the transaction, its card, its register, and the end of it.
    void transaction(const std::string& id, const std::string& card, double from_wh, Duration began,
                     double until_wh, Duration ended) {
        told(PointRole::transaction, id, began);
        told(PointRole::id_tag, card, began);
        told(PointRole::energy, from_wh, began);
        told(PointRole::energy, until_wh, ended);
        over(ended);
    }
    void over(Duration ended) {
        told(PointRole::transaction, std::string(), ended);
        told(PointRole::id_tag, std::string(), ended);
    }
    [[nodiscard]] std::string session(std::size_t n) const {
        return n < house.events.size() ? std::get<Json>(house.events[n]).text : "none";
    }
    House& house;
};

TEST(Controller, a_session_within_an_outage_of_which_only_the_transaction_is_told_is_not_lost) {
    House house;
    Late late(house);
    house.say(PointRole::status, std::string("Available"));
    house.say(PointRole::transaction, std::string());
    house.say(PointRole::energy, 50'000.0);
    house.pass(9 * 3600);
    house.say(PointRole::status, std::string("Available"));
    late.transaction("5", "CARD1", 50'000, hours(8), 61'000, hours(6));
    late.transaction("6", "", 61'000, hours(4), 64'000, hours(3));
    house.pass(40);
    ASSERT_EQ(house.events.size(), 2U);
    const Time now = house.now().wall - seconds(40);
    EXPECT_THAT(late.session(0), ::testing::HasSubstr(R"("energy_wh":11000)"));
    EXPECT_THAT(late.session(0), ::testing::HasSubstr(R"("car":"leaf")"));
    EXPECT_THAT(late.session(0),
                ::testing::HasSubstr("\"from\":\"" + format_rfc3339(now - hours(8))));
    EXPECT_THAT(late.session(0),
                ::testing::HasSubstr("\"until\":\"" + format_rfc3339(now - hours(6))));
    EXPECT_THAT(late.session(1), ::testing::HasSubstr(R"("energy_wh":3000)"));
    EXPECT_THAT(late.session(1), ::testing::HasSubstr(R"("car":"unknown")"));
    EXPECT_FALSE(house.controller->points()[0].session);
}

TEST(Controller, two_cars_that_changed_while_the_box_was_away_are_two_sessions) {
    House house;
    Late late(house);
    house.say(PointRole::energy, 50'000.0);
    house.plug();
    house.say(PointRole::status, std::string("Charging"));
    late.told(PointRole::transaction, std::string("7"), {});
    late.told(PointRole::id_tag, std::string("CARD1"), {});
    house.pass(6 * 3600);
    house.say(PointRole::status, std::string("Charging"));
    late.told(PointRole::energy, 58'000.0, hours(4));
    late.over(hours(4));
    late.told(PointRole::transaction, std::string("8"), hours(3));
    late.told(PointRole::id_tag, std::string("OTHER"), hours(3));
    late.told(PointRole::energy, 58'000.0, hours(3));
    late.told(PointRole::energy, 60'000.0, hours(2));
    ASSERT_EQ(house.events.size(), 1U);
    EXPECT_THAT(late.session(0), ::testing::HasSubstr(R"("energy_wh":8000)"));
    ASSERT_TRUE(house.controller->points()[0].session);
    EXPECT_NEAR(house.controller->points()[0].session->wh, 2000, 0.1);
    EXPECT_EQ(house.controller->points()[0].session->tag, "OTHER");
    EXPECT_EQ(house.controller->points()[0].session->from, house.now().wall - hours(3));
}

TEST(Controller, the_state_of_now_that_comes_before_what_waited_is_of_the_last_car_alone) {
    House house;
    Late late(house);
    house.say(PointRole::energy, 50'000.0);
    house.say(PointRole::status, std::string("Available"));
    house.pass(9 * 3600);
    house.say(PointRole::status, std::string("Charging"));
    const Time now = house.now().wall;
    late.transaction("5", "CARD1", 50'000, hours(8), 61'000, hours(6));
    late.told(PointRole::transaction, std::string("6"), hours(3));
    late.told(PointRole::id_tag, std::string("OTHER"), hours(3));
    late.told(PointRole::energy, 61'000.0, hours(3));
    late.told(PointRole::energy, 65'000.0, hours(1));
    ASSERT_EQ(house.events.size(), 1U);
    EXPECT_THAT(late.session(0), ::testing::HasSubstr(R"("energy_wh":11000)"));
    EXPECT_THAT(late.session(0),
                ::testing::HasSubstr("\"from\":\"" + format_rfc3339(now - hours(8))));
    EXPECT_THAT(late.session(0),
                ::testing::HasSubstr("\"until\":\"" + format_rfc3339(now - hours(6))));
    ASSERT_TRUE(house.controller->points()[0].session);
    EXPECT_EQ(house.controller->points()[0].session->from, now - hours(3));
    EXPECT_NEAR(house.controller->points()[0].session->wh, 4000, 0.1);
}

TEST(Controller, a_session_waits_for_the_end_of_its_transaction_that_the_box_still_has_to_tell) {
    House house;
    Late late(house);
    house.say(PointRole::energy, 50'000.0);
    house.plug();
    late.told(PointRole::transaction, std::string("7"), {});
    house.pass(6 * 3600);
    house.say(PointRole::status, std::string("Available"));
    house.pass(120);  // the queue is long
    EXPECT_TRUE(house.events.empty());
    late.told(PointRole::energy, 58'000.0, hours(4));
    late.over(hours(4));
    house.pass(2);
    ASSERT_EQ(house.events.size(), 1U);
    EXPECT_THAT(late.session(0), ::testing::HasSubstr(R"("energy_wh":8000)"));
    EXPECT_THAT(late.session(0),
                ::testing::HasSubstr("\"until\":\"" +
                                     format_rfc3339(house.now().wall - seconds(2) - hours(4))));
    // One that is never told does not wait for ever.
    house.plug();
    late.told(PointRole::transaction, std::string("8"), {});
    house.say(PointRole::status, std::string("Charging"));
    house.say(PointRole::status, std::string("Available"));
    house.pass(900);
    EXPECT_EQ(house.events.size(), 2U);
}

TEST(Controller, what_energy_is_counted_from_is_kept_at_once) {
    House house;
    house.plug();
    auto grew = [&, before = house.controller->changes()]() mutable {
        const auto was = std::exchange(before, house.controller->changes());
        return before != was;
    };
    EXPECT_FALSE(grew());
    house.say(PointRole::session_energy, 0.0);
    EXPECT_TRUE(grew()) << "who is killed now knows what the car took since";
    house.say(PointRole::energy, 50'000.0);
    EXPECT_TRUE(grew());
    house.say(PointRole::energy, 50'100.0);
    EXPECT_FALSE(grew()) << "by the register it is found again";
}

TEST(Controller, a_session_counts_all_that_was_told_just_before_its_beginning) {
    House house;
    house.say(PointRole::status, std::string("Available"));
    house.say(PointRole::energy, 50'000.0);
    house.pass(60);
    // Long ago, and of no car that is known.
    house.say(PointRole::energy, 50'040.0);
    house.pass(10);
    // Its clock is found out, and what it said of itself meanwhile comes in two readings.
    house.say(PointRole::energy, 50'240.0);
    house.pass(1);
    house.say(PointRole::energy, 50'250.0);
    house.pass(1);
    house.say(PointRole::status, std::string("Charging"));
    EXPECT_EQ(house.fact("session_energy"), "210.0");
}

TEST(Controller, a_card_that_was_shown_without_a_car_leaves_no_session_behind) {
    House house;
    house.say(PointRole::energy, 50'000.0);
    house.plug();
    EXPECT_NE(house.fact("session"), "\"\"");
    house.pass(60);
    house.say(PointRole::status, std::string("Available"));
    house.pass(30);
    EXPECT_TRUE(house.events.empty());
    EXPECT_EQ(house.fact("session"), "\"\"");
    EXPECT_EQ(house.fact("last_session"), "");
    // As a newer box tells it: a transaction, in which nothing happens.
    house.say(PointRole::status, std::string("Preparing"));
    house.say(PointRole::transaction, std::string("T"));
    house.say(PointRole::id_tag, std::string("CARD1"));
    house.say(PointRole::transaction, std::string());
    house.say(PointRole::status, std::string("Available"));
    house.pass(30);
    EXPECT_TRUE(house.events.empty());
    // Who was there and took nothing was there; and who took something, whatever the states say.
    house.plug();
    house.say(PointRole::status, std::string("SuspendedEVSE"));
    house.say(PointRole::status, std::string("Available"));
    house.pass(30);
    EXPECT_EQ(house.events.size(), 1U);
    house.plug();
    house.say(PointRole::energy, 50'400.0);
    house.say(PointRole::status, std::string("Available"));
    house.pass(30);
    EXPECT_EQ(house.events.size(), 2U);
}

TEST(Controller, what_is_told_hours_later_costs_what_it_cost_then) {
    House house;
    const Moment begun = house.now();
    house.controller->hear(HouseRole::price, 0.40, 1, begun);
    house.say(PointRole::energy, 100'000.0);
    house.plug();
    house.pass(2 * 3600);
    house.controller->hear(HouseRole::price, 0.10, 1, house.now());
    house.pass(2 * 3600);
    const auto told = [&](double register_wh, Duration after) {
        house.controller->hear(PointRole::energy, 0, register_wh, ++house.seq, house.now(),
                               begun.wall + after);
        house.take();
    };
    told(105'000, hours(1));
    told(110'000, hours(2));
    told(112'000, hours(4));
    EXPECT_NEAR(house.controller->points()[0].session->wh, 12'000, 0.1);
    EXPECT_FALSE(house.controller->points()[0].session->estimated);
    EXPECT_NEAR(house.controller->points()[0].session->cost, 10 * 0.40 + 2 * 0.10, 1e-6);
}

TEST(Controller, own_energy_costs_what_feeding_it_in_would_have_brought) {
    House house;
    house.controller->hear(HouseRole::price, 0.30, 1, house.now());
    house.controller->hear(HouseRole::feed_in, 0.08, 1, house.now());
    house.meter(5);
    house.say(PointRole::energy, 100'000.0);
    house.plug();
    const auto hour = [&](double grid_w, double register_wh) {
        house.draws(10);  // 6.9 kW
        for (int i = 0; i < 60; ++i) {
            house.grid(grid_w);
            house.pass(60);
        }
        house.say(PointRole::energy, register_wh);
    };
    hour(-500, 106'900.0);  // all own, and more
    hour(1725, 113'800.0);  // a quarter from the grid
    hour(9000, 120'700.0);  // all from it
    house.pass(60);
    EXPECT_EQ(house.fact("session_own"), "12075.0");
    house.say(PointRole::status, std::string("Available"));
    house.pass(30);
    ASSERT_EQ(house.events.size(), 1U);
    const auto& text = std::get<Json>(house.events[0]).text;
    EXPECT_THAT(text, ::testing::HasSubstr(R"("energy_wh":20700.0)"));
    EXPECT_THAT(text, ::testing::HasSubstr(R"("own_wh":12075.0)"));
    // 12.075 kWh at 0.08 and 8.625 kWh at 0.30
    EXPECT_THAT(text, ::testing::HasSubstr(R"("cost":3.5535)"));
}

TEST(GridShare, is_the_grids_while_its_meter_is_silent_and_knows_nothing_of_idle_hours) {
    GridShare share;
    GridShare::Mark mark;
    EXPECT_EQ(share.since(mark, hours(1)), 1) << "never heard";
    share.hear(3000, 0, hours(1));
    share.hear(-100, 2000, hours(5));
    EXPECT_EQ(share.since(mark, hours(5) + minutes(5)), 0) << "no car took what was before";
    EXPECT_NEAR(share.since(mark, hours(5) + minutes(10)), 1, 1e-9);
    share.hear(500, 2000, hours(6));
    EXPECT_NEAR(share.since(mark, hours(6)), 1, 1e-9);
    EXPECT_NEAR(share.since(mark, hours(6) + minutes(1)), 0.25, 1e-9);
}

TEST(Controller, a_correction_stands_and_is_learned_from) {
    House house;
    house.meter(5);
    house.plug();
    house.say(PointRole::id_tag, std::string("NEW"));
    EXPECT_EQ(house.fact("car"), "\"unknown\"");
    EXPECT_FALSE(house.controller->set(Setting::car, 0, std::string("tesla"), 9, house.now()));
    house.wish(Setting::car, std::string("zoe"));
    EXPECT_EQ(house.fact("car"), "\"zoe\"");
    house.say(PointRole::status, std::string("Available"));
    house.say(PointRole::id_tag, std::string(""));
    house.pass(30);
    house.plug();
    house.say(PointRole::id_tag, std::string("NEW"));
    EXPECT_EQ(house.fact("car"), "\"zoe\"");
}

TEST(Controller, a_point_that_is_taken_out_and_put_back_goes_on_with_its_session) {
    House house(2);
    house.meter(5);
    for (const std::size_t box : {0U, 1U}) {
        house.say(PointRole::energy, 100'000.0, box);
        house.plug(box);
        house.say(PointRole::energy, 100'400.0, box);
    }
    House less(1);
    ASSERT_TRUE(less.controller->load(house.controller->save()));
    EXPECT_EQ(less.controller->points().size(), 1U);
    House again(2);
    ASSERT_TRUE(again.controller->load(less.controller->save()));
    ASSERT_TRUE(again.controller->points()[1].session);
    EXPECT_EQ(again.controller->points()[1].session->id, "box1-2");
    EXPECT_EQ(again.controller->points()[1].session->wh, 400);
    EXPECT_EQ(again.controller->points()[0].session->id, "box0-1");
}

TEST(Controller, damaged_kept_bytes_change_nothing) {
    House house;
    const std::string kept = house.controller->save();
    for (std::size_t cut = 0; cut < kept.size(); ++cut)
        EXPECT_FALSE(house.controller->load(std::string_view(kept).substr(0, cut)));
    EXPECT_EQ(house.controller->save(), kept);
}

TEST(Controller, a_mode_that_is_none_is_refused_with_those_there_are) {
    House house;
    const auto done = house.controller->set(Setting::mode, 0, std::string("fast"), 1, house.now());
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message, ::testing::HasSubstr("off, sun, min_sun, now, planned"));
}

}  // namespace
}  // namespace foxtail::charging
