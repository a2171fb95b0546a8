#pragma once

#include "foxtail/base/result.hpp"

#include <string>
#include <string_view>

namespace foxtail {

/// Argon2id (RFC 9106) through libsodium, in the PHC string form
/// "$argon2id$v=19$m=19456,t=2,p=1$salt$hash". One computation takes tens of milliseconds and 19
/// MiB: do it on a Worker, never on a household's thread.
constexpr unsigned long long password_passes = 2;
constexpr std::size_t password_memory_bytes = 19 * 1024 * 1024;
/// A longer "password" is an attempt to make us work.
constexpr std::size_t password_bytes_max = 1024;

/// Error: invalid_input (empty or too long), exhausted (no memory for it).
[[nodiscard]] Result<std::string> hash_password(std::string_view password);

/// True when `password` is the one `hash` was made from; false for a hash that is no hash.
[[nodiscard]] bool verify_password(std::string_view hash, std::string_view password);

/// True when `hash` was made with other costs than today's; make it anew after the next successful
/// login.
[[nodiscard]] bool password_hash_outdated(std::string_view hash);

}  // namespace foxtail
