#pragma once

#include "foxtail/journal/note.hpp"
#include "foxtail/journal/record.hpp"

#include <string>
#include <string_view>

// What somebody holds who gave or got a grant: the hub's signed word on what was agreed, and how
// that stood when it was signed. The text of a signed note; docs/ledger-format.md has it for
// others. It brings no proof of its place in the ledger, whose size tells how busy a house is.
namespace foxtail::ledger {

struct Receipt {
    std::string origin;  // of the ledger
    VerifierKey key;     // that signs
    Seq grant = 0;
    std::string state;  // "in force", "taken back"
    Time time;          // when it was signed
    std::string text;   // the consent record, one line of JSON that begins as receipt_head()
    friend bool operator==(const Receipt&, const Receipt&) = default;
};

constexpr std::string_view receipt_schema = "ISO/IEC TS 27560:2023";
/// How the text of a receipt begins: the part that machines compare.
[[nodiscard]] std::string receipt_head(Seq grant, std::string_view state);

[[nodiscard]] std::string format_receipt(const Receipt& receipt);
/// Error: invalid_input. What was parsed gives the same text when it is formatted.
[[nodiscard]] Result<Receipt> parse_receipt(std::string_view text);
/// The receipt in a signed note, with all that can be checked offline checked. `known`: the key it
/// must be signed by; null = the one it names. Error: invalid_input.
[[nodiscard]] Result<Receipt> verify_receipt(std::string_view note, const VerifierKey* known);

}  // namespace foxtail::ledger
