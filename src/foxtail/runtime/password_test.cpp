#include "foxtail/runtime/password.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

TEST(Password, the_right_one_is_accepted_and_others_are_not) {
    const auto hash = hash_password("correct horse");
    ASSERT_TRUE(hash);
    EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *hash;
    EXPECT_TRUE(verify_password(*hash, "correct horse"));
    EXPECT_FALSE(verify_password(*hash, "correct horsE"));
    EXPECT_FALSE(verify_password(*hash, ""));
    EXPECT_FALSE(password_hash_outdated(*hash));
}

TEST(Password, two_hashes_of_one_password_differ) {
    EXPECT_NE(*hash_password("same"), *hash_password("same"));
}

TEST(Password, nonsense_in_place_of_a_hash_lets_nobody_in) {
    for (const auto* hash : {"", "plain", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$"}) {
        EXPECT_FALSE(verify_password(hash, "plain")) << hash;
        EXPECT_TRUE(password_hash_outdated(hash)) << hash;
    }
    EXPECT_FALSE(verify_password(std::string(5000, '$'), "x"));
}

TEST(Password, empty_and_giant_passwords_are_refused_before_any_work) {
    EXPECT_EQ(hash_password("").error().code, Code::invalid_input);
    EXPECT_EQ(hash_password(std::string(password_bytes_max + 1, 'x')).error().code,
              Code::invalid_input);
}

TEST(Password, a_hash_of_other_costs_is_outdated) {
    EXPECT_TRUE(
        password_hash_outdated("$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHQxMjM0NTY3OA$"
                               "RdescudvJCsgt3ub+b1dWRWJTmaaJObGjOldVfBtfmY"));
}

}  // namespace
}  // namespace foxtail
