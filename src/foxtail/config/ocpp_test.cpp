#include "foxtail/config/configuration.hpp"

#include <gmock/gmock.h>

namespace foxtail {
namespace {

using ::testing::HasSubstr;

ConfigurationRead read_stations(const std::string& text) {
    return read_configuration("ocpp:\n  listeners: [{listen: 127.0.0.1:9220}]\n" + text,
                              "foxtail.yaml");
}

TEST(OcppConfiguration, is_off_until_it_has_a_listener_and_pairs_unless_told_otherwise) {
    EXPECT_TRUE(read_configuration("", "foxtail.yaml").configuration.ocpp.listeners.empty());
    const auto read = read_stations("  pairing: false\n  tags: [A1, B2]\n");
    EXPECT_TRUE(read.mistakes.empty());
    EXPECT_EQ(read.configuration.ocpp.listeners.at(0).port, 9220);
    EXPECT_FALSE(read.configuration.ocpp.pairing);
    EXPECT_EQ(read.configuration.ocpp.tags.size(), 2U);
}

TEST(OcppConfiguration, takes_what_is_forgiven_with_its_reason_only) {
    const auto good = read_stations(
        "  stations:\n    - {id: A B, open_because: old box, lease: 0s, max_current: 16,\n"
        "       lenient: {no_subprotocol: firmware 1.2 sends none}}\n");
    ASSERT_TRUE(good.mistakes.empty());
    const auto& station = good.configuration.ocpp.stations.at(0);
    EXPECT_EQ(station.lenient.at(0).what, "no_subprotocol");
    EXPECT_EQ(station.current_a_max, 16);
    EXPECT_EQ(station.lease.us, 0);
    const auto bad =
        read_stations("  stations:\n    - {id: A, open_because: x, lenient: {everything: x}}\n");
    ASSERT_EQ(bad.mistakes.size(), 1U);
    EXPECT_EQ(bad.mistakes[0].source.line, 4);
    EXPECT_THAT(bad.mistakes[0].message, HasSubstr("cannot be forgiven; what can"));
}

TEST(OcppConfiguration, a_certificate_is_the_houses_or_one_by_its_fingerprint_and_needs_tls) {
    const auto read_certified = [](const std::string& certificate, const char* tls) {
        return read_configuration(
            "ocpp:\n  listeners: [{listen: 127.0.0.1:9220, tls: " + std::string(tls) +
                "}]\n  stations: [{id: A, certificate: '" + certificate + "'}]\n",
            "foxtail.yaml");
    };
    std::string print = "AB";
    for (int i = 1; i < 32; ++i) print += ":0" + std::to_string(i % 10);
    for (const auto& good : {std::string("house"), print}) {
        const auto read = read_certified(good, "true");
        ASSERT_TRUE(read.mistakes.empty()) << read.mistakes[0].message;
        EXPECT_EQ(read.configuration.ocpp.stations.at(0).certificate, good);
    }
    for (const auto& bad :
         {std::string("any"), print + ":", print.substr(0, 92), "ab" + print.substr(2)})
        EXPECT_EQ(read_certified(bad, "true").mistakes.size(), 1U) << bad;
    const auto both = read_certified("house', open_because: 'x", "true");
    ASSERT_EQ(both.mistakes.size(), 1U);
    EXPECT_THAT(both.mistakes[0].message, HasSubstr("one of 'password_hash'"));
    const auto in_clear = read_certified("house", "false");
    ASSERT_EQ(in_clear.mistakes.size(), 1U);
    EXPECT_THAT(in_clear.mistakes[0].message, HasSubstr("'tls: true'"));
}

TEST(OcppConfiguration, tells_what_is_wrong_with_a_station) {
    const auto wrong_in = [](const std::string& station) {
        const auto read = read_stations("  stations: [{" + station + "}]\n");
        return read.mistakes.empty() ? std::string("nothing") : read.mistakes[0].message;
    };
    EXPECT_THAT(wrong_in("id: A"), HasSubstr("one of 'password_hash'"));
    EXPECT_THAT(wrong_in("id: A, password_hash: secret"), HasSubstr("no Argon2id hash"));
    EXPECT_THAT(wrong_in("id: 'A:B', open_because: x"), HasSubstr("no ':'"));
    EXPECT_THAT(wrong_in("id: A, open_because: x, fallback: 3"), HasSubstr("between 6 and 125"));
    EXPECT_THAT(wrong_in("id: A, open_because: x, lease: 5s"), HasSubstr("2m to 1d"));
    EXPECT_EQ(wrong_in("id: A, open_because: x"), "nothing");
}

}  // namespace
}  // namespace foxtail
