#include "single.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/journal/attestation.hpp"
#include "foxtail/journal/certificate.hpp"
#include "foxtail/journal/receipt.hpp"

#include <algorithm>

namespace foxtail::ledger {

namespace {

/// Whose word it is, and how that is known.
std::string signer(const std::string& origin, const VerifierKey& by, bool given,
                   std::string_view what) {
    std::string out = "ledger    " + printable(origin) + "\n";
    out += "key       " + format_verifier_key(by) + "\n";
    if (given) return out;
    if (origin_of(by.key) == origin)
        return out + "          (the key that the ledger began with, as its name proves)\n";
    return out + "          (as the " + std::string(what) +
           " itself says; compare it with the one you know, or give --key)\n";
}

}  // namespace

Result<std::string> judge_receipt(std::string_view text, const std::optional<VerifierKey>& key) {
    const auto receipt = verify_receipt(text, key ? &*key : nullptr);
    if (!receipt) return fail(receipt.error());
    const auto& r = *receipt;
    std::string out = signer(r.origin, r.key, key.has_value(), "receipt");
    out += "grant     " + std::to_string(r.grant) + ", " + printable(r.state) + " as of " +
           format_rfc3339(r.time) + "\n";
    out += "agreed    " + printable(r.text, r.text.size()) + "\n";
    return out;
}

Result<std::string> judge_certificate(std::string_view text,
                                      const std::optional<VerifierKey>& key) {
    const auto certificate = verify_certificate(text, key ? &*key : nullptr);
    if (!certificate) return fail(certificate.error());
    const auto& c = *certificate;
    std::string out = signer(c.origin, c.key, key.has_value(), "certificate");
    out += "grant     " + std::to_string(c.grant) + " of " + printable(c.subject) + "\n";
    out += "ended     " + format_rfc3339(c.time) + ", by record " + std::to_string(c.effective) +
           "; nothing recorded from there on went out under it\n";
    out += c.delivered_last == 0 ? "shown     nothing on a stream that was open\n"
                                 : "shown     up to record " + std::to_string(c.delivered_last) +
                                       " on streams that were open\n";
    out += "proof     leaf " + std::to_string(c.index) + " of " + std::to_string(c.size) + "\n";
    return out;
}

Result<std::string> judge_proof(std::string_view text, const VerifierKey& key,
                                const std::vector<VerifierKey>& witnesses) {
    const auto proof = parse_inclusion(text);
    if (!proof) return fail(proof.error());
    const auto checkpoint = verify_checkpoint(proof->checkpoint, key);
    if (!checkpoint) return fail(checkpoint.error());
    if (proof->extra.empty()) return fail(Code::invalid_input, "the proof does not bring its leaf");
    if (!verify_inclusion(hash_leaf({proof->extra}), proof->index, checkpoint->size, proof->proof,
                          checkpoint->root))
        return fail(Code::invalid_input, "the leaf is not under the checkpoint's root");
    const auto note = parse_note(proof->checkpoint);
    const auto saw = [&](const VerifierKey& witness) {
        return note && std::any_of(note->signatures.begin(), note->signatures.end(),
                                   [&](const auto& signature) {
                                       return verify_signature(witness, note->text, signature);
                                   });
    };
    std::string out = "ledger    " + printable(checkpoint->origin) + "\n";
    out += "leaf      " + printable(proof->extra, 1000) + "\n";
    out += "proof     leaf " + std::to_string(proof->index) + " of " +
           std::to_string(checkpoint->size) + "\n";
    out += "signed    by " +
           std::to_string(std::count_if(witnesses.begin(), witnesses.end(), saw)) +
           " of the witnesses you named\n";
    return out;
}

}  // namespace foxtail::ledger
