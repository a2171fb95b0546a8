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
    told("Available", hours(1));
    EXPECT_EQ(house.controller->points()[0].session->until, then + hours(2));
    // The next began while that one was still plugged in, as it says: it cannot have.
    told("Preparing", hours(2));
    EXPECT_EQ(house.controller->points()[0].session->from, then + hours(2));
    ASSERT_EQ(house.events.size(), 1U);
    EXPECT_THAT(std::get<Json>(house.events[0]).text,
                ::testing::HasSubstr("\"until\":\"" + format_rfc3339(then + hours(2))));
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
