#include "foxtail/charging/circuit.hpp"
#include "foxtail/charging/energy.hpp"
#include "foxtail/charging/matching.hpp"
#include "foxtail/charging/share.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::charging {
namespace {

using testing::DoubleNear;

Moment at_second(int s) {
    return {Time{1'790'000'000'000'000} + seconds(s), seconds(s)};
}

// ---- sharing ----

Ask on_phases(std::size_t point, PhaseSet on, double max_a = 16, double weight = 1) {
    Ask ask;
    ask.point = point;
    ask.on = on;
    ask.max_a = max_a;
    ask.weight = weight;
    return ask;
}
constexpr PhaseSet three = {true, true, true};

Room room_of(double amps, std::uint32_t points = 0xFF) {
    Room room;
    room.free_a = {amps, amps, amps};
    room.points = points;
    return room;
}

TEST(Share, everybody_gets_the_least_before_anybody_gets_more) {
    const auto shared = share({on_phases(0, three), on_phases(1, three)}, {room_of(14)}, 0, 230);
    EXPECT_THAT(shared.amps, testing::ElementsAre(DoubleNear(7, 1e-6), DoubleNear(7, 1e-6)));
}

TEST(Share, who_comes_first_charges_when_it_is_not_enough_for_both) {
    const auto shared = share({on_phases(0, three), on_phases(1, three)}, {room_of(11)}, 0, 230);
    EXPECT_THAT(shared.amps, testing::ElementsAre(DoubleNear(11, 1e-6), 0.0));
}

TEST(Share, cars_on_different_phases_do_not_take_from_each_other) {
    const auto shared =
        share({on_phases(0, {true, false, false}), on_phases(1, {false, true, false})},
              {room_of(12)}, 0, 230);
    EXPECT_THAT(shared.amps, testing::ElementsAre(DoubleNear(12, 1e-6), DoubleNear(12, 1e-6)));
}

TEST(Share, weights_count_and_a_higher_rank_is_served_first) {
    auto asks = std::vector{on_phases(0, three, 32, 1), on_phases(1, three, 32, 3)};
    auto shared = share(asks, {room_of(20)}, 0, 230);
    EXPECT_THAT(shared.amps, testing::ElementsAre(DoubleNear(8, 1e-6), DoubleNear(12, 1e-6)));
    asks[0].rank = 5;
    shared = share(asks, {room_of(20)}, 0, 230);
    EXPECT_THAT(shared.amps, testing::ElementsAre(DoubleNear(14, 1e-6), DoubleNear(6, 1e-6)));
}

TEST(Share, no_room_is_ever_exceeded) {
    std::uint64_t state = 7;
    const auto next = [&](double most) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return most * static_cast<double>(state >> 33U) / 2147483648.0;
    };
    for (int round = 0; round < 20'000; ++round) {
        std::vector<Ask> asks;
        for (std::size_t i = 0; i < 1 + static_cast<std::size_t>(next(5)); ++i) {
            auto ask =
                on_phases(i, {next(1) < 0.7, next(1) < 0.7, true}, 6 + next(26), 0.5 + next(5));
            ask.rank = static_cast<int>(next(3));
            ask.sun = next(1) < 0.3;
            ask.min_anyway = next(1) < 0.5;
            asks.push_back(ask);
        }
        std::vector<Room> rooms;
        for (int i = 0; i < 3; ++i) {
            auto room = room_of(next(60) - 5, static_cast<std::uint32_t>(next(64)));
            if (next(1) < 0.5) room.free_w = next(15'000);
            rooms.push_back(room);
        }
        const auto shared = share(asks, rooms, next(8000), 230);
        for (const Room& room : rooms) {
            Phases sum{};
            double watts = 0;
            for (std::size_t i = 0; i < asks.size(); ++i) {
                ASSERT_TRUE(shared.amps[i] == 0 || shared.amps[i] >= 6);
                ASSERT_LE(shared.amps[i], asks[i].max_a + 1e-6);
                if ((room.points >> i & 1U) == 0) continue;
                for (std::size_t p = 0; p < 3; ++p) sum[p] += asks[i].on[p] ? shared.amps[i] : 0;
                watts += shared.amps[i] * count(asks[i].on) * 230;
            }
            for (std::size_t p = 0; p < 3; ++p) {
                ASSERT_TRUE(sum[p] == 0 || sum[p] <= room.free_a[p] + 1e-6) << round;
            }
            ASSERT_TRUE(watts == 0 || watts <= room.free_w + 1e-3) << round;
        }
    }
}

// ---- energy ----

// ---- the fuse ----

TEST(Fuse, lowering_a_car_that_may_not_be_on_a_phase_is_no_relief_for_it) {
    PointSite box;
    CircuitSite main;
    main.limit_a = 25;
    main.metered = true;
    std::vector<Point> points{{box, 230}, {box, 230}};
    const Duration now = seconds(1000);
    for (Point& point : points) point.status = Status::charging;
    points[0].commanded_a = 16;
    for (std::size_t line = 0; line < 3; ++line) points[0].heard_current(line, 16, now);
    points[1].commanded_a = 6;
    points[1].heard_power(1380, now);  // 6 A on one phase, or 2 A on each
    EXPECT_TRUE(points[1].guessed());
    Circuit circuit(main, 230);
    for (std::size_t phase = 0; phase < 3; ++phase) circuit.heard(phase, 28, points, 0b11, now);
    std::vector<Room> rooms;
    circuit.add_rooms(rooms, points, 0b11, now);
    ASSERT_EQ(rooms.size(), 2U);
    // If it is there the house takes 10 A, and both must fit into the rest; if it is not, the house
    // takes 12 A.
    EXPECT_EQ(rooms[0].points, 0b11U);
    EXPECT_EQ(rooms[1].points, 0b01U);
    EXPECT_NEAR(rooms[0].free_a[2], 15, 0.01);
    EXPECT_NEAR(rooms[1].free_a[2], 13, 0.01);
}

TEST(Fuse, a_box_that_takes_more_than_it_may_counts_as_on_as_few_phases_as_it_can_be) {
    PointSite box;
    Point point(box, 230);
    point.status = Status::charging;
    point.command(0, seconds(1000));
    point.heard_power(2 * 16 * 230, seconds(1100));
    EXPECT_NEAR(point.reserve(0, seconds(1100)), 16, 0.01);
    EXPECT_NEAR(point.bounds(0, seconds(1100)).known, 32.0 / 3, 0.01);
}

TEST(EnergyCount, a_register_counts_by_its_difference_and_the_first_word_counts_nothing) {
    Energy energy;
    EXPECT_EQ(energy.heard_register(5000, 11'000, at_second(0)).wh, 0);
    EXPECT_EQ(energy.heard_register(5250, 11'000, at_second(120)).wh, 250);
}

TEST(EnergyCount, a_register_that_starts_again_loses_nothing) {
    Energy energy;
    (void)energy.heard_register(5000, 11'000, at_second(0));
    (void)energy.heard_power(7200, at_second(0));
    (void)energy.heard_power(7200, at_second(50));
    const auto gain = energy.heard_register(20, 11'000, at_second(60));
    EXPECT_NEAR(gain.wh, 100, 1);
    EXPECT_TRUE(gain.estimated);
}

TEST(EnergyCount, a_jump_that_the_box_cannot_have_given_is_another_register) {
    Energy energy;
    (void)energy.heard_register(5000, 11'000, at_second(0));
    EXPECT_LT(energy.heard_register(900'000, 11'000, at_second(60)).wh, 1);
    EXPECT_EQ(energy.heard_register(900'100, 11'000, at_second(120)).wh, 100);
}

TEST(EnergyCount, power_over_time_counts_when_there_is_nothing_else_also_over_a_restart) {
    Energy energy;
    (void)energy.heard_power(3600, at_second(0));
    EXPECT_NEAR(energy.heard_power(3600, at_second(100)).wh, 100, 1e-6);
    energy.resumed();
    EXPECT_NEAR(energy.heard_power(1800, at_second(200)).wh, 50, 1e-6);
}

TEST(EnergyCount, the_energy_of_a_transaction_serves_without_a_register) {
    Energy energy;
    EXPECT_EQ(energy.heard_transaction(0, 11'000, at_second(0)).wh, 0);
    EXPECT_EQ(energy.heard_transaction(300, 11'000, at_second(600)).wh, 300);
    EXPECT_EQ(energy.heard_transaction(50, 11'000, at_second(700)).wh, 50);  // the next one
}

TEST(EnergyCount, a_register_that_stands_still_while_power_flows_is_bridged_by_it) {
    Energy energy;
    (void)energy.heard_register(5000, 11'000, at_second(0));
    (void)energy.heard_power(10'000, at_second(0));
    double counted = 0;
    const auto goes_on = [&](int seconds, double register_wh) {
        (void)energy.heard_power(10'000, at_second(seconds));
        const auto gain = energy.heard_register(register_wh, 11'000, at_second(seconds));
        counted += gain.wh;
        return gain.estimated;
    };
    EXPECT_FALSE(goes_on(360, 5000));
    EXPECT_EQ(counted, 0) << "it may tell whole kWh only";
    EXPECT_TRUE(goes_on(720, 5000));
    EXPECT_NEAR(counted, 2000, 1);
    EXPECT_TRUE(goes_on(1080, 5000));
    EXPECT_NEAR(counted, 3000, 1);
    // Asleep, it tells all of it at last.
    EXPECT_FALSE(goes_on(1440, 9000));
    EXPECT_NEAR(counted, 4000, 1);
    goes_on(1800, 9000);
    goes_on(2160, 9000);
    EXPECT_NEAR(counted, 6000, 1);
    // Stuck, it goes on from where it was.
    goes_on(2520, 9100);
    EXPECT_NEAR(counted, 6100, 1);
    goes_on(2880, 10'100);
    EXPECT_NEAR(counted, 7100, 1);
}

// ---- what it cost ----

TEST(WhatItCost, is_the_mean_over_the_time_in_which_it_flowed) {
    using Rate = Prices::Rate;
    Prices prices;
    const Time start{1'790'000'000'000'000};
    EXPECT_FALSE(prices.over(start, start).price);
    prices.hear(&Rate::price, 0.40, start);
    prices.hear(&Rate::price, 0.10, start + hours(2));
    prices.hear(&Rate::co2, 300, start + hours(3));
    EXPECT_NEAR(*prices.over(start + hours(1), start + hours(4)).price, 0.20, 1e-9);
    EXPECT_EQ(prices.over(start + hours(1), start + hours(1)).price, 0.40);
    EXPECT_EQ(prices.over(start - hours(1), start - hours(1)).price, 0.40) << "the first known";
    EXPECT_EQ(prices.over(start, start + hours(4)).co2, 300) << "of what is known";
    EXPECT_FALSE(prices.over(start, start + hours(1)).co2);
    // Set back, the clock says what it says.
    prices.hear(&Rate::price, 0.30, start + hours(1));
    EXPECT_EQ(prices.over(start + hours(3), start + hours(3)).price, 0.30);
}

TEST(WhatItCost, two_days_are_kept) {
    Prices prices;
    const Time start{1'790'000'000'000'000};
    for (int hour = 0; hour < 24 * 7; ++hour)
        prices.hear(&Prices::Rate::price, hour, start + hours(hour));
    EXPECT_EQ(prices.over(start, start).price, 118) << "what held two days ago";
    EXPECT_EQ(prices.over(start + hours(150), start + hours(150)).price, 150);
}

// ---- which car ----

struct Matching : testing::Test {
    Matching() {
        site.cars = {{"leaf", {"CARD1"}, {"0A1B"}, "anna", 1}, {"zoe", {"CARD2"}, {}, "ben", 3}};
        site.points.resize(2);
        cars.resize(2);
    }
    [[nodiscard]] std::vector<Match> matched() const {
        return match(site, sessions, cars, learned, seconds(1000));
    }
    static SessionFacts plugged_now(std::size_t point) {
        SessionFacts one;
        one.point = point;
        one.plugged_at = seconds(900);
        one.plug_seen = true;
        return one;
    }
    void both_in_the_same_minute() {
        sessions = {plugged_now(0), plugged_now(1)};
        for (CarFacts& car : cars) {
            car.cable = true;
            car.cable_heard = car.home_changed.emplace(seconds(600));
            car.cable_changed = seconds(905);
            car.home = true;
        }
    }
    Site site;
    std::vector<SessionFacts> sessions;
    std::vector<CarFacts> cars;
    Learned learned;
};

TEST_F(Matching, two_cars_at_two_boxes_in_the_same_minute_are_unknown_when_nothing_tells) {
    both_in_the_same_minute();
    const auto found = matched();
    EXPECT_FALSE(found[0].car);
    EXPECT_FALSE(found[1].car);
    EXPECT_FALSE(found[0].guest);
    EXPECT_EQ(found[0].reason, "nothing tells the cars apart");
}

TEST_F(Matching, one_card_tells_both) {
    both_in_the_same_minute();
    sessions[1].tag = "CARD1";
    const auto found = matched();
    EXPECT_EQ(found[1].car, 0U);
    EXPECT_EQ(found[0].car, 1U) << "the other box has the other car";
    EXPECT_GT(found[0].certainty, 0.9);
}

TEST_F(Matching, phases_tell_both) {
    both_in_the_same_minute();
    sessions[0].phases_seen = 3;
    EXPECT_EQ(matched()[0].car, 1U);
    EXPECT_EQ(matched()[1].car, 0U);
}

TEST_F(Matching, starting_and_stopping_together_tells_both) {
    both_in_the_same_minute();
    sessions[0].edges = {{seconds(910), true}, {seconds(950), false}};
    cars[1].edges = {{seconds(915), true}, {seconds(960), false}};
    cars[0].edges = {{seconds(300), false}};
    EXPECT_EQ(matched()[0].car, 1U);
    EXPECT_EQ(matched()[1].car, 0U);
}

TEST_F(Matching, the_seconds_of_plugging_in_tell_both) {
    both_in_the_same_minute();
    cars[0].cable_changed = seconds(902);
    cars[1].cable_changed = seconds(940);
    sessions[1].plugged_at = seconds(941);
    EXPECT_EQ(matched()[0].car, 0U);
    EXPECT_EQ(matched()[1].car, 1U);
}

TEST_F(Matching, what_a_box_read_of_the_car_tells_both) {
    // As boxes say it: an EVCC id, a MAC address, or a card's number that begins so.
    for (const std::string id : {"01:23:45:67:89:AB", "0123456789AB", "VID:0123456789AB"}) {
        both_in_the_same_minute();
        site.cars[0].ev_ids = {id};
        sessions[1].ev_id = id;
        const auto found = matched();
        EXPECT_EQ(found[1].car, 0U) << id;
        EXPECT_EQ(found[1].reason, "the box read its identity");
        EXPECT_EQ(found[0].car, 1U) << "the other box has the other car";
    }
    site.cars[0].ev_ids.clear();
    sessions[1].ev_id = "0000000000FF";
    EXPECT_FALSE(matched()[1].car) << "nobody knows that one";
    learned.teach(learned.ev_ids, "0000000000FF", 1);
    EXPECT_EQ(matched()[1].car, 1U);
    EXPECT_EQ(matched()[1].reason, "the box read an identity that was learned");
}

TEST_F(Matching, the_power_alone_tells_both) {
    both_in_the_same_minute();
    sessions[0].watts = 3600;
    sessions[1].watts = 7200;
    cars[0].watts = 6800;  // less what its charger loses
    cars[1].watts = 3400;
    for (CarFacts& car : cars) car.watts_heard = seconds(990);
    const auto found = matched();
    EXPECT_EQ(found[0].car, 1U);
    EXPECT_EQ(found[1].car, 0U);
    EXPECT_GT(found[0].certainty, 0.9);
    // As much at both, or told long ago, tells nothing.
    sessions[1].watts = 3600;
    cars[0].watts = 3400;
    EXPECT_FALSE(matched()[0].car);
    sessions[1].watts = 7200;
    cars[0].watts = 6800;
    for (CarFacts& car : cars) car.watts_heard = seconds(800);
    EXPECT_FALSE(matched()[0].car);
}

TEST_F(Matching, who_came_home_just_before_is_at_the_box) {
    sessions = {plugged_now(0)};
    for (CarFacts& car : cars) car.home = true;
    EXPECT_FALSE(matched()[0].car) << "both are at home";
    cars[1].home_changed = seconds(700);
    EXPECT_EQ(matched()[0].car, 1U);
    EXPECT_THAT(matched()[0].reason, testing::HasSubstr("it came home just before"));
    cars[0].home_changed = seconds(650);
    EXPECT_FALSE(matched()[0].car) << "both came home";
    cars[0].home_changed = seconds(950);
    EXPECT_EQ(matched()[0].car, 1U) << "the other came when it was plugged in already";
}

TEST_F(Matching, who_came_home_just_before_does_not_tell_two_boxes_of_the_same_minute_apart) {
    both_in_the_same_minute();
    cars[0].home_changed = seconds(850);
    cars[1].home_changed = seconds(840);
    EXPECT_FALSE(matched()[0].car);
    EXPECT_FALSE(matched()[1].car);
}

TEST_F(Matching, a_car_that_is_away_is_not_here) {
    sessions = {plugged_now(0)};
    cars[0].home = false;
    cars[1].home = true;
    cars[1].home_changed = seconds(800);
    EXPECT_EQ(matched()[0].car, 1U);
}

TEST_F(Matching, when_no_car_of_the_house_can_be_here_it_is_a_guest) {
    sessions = {plugged_now(0)};
    for (CarFacts& car : cars) car.home = false;
    EXPECT_TRUE(matched()[0].guest);
}

TEST_F(Matching, habit_alone_decides_nothing) {
    sessions = {plugged_now(0)};
    learned.habit = {{50, 0}, {0, 50}};
    EXPECT_FALSE(matched()[0].car);
}

TEST_F(Matching, what_somebody_said_tells_the_other_box_too) {
    both_in_the_same_minute();
    sessions[0].said = "zoe";
    EXPECT_EQ(matched()[1].car, 0U);
}

}  // namespace
}  // namespace foxtail::charging
