#include "foxtail/planner/check.hpp"
#include "foxtail/planner/hostile_testing.hpp"
#include "foxtail/planner/house_testing.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/solver/clp.hpp"

#include <cstdlib>
#include <memory>

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

/// CLP, counting what it is asked.
class Counting final : public planner::LinearSolver {
public:
    explicit Counting(int& solves) : solves_(solves), clp_(make_clp()) {}
    void load(const planner::Model& model) override { clp_->load(model); }
    [[nodiscard]] planner::Basis basis() const override { return clp_->basis(); }
    void begin_from(const planner::Basis& basis) override { clp_->begin_from(basis); }
    void give_up_above(double cost) override { clp_->give_up_above(cost); }
    void set_bounds(int column, double lower, double upper) override {
        clp_->set_bounds(column, lower, upper);
    }
    void set_cost(int column, double cost) override { clp_->set_cost(column, cost); }
    void set_row(int row, double lower, double upper) override { clp_->set_row(row, lower, upper); }
    [[nodiscard]] planner::Solution solve(int iterations_max) override {
        ++solves_;
        return clp_->solve(iterations_max);
    }

private:
    int& solves_;
    std::unique_ptr<planner::LinearSolver> clp_;
};

/// What the plan said of this quarter hour has happened.
void carry_out(planner::Request& r, const planner::Plan& plan) {
    const auto until = plan.slots.front().until;
    for (const auto& course : plan.courses) {
        const double level = course.steps.front().level;
        for (auto& battery : r.batteries) {
            if (battery.name == course.name) battery.energy_kwh = level;
        }
        for (auto& car : r.cars) {
            if (car.name == course.name) car.energy_kwh = level;
        }
        for (auto& zone : r.zones) {
            if (zone.name != course.name) continue;
            const bool runs = course.steps.front().kw > 0;
            zone.in_state = runs == zone.running ? zone.in_state + (until - r.now) : until - r.now;
            zone.running = runs;
            zone.temperature_c = level;
        }
    }
    r.now = until;
}

TEST(Plans, when_the_quarter_turns_what_was_decided_is_taken_up_without_looking_for_it_again) {
    for (const auto season : {Season::winter, Season::spring, Season::summer, Season::autumn}) {
        auto r = house({season, Tariff::dynamic});
        int solves = 0;
        Planner planner(std::make_unique<Counting>(solves));
        auto plan = planner.plan(r);
        const int first = solves;
        carry_out(r, plan);
        solves = 0;
        plan = planner.plan(r);
        EXPECT_LT(solves, first / 2) << static_cast<int>(season);
        EXPECT_EQ(check(make_scene(r), plan).broken, std::vector<std::string>{});
        const auto anew = Planner(make_clp()).plan(r);
        EXPECT_LT(plan.objective_eur, anew.objective_eur + 0.02) << static_cast<int>(season);
    }
}

TEST(Plans, what_is_given_up_as_too_dear_leaves_nothing_behind_in_what_is_taken) {
    for (const auto season : {Season::spring, Season::autumn}) {
        auto r = house({season, Tariff::dynamic, 9});
        Planner planner(make_clp());
        planner.accept(planner.plan(r));
        for (int event = 1; event <= 24; ++event) {  // the sun moves each time, now and then a wish
            r.now = r.now + minutes(1);
            r.cars.front().energy_kwh += 0.04;
            const double sun = 0.9 + 0.2 * planner::house_testing::chance(7, event, 8);
            for (auto& kw : r.sun_kw.values) kw *= sun;
            if (event % 6 == 0) *r.cars.front().sessions.front().target_kwh += 1;
            const auto plan = planner.plan(r);
            planner.accept(plan);
            EXPECT_EQ(check(make_scene(r), plan).broken, std::vector<std::string>{});
            const auto anew = Planner(make_clp()).plan(r);
            EXPECT_LT(plan.objective_eur, anew.objective_eur + 0.04)
                << static_cast<int>(season) << " " << event;
        }
    }
}

TEST(Plans, what_is_paid_at_the_end_decides_what_is_left_there) {
    const auto at_end = [](double car_kwh, double zone_k) {
        auto r = house({Season::autumn, Tariff::flat});
        r.horizon = hours(12);
        r.cars.front().sessions = {{r.now, r.now + hours(20), {}, 0, 1, ""}};
        r.left = planner::Left{0.1, car_kwh, {zone_k}, {}};
        const auto plan = Planner(make_clp()).plan(r);
        const auto checked = check(make_scene(r), plan);
        EXPECT_EQ(checked.broken, std::vector<std::string>{});
        EXPECT_NEAR(checked.objective_eur(), plan.objective_eur, 1e-4);
        return plan;
    };
    const auto level = [](const planner::Plan& plan, planner::Kind kind) {
        for (const auto& course : plan.courses)
            if (course.kind == kind) return course.steps.back().level;
        return 0.0;
    };
    using planner::Kind;
    EXPECT_NEAR(level(at_end(0.9, 0), Kind::car), 60, 0.1);
    EXPECT_NEAR(level(at_end(0.1, 0), Kind::car), 22, 0.1);
    EXPECT_GT(level(at_end(0.1, 3), Kind::heat_pump), level(at_end(0.1, 0), Kind::heat_pump) + 1);
}

TEST(Plans, the_same_quarters_in_the_same_order_give_the_same_plans) {
    auto r = house({Season::spring, Tariff::dynamic});
    Planner one(make_clp());
    Planner other(make_clp());
    for (int quarter = 0; quarter < 6; ++quarter) {
        const auto plan = one.plan(r);
        const auto again = other.plan(r);
        ASSERT_EQ(plan.slots.size(), again.slots.size());
        EXPECT_EQ(plan.objective_eur, again.objective_eur);
        for (std::size_t i = 0; i < plan.courses.size(); ++i) {
            for (std::size_t t = 0; t < plan.slots.size(); ++t) {
                EXPECT_EQ(plan.courses[i].steps[t].kw, again.courses[i].steps[t].kw);
            }
        }
        carry_out(r, plan);
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
