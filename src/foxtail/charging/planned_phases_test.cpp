// The plan says on how many phases: a box that can switch is switched, with a pause, and stays
// while the plan waits.
#include "foxtail/charging/house_testing.hpp"

#include <gtest/gtest.h>

namespace foxtail::charging {
namespace {

struct PlannedPhases : ::testing::Test {
    PlannedPhases() {
        controller.start(now());
        controller.hear(PointRole::phases, 0, std::int64_t{3}, 1, now());
        controller.hear(PointRole::status, 0, std::string("Preparing"), 2, now());
    }
    [[nodiscard]] Moment now() const { return {Time{at.us}, at}; }
    void plan(double amps, const Value& phases) {
        controller.hear(PointRole::plan_phases, 0, phases, 3, now());
        controller.hear(PointRole::plan, 0, amps, 3, now());
    }
    /// Lets time pass; the box does as it is told. What it was switched to, in order.
    std::vector<int> pass(Duration span) {
        std::vector<int> out;
        for (const Duration until = at + span; at < until; at = at + seconds(1)) {
            controller.tick(now());
            const auto proposals = std::exchange(controller.proposals(), {});
            for (const auto& one : proposals) {
                if (one.what != Proposal::What::phases) continue;
                EXPECT_EQ(controller.points()[0].commanded_a, 0) << "only in a pause";
                out.push_back(static_cast<int>(one.value));
                controller.hear(PointRole::phases, 0, std::int64_t{out.back()}, 4, now());
            }
        }
        return out;
    }
    double amps() const { return controller.points()[0].commanded_a; }
    Controller controller{one_box(32, Mode::planned, true)};
    Duration at = seconds(100);
};

TEST_F(PlannedPhases, one_is_switched_to_and_charged_on) {
    plan(16, std::int64_t{1});
    EXPECT_EQ(pass(minutes(5)), std::vector<int>{1});
    EXPECT_EQ(amps(), 16);
}

TEST_F(PlannedPhases, while_the_plan_waits_nothing_is_switched) {
    plan(16, std::int64_t{1});
    (void)pass(minutes(5));
    plan(0, Null{});
    EXPECT_TRUE(pass(minutes(30)).empty());
    EXPECT_EQ(amps(), 0);
    plan(16, std::int64_t{3});
    EXPECT_EQ(pass(minutes(30)), std::vector<int>{3});
    EXPECT_EQ(amps(), 16);
}

TEST_F(PlannedPhases, a_plan_that_does_not_say_leaves_them_as_they_are) {
    plan(16, Null{});
    EXPECT_TRUE(pass(minutes(5)).empty());
    EXPECT_EQ(amps(), 16);
}

}  // namespace
}  // namespace foxtail::charging
