#include "foxtail/store/sqlite/fault_vfs.hpp"
#include "foxtail/store/sqlite/store_testing.hpp"
#include "foxtail/store/sqlite/tools.hpp"

#include <gtest/gtest.h>

namespace foxtail::sqlite {
namespace {

using testing::Both;
using testing::Folder;
using testing::Household;

struct Faulty {
    explicit Faulty(const std::string& name) : vfs("foxtail-" + name) {
        options.path = folder.file();
        options.vfs = vfs.name();
        options.seal_readings = 200;
        options.retention_pause = {};
        restart();
    }
    void restart() {
        both.reset();
        both = std::make_unique<Both>(options);
    }
    void expect_exactly(const std::vector<Record>& should, const std::string& where) {
        const auto all = both->all();
        ASSERT_TRUE(all) << where << ": " << all.error().message;
        ASSERT_EQ(all->size(), should.size()) << where;
        for (std::size_t i = 0; i < should.size(); ++i) {
            ASSERT_TRUE(testing::same_record((*all)[i], should[i]))
                << where << ": record " << should[i].seq;
        }
        const auto verified = verify(options.path);
        ASSERT_TRUE(verified) << where << ": " << verified.error().message;
        ASSERT_TRUE(verified->problems.empty()) << where << ": " << verified->problems.front();
    }

    Folder folder;
    FaultVfs vfs;
    Options options;
    std::unique_ptr<Both> both;
};

TEST(FailingDisk, a_failed_sync_is_told_and_the_same_batch_can_be_given_again) {
    Faulty f("sync");
    Household house(1);
    ASSERT_TRUE(f.both->open());
    auto records = house.batch(100);
    ASSERT_TRUE(f.both->writer.append(records));
    const auto batch = house.batch(50);
    f.vfs.fail_syncs_after(0);
    for (int attempt = 0; attempt < 3; ++attempt) {
        const auto outcome = f.both->writer.append(batch);
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code, Code::unavailable);
    }
    f.vfs.never();
    const auto outcome = f.both->writer.append(batch);
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(*outcome, house.seq);
    records.insert(records.end(), batch.begin(), batch.end());
    f.expect_exactly(records, "after the sync failed");
    EXPECT_GE(f.both->shared.failures.load(), 3U);
}

TEST(FailingDisk, a_full_disk_is_told_as_such_and_recovers_when_there_is_room) {
    Faulty f("full");
    Household house(2);
    ASSERT_TRUE(f.both->open());
    std::vector<Record> records;
    f.vfs.set_full(true);
    std::vector<Record> batch;
    Result<Seq> outcome = Seq{0};
    // The log has room left over from earlier commits: it may take a few until the disk is felt.
    for (int i = 0; i < 200; ++i) {
        batch = house.batch(100);
        outcome = f.both->writer.append(batch);
        if (!outcome) break;
        records.insert(records.end(), batch.begin(), batch.end());
    }
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, Code::exhausted);
    EXPECT_FALSE(f.both->writer.append(batch));
    // What is there can be read meanwhile.
    const auto all = f.both->all();
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_EQ(all->size(), records.size());
    f.vfs.set_full(false);
    ASSERT_TRUE(f.both->writer.append(batch));
    records.insert(records.end(), batch.begin(), batch.end());
    f.expect_exactly(records, "after the disk was full");
}

// One write or sync after the other fails, wherever it falls: in a commit, in sealing, at a
// checkpoint.
TEST(FailingDisk, no_single_failure_loses_or_doubles_a_record) {
    for (const bool sync : {false, true}) {
        int failures_met = 0;
        for (std::uint64_t at = 0; at < 40; ++at) {
            const auto where = std::string(sync ? "sync " : "write ") + std::to_string(at);
            Faulty f("sweep");
            Household house(3);
            ASSERT_TRUE(f.both->open());
            std::vector<Record> records;
            sync ? f.vfs.fail_syncs_after(at / 6) : f.vfs.fail_writes_after(at);
            for (int round = 0; round < 8; ++round) {
                const auto batch = house.batch(80);
                while (!f.both->writer.append(batch)) {
                    ++failures_met;
                    f.vfs.never();
                }
                records.insert(records.end(), batch.begin(), batch.end());
                if (!f.both->maintain()) {
                    ++failures_met;
                    f.vfs.never();
                }
            }
            f.vfs.never();
            ASSERT_TRUE(f.both->writer.seal_now()) << where;
            f.expect_exactly(records, where);
        }
        EXPECT_GT(failures_met, 20);
    }
}

/// How many of the acknowledged records a power cut takes.
std::uint64_t lost_with_the_power(Faulty& f, std::uint64_t seed) {
    Household house(seed);
    EXPECT_TRUE(f.both->open());
    std::vector<Record> records;
    const auto rounds = 1 + house.random.below(30);
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const auto batch = house.batch(1 + house.random.below(60));
        EXPECT_TRUE(f.both->writer.append(batch));
        records.insert(records.end(), batch.begin(), batch.end());
        const auto steps = house.random.below(4);
        for (std::uint64_t i = 0; i < steps; ++i) EXPECT_TRUE(f.both->writer.maintain());
    }
    // The next thing is under way when it happens.
    if (house.random.chance(50)) {
        f.vfs.fail_writes_after(house.random.below(6));
        (void)f.both->writer.append(house.batch(100));
    } else {
        f.vfs.fail_writes_after(house.random.below(12));
        (void)f.both->writer.seal_now();
    }
    if (house.random.chance(50)) {
        f.vfs.power_cut();
    } else {
        f.vfs.power_cut_with_chance(seed);
    }
    f.restart();
    f.vfs.never();
    f.vfs.power_on();
    const auto opened = f.both->open();
    if (!opened) return records.size();
    const auto all = f.both->all();
    if (!all) return records.size();
    const auto verified = verify(f.options.path);
    EXPECT_TRUE(verified && verified->problems.empty())
        << "seed " << seed << ": "
        << (verified ? verified->problems.front() : verified.error().message);
    for (std::size_t i = 0; i < std::min(all->size(), records.size()); ++i) {
        EXPECT_TRUE(testing::same_record((*all)[i], records[i])) << "seed " << seed;
    }
    return all->size() < records.size() ? records.size() - all->size() : 0;
}

TEST(PowerCut, takes_nothing_that_was_acknowledged) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        Faulty f("power");
        EXPECT_EQ(lost_with_the_power(f, seed), 0U) << "seed " << seed;
    }
}

// The control: the test above can fail.
TEST(PowerCut, takes_acknowledged_records_from_a_build_that_does_not_sync) {
    std::uint64_t lost = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        Faulty f("control");
        f.options.synchronous = "OFF";
        f.restart();
        lost += lost_with_the_power(f, seed);
    }
    EXPECT_GT(lost, 0U);
}

}  // namespace
}  // namespace foxtail::sqlite
