#include "foxtail/api/proof.hpp"

#include "foxtail/api/token.hpp"
#include "foxtail/base/utf8.hpp"
#include "foxtail/journal/merkle.hpp"
#include "foxtail/json/parse.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>

#include <boost/json/object.hpp>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sodium.h>

namespace foxtail::api {
namespace {

namespace bj = boost::json;
constexpr std::size_t proof_bytes_max = 4096;
constexpr std::size_t proof_id_bytes_max = 256;
constexpr std::size_t thumbprint_characters = 43;
constexpr JsonLimits proof_limits{proof_bytes_max, 4};

tl::unexpected<Error> odd(std::string what) {
    return fail(Code::invalid_input, std::move(what));
}
tl::unexpected<Error> not_proven(std::string why) {
    return fail(Code::denied, std::move(why));
}

std::string to_base64url(std::string_view bytes) {
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
    text.pop_back();  // the terminating zero
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    std::size_t length = 0;
    const char* end = nullptr;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &length, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != text.data() + text.size())
        return std::nullopt;
    bytes.resize(length);
    return bytes;
}

std::string_view member(const bj::object& object, std::string_view name) {
    const bj::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                  : std::string_view();
}

bool coordinate(const bj::object& jwk, std::string_view name, std::array<unsigned char, 32>& to) {
    const auto bytes = from_base64url(member(jwk, name));
    if (!bytes || bytes->size() != to.size()) return false;
    std::memcpy(to.data(), bytes->data(), to.size());
    return true;
}

std::string_view view(const std::array<unsigned char, 32>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The public key as X.509 spells it (RFC 5480): what stands before the point never changes.
std::string spki_of(const HolderKey& key) {
    static constexpr std::array<unsigned char, 27> before = {
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06,
        0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
    std::string der(before.begin(), before.end());
    der.append(view(key.x)).append(view(key.y));
    return der;
}

struct Free {
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
    void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
    void operator()(ECDSA_SIG* p) const { ECDSA_SIG_free(p); }
};

/// JWS writes both numbers side by side, OpenSSL wants them as DER.
std::string der_signature(std::string_view signature) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(signature.data());
    BIGNUM* r = BN_bin2bn(bytes, 32, nullptr);
    BIGNUM* s = BN_bin2bn(bytes + 32, 32, nullptr);
    const std::unique_ptr<ECDSA_SIG, Free> both(ECDSA_SIG_new());
    if (r == nullptr || s == nullptr || !both || ECDSA_SIG_set0(both.get(), r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return {};
    }
    std::array<unsigned char, 80> der{};
    unsigned char* out = der.data();
    const int length = i2d_ECDSA_SIG(both.get(), &out);
    if (length <= 0) return {};
    return {reinterpret_cast<const char*>(der.data()), static_cast<std::size_t>(length)};
}

bool p256_signed(const HolderKey& key, std::string_view text, std::string_view signature) {
    const auto der = spki_of(key);
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<EVP_PKEY, Free> known(
        d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    const auto its = der_signature(signature);
    if (!known || !context || its.empty()) return false;
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, known.get()) == 1 &&
           EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(its.data()),
                            its.size(), reinterpret_cast<const unsigned char*>(text.data()),
                            text.size()) == 1;
}

/// The JOSE header: which key, and that nothing was asked that is not understood.
Result<HolderKey> read_head(std::string_view text) {
    const auto bytes = from_base64url(text);
    const auto parsed = bytes ? parse_json(*bytes, proof_limits) : Result<bj::value>(odd(""));
    const bj::object* head = parsed ? parsed->if_object() : nullptr;
    if (head == nullptr) return odd("its head is no JSON");
    if (!same_ignoring_case(member(*head, "typ"), "dpop+jwt")) return odd("typ is not dpop+jwt");
    if (head->contains("crit")) return odd("crit is not understood");
    const bj::value* jwk = head->if_contains("jwk");
    if (jwk == nullptr) return odd("jwk is missing");
    auto key = holder_key_from_json(*jwk);
    if (!key) return key;
    const auto algorithm = member(*head, "alg");
    const bool fits = key->kind == HolderKey::Kind::p256
                          ? algorithm == "ES256"
                          : algorithm == "EdDSA" || algorithm == "Ed25519";
    if (!fits) return odd("alg is not the key's");
    return key;
}

std::optional<Time> read_date(const bj::object& claims) {
    const bj::value* value = claims.if_contains("iat");
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const double s = value->to_number<double>();
    if (!(s > 0 && s < 1e11)) return std::nullopt;
    return Time{static_cast<std::int64_t>(std::floor(s * 1e6))};
}

std::string_view without_default_port(std::string_view authority, std::string_view scheme) {
    const std::string_view port = same_ignoring_case(scheme, "https") ? ":443" : ":80";
    if (authority.ends_with(port)) authority.remove_suffix(port.size());
    return authority;
}

/// Query and fragment are left aside (RFC 9449, 4.3). What came in clear may have come over TLS to
/// a proxy before us, as for Origin.
bool names(std::string_view uri, const HttpRequest& request) {
    const auto colon = uri.find("://");
    if (colon == std::string_view::npos) return false;
    std::string_view scheme = uri.substr(0, colon);
    if (request.wants_websocket && same_ignoring_case(scheme, "ws")) scheme = "http";
    if (request.wants_websocket && same_ignoring_case(scheme, "wss")) scheme = "https";
    const bool https = same_ignoring_case(scheme, "https");
    if (!https && (request.secure || !same_ignoring_case(scheme, "http"))) return false;
    uri = uri.substr(colon + 3);
    uri = uri.substr(0, uri.find_first_of("?#"));
    const auto slash = uri.find('/');
    const auto path = slash == std::string_view::npos ? std::string_view("/") : uri.substr(slash);
    return path == request.path &&
           same_ignoring_case(without_default_port(uri.substr(0, slash), scheme),
                              without_default_port(request.header("Host"), scheme));
}

}  // namespace

std::string HolderKey::thumbprint() const {
    const auto text = kind == Kind::p256
                          ? R"({"crv":"P-256","kty":"EC","x":")" + to_base64url(view(x)) +
                                R"(","y":")" + to_base64url(view(y)) + "\"}"
                          : R"({"crv":"Ed25519","kty":"OKP","x":")" + to_base64url(view(x)) + "\"}";
    return to_base64url(ledger::bytes_of(ledger::sha256({text})));
}

bool HolderKey::signed_this(std::string_view text, std::string_view signature) const {
    if (signature.size() != 64) return false;
    if (kind == Kind::p256) return p256_signed(*this, text, signature);
    return crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(signature.data()),
                                       reinterpret_cast<const unsigned char*>(text.data()),
                                       text.size(), x.data()) == 0;
}

Result<HolderKey> holder_key_from_json(const bj::value& jwk) {
    const bj::object* object = jwk.if_object();
    if (object == nullptr) return odd("the key is no JWK");
    if (object->contains("d")) return odd("the key has its private part, which nobody may be told");
    HolderKey key;
    const auto type = member(*object, "kty");
    const auto curve = member(*object, "crv");
    if (type == "OKP" && curve == "Ed25519") {
        key.kind = HolderKey::Kind::ed25519;
        if (!coordinate(*object, "x", key.x)) return odd("the key's x is not 32 bytes");
        return key;
    }
    if (type != "EC" || curve != "P-256")
        return odd("the key is neither of P-256 (EC) nor of Ed25519 (OKP)");
    if (!coordinate(*object, "x", key.x) || !coordinate(*object, "y", key.y))
        return odd("the key's x and y are not 32 bytes each");
    return key;
}

bool is_thumbprint(std::string_view text) {
    const auto bytes = from_base64url(text);
    return text.size() == thumbprint_characters && bytes && bytes->size() == 32;
}

Result<Proof> read_proof(std::string_view text) {
    if (text.empty()) return odd("there is none");
    if (text.size() > proof_bytes_max) return odd("it is too long");
    const auto first = text.find('.');
    const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
    if (second == std::string_view::npos) return odd("it is no JWT");
    auto key = read_head(text.substr(0, first));
    if (!key) return fail(std::move(key.error()));
    const auto body = from_base64url(text.substr(first + 1, second - first - 1));
    const auto parsed = body ? parse_json(*body, proof_limits) : Result<bj::value>(odd(""));
    const bj::object* claims = parsed ? parsed->if_object() : nullptr;
    if (claims == nullptr) return odd("its claims are no JSON");
    Proof proof;
    proof.key = *key;
    proof.method = member(*claims, "htm");
    proof.uri = member(*claims, "htu");
    proof.id = member(*claims, "jti");
    if (proof.id.empty() || proof.id.size() > proof_id_bytes_max) return odd("jti is missing");
    const auto made = read_date(*claims);
    if (!made) return odd("iat is missing");
    proof.made = *made;
    const auto hash = from_base64url(member(*claims, "ath"));
    if (!hash || hash->size() != 32) return odd("ath is missing");
    proof.token_hash = *hash;
    const auto signature = from_base64url(text.substr(second + 1));
    if (!signature || signature->size() != 64) return odd("its signature is not 64 bytes");
    proof.signature = *signature;
    proof.signed_text = text.substr(0, second);
    return proof;
}

Result<void> check_proof(const Proof& proof, const HttpRequest& request, std::string_view token) {
    if (proof.method != request.method) return not_proven("it is for another method");
    if (!names(proof.uri, request)) return not_proven("it is for another address");
    if (proof.token_hash != ledger::bytes_of(ledger::sha256({token})))
        return not_proven("it is for another token");
    if (!proof.key.signed_this(proof.signed_text, proof.signature))
        return not_proven("its signature is not the key's");
    return {};
}

void ProofsTaken::forget(Time now) {
    while (!until_.empty() && until_.begin()->first <= now) {
        const auto oldest = until_.begin();
        // Nothing from before may come again, should the clock be set back.
        floor_ = std::max(floor_, oldest->first - counts_for);
        const auto count = of_key_.find(oldest->second.key);
        if (--count->second == 0) of_key_.erase(count);
        taken_.erase(oldest->second.hash);
        until_.erase(oldest);
    }
}

Result<void> ProofsTaken::take(const Proof& proof, Time now) {
    forget(now);
    if (proof.made <= floor_)
        return not_proven("it was made before this hub started, or before its clock was set back");
    if (proof.made + counts_for <= now) return not_proven("it is more than a minute old");
    if (proof.made - counts_for > now) return not_proven("it is more than a minute ahead");
    const auto key = proof.key.thumbprint();
    const auto hash = ledger::sha256({key, "\n", proof.id});
    if (taken_.contains(hash)) return not_proven("it was used before");
    std::size_t& count = of_key_[key];
    if (count >= of_one_key_max) return fail(Code::exhausted, "too many within two minutes");
    ++count;
    taken_.insert(hash);
    until_.emplace(proof.made + counts_for, Until{key, hash});
    return {};
}

}  // namespace foxtail::api
