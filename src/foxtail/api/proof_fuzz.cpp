// Proofs from strangers: the DPoP header and public keys. libFuzzer entry.
#include "foxtail/api/proof.hpp"
#include "foxtail/json/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace foxtail;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto proof = api::read_proof(text)) {
        if (!api::is_thumbprint(proof->key.thumbprint())) std::abort();
        if (proof->id.empty() || proof->signature.size() != 64 || !proof->made.known())
            std::abort();
        HttpRequest request;
        request.method = proof->method;
        request.path = "/things";
        request.headers = {{"Host", "hub.lan"}};
        (void)api::check_proof(*proof, request, "fxt_x");
        (void)proof->key.signed_this(proof->signed_text, proof->signature);
        api::ProofsTaken taken;
        if (taken.take(*proof, proof->made) && taken.take(*proof, proof->made)) std::abort();
    }
    if (const auto jwk = parse_json(text, {4096, 4})) {
        const auto key = api::holder_key_from_json(*jwk);
        if (key && !api::is_thumbprint(key->thumbprint())) std::abort();
    }
    return 0;
}
