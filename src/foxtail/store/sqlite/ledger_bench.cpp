#include "foxtail/store/sqlite/day_testing.hpp"
#include "foxtail/store/sqlite/ledger.hpp"
#include "foxtail/store/sqlite/store_testing.hpp"
#include "foxtail/verify/audit.hpp"

#include <chrono>
#include <cstdlib>

#include <benchmark/benchmark.h>

// Names and meaning of the counters are those of docs/benchmarks.md: what the ledger adds to a
// record and to a reading, in the writer's thread, and how long a million leaves take to check.
namespace foxtail::sqlite {
namespace {

using testing::Day;
using testing::Folder;

constexpr std::size_t batch_size = 4096;

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void must(bool ok) {
    if (!ok) std::abort();
}

/// A ledger alone on a file, as the writer has it.
struct Alone {
    explicit Alone(const Folder& folder) : ledger(database, options, shared) {
        options.path = folder.file();
        options.ledger_key = folder.file("ledger.key");
        options.monotonic = [] { return Duration{}; };
        testing::Both both(options);
        must(both.open().has_value());
        both.writer.close();
        database = std::move(*Database::open(options.path, Database::Mode::read_write, ""));
        must(ledger.open(0, testing::begin_of_records).has_value());
    }
    Options options;
    Shared shared;
    Database database;
    Ledger ledger;
};

/// Everything but the two columns that the record's row is longer by.
void BM_ledger_leaf(benchmark::State& state) {
    Folder folder;
    Alone alone(folder);
    const std::string body =
        R"({"rule":"evening","outcome":"ran","detail":"hall/occupancy became true"})";
    Record record{0, testing::begin_of_records, {3}, 0, RuleRan{"evening", RunOutcome::ran, ""}};
    double spent = 0;
    for (auto _ : state) {
        Transaction transaction(alone.database);
        must(transaction.begin().has_value());
        const auto begin = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < batch_size; ++i) {
            record.cause = record.seq++;
            must(alone.ledger.add(record, body).has_value());
        }
        spent += seconds_since(begin);
        must(transaction.commit().has_value());
    }
    state.counters["ledger.leaf_us"] =
        spent * 1e6 / (static_cast<double>(state.iterations()) * static_cast<double>(batch_size));
}
BENCHMARK(BM_ledger_leaf)->Unit(benchmark::kMillisecond);

void BM_ledger_reading(benchmark::State& state) {
    Folder folder;
    Alone alone(folder);
    Day day(1, testing::begin_of_records);
    double spent = 0;
    std::uint64_t readings = 0;
    for (auto _ : state) {
        std::vector<Record> batch;
        while (batch.size() < batch_size) day.next(batch);
        std::vector<Entry> entries;
        for (const auto& r : batch)
            entries.push_back({r.seq, r.time, r.cause, r.actor, std::get<Reading>(r.body)});
        const auto n = entries.size();
        alone.shared.tail.add(std::move(entries));
        alone.ledger.committed(n);
        Transaction transaction(alone.database);
        must(transaction.begin().has_value());
        const auto begin = std::chrono::steady_clock::now();
        while (alone.ledger.readings_wait())
            must(alone.ledger.seal_along(batch.back().seq, batch.back().time).has_value());
        spent += seconds_since(begin);
        must(transaction.commit().has_value());
        alone.shared.tail.drop(batch.back().seq);
        readings += n;
    }
    state.counters["ledger.reading_ns"] = spent * 1e9 / static_cast<double>(readings);
}
BENCHMARK(BM_ledger_reading)->Unit(benchmark::kMillisecond);

/// An export of a million leaves with their bodies (a hundredth unless FOXTAIL_BENCH_FULL is set).
void BM_ledger_verify(benchmark::State& state) {
    const std::size_t leaves = std::getenv("FOXTAIL_BENCH_FULL") != nullptr ? 1'000'000 : 10'000;
    const ledger::SigningKey seed_key("foxtail", {});
    const auto origin = ledger::origin_of(seed_key.verifier().key);
    const ledger::SigningKey key(origin, {});
    std::vector<ledger::Hash> hashes;
    std::vector<Seq> seqs;
    std::string lines;
    std::string text;
    const auto add = [&](Seq seq) {
        hashes.push_back(ledger::hash_leaf({text}));
        seqs.push_back(seq);
        lines += text + "\n";
        text.clear();
    };
    ledger::Note note{ledger::format_key_change({origin, 0, 0, key.verifier(), {}}), {}};
    note.signatures.push_back(key.sign(note.text));
    ledger::append_leaf(text, ledger::KeyLeaf{{1}, ledger::format_note(note)});
    add(0);
    const std::string salt(ledger::salt_bytes, 's');
    for (Seq seq = 1; seq < leaves; ++seq) {
        const auto body =
            R"({"rule":"evening","outcome":"ran","detail":")" + std::to_string(seq) + "\"}";
        ledger::append_leaf(text, ledger::RecordLeaf{seq,
                                                     testing::begin_of_records,
                                                     {3},
                                                     seq - 1,
                                                     "rule_ran",
                                                     ledger::commit(salt, body)});
        add(seq);
        ledger::append_body_line(lines, seq, salt, body);
    }
    note = {ledger::format_checkpoint({origin, leaves, ledger::root_of(hashes), {}}), {}};
    note.signatures.push_back(key.sign(note.text));
    std::string head;
    ledger::append_header_line(head, origin);
    ledger::append_checkpoint_line(head, ledger::format_note(note));
    for (std::size_t at = 0; at < leaves; at += 256) {
        const auto n = std::min<std::size_t>(256, leaves - at);
        ledger::append_hashes_line(head, at, std::span(hashes).subspan(at, n),
                                   std::span(seqs).subspan(at, n));
    }
    lines.insert(0, head);
    ledger::append_end_line(lines, {0, leaves - 1, 1, leaves});
    double spent = 0;
    for (auto _ : state) {
        const auto begin = std::chrono::steady_clock::now();
        ledger::Audit audit({});
        for (std::string_view rest = lines; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1))
            audit.line(rest.substr(0, rest.find('\n')));
        must(audit.finish().good());
        spent += seconds_since(begin);
    }
    state.counters["ledger.verify_s"] = spent / static_cast<double>(state.iterations());
}
BENCHMARK(BM_ledger_verify)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace foxtail::sqlite
