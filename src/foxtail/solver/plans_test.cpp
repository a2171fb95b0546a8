#include "foxtail/planner/check.hpp"
#include "foxtail/planner/hostile_testing.hpp"
#include "foxtail/planner/house_testing.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/solver/clp.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace foxtail::solver {
namespace {

using planner::check;
using planner::Hostile;
using planner::house;
using planner::make_scene;
using planner::Planner;
using planner::Season;
using planner::Stage;
using planner::Tariff;

/// A hundredth of them under the sanitizers, which make each fifty times as slow.
int hostile_requests() {
    const char* said = std::getenv("FOX_HOSTILE_PLANS");
    return said ? std::atoi(said) : 300;
}

TEST(Plans, a_full_house_has_a_plan_that_holds_in_every_season_and_tariff) {
    for (const auto season : {Season::winter, Season::spring, Season::summer, Season::autumn}) {
        for (const auto tariff : {Tariff::dynamic, Tariff::flat, Tariff::day_night,
                                  Tariff::both_ways, Tariff::negative}) {
            const auto r = house({season, tariff});
            Planner planner(make_clp());
            const auto plan = planner.plan(r);
            EXPECT_EQ(plan.stage, Stage::dive);
            const auto scene = make_scene(r);
            const auto checked = check(scene, plan);
            EXPECT_EQ(checked.broken, std::vector<std::string>{});
            EXPECT_NEAR(checked.objective_eur(), plan.objective_eur, 1e-4);
        }
    }
}

TEST(Plans, whatever_is_asked_there_is_a_plan_that_breaks_no_limit) {
    const char* from = std::getenv("FOX_HOSTILE_FROM");
    const int first = from ? std::atoi(from) : 0;
    int thumbs = 0;
    for (int seed = first; seed < first + hostile_requests(); ++seed) {
        const auto r = Hostile(static_cast<std::uint64_t>(seed)).request();
        Planner planner(make_clp());
        const auto plan = planner.plan(r);
        ASSERT_FALSE(plan.slots.empty()) << "seed " << seed;
        const auto checked = check(make_scene(r), plan);
        EXPECT_EQ(checked.broken, std::vector<std::string>{})
            << "seed " << seed << " " << planner::stage_names[static_cast<std::size_t>(plan.stage)];
        if (plan.stage == Stage::rules_of_thumb) {
            ++thumbs;
            std::printf("seed %d by rules of thumb\n", seed);
        }
    }
    RecordProperty("by_rules_of_thumb", thumbs);
}

}  // namespace
}  // namespace foxtail::solver
