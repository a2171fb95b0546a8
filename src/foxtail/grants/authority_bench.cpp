// The one decision, in a large household: 500 subjects, 50,000 properties, 5,000 grants, asked at
// random; and what one more grant costs.
#include "foxtail/base/assert.hpp"
#include "foxtail/grants/authority.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

namespace foxtail {
namespace {

constexpr std::uint32_t subjects = 500;
constexpr int things = 5000;
constexpr int properties_each = 10;
constexpr std::uint32_t grants = 5000;
constexpr std::size_t questions_made = 1U << 18;

struct Question {
    SubjectId subject;
    PropertyId property;
    Verb verb;
};

struct Town {
    Town() {
        authority.apply(SubjectNamed{{0}, "hub", SubjectKind::hub});
        for (std::uint32_t i = 1; i < subjects; ++i) {
            const auto kind = i < 3     ? SubjectKind::owner
                              : i < 20  ? SubjectKind::resident
                              : i < 300 ? SubjectKind::participant
                                        : SubjectKind::token;
            authority.apply(SubjectNamed{{i}, "s:" + std::to_string(i), kind});
        }
        for (int i = 0; i < things; ++i) {
            ThingSpec spec;
            spec.id = "thing-" + std::to_string(i);
            for (int p = 0; p < properties_each; ++p) {
                spec.properties.push_back({.name = "p" + std::to_string(p)});
                if (p == 9) spec.properties.back().sensitivity = Sensitivity::personal;
            }
            const auto told = catalogue.tell(spec, "");
            FOX_ASSERT(told.has_value(), "it fits");
            authority.told(catalogue.thing(told->thing));
            // Every tenth thing is somebody's.
            if (i % 10 == 0) {
                const SubjectId owner{static_cast<std::uint32_t>(3 + i % 17)};
                authority.apply(++seq, now, ThingOwned{told->thing, {owner}, {owner}});
            }
        }
        for (std::uint32_t i = 0; i < grants; ++i)
            authority.apply(++seq, some_grant(), SubjectId{1 + i % 19});
        for (std::size_t i = 0; i < questions_made; ++i) {
            questions.push_back({{static_cast<std::uint32_t>(rng() % subjects)},
                                 {static_cast<std::uint32_t>(rng() % (things * properties_each))},
                                 static_cast<Verb>(1U << rng() % 5)});
        }
    }
    GrantGiven some_grant() {
        GrantGiven given;
        given.subject = {static_cast<std::uint32_t>(3 + rng() % (subjects - 3))};
        const auto thing = std::to_string(rng() % things);
        switch (rng() % 10) {
            case 0:
                given.addresses = {"*/p" + std::to_string(rng() % properties_each)};
                break;
            case 1:
                given.addresses = {"thing-" + thing.substr(0, 2) + "*/*"};
                break;
            default:
                given.addresses = {"thing-" + thing + "/*"};
        }
        given.verbs = static_cast<std::uint16_t>(1 + rng() % 31);
        if (rng() % 2 == 0) given.until = now + days(1);
        if (rng() % 4 == 0) given.terms.obligation.granularity = minutes(15);
        return given;
    }
    std::mt19937_64 rng{1};
    Catalogue catalogue;
    Authority authority{catalogue};
    Seq seq = 0;
    Time now{1'790'000'000'000'000};
    std::vector<Question> questions;
};

Town& town() {
    static Town one;
    return one;
}

void decision(benchmark::State& state) {
    Town& t = town();
    std::size_t i = 0;
    std::uint64_t allowed = 0;
    for (auto _ : state) {
        const Question& q = t.questions[i++ % questions_made];
        allowed += t.authority.decide(q.subject, q.verb, q.property, t.now).allowed ? 1U : 0U;
    }
    benchmark::DoNotOptimize(allowed);
    state.counters["trust.decision_ns"] =
        benchmark::Counter(static_cast<double>(state.iterations()) / 1e9,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["allowed_share"] =
        static_cast<double>(allowed) / static_cast<double>(state.iterations());
}
BENCHMARK(decision);

/// One by one, with the two looks at the clock that measuring takes.
void single_decision(benchmark::State& state) {
    using Clock = std::chrono::steady_clock;
    Town& t = town();
    std::vector<std::int64_t> took;
    took.reserve(1U << 20);
    std::size_t i = 0;
    for (auto _ : state) {
        const Question& q = t.questions[i++ % questions_made];
        const auto before = Clock::now();
        benchmark::DoNotOptimize(t.authority.decide(q.subject, q.verb, q.property, t.now));
        const auto after = Clock::now();
        if (took.size() < took.capacity())
            took.push_back(
                std::chrono::duration_cast<std::chrono::nanoseconds>(after - before).count());
    }
    std::sort(took.begin(), took.end());
    state.counters["trust.decision_p99_ns"] = static_cast<double>(took[took.size() * 99 / 100]);
}
BENCHMARK(single_decision);

/// One more grant among 5,000, and its end.
void recompile(benchmark::State& state) {
    using Clock = std::chrono::steady_clock;
    Town& t = town();
    double seconds_total = 0;
    for (auto _ : state) {
        const GrantGiven given = t.some_grant();
        const auto before = Clock::now();
        t.authority.apply(++t.seq, given, SubjectId{1});
        t.authority.apply(GrantEnded{t.seq, ""});
        seconds_total += std::chrono::duration<double>(Clock::now() - before).count();
    }
    state.counters["trust.recompile_ms"] =
        seconds_total * 1e3 / static_cast<double>(state.iterations());
}
BENCHMARK(recompile);

}  // namespace
}  // namespace foxtail
