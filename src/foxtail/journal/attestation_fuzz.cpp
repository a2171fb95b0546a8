#include "foxtail/base/assert.hpp"
#include "foxtail/journal/attestation.hpp"

#include <cstdint>

// Certificates, receipts and proofs come as files from other people. What is understood must be
// written the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail::ledger;
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    if (const auto one = parse_certificate(input)) {
        FOX_ASSERT(format_certificate(*one) == input, "a certificate has one way to be written");
        (void)check_certificate(*one);
    }
    if (const auto one = parse_consistency(input))
        FOX_ASSERT(format_consistency(*one) == input, "a proof has one way to be written");
    if (const auto one = parse_inclusion(input))
        FOX_ASSERT(format_inclusion(*one) == input, "a proof has one way to be written");
    if (const auto one = parse_receipt(input))
        FOX_ASSERT(format_receipt(*one) == input, "a receipt has one way to be written");
    (void)verify_certificate(input, nullptr);
    (void)verify_receipt(input, nullptr);
    return 0;
}
