#include "foxtail/store/sqlite/store.hpp"

#include "foxtail/base/assert.hpp"
#include "foxtail/store/sqlite/blob.hpp"
#include "foxtail/store/sqlite/reader.hpp"
#include "foxtail/store/sqlite/writer.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <thread>
#include <utility>

namespace foxtail::sqlite {
namespace {

std::uint64_t bytes_of(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return error ? 0 : size;
}

}  // namespace

struct SqliteStore::Parts {
    struct Commit {
        std::vector<Record> batch;
        Keepsakes keepsakes;
        Committed done;
    };
    struct Snapshot {
        Seq seq = 0;
        std::string bytes;
    };

    Parts(Options o, Post p)
        : options(std::move(o)),
          post(std::move(p)),
          writer(options, shared),
          reader(options, shared) {}

    void start() {
        writing = std::thread([this] { write(); });
        reading = std::thread([this] { read(); });
    }

    void stop() {
        {
            const std::lock_guard lock(mutex);
            closing = true;
            queries.clear();
        }
        wake_writer.notify_one();
        wake_reader.notify_one();
        if (reading.joinable()) reading.join();
        if (writing.joinable()) writing.join();
        *open = false;
    }

    /// To the household's thread; nothing arrives there after close().
    void answer(std::function<void()> what) {
        post([open = open, what = std::move(what)] {
            if (*open) what();
        });
    }

    // ---- the writer's thread ----
    void write() {
        std::unique_lock lock(mutex);
        bool idle = false;
        while (true) {
            if (!commit && !snapshot && retentions.empty() && asked.empty() && idle && !closing) {
                wait_for_work(lock);
                idle = false;
                continue;
            }
            if (commit || snapshot || !retentions.empty()) idle = false;
            // Small things first: they never wait for a stream of commits to end.
            if (!retentions.empty()) {
                const auto wish = *retentions.begin();
                retentions.erase(retentions.begin());
                unlocked(lock, [&] { (void)writer.keep_for({wish.first}, wish.second); });
            } else if (snapshot) {
                const auto job = *std::exchange(snapshot, std::nullopt);
                unlocked(lock, [&] { (void)writer.keep_snapshot(job.seq, job.bytes); });
            } else if (!asked.empty()) {
                const auto job = std::move(asked.front());
                asked.pop_front();
                unlocked(lock, [&] { job(); });
            } else if (commit && !writer.behind()) {
                auto job = *std::exchange(commit, std::nullopt);
                unlocked(lock, [&] { finish(std::move(job)); });
            } else if (commit || !closing) {
                bool more = false;
                unlocked(lock, [&] { more = maintain(); });
                idle = !more;
                if (commit && !more) {
                    auto job = *std::exchange(commit, std::nullopt);
                    unlocked(lock, [&] { finish(std::move(job)); });
                }
            } else {
                break;
            }
        }
        lock.unlock();
        writer.close();
    }

    /// Until something is asked for, or the ledger wants a signature.
    void wait_for_work(std::unique_lock<std::mutex>& lock) {
        const auto left = writer.checkpoint_in();
        if (!left) {
            wake_writer.wait(lock);
        } else {
            wake_writer.wait_for(lock, std::chrono::microseconds(left->us));
        }
    }

    template <class Work>
    void unlocked(std::unique_lock<std::mutex>& lock, Work work) {
        lock.unlock();
        work();
        lock.lock();
    }

    /// A failure here shows in the next commit; until then there is nobody to tell.
    bool maintain() {
        const auto more = writer.maintain();
        return more && *more;
    }

    void finish(Commit&& job) {
        auto outcome = writer.append(job.batch, job.keepsakes);
        if (outcome) {
            job.batch.clear();
        } else {
            const std::lock_guard lock(mutex);
            for (auto& [where, bytes] : job.keepsakes)
                keepsakes.try_emplace(where, std::move(bytes));
        }
        answer([done = std::move(job.done), outcome = std::move(outcome),
                spent = std::make_shared<std::vector<Record>>(std::move(job.batch))] {
            done(outcome, std::move(*spent));
        });
    }

    // ---- the reader's thread ----
    void read() {
        std::unique_lock lock(mutex);
        while (true) {
            wake_reader.wait(lock, [&] { return closing || !queries.empty(); });
            if (closing) return;
            const auto query = std::move(queries.front());
            queries.pop_front();
            unlocked(lock, [&] { query(); });
        }
    }

    template <class T>
    void ask(std::function<Result<T>()> look, std::function<void(Result<T>)> done) {
        bool full = false;
        {
            const std::lock_guard lock(mutex);
            full = queries.size() >= queries_max;
            if (!full) {
                queries.emplace_back([this, look = std::move(look), done] {
                    auto found = std::make_shared<Result<T>>(look());
                    answer([done, found] { done(std::move(*found)); });
                });
            }
        }
        if (!full) {
            wake_reader.notify_one();
            return;
        }
        answer([done = std::move(done)] {
            done(fail(Code::exhausted,
                      std::to_string(queries_max) + " queries are waiting already"));
        });
    }

    Options options;
    Post post;
    Shared shared;
    Writer writer;
    Reader reader;
    std::shared_ptr<bool> open = std::make_shared<bool>(true);  // household's thread only

    std::mutex mutex;
    std::condition_variable wake_writer;
    std::condition_variable wake_reader;
    bool closing = false;
    std::optional<Commit> commit;      // at most one is in flight
    Keepsakes keepsakes;               // for the next commit
    std::optional<Snapshot> snapshot;  // a newer one takes the place of one that waits
    std::map<std::uint32_t, std::optional<Duration>>
        retentions;  // the newest wish for each property
    std::deque<std::function<void()>> queries;
    std::deque<std::function<void()>> asked;  // of the ledger; for the writer's thread
    std::thread writing;
    std::thread reading;
};

SqliteStore::SqliteStore(Options options, Post post)
    : parts_(std::make_unique<Parts>(std::move(options), std::move(post))) {}

SqliteStore::~SqliteStore() {
    close();
}

Result<void> SqliteStore::load(
    const std::function<Result<void>(Seq seq, std::string_view bytes)>& snapshot,
    const std::function<Result<void>(Record&& record)>& record) {
    FOX_ASSERT(!parts_->writing.joinable() && !parts_->closing, "a store is loaded once");
    if (auto opened = parts_->writer.open(); !opened) return opened;
    Seq from = 1;
    {
        const auto newest = parts_->reader.newest_snapshot();
        if (!newest) return fail(newest.error());
        if (auto taken = snapshot(newest->seq, newest->bytes); !taken) return taken;
        from = newest->seq + 1;
    }
    if (auto replayed = parts_->reader.replay(from, record); !replayed) return replayed;
    // What a stop came in between of; a failure shows in the first commit.
    (void)parts_->writer.forget_now();
    parts_->start();
    return {};
}

Result<void> SqliteStore::kept(
    SubjectId owner,
    const std::function<void(std::string_view name, std::string_view bytes)>& each) {
    auto database =
        Database::open(parts_->options.path, Database::Mode::read_only, parts_->options.vfs);
    if (!database) return fail(database.error());
    auto rows = database->prepare("SELECT name, body FROM keepsake WHERE owner = ? ORDER BY name");
    if (!rows) return fail(rows.error());
    rows->bind(1, std::int64_t{owner.index});
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        const auto bytes = without_checksum(rows->blob(1), "keepsake");
        if (!bytes) return fail(bytes.error());
        each(rows->text(0), *bytes);
    }
}

void SqliteStore::keep(Keepsake keepsake) {
    const std::lock_guard lock(parts_->mutex);
    parts_->keepsakes.insert_or_assign({keepsake.owner.index, std::move(keepsake.name)},
                                       std::move(keepsake.bytes));
}

void SqliteStore::commit(std::vector<Record>&& batch, Committed done) {
    auto& p = *parts_;
    FOX_ASSERT(p.writing.joinable(), "a store is loaded before anything is committed");
    {
        const std::lock_guard lock(p.mutex);
        FOX_ASSERT(!p.commit, "at most one batch is in flight");
        p.commit.emplace(
            Parts::Commit{std::move(batch), std::exchange(p.keepsakes, {}), std::move(done)});
    }
    p.wake_writer.notify_one();
}

void SqliteStore::keep_snapshot(Seq seq, std::string bytes) {
    {
        const std::lock_guard lock(parts_->mutex);
        parts_->snapshot.emplace(Parts::Snapshot{seq, std::move(bytes)});
    }
    parts_->wake_writer.notify_one();
}

void SqliteStore::keep_for(PropertyId property, std::optional<Duration> retention) {
    {
        const std::lock_guard lock(parts_->mutex);
        parts_->retentions[property.index] = retention;
    }
    parts_->wake_writer.notify_one();
}

void SqliteStore::history(Permit<Verb::history> permit, HistoryQuery query,
                          std::function<void(Result<std::vector<HistoryPoint>>)> done) {
    history_of(permit.property(), query, std::move(done));
}

void SqliteStore::history_of(PropertyId property, HistoryQuery query,
                             std::function<void(Result<std::vector<HistoryPoint>>)> done) {
    parts_->ask<std::vector<HistoryPoint>>(
        [this, property, query] { return parts_->reader.history(property, query); },
        std::move(done));
}

void SqliteStore::journal(JournalQuery query,
                          std::function<void(Result<std::vector<Record>>)> done) {
    parts_->ask<std::vector<Record>>(
        [this, query = std::move(query)] { return parts_->reader.journal(query); },
        std::move(done));
}

void SqliteStore::attest(ledger::Attestation asked, std::function<void(Result<std::string>)> done) {
    auto& p = *parts_;
    bool full = false;
    {
        const std::lock_guard lock(p.mutex);
        full = p.asked.size() >= queries_max;
        if (!full) {
            p.asked.emplace_back([&p, asked = std::move(asked), done] {
                auto said = std::make_shared<Result<std::string>>(p.writer.attest(asked));
                p.answer([done, said] { done(std::move(*said)); });
            });
        }
    }
    if (!full) return p.wake_writer.notify_one();
    p.answer([done = std::move(done)] {
        done(fail(Code::exhausted,
                  std::to_string(queries_max) + " questions to the ledger are waiting already"));
    });
}

Store::Figures SqliteStore::figures() const {
    const auto& p = *parts_;
    return {bytes_of(p.options.path) + bytes_of(p.options.path + "-wal"),
            p.shared.records.load(),
            p.shared.readings_sealed.load(),
            p.shared.commits.load(),
            p.shared.failures.load(),
            p.shared.forgotten_to.load()};
}

void SqliteStore::close() {
    if (*parts_->open) parts_->stop();
}

}  // namespace foxtail::sqlite
