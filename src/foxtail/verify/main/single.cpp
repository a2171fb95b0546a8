#include "single.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/journal/certificate.hpp"

namespace foxtail::ledger {

Result<std::string> judge_certificate(std::string_view text,
                                      const std::optional<VerifierKey>& key) {
    const auto certificate = verify_certificate(text, key ? &*key : nullptr);
    if (!certificate) return fail(certificate.error());
    const auto& c = *certificate;
    std::string out = "ledger    " + printable(c.origin) + "\n";
    out += "key       " + format_verifier_key(c.key) + "\n";
    if (!key) {
        out += origin_of(c.key.key) == c.origin
                   ? "          (the key that the ledger began with, as its name proves)\n"
                   : "          (as the certificate itself says; compare it with the one you know, "
                     "or give --key)\n";
    }
    out += "grant     " + std::to_string(c.grant) + " of " + printable(c.subject) + "\n";
    out += "ended     " + format_rfc3339(c.time) + ", by record " + std::to_string(c.effective) +
           "; nothing recorded from there on went out under it\n";
    out += c.delivered_last == 0 ? "shown     nothing on a stream that was open\n"
                                 : "shown     up to record " + std::to_string(c.delivered_last) +
                                       " on streams that were open\n";
    out += "proof     leaf " + std::to_string(c.index) + " of " + std::to_string(c.size) + "\n";
    return out;
}

}  // namespace foxtail::ledger
