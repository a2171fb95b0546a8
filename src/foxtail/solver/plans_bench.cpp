// What a plan takes, for a full household: battery, car with two stays, heated house, two
// appliances, 48 hours ahead. FOXTAIL_BENCH_FULL runs as many as the figures ask for; without it
// just enough to show that it works.
#include "foxtail/planner/check.hpp"
#include "foxtail/planner/hostile_testing.hpp"
#include "foxtail/planner/house_testing.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/solver/cbc.hpp"
#include "foxtail/solver/clp.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include <benchmark/benchmark.h>

namespace foxtail::solver {
namespace {

using planner::HouseOf;
using planner::Planner;
using planner::Request;
using planner::Season;
using planner::Status;
using planner::Tariff;

bool in_full() {
    return std::getenv("FOXTAIL_BENCH_FULL") != nullptr;
}

template <class Work>
double ms_of(const Work& work) {
    const auto began = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
        .count();
}

double quantile(std::vector<double> values, double part) {
    std::sort(values.begin(), values.end());
    const auto last = static_cast<double>(values.size() - 1);
    return values[static_cast<std::size_t>(part * last + 0.5)];
}

/// Six of the twenty give back, four pay for their peak; half of them begin in the morning.
HouseOf instance(int season, int tariff) {
    HouseOf of;
    of.season = static_cast<Season>(season);
    of.tariff = static_cast<Tariff>(tariff);
    of.hour = (season + tariff) % 2 ? 9 : 18;
    of.gives_back = (season + tariff) % 3 == 0;
    of.peak_eur_kw = (season + tariff) % 4 == 1 ? 0.2 : 0;
    return of;
}

/// An hour of a household: levels and forecasts move, quarters pass, now and then a wish changes.
void plan_events(benchmark::State& state) {
    const int events = in_full() ? 120 : 4;
    std::vector<double> ms;
    for (auto _ : state) {
        for (int season = 0; season < 4; ++season) {
            auto r = planner::house(instance(season, 0));
            Planner planner(make_clp());
            planner.accept(planner.plan(r));
            for (int event = 1; event <= events; ++event) {
                r.now = r.now + seconds(30);
                r.cars.front().energy_kwh += 0.02;
                r.batteries.front().energy_kwh += event % 2 ? 0.03 : -0.02;
                const double sun = 0.95 + 0.1 * planner::house_testing::chance(season, event, 8);
                for (auto& kw : r.sun_kw.values) kw *= sun;
                if (event % 20 == 0) *r.cars.front().sessions.front().target_kwh += 1;
                ms.push_back(ms_of([&] { planner.accept(planner.plan(r)); }));
            }
        }
    }
    state.counters["plan.event_to_plan.p50_ms"] = quantile(ms, 0.5);
    state.counters["plan.event_to_plan.p99_ms"] = quantile(ms, 0.99);
}
BENCHMARK(plan_events)->Iterations(1)->Unit(benchmark::kMillisecond);

/// From the request to a plan that is proved to be within a cent of the best.
void one_cent(benchmark::State& state) {
    std::vector<double> all, flat, dynamic;
    int proved = 0;
    for (auto _ : state) {
        for (int season = 0; season < (in_full() ? 4 : 1); ++season) {
            for (int tariff = 0; tariff < (in_full() ? 5 : 2); ++tariff) {
                const auto r = planner::house(instance(season, tariff));
                Planner planner(make_clp());
                const double ms = ms_of([&] {
                    (void)planner.plan(r);
                    auto task = planner.task();
                    task.seconds = 8;
                    const auto answer = solve_whole(task);
                    proved += answer.status == Status::optimal;
                    (void)planner.improve(task.number, answer);
                });
                all.push_back(ms / 1000);
                if (tariff == static_cast<int>(Tariff::flat)) flat.push_back(ms);
                if (tariff == static_cast<int>(Tariff::dynamic)) dynamic.push_back(ms);
            }
        }
    }
    state.counters["plan.one_cent.p50_s"] = quantile(all, 0.5);
    state.counters["plan.one_cent.p95_s"] = quantile(all, 0.95);
    state.counters["plan.one_cent.max_s"] = quantile(all, 1);
    state.counters["plan.one_cent.proved"] = proved;
    state.counters["plan.flat_over_dynamic"] = quantile(flat, 0.5) / quantile(dynamic, 0.5);
}
BENCHMARK(one_cent)->Iterations(1)->Unit(benchmark::kMillisecond);

void reasons(benchmark::State& state) {
    std::vector<double> ms;
    for (auto _ : state) {
        for (int season = 0; season < (in_full() ? 4 : 1); ++season) {
            for (int tariff = 0; tariff < (in_full() ? 5 : 1); ++tariff) {
                Planner planner(make_clp());
                (void)planner.plan(planner::house(instance(season, tariff)));
                ms.push_back(ms_of([&] { benchmark::DoNotOptimize(planner.alternatives(20)); }));
            }
        }
    }
    state.counters["plan.reasons_ms"] = quantile(ms, 0.5);
    state.counters["plan.reasons_max_ms"] = quantile(ms, 1);
}
BENCHMARK(reasons)->Iterations(1)->Unit(benchmark::kMillisecond);

/// Random and hostile requests without a plan, or with one that breaks a hard limit.
void infeasible(benchmark::State& state) {
    const int requests = in_full() ? 10'000 : 20;
    int without = 0;
    int by_thumb = 0;
    for (auto _ : state) {
        for (int seed = 0; seed < requests; ++seed) {
            const auto r = planner::Hostile(static_cast<std::uint64_t>(seed)).request();
            Planner planner(make_clp());
            const auto plan = planner.plan(r);
            const bool holds = planner::check(planner::make_scene(r), plan).holds();
            without += plan.slots.empty() || !holds;
            by_thumb += plan.stage == planner::Stage::rules_of_thumb;
        }
    }
    state.counters["plan.infeasible"] = without;
    state.counters["plan.by_rules_of_thumb"] = by_thumb;
}
BENCHMARK(infeasible)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace foxtail::solver
