#include "foxtail/store/sqlite/day_testing.hpp"
#include "foxtail/store/sqlite/store_testing.hpp"
#include "foxtail/store/sqlite/tools.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>

#include <benchmark/benchmark.h>

// Names and meaning of the counters are those of docs/benchmarks.md. FOXTAIL_BENCH_FULL=1 measures
// at full size (ten million readings); else a tenth shows that the bench still works.
namespace foxtail::sqlite {
namespace {

using testing::Both;
using testing::Day;
using testing::Folder;

constexpr std::size_t batch_size = 4096;

bool full_size() {
    return std::getenv("FOXTAIL_BENCH_FULL") != nullptr;
}

double rss_mib() {
    std::ifstream statm("/proc/self/statm");
    double pages = 0;
    statm >> pages >> pages;
    return pages * 4096 / (1024 * 1024);
}

void must(bool ok) {
    if (!ok) std::abort();
}

Options options_for(const Folder& folder) {
    Options options;
    options.path = folder.file();
    return options;
}

std::vector<Record> tellings(const Day& day) {
    std::vector<Record> out;
    std::uint32_t property = 0;
    for (std::size_t t = 0; t < day.things(); ++t) {
        ThingTold told;
        told.thing = {static_cast<std::uint32_t>(t)};
        told.spec.id = "thing-" + std::to_string(t);
        told.brought_by = "mqtt";
        for (std::uint32_t i = 0; i < day.properties_of(t); ++i) {
            PropertySpec p;
            p.name = "p" + std::to_string(i);
            p.type = Type::number;
            told.spec.properties.push_back(p);
            told.ids.push_back({property++});
        }
        out.push_back({out.size() + 1, testing::begin_of_records, {}, 0, told});
    }
    return out;
}

/// As the store's thread does it: a commit, then upkeep while the next batch gathers.
void commit(Writer& writer, const std::vector<Record>& batch) {
    must(writer.append(batch).has_value());
    do {
        (void)writer.maintain();
    } while (writer.behind());
}

void BM_store_readings(benchmark::State& state) {
    Folder folder;
    Both both(options_for(folder));
    must(both.open().has_value());
    Day day(1, testing::begin_of_records);
    const auto told = tellings(day);
    must(both.writer.append(told).has_value());
    day.set_seq(told.size());
    std::vector<Record> batch;
    std::uint64_t readings = 0;
    for (auto _ : state) {
        state.PauseTiming();
        batch.clear();
        while (batch.size() < batch_size) day.next(batch);
        state.ResumeTiming();
        commit(both.writer, batch);
        readings += batch.size();
    }
    state.counters["store.readings_per_s"] =
        benchmark::Counter(static_cast<double>(readings), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_store_readings)->UseRealTime()->Unit(benchmark::kMillisecond);

void BM_store_rule_records(benchmark::State& state) {
    Folder folder;
    Both both(options_for(folder));
    must(both.open().has_value());
    std::vector<Record> batch(batch_size);
    Seq seq = 0;
    for (auto _ : state) {
        for (auto& record : batch) {
            ++seq;
            record = {seq,
                      testing::begin_of_records + microseconds(static_cast<std::int64_t>(seq)),
                      {3},
                      seq - 1,
                      RuleRan{"evening", RunOutcome::ran, "hall/occupancy became true"}};
        }
        commit(both.writer, batch);
    }
    state.counters["store.rule_records_per_s"] =
        benchmark::Counter(static_cast<double>(seq), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_store_rule_records)->UseRealTime()->Unit(benchmark::kMillisecond);

/// A day in small batches, as in life; then sealed as it stands on disk.
void BM_store_bytes_per_reading(benchmark::State& state) {
    for (auto _ : state) {
        Folder folder;
        Both both(options_for(folder));
        must(both.open().has_value());
        Day day(2, testing::begin_of_records);
        const auto told = tellings(day);
        must(both.writer.append(told).has_value());
        day.set_seq(told.size());
        std::vector<Record> batch;
        std::uint64_t largest = 0;
        const auto end = testing::begin_of_records + (full_size() ? days(1) : hours(3));
        while (day.time() < end) {
            batch.clear();
            while (batch.size() < 256) day.next(batch);
            commit(both.writer, batch);
            largest = std::max<std::uint64_t>(largest, std::filesystem::file_size(folder.file()));
        }
        must(both.writer.seal_now().has_value());
        const auto s = stat(folder.file());
        must(s.has_value() && s->readings_waiting == 0);
        const auto readings = static_cast<double>(s->readings_sealed);
        state.counters["store.bytes_per_reading"] = static_cast<double>(s->bytes) / readings;
        state.counters["in_bodies"] = static_cast<double>(s->segment_bytes) / readings;
        state.counters["readings"] = readings;
        state.counters["segments"] = static_cast<double>(s->segments);
        state.counters["largest_file"] = static_cast<double>(largest) / readings;
    }
}
BENCHMARK(BM_store_bytes_per_reading)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

/// A year of one property, a value a minute.
void BM_history_query(benchmark::State& state) {
    Folder folder;
    Both both(options_for(folder));
    must(both.open().has_value());
    constexpr int minutes_of_year = 525'600;
    std::mt19937_64 random(3);
    std::vector<Record> batch;
    std::int64_t hundredths = 2100;
    for (int i = 0; i < minutes_of_year; ++i) {
        hundredths += static_cast<std::int64_t>(random() % 9) - 4;
        const auto waver = milliseconds(static_cast<std::int64_t>(random() % 500));
        // Between two minutes others said something too.
        batch.push_back({static_cast<Seq>(i) + 1,
                         testing::begin_of_records + minutes(i) + waver,
                         {2},
                         0,
                         Reading{{0}, Quality::good, {}, static_cast<double>(hundredths) / 100}});
        if (batch.size() == batch_size || i + 1 == minutes_of_year) {
            commit(both.writer, batch);
            batch.clear();
        }
    }
    must(both.writer.seal_now().has_value());
    std::vector<double> ms;
    const auto before = rss_mib();
    std::int64_t shift = 0;
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        const auto points =
            both.reader.history({0}, {testing::begin_of_records + minutes(++shift),
                                      testing::begin_of_records + minutes(minutes_of_year), 1000});
        must(points.has_value() && points->size() >= 999);
        ms.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                .count());
    }
    std::sort(ms.begin(), ms.end());
    state.counters["history.query.p50_ms"] = ms[ms.size() / 2];
    state.counters["history.query.p99_ms"] = ms[ms.size() * 99 / 100];
    state.counters["rss_growth_mib"] = rss_mib() - before;
}
BENCHMARK(BM_history_query)->UseRealTime()->Unit(benchmark::kMillisecond);

/// To the last record, with 1000 things and their snapshot.
void BM_store_load(benchmark::State& state) {
    Folder folder;
    const std::uint64_t readings = full_size() ? 10'000'000 : 500'000;
    constexpr std::uint32_t things = 1000;
    {
        Both both(options_for(folder));
        must(both.open().has_value());
        std::mt19937_64 random(4);
        testing::RandomBodies bodies(4);
        std::vector<Record> batch;
        Seq seq = 0;
        for (std::uint32_t t = 0; t < things; ++t)
            batch.push_back({++seq, testing::begin_of_records, {}, 0, bodies.told(t, 6)});
        commit(both.writer, batch);
        Time time = testing::begin_of_records;
        while (seq < readings) {
            batch.clear();
            while (batch.size() < batch_size) {
                const auto thing = static_cast<std::uint32_t>(random() % things);
                time.us += 20'000;
                for (std::uint32_t p = 0; p < 6; ++p) {
                    batch.push_back({++seq,
                                     time,
                                     {2},
                                     0,
                                     Reading{{thing * 6 + p},
                                             Quality::good,
                                             {},
                                             static_cast<double>(random() % 1000) / 10}});
                }
            }
            commit(both.writer, batch);
        }
        std::string snapshot;
        for (int i = 0; i < 300'000; ++i) snapshot += static_cast<char>('a' + random() % 16);
        must(both.writer.keep_snapshot(seq - 20'000, snapshot).has_value());
    }
    const auto before = rss_mib();
    for (auto _ : state) {
        Both both(options_for(folder));
        must(both.open().has_value());
        const auto snapshot = both.reader.newest_snapshot();
        must(snapshot.has_value() && snapshot->seq > 0);
        std::uint64_t records = 0;
        must(both.reader
                 .replay(snapshot->seq + 1,
                         [&](Record&&) -> Result<void> {
                             ++records;
                             return {};
                         })
                 .has_value());
        must(records == 20'000);
    }
    state.counters["readings"] = static_cast<double>(readings);
    state.counters["bytes_per_reading"] =
        static_cast<double>(std::filesystem::file_size(folder.file())) /
        static_cast<double>(readings);
    state.counters["rss_growth_mib"] = rss_mib() - before;
}
BENCHMARK(BM_store_load)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace foxtail::sqlite
