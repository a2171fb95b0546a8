#pragma once

#include "foxtail/journal/certificate.hpp"
#include "foxtail/journal/receipt.hpp"

#include <string>
#include <string_view>
#include <variant>

// What a ledger says about itself to somebody who will not take its word: the questions, and the
// texts of the answers. Formats: C2SP tlog-checkpoint, tlog-proof and tlog-witness;
// docs/ledger-format.md says which where.
namespace foxtail::ledger {

/// The newest signed checkpoint, a signed note.
struct CheckpointAsked {};
/// All leaves about keys, a line each.
struct KeysAsked {};
/// That the first `from` leaves begin what the newest checkpoint has: a ConsistencyAnswer.
struct ConsistencyAsked {
    std::uint64_t from = 0;
    std::uint64_t to = 0;  // 0 = the newest checkpoint's size
};
/// Where the record is in the ledger: an InclusionAnswer whose `extra` is the leaf's line.
struct InclusionAsked {
    Seq seq = 0;
};
/// The certificate of the grant that record `effective` ended; the ledger fills in what it knows
/// and signs: a signed note.
struct CertificateAsked {
    Seq grant = 0;
    std::string subject;
    Seq effective = 0;
    Seq delivered_last = 0;
};
/// The receipt of a grant, which the ledger's key signs: a signed note.
struct ReceiptAsked {
    Seq grant = 0;
    std::string state;
    Time time;
    std::string text;
};
using Attestation = std::variant<CheckpointAsked, KeysAsked, ConsistencyAsked, InclusionAsked,
                                 CertificateAsked, ReceiptAsked>;

/// What a witness is sent (tlog-witness, add-checkpoint): "old N", hashes, an empty line, and the
/// checkpoint, which is empty when a size was asked for that is not the newest checkpoint's.
struct ConsistencyAnswer {
    std::uint64_t from = 0;
    Proof proof;
    std::string checkpoint;
    friend bool operator==(const ConsistencyAnswer&, const ConsistencyAnswer&) = default;
};
[[nodiscard]] std::string format_consistency(const ConsistencyAnswer& answer);
/// Error: invalid_input. What was parsed gives the same bytes when it is formatted.
[[nodiscard]] Result<ConsistencyAnswer> parse_consistency(std::string_view text);

/// A leaf's place under a checkpoint (c2sp.org/tlog-proof@v1).
struct InclusionAnswer {
    std::string extra;  // nothing vouches for it but that its hash is the leaf's
    std::uint64_t index = 0;
    Proof proof;
    std::string checkpoint;
    friend bool operator==(const InclusionAnswer&, const InclusionAnswer&) = default;
};
[[nodiscard]] std::string format_inclusion(const InclusionAnswer& answer);
/// Error: invalid_input. What was parsed gives the same bytes when it is formatted.
[[nodiscard]] Result<InclusionAnswer> parse_inclusion(std::string_view text);

/// The keys of a ledger as its leaves about keys tell.
struct KeyChain {
    std::string origin;
    struct Link {
        std::uint64_t leaf = 0;  // signs checkpoints that have more leaves than this
        VerifierKey key;
    };
    std::vector<Link> links;

    /// Whose signature counts on a checkpoint of so many leaves; null = nobody's.
    [[nodiscard]] const VerifierKey* for_size(std::uint64_t size) const;
};
/// Reads what KeysAsked gives: the first key is the one the origin is made from, and each one after
/// is signed for by the one before. Error: invalid_input, also for a key that was lost and
/// replaced.
[[nodiscard]] Result<KeyChain> parse_keys(std::string_view lines);

/// The checkpoint in a signed note that this key signed. Error: invalid_input.
[[nodiscard]] Result<Checkpoint> verify_checkpoint(std::string_view note, const VerifierKey& key);

}  // namespace foxtail::ledger
