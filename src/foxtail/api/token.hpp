#pragma once

#include "foxtail/base/environment.hpp"

#include <string>
#include <string_view>

namespace foxtail::api {

/// A bearer token as it is shown once, and what is kept of it.
struct FreshToken {
    std::string token;  // "fxt_" and 43 characters of base64url: 256 random bits
    std::string hash;   // hash_secret(token)
};
[[nodiscard]] FreshToken create_token(Random& random);
/// Whether a text has the form of a token; whether there is such a token is not asked.
[[nodiscard]] bool is_token(std::string_view text);

/// Lower-case hex of BLAKE2b-256: what is kept of tokens, sessions and sign-up codes. They hold at
/// least 128 random bits, so no slow hash is needed.
[[nodiscard]] std::string hash_secret(std::string_view secret);
/// What is kept of a token that only the holder of a key may use: "dpop:" and the hash of the token
/// with the key's thumbprint (see proof.hpp). Who sends the token without a proof, or with one of
/// another key, asks for another hash: that token exists nowhere.
[[nodiscard]] std::string bound_hash(std::string_view token, std::string_view thumbprint);
[[nodiscard]] bool is_bound(std::string_view token_hash);

/// `bytes` random bytes (at most 64) as base64url without padding.
[[nodiscard]] std::string random_text(Random& random, std::size_t bytes);

/// Takes as long for equal texts as for different ones of the same length.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);

}  // namespace foxtail::api
