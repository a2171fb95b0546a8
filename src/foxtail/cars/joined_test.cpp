#include "foxtail/cars/joined.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::cars {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Time noon{1'800'000'000'000'000};
constexpr std::string_view soc = Joined::soc_path;

/// A trusted dongle, and two clouds that are trusted less.
class JoinedTest : public ::testing::Test {
protected:
    JoinedTest() : car(options()) {}
    static JoinedOptions options() {
        return {{{"dongle", 2}, {"cloud", 1}, {"other", 1}}, 1, 50.0, 0.9};
    }
    std::vector<Saying> hear(std::size_t source, Value value, Time at, Time now,
                             std::string_view path = soc, std::string_view unit = "%") {
        return only(car.hear(source, path, value, at, unit, hours(1), now));
    }
    /// Without the accounts of who said what.
    static std::vector<Saying> only(std::vector<Saying> all) {
        std::erase_if(all, [](const Saying& one) {
            return one.path == Joined::sources_path || one.path == Joined::believed_path;
        });
        return all;
    }
    Joined car;
};

TEST_F(JoinedTest, the_more_trusted_is_believed_while_it_is_fresh) {
    EXPECT_EQ(hear(1, 50.0, noon, noon).size(), 1U);
    const auto said = hear(0, 60.0, noon + minutes(1), noon + minutes(1));
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0], (Saying{std::string(soc), 60.0, noon + minutes(1), Quality::good}));
    EXPECT_THAT(hear(1, 51.0, noon + minutes(5), noon + minutes(5)), IsEmpty());
    EXPECT_EQ(car.believed(soc), 0U);
}

TEST_F(JoinedTest, of_equal_trust_the_newer_counts_and_a_silent_one_gives_way) {
    hear(1, 50.0, noon, noon);
    EXPECT_EQ(hear(2, 52.0, noon + minutes(1), noon + minutes(1)).size(), 1U);
    hear(0, 60.0, noon + minutes(2), noon + minutes(2));
    hear(2, 55.0, noon + minutes(50), noon + minutes(50));
    EXPECT_EQ(car.believed(soc), 0U);
    const auto later = only(car.look(noon + minutes(63)));
    ASSERT_EQ(later.size(), 1U) << "the dongle has been silent for more than an hour";
    EXPECT_EQ(later[0].value, Value(55.0));
    EXPECT_EQ(later[0].at, noon + minutes(50)) << "as old as it is";
    EXPECT_EQ(car.believed(soc), 2U);
}

TEST_F(JoinedTest, when_all_are_stale_the_newest_stays_and_keeps_its_time) {
    hear(0, 60.0, noon, noon);
    hear(1, 55.0, noon + minutes(30), noon + minutes(30));
    EXPECT_EQ(only(car.look(noon + minutes(61))).size(), 1U);
    EXPECT_THAT(only(car.look(noon + hours(9))), IsEmpty());
    EXPECT_EQ(car.believed(soc), 1U);
}

TEST_F(JoinedTest, belief_never_goes_back_in_time) {
    hear(1, 55.0, noon + minutes(30), noon + minutes(30));
    EXPECT_THAT(hear(0, 60.0, noon + minutes(10), noon + minutes(31)), IsEmpty());
    EXPECT_EQ(hear(0, 54.0, noon + minutes(31), noon + minutes(31)).size(), 1U);
    EXPECT_THAT(hear(0, 70.0, noon + minutes(5), noon + minutes(32)), IsEmpty()) << "late by radio";
}

TEST_F(JoinedTest, unknown_says_nothing) {
    hear(0, 60.0, noon, noon);
    hear(1, 55.0, noon - minutes(1), noon);
    const auto said = hear(0, Null{}, noon + minutes(1), noon + minutes(1));
    EXPECT_THAT(said, IsEmpty()) << "the cloud's word is older than what was believed";
    EXPECT_EQ(hear(1, 54.0, noon + minutes(2), noon + minutes(2)).size(), 1U);
}

TEST_F(JoinedTest, a_contradiction_that_lasts_is_told_and_taken_back) {
    hear(0, 60.0, noon, noon);
    hear(1, 50.0, noon, noon);
    EXPECT_THAT(only(car.look(noon + seconds(30))), IsEmpty()) << "they need a moment to agree";
    const auto told = only(car.look(noon + minutes(3)));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].path, Joined::conflicts_path);
    const auto& text = std::get<Json>(told[0].value).text;
    EXPECT_THAT(text, HasSubstr(R"("believed":"dongle","contradicted_by":"cloud")"));
    hear(1, 58.5, noon + minutes(4), noon + minutes(4));
    const auto over = only(car.look(noon + minutes(4)));
    ASSERT_EQ(over.size(), 1U);
    EXPECT_EQ(over[0].value, Value(Json{"[]"}));
}

TEST(JoinedContradiction, rounding_and_the_moment_are_no_contradiction) {
    EXPECT_FALSE(contradicts(60.0, std::int64_t{62}, "%"));
    EXPECT_TRUE(contradicts(60.0, 64.0, "%"));
    EXPECT_FALSE(contradicts(7000.0, 0.0, "W"));
    EXPECT_TRUE(contradicts(true, false, ""));
    EXPECT_TRUE(contradicts("asleep", "online", ""));
    EXPECT_FALSE(contradicts(std::int64_t{300000}, std::int64_t{290000}, "m"));
    EXPECT_TRUE(contradicts(48.0, 48.1, "deg"));
}

// ---- what is reckoned

TEST_F(JoinedTest, a_silent_car_that_charges_has_an_estimated_state) {
    hear(0, 40.0, noon, noon);
    EXPECT_THAT(only(car.metered(0, 1'000'000, true, noon + minutes(1), noon + minutes(1))),
                IsEmpty());
    EXPECT_THAT(only(car.metered(0, 1'000'500, true, noon + minutes(3), noon + minutes(3))),
                IsEmpty())
        << "the car spoke a moment ago";
    const Time later = noon + hours(1);
    const auto said = only(car.metered(0, 1'010'000, true, later, later));
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].quality, Quality::estimated);
    EXPECT_EQ(said[0].at, later);
    EXPECT_EQ(said[0].value, Value(58.0)) << "10 kWh of which 9 arrive, in 50 kWh";
    const auto word = hear(0, 57.0, later + minutes(1), later + minutes(1));
    ASSERT_EQ(word.size(), 1U) << "the car's own word ends it";
    EXPECT_EQ(word[0].quality, Quality::good);
}

TEST_F(JoinedTest, energy_counts_from_the_time_of_the_cars_word) {
    hear(0, 40.0, noon, noon);
    for (int i = 0; i <= 12; ++i) {
        const Time at = noon + minutes(10 * i);
        (void)car.metered(0, 1000.0 * i, true, at, at);
    }
    // An older word comes late: of an hour ago, 46 %.
    const auto said = hear(0, 46.0, noon + hours(1), noon + hours(2));
    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(said[1].quality, Quality::estimated);
    EXPECT_EQ(said[1].value, Value(56.8)) << "and six kWh since";
}

TEST_F(JoinedTest, what_did_not_go_into_this_car_is_not_counted) {
    hear(0, 40.0, noon, noon);
    const Time at = noon + hours(1);
    (void)car.metered(0, 1000, true, at, at);
    EXPECT_THAT(only(car.metered(0, 9000, false, at + minutes(10), at + minutes(10))), IsEmpty());
    EXPECT_THAT(only(car.metered(0, 12'000, true, at + minutes(20), at + minutes(20))), IsEmpty())
        << "it was not there all the time";
    EXPECT_THAT(only(car.metered(0, 50, true, at + minutes(30), at + minutes(30))), IsEmpty())
        << "the register was reset";
    EXPECT_THAT(only(car.metered(0, 900'050, true, at + minutes(40), at + minutes(40))), IsEmpty())
        << "a leap";
    EXPECT_EQ(only(car.metered(0, 901'050, true, at + minutes(50), at + minutes(50))).size(), 1U);
}

TEST(JoinedEstimate, without_a_capacity_or_a_first_word_nothing_is_made_up) {
    Joined car({{{"a", 1}}, 1, std::nullopt, 0.9});
    EXPECT_THAT(car.metered(0, 0, true, noon, noon), IsEmpty());
    EXPECT_THAT(car.metered(0, 5000, true, noon + hours(1), noon + hours(1)), IsEmpty());
    (void)car.hear(0, soc, 50.0, noon + hours(1), "%", hours(1), noon + hours(1));
    EXPECT_THAT(car.metered(0, 6000, true, noon + hours(2), noon + hours(2)), IsEmpty());
    (void)car.hear(0, "Foxtail.Battery.NetCapacity", 100.0, noon + hours(2), "kW.h", std::nullopt,
                   noon + hours(2));
    const auto said = car.metered(0, 7000, true, noon + hours(3), noon + hours(3));
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].value, Value(51.8));
}

TEST_F(JoinedTest, a_full_battery_gets_no_fuller) {
    hear(0, 99.0, noon, noon);
    (void)car.metered(0, 0, true, noon, noon);
    const auto said = only(car.metered(0, 20'000, true, noon + hours(1), noon + hours(1)));
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].value, Value(100.0));
}

TEST_F(JoinedTest, that_nothing_more_goes_in_is_known_as_well) {
    hear(0, 40.0, noon, noon);
    for (int i = 0; i <= 18; ++i) {
        const Time at = noon + minutes(10 * i);
        const auto said = only(car.metered(0, 7000, true, at, at));
        if (i == 0) continue;
        ASSERT_EQ(said.size(), 1U) << i;
        EXPECT_EQ(said[0], (Saying{std::string(soc), 40.0, at, Quality::estimated}));
        EXPECT_THAT(car.metered(0, 7000, true, at + minutes(1), at + minutes(1)), IsEmpty());
    }
}

TEST_F(JoinedTest, a_restart_in_the_middle_loses_no_energy) {
    hear(0, 40.0, noon, noon);
    (void)car.metered(0, 0, true, noon + minutes(1), noon + minutes(1));
    (void)car.metered(0, 5000, true, noon + hours(1), noon + hours(1));
    Joined again(options());
    ASSERT_TRUE(again.load(car.save()));
    again.recall(0, soc, 40.0, noon, "%", hours(1));
    again.recalled(noon + hours(1));
    EXPECT_EQ(again.believed(soc), 0U);
    const auto said = only(again.metered(0, 10'000, true, noon + hours(2), noon + hours(2)));
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].value, Value(58.0)) << "also what was charged meanwhile";
    const std::string bytes = car.save();
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(again.load(std::string_view(bytes).substr(0, size)));
}

TEST_F(JoinedTest, whatever_is_said_in_whatever_order_time_does_not_go_back_and_it_is_repeatable) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        std::vector<Saying> runs[2];
        for (auto& said : runs) {
            std::mt19937 random(seed);
            Joined one(options());
            Time now = noon;
            Time last;
            for (int i = 0; i < 400; ++i) {
                now = now + seconds(static_cast<std::int64_t>(random() % 600));
                const Time at = now - seconds(static_cast<std::int64_t>(random() % 3000));
                std::vector<Saying> out;
                if (random() % 3 == 0) {
                    out = one.metered(0, static_cast<double>(i) * 100, random() % 8 != 0, now, now);
                } else {
                    const Value value{static_cast<double>(random() % 100)};
                    out = one.hear(random() % 3, soc, value, at, "%", minutes(20), now);
                }
                for (Saying& each : out) {
                    if (each.path == soc && each.quality == Quality::good) {
                        EXPECT_GE(each.at, last);
                        last = each.at;
                    }
                    said.push_back(std::move(each));
                }
            }
        }
        EXPECT_EQ(runs[0], runs[1]);
        EXPECT_FALSE(runs[0].empty());
    }
}

}  // namespace
}  // namespace foxtail::cars
