// What a reason says with numbers holds of these numbers, whatever the house. The claims are looked
// at here in the plan itself, not with what made the sentences.
#include "foxtail/planner/comparison.hpp"
#include "foxtail/planner/hostile_testing.hpp"
#include "foxtail/planner/house_testing.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/planning/planning_testing.hpp"
#include "foxtail/planning/words.hpp"
#include "foxtail/solver/clp.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <regex>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

using planner::Course;
using planner::Kind;
using planner::Plan;

/// Of a claim with two numbers: whether they may stand so.
struct Claim {
    const char* form;
    bool (*holds)(double first, double second);
};
const auto less = [](double a, double b) { return a < b; };
const auto more = [](double a, double b) { return a > b; };
const std::vector<Claim> claims = {
    {"Waits until [^:]*\\d\\d:\\d\\d: (-?[\\d.]+) EUR/kWh then, (-?[\\d.]+) now", less},
    {"a kWh costs the house (-?[\\d.]+) EUR then, (-?[\\d.]+) now", less},
    {"fed in it would bring (-?[\\d.]+) EUR/kWh; (-?[\\d.]+) now", less},
    {"from the sun then, (-?[\\d.]+) EUR/kWh; (-?[\\d.]+) now", less},
    {"power is cheap: (-?[\\d.]+) EUR/kWh, (-?[\\d.]+) on average", less},
    {"later hours are dearer: up to (-?[\\d.]+) EUR/kWh, (-?[\\d.]+) now", more},
};

bool gives(const Plan& plan, std::size_t t, double kw) {
    return std::any_of(plan.courses.begin(), plan.courses.end(),
                       [=](const Course& one) { return one.steps[t].kw < -kw; });
}

/// Whether the sun gives more than the house's load while it runs next, from its first slot on.
bool sunny_then(const Plan& plan, const Course& course, std::size_t t) {
    const auto first = planner::next_work(course, t);
    if (!first) return false;
    double spare = 0;
    for (std::size_t i = *first; i < plan.slots.size() && course.steps[i].kw > 0.02; ++i) {
        spare += plan.sun_kw[i] - plan.load_kw[i];
        if (course.kind != Kind::appliance) break;
    }
    return spare > 0;
}

/// What a sentence says of the house without two numbers.
std::map<std::string, bool> facts_in(const Plan& plan, const Course& course, std::size_t t) {
    const bool buys = plan.import_kw[t] > 0.06;
    const bool stores = course.kind == Kind::battery;
    const bool sunny = sunny_then(plan, course, t);
    return {
        {"the sun gives more than the house takes",
         !buys && !gives(plan, t, 0.06) && plan.sun_kw[t] > plan.load_kw[t] - 0.1},
        {"what is stored gives it", gives(plan, t, 0.04)},
        {"taking power is paid for", plan.buy_eur[t] < 0},
        {"power from the grid would cost", course.steps[t].kw < 0},
        {"storing more would bring no more", plan.export_kw[t] + plan.curtailed_kw[t] > 0.04},
        {"there is nothing in it to give", stores && course.steps[t].kw < 0.06},
        {"the sun gives it then", sunny},
        {"most of it comes from the sun then", sunny},
    };
}

std::string slot_words(const Course& course, std::size_t t) {
    return course.name + " in slot " + std::to_string(t) + " at " +
           std::to_string(course.steps[t].kw) + " kW";
}

class Sentences : public ::testing::Test {
public:
    /// Of all devices in all slots.
    void look_at(const Plan& plan, const std::string& house) {
        const planning::Speech speech{planning::utc, "EUR"};
        for (const Course& course : plan.courses)
            for (std::size_t t = 0; t < plan.slots.size(); ++t) {
                const auto words = planning::why_now(plan, course, {}, plan.slots[t].from, speech) +
                                   " " + planning::why_slot(plan, course, t, speech);
                look_at(words, plan, course, t, house);
            }
    }
    int told = 0;  // claims with two numbers

private:
    void look_at(const std::string& words, const Plan& plan, const Course& course, std::size_t t,
                 const std::string& house) {
        const auto where = house + ": " + slot_words(course, t) + ": " + words;
        for (std::size_t i = 0; i < claims.size(); ++i) {
            std::smatch found;
            if (!std::regex_search(words, found, forms_[i])) continue;
            ++told;
            EXPECT_TRUE(claims[i].holds(std::stod(found[1]), std::stod(found[2]))) << where;
        }
        for (const auto& [claim, holds] : facts_in(plan, course, t))
            EXPECT_TRUE(words.find(claim) == std::string::npos || holds) << where;
    }
    std::vector<std::regex> forms_ = [] {
        std::vector<std::regex> out;
        for (const Claim& one : claims) out.emplace_back(one.form);
        return out;
    }();
};

TEST_F(Sentences, never_contradict_their_numbers_in_houses_made_by_chance) {
    std::mt19937_64 chance(7);
    const auto pick = [&](int count) {
        return static_cast<int>(chance() % static_cast<std::uint64_t>(count));
    };
    for (int n = 0; n < 40; ++n) {
        planner::HouseOf of;
        of.season = static_cast<planner::Season>(pick(4));
        of.tariff = static_cast<planner::Tariff>(pick(5));
        of.hour = pick(24);
        of.day = pick(300);
        of.gives_back = pick(3) == 0;
        of.feed_in_eur =
            std::vector<double>{0.0, 0.08, 0.25, 0.4}[static_cast<std::size_t>(pick(4))];
        auto request = planner::house(of);
        request.batteries[0].energy_kwh = pick(100) / 10.0;
        request.batteries[0].grid_export = pick(3) == 0;
        if (pick(3) == 0) request.batteries[0].reserve_kwh = planner::Series::constant(4);
        if (pick(3) == 0) request.connection.export_max_kw = 0;
        look_at(planner::Planner(solver::make_clp()).plan(request), "house " + std::to_string(n));
    }
    EXPECT_GT(told, 1000) << "else this looked at next to nothing";
}

TEST_F(Sentences, never_contradict_their_numbers_in_houses_nobody_should_have) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed)
        look_at(planner::Planner(solver::make_clp()).plan(planner::Hostile(seed).request()),
                "hostile house " + std::to_string(seed));
    EXPECT_GT(told, 100);
}

}  // namespace
}  // namespace foxtail
