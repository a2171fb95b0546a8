#include "foxtail/config/rules_yaml.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

std::string told(const RulesRead& read) {
    std::string out;
    for (const auto& m : read.mistakes) {
        out += std::to_string(m.source.line) + ":" + std::to_string(m.source.column) + " " +
               m.message + "\n";
    }
    return out;
}
std::string told(std::string_view text) {
    return told(read_rules(text, "rules.yaml"));
}

/// One rule around the parts that a test is about; `when` and `then` begin in column 5.
std::string with_when(std::string_view when) {
    return "rules:\n- id: r\n  when:\n    " + std::string(when) + "\n  then: {notify: x}\n";
}
std::string with_then(std::string_view then) {
    return "rules:\n- id: r\n  when: {every: 5m}\n  then:\n    " + std::string(then) + "\n";
}

constexpr std::string_view whole = R"yaml(rules:
  - id: evening-hall
    title: Light in the hall when somebody comes
    when:
      - property: hall/motion.occupancy
        becomes: true
      - property: cellar/temperature
        crosses: {above: 24.5, below: 18}
      - property: x/y
        changes: true
      - event: button/action
        is: single
      - event: button/action
      - time: "07:00"
        days: [mon, tue, wed, thu, fri]
      - time: 23:59
        days: Weekend
      - every: 5m
      - sun: sunset
        offset: -30m
        days: weekdays
      - sun: sunrise
    if: get("hall/illuminance") == nil or get("hall/illuminance") < 30     # Lua expression
    then:
      - set: {hall-lamp/on: true, hall-lamp/brightness: "= clamp(value * 2, 10, 254)"}
      - run: {thing: blind, action: close, input: 3}
      - run: {thing: blind, action: move, input: {to: "50", fast: [true]}}
      - run: {thing: blind, action: stop}
      - notify: "= 'somebody is in the hall: ' .. tostring(value)"
      - wait: 5m
      - notify: {text: still there, to: anna}
  - id: off
    enabled: false
    when: {every: 1h}
    then: {set: {hall-lamp/effect: none}}
)yaml";

TEST(RulesYaml, a_whole_rule_is_read) {
    const auto read = read_rules(whole, "rules.yaml");
    ASSERT_EQ(told(read), "");
    ASSERT_EQ(read.rules.size(), 2U);
    const RuleSpec& rule = read.rules[0];
    EXPECT_EQ(rule.id, "evening-hall");
    EXPECT_EQ(rule.title, "Light in the hall when somebody comes");
    EXPECT_TRUE(rule.enabled);
    EXPECT_EQ(rule.source.file, "rules.yaml");
    EXPECT_EQ(rule.source.line, 2);
    EXPECT_EQ(
        describe(rule),
        "when hall/motion.occupancy becomes true, or cellar/temperature rises above 24.5 or "
        "falls below 18, or x/y "
        "changes, or button/action is single, or button/action happens, or at 07:00 from "
        "Monday to Friday, or at 23:59 "
        "on Saturday and Sunday, or every 5m, or 30m before sunset from Monday to Friday, or at "
        "sunrise, if get(\"hall/illuminance\") == nil or "
        "get(\"hall/illuminance\") < 30: "
        "set hall-lamp/on to true; set hall-lamp/brightness to what ' clamp(value * 2, 10, "
        "254)' gives; run blind/close "
        "with 3; run blind/move with {\"to\":\"50\",\"fast\":[true]}; run blind/stop; tell "
        "everyone what ' 'somebody is "
        "in the hall: ' .. tostring(value)' gives; wait 5m; tell anna 'still there'");
    EXPECT_EQ(std::get<SetAction>(rule.actions[1]).expression, " clamp(value * 2, 10, 254)");
    EXPECT_FALSE(read.rules[1].enabled);
    EXPECT_EQ(std::get<SetAction>(read.rules[1].actions[0]).value, Value{std::string("none")});
}

TEST(RulesYaml, nothing_is_no_mistake) {
    EXPECT_EQ(told(""), "");
    EXPECT_EQ(told("rules:\n"), "");
    EXPECT_EQ(told("rules: []\n"), "");
    EXPECT_EQ(told("# nothing yet\n"), "");
}

TEST(RulesYaml, every_mistake_is_told_with_its_place) {
    EXPECT_EQ(
        told(R"yaml(rules:
  - id: first rule
    wenn: {every: 5m}
    if: value = 3
    then:
      - set: {hall-lamp.on: true}
      - wait: 5 minutes
  - id: second
    enabled: maybe
    when:
      - property: hall/lux
        croses: {above: 3}
      - property: hall/lux
        crosses: {above: high}
      - event: button
      - time: 25:00
        days: [mon, someday]
      - every: 1ms
      - proprety: hall/lux
      - property: hall/lux
        event: x/y
    if: |
      get("hall/lux") > 3
        and vlaue > 4
    then: {notify: ""}
  - id: second
    when: {every: 1m}
    then:
rule: []
)yaml"),
        "2:5 a rule needs 'when': what triggers it, e.g. '- property: hall/occupancy'\n"
        "2:9 'first rule' is no id: letters, digits, '_', '-' and '.', e.g. 'first_rule'\n"
        "3:5 a rule has no 'wenn' (did you mean 'when'?)\n"
        "4:9 in the expression: <eof> expected near '='; '==' compares, '=' does not\n"
        "6:15 'hall-lamp.on' is no address, write it as thing/property\n"
        "7:9 nothing comes after this wait: leave it out, or say what to do then\n"
        "7:15 'wait': '5 minutes' is not a duration (expected e.g. 250ms, 90s, 5m, 1h30m, 2d)\n"
        "9:14 'enabled' must be true or false, not 'maybe'\n"
        "11:9 a 'property' trigger needs 'changes', 'becomes' or 'crosses' (did you mean "
        "'crosses'?)\n"
        "12:9 a 'property' trigger has no 'croses' (did you mean 'crosses'?)\n"
        "14:26 'above' must be a number, not 'high'\n"
        "15:16 'button' is no event, write it as thing/event\n"
        "16:15 '25:00' is no time of day, write it as \"07:00\", from 00:00 to 23:59\n"
        "17:21 'someday' is no day: mon, tue, wed, thu, fri, sat, sun, weekdays, weekend or daily\n"
        "18:16 every 1ms is too often, at least 1s\n"
        "19:9 a trigger needs 'property', 'event', 'time', 'sun' or 'every' (did you mean "
        "'property'?)\n"
        "20:9 a trigger has both 'property' and 'event': write two, each with its own '-'\n"
        "24:9 in the expression: there is no 'vlaue' (did you mean 'value'?)\n"
        "25:20 there is nothing to tell\n"
        "26:9 the rule in line 8 has the id 'second' already\n"
        "28:10 a rule needs 'then': what it does, e.g. '- wait: 5m'\n"
        "29:1 a file of rules has no 'rule' (did you mean 'rules'?)\n");
}

TEST(RulesYaml, triggers_say_what_would_be_right) {
    EXPECT_EQ(told(with_when("- property: lamp")),
              "4:7 a 'property' trigger needs 'changes', 'becomes' or 'crosses'\n");
    EXPECT_EQ(told(with_when("- {property: lamp, changes: true}")),
              "4:18 'lamp' is no address, write it as thing/property\n");
    EXPECT_EQ(told(with_when("- {property: a/b, changes: false}")),
              "4:32 'changes' can only be true; to have no trigger leave it out\n");
    EXPECT_EQ(told(with_when("- {property: a/b, becomes: }")),
              "4:31 'becomes' needs a value, e.g. 'becomes: true'\n");
    EXPECT_EQ(told(with_when("- {property: a/b, crosses: 25}")),
              "4:32 'crosses', e.g. {above: 24.5}, must be a map (key: value), not a text\n");
    EXPECT_EQ(told(with_when("- {property: a/b, crosses: {}}")),
              "4:18 'crosses' needs 'above', 'below' or both\n");
    EXPECT_EQ(told(with_when("- {property: a/b, becomes: 1, changes: true}")),
              "4:7 a 'property' trigger has both 'changes' and 'becomes': write two, each with its "
              "own '-'\n");
    EXPECT_EQ(told(with_when("- {time: 7:00, days: []}")),
              "4:14 a time without any day never comes\n");
    EXPECT_EQ(told(with_when("- {time: [7, 0]}")),
              "4:14 'time' (\"07:00\") must be a text, not a list\n");
    EXPECT_EQ(told(with_when("- sun: noon")), "4:12 'noon' is neither sunrise nor sunset\n");
    EXPECT_EQ(told(with_when("- {sun: sunset, offset: later}")),
              "4:29 'offset': 'later' is not a duration (expected e.g. 250ms, 90s, 5m, 1h30m, 2d), "
              "or -30m for before\n");
    EXPECT_EQ(told(with_when("- {sun: sunset, offset: -13h}")),
              "4:13 an offset is at most 12h, before or after\n");
    EXPECT_EQ(told(with_when("- {sun: sunset, at: dusk}")),
              "4:21 a 'sun' trigger has no 'at'; it can have 'sun', 'offset' and 'days'\n");
    EXPECT_EQ(told(with_when("- every: -5m")),
              "4:14 'every': '-5m' is not a duration (expected e.g. 250ms, 90s, 5m, 1h30m, 2d)\n");
    EXPECT_EQ(told(with_when("hello")), "4:5 a trigger must be a map (key: value), not a text\n");
    EXPECT_EQ(told("rules: 3\n"), "1:8 'rules' must be a list (- ...), not a text\n");
    EXPECT_EQ(told("rules: [3]\n"), "1:9 a rule must be a map (key: value), not a text\n");
    EXPECT_EQ(told("- id: x\n"), "1:1 a file of rules must be a map (key: value), not a list\n");
}

TEST(RulesYaml, actions_say_what_would_be_right) {
    EXPECT_EQ(told(with_then("- set: hall-lamp/on")),
              "5:12 'set', e.g. {hall-lamp/on: true}, must be a map (key: value), not a text\n");
    EXPECT_EQ(told(with_then("- set: {}")),
              "5:12 'set' needs at least one 'thing/property: value'\n");
    EXPECT_EQ(told(with_then("- set: {a/b: }")), "5:13 'a/b' needs a value to be set to\n");
    EXPECT_EQ(told(with_then("- set: {a/b: .nan}")),
              "5:18 a value to set must be a finite number, not '.nan'\n");
    EXPECT_EQ(told(with_then("- set: {a/b: =}")),
              "5:18 in the expression: an expression is empty\n");
    EXPECT_EQ(told(with_then("- run: {thing: blind}")), "5:12 'run' needs 'action'\n");
    EXPECT_EQ(told(with_then("- run: {thing: a blind, action: x}")).substr(0, 27),
              "5:12 'a blind' is no thing:");
    EXPECT_EQ(told(with_then("- wait: 0s\n    - notify: x")),
              "5:13 a wait of 0s is out of range, more than nothing and at most 31d\n");
    EXPECT_EQ(told(with_then("- wait: 5m")),
              "5:7 nothing comes after this wait: leave it out, or say what to do then\n");
    EXPECT_EQ(told(with_then("- notify: {to: anna}")),
              "5:15 the text of 'notify' must be a text, not a map\n");
    EXPECT_EQ(told(with_then("- notfy: x")),
              "5:7 an action needs 'set', 'run', 'wait' or 'notify' (did you mean 'notify'?)\n");
    EXPECT_EQ(told(with_then("- notify: \"= 'x' ..\"")),
              "5:15 in the expression: unexpected symbol near <eof>\n");
    EXPECT_EQ(told(with_then("- wait: 5m\n    - notify: = value")),
              "6:15 in the expression: after a wait there is no 'value' any more, use "
              "get(\"thing/property\")\n");
    EXPECT_EQ(told(with_then("- {wait: 5m, notify: x}")),
              "5:7 an action has both 'wait' and 'notify': write two, each with its own '-'\n");
}

TEST(RulesYaml, limits_are_told) {
    std::string many = "- notify: x";
    for (int i = 0; i < 64; ++i) many += "\n    - notify: x";
    EXPECT_EQ(told(with_then(many)), "5:5 65 actions, limit 64\n");
    std::string long_one = "value > " + std::string(5000, '1');
    EXPECT_EQ(told(with_then("- notify: \"= " + long_one + "\"")),
              "5:15 in the expression: an expression of 5009 bytes, limit 4096\n");
}

TEST(RulesYaml, mistakes_in_the_examples_of_the_documentation_are_found_here) {
    std::ifstream file(FOX_DOCS_DIR "/rules.md");
    ASSERT_TRUE(file);
    std::stringstream text;
    text << file.rdbuf();
    const std::string page = text.str();
    int examples = 0;
    constexpr std::string_view open = "```yaml\n";
    for (auto at = page.find(open); at != std::string::npos; at = page.find(open, at + 1)) {
        const auto begin = at + open.size();
        const auto end = page.find("```", begin);
        ASSERT_NE(end, std::string::npos);
        const auto read = read_rules(std::string_view(page).substr(begin, end - begin), "rules.md");
        EXPECT_EQ(told(read), "") << page.substr(begin, end - begin);
        EXPECT_FALSE(read.rules.empty());
        ++examples;
    }
    EXPECT_GE(examples, 3);
}

}  // namespace
}  // namespace foxtail
