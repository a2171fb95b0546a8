#pragma once

#include "foxtail/store/sqlite/forgetter.hpp"
#include "foxtail/store/sqlite/ledger.hpp"
#include "foxtail/store/sqlite/reserve.hpp"
#include "foxtail/store/sqlite/sealer.hpp"
#include "foxtail/store/sqlite/shared.hpp"
#include "foxtail/store/sqlite/sweeper.hpp"

#include <deque>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

namespace foxtail::sqlite {

/// Keepsakes by owner and name.
using Keepsakes = std::map<std::pair<std::uint32_t, std::string>, std::string>;

/// All that changes the file. One thread; blocks on the disk. After a failure the connection is
/// closed, and the next call opens a new one: what a connection believes after a failed write or
/// sync is worth nothing.
class Writer {
public:
    Writer(Options options, Shared& shared);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Opens or makes the file and brings its schema up to date.
    [[nodiscard]] Result<void> open();
    /// The newest durable record.
    [[nodiscard]] Seq last() const { return last_; }

    /// One durable transaction of records and keepsakes; either may be empty. Records that are
    /// already durable are passed over, so a batch whose outcome was a failure can be given again.
    /// On a full disk what takes something back still finds room (Options::reserve_bytes).
    /// Errors: as of Database; invalid_input for a gap in the numbers.
    [[nodiscard]] Result<Seq> append(std::span<const Record> batch,
                                     const Keepsakes& keepsakes = {});
    /// `seq` is durable.
    [[nodiscard]] Result<void> keep_snapshot(Seq seq, std::string_view bytes);
    [[nodiscard]] Result<void> keep_for(PropertyId property, std::optional<Duration> retention);

    /// One bounded step of what can be done between commits (sealing, checkpoints, retention,
    /// giving free pages back). False when there is nothing to do.
    [[nodiscard]] Result<bool> maintain();
    /// Readings come faster than they are sealed: maintain() must go first now.
    [[nodiscard]] bool behind() const;
    /// How long maintain() may still wait with the ledger's next checkpoint; nothing = none is due.
    [[nodiscard]] std::optional<Duration> checkpoint_in() const;
    /// Forgets what these records said, also in the file's free pages and its log. Their leaves in
    /// the ledger stay, and so does every proof. A snapshot may still know: keep a new one after.
    [[nodiscard]] Result<void> erase_records(std::span<const Seq> seqs);
    /// What the ledger says about itself. Errors: as Ledger::attest().
    [[nodiscard]] Result<std::string> attest(const ledger::Attestation& asked);
    /// The ledger's key is replaced by a new one, and signs for it.
    [[nodiscard]] Result<void> rotate_ledger_key();
    [[nodiscard]] const Ledger& ledger() const { return ledger_; }
    /// Takes all out that is to be forgotten and can be, until it is done. May take long.
    [[nodiscard]] Result<void> forget_now();
    /// Seals everything and gives all free pages back. May take long.
    [[nodiscard]] Result<void> seal_now();
    /// Seals everything, empties the log, closes.
    void close();

private:
    [[nodiscard]] Result<void> open_connection();
    [[nodiscard]] Result<void> prepare();
    [[nodiscard]] Result<void> load_state();
    [[nodiscard]] Result<void> load_tail();
    [[nodiscard]] Result<void> ready();
    void distrust();
    void forget_connection();
    /// What failed leaves no connection behind.
    template <class T>
    Result<T> checked(Result<T> result) {
        if (!result) distrust();
        return result;
    }

    [[nodiscard]] Result<Seq> append_once(std::span<const Record> batch,
                                          const Keepsakes& keepsakes);
    [[nodiscard]] Result<Seq> append_all(std::span<const Record> batch, const Keepsakes& keepsakes);
    [[nodiscard]] Result<void> insert(const Keepsakes& keepsakes);
    [[nodiscard]] Result<void> insert(const Record& record);
    [[nodiscard]] Result<void> learn(const Body& body);
    [[nodiscard]] Result<void> insert_batch(const std::vector<Entry>& entries);
    [[nodiscard]] Result<void> insert_snapshot(Seq seq, std::string_view bytes);
    [[nodiscard]] std::string_view address_of(const Record& record);
    void see_time(Time time);

    [[nodiscard]] Result<bool> maintain_step();
    [[nodiscard]] bool sealing_is_due() const;
    [[nodiscard]] Result<void> seal_in_ledger();
    [[nodiscard]] Result<bool> vacuum(bool everything);
    [[nodiscard]] bool may_forget() const;
    [[nodiscard]] Result<void> forget_step();

    Options options_;
    Shared& shared_;
    Database database_;
    Ledger ledger_;
    Sealer sealer_;
    Sweeper sweeper_;
    Forgetter forgetter_;
    Reserve reserve_;
    Statement insert_record_;
    Statement insert_batch_;
    Statement insert_thing_;
    Statement insert_property_;
    Statement insert_subject_;
    Statement insert_keepsake_;
    Statement forget_keepsake_;

    Seq last_ = 0;
    Seq snapshot_ = 0;  // the newest kept
    int log_pages_ = 0;
    bool opened_before_ = false;
    bool looked_at_free_pages_ = false;
    Time newest_;                 // of the records, as far as the clock can be believed
    Duration retention_resumes_;  // monotonic
    std::string body_;
    std::string address_;
    // What a command was about, so that its end is found under the same address. The newest only.
    std::unordered_map<Seq, std::string> commands_;
    std::deque<Seq> commands_in_order_;
};

}  // namespace foxtail::sqlite
