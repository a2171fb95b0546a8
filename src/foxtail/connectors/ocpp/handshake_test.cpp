#include "foxtail/connectors/ocpp/handshake.hpp"

#include <gtest/gtest.h>

namespace foxtail::ocpp {
namespace {

TEST(Handshake, finds_the_identity_at_the_end_of_the_path) {
    EXPECT_EQ(identity_in("/ocpp/GARAGE%201"), "GARAGE 1");
    EXPECT_EQ(identity_in("/ocpp/A%2FB?x=1"), "A/B");
    EXPECT_FALSE(identity_in("/ocpp/"));
    EXPECT_FALSE(identity_in("/ocpp/A/B"));
    EXPECT_FALSE(identity_in("/other/A"));
    EXPECT_FALSE(identity_in("/ocpp/A%3AB"));
    EXPECT_FALSE(identity_in("/ocpp/A%00"));
    EXPECT_FALSE(identity_in("/ocpp/%FF%FE"));
    EXPECT_FALSE(identity_in("/ocpp/A%2"));
    EXPECT_FALSE(identity_in("/ocpp/" + std::string(49, 'A')));
}

TEST(Handshake, reads_basic_credentials) {
    const auto both = basic_in("Basic R0FSQUdFOnNlY3JldDp3aXRoOmNvbG9ucw==");
    ASSERT_TRUE(both);
    EXPECT_EQ(both->user, "GARAGE");
    EXPECT_EQ(both->password, "secret:with:colons");
    EXPECT_FALSE(basic_in("Bearer abc"));
    EXPECT_FALSE(basic_in("Basic !!!"));
    EXPECT_FALSE(basic_in("Basic R0FSQUdF"));
}

TEST(Handshake, takes_the_first_protocol_that_is_spoken_here) {
    EXPECT_EQ(subprotocol_in("ocpp2.1, ocpp2.0.1, ocpp1.6")->name, "ocpp2.0.1");
    EXPECT_EQ(subprotocol_in("ocpp1.6,ocpp2.0.1")->version, Version::v16);
    EXPECT_FALSE(subprotocol_in("ws-chat"));
    EXPECT_FALSE(subprotocol_in(""));
}

}  // namespace
}  // namespace foxtail::ocpp
