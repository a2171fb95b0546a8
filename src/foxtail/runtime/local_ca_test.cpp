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

constexpr std::string_view asked_by_a_box = R"(-----BEGIN CERTIFICATE REQUEST-----
MIHhMIGIAgEAMCYxDjAMBgNVBAoMBU1ha2VyMRQwEgYDVQQDDAtTRVJJQUwtMDgx
NTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKvvLu5V9PkxTw/hmhjU8TAL13o9
wlijl78DyKC65ftWVrHpRCdccGpP719doLV4JjSqDSkP0Y6GbY8P7FPktl6gADAK
BggqhkjOPQQDAgNIADBFAiAkmHixbzOL9l0HYnR/kd1DBDnAaJ/FOPXpAYmmaG/x
fwIhALzWVqukJiE7h7S07sAkGeQ57c+ry/YNKA8Xn782In+c
-----END CERTIFICATE REQUEST-----
)";
constexpr std::string_view asked_with_a_weak_key = R"(-----BEGIN CERTIFICATE REQUEST-----
MIIBZTCBzwIBADAmMQ4wDAYDVQQKDAVNYWtlcjEUMBIGA1UEAwwLU0VSSUFMLTA4
MTUwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBALqaO8NDpuJkryNgtGlXSmvS
kp6JwKodUWCveCKu/WLeJofM5QQjHdzQXv6SK+MbnVPGsPOe17PpGpkuS8BvH2jI
LkSF3wTrkmoYPJJZiP03cLc00zK0uINeEmMZTzW19gUj6TFi9ocr/tA4L9ZfxWHR
rvJUvdCS+QnqDTOYweiVAgMBAAGgADANBgkqhkiG9w0BAQsFAAOBgQA8Rfi7SUyo
0WY5ehCAwz/8nS7eeZ7Vjz+oN2NWHpdK4TIMLfQ+0akQKaeOTikGhiOuUdDVWfHK
sQz/Paz5q+QMU7WxjHH05U81bcPp09sZbzOTT59Cvx3ipk0+2IwTLB7X6J3Yo3Xq
cJpmlN7RXnga5xg6HqL6Dm3IbQtNMNEUCg==
-----END CERTIFICATE REQUEST-----
)";

TEST(LocalCa, SignsARequestInTheNameThatWeGiveAndNotInTheOneItAsksFor) {
    const auto authority = make_authority("Home", noon, Certifies::guests);
    ASSERT_TRUE(authority);
    const auto made = sign_guest_request(*authority, asked_by_a_box, "GARAGE 1", noon);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(certified_name(*made).value_or(""), "GARAGE 1");
    EXPECT_EQ(certificate_ends(*made)->us, (noon + days(730)).us);
    EXPECT_EQ(made->find("KEY"), std::string::npos) << "its key stays where it is";
    const std::string whole(asked_by_a_box);
    EXPECT_FALSE(sign_guest_request(*authority, whole + whole, "A", noon)) << "two at once";
    EXPECT_FALSE(sign_guest_request(*authority, "", "A", noon));
    EXPECT_FALSE(sign_guest_request(*authority, authority->certificate, "A", noon));
    EXPECT_FALSE(sign_guest_request(*authority, asked_with_a_weak_key, "A", noon));
    EXPECT_FALSE(sign_guest_request(*authority, whole, "", noon));
    // Somebody else's key under the same signature: the last byte but a few is of the signature.
    std::string forged = whole;
    const auto end = forged.rfind("\n-----END");
    forged[end - 8] = forged[end - 8] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(sign_guest_request(*authority, forged, "A", noon));
}

TEST(LocalCa, ThisMachineIsCalledLocalhostAtLeast) {
    const auto names = names_of_this_machine();
    ASSERT_GE(names.size(), 3U);
    EXPECT_EQ(names[0], "localhost");
    EXPECT_TRUE(make_server_certificate(*make_authority("Home", noon), names, noon));
}

}  // namespace
}  // namespace foxtail
