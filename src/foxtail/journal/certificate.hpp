#pragma once

#include "foxtail/journal/leaf.hpp"
#include "foxtail/journal/note.hpp"

#include <string>
#include <string_view>

// What somebody holds who took a grant back: the hub's signed word that nothing recorded from then
// on went out under it, and the proof that the ledger says so, too. The text of a signed note;
// docs/ledger-format.md has it for others.
namespace foxtail::ledger {

struct Certificate {
    std::string origin;  // of the ledger
    VerifierKey key;     // that signs
    Seq grant = 0;
    std::string subject;     // whose grant it was: "participant:insurer"
    Seq effective = 0;       // number of the record that ended it
    Seq delivered_last = 0;  // last record that an open stream had shown; 0 = none
    Time time;               // of that record
    // That record in the ledger: its leaf, what it says, and its place under a root.
    std::string leaf;  // the line that is hashed
    std::string salt;  // with the body commits to the leaf's `body`
    std::string body;  // JSON text
    std::uint64_t index = 0;
    std::uint64_t size = 0;
    Hash root{};
    Proof path;
    friend bool operator==(const Certificate&, const Certificate&) = default;
};

[[nodiscard]] std::string format_certificate(const Certificate& certificate);
/// Error: invalid_input. What was parsed gives the same text when it is formatted.
[[nodiscard]] Result<Certificate> parse_certificate(std::string_view text);
/// That the leaf is under the root, is the end of a grant, and this grant's, and that number and
/// time are its. Says nothing about signatures. Error: invalid_input, with what does not hold.
[[nodiscard]] Result<void> check_certificate(const Certificate& certificate);

/// The certificate in a signed note, with all that can be checked offline checked. `known`: the key
/// it must be signed by; null = the one it names. Error: invalid_input.
[[nodiscard]] Result<Certificate> verify_certificate(std::string_view note,
                                                     const VerifierKey* known);

}  // namespace foxtail::ledger
