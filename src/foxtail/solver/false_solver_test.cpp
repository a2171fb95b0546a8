// Solvers that hang, fail, lie or talk nonsense: there is a plan, and it holds.
#include "foxtail/planner/check.hpp"
#include "foxtail/planner/house_testing.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/solver/clp.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace foxtail::solver {
namespace {

using planner::check;
using planner::LinearSolver;
using planner::make_scene;
using planner::Model;
using planner::Plan;
using planner::Planner;
using planner::Solution;
using planner::Stage;
using planner::Status;

enum class Fault { gives_up, fails, infeasible, not_numbers, too_short, empty, wrong_point, zeros };

/// Answers as CLP would, until the given solve; from then on falsely.
class False final : public LinearSolver {
public:
    False(Fault fault, int true_answers) : fault_(fault), left_(true_answers) {}

    void load(const Model& model) override {
        columns_ = model.columns.size();
        rows_ = model.rows.size();
        clp_->load(model);
    }
    void set_bounds(int column, double lower, double upper) override {
        clp_->set_bounds(column, lower, upper);
    }
    void set_cost(int column, double cost) override { clp_->set_cost(column, cost); }
    void set_row(int row, double lower, double upper) override { clp_->set_row(row, lower, upper); }

    Solution solve(int iterations_max) override {
        if (left_-- > 0) return clp_->solve(iterations_max);
        Solution lie;
        lie.status = Status::optimal;
        lie.x.assign(columns_, 1);
        lie.dual.assign(rows_, 0);
        switch (fault_) {
            case Fault::gives_up:
                lie.status = Status::stopped;
                break;
            case Fault::fails:
                lie.status = Status::failed;
                break;
            case Fault::infeasible:
                lie.status = Status::infeasible;
                break;
            case Fault::not_numbers:
                lie.x.assign(columns_, std::numeric_limits<double>::quiet_NaN());
                break;
            case Fault::too_short:
                lie.x.resize(columns_ / 2);
                break;
            case Fault::empty:
                lie.x.clear();
                lie.dual.clear();
                break;
            case Fault::wrong_point:
                break;
            case Fault::zeros:
                lie.x.assign(columns_, 0);
                break;
        }
        return lie;
    }

private:
    Fault fault_;
    int left_;
    std::size_t columns_ = 0;
    std::size_t rows_ = 0;
    std::unique_ptr<LinearSolver> clp_ = make_clp();
};

TEST(FalseSolver, there_is_always_a_plan_that_holds) {
    const auto r = planner::house({});
    const auto scene = make_scene(r);
    for (int fault = 0; fault <= static_cast<int>(Fault::zeros); ++fault) {
        for (const int true_answers : {0, 1, 3, 7, 12}) {
            Planner planner(std::make_unique<False>(static_cast<Fault>(fault), true_answers));
            const auto plan = planner.plan(r);
            ASSERT_EQ(plan.slots.size(), scene.size());
            EXPECT_EQ(check(scene, plan).broken, std::vector<std::string>{})
                << "fault " << fault << " after " << true_answers;
            if (true_answers == 0) {
                EXPECT_EQ(plan.stage, Stage::rules_of_thumb);
            }
            (void)planner.alternatives(20);
            (void)planner.task();
        }
    }
}

TEST(FalseSolver, one_that_recovers_plans_again) {
    const auto r = planner::house({});
    Planner planner(make_clp());
    EXPECT_EQ(planner.plan(r).stage, Stage::dive);
    Planner broken(std::make_unique<False>(Fault::fails, 0));
    EXPECT_EQ(broken.plan(r).stage, Stage::rules_of_thumb);
    EXPECT_TRUE(broken.alternatives(20).empty());
    EXPECT_TRUE(broken.task().model.columns.empty());
    EXPECT_FALSE(broken.improve(1, {}).has_value());
}

TEST(FalseSolver, rules_of_thumb_charge_the_car_and_keep_the_house_warm) {
    const auto r = planner::house({});
    Planner broken(std::make_unique<False>(Fault::fails, 0));
    const auto plan = broken.plan(r);
    for (const auto& course : plan.courses) {
        for (const auto& goal : course.goals) {
            EXPECT_NE(goal.state, planner::Goal::State::missed) << course.name << " " << goal.what;
        }
    }
}

}  // namespace
}  // namespace foxtail::solver
