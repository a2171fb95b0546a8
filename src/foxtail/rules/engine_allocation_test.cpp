#include "foxtail/rules/engine.hpp"
#include "foxtail/rules/test_house.hpp"

#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

namespace {

std::size_t allocations = 0;  // NOLINT: what the operators below count

}  // namespace

// Counts for the whole test program; only differences mean anything. Not inlined, as GCC would then
// see free() meet what it takes for the library's own operator.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    void* const block = std::malloc(size == 0 ? 1 : size);
    if (block == nullptr) std::abort();
    return block;
}
[[gnu::noinline]] void operator delete(void* block) noexcept {
    std::free(block);
}
[[gnu::noinline]] void operator delete(void* block, std::size_t /*size*/) noexcept {
    std::free(block);
}

namespace foxtail {
namespace {

using testing::noon;

TEST(RuleEngine, allocates_nothing_when_no_rule_runs) {
    testing::TestHouse house;
    const testing::FakeZone zone;
    const auto id = house.add("cellar/temperature");
    RuleEngine engine{house.catalogue, house.twin, zone};
    RuleSpec crosses;
    crosses.id = "crosses";
    crosses.triggers = {
        OnCrosses{"cellar/temperature", 90.0, 10.0}, OnBecomes{"cellar/temperature", 80.0},
        OnBecomes{"cellar/temperature", std::string("a text too long to be kept in place")}};
    crosses.actions = {SetAction{"lamp/on", true, ""}};
    RuleSpec condition = crosses;
    condition.id = "condition";
    condition.triggers = {OnChange{"cellar/temperature"}, Every{seconds(10)}};
    condition.condition = "value ~= nil and value > 20 and get('cellar/temperature') > 30";
    ASSERT_TRUE(engine.load({crosses, condition}, noon).empty());

    std::vector<RuleRun> runs;
    house.say(id, 15.0);
    const Change change{id, 1, false, true, 0, {}, Value{14.0}};
    engine.changed(change, noon, runs);
    const auto before = allocations;
    for (int i = 0; i < 100; ++i) engine.changed(change, noon, runs);
    for (int i = 0; i < 100; ++i) engine.happened("button", "action", Value{}, noon, runs);
    for (int i = 0; i < 100; ++i) engine.tick(noon, runs);
    EXPECT_EQ(allocations - before, 0U);
    EXPECT_TRUE(runs.empty());
    EXPECT_EQ(engine.counters(1).evaluated, 101U) << "the condition was asked all the same";
}

}  // namespace
}  // namespace foxtail
