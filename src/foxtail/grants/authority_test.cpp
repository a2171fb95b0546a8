#include "foxtail/grants/authority.hpp"

#include "foxtail/grants/pattern.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

TEST(Pattern, matches_addresses_within_a_segment) {
    EXPECT_TRUE(matches_address("*", "hall-lamp/on"));
    EXPECT_TRUE(matches_address("hall-lamp/*", "hall-lamp/on"));
    EXPECT_TRUE(matches_address("*/on", "hall-lamp/on"));
    EXPECT_TRUE(matches_address("hall.*/temp*", "hall.sensor/temperature"));
    EXPECT_FALSE(matches_address("hall*", "hall-lamp/on"))
        << "a star must not cross into the property";
    EXPECT_FALSE(matches_address("hall-lamp/o", "hall-lamp/on"));
    EXPECT_FALSE(matches_address("", "hall-lamp/on"));
}

TEST(Pattern, matches_topics_as_mqtt_says) {
    EXPECT_TRUE(matches_topic("a/+/c", "a/b/c"));
    EXPECT_TRUE(matches_topic("a/#", "a"));
    EXPECT_TRUE(matches_topic("a/#", "a/b/c"));
    EXPECT_TRUE(matches_topic("#", "a/b"));
    EXPECT_TRUE(matches_topic("+", "a"));
    EXPECT_TRUE(matches_topic("/+", "/a"));
    EXPECT_FALSE(matches_topic("+", "/a"));
    EXPECT_FALSE(matches_topic("a/+", "a"));
    EXPECT_FALSE(matches_topic("#", "$SYS/x"));
    EXPECT_TRUE(matches_topic("$SYS/#", "$SYS/x"));
}

TEST(Pattern, a_filter_is_covered_only_when_all_its_topics_are) {
    EXPECT_TRUE(covers_filter("zigbee2mqtt/#", "zigbee2mqtt/lamp/+"));
    EXPECT_TRUE(covers_filter("zigbee2mqtt/#", "zigbee2mqtt"));
    EXPECT_TRUE(covers_filter("a/+", "a/+"));
    EXPECT_FALSE(covers_filter("a/+", "a/#"));
    EXPECT_FALSE(covers_filter("a/b", "a/+"));
    EXPECT_FALSE(covers_filter("a/b", "#"));
}

struct AuthorityTest : ::testing::Test {
    Catalogue catalogue;
    Authority authority{catalogue};

    SubjectId named(const std::string& name, SubjectKind kind) {
        const SubjectId id{static_cast<std::uint32_t>(authority.subjects().size())};
        authority.apply(SubjectNamed{id, name, kind});
        return id;
    }
    void told(const std::string& thing, const std::vector<std::string>& properties,
              const std::string& by) {
        ThingSpec spec;
        spec.id = thing;
        for (const auto& p : properties) {
            PropertySpec property;
            property.name = p;
            spec.properties.push_back(property);
        }
        const auto result = catalogue.tell(spec, by);
        ASSERT_TRUE(result.has_value()) << result.error().message;
        authority.told(catalogue.thing(result->thing));
    }
    PropertyId at(std::string_view address) { return catalogue.find_property(address)->id; }
};

constexpr std::uint16_t verbs(std::initializer_list<Verb> list) {
    std::uint16_t bits = 0;
    for (const Verb v : list)
        bits = static_cast<std::uint16_t>(bits | static_cast<std::uint16_t>(v));
    return bits;
}

TEST_F(AuthorityTest, everyone_without_a_grant_has_nothing) {
    named("hub", SubjectKind::hub);
    const auto token = named("token:x", SubjectKind::token);
    named("connector:mqtt", SubjectKind::connector);
    told("lamp", {"on"}, "connector:mqtt");
    for (const Verb verb : {Verb::discover, Verb::read, Verb::observe, Verb::history, Verb::set,
                            Verb::run, Verb::grant, Verb::report, Verb::publish, Verb::subscribe}) {
        EXPECT_FALSE(authority.decide(token, verb, at("lamp/on"), Time{1}).allowed) << name(verb);
    }
    EXPECT_EQ(authority.decide(SubjectId{99}, Verb::read, at("lamp/on"), Time{1}).reason,
              Reason::unknown);
    EXPECT_EQ(authority.permit<Verb::read>(token, at("lamp/on"), Time{1}).error().code,
              Code::denied);
}

TEST_F(AuthorityTest, a_connector_reports_only_what_it_brought) {
    named("hub", SubjectKind::hub);
    const auto mqtt = named("connector:mqtt", SubjectKind::connector);
    const auto other = named("connector:ocpp", SubjectKind::connector);
    const auto owner = named("owner:anna", SubjectKind::owner);
    told("lamp", {"on"}, "connector:mqtt");
    EXPECT_TRUE(authority.decide(mqtt, Verb::report, at("lamp/on"), Time{1}).allowed);
    EXPECT_FALSE(authority.decide(other, Verb::report, at("lamp/on"), Time{1}).allowed);
    EXPECT_FALSE(authority.decide(owner, Verb::report, at("lamp/on"), Time{1}).allowed)
        << "an owner wishes, a device states";
    EXPECT_FALSE(authority.decide(mqtt, Verb::set, at("lamp/on"), Time{1}).allowed);
}

TEST_F(AuthorityTest,
       a_grant_holds_from_its_first_to_before_its_last_moment_and_no_longer_once_ended) {
    named("hub", SubjectKind::hub);
    const auto token = named("token:x", SubjectKind::token);
    told("lamp", {"on"}, "");
    GrantGiven given{token, {"lamp/*"}, verbs({Verb::read}), Time{100}, Time{200}, "", "ab"};
    authority.apply(7, given);
    EXPECT_FALSE(authority.decide(token, Verb::read, at("lamp/on"), Time{99}).allowed);
    EXPECT_TRUE(authority.decide(token, Verb::read, at("lamp/on"), Time{100}).allowed);
    EXPECT_EQ(authority.decide(token, Verb::read, at("lamp/on"), Time{199}).grant, 7U);
    EXPECT_EQ(authority.decide(token, Verb::read, at("lamp/on"), Time{200}).reason,
              Reason::expired);
    told("lamp2", {"on"}, "");
    EXPECT_FALSE(authority.decide(token, Verb::read, at("lamp2/on"), Time{150}).allowed);
    EXPECT_NE(authority.find_token("ab", Time{150}), nullptr);
    EXPECT_EQ(authority.find_token("ab", Time{200}), nullptr);
    authority.apply(GrantEnded{7, "taken back"});
    EXPECT_FALSE(authority.decide(token, Verb::read, at("lamp/on"), Time{150}).allowed);
    EXPECT_EQ(authority.find_token("ab", Time{150}), nullptr);
}

TEST_F(AuthorityTest, a_grant_covers_things_that_appear_later) {
    named("hub", SubjectKind::hub);
    const auto token = named("token:x", SubjectKind::token);
    authority.apply(1, {token, {"*/temperature"}, verbs({Verb::read}), {}, {}, "", ""});
    told("cellar", {"temperature", "humidity"}, "");
    EXPECT_TRUE(authority.decide(token, Verb::read, at("cellar/temperature"), Time{1}).allowed);
    EXPECT_FALSE(authority.decide(token, Verb::read, at("cellar/humidity"), Time{1}).allowed);
}

TEST_F(AuthorityTest, a_topic_that_tells_a_property_is_decided_as_the_property_is) {
    named("hub", SubjectKind::hub);
    const auto token = named("token:x", SubjectKind::token);
    EXPECT_FALSE(authority.permit_waiting(token, Time{1}));
    authority.apply(1, {token, {"*/temperature"}, verbs({Verb::observe}), {}, Time{10}, "", ""});
    told("cellar", {"temperature", "humidity"}, "");
    const auto told_at = [&](const char* address, Time when) {
        return authority.permit_told(token, at(address), when).has_value();
    };
    EXPECT_TRUE(told_at("cellar/temperature", Time{1}));
    EXPECT_FALSE(told_at("cellar/humidity", Time{1}));
    EXPECT_TRUE(authority.permit_waiting(token, Time{1}));
    EXPECT_FALSE(told_at("cellar/temperature", Time{10}));
    EXPECT_FALSE(authority.permit_waiting(token, Time{10}));
}

TEST_F(AuthorityTest, topics_need_a_topic_grant) {
    named("hub", SubjectKind::hub);
    const auto device = named("device:z2m", SubjectKind::device);
    authority.apply(
        1,
        {device, {"mqtt:zigbee2mqtt/#"}, verbs({Verb::publish, Verb::subscribe}), {}, {}, "", ""});
    EXPECT_TRUE(
        authority.decide_topic(device, Verb::publish, "zigbee2mqtt/lamp", false, Time{1}).allowed);
    EXPECT_FALSE(
        authority.decide_topic(device, Verb::publish, "homeassistant/x", false, Time{1}).allowed);
    EXPECT_TRUE(authority.decide_topic(device, Verb::subscribe, "zigbee2mqtt/+/set", true, Time{1})
                    .allowed);
    EXPECT_FALSE(authority.decide_topic(device, Verb::subscribe, "#", true, Time{1}).allowed);
}

TEST_F(AuthorityTest, loads_what_it_saved) {
    named("hub", SubjectKind::hub);
    const auto token = named("token:x", SubjectKind::token);
    told("lamp", {"on"}, "");
    authority.apply(3, {token, {"lamp/*"}, verbs({Verb::read}), {}, {}, "why", "ff"});
    std::string bytes;
    ByteWriter out(bytes);
    authority.save(out);
    Authority copy(catalogue);
    ByteReader in(bytes);
    ASSERT_TRUE(copy.load(in).has_value());
    EXPECT_TRUE(copy.decide(token, Verb::read, at("lamp/on"), Time{1}).allowed);
    std::string again;
    ByteWriter out_again(again);
    copy.save(out_again);
    EXPECT_EQ(bytes, again);
}

}  // namespace
}  // namespace foxtail
