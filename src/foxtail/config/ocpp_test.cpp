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

TEST(OcppConfiguration, tells_what_is_wrong_with_a_station) {
    const auto wrong_in = [](const std::string& station) {
        const auto read = read_stations("  stations: [{" + station + "}]\n");
        return read.mistakes.empty() ? std::string("nothing") : read.mistakes[0].message;
    };
    EXPECT_THAT(wrong_in("id: A"), HasSubstr("either 'password_hash'"));
    EXPECT_THAT(wrong_in("id: A, password_hash: secret"), HasSubstr("no Argon2id hash"));
    EXPECT_THAT(wrong_in("id: 'A:B', open_because: x"), HasSubstr("no ':'"));
    EXPECT_THAT(wrong_in("id: A, open_because: x, fallback: 3"), HasSubstr("between 6 and 125"));
    EXPECT_THAT(wrong_in("id: A, open_because: x, lease: 5s"), HasSubstr("2m to 1d"));
    EXPECT_EQ(wrong_in("id: A, open_because: x"), "nothing");
}

}  // namespace
}  // namespace foxtail
