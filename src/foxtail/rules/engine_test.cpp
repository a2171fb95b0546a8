#include "foxtail/rules/engine.hpp"

#include "foxtail/rules/check.hpp"
#include "foxtail/rules/nearest.hpp"
#include "foxtail/rules/test_house.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

using testing::FakeZone;
using testing::noon;
using testing::TestHouse;

RuleSpec rule(std::string id, std::vector<Trigger> triggers, std::string condition = "") {
    RuleSpec spec;
    spec.id = std::move(id);
    spec.triggers = std::move(triggers);
    spec.condition = std::move(condition);
    spec.actions = {SetAction{"lamp/on", true, ""}};
    return spec;
}

/// One line for each run: "rule: detail -> proposals; wait 5m, then 2".
std::string text(const RuleEngine& engine, const std::vector<RuleRun>& runs) {
    std::string out;
    for (const auto& run : runs) {
        out +=
            engine.rules()[run.rule].id + ": " + run.detail + (run.failed ? " FAILED" : "") + " ->";
        for (const auto& proposal : run.proposals) {
            if (const auto* set = std::get_if<Proposal::Set>(&proposal.what)) {
                out += " " + set->address + "=" + to_json(set->value);
            } else if (const auto* call = std::get_if<Proposal::Run>(&proposal.what)) {
                out += " " + call->thing + "." + call->action + "(" + to_json(call->input) + ")";
            } else if (const auto* notify = std::get_if<Proposal::Notify>(&proposal.what)) {
                out += " [" + notify->to + "] " + notify->text;
            }
        }
        if (run.wait)
            out +=
                "; wait " + format_duration(*run.wait) + ", then " + std::to_string(run.resume_at);
        out += "\n";
    }
    return out;
}

class EngineTest : public ::testing::Test {
protected:
    EngineTest() {
        house.add("hall/occupancy", Type::boolean);
        house.add("cellar/temperature");
        house.add("door/contact", Type::enumeration);
        house.add("quiet/one");
    }
    void load(std::vector<RuleSpec> rules) {
        const auto mistakes = engine.load(std::move(rules), noon);
        ASSERT_TRUE(mistakes.empty()) << mistakes.front().message;
    }
    std::string say(std::string_view address, Value value) {
        std::vector<RuleRun> runs;
        engine.changed(house.say(address, std::move(value)), noon, runs);
        return text(engine, runs);
    }
    std::string happened(std::string_view thing, std::string_view event, const Value& detail) {
        std::vector<RuleRun> runs;
        engine.happened(thing, event, detail, noon, runs);
        return text(engine, runs);
    }
    std::string resume(std::uint32_t index, std::uint32_t step) {
        std::vector<RuleRun> runs;
        engine.resume(index, step, noon, runs);
        return text(engine, runs);
    }

    TestHouse house;
    FakeZone zone;
    RuleEngine engine{house.catalogue, house.twin, zone};
};

TEST_F(EngineTest, a_change_triggers_and_the_same_value_again_does_not) {
    load({rule("r", {OnChange{"cellar/temperature"}})});
    EXPECT_EQ(say("cellar/temperature", Null{}), "")
        << "heard for the first time, and still unknown";
    EXPECT_EQ(say("cellar/temperature", 20.0),
              "r: cellar/temperature changed to 20 -> lamp/on=true\n");
    EXPECT_EQ(say("cellar/temperature", 20.0), "");
    EXPECT_EQ(say("cellar/temperature", std::int64_t{20}), "")
        << "20 and 20.0 are the same to a person";
    EXPECT_EQ(say("cellar/temperature", 20.5),
              "r: cellar/temperature changed to 20.5 -> lamp/on=true\n");
    EXPECT_EQ(say("cellar/temperature", Null{}),
              "r: cellar/temperature changed to unknown -> lamp/on=true\n");
    EXPECT_EQ(say("quiet/one", 1.0), "");
}

TEST_F(EngineTest, becoming_needs_a_different_value_before) {
    load({rule("r", {OnBecomes{"hall/occupancy", true}})});
    EXPECT_EQ(say("hall/occupancy", true), "r: hall/occupancy became true -> lamp/on=true\n")
        << "a new sensor's first word counts";
    EXPECT_EQ(say("hall/occupancy", true), "");
    EXPECT_EQ(say("hall/occupancy", false), "");
    EXPECT_EQ(say("hall/occupancy", true), "r: hall/occupancy became true -> lamp/on=true\n");
}

TEST_F(EngineTest, hearing_after_a_restart_what_was_known_before_is_no_becoming) {
    load({rule("r", {OnBecomes{"hall/occupancy", true}})});
    say("hall/occupancy", true);
    house.twin.start(2);
    EXPECT_EQ(say("hall/occupancy", true), "");
    house.twin.start(3);
    say("hall/occupancy", false);
    EXPECT_NE(say("hall/occupancy", true), "");
}

TEST_F(EngineTest, enumerations_become_by_their_text) {
    load({rule("r", {OnBecomes{"door/contact", std::string("open")}})});
    EXPECT_EQ(say("door/contact", std::string("closed")), "");
    EXPECT_EQ(say("door/contact", std::string("open")),
              "r: door/contact became open -> lamp/on=true\n");
}

TEST_F(EngineTest, crossing_is_from_at_or_below_to_above) {
    struct Case {
        OnCrosses bounds;
        Value before;
        Value after;
        bool crosses;
    };
    const auto above = OnCrosses{"cellar/temperature", 24.5, std::nullopt};
    const auto below = OnCrosses{"cellar/temperature", std::nullopt, 20.0};
    const auto both = OnCrosses{"cellar/temperature", 25.0, 20.0};
    const std::vector<Case> cases = {
        {above, 24.0, 25.0, true},
        {above, 24.5, 24.6, true},
        {above, 24.0, 24.5, false},
        {above, 24.6, 25.0, false},
        {above, 25.0, 24.0, false},
        {above, Null{}, 25.0, false},
        {below, 21.0, 19.0, true},
        {below, 20.0, 19.9, true},
        {below, 21.0, 20.0, false},
        {below, 19.0, 18.0, false},
        {below, 19.0, 21.0, false},
        {below, Null{}, 19.0, false},
        {both, 22.0, 26.0, true},
        {both, 22.0, 19.0, true},
        {both, 22.0, 23.0, false},
        {both, 26.0, 19.0, true},
        {above, 24.0, Null{}, false},
        {above, std::int64_t{24}, std::int64_t{25}, true},
        {above, 24.0, std::string("hot"), false},
    };
    for (const auto& c : cases) {
        load({rule("r", {c.bounds})});
        say("cellar/temperature", c.before);
        EXPECT_EQ(!say("cellar/temperature", c.after).empty(), c.crosses)
            << describe(Trigger{c.bounds}) << ": " << to_json(c.before) << " to "
            << to_json(c.after);
    }
    load({rule("r", {above})});
    say("cellar/temperature", 24.0);
    EXPECT_EQ(say("cellar/temperature", 25.25),
              "r: cellar/temperature rose above 24.5 (25.25) -> lamp/on=true\n");
}

TEST_F(EngineTest, a_first_value_crosses_nothing) {
    load({rule("r", {OnCrosses{"cellar/temperature", 24.5, std::nullopt}})});
    EXPECT_EQ(say("cellar/temperature", 30.0), "");
}

TEST_F(EngineTest, events_trigger_by_thing_name_and_detail) {
    load({rule("any", {OnEvent{"button", "action", std::nullopt}}),
          rule("single", {OnEvent{"button", "action", Value{std::string("single")}}})});
    EXPECT_EQ(happened("button", "action", std::string("single")),
              "any: button/action: single -> lamp/on=true\nsingle: button/action: single -> "
              "lamp/on=true\n");
    EXPECT_EQ(happened("button", "action", std::string("double")),
              "any: button/action: double -> lamp/on=true\n");
    EXPECT_EQ(happened("button", "action", Null{}), "any: button/action -> lamp/on=true\n");
    EXPECT_EQ(happened("button", "other", Null{}), "");
    EXPECT_EQ(happened("other", "action", Null{}), "");
}

TEST_F(EngineTest, a_rule_runs_once_for_a_change_that_triggers_it_twice) {
    load({rule("r", {OnBecomes{"hall/occupancy", true}, OnChange{"hall/occupancy"}}),
          rule("s", {OnChange{"hall/occupancy"}})});
    EXPECT_EQ(say("hall/occupancy", true),
              "r: hall/occupancy became true -> lamp/on=true\ns: hall/occupancy changed to true -> "
              "lamp/on=true\n");
}

TEST_F(EngineTest, conditions_decide_and_are_counted) {
    load({rule("r", {OnChange{"cellar/temperature"}},
               "value > 20 and (before == nil or before <= 20)")});
    EXPECT_EQ(say("cellar/temperature", 19.0), "");
    EXPECT_NE(say("cellar/temperature", 21.0), "");
    EXPECT_EQ(say("cellar/temperature", 22.0), "");
    const auto& counters = engine.counters(0);
    EXPECT_EQ(counters.evaluated, 3U);
    EXPECT_EQ(counters.condition_false, 2U);
    EXPECT_EQ(counters.ran, 1U);
    EXPECT_EQ(counters.failed, 0U);
}

TEST_F(EngineTest, a_condition_that_fails_says_how_and_nothing_is_proposed) {
    load({rule("r", {OnChange{"cellar/temperature"}}, "value > get('quiet/one')")});
    EXPECT_EQ(say("cellar/temperature", 19.0),
              "r: cellar/temperature changed to 19; condition: attempt to compare nil with number "
              "FAILED ->\n");
    EXPECT_EQ(engine.counters(0).failed, 1U);
}

TEST_F(EngineTest, actions_come_in_order_up_to_the_wait) {
    auto spec = rule("r", {OnChange{"cellar/temperature"}});
    spec.actions = {SetAction{"lamp/level", Null{}, "clamp(value * 2, 10, 254)"},
                    RunAction{"blind", "close", std::int64_t{3}, ""},
                    NotifyAction{"", "'it is ' .. value", "anna"},
                    WaitAction{minutes(5)},
                    SetAction{"lamp/on", false, ""},
                    WaitAction{minutes(1)},
                    NotifyAction{"", "get('cellar/temperature')", ""},
                    WaitAction{minutes(1)}};
    load({spec});
    EXPECT_EQ(say("cellar/temperature", 20.5),
              "r: cellar/temperature changed to 20.5 -> lamp/level=41.0 blind.close(3) [anna] it "
              "is 20.5; wait 5m, then 4\n");
    EXPECT_EQ(resume(0, 4), "r: after 5m -> lamp/on=false; wait 1m, then 6\n");
    EXPECT_EQ(resume(0, 6), "r: after 1m -> [] 20.5\n") << "a wait with nothing after it is none";
    EXPECT_EQ(resume(0, 8), "");
    EXPECT_EQ(resume(7, 0), "");
}

TEST_F(EngineTest, a_failing_action_takes_the_whole_part_back) {
    auto spec = rule("r", {OnChange{"cellar/temperature"}});
    spec.actions = {SetAction{"lamp/on", true, ""},
                    SetAction{"lamp/level", Null{}, "get('quiet/one')"}, WaitAction{minutes(5)},
                    SetAction{"lamp/level", Null{}, "value"}};
    load({spec});
    EXPECT_EQ(say("cellar/temperature", 20.5),
              "r: cellar/temperature changed to 20.5; action 2 (set lamp/level to what "
              "'get('quiet/one')' gives): gave nil "
              "FAILED ->\n");
    EXPECT_EQ(resume(0, 3),
              "r: after 5m; action 4 (set lamp/level to what 'value' gives): after a wait there is "
              "no 'value' "
              "any more, use get(\"thing/property\") FAILED ->\n");
}

TEST_F(EngineTest, time_triggers_fire_and_other_rules_do_not) {
    load({rule("daily", {AtTime{7 * 60, 0x7F}, Every{minutes(1)}}),
          rule("often", {Every{minutes(1)}}), rule("change", {OnChange{"cellar/temperature"}})});
    Moment now = noon;
    std::vector<RuleRun> runs;
    engine.tick(now, runs);
    EXPECT_TRUE(runs.empty());
    ASSERT_TRUE(engine.next_wake(now));
    EXPECT_EQ(*engine.next_wake(now), noon.mono + minutes(1));
    now = {noon.wall + minutes(1), noon.mono + minutes(1)};
    engine.tick(now, runs);
    EXPECT_EQ(text(engine, runs),
              "daily: every 1m -> lamp/on=true\noften: every 1m -> lamp/on=true\n");
    runs.clear();
    engine.tick(now, runs);
    EXPECT_TRUE(runs.empty());
}

TEST_F(EngineTest, a_rule_binds_when_its_thing_appears) {
    load({rule("r", {OnChange{"later/value"}})});
    const auto id = house.add("later/value");
    EXPECT_FALSE(engine.mentions(id));
    engine.rebind();
    EXPECT_TRUE(engine.mentions(id));
    EXPECT_NE(say("later/value", 1.0), "");
    engine.rebind();
    EXPECT_NE(say("later/value", 2.0), "") << "binding again does not bind twice";
    EXPECT_EQ(engine.counters(0).evaluated, 2U);
}

TEST_F(EngineTest, late_binding_keeps_the_order_of_rules) {
    load({rule("a", {OnChange{"later/value"}}),
          rule("b", {OnChange{"hall/occupancy"}, OnChange{"later/value"}}),
          rule("c", {OnChange{"later/value"}})});
    house.add("later/value");
    engine.rebind();
    std::vector<RuleRun> runs;
    engine.changed(house.say("later/value", 1.0), noon, runs);
    ASSERT_EQ(runs.size(), 3U);
    EXPECT_EQ(runs[0].rule + runs[1].rule * 10 + runs[2].rule * 100, 210U);
}

TEST_F(EngineTest, a_rule_switched_off_does_nothing) {
    auto spec = rule("r", {OnChange{"cellar/temperature"},
                           OnEvent{"button", "action", std::nullopt}, Every{seconds(1)}});
    spec.enabled = false;
    load({spec});
    EXPECT_EQ(say("cellar/temperature", 1.0), "");
    EXPECT_EQ(happened("button", "action", Null{}), "");
    EXPECT_EQ(resume(0, 0), "");
    EXPECT_FALSE(engine.next_wake(noon));
}

TEST_F(EngineTest, loading_replaces_all_or_nothing) {
    load({rule("old", {OnChange{"cellar/temperature"}})});
    say("cellar/temperature", 1.0);
    auto bad = rule("bad id", {OnChange{"nowhere"}}, "value >");
    bad.source = {"rules.yaml", 12, 3};
    auto twin = rule("new", {Every{Duration{5}}, AtTime{1440, 0}, OnCrosses{"a/b", {}, {}}});
    twin.actions = {WaitAction{Duration{0}}, SetAction{"lamp/on", Null{}, "1 +"}, NotifyAction{}};
    auto empty = rule("new", {});
    empty.actions.clear();
    const auto mistakes = engine.load({bad, twin, empty}, noon);
    std::string all;
    for (const auto& m : mistakes)
        all += m.source.file + ":" + std::to_string(m.source.line) + " " + m.message + "\n";
    EXPECT_EQ(all,
              "rules.yaml:12 rule 'bad id': 'bad id' is no id: letters, digits, '_', '-' and '.', "
              "not starting with '.', at "
              "most 128 bytes\n"
              "rules.yaml:12 rule 'bad id': 'nowhere' is no address, write it as thing/property\n"
              ":0 rule 'new': every 5us is too often, at least 1s\n"
              ":0 rule 'new': a time of day is from 00:00 to 23:59\n"
              ":0 rule 'new': 'crosses' needs 'above', 'below' or both\n"
              ":0 rule 'new': a wait of 0s is out of range, more than nothing and at most 31d\n"
              ":0 rule 'new': there is nothing to tell\n"
              ":0 rule 'new': another rule has this id\n"
              ":0 rule 'new': nothing triggers it\n"
              ":0 rule 'new': it does nothing\n"
              "rules.yaml:12 rule 'bad id': condition, line 1: unexpected symbol near <eof>\n"
              ":0 rule 'new': action, line 1: unexpected symbol near <eof>\n");
    EXPECT_NE(say("cellar/temperature", 2.0), "") << "the rules from before go on";
    load({rule("old", {OnChange{"quiet/one"}})});
    EXPECT_EQ(engine.counters(0).evaluated, 2U) << "counters go on with the id";
    EXPECT_EQ(say("cellar/temperature", 3.0), "");
    EXPECT_EQ(engine.find("old"), 0U);
    EXPECT_FALSE(engine.find("new"));
}

TEST_F(EngineTest, two_engines_given_the_same_calls_give_the_same_answers) {
    const std::string walk =
        "local t = {}; for i = 1, 40 do t['k' .. i * 7919 % 101] = i + value end\n"
        "local s = ''; for k, v in pairs(t) do s = s .. k .. v end; return s";
    auto spec = rule("r", {OnChange{"cellar/temperature"}, Every{seconds(7)}, AtTime{0, 0x7F}},
                     "value == nil or value % 3 ~= 0");
    spec.actions = {NotifyAction{"", walk, ""}, WaitAction{seconds(1)},
                    SetAction{"lamp/on", Null{}, "now.second % 2 == 0"}};
    const auto live = [&] {
        TestHouse house_of_its_own;
        house_of_its_own.add("cellar/temperature");
        RuleEngine own{house_of_its_own.catalogue, house_of_its_own.twin, zone};
        EXPECT_TRUE(own.load({spec}, noon).empty());
        std::string out;
        std::vector<RuleRun> runs;
        for (int i = 0; i < 200; ++i) {
            const Moment now{noon.wall + seconds(i * 13), noon.mono + seconds(i * 13)};
            runs.clear();
            own.changed(
                house_of_its_own.say("cellar/temperature", static_cast<double>(i * 31 % 17)), now,
                runs);
            own.tick(now, runs);
            own.resume(0, 2, now, runs);
            out += text(own, runs);
        }
        return out;
    };
    EXPECT_EQ(live(), live());
}

TEST(Describe, reads_as_english) {
    auto spec =
        rule("r",
             {OnBecomes{"hall/occupancy", true}, AtTime{7 * 60 + 5, 0x3E}, AtTime{0, 0x41},
              AtTime{1439, 0x03}, OnCrosses{"a/b", 24.5, 20.0},
              OnEvent{"button", "action", Value{std::string("single")}},
              OnEvent{"button", "action", std::nullopt}, Every{minutes(5)}, OnChange{"x/y"}},
             "value > 3");
    spec.actions = {SetAction{"lamp/on", true, ""},
                    SetAction{"lamp/level", Null{}, "value * 2"},
                    WaitAction{seconds(90)},
                    RunAction{"blind", "close", std::int64_t{3}, ""},
                    RunAction{"blind", "stop", Null{}, ""},
                    NotifyAction{"hello", "", ""},
                    NotifyAction{"", "'x'", "anna"}};
    EXPECT_EQ(describe(spec),
              "when hall/occupancy becomes true, or at 07:05 from Monday to Friday, or at 00:00 on "
              "Saturday and Sunday, or at "
              "23:59 on Monday and Sunday, or a/b rises above 24.5 or falls below 20, or "
              "button/action is single, or "
              "button/action happens, or every 5m, or x/y changes, if value > 3: set lamp/on to "
              "true; set lamp/level to what "
              "'value * 2' gives; wait 1m30s; run blind/close with 3; run blind/stop; tell "
              "everyone 'hello'; tell anna what "
              "''x'' gives");
}

TEST(Nearest, finds_slips_of_the_finger_only) {
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("abcd", "abdc"), 1U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_LE(edit_distance(std::string(1000, 'a'), std::string(1000, 'b')), 64U);
    constexpr std::array<std::string_view, 3> known = {"becomes", "crosses", "changes"};
    EXPECT_EQ(did_you_mean("becoms", known), " (did you mean 'becomes'?)");
    EXPECT_EQ(did_you_mean("temperature", known), "");
}

}  // namespace
}  // namespace foxtail
