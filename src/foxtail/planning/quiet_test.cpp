// Hours in which machines make no noise: configured, said by somebody, kept over a restart.
#include "foxtail/base/bytes.hpp"
#include "foxtail/planning/planning_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::planning {
namespace {

using ::testing::HasSubstr;

TEST(QuietHours, are_read_and_written_as_people_say_them) {
    const auto night = parse_quiet("22:00 to 6:30");
    ASSERT_TRUE(night);
    EXPECT_EQ(format_quiet(*night), "22:00 to 06:30");
    EXPECT_TRUE(night->holds(22 * 60));
    EXPECT_TRUE(night->holds(6 * 60 + 29));
    EXPECT_FALSE(night->holds(6 * 60 + 30));
    EXPECT_FALSE(night->holds(12 * 60));
    const auto noon = parse_quiet("13:00 to 15:00");
    ASSERT_TRUE(noon);
    EXPECT_TRUE(noon->holds(14 * 60));
    EXPECT_FALSE(noon->holds(15 * 60));
    EXPECT_EQ(parse_quiet(""), QuietHours{});
    EXPECT_FALSE(QuietHours{}.holds(0));
    for (const char* wrong : {"22:00", "22:00 to", "22:00 to 22:00", "25:00 to 06:00", "night"}) {
        const auto read = parse_quiet(wrong);
        ASSERT_FALSE(read) << wrong;
        EXPECT_THAT(read.error().message, HasSubstr("such as 22:00 to 06:00"));
    }
}

struct Quiet : ::testing::Test {
    Quiet() {
        site.quiet = {22 * 60, 6 * 60};
        keeper.emplace(site, utc);
        keeper->expect(flat_outlook(now.wall), planner::Tells::prices_came, 1, now);
        keeper->hear(dishes, DeviceFact::armed, 1, 2, now);
    }
    /// Quarters of the next night in which the dishwasher may not be heard.
    [[nodiscard]] double quiet_at(const char* time) const {
        const auto request = keeper->request_with(keeper->wishes(), now.wall);
        const auto& quiet = request.appliances.at(0).quiet;
        return quiet.values.empty() ? 0 : quiet.at(at(time));
    }
    Moment now{at("2026-11-23T20:05:00Z"), hours(1)};
    Site site = small_site();
    std::optional<Keeper> keeper;
};

TEST_F(Quiet, are_the_households_until_somebody_says_others) {
    EXPECT_EQ(quiet_at("2026-11-23T21:45:00Z"), 0);
    EXPECT_EQ(quiet_at("2026-11-23T22:00:00Z"), 1);
    EXPECT_EQ(quiet_at("2026-11-24T05:45:00Z"), 1);
    EXPECT_EQ(quiet_at("2026-11-24T06:00:00Z"), 0);
    ASSERT_TRUE(keeper->set_quiet(std::string("23:00 to 05:00"), "anna", 3, now));
    EXPECT_EQ(quiet_at("2026-11-23T22:00:00Z"), 0);
    EXPECT_EQ(quiet_at("2026-11-23T23:00:00Z"), 1);
    ASSERT_TRUE(keeper->set_quiet(std::string(), "anna", 4, now));
    EXPECT_EQ(quiet_at("2026-11-23T23:00:00Z"), 0) << "none at all";
    ASSERT_TRUE(keeper->set_quiet(Null{}, "anna", 5, now));
    EXPECT_EQ(quiet_at("2026-11-23T22:00:00Z"), 1) << "as configured";
    EXPECT_FALSE(keeper->set_quiet(std::string("at night"), "anna", 6, now));
    EXPECT_FALSE(keeper->set_quiet(7.5, "anna", 6, now));
}

TEST_F(Quiet, make_a_plan_due_that_says_who_said_so) {
    ASSERT_TRUE(keeper->due(now));
    keeper->planned_nothing();
    (void)keeper->due({now.wall + seconds(2), now.mono + seconds(2)});
    keeper->planned_nothing();
    ASSERT_TRUE(keeper->set_quiet(std::string("23:00 to 05:00"), "anna", 9, now));
    const auto due = keeper->due({now.wall + seconds(4), now.mono + seconds(4)});
    ASSERT_TRUE(due);
    EXPECT_EQ(planner::words_of(due->because), "anna: quiet from 23:00 to 05:00");
    EXPECT_EQ(due->cause, 9U);
    keeper->planned_nothing();
    ASSERT_TRUE(keeper->set_quiet(std::string("23:00 to 05:00"), "ben", 10, now));
    ASSERT_TRUE(keeper->set_quiet(std::string(), "ben", 11, now));
    const auto none = keeper->due({now.wall + seconds(6), now.mono + seconds(6)});
    ASSERT_TRUE(none);
    EXPECT_EQ(planner::words_of(none->because), "ben: no quiet hours");
}

TEST_F(Quiet, replace_a_plan_that_would_be_heard_and_costs_less) {
    const auto made = [&](planner::Step step, double cost) {
        planner::Plan plan;
        plan.made = now.wall;
        plan.slots.push_back({now.wall, now.wall + hours(1)});
        plan.courses.push_back({Kind::appliance, "dishes", {step}});
        for (auto* list :
             {&plan.buy_eur, &plan.sell_eur, &plan.load_kw, &plan.sun_kw, &plan.import_kw,
              &plan.export_kw, &plan.curtailed_kw, &plan.marginal_eur})
            list->assign(1, 0.3);
        plan.cost_eur = plan.objective_eur = cost;
        return plan;
    };
    ASSERT_TRUE(keeper->due(now));
    ASSERT_TRUE(keeper->planned(made({2}, 1), now).published);
    ASSERT_TRUE(keeper->set_quiet(std::string("20:00 to 05:00"), "anna", 9, now));
    now = {now.wall + seconds(2), now.mono + seconds(2)};
    ASSERT_TRUE(keeper->due(now));
    EXPECT_TRUE(keeper->planned(made({0}, 3), now).published);
}

TEST_F(Quiet, do_not_hold_for_what_somebody_wants_now) {
    ASSERT_TRUE(keeper->set(dishes, Setting::mode, std::string("now"), "anna", 3, now));
    EXPECT_EQ(quiet_at("2026-11-23T22:00:00Z"), 0);
}

TEST_F(Quiet, are_kept_over_a_restart) {
    ASSERT_TRUE(keeper->set_quiet(std::string("23:00 to 05:00"), "anna", 3, now));
    const auto bytes = keeper->save();
    Keeper again(site, utc);
    ASSERT_TRUE(again.load(bytes));
    EXPECT_EQ(again.wishes().quiet, (QuietHours{23 * 60, 5 * 60}));
    EXPECT_EQ(again.save(), bytes);
}

TEST_F(Quiet, what_was_kept_before_there_were_any_is_read) {
    std::string old;
    ByteWriter out(old);
    out.u64(2);
    out.i64(at("2026-11-24T18:00:00Z").us);
    out.text("ben");
    out.u64(0);  // devices
    Keeper again(site, utc);
    ASSERT_TRUE(again.load(old));
    EXPECT_EQ(again.wishes().away_by, "ben");
    EXPECT_FALSE(again.wishes().quiet) << "as configured";
    std::string unknown;
    ByteWriter(unknown).u64(4);
    EXPECT_FALSE(Keeper(site, utc).load(unknown));
}

}  // namespace
}  // namespace foxtail::planning
