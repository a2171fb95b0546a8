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

/// Lower-case hex of BLAKE2b-256: what is kept of tokens, sessions and sign-up codes. They hold at
/// least 128 random bits, so no slow hash is needed.
[[nodiscard]] std::string hash_secret(std::string_view secret);

/// `bytes` random bytes (at most 64) as base64url without padding.
[[nodiscard]] std::string random_text(Random& random, std::size_t bytes);

/// Takes as long for equal texts as for different ones of the same length.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);

}  // namespace foxtail::api
