#pragma once

#include "foxtail/base/environment.hpp"
#include "foxtail/hub/edges.hpp"
#include "foxtail/hub/hub.hpp"

#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace foxtail::sim {

/// One seed, one world: clocks, chance and the thread, all under the test's hand.
class World final : public Clock, public Random, public Loop {
public:
    explicit World(std::uint64_t seed) : rng(seed) {}

    Time now() override { return wall; }
    Duration monotonic() override { return mono; }
    void fill(std::span<std::byte> out) override {
        for (auto& b : out) b = static_cast<std::byte>(rng());
    }
    void soon(std::function<void()> work) override { queue_.push_back(std::move(work)); }
    void alarm(int key, Duration at, std::function<void()> work) override {
        alarms_[key] = {at, std::move(work)};
    }
    /// Runs something at a moment; many may be set.
    void later(Duration after, std::function<void()> work) {
        events_.emplace(mono + after, std::move(work));
    }

    /// Runs everything that was asked for "soon".
    void settle();
    /// Does one thing that was asked for soon or falls due until then, and nothing that follows
    /// from it; false when there is none. The process may end between any two.
    bool do_one(Duration until);
    /// Lets time pass, with all that falls due in between, in order.
    void advance(Duration by);
    /// The wall clock jumps; the other does not.
    void jump(Duration by) { wall = wall + by; }
    /// The process died: nothing that was set goes off.
    void forget_all();

    [[nodiscard]] std::uint64_t below(std::uint64_t n) { return rng() % n; }
    [[nodiscard]] bool chance(double p) { return static_cast<double>(rng() % 1'000'000) < p * 1e6; }

    Time wall{1'790'000'000'000'000};
    Duration mono{1'000'000};
    std::mt19937_64 rng;
    std::uint64_t steps = 0;  // alarms and events that went off

private:
    struct Alarm {
        Duration at;
        std::function<void()> work;
    };
    bool step(Duration until);
    bool do_next_due(Duration until);
    std::vector<std::function<void()>> queue_;
    std::map<int, Alarm> alarms_;
    std::multimap<Duration, std::function<void()>> events_;
};

/// A disk that takes time, can fail, and forgets what it had not finished when the power goes.
class Disk final : public Store {
public:
    explicit Disk(World& world) : world_(world) {}

    Result<void> load(const std::function<Result<void>(Seq, std::string_view)>& snapshot,
                      const std::function<Result<void>(Record&&)>& record) override;
    Result<void> kept(
        SubjectId owner,
        const std::function<void(std::string_view name, std::string_view bytes)>& each) override;
    void keep(Keepsake keepsake) override { waiting_.push_back(std::move(keepsake)); }
    void commit(std::vector<Record>&& batch, Committed done) override;
    void keep_snapshot(Seq seq, std::string bytes) override;
    void history(Permit<Verb::history> permit, HistoryQuery query,
                 std::function<void(Result<std::vector<HistoryPoint>>)> done) override;
    void journal(JournalQuery query,
                 std::function<void(Result<std::vector<Record>>)> done) override;
    [[nodiscard]] Figures figures() const override { return {}; }
    void keep_for(PropertyId, std::optional<Duration>) override {}
    void close() override {}

    void power_cut() {
        ++life_;
        waiting_.clear();
    }

    std::vector<Record> records;                                             // durable
    std::map<std::pair<std::uint32_t, std::string>, std::string> keepsakes;  // durable
    Seq snapshot_seq = 0;
    std::string snapshot_bytes;
    bool failing = false;
    bool use_snapshots = true;
    /// The control: answers before the records are on the disk.
    bool acknowledges_early = false;
    Duration commit_time = milliseconds(4);
    /// So long after it is on the disk the writer is told; 0 = in the same moment.
    Duration answer_time;
    std::uint64_t commits = 0;  // asked for, whatever came of them

private:
    void write(const std::vector<Record>& batch, const std::vector<Keepsake>& kept);

    World& world_;
    std::vector<Keepsake> waiting_;  // for the next commit
    std::uint64_t life_ = 0;         // callbacks of an earlier life are not delivered
};

/// Copies a record (tests only: the hub never copies one).
[[nodiscard]] Record copy(const Record& record);

/// Local time two hours ahead of UTC.
class FixedZone final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time) const override { return hours(2); }
};

}  // namespace foxtail::sim
