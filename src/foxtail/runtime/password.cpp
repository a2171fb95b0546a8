#include "foxtail/runtime/password.hpp"

#include "foxtail/base/assert.hpp"

#include <array>

#include <sodium.h>

namespace foxtail {
namespace {

void start_sodium() {
    static const int started = sodium_init();
    FOX_ASSERT(started >= 0, "libsodium starts");
}

}  // namespace

Result<std::string> hash_password(std::string_view password) {
    start_sodium();
    if (password.empty()) return fail(Code::invalid_input, "an empty password");
    if (password.size() > password_bytes_max) {
        return fail(Code::invalid_input, "password of " + std::to_string(password.size()) +
                                             " bytes, limit " + std::to_string(password_bytes_max));
    }
    std::array<char, crypto_pwhash_STRBYTES> out{};
    if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), password_passes,
                              password_memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return fail(Code::exhausted, "no memory left to hash a password");
    }
    return std::string(out.data());
}

bool verify_password(std::string_view hash, std::string_view password) {
    start_sodium();
    if (password.size() > password_bytes_max || hash.size() >= crypto_pwhash_STRBYTES) return false;
    // libsodium wants a terminated string.
    const std::string text(hash);
    return crypto_pwhash_str_verify(text.c_str(), password.data(), password.size()) == 0;
}

bool password_hash_outdated(std::string_view hash) {
    start_sodium();
    if (hash.size() >= crypto_pwhash_STRBYTES) return true;
    const std::string text(hash);
    return crypto_pwhash_str_needs_rehash(text.c_str(), password_passes, password_memory_bytes) !=
           0;
}

}  // namespace foxtail
