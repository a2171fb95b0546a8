#pragma once

#include "foxtail/store/sqlite/db.hpp"
#include "foxtail/store/sqlite/shared.hpp"

#include <deque>
#include <vector>

namespace foxtail::sqlite {

/// Takes what records of kind `forgotten` name out of the file: readings, other records about the
/// same, what rules said because of them, and snapshots that may still know. Step by step; commits
/// can pass in between. A stop on the way is no harm: what is left is found again, and the state
/// says how far everything is done. Leaves and hashes of the ledger stay.
class Forgetter {
public:
    Forgetter(Database& database, Shared& shared) : database_(database), shared_(shared) {}

    /// Finds what is not done yet.
    [[nodiscard]] Result<void> open();
    void close();
    /// One more such record is durable.
    void add(Seq seq, const Forgotten& what);
    [[nodiscard]] bool waiting() const { return !waiting_.empty(); }
    /// The number of the record whose turn it is: what was said before it goes. All of that must be
    /// sealed, and a snapshot of it or later kept, before step() is called.
    [[nodiscard]] Seq seq() const { return waiting_.front().seq; }
    /// One bounded step, but for the pass over what rules said.
    [[nodiscard]] Result<void> step();

private:
    enum class Phase { finding, erasing, dropping, cleaning };
    struct Job {
        Seq seq = 0;
        Forgotten what;
    };

    [[nodiscard]] Result<void> list_segments();
    [[nodiscard]] Result<void> find_in_segment();
    [[nodiscard]] Result<void> find_records();
    [[nodiscard]] Result<void> find_under(std::string_view where, std::string_view address);
    [[nodiscard]] Result<void> find_consequences();
    [[nodiscard]] Result<void> erase_some();
    [[nodiscard]] Result<void> drop_in_segment();
    [[nodiscard]] Result<void> clean();
    [[nodiscard]] bool goes(const Entry& entry) const;
    [[nodiscard]] bool in_time(Time at) const;
    void begin();

    Database& database_;
    Shared& shared_;
    std::deque<Job> waiting_;
    Phase phase_ = Phase::finding;
    bool listed_ = false;
    bool again_ = false;  // a segment was merged away meanwhile
    std::deque<std::int64_t> segments_;
    std::vector<Seq> said_;     // numbers of what goes, ascending once find_records() is done
    std::vector<Seq> records_;  // of these, rows to erase
};

}  // namespace foxtail::sqlite
