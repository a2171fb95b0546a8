#include "foxtail/solver/clp.hpp"

#include "foxtail/planner/formulation.hpp"
#include "foxtail/planner/house_testing.hpp"
#include "foxtail/planner/planner.hpp"

#include <gtest/gtest.h>

namespace foxtail::solver {
namespace {

using planner::Model;
using planner::Season;
using planner::Status;
using planner::Tariff;

Model household(Season season) {
    return planner::formulate(planner::make_scene(planner::house({season, Tariff::dynamic}))).model;
}

TEST(Clp, another_value_of_a_column_costs_at_least_what_its_reduced_cost_says) {
    for (const auto season : {Season::spring, Season::autumn}) {
        const auto model = household(season);
        const auto clp = make_clp();
        clp->load(model);
        const auto optimum = clp->solve(50'000);
        ASSERT_EQ(optimum.status, Status::optimal);
        ASSERT_EQ(optimum.reduced.size(), model.columns.size());
        int dearer = 0;
        for (std::size_t i = 0; i < model.columns.size(); ++i) {
            const auto& column = model.columns[i];
            if (!column.whole || column.lower == column.upper) continue;
            const double contrary = optimum.x[i] > 0.5 ? 0 : 1;
            clp->set_bounds(static_cast<int>(i), contrary, contrary);
            const auto other = clp->solve(50'000);
            clp->set_bounds(static_cast<int>(i), column.lower, column.upper);
            if (other.status != Status::optimal) continue;
            const double said = optimum.reduced[i] * (contrary - optimum.x[i]);
            EXPECT_GE(other.objective, optimum.objective + said - 1e-6) << i;
            dearer += said > 1e-3;
        }
        EXPECT_GT(dearer, 0);  // else it would say nothing
    }
}

TEST(Clp, a_solve_that_hangs_is_given_up_and_there_is_a_plan_all_the_same) {
    const auto clp = make_clp(0);
    clp->load(household(Season::spring));
    EXPECT_NE(clp->solve(50'000).status, Status::optimal);
    planner::Planner planner(make_clp(0));
    const auto plan = planner.plan(planner::house({Season::spring, Tariff::dynamic}));
    EXPECT_EQ(plan.stage, planner::Stage::rules_of_thumb);
    EXPECT_FALSE(plan.slots.empty());
}

TEST(Clp, gives_up_above_a_cost_and_goes_on_from_a_basis_as_if_it_had_not) {
    const auto model = household(Season::spring);
    const auto clp = make_clp();
    clp->load(model);
    const auto optimum = clp->solve(50'000);
    const auto basis = clp->basis();
    std::size_t column = 0;
    double most = 0;
    for (std::size_t i = 0; i < model.columns.size(); ++i) {
        if (!model.columns[i].whole || optimum.reduced[i] <= most) continue;
        most = optimum.reduced[i];
        column = i;
    }
    ASSERT_GT(most, 0.01);
    clp->set_bounds(static_cast<int>(column), 1, 1);
    clp->give_up_above(optimum.objective + most / 2);
    EXPECT_EQ(clp->solve(50'000).status, Status::stopped);
    clp->give_up_above(Model::infinite);
    EXPECT_GE(clp->solve(50'000).objective, optimum.objective + most - 1e-6);
    clp->set_bounds(static_cast<int>(column), 0, 1);
    clp->begin_from(basis);
    EXPECT_NEAR(clp->solve(50'000).objective, optimum.objective, 1e-7);
}

TEST(Clp, what_cannot_be_is_told_from_what_is_too_dear) {
    auto model = household(Season::spring);
    const auto clp = make_clp();
    clp->load(model);
    const auto optimum = clp->solve(50'000);
    clp->give_up_above(optimum.objective + 1000);
    clp->set_row(static_cast<int>(model.rows.size()) - 1, -Model::infinite,
                 optimum.objective - 1);  // the row of the money: less than is possible
    EXPECT_NE(clp->solve(50'000).status, Status::optimal);
    clp->set_row(static_cast<int>(model.rows.size()) - 1, -Model::infinite, Model::infinite);
    EXPECT_NEAR(clp->solve(50'000).objective, optimum.objective, 1e-6);
}

}  // namespace
}  // namespace foxtail::solver
