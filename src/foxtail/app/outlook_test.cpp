#include "foxtail/app/outlook.hpp"

#include "foxtail/base/bytes.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/planning/planning_testing.hpp"

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

struct OutlookTest : ::testing::Test {
    OutlookTest() {
        config.tariff.buy.kind = forecast::Price::Kind::dynamic;
        config.sun_forecast = SourceConfig{};
        config.sun.address = "roof/power";
    }
    /// A price for each hour of a day.
    [[nodiscard]] planner::Series told() const {
        planner::Series out;
        out.from = now.wall;
        out.step = hours(1);
        for (int hour = 0; hour < 24; ++hour) out.values.push_back(0.1 + 0.01 * hour);
        return out;
    }
    PlanningConfig config;
    Moment now{planning::at("2026-11-23T20:00:00Z"), hours(1)};
    planning::Keeper keeper{planning::small_site(), planning::utc};
};

TEST_F(OutlookTest, prices_that_were_told_outlive_a_restart_and_damage_changes_nothing) {
    Outlooker outlooker(config, planning::utc);
    outlooker.told(Outlooker::Of::prices, told(), now);
    const auto bytes = outlooker.save_prices();
    Outlooker again(config, planning::utc);
    ASSERT_TRUE(again.load_prices(bytes));
    const auto outlook = again.outlook(keeper, now);
    EXPECT_EQ(outlook.buy.known_until, now.wall + hours(24));
    EXPECT_NEAR(outlook.buy.eur.at(now.wall + hours(5)), 0.15, 1e-9);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        Outlooker damaged(config, planning::utc);
        EXPECT_FALSE(damaged.load_prices(std::string_view(bytes).substr(0, cut))) << cut;
        EXPECT_EQ(damaged.save_prices(), Outlooker(config, planning::utc).save_prices());
    }
}

TEST_F(OutlookTest, a_source_that_is_late_is_news_is_guessed_and_stands_beside_its_score) {
    Outlooker outlooker(config, planning::utc);
    Outlooker::Source sun{Outlooker::Of::sun, "open_meteo, weather.example", now.wall, {}, false};
    EXPECT_TRUE(outlooker.look_at({sun})) << "the first time";
    EXPECT_FALSE(outlooker.look_at({sun}));
    const auto late = ::testing::HasSubstr("open_meteo, weather.example has told nothing since");
    EXPECT_THAT(planner::words_of(outlooker.outlook(keeper, now).guessed), Not(late));
    sun.late = true;
    sun.failed = "503";
    EXPECT_TRUE(outlooker.look_at({sun}));
    EXPECT_THAT(planner::words_of(outlooker.outlook(keeper, now).guessed), late);
    EXPECT_THAT(outlooker.scores_json(),
                HasSubstr(R"("source":"open_meteo, weather.example","late":true)"));
    EXPECT_THAT(outlooker.scores_json(), HasSubstr(R"("failed":"503")"));
}

TEST_F(OutlookTest, a_house_that_will_be_empty_takes_what_an_empty_house_takes) {
    Outlooker outlooker(config, planning::utc);
    // A week that was learned: 1 kW with people, 0.2 kW on the Sunday without.
    keeper.expect(planning::flat_outlook(now.wall), {}, 0, now);
    Moment then{now.wall - days(7), hours(1)};
    for (; then.wall < now.wall; then.wall = then.wall + minutes(5)) {
        const bool home = then.wall < now.wall - days(2);
        keeper.hear(planning::HouseFact::home, home ? 1.0 : 0.0, 0, then);
        keeper.hear(planning::HouseFact::load, home ? 1.0 : 0.2, 0, then);
        outlooker.learn(keeper, then);
    }
    keeper.hear(planning::HouseFact::home, 1.0, 0, now);
    const Time from = now.wall + hours(10);
    const auto at_home = outlooker.outlook(keeper, now).load_kw.mean(from, from + hours(8));
    outlooker.told({}, {{from, from + hours(8)}});
    const auto outlook = outlooker.outlook(keeper, now);
    EXPECT_LT(outlook.load_kw.mean(from, from + hours(8)), at_home - 0.2);
    EXPECT_NEAR(outlook.load_kw.mean(from - hours(8), from), at_home, 0.3);
    EXPECT_EQ(outlook.absences.size(), 1U);
}

TEST_F(OutlookTest, how_far_the_suns_source_speaks_is_told) {
    Outlooker outlooker(config, planning::utc);
    EXPECT_EQ(outlooker.outlook(keeper, now).sun_until, now.wall);
    outlooker.told(Outlooker::Of::sun, told(), now);
    EXPECT_EQ(outlooker.outlook(keeper, now).sun_until, now.wall + hours(24));
}

TEST_F(OutlookTest, prices_that_were_guessed_are_compared_with_those_that_came) {
    Outlooker outlooker(config, planning::utc);
    outlooker.told(Outlooker::Of::prices, told(), now);
    Outlooker::Source prices{Outlooker::Of::prices, "awattar, prices.example", now.wall, {}, false};
    (void)outlooker.look_at({prices});
    keeper.expect(outlooker.outlook(keeper, now), {}, 0, now);  // a day is known, one is guessed
    auto day = told();
    day.from = now.wall + hours(24);
    for (double& eur : day.values) eur += 0.05;
    outlooker.told(Outlooker::Of::prices, day, now);
    keeper.expect(outlooker.outlook(keeper, now), {}, 0, now);
    Moment then = now;
    for (; then.wall < now.wall + hours(48); then.wall = then.wall + minutes(5))
        outlooker.learn(keeper, then);
    const auto scores = *parse_json(outlooker.scores_json());
    const auto& score = scores.at("prices").as_object();
    EXPECT_FALSE(score.contains("6h")) << "these were known";
    ASSERT_TRUE(score.contains("48h"));
    const auto& two_days = score.at("48h").as_object();
    EXPECT_NEAR(two_days.at("mae").to_number<double>(), 0.05, 1e-6);
    EXPECT_NEAR(two_days.at("bias").to_number<double>(), -0.05, 1e-6) << "too little was guessed";
    EXPECT_FALSE(two_days.contains("coverage")) << "a guess has no spread";
}

TEST_F(OutlookTest, cars_that_leave_are_compared_with_when_they_were_expected_to) {
    PlannedCarConfig car;
    car.limits.name = "leaf";
    config.cars.push_back(car);
    Outlooker outlooker(config, planning::utc);
    const Time leaves = now.wall + hours(10);
    outlooker.told({{"leaf", leaves, leaves + hours(4), 8, 1, "calendar of anna: Ulm"}}, {});
    keeper.expect(outlooker.outlook(keeper, now), {}, 0, now);
    Moment then = now;
    for (; then.wall < now.wall + hours(20); then.wall = then.wall + minutes(5)) {
        // It comes back two hours later than it was expected to.
        const bool away = then.wall >= leaves && then.wall < leaves + hours(6);
        keeper.hear(planning::leaf, planning::DeviceFact::plugged, away ? 0 : 1, 1, then);
        outlooker.learn(keeper, then);
    }
    const auto scores = *parse_json(outlooker.scores_json());
    const auto& ahead = scores.at("trips").at("24h").as_object();
    const double hours_compared = ahead.at("hours").to_number<double>();
    EXPECT_GE(hours_compared, 12);
    EXPECT_NEAR(ahead.at("mae").to_number<double>() * hours_compared, 2, 0.05);
    EXPECT_LT(ahead.at("bias").to_number<double>(), 0);
}

TEST_F(OutlookTest, what_was_learned_before_prices_and_trips_had_scores_is_read) {
    const auto bytes = Outlooker(config, planning::utc).save();
    std::string old;
    ByteReader in(bytes);
    ByteWriter out(old);
    EXPECT_EQ(in.u64(), 2U);
    out.u64(1);
    for (int part = 0; part < 6; ++part) out.text(in.text());
    (void)in.text();
    (void)in.text();
    out.u64(in.u64());  // habits: none
    Outlooker again(config, planning::utc);
    EXPECT_TRUE(again.load(old));
    EXPECT_EQ(again.save(), bytes);
    std::string unknown;
    ByteWriter(unknown).u64(3);
    EXPECT_FALSE(again.load(unknown));
}

}  // namespace
}  // namespace foxtail
