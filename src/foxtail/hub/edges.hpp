#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/grants/verdict.hpp"
#include "foxtail/journal/attestation.hpp"
#include "foxtail/journal/record.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace foxtail {

/// What one query of a property's past gives: one entry a bucket that holds readings.
struct HistoryPoint {
    Time time;  // start of the bucket
    double min = 0;
    double max = 0;
    double mean = 0;  // of the readings in the bucket, each counted once
    Value last;  // the bucket's last value; the only member that means something for what is no
                 // number
    std::uint64_t count = 0;
};

struct HistoryQuery {
    Time from;                   // inclusive
    Time to;                     // exclusive
    std::uint32_t points = 600;  // at most so many buckets of equal length; 0 = every reading by
                                 // itself (at most 100,000)
};

struct JournalQuery {
    Seq from = 1;                                  // inclusive
    Seq before = std::numeric_limits<Seq>::max();  // exclusive
    std::uint32_t limit = 100;                     // at most 1,000
    bool newest_first = false;                     // count the limit from `before` downwards
    std::string kind;                              // empty = all
    std::optional<PropertyId> property;            // only what is about it
    std::optional<ThingId> thing;                  // only what is about it
    bool readings = true;                          // false leaves readings out
};

/// What a connector wants back after a restart and is no history: only the newest bytes under a
/// name count. Empty bytes: there is nothing under it any more.
struct Keepsake {
    SubjectId owner;
    std::string name;
    std::string bytes;
};

struct Order;

/// A connector as the hub sees it: where commands leave the house. The network of the simulated
/// environment.
class Outlet {
public:
    virtual ~Outlet() = default;
    /// Carries the order out now, or says why not. What the device reports back comes as readings;
    /// for what is not reported back, done means confirmed.
    enum class Sent : std::uint8_t { awaiting_report, done };
    virtual Result<Sent> send(const Order& order) = 0;
    /// The store is behind (true) or has caught up (false): stop reading from the network
    /// meanwhile.
    virtual void pause(bool paused) = 0;
    /// Somebody wants this forgotten: what the outlet itself keeps of it goes too.
    virtual void forgotten(const Forgotten& what) { (void)what; }
};

/// The journal and history of one household, on disk or elsewhere (SQLite now, JetStream later).
/// Callbacks come back on the household's thread. Nothing here blocks after load() and kept().
class Store {
public:
    virtual ~Store() = default;

    /// Called once, before all else; blocks. Gives the newest snapshot (seq 0 and empty bytes when
    /// there is none) to `snapshot`, then every record after it in order to `record`. Error:
    /// corrupt, unavailable.
    virtual Result<void> load(
        const std::function<Result<void>(Seq seq, std::string_view bytes)>& snapshot,
        const std::function<Result<void>(Record&& record)>& record) = 0;

    /// Gives the owner's keepsakes. For connectors that start; blocks. Error: corrupt, unavailable.
    virtual Result<void> kept(
        SubjectId owner,
        const std::function<void(std::string_view name, std::string_view bytes)>& each) = 0;

    /// Takes a keepsake; it becomes durable together with the next batch that is given to commit().
    virtual void keep(Keepsake keepsake) = 0;

    /// Takes a batch to commit as one durable transaction, with the keepsakes taken so far; `done`
    /// gets the outcome and the emptied vector for reuse. A batch may be empty. At most one is in
    /// flight: the caller keeps collecting meanwhile (that is the group commit). After a failure
    /// the keepsakes go with the next batch.
    /// What a Forgotten record in it names is taken out for good once a snapshot of that record or
    /// a later one is kept; figures() tell how far that is.
    using Committed = std::function<void(Result<Seq> durable_up_to, std::vector<Record>&& spent)>;
    virtual void commit(std::vector<Record>&& batch, Committed done) = 0;

    /// Keeps the household's state as of `seq` (already committed) so that a restart replays only
    /// what came after.
    virtual void keep_snapshot(Seq seq, std::string bytes) = 0;

    virtual void history(Permit<Verb::history> permit, HistoryQuery query,
                         std::function<void(Result<std::vector<HistoryPoint>>)> done) = 0;

    /// Records by number. The caller (hub) filters what the asking subject may not see before it
    /// leaves the hub.
    virtual void journal(JournalQuery query,
                         std::function<void(Result<std::vector<Record>>)> done) = 0;

    struct Figures {
        std::uint64_t bytes = 0;            // on disk
        std::uint64_t records = 0;          // on disk
        std::uint64_t readings_sealed = 0;  // in compressed segments
        std::uint64_t commits = 0;
        std::uint64_t failures = 0;
        Seq forgotten_to = ~Seq{0};  // nothing is left of what Forgotten records up to here name
    };
    [[nodiscard]] virtual Figures figures() const = 0;

    /// What the ledger of what is durable says about itself, for who will not take our word. Keys
    /// stay on the other side. Error: unavailable where there is no ledger; not_found,
    /// invalid_input, exhausted.
    virtual void attest(ledger::Attestation asked, std::function<void(Result<std::string>)> done) {
        (void)asked;
        done(fail(Code::unavailable, "this journal has no ledger"));
    }

    /// Retention of a property changed or was first told; nothing = keep for ever.
    virtual void keep_for(PropertyId property, std::optional<Duration> retention) = 0;

    /// Seals what is due, commits and closes. Blocks. No callback comes afterwards.
    virtual void close() = 0;
};

}  // namespace foxtail
