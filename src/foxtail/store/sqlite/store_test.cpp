#include "foxtail/store/sqlite/store.hpp"

#include "foxtail/grants/authority.hpp"
#include "foxtail/store/sqlite/fault_vfs.hpp"
#include "foxtail/store/sqlite/store_testing.hpp"
#include "foxtail/store/sqlite/tools.hpp"

#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace foxtail::sqlite {
namespace {

using testing::Folder;
using testing::Household;

/// The household's thread: what the store posts waits here until run_one() is called.
class Home {
public:
    SqliteStore::Post post() {
        return [this](std::function<void()> what) {
            {
                const std::lock_guard lock(mutex_);
                queue_.push_back(std::move(what));
            }
            wake_.notify_one();
        };
    }
    void run_one() {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return !queue_.empty(); });
        auto what = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        what();
    }
    void run_until(const bool& done) {
        while (!done) run_one();
    }
    std::size_t run_what_is_there() {
        std::deque<std::function<void()>> all;
        {
            const std::lock_guard lock(mutex_);
            all.swap(queue_);
        }
        for (auto& what : all) what();
        return all.size();
    }

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> queue_;
};

Options store_options(const Folder& folder) {
    Options options;
    options.path = folder.file();
    options.seal_readings = 1000;
    return options;
}

std::vector<Record> load_all(SqliteStore& store, Seq* snapshot_seq = nullptr,
                             std::string* snapshot = nullptr) {
    std::vector<Record> out;
    const auto loaded = store.load(
        [&](Seq seq, std::string_view bytes) -> Result<void> {
            if (snapshot_seq != nullptr) *snapshot_seq = seq;
            if (snapshot != nullptr) *snapshot = bytes;
            return {};
        },
        [&](Record&& r) -> Result<void> {
            out.push_back(std::move(r));
            return {};
        });
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message);
    return out;
}

Result<Seq> commit(SqliteStore& store, Home& home, std::vector<Record>& batch) {
    Result<Seq> outcome = Seq{0};
    bool done = false;
    store.commit(std::move(batch), [&](Result<Seq> o, std::vector<Record>&& spent) {
        outcome = std::move(o);
        batch = std::move(spent);
        done = true;
    });
    home.run_until(done);
    return outcome;
}

TEST(SqliteStore, commits_answers_and_loads_again) {
    Folder folder;
    Household house(11);
    std::vector<Record> model;
    {
        Home home;
        SqliteStore store(store_options(folder), home.post());
        EXPECT_TRUE(load_all(store).empty());
        for (int round = 0; round < 50; ++round) {
            auto batch = house.batch(100);
            model.insert(model.end(), batch.begin(), batch.end());
            const auto outcome = commit(store, home, batch);
            ASSERT_TRUE(outcome) << outcome.error().message;
            EXPECT_EQ(*outcome, house.seq);
            EXPECT_TRUE(batch.empty());
            if (round == 30)
                store.keep_snapshot(house.seq, "state at " + std::to_string(house.seq));
        }
        bool done = false;
        store.journal({.from = 100, .limit = 20}, [&](Result<std::vector<Record>> found) {
            ASSERT_TRUE(found);
            ASSERT_EQ(found->size(), 20U);
            for (std::size_t i = 0; i < 20; ++i)
                EXPECT_TRUE(testing::same_record((*found)[i], model[99 + i]));
            done = true;
        });
        home.run_until(done);
        const auto figures = store.figures();
        EXPECT_EQ(figures.records, house.seq);
        EXPECT_EQ(figures.commits, 50U);
        EXPECT_EQ(figures.failures, 0U);
        EXPECT_GT(figures.bytes, 4096U);
        store.close();
    }
    Home home;
    SqliteStore store(store_options(folder), home.post());
    Seq snapshot_seq = 0;
    std::string snapshot;
    const auto tail = load_all(store, &snapshot_seq, &snapshot);
    EXPECT_EQ(snapshot, "state at " + std::to_string(snapshot_seq));
    ASSERT_EQ(snapshot_seq + tail.size(), model.size());
    for (std::size_t i = 0; i < tail.size(); ++i) {
        EXPECT_TRUE(testing::same_record(tail[i], model[snapshot_seq + i]));
    }
    EXPECT_GT(store.figures().readings_sealed, 0U);
}

TEST(SqliteStore, shows_history_to_who_has_a_permit) {
    Folder folder;
    Home home;
    SqliteStore store(store_options(folder), home.post());
    (void)load_all(store);
    testing::RandomBodies random(1);
    Catalogue catalogue;
    Authority authority(catalogue);
    ThingTold told = random.told(0, 1);
    ASSERT_TRUE(catalogue.tell(told.spec, told.brought_by));
    authority.apply(SubjectNamed{{0}, "hub", SubjectKind::hub});
    authority.told(catalogue.thing({0}));
    std::vector<Record> batch{{1, testing::begin_of_records, {}, 0, told}};
    for (Seq i = 2; i < 100; ++i) {
        batch.push_back({i,
                         testing::begin_of_records + seconds(static_cast<std::int64_t>(i)),
                         {},
                         0,
                         Reading{{0}, Quality::good, {}, static_cast<double>(i)}});
    }
    ASSERT_TRUE(commit(store, home, batch));
    const auto permit = authority.permit<Verb::history>({0}, {0}, testing::begin_of_records);
    ASSERT_TRUE(permit);
    bool done = false;
    store.history(*permit, {testing::begin_of_records, testing::begin_of_records + hours(1), 1},
                  [&](Result<std::vector<HistoryPoint>> points) {
                      ASSERT_TRUE(points);
                      ASSERT_EQ(points->size(), 1U);
                      EXPECT_EQ(points->front().count, 98U);
                      EXPECT_EQ(points->front().min, 2);
                      EXPECT_EQ(points->front().max, 99);
                      done = true;
                  });
    home.run_until(done);
}

TEST(SqliteStore, shows_what_was_told_late_where_it_was_true) {
    Folder folder;
    Home home;
    SqliteStore store(store_options(folder), home.post());
    (void)load_all(store);
    testing::RandomBodies random(1);
    Catalogue catalogue;
    Authority authority(catalogue);
    ThingTold told = random.told(0, 1);
    ASSERT_TRUE(catalogue.tell(told.spec, told.brought_by));
    authority.apply(SubjectNamed{{0}, "hub", SubjectKind::hub});
    authority.told(catalogue.thing({0}));
    const Time begin = testing::begin_of_records;
    const auto at = [&](std::int64_t h) { return begin + hours(h); };
    const auto reading = [](double value, Time was = {}) {
        return Reading{{0}, Quality::good, was, value};
    };
    std::vector<Record> batch{{1, begin, {}, 0, told},
                              {2, at(1), {}, 0, reading(1)},
                              {3, at(10), {}, 0, reading(10)},
                              {4, at(10), {}, 0, reading(5, at(5))},
                              {5, at(10), {}, 0, reading(9, at(10) - seconds(50))},
                              {6, at(10), {}, 0, reading(8, at(9) + minutes(30))}};
    ASSERT_TRUE(commit(store, home, batch));
    const auto permit = authority.permit<Verb::history>({0}, {0}, begin);
    ASSERT_TRUE(permit);
    const auto asked = [&](HistoryQuery query) {
        std::string out;
        bool done = false;
        store.history(*permit, query, [&](Result<std::vector<HistoryPoint>> points) {
            for (const auto& p : points.value_or(std::vector<HistoryPoint>{}))
                out += std::to_string((p.time - begin).us / hours(1).us) + "h " + to_json(p.last) +
                       " of " + std::to_string(p.count) + ", ";
            done = true;
        });
        home.run_until(done);
        return out;
    };
    EXPECT_EQ(asked({begin, at(11), 11}), "1h 1.0 of 1, 5h 5.0 of 1, 9h 8.0 of 1, 10h 9.0 of 2, ");
    EXPECT_EQ(asked({at(4), at(6), 0}), "5h 5.0 of 1, ") << "found by when it was true";
    EXPECT_EQ(asked({begin, at(12), 1}), "0h 9.0 of 5, ") << "the last is what was true last";
}

TEST(SqliteStore, gives_the_batch_back_when_it_could_not_be_kept) {
    Folder folder;
    FaultVfs vfs("foxtail-store");
    Household house(12);
    Home home;
    auto options = store_options(folder);
    options.vfs = vfs.name();
    SqliteStore store(options, home.post());
    (void)load_all(store);
    auto batch = house.batch(200);
    const auto same = batch;
    vfs.fail_syncs_after(0);
    EXPECT_FALSE(commit(store, home, batch));
    ASSERT_EQ(batch.size(), same.size());
    for (std::size_t i = 0; i < same.size(); ++i)
        EXPECT_TRUE(testing::same_record(batch[i], same[i]));
    EXPECT_GE(store.figures().failures, 1U);
    vfs.never();
    const auto outcome = commit(store, home, batch);
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(*outcome, house.seq);
    bool done = false;
    store.journal({.limit = 1000}, [&](Result<std::vector<Record>> found) {
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_EQ(found->size(), same.size());
        done = true;
    });
    home.run_until(done);
    store.close();
}

std::string all_kept(SqliteStore& store, std::uint32_t owner) {
    std::string out;
    const auto done = store.kept({owner}, [&](std::string_view name, std::string_view bytes) {
        out += std::string(name) + "=" + std::string(bytes) + ";";
    });
    EXPECT_TRUE(done) << (done ? "" : done.error().message);
    return out;
}

TEST(SqliteStore, keeps_the_newest_of_each_name_for_its_owner) {
    Folder folder;
    Home home;
    Household house(4);
    {
        SqliteStore store(store_options(folder), home.post());
        (void)load_all(store);
        store.keep({{3}, "a/b", "old"});
        store.keep({{3}, "gone", "x"});
        store.keep({{4}, "a/b", std::string("\0theirs", 7)});
        std::vector<Record> none;
        ASSERT_TRUE(commit(store, home, none)) << "no record is needed";
        EXPECT_EQ(all_kept(store, 3), "a/b=old;gone=x;");
        store.keep({{3}, "a/b", "new"});
        store.keep({{3}, "gone", ""});
        auto batch = house.batch(10);
        ASSERT_TRUE(commit(store, home, batch));
        store.keep({{3}, "never committed", "x"});
        store.close();
    }
    SqliteStore store(store_options(folder), home.post());
    EXPECT_EQ(load_all(store).size(), house.seq);
    EXPECT_EQ(all_kept(store, 3), "a/b=new;");
    EXPECT_EQ(all_kept(store, 4), std::string("a/b=\0theirs;", 12));
    EXPECT_EQ(all_kept(store, 5), "");
}

TEST(SqliteStore, keeps_what_a_failed_commit_took_along_with_the_next_but_not_over_newer) {
    Folder folder;
    FaultVfs vfs("foxtail-keepsakes");
    Home home;
    auto options = store_options(folder);
    options.vfs = vfs.name();
    SqliteStore store(options, home.post());
    (void)load_all(store);
    store.keep({{1}, "a", "1"});
    store.keep({{1}, "b", "1"});
    vfs.fail_syncs_after(0);
    std::vector<Record> none;
    EXPECT_FALSE(commit(store, home, none));
    store.keep({{1}, "b", "2"});
    vfs.never();
    ASSERT_TRUE(commit(store, home, none));
    EXPECT_EQ(all_kept(store, 1), "a=1;b=2;");
    store.close();
}

TEST(SqliteStore, does_not_give_a_damaged_keepsake) {
    Folder folder;
    Home home;
    SqliteStore store(store_options(folder), home.post());
    (void)load_all(store);
    store.keep({{1}, "a", "1234"});
    std::vector<Record> none;
    ASSERT_TRUE(commit(store, home, none));
    auto meddler = Database::open(folder.file(), Database::Mode::read_write, "");
    ASSERT_TRUE(meddler->run("UPDATE keepsake SET body = x'0102030405060708'"));
    const auto done = store.kept({1}, [](auto, auto) { FAIL() << "damaged"; });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::corrupt);
}

TEST(SqliteStore, turns_queries_down_when_too_many_wait) {
    Folder folder;
    Home home;
    SqliteStore store(store_options(folder), home.post());
    (void)load_all(store);
    std::size_t answered = 0;
    std::size_t refused = 0;
    constexpr std::size_t asked = 20 * SqliteStore::queries_max;
    for (std::size_t i = 0; i < asked; ++i) {
        store.journal({}, [&](const Result<std::vector<Record>>& found) {
            ++answered;
            if (!found) {
                EXPECT_EQ(found.error().code, Code::exhausted);
                ++refused;
            }
        });
    }
    while (answered < asked) home.run_one();
    EXPECT_GT(refused, 0U);
    EXPECT_LT(refused, asked);
}

TEST(SqliteStore, is_silent_once_closed) {
    Folder folder;
    Household house(13);
    Home home;
    int answers = 0;
    {
        SqliteStore store(store_options(folder), home.post());
        (void)load_all(store);
        store.commit(house.batch(300),
                     [&](const Result<Seq>&, std::vector<Record>&&) { ++answers; });
        store.journal({}, [&](const Result<std::vector<Record>>&) { ++answers; });
        store.close();
    }
    (void)home.run_what_is_there();
    EXPECT_EQ(answers, 0);
    // The batch it had taken is kept all the same, sealed, and the log is gone.
    const auto verified = verify(folder.file());
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->last, house.seq);
    EXPECT_EQ(verified->readings_waiting, 0U);
    EXPECT_TRUE(verified->problems.empty());
}

TEST(SqliteStore, remembers_retentions) {
    Folder folder;
    {
        Home home;
        SqliteStore store(store_options(folder), home.post());
        (void)load_all(store);
        store.keep_for({3}, days(7));
        store.keep_for({4}, days(8));
        store.keep_for({3}, days(9));
        store.close();
    }
    auto database = Database::open(folder.file(), Database::Mode::read_only, "");
    ASSERT_TRUE(database);
    EXPECT_EQ(*database->number("SELECT us FROM retention WHERE property = 3"), days(9).us);
    EXPECT_EQ(*database->number("SELECT count(*) FROM retention"), 2);
}

/// A child that commits and tells what is durable, until it is killed.
[[noreturn]] void commit_for_ever(const std::string& path, std::uint64_t seed, int tell) {
    Home home;
    Options options;
    options.path = path;
    options.seal_readings = 500;
    SqliteStore store(options, home.post());
    Household house(seed);
    Seq last = 0;
    const auto loaded = store.load([](Seq, std::string_view) -> Result<void> { return {}; },
                                   [&](Record&& r) -> Result<void> {
                                       last = r.seq;
                                       return {};
                                   });
    if (!loaded) ::_exit(3);
    // The same seed gives the same records: go on where the file ends.
    std::vector<Record> batch;
    while (true) {
        batch = house.batch(1 + house.random.below(200));
        std::erase_if(batch, [&](const Record& r) { return r.seq <= last; });
        if (batch.empty()) continue;
        const auto outcome = commit(store, home, batch);
        if (!outcome) ::_exit(4);
        const Seq durable = *outcome;
        if (::write(tell, &durable, sizeof durable) != sizeof durable) ::_exit(5);
    }
}

TEST(SqliteStore, loses_nothing_it_acknowledged_when_killed) {
    Folder folder;
    constexpr std::uint64_t seed = 1234;
    std::mt19937_64 chance(seed);
    Seq acknowledged = 0;
    for (int round = 0; round < 12; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const auto child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(ends[0]);
            commit_for_ever(folder.file(), seed, ends[1]);
        }
        ::close(ends[1]);
        // Killed by progress, not by time: after some acknowledgements, wherever that finds it.
        auto left = 1 + chance() % 25;
        Seq told = 0;
        while (left > 0 && ::read(ends[0], &told, sizeof told) == sizeof told) {
            acknowledged = told;
            --left;
        }
        ::kill(child, SIGKILL);
        while (::read(ends[0], &told, sizeof told) == sizeof told) acknowledged = told;
        ::close(ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status))
            << "round " << round << " ended with " << WEXITSTATUS(status);
        const auto verified = verify(folder.file());
        ASSERT_TRUE(verified) << verified.error().message;
        ASSERT_TRUE(verified->problems.empty())
            << "round " << round << ": " << verified->problems.front();
        ASSERT_GE(verified->last, acknowledged) << "round " << round;
    }
    // What is there is what was given.
    Home home;
    SqliteStore store(store_options(folder), home.post());
    const auto all = load_all(store);
    Household house(seed);
    std::vector<Record> model;
    while (model.size() < all.size()) {
        auto batch = house.batch(1 + house.random.below(200));
        model.insert(model.end(), batch.begin(), batch.end());
    }
    ASSERT_GE(all.size(), acknowledged);
    for (std::size_t i = 0; i < all.size(); ++i)
        ASSERT_TRUE(testing::same_record(all[i], model[i])) << i;
}

}  // namespace
}  // namespace foxtail::sqlite
