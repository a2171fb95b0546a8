#include "foxtail/planner/follower.hpp"

#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::planner {
namespace {

using ::testing::HasSubstr;

const Time begin{1'700'000'100'000'000};

struct House {
    Plan plan;
    Observed observed;
    Follower follower;

    explicit House(double rest_kw = 0) {
        for (int i = 0; i < 4; ++i)
            plan.slots.push_back({begin + minutes(15 * i), begin + minutes(15 * (i + 1))});
        plan.curtailed_kw = {0, 0, 0, 0};
        observed.now = begin;
        observed.grid_kw = rest_kw;
    }
    ObservedDevice& add(Kind kind, const std::string& name, Intent intent, double kw,
                        double level = 0) {
        plan.courses.push_back({kind, name, {4, Step{kw, level, intent, Code::cheap_slot}}, {}});
        ObservedDevice device;
        device.kind = kind;
        device.name = name;
        device.take_max_kw = kind == Kind::car ? 11 : 5;
        device.give_max_kw = kind == Kind::battery ? 5 : 0;
        if (kind == Kind::car) device.ranges = {{4.14, 11}};
        observed.devices.push_back(device);
        return observed.devices.back();
    }
    /// The devices obey, and the meter tells it.
    Followed step(Duration after = seconds(5)) {
        auto out = follower.follow(observed, plan);
        for (const auto& point : out.setpoints) {
            for (auto& device : observed.devices) {
                if (device.kind != point.kind || device.name != point.device) continue;
                observed.grid_kw += point.kw - device.kw;
                device.kw = point.kw;
            }
        }
        observed.now = observed.now + after;
        return out;
    }
    Followed steps(Duration together) {
        const auto until = observed.now + together;
        Followed out;
        while (observed.now < until) out = step();
        return out;
    }
};

double kw_of(const Followed& followed, std::string_view device) {
    for (const auto& point : followed.setpoints)
        if (point.device == device) return point.kw;
    ADD_FAILURE() << "nothing is said of " << device;
    return NAN;
}

TEST(Follower, a_battery_in_automatic_covers_the_load_and_takes_the_surplus) {
    House house(2);
    house.add(Kind::battery, "cellar", Intent::automatic, 0);
    EXPECT_DOUBLE_EQ(kw_of(house.step(), "cellar"), -2);
    house.observed.grid_kw -= 5;  // the sun comes out: 3 kW would go out
    EXPECT_DOUBLE_EQ(kw_of(house.step(), "cellar"), 3);
    EXPECT_NEAR(house.observed.grid_kw, 0, 1e-9);
    house.observed.grid_kw -= 9;
    EXPECT_DOUBLE_EQ(kw_of(house.step(), "cellar"), 5) << "no more than it can";
}

TEST(Follower, a_battery_in_hold_does_nothing_and_in_surplus_gives_nothing) {
    House house(2);
    house.add(Kind::battery, "held", Intent::hold, 0);
    house.add(Kind::battery, "sunny", Intent::surplus, 0);
    auto out = house.step();
    EXPECT_EQ(kw_of(out, "held"), 0);
    EXPECT_EQ(kw_of(out, "sunny"), 0);
    house.observed.grid_kw = -3;
    EXPECT_DOUBLE_EQ(kw_of(house.step(), "sunny"), 3);
}

TEST(Follower, a_battery_charges_from_the_grid_as_planned) {
    House house(2);
    house.add(Kind::battery, "cellar", Intent::charge, 4);
    const auto out = house.step();
    EXPECT_DOUBLE_EQ(kw_of(out, "cellar"), 4);
    EXPECT_EQ(out.setpoints[0].because, "the plan: cheap_slot");
}

TEST(Follower, an_emptied_battery_gives_nothing) {
    House house(2);
    house.add(Kind::battery, "cellar", Intent::automatic, 0).give_max_kw = 0;
    EXPECT_EQ(kw_of(house.step(), "cellar"), 0);
}

TEST(Follower, a_car_follows_the_surplus_within_its_range) {
    House house(-6);
    house.add(Kind::car, "leaf", Intent::surplus, 6);
    EXPECT_EQ(kw_of(house.step(), "leaf"), 0) << "a moment of sun starts nothing";
    EXPECT_NEAR(kw_of(house.steps(minutes(2)), "leaf"), 6, 1e-5);
    house.observed.grid_kw -= 3;
    EXPECT_NEAR(kw_of(house.step(), "leaf"), 9, 1e-5);
    EXPECT_NEAR(house.observed.grid_kw, 0, 1e-5);
    house.observed.grid_kw += 7;  // a cloud: 2 kW are left
    EXPECT_NEAR(kw_of(house.step(), "leaf"), 4.14, 1e-5) << "a cloud stops nothing at once";
    EXPECT_EQ(kw_of(house.steps(minutes(4)), "leaf"), 0);
}

TEST(Follower, a_car_that_takes_any_power_takes_the_least_surplus) {
    House house(-6);
    auto& leaf = house.add(Kind::car, "leaf", Intent::surplus, 6);
    leaf.ranges = {{0, 11}};
    EXPECT_NEAR(kw_of(house.steps(minutes(2)), "leaf"), 6, 1e-5);
    house.observed.grid_kw += 5.5;
    EXPECT_NEAR(kw_of(house.step(), "leaf"), 0.5, 1e-5);
    house.observed.grid_kw += 2;
    EXPECT_EQ(kw_of(house.step(), "leaf"), 0);
}

TEST(Follower, a_car_leaves_to_the_battery_what_the_plan_puts_there) {
    House house(-8);
    house.add(Kind::battery, "cellar", Intent::automatic, 3);
    house.add(Kind::car, "leaf", Intent::surplus, 5);
    const auto out = house.steps(minutes(2));
    EXPECT_NEAR(kw_of(out, "leaf"), 5, 1e-5);
    EXPECT_NEAR(kw_of(out, "cellar"), 3, 1e-5);
}

TEST(Follower, powers_between_one_and_three_phases_are_not_asked_for) {
    const std::vector<PowerRange> both = {{1.38, 3.68}, {4.14, 11}};
    EXPECT_DOUBLE_EQ(fit_power(both, 3.9, 11), 3.68);
    EXPECT_DOUBLE_EQ(fit_power(both, 4.5, 11), 4.5);
    EXPECT_DOUBLE_EQ(fit_power(both, 1.0, 11), 0);
    EXPECT_DOUBLE_EQ(fit_power(both, 20, 7), 7);
    EXPECT_DOUBLE_EQ(fit_power({}, 20, 7), 7);
}

TEST(Follower, a_car_that_is_not_there_is_counted_as_it_is) {
    House house(1);
    house.add(Kind::car, "leaf", Intent::charge, 11).there = false;
    EXPECT_EQ(kw_of(house.step(), "leaf"), 0);
}

TEST(Follower, the_fuse_cuts_the_battery_first_then_the_car) {
    House house(6);
    house.add(Kind::heat_pump, "heat", Intent::boost, 3);
    house.add(Kind::battery, "cellar", Intent::charge, 5);
    house.add(Kind::car, "leaf", Intent::charge, 11);
    const auto out = house.step();
    EXPECT_DOUBLE_EQ(kw_of(out, "heat"), 3);
    EXPECT_EQ(kw_of(out, "cellar"), 0);
    EXPECT_NEAR(kw_of(out, "leaf"), 8, 1e-9);
    EXPECT_NEAR(house.observed.grid_kw, 17, 1e-9);
    EXPECT_THAT(out.setpoints[2].because, HasSubstr("17.0 kW"));
}

TEST(Follower, the_fuse_holds_when_the_load_jumps) {
    House house(1);
    house.add(Kind::car, "leaf", Intent::charge, 11);
    house.step();
    house.observed.grid_kw += 9;
    EXPECT_NEAR(kw_of(house.step(), "leaf"), 7, 1e-9);
    house.observed.grid_kw += 4;
    EXPECT_EQ(kw_of(house.step(), "leaf"), 0) << "3 kW are below what it can";
}

TEST(Follower, an_appliance_in_its_run_is_not_interrupted) {
    House house(16);
    auto& machine = house.add(Kind::appliance, "dishwasher", Intent::off, 0);
    machine.running = true;
    machine.kw = 2;
    house.observed.grid_kw += 2;
    const auto out = house.step();
    EXPECT_EQ(kw_of(out, "dishwasher"), 2);
    EXPECT_EQ(out.setpoints[0].intent, Intent::run);
}

TEST(Follower, sun_is_held_back_where_the_plan_says_so_or_the_connection_is_too_small) {
    House house(-9);
    house.observed.sun_kw = 10;
    house.observed.export_max_kw = 7;
    house.add(Kind::battery, "cellar", Intent::hold, 0);
    EXPECT_DOUBLE_EQ(house.step().curtail_kw, 2);
    house.observed.grid_kw = -7;
    house.observed.curtailed_kw = 2;
    EXPECT_DOUBLE_EQ(house.step().curtail_kw, 2) << "what is held back now would come";
    house.plan.curtailed_kw = {9, 9, 9, 9};
    EXPECT_DOUBLE_EQ(house.step().curtail_kw, 9);
}

TEST(Follower, the_most_that_the_sun_may_give_is_what_the_house_takes_and_may_give_away) {
    House house(-9);
    house.observed.sun_kw = 10;
    house.add(Kind::battery, "cellar", Intent::hold, 0);
    EXPECT_FALSE(house.step().sun_limit_kw) << "17 kW may go out";
    house.observed.export_max_kw = 7;
    EXPECT_DOUBLE_EQ(house.step().sun_limit_kw.value_or(0), 8);
    house.plan.curtailed_kw = {9, 9, 9, 9};
    EXPECT_DOUBLE_EQ(house.step().sun_limit_kw.value_or(0), 1);
    house.plan.export_kw = {7, 7, 7, 7};
    EXPECT_DOUBLE_EQ(house.step().sun_limit_kw.value_or(0), 8) << "what fits out is given away";
    house.plan.export_kw.clear();
    // Held back to that: what could come is not known, and does not matter.
    house.observed.grid_kw = 0;
    house.observed.sun_kw = 1;
    EXPECT_DOUBLE_EQ(house.step().sun_limit_kw.value_or(0), 1);
    house.observed.grid_kw = 2;
    EXPECT_DOUBLE_EQ(house.step().sun_limit_kw.value_or(9), 9) << "the house takes far more";
}

TEST(Follower, no_more_is_given_than_may_go_out) {
    House house(0);
    house.observed.export_max_kw = 2;
    house.add(Kind::battery, "cellar", Intent::discharge, -5);
    EXPECT_DOUBLE_EQ(kw_of(house.step(), "cellar"), -2);
}

TEST(Follower, a_device_that_does_not_obey_is_told_of) {
    House house(1);
    house.add(Kind::car, "leaf", Intent::charge, 8);
    for (int i = 0; i < 9; ++i) {
        EXPECT_TRUE(house.follower.follow(house.observed, house.plan).disobeys.empty());
        house.observed.now = house.observed.now + seconds(5);
    }
    house.observed.now = house.observed.now + seconds(5);
    const auto out = house.follower.follow(house.observed, house.plan);
    ASSERT_EQ(out.disobeys.size(), 1U);
    EXPECT_EQ(out.disobeys[0].device, "leaf");
    EXPECT_EQ(out.disobeys[0].told_kw, 8);
    EXPECT_FALSE(out.disobeys[0].by_hand);
    EXPECT_EQ(out.replan.words(), "leaf: takes 0.0 kW, was told 8.0 kW");
}

TEST(Follower, a_car_that_its_circuit_holds_back_is_told_so_and_is_not_deaf) {
    House house(1);
    auto& car = house.add(Kind::car, "leaf", Intent::charge, 11);
    car.kw = car.let_kw.emplace(6.9);
    Followed out;
    for (int i = 0; i < 20; ++i) {
        out = house.follower.follow(house.observed, house.plan);
        house.observed.now = house.observed.now + seconds(5);
    }
    EXPECT_TRUE(out.disobeys.empty());
    EXPECT_TRUE(out.replan.empty()) << out.replan.words();
    ASSERT_EQ(out.held_back.size(), 1U);
    EXPECT_EQ(out.held_back[0].device, "leaf");
    EXPECT_EQ(out.held_back[0].told_kw, 11);
    EXPECT_EQ(out.held_back[0].let_kw, 6.9);
    EXPECT_EQ(kw_of(out, "leaf"), 11) << "it is asked for again as soon as there is room";
    // Who takes more than it may does not obey, whatever it was let.
    house.observed.devices[0].kw = 14;
    for (int i = 0; i < 20; ++i) {
        out = house.follower.follow(house.observed, house.plan);
        house.observed.now = house.observed.now + seconds(5);
    }
    EXPECT_TRUE(out.held_back.empty());
    EXPECT_EQ(out.disobeys.size(), 1U);
}

TEST(Follower, what_is_switched_on_at_the_device_is_seen_as_somebodys_wish) {
    House house(1);
    house.add(Kind::car, "leaf", Intent::off, 0);
    house.step();
    house.observed.devices[0].kw = 7;
    house.observed.grid_kw += 7;
    Followed out;
    for (int i = 0; i < 12; ++i) {
        out = house.follower.follow(house.observed, house.plan);
        house.observed.now = house.observed.now + seconds(5);
    }
    ASSERT_EQ(out.disobeys.size(), 1U);
    EXPECT_TRUE(out.disobeys[0].by_hand);
}

TEST(Follower, a_level_off_the_plan_asks_for_a_new_one) {
    House house(1);
    house.add(Kind::battery, "cellar", Intent::hold, 0, 6).level = 6;
    EXPECT_EQ(house.step(minutes(16)).replan.words(), "");
    EXPECT_EQ(house.step().replan.words(), "");
    house.observed.devices[0].level = 4.4;
    EXPECT_EQ(house.step().replan.words(), "cellar: 1.6 kWh below the plan");
}

TEST(Follower, without_a_plan_the_car_charges_and_the_battery_looks_after_itself) {
    House house(2);
    house.add(Kind::battery, "cellar", Intent::hold, 0);
    house.add(Kind::car, "leaf", Intent::off, 0);
    house.observed.now = begin + hours(2);
    const auto out = house.step();
    EXPECT_EQ(out.replan.words(), "the plan has run out");
    EXPECT_DOUBLE_EQ(kw_of(out, "leaf"), 11);
    EXPECT_DOUBLE_EQ(kw_of(out, "cellar"), -5);
}

/// Anything that a house could look like, also nonsense.
House any_house(std::mt19937& chance) {
    const auto number = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(chance);
    };
    House house(number(-12, 25));
    house.observed.import_max_kw = number(3, 25);
    house.observed.export_max_kw = number(0, 10);
    house.observed.sun_kw = number(0, 12);
    const auto count = static_cast<int>(number(0, 7));
    for (int i = 0; i < count; ++i) {
        const auto kind = static_cast<Kind>(static_cast<int>(number(0, 4.999)));
        const auto intent = static_cast<Intent>(static_cast<int>(number(0, 9.999)));
        auto& device = house.add(kind, "d" + std::to_string(i), intent, number(-6, 12));
        device.take_max_kw = number(0, 12);
        device.give_max_kw = kind == Kind::battery ? number(0, 6) : 0;
        device.there = number(0, 1) < 0.9;
        device.running = number(0, 1) < 0.3;
        if (kind == Kind::car && number(0, 1) < 0.5) device.ranges = {{1.38, 3.68}, {4.14, 11}};
        device.kw = device.there ? number(0, device.take_max_kw) : 0;
        house.observed.grid_kw += device.kw;
    }
    return house;
}

TEST(Follower, what_it_commands_never_exceeds_the_fuse) {
    std::mt19937 chance(7);
    for (int round = 0; round < 3000; ++round) {
        auto house = any_house(chance);
        for (int step = 0; step < 6; ++step) {
            house.observed.grid_kw += std::uniform_real_distribution<double>(-4, 4)(chance);
            const auto before = house.observed;
            const auto out = house.step(seconds(30));
            double uncut = before.grid_kw;  // with all that may be cut cut
            for (std::size_t i = 0; i < before.devices.size(); ++i) {
                const auto& device = before.devices[i];
                if (device.there && !(device.kind == Kind::appliance && device.running))
                    uncut -= device.kw;
            }
            double total = before.grid_kw;
            for (const auto& device : before.devices) total += kw_of(out, device.name) - device.kw;
            EXPECT_LE(total, std::max(before.import_max_kw, uncut) + 1e-6)
                << "round " << round << ", step " << step;
        }
    }
}

TEST(Follower, equal_calls_give_equal_set_points) {
    std::mt19937 one(3);
    std::mt19937 other(3);
    for (int round = 0; round < 100; ++round) {
        auto a = any_house(one);
        auto b = any_house(other);
        for (int step = 0; step < 4; ++step) {
            const auto x = a.step();
            const auto y = b.step();
            ASSERT_EQ(x.setpoints.size(), y.setpoints.size());
            for (std::size_t i = 0; i < x.setpoints.size(); ++i)
                EXPECT_EQ(x.setpoints[i].kw, y.setpoints[i].kw);
        }
    }
}

}  // namespace
}  // namespace foxtail::planner
