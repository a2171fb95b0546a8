#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/string_map.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/runtime/http_message.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

// Proofs that who sends a token has the key it was given to: DPoP (RFC 9449), with keys on P-256
// (ES256) or of Ed25519 (EdDSA). The token's own record is bound to the key, see bound_hash().
namespace foxtail::api {

/// A public key from outside.
struct HolderKey {
    enum class Kind : std::uint8_t { p256, ed25519 };
    Kind kind = Kind::p256;
    std::array<unsigned char, 32> x{};
    std::array<unsigned char, 32> y{};  // p256 only

    /// SHA-256 of its canonical JWK as base64url: 43 characters (RFC 7638, RFC 8037).
    [[nodiscard]] std::string thumbprint() const;
    /// `signature` as JWS has it: 64 bytes. False for whatever does not fit, a point that is not on
    /// the curve too.
    [[nodiscard]] bool signed_this(std::string_view text, std::string_view signature) const;
};
/// A public JWK (RFC 7517, RFC 8037). Error: invalid_input, also for one with its private part.
[[nodiscard]] Result<HolderKey> holder_key_from_json(const boost::json::value& jwk);
/// Whether the text has the form of a thumbprint.
[[nodiscard]] bool is_thumbprint(std::string_view text);

/// What a proof says, before anybody believed it.
struct Proof {
    HolderKey key;
    std::string method;      // "GET"
    std::string uri;         // "https://hub.lan:8443/things"
    std::string id;          // its own, used once
    std::string token_hash;  // SHA-256 of the token, 32 bytes
    Time made;
    std::string signed_text;
    std::string signature;
};
/// The header's value. Error: invalid_input, saying what is missing or odd.
[[nodiscard]] Result<Proof> read_proof(std::string_view text);

/// Whether it is a proof for this request with this token, and its key signed it; not yet whether
/// it is new. Error: denied, saying why.
[[nodiscard]] Result<void> check_proof(const Proof& proof, const HttpRequest& request,
                                       std::string_view token);

/// Takes each proof once. A proof counts for a minute before and after its time, so clocks may
/// differ by that much; for as long as it counts it is remembered. What was made before `from`, or
/// before the latest moment anything was forgotten, counts no more: neither a restart nor a clock
/// that is set back makes an old one new.
class ProofsTaken {
public:
    static constexpr Duration counts_for = seconds(60);
    static constexpr std::size_t of_one_key_max = 8192;

    void begin(Time from) { floor_ = from; }
    /// Only of keys that hold a token. Error: denied (too old, too new, taken already), exhausted
    /// (more than 8,192 within two minutes).
    [[nodiscard]] Result<void> take(const Proof& proof, Time now);
    [[nodiscard]] std::size_t size() const { return taken_.size(); }

private:
    using Hash = std::array<std::uint8_t, 32>;
    struct Until {
        std::string key;
        Hash hash;
    };
    void forget(Time now);

    Time floor_;
    std::set<Hash> taken_;
    std::multimap<Time, Until> until_;
    StringMap<std::size_t> of_key_;
};

}  // namespace foxtail::api
