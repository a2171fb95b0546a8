#include "foxtail/simulation/savings.hpp"

#include "foxtail/simulation/run.hpp"

#include <gtest/gtest.h>

namespace foxtail::simulation {
namespace {

using planner::Kind;

const Time day_start{1'714'345'200'000'000};

/// A day that a controller made, as meters would tell it.
Day measured_day(Controller& controller, double target_kwh = 48) {
    auto habits = default_habits();
    habits.cars[0].target_kwh = target_kwh;
    Day day;
    day.from = day_start;
    day.until = day_start + days(2);
    day.world = made_up_world(day_start - days(1), 6);
    day.house = house_between(habits, day.world, day.from, day.until);
    Plant plant(day.house, day.world, day.from);
    const View view{day.house, day.world, plant};
    const auto begin = [&](Kind kind, const std::string& name) {
        day.taken.push_back({kind, name, {day.from, minutes(1), {}}, {day.from, minutes(1), {}}});
    };
    begin(Kind::battery, "battery");
    begin(Kind::car, "car");
    begin(Kind::heat_pump, "house");
    begin(Kind::appliance, "dishwasher");
    begin(Kind::appliance, "washer");
    const auto note_levels = [&] {
        day.taken[0].level.values.push_back(plant.state().battery_kwh[0]);
        day.taken[1].level.values.push_back(plant.state().car_kwh[0]);
        day.taken[2].level.values.push_back(plant.state().zone_c[0]);
    };
    while (view.now() < day.until) {
        if (view.now().us % minutes(15).us == 0) controller.quarter(view);
        note_levels();
        plant.advance(controller.orders(view), minutes(1));
        day.taken[0].kw.values.push_back(plant.state().battery_kw[0]);
        day.taken[1].kw.values.push_back(plant.state().car_kw[0]);
        day.taken[2].kw.values.push_back(plant.state().zone_kw[0]);
        for (std::size_t machine = 3; machine < 5; ++machine) {
            double kw = 0;
            for (std::size_t run = 0; run < day.house.appliances.size(); ++run)
                if (day.house.appliances[run].name == day.taken[machine].device)
                    kw += plant.state().appliance_kw[run];
            day.taken[machine].kw.values.push_back(kw);
        }
    }
    note_levels();
    return day;
}

const Saved& of(const Savings& savings, const std::string& device) {
    for (const auto& saved : savings.devices)
        if (saved.device == device) return saved;
    throw std::runtime_error("nothing is told of " + device);
}

TEST(Savings, who_charged_on_arrival_saved_nothing) {
    const auto found = savings(measured_day(*charge_on_arrival()));
    EXPECT_NEAR(found.saved_eur(), 0, 0.06) << "minutes against quarter hours";
    for (const auto& saved : found.devices) {
        EXPECT_NEAR(saved.eur, 0, 0.06) << saved.device;
        EXPECT_NEAR(saved.kwh, saved.arrival_kwh, 0.2) << saved.device;
    }
    EXPECT_TRUE(found.shortfalls.empty());
}

TEST(Savings, what_is_told_of_the_devices_adds_up_and_agrees_with_the_simulation) {
    const auto cheap = cheapest_slots();
    const auto day = measured_day(*cheap);
    const auto found = savings(day);
    double sum = 0;
    for (const auto& saved : found.devices) sum += saved.eur;
    EXPECT_NEAR(sum, found.saved_eur(), 1e-9);
    const auto arrival = charge_on_arrival();
    const auto a = simulate(day.house, day.world, day.from, day.until, *arrival);
    const auto b = simulate(day.house, day.world, day.from, day.until, *cheap);
    EXPECT_NEAR(found.saved_eur(), a.cost_eur() - b.cost_eur(), 0.1);
    EXPECT_GT(found.saved_eur(), 0.5);
    EXPECT_NEAR(of(found, "dishwasher").eur, 0, 0.03) << "it ran as it would have";
}

TEST(Savings, an_empty_car_is_cheap_and_said_to_be_empty) {
    class Never : public Controller {
    public:
        [[nodiscard]] std::string name() const override { return "never"; }
        void quarter(const View& view) override { arrival_->quarter(view); }
        [[nodiscard]] Orders orders(const View& view) override {
            auto out = arrival_->orders(view);
            out.car_kw = {0};
            return out;
        }

    private:
        std::unique_ptr<Controller> arrival_ = charge_on_arrival();
    };
    Never never;
    const auto found = savings(measured_day(never));
    ASSERT_EQ(found.shortfalls.size(), 1U);
    EXPECT_EQ(found.shortfalls[0].device, "car");
    EXPECT_NEAR(found.shortfalls[0].amount, 8 + 20, 0.01) << "40 of 48, then 28 of 48";
    EXPECT_NEAR(found.shortfalls[0].arrival_amount, 0, 0.01);
}

TEST(Savings, a_machine_that_did_not_run_is_told) {
    auto day = measured_day(*charge_on_arrival());
    for (auto& taken : day.taken)
        if (taken.device == "dishwasher") taken.kw.values.assign(taken.kw.values.size(), 0);
    const auto found = savings(day);
    ASSERT_EQ(found.shortfalls.size(), 1U);
    EXPECT_EQ(found.shortfalls[0].unit, "runs");
    EXPECT_GT(of(found, "dishwasher").eur, 0.1);
}

TEST(Savings, days_add_up_to_weeks) {
    const auto cheap = cheapest_slots();
    const auto one = savings(measured_day(*cheap));
    const auto both = together({one, one});
    EXPECT_NEAR(both.saved_eur(), 2 * one.saved_eur(), 1e-9);
    EXPECT_EQ(both.devices.size(), one.devices.size());
    EXPECT_NEAR(of(both, "car").eur, 2 * of(one, "car").eur, 1e-9);
}

}  // namespace
}  // namespace foxtail::simulation
