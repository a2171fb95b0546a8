#include "foxtail/config/configuration.hpp"

#include "foxtail/grants/verdict.hpp"
#include "foxtail/model/thing.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Configuration read(std::string_view text) {
    auto read = read_configuration(text, "foxtail.yaml");
    for (const auto& mistake : read.mistakes) ADD_FAILURE() << mistake.message;
    return std::move(read.configuration);
}

TEST(ConfigurationRead, devices_that_a_zigbee_bridge_announces_twice_come_once_unless_asked) {
    const auto ignored = [](std::string_view text) {
        return read(text).home_assistant_ignore_origins;
    };
    EXPECT_THAT(ignored("rules: []"), ElementsAre("Zigbee2MQTT"));
    EXPECT_THAT(ignored("formats: {home_assistant: {prefix: ha}}"), ElementsAre("Zigbee2MQTT"));
    EXPECT_THAT(ignored("formats: {zigbee2mqtt: [{base_topic: attic}]}"),
                ElementsAre("Zigbee2MQTT"));
    EXPECT_THAT(ignored("formats: {zigbee2mqtt: []}"), IsEmpty())
        << "nobody else would bring them in";
    EXPECT_THAT(ignored("formats: {home_assistant: {ignore_origins: []}}"), IsEmpty());
    EXPECT_THAT(ignored("formats: {home_assistant: {ignore_origins: [Other]}}"),
                ElementsAre("Other"));
    EXPECT_THAT(ignored("formats: {zigbee2mqtt: [], home_assistant: {ignore_origins: [Other]}}"),
                ElementsAre("Other"));
}

TEST(ConfigurationRead, what_the_household_says_of_a_thing) {
    const auto things = read(
                            "things:\n"
                            "  leaf: {kind: vehicle, title: The green one, place: Garage}\n"
                            "  lock: {sensitivity: {state: critical, battery: home}}\n"
                            "  meter: {keep: {power: 30d, '*': 400d}}\n"
                            "  door: {keep: 90d}\n")
                            .things;
    ASSERT_EQ(things.size(), 4U);
    EXPECT_EQ(things.at("meter").keep.at("power"), days(30));
    EXPECT_EQ(things.at("meter").keep.at("*"), days(400));
    EXPECT_EQ(things.at("door").keep.at("*"), days(90));
    EXPECT_EQ(
        things.at("leaf"),
        (ThingOverlay{.kind = ThingKind::vehicle, .title = "The green one", .place = "Garage"}));
    EXPECT_EQ(things.at("lock").kind, std::nullopt);
    EXPECT_EQ(things.at("lock").sensitivity.at("state"), Sensitivity::critical);
}

TEST(ConfigurationRead, a_file_that_is_not_yaml_is_one_mistake_and_it_has_its_place) {
    const auto mistakes =
        read_configuration("household: {name: x}\nrules: [a\n", "foxtail.yaml").mistakes;
    ASSERT_EQ(mistakes.size(), 1U) << mistakes[1].message;
    EXPECT_EQ(mistakes[0].source.line, 3);
}

TEST(ConfigurationRead, mistakes_about_things_are_told_with_their_place) {
    const auto mistakes = read_configuration(
                              "things:\n"
                              "  leaf: {kind: car}\n"
                              "  lock: {sensitivity: {state: secret}}\n"
                              "  'a b': {title: x}\n"
                              "  door: {colour: red}\n"
                              "  leaf: {}\n"
                              "  meter: {keep: {power: 0s}}\n"
                              "  lamp: {keep: [30d]}\n"
                              "  oven: {keep: soon}\n",
                              "foxtail.yaml")
                              .mistakes;
    std::vector<int> lines;
    for (const auto& mistake : mistakes) lines.push_back(mistake.source.line);
    EXPECT_THAT(lines, ElementsAre(2, 3, 4, 5, 6, 7, 8, 9));
}

TEST(ConfigurationRead, residents_work_the_home_unless_it_says_otherwise) {
    const auto bit = [](Verb verb) { return static_cast<std::uint16_t>(verb); };
    const auto usual = read("rules: []").residents;
    for (const Verb verb :
         {Verb::discover, Verb::read, Verb::observe, Verb::history, Verb::set, Verb::run})
        EXPECT_NE(usual.verbs & bit(verb), 0) << name(verb);
    EXPECT_EQ(usual.verbs & bit(Verb::grant), 0);
    EXPECT_EQ(usual.classes, 1U << static_cast<unsigned>(Sensitivity::home));
    EXPECT_EQ(read("residents: {may: []}").residents.verbs, 0);
    const auto locks = read("residents: {may: [read], classes: [home, critical]}").residents;
    EXPECT_EQ(locks.verbs, bit(Verb::read) | bit(Verb::discover));
    EXPECT_EQ(locks.classes, 0b1001);
    for (const char* wrong :
         {"residents: {may: [grant]}", "residents: {may: [publish]}", "residents: {may: read}",
          "residents: {classes: []}", "residents: {classes: [secret]}", "residents: {can: [read]}"})
        EXPECT_FALSE(read_configuration(wrong, "foxtail.yaml").mistakes.empty()) << wrong;
}

TEST(ConfigurationChanges, what_only_a_restart_takes_over_is_named_by_its_key) {
    const auto now = read("api: {listen: 127.0.0.1:1000}");
    const auto changed = [&](std::string_view text) {
        return changed_for_next_start(now,
                                      read("api: {listen: 127.0.0.1:1000}\n" + std::string(text)));
    };
    EXPECT_THAT(changed(""), IsEmpty());
    EXPECT_THAT(changed("household: {name: Other}"), ElementsAre("household.name"));
    EXPECT_THAT(changed("household: {time_zone: Europe/Berlin}"),
                ElementsAre("household.time_zone"));
    EXPECT_THAT(changed("household: {jurisdiction: AT}"),
                ElementsAre("household.contact, .jurisdiction, .language"));
    EXPECT_THAT(changed_for_next_start(now, read("api: {listen: 127.0.0.1:1001}")),
                ElementsAre("api.listen"));
    EXPECT_THAT(
        changed_for_next_start(now, read("api: {listen: 127.0.0.1:1000, hosts: [house.example]}")),
        ElementsAre("api.hosts"));
    EXPECT_THAT(changed("mqtt: {listeners: [{listen: 127.0.0.1:1883}]}"),
                ElementsAre("mqtt.listeners"));
    EXPECT_THAT(changed("formats: {zigbee2mqtt: [{base_topic: attic}]}"),
                ElementsAre("formats.zigbee2mqtt"));
    EXPECT_THAT(changed("formats: {home_assistant: {enabled: false}, owntracks: {regions: [{name: "
                        "Home, latitude: 1, longitude: 2}]}}"),
                ElementsAre("formats.home_assistant", "formats.owntracks"));
    EXPECT_THAT(changed("formats: {home_assistant: {ignore_origins: []}}"),
                ElementsAre("formats.home_assistant"));
    EXPECT_THAT(
        changed("mqtt: {anonymous: {publish: ['#']}}\nlog: {level: debug}\nrules: [x.yaml]\n"
                "household: {latitude: 52.5, longitude: 13.4}"),
        IsEmpty())
        << "taken over at once";
}

TEST(ConfigurationRead, what_receipts_say_of_the_household_is_said_by_it_or_not_at_all) {
    EXPECT_EQ(read("household: {name: x}").receipts, ReceiptsConfig{});
    EXPECT_EQ(read("household: {contact: 'anna@house.example', jurisdiction: AT, language: de-AT}")
                  .receipts,
              (ReceiptsConfig{"anna@house.example", "AT", "de-AT"}));
    for (const char* wrong : {"household: {contact: ''}", "household: {language: 'de AT'}",
                              "household: {language: [de]}",
                              "household: {language: a-language-that-has-far-too-many-letters}"})
        EXPECT_FALSE(read_configuration(wrong, "foxtail.yaml").mistakes.empty()) << wrong;
}

TEST(ConfigurationRead, tls_is_off_until_it_is_said_where) {
    EXPECT_FALSE(uses_tls(read("mqtt: {listeners: [{listen: 127.0.0.1:1883}]}")));
    EXPECT_TRUE(uses_tls(read("mqtt: {listeners: [{listen: 127.0.0.1:8883, tls: true}]}")));
    const auto house =
        read("tls: {listen: 0.0.0.0:8443, names: [foxtail.lan], certificate: a, key: b}");
    EXPECT_TRUE(uses_tls(house));
    EXPECT_EQ(house.tls.listen, (Endpoint{"0.0.0.0", 8443}));
    EXPECT_THAT(house.tls.names, ElementsAre("foxtail.lan"));
    EXPECT_EQ(house.tls.certificate + house.tls.key, "ab");
    for (const char* wrong : {"tls: {certificate: a}", "tls: {key: b}", "tls: {listen: nowhere}",
                              "tls: {port: 8443}", "mqtt: {listeners: [{listen: 1883, tls: 3}]}"})
        EXPECT_EQ(read_configuration(wrong, "foxtail.yaml").mistakes.size(), 1U) << wrong;
}

TEST(ConfigurationChanges, ones_own_certificate_is_read_again_at_once) {
    const auto now = read("tls: {listen: 127.0.0.1:8443, certificate: a, key: b}");
    EXPECT_THAT(
        changed_for_next_start(now, read("tls: {listen: 127.0.0.1:8443, certificate: c, key: d}")),
        IsEmpty());
    EXPECT_THAT(changed_for_next_start(now, read("tls: {listen: 127.0.0.1:8444, names: [x]}")),
                ElementsAre("tls.listen", "tls.names"));
}

TEST(ConfigurationChanges, of_a_listener_each_setting_counts) {
    const auto listener = [](std::string_view more) {
        return read("mqtt: {listeners: [{listen: 127.0.0.1:1883" + std::string(more) + "}]}");
    };
    const auto now = listener("");
    EXPECT_THAT(changed_for_next_start(now, listener("")), IsEmpty());
    EXPECT_THAT(changed_for_next_start(now, listener(", anonymous: true")),
                ElementsAre("mqtt.listeners"));
    EXPECT_THAT(changed_for_next_start(now, listener(", packet_bytes_max: 2048")),
                ElementsAre("mqtt.listeners"));
}

}  // namespace
}  // namespace foxtail
