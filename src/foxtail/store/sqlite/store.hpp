#pragma once

#include "foxtail/hub/edges.hpp"
#include "foxtail/store/sqlite/shared.hpp"

#include <functional>
#include <memory>

namespace foxtail::sqlite {

/// The household's journal and history in one SQLite file in WAL mode. One thread writes, with a
/// sync at the end of every batch; another answers history() and journal(), at most `queries_max`
/// at a time (more are answered with exhausted). Everything here is called from the household's
/// thread but `post`, which must take calls from any thread and run them on the household's, until
/// close() has returned.
class SqliteStore : public Store {
public:
    using Post = std::function<void(std::function<void()>)>;
    static constexpr std::size_t queries_max = 64;

    SqliteStore(Options options, Post post);
    ~SqliteStore() override;

    /// Makes the file when there is none.
    Result<void> load(const std::function<Result<void>(Seq seq, std::string_view bytes)>& snapshot,
                      const std::function<Result<void>(Record&& record)>& record) override;
    Result<void> kept(
        SubjectId owner,
        const std::function<void(std::string_view name, std::string_view bytes)>& each) override;
    void keep(Keepsake keepsake) override;
    /// When `done` tells of a failure the batch comes back whole; give it again (with more behind
    /// it, if there is) when it is time to try again. What had become durable all the same is not
    /// doubled.
    void commit(std::vector<Record>&& batch, Committed done) override;
    void keep_snapshot(Seq seq, std::string bytes) override;
    /// Times are those of receipt. A bucket without numbers has min, max and mean 0.
    void history(Permit<Verb::history> permit, HistoryQuery query,
                 std::function<void(Result<std::vector<HistoryPoint>>)> done) override;
    void journal(JournalQuery query,
                 std::function<void(Result<std::vector<Record>>)> done) override;
    void attest(ledger::Attestation asked, std::function<void(Result<std::string>)> done) override;
    [[nodiscard]] Figures figures() const override;
    void keep_for(PropertyId property, std::optional<Duration> retention) override;
    void close() override;

    /// As history(), for programs that have the file to themselves and no authority to ask.
    void history_of(PropertyId property, HistoryQuery query,
                    std::function<void(Result<std::vector<HistoryPoint>>)> done);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace foxtail::sqlite
