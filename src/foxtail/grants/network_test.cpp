#include "foxtail/grants/verdict.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

TEST(OwnNetwork, is_this_machine_and_what_is_not_routed) {
    for (const char* own :
         {"127.0.0.1", "127.255.255.255", "10.0.0.1", "172.16.0.1", "172.31.255.254",
          "192.168.178.2", "169.254.7.7", "::1", "fe80::1", "fe80::1%eth0", "febf::1",
          "fd12:3456::1", "fc00::1", "::ffff:192.168.1.7", "::ffff:127.0.0.1"})
        EXPECT_TRUE(is_own_network(own)) << own;
    for (const char* other : {"",
                              "8.8.8.8",
                              "11.0.0.1",
                              "172.15.0.1",
                              "172.32.0.1",
                              "192.169.0.1",
                              "100.64.0.1",
                              "128.0.0.1",
                              "0.0.0.0",
                              "2001:db8::1",
                              "fec0::1",
                              "ff02::1",
                              "::",
                              "::2",
                              "::ffff:8.8.8.8",
                              "fe7f::1",
                              "fe80",
                              "localhost",
                              "127.0.0.1.evil.example",
                              "127.0.0",
                              "127.0.0.1 ",
                              "127.0.0.256",
                              "10.0.0.1:80",
                              "-127.0.0.1",
                              "::ffff:7f00:1",
                              "1fe80::1",
                              "10..0.1"})
        EXPECT_FALSE(is_own_network(other)) << other;
}

}  // namespace
}  // namespace foxtail
