#pragma once

#include "foxtail/hub/edges.hpp"
#include "foxtail/store/sqlite/shared.hpp"

#include <functional>
#include <vector>

namespace foxtail::sqlite {

/// All that only looks at the file, with a connection of its own. One thread; blocks on the disk.
class Reader {
public:
    Reader(Options options, Shared& shared) : options_(std::move(options)), shared_(shared) {}

    /// The file exists with the present schema. Also called by the others when the writer has
    /// opened anew.
    [[nodiscard]] Result<void> open();

    /// The newest snapshot that is whole: its number and bytes; 0 and nothing when there is none.
    struct Snapshot {
        Seq seq = 0;
        std::string bytes;
    };
    [[nodiscard]] Result<Snapshot> newest_snapshot();

    /// Calls `each` for every record from `from` on, in order. Error: corrupt for a record that is
    /// missing though no retention took it; else what `each` gave.
    [[nodiscard]] Result<void> replay(Seq from, const std::function<Result<void>(Record&&)>& each);

    [[nodiscard]] Result<std::vector<Record>> journal(const JournalQuery& query);
    [[nodiscard]] Result<std::vector<HistoryPoint>> history(PropertyId property,
                                                            const HistoryQuery& query);

    /// The readings with from <= seq < before, in order.
    [[nodiscard]] Result<std::vector<Entry>> readings(Seq from, Seq before);

    [[nodiscard]] Database& database() { return database_; }
    /// The newest record on disk.
    [[nodiscard]] Result<Seq> last();

private:
    struct Filter {
        std::string kind;
        std::optional<PropertyId> property;
        std::optional<ThingId> thing;
        bool readings = true;
        bool others = true;
        [[nodiscard]] bool anything() const {
            return kind.empty() && !property && !thing && readings;
        }
    };

    [[nodiscard]] Result<Statement*> statement(const std::string& sql);
    [[nodiscard]] Result<void> window(Seq from, Seq before, const Filter& filter,
                                      std::vector<Record>& out);
    [[nodiscard]] Result<void> others(Seq from, Seq before, const Filter& filter, std::size_t limit,
                                      bool newest_first, std::vector<Record>& out);
    [[nodiscard]] Result<void> batches(Seq from, Seq before, const Filter& filter,
                                       std::vector<Entry>& out);
    [[nodiscard]] Result<void> segments(Seq from, Seq before, const Filter& filter,
                                        std::vector<Entry>& out);
    template <class Into>
    [[nodiscard]] Result<void> gather(PropertyId property, std::int64_t from_ms,
                                      std::int64_t before_ms, Into& into);
    [[nodiscard]] Result<std::vector<Record>> journal_in(const JournalQuery& query);

    Options options_;
    Shared& shared_;
    Database database_;
    std::uint64_t generation_ = 0;
    StringMap<Statement> statements_;
};

}  // namespace foxtail::sqlite
