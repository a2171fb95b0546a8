#include "foxtail/grants/narrower.hpp"

#include "foxtail/grants/pattern.hpp"
#include "foxtail/grants/verdict.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

GrantGiven to_the_insurer() {
    GrantGiven given;
    given.addresses = {"car/*", "trailer/mileage"};
    given.verbs =
        static_cast<std::uint16_t>(Verb::read) | static_cast<std::uint16_t>(Verb::history);
    given.from = Time{1'790'000'000'000'000};
    given.until = given.from + days(365);
    given.purpose = "tariff";
    given.terms.except = {"car/place"};
    given.terms.when.from_minute = 8 * 60;
    given.terms.when.until_minute = 20 * 60;
    given.terms.when.reads_per_hour = 60;
    given.terms.obligation = {hours(1), minutes(30), 5, Aggregate::sum};
    given.terms.envelope = {10.0, 20.0, {"11", "12"}, 4};
    given.terms.history_window = days(30);
    given.terms.erase_after = days(90);
    given.terms.purpose_code = "insurance";
    return given;
}

struct Case {
    const char* what;
    std::function<void(GrantGiven&)> change;
};

TEST(Narrower, the_same_and_each_single_narrowing_is_taken) {
    const GrantGiven was = to_the_insurer();
    EXPECT_TRUE(check_narrower(was, was));
    const Case cases[] = {
        {"one address", [](GrantGiven& g) { g.addresses = {"car/mileage"}; }},
        {"a pattern in a pattern", [](GrantGiven& g) { g.addresses = {"car/trip*"}; }},
        {"fewer verbs", [](GrantGiven& g) { g.verbs = static_cast<std::uint16_t>(Verb::read); }},
        {"an earlier end", [](GrantGiven& g) { g.until = g.until - days(100); }},
        {"a later begin", [](GrantGiven& g) { g.from = g.from + days(1); }},
        {"more left out",
         [](GrantGiven& g) {
             g.terms.except = {"car/p*", "car/speed"};
         }},
        {"fewer hours", [](GrantGiven& g) { g.terms.when.until_minute = 19 * 60; }},
        {"some weekdays", [](GrantGiven& g) { g.terms.when.weekdays = 0b11111; }},
        {"with presence", [](GrantGiven& g) { g.terms.when.presence = "anna/home"; }},
        {"fewer reads", [](GrantGiven& g) { g.terms.when.reads_per_hour = 1; }},
        {"only at home", [](GrantGiven& g) { g.terms.when.at_home = true; }},
        {"less in a month", [](GrantGiven& g) { g.terms.when.values_per_month = 100; }},
        {"longer spans", [](GrantGiven& g) { g.terms.obligation.granularity = days(1); }},
        {"later", [](GrantGiven& g) { g.terms.obligation.delay = hours(1); }},
        {"coarser", [](GrantGiven& g) { g.terms.obligation.precision = 10; }},
        {"less of a place", [](GrantGiven& g) { g.terms.obligation.home_or_away = true; }},
        {"a smaller range", [](GrantGiven& g) { g.terms.envelope.maximum = 15; }},
        {"fewer values", [](GrantGiven& g) { g.terms.envelope.allowed = {"11"}; }},
        {"fewer wishes", [](GrantGiven& g) { g.terms.envelope.per_hour = 1; }},
        {"only what a person confirms", [](GrantGiven& g) { g.terms.envelope.confirm = true; }},
        {"less of the past", [](GrantGiven& g) { g.terms.history_window = days(1); }},
        {"from then on", [](GrantGiven& g) { g.terms.history_from = g.from; }},
        {"erased sooner", [](GrantGiven& g) { g.terms.erase_after = days(1); }},
    };
    for (const Case& one : cases) {
        GrantGiven becomes = was;
        one.change(becomes);
        EXPECT_TRUE(check_narrower(was, becomes))
            << one.what << ": " << check_narrower(was, becomes).error().message;
        EXPECT_FALSE(check_narrower(becomes, was)) << "the way back from " << one.what;
    }
}

TEST(Narrower, what_is_wider_in_one_member_is_refused_and_named) {
    const GrantGiven was = to_the_insurer();
    const Case cases[] = {
        {"'addresses'", [](GrantGiven& g) { g.addresses.emplace_back("house/*"); }},
        {"'addresses'", [](GrantGiven& g) { g.addresses = {"*"}; }},
        {"'addresses'", [](GrantGiven& g) { g.addresses = {"mqtt:car/#"}; }},
        {"'verbs'", [](GrantGiven& g) { g.verbs |= static_cast<std::uint16_t>(Verb::observe); }},
        {"'until'", [](GrantGiven& g) { g.until = {}; }},
        {"'until'", [](GrantGiven& g) { g.until = g.until + seconds(1); }},
        {"'from'", [](GrantGiven& g) { g.from = g.from - seconds(1); }},
        {"'purpose'", [](GrantGiven& g) { g.purpose = "advertising"; }},
        {"'purpose_code'", [](GrantGiven& g) { g.terms.purpose_code = "ads"; }},
        {"'except'", [](GrantGiven& g) { g.terms.except.clear(); }},
        {"'except'", [](GrantGiven& g) { g.terms.except = {"car/speed"}; }},
        {"'when'", [](GrantGiven& g) { g.terms.when.until_minute = 21 * 60; }},
        {"'when'", [](GrantGiven& g) { g.terms.when.from_minute = 22 * 60; }},
        {"'when.reads", [](GrantGiven& g) { g.terms.when.reads_per_hour = 0; }},
        {"granularity", [](GrantGiven& g) { g.terms.obligation.granularity = minutes(90); }},
        {"granularity", [](GrantGiven& g) { g.terms.obligation.granularity = {}; }},
        {"aggregate", [](GrantGiven& g) { g.terms.obligation.aggregate = Aggregate::mean; }},
        {"delay", [](GrantGiven& g) { g.terms.obligation.delay = minutes(1); }},
        {"precision", [](GrantGiven& g) { g.terms.obligation.precision = 7; }},
        {"precision", [](GrantGiven& g) { g.terms.obligation.precision = 0; }},
        {"minimum", [](GrantGiven& g) { g.terms.envelope.minimum = 9; }},
        {"maximum", [](GrantGiven& g) { g.terms.envelope.maximum.reset(); }},
        {"allowed", [](GrantGiven& g) { g.terms.envelope.allowed.clear(); }},
        {"allowed", [](GrantGiven& g) { g.terms.envelope.allowed = {"13"}; }},
        {"per_hour", [](GrantGiven& g) { g.terms.envelope.per_hour = 0; }},
        {"history_window", [](GrantGiven& g) { g.terms.history_window = {}; }},
        {"erase_after", [](GrantGiven& g) { g.terms.erase_after = {}; }},
        {"'parent'", [](GrantGiven& g) { g.terms.parent = 3; }},
        {"forbidden", [](GrantGiven& g) { g.terms.forbid = true; }},
    };
    for (const Case& one : cases) {
        GrantGiven becomes = was;
        one.change(becomes);
        const auto checked = check_narrower(was, becomes);
        ASSERT_FALSE(checked) << one.what;
        EXPECT_NE(checked.error().message.find(one.what), std::string::npos)
            << checked.error().message;
    }
}

TEST(Narrower, what_a_person_has_to_confirm_stays_so) {
    GrantGiven was = to_the_insurer();
    was.terms.envelope.confirm = true;
    EXPECT_TRUE(check_narrower(was, was));
    const auto checked = check_narrower(was, to_the_insurer());
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().message.find("'envelope.confirm'"), std::string::npos);
}

TEST(Narrower, a_pattern_is_covered_only_when_all_it_matches_is) {
    EXPECT_TRUE(covers_pattern("*", "car/*"));
    EXPECT_TRUE(covers_pattern("car/*", "car/trip.*"));
    EXPECT_TRUE(covers_pattern("*/on", "hall.*/on"));
    EXPECT_FALSE(covers_pattern("car/*", "*"));
    EXPECT_FALSE(covers_pattern("car/*", "*/*"));
    EXPECT_FALSE(covers_pattern("car/a*", "car/*a"));
    EXPECT_FALSE(covers_pattern("*", "mqtt:car/#"));
    EXPECT_TRUE(covers_pattern("mqtt:car/#", "mqtt:car/+"));
}

}  // namespace
}  // namespace foxtail
