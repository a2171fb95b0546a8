#pragma once

#include "foxtail/journal/attestation.hpp"
#include "foxtail/journal/leaf.hpp"
#include "foxtail/journal/note.hpp"
#include "foxtail/store/sqlite/db.hpp"
#include "foxtail/store/sqlite/ledger_blocks.hpp"
#include "foxtail/store/sqlite/ledger_key.hpp"
#include "foxtail/store/sqlite/ledger_secrets.hpp"
#include "foxtail/store/sqlite/shared.hpp"

#include <optional>
#include <span>
#include <unordered_map>

namespace foxtail::sqlite {

/// The hash tree over the journal as it grows: a leaf for every record that is no reading, in the
/// record's transaction; one for every stretch of readings; and a signed checkpoint soon after.
/// docs/ledger-format.md says what stands in them. Part of the writer, on its thread.
class Ledger {
public:
    Ledger(Database& database, const Options& options, const Shared& shared)
        : database_(database), options_(options), shared_(shared) {}

    /// Takes up where the file ends; begins a ledger (with a key of its own) where there is none.
    /// `last` is the newest record, `now` its time. Error: also corrupt, when leaves are missing.
    [[nodiscard]] Result<void> open(Seq last, Time now);
    /// Lets go of the connection.
    void close();

    // ---- within the writer's transaction ----
    /// The leaf of this record, whose body has this text: its number, and the salt (valid until the
    /// next call).
    struct Place {
        std::uint64_t leaf = 0;
        std::string_view salt;
    };
    [[nodiscard]] Result<Place> add(const Record& record, std::string_view body);
    /// One leaf for the oldest readings that wait (at most options.ledger_readings); everything up
    /// to `last` is durable. Along with a commit it costs no sync of its own.
    [[nodiscard]] Result<void> seal_along(Seq last, Time now);
    /// Signs if the last checkpoint is old enough not to have to wait.
    [[nodiscard]] Result<void> sign_soon(Time now);

    // ---- transactions of their own ----
    /// Readings wait, or records that no stretch of readings reaches over yet, and it is time.
    [[nodiscard]] bool sealing_is_due(Time now) const;
    /// Readings are durable that are in no leaf.
    [[nodiscard]] bool readings_wait() const { return waiting_ > 0; }
    /// seal_along() for who has nothing to commit.
    [[nodiscard]] Result<void> seal(Seq last, Time now);
    /// How long until a checkpoint must be signed; nothing when the newest one is of all leaves.
    [[nodiscard]] std::optional<Duration> checkpoint_in() const;
    [[nodiscard]] Result<void> sign(Time now);
    /// Another key signs from now on; the one before signs for it.
    [[nodiscard]] Result<void> rotate(Seq last, Time now);

    // ---- for who will not take its word (ledger_attest.cpp), between transactions
    /// Error: not_found for a record that is in no leaf, invalid_input.
    [[nodiscard]] Result<std::string> attest(const ledger::CheckpointAsked& asked, Time now);
    [[nodiscard]] Result<std::string> attest(const ledger::KeysAsked& asked, Time now);
    [[nodiscard]] Result<std::string> attest(const ledger::ConsistencyAsked& asked, Time now);
    [[nodiscard]] Result<std::string> attest(const ledger::InclusionAsked& asked, Time now);
    [[nodiscard]] Result<std::string> attest(const ledger::CertificateAsked& asked, Time now);
    [[nodiscard]] Result<std::string> attest(const ledger::ReceiptAsked& asked, Time now);

    /// The transaction with these records is durable. A failed one is followed by open().
    void committed(std::size_t readings);

    /// Secrets were forgotten in the file: those in memory are not to be used any more.
    void secrets_have_changed() { secrets_.look_again(); }

    [[nodiscard]] const ledger::Tree& tree() const { return tree_; }
    [[nodiscard]] const ledger::VerifierKey& key() const { return key_->verifier(); }
    [[nodiscard]] const std::string& newest_checkpoint() const { return newest_note_; }

private:
    [[nodiscard]] Result<void> prepare();
    [[nodiscard]] Result<ledger::Proof> path_of(std::uint64_t index, std::uint64_t size);
    [[nodiscard]] Result<void> load_covered();
    [[nodiscard]] Result<void> load_key(Seq last, Time now);
    [[nodiscard]] Result<void> take_key(Seq last, Time now);
    [[nodiscard]] Result<void> append(const ledger::Hash& leaf);
    [[nodiscard]] Result<void> append_own(const char* kind, const ledger::SegmentLeaf* segment,
                                          const std::string& text);
    [[nodiscard]] Result<void> append_key(const ledger::SigningKey& next, bool agreed, Seq last,
                                          Time now);
    [[nodiscard]] Result<void> hash_readings(ledger::SegmentLeaf& leaf);
    [[nodiscard]] Result<void> insert_checkpoint(Time now);

    Database& database_;
    const Options& options_;
    const Shared& shared_;
    Statement insert_leaf_;
    Statement insert_tile_;
    Statement insert_checkpoint_;

    ledger::Tree tree_;
    std::optional<ledger::SigningKey> key_;
    std::string origin_;
    Seq covered_ = 0;          // up to which numbers stretches of readings reach
    std::size_t waiting_ = 0;  // readings in no leaf
    std::string salts_;
    std::size_t next_salt_ = 0;
    std::string text_;
    std::vector<const Entry*> readings_;
    BlockCutter cutter_;
    LedgerSecrets secrets_;

    std::uint64_t signed_size_ = 0;
    std::int64_t signed_day_ = 0;
    std::string newest_note_;
    std::optional<Duration> signed_at_;  // monotonic
    std::optional<Duration> grown_at_;   // since when leaves wait for a checkpoint
};

}  // namespace foxtail::sqlite
