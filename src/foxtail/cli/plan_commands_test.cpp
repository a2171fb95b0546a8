#include "foxtail/cli/asking_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* a_plan =
    R"({"made":"2026-11-23T20:00:00Z","stage":"proved","because":"leaf was plugged in","cost":3.214,"currency":"EUR",
        "slots":["2026-11-23T20:00:00Z","2026-11-23T20:15:00Z","2026-11-24T01:00:00Z"],"until":"2026-11-24T01:30:00Z",
        "buy":[0.31,0.30,0.14],"sell":[0.08,0.08,0.08],"load":[0.4,0.4,0.3],"sun":[0,0,0],"import":[0.4,0.4,7.7],"export":[0,0,0],
        "devices":[{"name":"leaf","kind":"car","act":true,"why":"Waits until 01:00.","kw":[0,0,7.4],"intent":["off","off","charge"],
                    "code":["WAIT_FOR_CHEAPER","WAIT_FOR_CHEAPER","CHEAP_SLOT"],
                    "goals":[{"what":"80 % by 07:00","due":"2026-11-24T07:00:00Z","state":"met","wanted":32,"reached":32,"slack_min":200}],
                    "alternatives":[{"what":"charging now","at":"2026-11-23T20:00:00Z","more":0.84,"possible":true}]}],
        "at_risk":[],"guessed":["prices from 2026-11-24T23:00:00Z on"],"mended":[]})";

struct PlanCli : AskingCli {
    PlanCli() {
        hub.answers("GET /plan", a_plan);
        hub.answers(
            "POST /plan/what-if",
            R"({"more":-0.42,"currency":"EUR","cost":2.8,"cost_now":3.2,"at_risk":[],"devices":[]})");
        hub.answers("PUT /things/plan-leaf/properties/goals", "", 202);
        hub.answers("PUT /things/plan-leaf/properties/act", "", 202);
    }
};

TEST_F(PlanCli, shows_when_what_runs_and_how_the_goals_stand) {
    EXPECT_EQ(run({"plan"}), 0) << line.err();
    EXPECT_THAT(line.out(),
                AllOf(HasSubstr("leaf was plugged in"), HasSubstr("3.21 EUR"), HasSubstr("7.4 kW"),
                      HasSubstr("80 % by 07:00: met"), HasSubstr("Guessed: prices")));
    EXPECT_EQ(run({"plan", "--slots"}), 0) << line.err();
    EXPECT_THAT(line.out(), AllOf(HasSubstr("0.14"), HasSubstr("7.4 charge")));
}

TEST_F(PlanCli, what_is_at_risk_has_its_ways_out_with_their_prices) {
    std::string plan = a_plan;
    const std::string met = R"("state":"met","wanted":32,"reached":32,"slack_min":200)";
    plan.replace(
        plan.find(met), met.size(),
        R"("state":"missed","wanted":32,"reached":23,"slack_min":-49,"ways":[)"
        R"({"code":"LATER","values":{"minutes":60},"set":"goals","value":"80 % by 08:00","more":-0.42,"reached":32,"state":"met"},)"
        R"({"code":"NOW","values":{},"set":"mode","value":"now","more":0.3,"reached":25,"state":"missed"}])");
    hub.answers("GET /plan", plan);
    EXPECT_EQ(run({"plan"}), 0) << line.err();
    EXPECT_THAT(line.out(), ::testing::Not(HasSubstr("way out")))
        << "where all is met there is none";
    EXPECT_EQ(run({"plan"}), 0) << line.err();
    EXPECT_THAT(line.out(),
                AllOf(HasSubstr("way out: leaf goals='80 % by 08:00': saves 0.42 EUR, then met"),
                      HasSubstr("way out: leaf mode='now': costs 0.30 EUR more, then missed")));
}

TEST_F(PlanCli, who_disagrees_and_what_was_proved_since_is_told_with_the_plan) {
    hub.answers("GET /things/plan/properties/stage", "\"warm\"");
    hub.answers("GET /things/plan/properties/contested",
                "\"leaf, goals: ben's 60 % holds, anna's 80 % does not (rule: last)\"");
    EXPECT_EQ(run({"plan"}), 0) << line.err();
    EXPECT_THAT(line.out(), AllOf(HasSubstr("(warm): leaf was plugged in"),
                                  HasSubstr("Contested: leaf, goals: ben's 60 % holds")));
}

TEST_F(PlanCli, forecasts_are_shown_with_their_score_and_source) {
    hub.answers(
        "GET /things/plan/properties/forecasts",
        R"({"load":{"24h":{"hours":200,"mae":0.21,"bias":-0.02,"coverage":0.79,"mean":0.6}},)"
        R"("sun":{"source":"open_meteo, weather.example","late":true,"heard":"2026-11-23T08:00:00Z","failed":"503"}})");
    EXPECT_EQ(run({"plan", "forecasts"}), 0) << line.err();
    EXPECT_THAT(line.out(), AllOf(HasSubstr("0.21"), HasSubstr("-0.02"), HasSubstr("79 %"),
                                  HasSubstr("from the past"), HasSubstr("open_meteo"),
                                  HasSubstr("silent since"), HasSubstr("(503)")));
}

TEST_F(PlanCli, what_was_saved_is_told_by_day_the_newest_first) {
    hub.answers(
        "GET /things/plan/properties/savings",
        R"({"currency":"EUR","days":[{"day":"2026-11-21","saved":-0.12,"paid":2.1,"would":1.98,"note":"the sun came later"},)"
        R"({"day":"2026-11-22","saved":1.23,"paid":2.4,"would":3.63,"devices":[{"name":"leaf","saved":1.1}]}],)"
        R"("weeks":[{"day":"2026-11-16","saved":7.77,"paid":20,"would":27.77,"count":7}]})");
    hub.answers("GET /things/plan/properties/saved_total", "41.5");
    EXPECT_EQ(run({"plan", "savings"}), 0) << line.err();
    EXPECT_THAT(line.out(),
                AllOf(HasSubstr("1.23 EUR"), HasSubstr("leaf 1.10 EUR"), HasSubstr("-0.12 EUR"),
                      HasSubstr("the sun came later"), HasSubstr("2026-11-16"),
                      HasSubstr("7.77 EUR"), HasSubstr("In all 41.50 EUR saved.")));
    EXPECT_LT(line.out().find("2026-11-22"), line.out().find("2026-11-21"));
}

TEST_F(PlanCli, why_tells_what_else_would_cost) {
    EXPECT_EQ(run({"plan", "why", "leaf"}), 0) << line.err();
    EXPECT_THAT(line.out(),
                AllOf(HasSubstr("Waits until 01:00."), HasSubstr("charging now: 0.84 EUR")));
    EXPECT_EQ(run({"plan", "why", "tesla"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("there are leaf"));
}

TEST_F(PlanCli, what_if_asks_and_sets_nothing) {
    EXPECT_EQ(run({"plan", "what-if", "leaf", "goals=80 % by 08:00", "least=20"}), 0) << line.err();
    EXPECT_THAT(hub.asked(),
                ElementsAre("POST /plan/what-if "
                            R"({"device":"leaf","set":{"goals":"80 % by 08:00","least":20}})"));
    EXPECT_THAT(line.out(), HasSubstr("It would save 0.42 EUR."));
    EXPECT_EQ(run({"plan", "what-if", "plan", "quiet=22:00 to 06:00"}), 0) << line.err();
    EXPECT_EQ(hub.asked().back(), R"(POST /plan/what-if {"set":{"quiet":"22:00 to 06:00"}})")
        << "the whole house";
    EXPECT_EQ(run({"plan", "what-if", "leaf", "now"}), 2);
    EXPECT_THAT(line.err(), HasSubstr("mode=now"));
}

TEST_F(PlanCli, goals_and_shadow_are_set_on_the_devices_own_thing) {
    EXPECT_EQ(run({"plan", "goal", "leaf", "80 % by 07:00"}), 0) << line.err();
    EXPECT_EQ(run({"plan", "shadow", "leaf", "off"}), 0) << line.err();
    EXPECT_THAT(hub.asked(), ElementsAre("PUT /things/plan-leaf/properties/goals \"80 % by 07:00\"",
                                         "PUT /things/plan-leaf/properties/act true"));
    EXPECT_EQ(run({"plan", "shadow", "leaf", "maybe"}), 2);
    hub.answers("PUT /things/plan-leaf/properties/hold", "", 202);
    EXPECT_EQ(run({"plan", "hold", "leaf", "3.7 kW from 02:00 to 04:00"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("plan-leaf: hold 3.7 kW from 02:00 to 04:00 (asked)"));
    hub.answers("PUT /things/plan/properties/quiet", "", 202);
    EXPECT_EQ(run({"plan", "quiet", "22:00 to 06:00"}), 0) << line.err();
    EXPECT_EQ(hub.asked().back(), R"(PUT /things/plan/properties/quiet "22:00 to 06:00")");
}

}  // namespace
}  // namespace foxtail::cli
