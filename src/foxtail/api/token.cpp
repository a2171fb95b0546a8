#include "foxtail/api/token.hpp"

#include "foxtail/base/assert.hpp"

#include <array>
#include <cstddef>

#include <sodium.h>

namespace foxtail::api {
namespace {

constexpr std::string_view bound_before = "dpop:";
constexpr std::string_view token_before = "fxt_";
constexpr std::size_t token_characters = 47;

}  // namespace

std::string random_text(Random& random, std::size_t bytes) {
    std::array<std::byte, 64> raw{};
    FOX_ASSERT(bytes <= raw.size(), "at most 64 random bytes at once");
    random.fill(std::span(raw).first(bytes));
    std::string text(sodium_base64_encoded_len(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                     '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(raw.data()),
                      bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back();  // the terminating zero
    sodium_memzero(raw.data(), raw.size());
    return text;
}

std::string hash_secret(std::string_view secret) {
    std::array<unsigned char, 32> hash{};
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
                       nullptr, 0);
    std::string hex(hash.size() * 2 + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
    hex.pop_back();
    return hex;
}

std::string bound_hash(std::string_view token, std::string_view thumbprint) {
    return std::string(bound_before) +
           hash_secret(std::string(token) + "\n" + std::string(thumbprint));
}

bool is_bound(std::string_view token_hash) {
    return token_hash.starts_with(bound_before);
}

FreshToken create_token(Random& random) {
    FreshToken fresh;
    fresh.token = std::string(token_before) + random_text(random, 32);
    fresh.hash = hash_secret(fresh.token);
    return fresh;
}

bool is_token(std::string_view text) {
    return text.size() == token_characters && text.starts_with(token_before);
}

bool same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace foxtail::api
