#include "foxtail/store/sqlite/ledger_export.hpp"
#include "foxtail/store/sqlite/store_testing.hpp"
#include "foxtail/store/sqlite/tools.hpp"
#include "foxtail/verify/audit.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace foxtail::sqlite {
namespace {

using testing::begin_of_records;
using testing::Both;
using testing::Folder;

constexpr ThingId phone{0};
constexpr PropertyId place{0};
constexpr PropertyId charge{1};
constexpr PropertyId lamp{2};

/// A phone that says where it is and how full it is, a lamp, and a rule that speaks of the place.
struct ForgetterTest : ::testing::Test {
    static Options options(const Folder& folder) {
        Options out;
        out.path = folder.file();
        out.seal_readings = 200;
        out.ledger_readings = 50;
        out.monotonic = [] { return Duration{}; };
        return out;
    }

    void SetUp() override {
        ASSERT_TRUE(both.open());
        ThingTold told;
        told.spec.id = "phone";
        for (const char* name : {"place", "charge"}) {
            told.spec.properties.push_back({.name = name});
            told.ids.push_back({static_cast<std::uint32_t>(told.ids.size())});
        }
        add(told);
        ThingTold other;
        other.thing = {1};
        other.spec.id = "lamp";
        other.spec.properties.push_back({.name = "on"});
        other.ids = {lamp};
        add(other);
        flush();
    }
    Seq add(Body body, Seq cause = 0) {
        batch.push_back({++seq,
                         begin_of_records + seconds(static_cast<std::int64_t>(seq)),
                         {1},
                         cause,
                         std::move(body)});
        return seq;
    }
    void flush() {
        const auto done = both.writer.append(batch);
        ASSERT_TRUE(done) << done.error().message;
        batch.clear();
    }
    static std::string planted(int n) { return "=planted" + std::to_string(n * 7919) + "place"; }
    /// `n` rounds of the day, planting from number `from` on.
    void live(int from, int n) {
        for (int i = from; i < from + n; ++i) {
            const Seq here = add(Reading{place, Quality::good, {}, planted(i)});
            add(Reading{charge, Quality::good, {}, 0.5 + i});
            add(Reading{lamp, Quality::good, {}, i % 2 == 0});
            if (i % 5 == 0) {
                const Seq ran = add(RuleRan{"arrives", RunOutcome::ran, "at " + planted(i)}, here);
                add(Noticed{"Anna is at " + planted(i), ""}, ran);
            }
            if (i % 7 == 0) add(ReadingRefused{place, planted(i), "no such place"});
            if (i % 9 == 0) add(EventHappened{phone, "called", planted(i)});
            if (i % 3 == 0) flush();
        }
        flush();
    }
    [[nodiscard]] std::string disk() const {
        std::ostringstream all;
        for (const char* name : {"house.db", "house.db-wal"}) {
            std::ifstream in(folder.file(name), std::ios::binary);
            if (in) all << in.rdbuf();
        }
        return all.str();
    }
    [[nodiscard]] std::size_t left(int from, int n) const {
        const auto bytes = disk();
        std::size_t count = 0;
        for (int i = from; i < from + n; ++i)
            count += bytes.find(planted(i)) == std::string::npos ? 0U : 1U;
        return count;
    }
    void expect_everything_proved() {
        both.writer.close();
        std::string out;
        const auto done = export_ledger(folder.file(), [&](std::string_view lines) {
            out += lines;
            return true;
        });
        ASSERT_TRUE(done) << done.error().message;
        ledger::Audit audit({});
        for (std::string_view text = out; !text.empty(); text.remove_prefix(text.find('\n') + 1))
            audit.line(text.substr(0, text.find('\n')));
        const auto found = audit.finish();
        EXPECT_TRUE(found.good()) << (found.good() ? "" : found.problems.front().what);
        const auto verified = verify(folder.file());
        ASSERT_TRUE(verified);
        EXPECT_TRUE(verified->problems.empty()) << verified->problems.front();
    }

    Folder folder;
    Both both{options(folder)};
    std::vector<Record> batch;
    Seq seq = 0;
};

TEST_F(ForgetterTest, what_was_said_is_gone_from_the_disk_and_every_proof_stays) {
    live(0, 200);
    ASSERT_TRUE(both.maintain());
    live(200, 40);  // some of it is not sealed
    const Seq last = add(Forgotten{phone, {place}, true, {}, {}});
    flush();
    live(240, 10);
    ASSERT_TRUE(both.maintain());
    EXPECT_GT(left(0, 240), 0U) << "until there is a snapshot a restart needs it";
    EXPECT_EQ(both.shared.forgotten_to.load(), last - 1);
    ASSERT_TRUE(both.writer.keep_snapshot(last, "a state that has forgotten"));
    ASSERT_TRUE(both.maintain());
    EXPECT_EQ(left(0, 240), 0U);
    EXPECT_GT(left(240, 10), 0U) << "what is said later is not meant";
    EXPECT_EQ(both.shared.forgotten_to.load(), ~Seq{0});
    const auto all = both.all(3);
    ASSERT_TRUE(all) << all.error().message;
    std::size_t charges = 0;
    std::size_t lamps = 0;
    std::size_t places = 0;
    for (const Record& record : *all) {
        if (const auto* reading = std::get_if<Reading>(&record.body)) {
            charges += reading->property == charge ? 1U : 0U;
            lamps += reading->property == lamp ? 1U : 0U;
            places += reading->property == place ? 1U : 0U;
        }
    }
    EXPECT_EQ(charges, 250U) << "nothing else is touched";
    EXPECT_EQ(lamps, 250U);
    EXPECT_EQ(places, 10U);
    expect_everything_proved();
}

TEST_F(ForgetterTest, only_the_time_that_is_meant_goes) {
    live(0, 60);
    const Time from = begin_of_records + seconds(static_cast<std::int64_t>(seq + 1));
    live(60, 30);
    const Time until = begin_of_records + seconds(static_cast<std::int64_t>(seq + 1));
    live(90, 60);
    const Seq last = add(Forgotten{phone, {place}, true, from, until});
    flush();
    ASSERT_TRUE(both.writer.keep_snapshot(last, "state"));
    ASSERT_TRUE(both.maintain());
    ASSERT_TRUE(both.writer.seal_now());
    const auto all = both.all(3);
    ASSERT_TRUE(all);
    std::size_t places = 0;
    for (const Record& record : *all) {
        const auto* reading = std::get_if<Reading>(&record.body);
        if (reading == nullptr || reading->property != place) continue;
        ++places;
        EXPECT_TRUE(record.time < from || record.time >= until) << record.seq;
    }
    EXPECT_EQ(places, 120U);
    expect_everything_proved();
}

TEST_F(ForgetterTest, a_stop_on_the_way_is_made_good_by_the_next_start) {
    live(0, 200);
    const Seq last = add(Forgotten{phone, {place, charge}, true, {}, {}});
    flush();
    ASSERT_TRUE(both.writer.keep_snapshot(last, "state"));
    // Every further step before the stop leaves another state of the file behind.
    for (int steps = 0;; ++steps) {
        Folder copy;
        std::filesystem::copy(folder.file(), copy.file());
        for (const char* name : {"house.db-wal", "ledger.key"}) {
            if (std::filesystem::exists(folder.file(name)))
                std::filesystem::copy(folder.file(name), copy.file(name));
        }
        Both again(options(copy));
        ASSERT_TRUE(again.open());
        ASSERT_TRUE(again.writer.forget_now());
        std::ifstream in(copy.file(), std::ios::binary);
        std::ostringstream bytes;
        bytes << in.rdbuf();
        ASSERT_EQ(bytes.str().find("planted"), std::string::npos) << steps;
        again.writer.close();
        const auto verified = verify(copy.file());
        ASSERT_TRUE(verified->problems.empty()) << steps << ": " << verified->problems.front();
        const auto more = both.writer.maintain();
        ASSERT_TRUE(more) << more.error().message;
        if (!*more) break;
        ASSERT_LT(steps, 500);
    }
    EXPECT_EQ(left(0, 200), 0U);
}

}  // namespace
}  // namespace foxtail::sqlite
