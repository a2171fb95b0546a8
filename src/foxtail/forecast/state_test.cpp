#include "foxtail/forecast/state_testing.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace foxtail::forecast {
namespace {

std::vector<std::string> good_states() {
    const BerlinZone zone;
    const Time begin = at("2026-11-01T00:00:00Z");
    LoadForecast load;
    WeatherForecast sun(WeatherForecast::Of::sun);
    WeatherForecast outdoor(WeatherForecast::Of::outdoor);
    CarHabits habits;
    Score score;
    for (int hour = 0; hour < 24 * 5; ++hour) {
        const Time t = begin + hours(hour);
        const double value = hour % 24;
        load.learn(t, hours(1), value / 10, hour % 24 < 8, zone);
        sun.told({t, hours(1), {value, value, value}}, t);
        sun.learn(t, hours(1), value);
        outdoor.learn(t, hours(1), value - 10);
        habits.seen(t, hour % 24 < 8 || hour % 24 > 17, 40.0 - hour % 24, zone);
        score.foretold(t, sun.forecast(t, hours(30), hours(1)));
        score.came(t, hours(1), value);
    }
    return {load.save(), sun.save(), outdoor.save(), habits.save(), score.save()};
}

TEST(States, each_takes_its_own_bytes_and_no_others) {
    for (const auto& bytes : good_states()) EXPECT_EQ(try_states(bytes), 1);
    EXPECT_EQ(try_states(""), 0);
}

TEST(States, whatever_becomes_of_the_bytes_nothing_breaks) {
    std::uint64_t seed = 88172645463325252ULL;
    const auto next = [&] {  // Marsaglia's xorshift
        seed ^= seed << 13U;
        seed ^= seed >> 7U;
        seed ^= seed << 17U;
        return seed;
    };
    for (const auto& good : good_states()) {
        for (std::size_t cut = 0; cut < good.size(); cut += 1 + good.size() / 50)
            EXPECT_EQ(try_states(std::string_view(good).substr(0, cut)), 0) << cut;
        for (int i = 0; i < 300; ++i) {
            auto bytes = good;
            for (auto times = 1 + next() % 4; times > 0; --times)
                bytes[next() % bytes.size()] = static_cast<char>(next());
            try_states(bytes);
        }
    }
}

TEST(States, a_load_that_fails_changes_nothing) {
    const auto all = good_states();
    LoadForecast load;
    ASSERT_TRUE(load.load(all[0]));
    EXPECT_FALSE(load.load(std::string_view(all[0]).substr(0, 40)));
    EXPECT_EQ(load.save(), all[0]);
}

}  // namespace
}  // namespace foxtail::forecast
