#include "foxtail/rules/engine.hpp"
#include "foxtail/rules/sandbox.hpp"
#include "foxtail/rules/test_house.hpp"

#include <benchmark/benchmark.h>

namespace foxtail {
namespace {

using testing::FakeZone;
using testing::noon;
using testing::TestHouse;

constexpr int rules_in_house = 1000;

/// 1,000 rules, each on a property of its own, and five on "hall/busy".
struct BusyHouse {
    explicit BusyHouse(const char* condition, const Trigger& trigger) {
        busy = house.add("hall/busy");
        quiet = house.add("hall/quiet");
        std::vector<RuleSpec> rules;
        for (int i = 0; i < rules_in_house; ++i) {
            house.add("room-" + std::to_string(i) + "/value");
            RuleSpec rule;
            rule.id = "r" + std::to_string(i);
            rule.condition = "value > 20";
            rule.triggers = {OnChange{"room-" + std::to_string(i) + "/value"}};
            rule.actions = {SetAction{"lamp/on", true, ""}};
            if (i % 200 == 0) {
                rule.triggers = {trigger};
                rule.condition = condition;
            }
            rules.push_back(std::move(rule));
        }
        if (!engine.load(std::move(rules), noon).empty()) std::abort();
    }
    TestHouse house;
    FakeZone zone;
    RuleEngine engine{house.catalogue, house.twin, zone};
    PropertyId busy;
    PropertyId quiet;
};

/// Says `low` and `high` in turns and looks at the rules of that change.
void turns(benchmark::State& state, BusyHouse& busy, PropertyId property, double low, double high) {
    std::vector<RuleRun> runs;
    const Change to_high{property, 1, false, true, 0, {}, Value{low}};
    const Change to_low{property, 2, false, true, 0, {}, Value{high}};
    bool is_high = false;
    busy.house.say(property, low);
    for (auto _ : state) {
        is_high = !is_high;
        state.PauseTiming();
        busy.house.say(property, is_high ? high : low);
        runs.clear();
        state.ResumeTiming();
        busy.engine.changed(is_high ? to_high : to_low, noon, runs);
        benchmark::DoNotOptimize(runs.data());
    }
}

void nothing_mentions_it(benchmark::State& state) {
    BusyHouse busy("value > 20", OnChange{"hall/busy"});
    std::vector<RuleRun> runs;
    busy.house.say(busy.quiet, 1.0);
    const Change change{busy.quiet, 1, false, true, 0, {}, Value{2.0}};
    for (auto _ : state) {
        busy.engine.changed(change, noon, runs);
        benchmark::DoNotOptimize(runs.data());
    }
}
BENCHMARK(nothing_mentions_it);

void five_rules_mention_it_and_nothing_crosses(benchmark::State& state) {
    BusyHouse busy("", OnCrosses{"hall/busy", 100.0, std::nullopt});
    std::vector<RuleRun> runs;
    busy.house.say(busy.busy, 1.0);
    const Change change{busy.busy, 1, false, true, 0, {}, Value{2.0}};
    for (auto _ : state) {
        busy.engine.changed(change, noon, runs);
        benchmark::DoNotOptimize(runs.data());
    }
}
BENCHMARK(five_rules_mention_it_and_nothing_crosses);

void five_conditions_are_false(benchmark::State& state) {
    BusyHouse busy("value > 20", OnChange{"hall/busy"});
    std::vector<RuleRun> runs;
    busy.house.say(busy.busy, 1.0);
    const Change change{busy.busy, 1, false, true, 0, {}, Value{2.0}};
    for (auto _ : state) {
        busy.engine.changed(change, noon, runs);
        benchmark::DoNotOptimize(runs.data());
    }
}
BENCHMARK(five_conditions_are_false);

void five_conditions_ask_the_house(benchmark::State& state) {
    BusyHouse busy("get('hall/quiet') == nil and now.hour < 3", OnChange{"hall/busy"});
    std::vector<RuleRun> runs;
    busy.house.say(busy.busy, 1.0);
    const Change change{busy.busy, 1, false, true, 0, {}, Value{2.0}};
    for (auto _ : state) {
        runs.clear();
        busy.engine.changed(change, noon, runs);
        benchmark::DoNotOptimize(runs.data());
    }
}
BENCHMARK(five_conditions_ask_the_house);

void five_rules_run(benchmark::State& state) {
    BusyHouse busy("value > 0", OnChange{"hall/busy"});
    turns(state, busy, busy.busy, 1.0, 2.0);
}
BENCHMARK(five_rules_run);

void loading_a_thousand_rules(benchmark::State& state) {
    BusyHouse busy("value > 20", OnChange{"hall/busy"});
    for (auto _ : state) {
        auto rules = busy.engine.rules();
        benchmark::DoNotOptimize(busy.engine.load(std::move(rules), noon));
    }
}
BENCHMARK(loading_a_thousand_rules);

/// What the worst expressions can cost the household.
void worst_expression(benchmark::State& state, const char* text) {
    TestHouse house;
    const FakeZone zone;
    Sandbox sandbox;
    const auto compiled = sandbox.compile(text);
    if (!compiled) std::abort();
    const Scope scope{house.catalogue, house.twin, zone, noon, nullptr, nullptr, nullptr, false};
    for (auto _ : state) benchmark::DoNotOptimize(sandbox.evaluate(*compiled, scope));
}
BENCHMARK_CAPTURE(worst_expression, endless_loop, "while true do end return 1");
BENCHMARK_CAPTURE(worst_expression, text_as_number,
                  "local s = ('0'):rep(4000) .. '1' while true do local _ = s | 0 end return 1");
BENCHMARK_CAPTURE(worst_expression, compare_texts,
                  "local a, b = ('x'):rep(4000) .. 'a', ('x'):rep(4000) .. 'b' while true do local "
                  "_ = a < b end return 1");
BENCHMARK_CAPTURE(worst_expression, format,
                  "local s = ('%99.99f'):rep(9) while true do local _ = string.format(s, "
                  "1e300, 1e300, 1e300, 1e300, 1e300, 1e300, 1e300, 1e300, 1e300) end return 1");
BENCHMARK_CAPTURE(worst_expression, garbage, "while true do local t = {1, 2, 3} end return 1");
BENCHMARK_CAPTURE(worst_expression, arguments,
                  "local function f(...) f(...) end f(table.unpack({}, 1, 200)) return 1");

}  // namespace
}  // namespace foxtail
