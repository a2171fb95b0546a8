#include "foxtail/cli/plan_diff.hpp"

#include "foxtail/cli/asking_testing.hpp"
#include "foxtail/cli/hub_client.hpp"
#include "foxtail/json/parse.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::cli {
namespace {

namespace bj = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Four slots: a quarter, a quarter, half an hour, an hour.
constexpr const char* first =
    R"({"version":41,"made":"2026-11-23T20:00:00Z","because":"the first plan","cost":2,"currency":"EUR",
        "slots":["2026-11-23T20:00:00Z","2026-11-23T20:15:00Z","2026-11-23T20:30:00Z","2026-11-23T21:00:00Z"],
        "until":"2026-11-23T22:00:00Z","buy":[0.4,0.4,0.2,0.2],"sell":[0.1,0.1,0.1,0.1],"load":[0.4,0.4,0.4,0.4],
        "sun":[0,0,0,0],"import":[0.4,0.4,8.4,8.4],"export":[0,0,0,0],
        "devices":[{"name":"leaf","kw":[0,0,8,8],
                    "goals":[{"what":"80 % by 07:00","due":"2026-11-24T07:00:00Z","state":"met","reached":32}]}],
        "inputs":{"import_max":17,"export_max":17,
          "devices":[{"name":"leaf","kind":"car","level":14,"least":2,"most":40,
                      "stays":[{"from":"2026-11-23T20:00:00Z","until":"2026-11-24T07:00:00Z","wanted":32,"trip":0,"sure":1,"goal":"anna: 80 % by 07:00"}]},
                     {"name":"rooms","kind":"heat_pump","level":20.5,"running":false,
                      "low":[["2026-11-23T20:00:00Z",20],["2026-11-23T21:00:00Z",18]]}],
          "said":[]}})";

bj::value plan(std::string text = first) {
    return *parse_json(text);
}

std::string with(std::string text, std::string_view old, std::string_view fresh) {
    const auto at = text.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return text.replace(at, old.size(), fresh);
}

bj::value diff(const bj::value& a, const bj::value& b) {
    return bj::value(plan_diff(a, b));
}

const bj::value& input(const bj::value& found, std::string_view of, std::string_view what) {
    for (const auto& one : list_of(found, "inputs"))
        if (text_of(one, "of") == of && text_of(one, "what") == what) return one;
    static const bj::value none;
    return none;
}

TEST(PlanDiff, a_plan_does_not_differ_from_itself) {
    const auto found = diff(plan(), plan());
    EXPECT_TRUE(list_of(found, "inputs").empty());
    EXPECT_TRUE(list_of(found, "slots").empty());
    EXPECT_TRUE(list_of(found, "goals").empty());
    EXPECT_EQ(member(member(found, "common"), "a"), member(member(found, "common"), "b"));
    // (0.4 for half an hour at 0.40) + 8.4 for an hour and a half at 0.20
    EXPECT_NEAR(member(member(found, "common"), "a").to_number<double>(), 0.08 + 2.52, 1e-9);
}

TEST(PlanDiff, nor_from_the_same_a_quarter_later) {
    auto later =
        with(first, R"("made":"2026-11-23T20:00:00Z")", R"("made":"2026-11-23T20:15:00Z")");
    later = with(later, R"("slots":["2026-11-23T20:00:00Z",)", R"("slots":[)");
    for (const char* name : {"buy", "sell", "load", "sun", "import", "export", "kw"}) {
        const auto at = later.find("\"" + std::string(name) + "\":[");
        const auto begin = later.find('[', at) + 1;
        later.erase(begin, later.find(',', begin) + 1 - begin);
    }
    later = with(later, R"("from":"2026-11-23T20:00:00Z")", R"("from":"2026-11-23T20:15:00Z")");
    later = with(later, R"([["2026-11-23T20:00:00Z",20])", R"([["2026-11-23T20:15:00Z",20])");
    const auto found = diff(plan(), plan(later));
    EXPECT_EQ(text_of(member(found, "common"), "from"), "2026-11-23T20:15:00Z");
    EXPECT_TRUE(list_of(found, "inputs").empty()) << text_of(list_of(found, "inputs")[0], "of");
    EXPECT_TRUE(list_of(found, "slots").empty());
}

TEST(PlanDiff, tells_what_it_was_made_from_otherwise) {
    auto other = with(first, R"("level":14)", R"("level":20.25)");
    other = with(other, R"("buy":[0.4,0.4,0.2,0.2])", R"("buy":[0.4,0.4,0.2,0.4])");
    other = with(other, R"("sun":[0,0,0,0])", R"("sun":[0,0,2,0])");
    other = with(other, R"("until":"2026-11-24T07:00:00Z","wanted":32)",
                 R"("until":"2026-11-24T08:00:00Z","wanted":32)");
    other = with(other, R"(["2026-11-23T21:00:00Z",18])", R"(["2026-11-23T21:30:00Z",18])");
    other = with(
        other, R"("said":[])",
        R"("said":[{"device":"leaf","what":"at_least","kw":11,"from":"2026-11-23T20:00:00Z","until":"2026-11-23T23:00:00Z","by":"anna"}])");
    const auto found = diff(plan(), plan(other));
    EXPECT_EQ(member(input(found, "leaf", "level"), "a").to_number<double>(), 14);
    EXPECT_EQ(member(input(found, "leaf", "level"), "b").to_number<double>(), 20.25);
    EXPECT_NEAR(member(input(found, "buy", "mean"), "b").to_number<double>(), 0.35, 1e-9);
    EXPECT_NEAR(member(input(found, "buy", "mean"), "hours").to_number<double>(), 1, 1e-9);
    EXPECT_NEAR(member(input(found, "sun", "kWh"), "b").to_number<double>(), 1, 1e-9);
    EXPECT_FALSE(input(found, "rooms", "low").is_null()) << "warm for longer";
    EXPECT_TRUE(input(found, "rooms", "level").is_null());
    EXPECT_EQ(text_of(member(input(found, "leaf", "said"), "b"), "by"), "anna");
    std::vector<std::string> ends;
    for (const auto& one : list_of(found, "inputs"))
        if (text_of(one, "what") == "stay")
            ends.push_back(text_of(member(one, "a"), "until") + text_of(member(one, "b"), "until"));
    EXPECT_THAT(ends, ::testing::ElementsAre("2026-11-24T07:00:00Z", "2026-11-24T08:00:00Z"));
}

TEST(PlanDiff, neighbours_that_differ_are_one_line) {
    auto other = with(first, R"("kw":[0,0,8,8])", R"("kw":[8,4,8,0])");
    other = with(other, R"("state":"met","reached":32)", R"("state":"missed","reached":20)");
    const auto found = diff(plan(), plan(other));
    const auto& slots = list_of(found, "slots");
    ASSERT_EQ(slots.size(), 2U);
    EXPECT_EQ(text_of(slots[0], "from"), "2026-11-23T20:00:00Z");
    EXPECT_EQ(text_of(slots[0], "until"), "2026-11-23T20:30:00Z");
    EXPECT_EQ(member(slots[0], "b").to_number<double>(), 6);
    EXPECT_EQ(text_of(slots[1], "from"), "2026-11-23T21:00:00Z");
    EXPECT_EQ(text_of(slots[1], "until"), "2026-11-23T22:00:00Z");
    ASSERT_EQ(list_of(found, "goals").size(), 1U);
    EXPECT_EQ(text_of(member(list_of(found, "goals")[0], "b"), "state"), "missed");
}

TEST(PlanDiff, a_device_that_came_and_plans_without_inputs_are_told) {
    const auto gone = with(first, R"("name":"rooms")", R"("name":"attic")");
    const auto found = diff(plan(), plan(gone));
    EXPECT_EQ(member(input(found, "rooms", "planned"), "b"), bj::value(false));
    EXPECT_EQ(member(input(found, "attic", "planned"), "b"), bj::value(true));
    const auto old = diff(plan(with(first, R"("inputs")", R"("unknown")")), plan());
    EXPECT_EQ(list_of(old, "inputs").size(), 1U);
    EXPECT_EQ(member(input(old, "inputs", "told"), "a"), bj::value(false));
    for (const char* nonsense : {"{}", "null", R"({"slots":[1,2],"inputs":{"devices":[1]}})"})
        EXPECT_TRUE(member(diff(plan(nonsense), plan()), "common").is_null()) << nonsense;
}

struct PlanRecords : AskingCli {
    PlanRecords() {
        hub.answers("GET /plan/versions/41", first);
        hub.answers("GET /plan",
                    with(with(first, "41", "42"), R"("kw":[0,0,8,8])", R"("kw":[8,8,0,8])"));
        hub.answers("GET /plan/versions/7", "{}", 404);
    }
};

TEST_F(PlanRecords, a_plan_is_compared_with_the_one_of_now) {
    EXPECT_EQ(run({"plan", "diff", "41"}), 0) << line.err();
    EXPECT_THAT(line.out(), AllOf(HasSubstr("Plan 41"), HasSubstr("Plan 42"),
                                  HasSubstr("the first plan"), HasSubstr("leaf")));
    EXPECT_EQ(run({"plan", "diff", "41", "--json"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr(R"("slots":[{"device":"leaf")"));
    EXPECT_EQ(run({"plan", "diff", "7"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("no plan 7 is on record"));
    EXPECT_EQ(run({"plan", "diff", "yesterday"}), 2);
    EXPECT_THAT(line.err(), HasSubstr("foxtail plan versions"));
}

TEST_F(PlanRecords, the_newest_are_listed_once_each) {
    const std::string again = std::string(R"({"body":{"value":)") + first + "}}";
    hub.answers("GET /journal?address=plan%2Fplan&kind=reading&limit=40",
                R"({"records":[)" + again + "," + again + "," + with(again, "41", "40") +
                    R"(,{"body":{"value":null}}]})");
    EXPECT_EQ(run({"plan", "versions"}), 0) << line.err();
    EXPECT_THAT(line.out(), AllOf(HasSubstr("41"), HasSubstr("40"), HasSubstr("2.00")));
    EXPECT_EQ(line.out().find("41"), line.out().rfind("41")) << line.out();
}

}  // namespace
}  // namespace foxtail::cli
