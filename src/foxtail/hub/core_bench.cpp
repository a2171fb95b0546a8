// The path every reading takes: allowed? fits? recorded, folded into the twin, shown to the rules
// that mention it. One core, nothing beside it: what the deterministic core costs, without disk and
// network.
#include "foxtail/base/assert.hpp"
#include "foxtail/hub/household.hpp"

#include <cstdlib>
#include <new>
#include <random>

#include <benchmark/benchmark.h>

namespace {

std::uint64_t allocations = 0;

}  // namespace

// Counts every allocation of this program (one thread). Not inlined: GCC would take the pair of
// malloc and delete for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    std::abort();
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
    ++allocations;
    const auto align = static_cast<std::size_t>(alignment);
    if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
    std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

namespace foxtail {
namespace {

constexpr int things = 1000;
constexpr int properties_each = 10;  // of these four yes or no, six numbers
constexpr int rules = 1000;
constexpr std::size_t batch = 4096;  // as many records as the hub commits together
constexpr std::size_t readings_made = 1U << 16;

class Utc final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time) const override { return {}; }
};

bool is_flag(int property) {
    return property < 4;
}

std::string address(int thing, int property) {
    return "thing-" + std::to_string(thing) + "/p" + std::to_string(property);
}

ThingSpec thing_spec(int thing) {
    ThingSpec spec;
    spec.id = "thing-" + std::to_string(thing);
    for (int i = 0; i < properties_each; ++i) {
        PropertySpec property;
        property.name = "p" + std::to_string(i);
        property.type = is_flag(i) ? Type::boolean : Type::number;
        if (!is_flag(i)) {
            property.minimum = -1000;
            property.maximum = 1000;
        }
        spec.properties.push_back(property);
    }
    return spec;
}

/// Each rule mentions a property of its own: crossings that readings hardly ever reach, and
/// conditions that hardly hold.
RuleSpec rule_spec(int rule) {
    RuleSpec spec;
    spec.id = "rule-" + std::to_string(rule);
    spec.actions.push_back(NotifyAction{"now", "", ""});
    if (rule % 4 == 0) {
        spec.triggers.push_back(OnChange{address(rule, 5)});
        spec.condition = "value > 999.999";
    } else {
        spec.triggers.push_back(OnCrosses{address(rule, 5), 999.999, std::nullopt});
    }
    return spec;
}

struct House {
    House() {
        household.start(now, "bench");
        connector =
            *household.name_subject("connector:bench", SubjectKind::connector, SubjectId{0}, now);
        for (int i = 0; i < things; ++i)
            FOX_ASSERT(household.tell(connector, thing_spec(i), now).has_value(), "it fits");
        std::vector<RuleSpec> specs;
        for (int i = 0; i < rules; ++i) specs.push_back(rule_spec(i));
        FOX_ASSERT(household.rules().load(std::move(specs), now).empty(), "the rules are right");
        std::mt19937_64 rng(1);
        std::uniform_int_distribution<int> any_thing(0, things - 1);
        std::uniform_int_distribution<int> any_property(0, properties_each - 1);
        std::uniform_real_distribution<double> any_number(-999, 999);
        for (std::size_t i = 0; i < readings_made; ++i) {
            const int property = any_property(rng);
            const Property* known =
                household.catalogue().find_property(address(any_thing(rng), property));
            const Value value = is_flag(property) ? Value{rng() % 2 == 0} : Value{any_number(rng)};
            readings.push_back({known->id, Quality::good, {}, value});
        }
        household.records().clear();
    }
    void report(std::size_t i) {
        const auto seq = household.report(connector, readings[i % readings_made], now);
        FOX_ASSERT(seq.has_value(), "every reading is allowed and fits");
        if (household.records().size() < batch) return;
        household.records().clear();
        household.orders().clear();
        now.wall = now.wall + milliseconds(4);
        now.mono = now.mono + milliseconds(4);
        household.tick(now);
    }

    Utc zone;
    Household household{zone};
    Moment now{Time{1'790'000'000'000'000}, seconds(1)};
    SubjectId connector;
    std::vector<Reading> readings;
};

void core_readings(benchmark::State& state) {
    House house;
    std::size_t i = 0;
    for (; i < 2 * readings_made; ++i) house.report(i);  // until every list has found its size
    for (auto _ : state) house.report(i++);
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
    // Counted apart: the benchmark's own loop allocates too.
    const auto before = allocations;
    for (std::size_t n = 0; n < readings_made; ++n) house.report(i++);
    state.counters["allocations_per_reading"] =
        static_cast<double>(allocations - before) / static_cast<double>(readings_made);
}
BENCHMARK(core_readings);

}  // namespace
}  // namespace foxtail
