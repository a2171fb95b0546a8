#include "foxtail/planner/check.hpp"
#include "foxtail/planner/house_testing.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/solver/clp.hpp"

#include <gtest/gtest.h>

namespace foxtail::solver {
namespace {

using namespace planner;

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

}  // namespace
}  // namespace foxtail::solver
