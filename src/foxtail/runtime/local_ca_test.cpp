#include "foxtail/runtime/local_ca.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

const Time noon{1763812800000000};
const std::vector<std::string> house_names = {"foxtail.lan", "localhost", "127.0.0.1", "::1"};

TEST(LocalCa, WhatItCertifiesIsGoodForAllItsNamesUntilItIsDue) {
    const auto authority = make_authority("Home", noon);
    ASSERT_TRUE(authority) << authority.error().message;
    const auto server = make_server_certificate(*authority, house_names, noon);
    ASSERT_TRUE(server) << server.error().message;
    EXPECT_TRUE(still_good(*server, *authority, house_names, noon));
    EXPECT_TRUE(still_good(*server, *authority, house_names, noon + days(59)));
    EXPECT_FALSE(still_good(*server, *authority, house_names, noon + days(61)));
    EXPECT_FALSE(still_good(*server, *authority, {"foxtail.lan", "10.0.0.1"}, noon));
    EXPECT_FALSE(still_good(*server, *authority, {"other.lan"}, noon));
    EXPECT_EQ(certificate_ends(server->certificate)->us, (noon + days(90)).us);
    EXPECT_EQ(certificate_ends(authority->certificate)->us, (noon + days(3650)).us);
}

TEST(LocalCa, AnotherAuthoritysCertificateIsNotGood) {
    const auto one = make_authority("Home", noon);
    const auto other = make_authority("Home", noon);
    const auto server = make_server_certificate(*one, house_names, noon);
    ASSERT_TRUE(server);
    EXPECT_FALSE(still_good(*server, *other, house_names, noon));
    EXPECT_FALSE(still_good({server->certificate, one->key}, *one, house_names, noon));
    EXPECT_FALSE(make_server_certificate({one->certificate, other->key}, house_names, noon));
    EXPECT_NE(*fingerprint(one->certificate), *fingerprint(other->certificate));
    EXPECT_EQ(fingerprint(one->certificate)->size(), 32U * 3 - 1);
}

TEST(LocalCa, ACertificateNeverOutlivesItsAuthority) {
    const auto authority = make_authority("Home", noon);
    const auto late = noon + days(3600);
    const auto server = make_server_certificate(*authority, house_names, late);
    ASSERT_TRUE(server);
    EXPECT_EQ(certificate_ends(server->certificate)->us,
              certificate_ends(authority->certificate)->us);
}

TEST(LocalCa, NamesThatAreNoneAreRefused) {
    const auto authority = make_authority("Home", noon);
    for (const char* name : {"", "a b", "x,DNS:evil.example", "DNS:x", "a/b", ".lan", "lan.", "ä"})
        EXPECT_FALSE(make_server_certificate(*authority, {name}, noon)) << name;
    EXPECT_FALSE(make_server_certificate(*authority, {}, noon));
    EXPECT_FALSE(certificate_ends("no certificate"));
    EXPECT_FALSE(fingerprint(""));
}

TEST(LocalCa, AGuestsCertificateSaysItsNameAndIsNotAServers) {
    const auto authority = make_authority("Home", noon, Certifies::guests);
    ASSERT_TRUE(authority) << authority.error().message;
    const auto guest = make_guest_certificate(*authority, "GARAGE 1/ä", noon);
    ASSERT_TRUE(guest) << guest.error().message;
    EXPECT_EQ(certified_name(guest->certificate).value_or(""), "GARAGE 1/ä");
    EXPECT_EQ(certificate_ends(guest->certificate)->us, (noon + days(730)).us);
    EXPECT_FALSE(still_good(*guest, *authority, {"GARAGE 1/ä"}, noon)) << "good as a server's";
    EXPECT_EQ(
        certificate_ends(make_guest_certificate(*authority, "LATE", noon + days(3600))->certificate)
            ->us,
        certificate_ends(authority->certificate)->us);
    for (const std::string& name : {std::string(), std::string(61, 'x'), std::string("a\nb")})
        EXPECT_FALSE(make_guest_certificate(*authority, name, noon)) << name;
    EXPECT_FALSE(make_guest_certificate({authority->certificate, guest->key}, "A", noon));
    EXPECT_FALSE(certified_name("no certificate"));
}

TEST(LocalCa, ThisMachineIsCalledLocalhostAtLeast) {
    const auto names = names_of_this_machine();
    ASSERT_GE(names.size(), 3U);
    EXPECT_EQ(names[0], "localhost");
    EXPECT_TRUE(make_server_certificate(*make_authority("Home", noon), names, noon));
}

}  // namespace
}  // namespace foxtail
