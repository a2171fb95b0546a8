#include "foxtail/simulation/forecast.hpp"

#include <gtest/gtest.h>

namespace foxtail::simulation {
namespace {

const Time start{1'714'345'200'000'000};

std::size_t index_at(const World& world, Time t) {
    return static_cast<std::size_t>((t - world.from()).us / world.load_kw.step.us);
}

TEST(Forecast, the_perfect_one_knows_all) {
    const auto world = made_up_world(start, 10);
    const auto now = start + days(4) + hours(9);
    const auto found = forecast(Foresight::perfect, world, now, hours(48));
    for (int i = 0; i < 192; ++i) {
        const auto t = now + minutes(15 * i);
        EXPECT_EQ(found.load_kw.at(t), world.load_kw.at(t));
        EXPECT_EQ(found.buy_eur.at(t), world.buy_eur.at(t));
    }
}

TEST(Forecast, the_naive_one_does_not_see_what_has_not_come) {
    const auto world = made_up_world(start, 10);
    for (const auto hour : {3, 9, 12, 18, 23}) {
        const auto now = start + days(5) + hours(hour);
        auto other = world;
        for (auto i = index_at(world, now) + 1; i < world.load_kw.values.size(); ++i) {
            other.load_kw.values[i] = 9;
            other.sun_kw.values[i] = 9;
            other.outdoor_c.values[i] = -30;
        }
        for (auto i = index_at(world, prices_known_until(now)); i < world.load_kw.values.size();
             ++i) {
            other.buy_eur.values[i] = 5;
            other.sell_eur.values[i] = 5;
        }
        const auto a = forecast(Foresight::naive, world, now, hours(48));
        const auto b = forecast(Foresight::naive, other, now, hours(48));
        EXPECT_EQ(a.load_kw.values, b.load_kw.values) << hour;
        EXPECT_EQ(a.sun_kw.values, b.sun_kw.values) << hour;
        EXPECT_EQ(a.outdoor_c.values, b.outdoor_c.values) << hour;
        EXPECT_EQ(a.buy_eur.values, b.buy_eur.values) << hour;
        EXPECT_EQ(a.sell_eur.values, b.sell_eur.values) << hour;
    }
}

TEST(Forecast, days_that_are_all_alike_are_foreseen) {
    auto world = made_up_world(start, 12);
    for (auto* series : {&world.load_kw, &world.sun_kw, &world.buy_eur, &world.outdoor_c})
        for (std::size_t i = 96; i < series->values.size(); ++i)
            series->values[i] = series->values[i - 96];
    const auto now = start + days(8) + hours(9);
    const auto found = forecast(Foresight::naive, world, now, hours(48));
    for (int i = 0; i < 192; ++i) {
        const auto t = now + minutes(15 * i);
        EXPECT_NEAR(found.load_kw.at(t), world.load_kw.at(t), 1e-9);
        EXPECT_NEAR(found.sun_kw.at(t), world.sun_kw.at(t), 1e-9);
        EXPECT_NEAR(found.buy_eur.at(t), world.buy_eur.at(t), 1e-9);
        EXPECT_NEAR(found.outdoor_c.at(t), world.outdoor_c.at(t), 1e-9);
    }
}

}  // namespace
}  // namespace foxtail::simulation
