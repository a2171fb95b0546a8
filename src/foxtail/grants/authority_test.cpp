#include "foxtail/grants/authority.hpp"

#include "foxtail/grants/pattern.hpp"
#include "foxtail/grants/reference.hpp"

#include <random>

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

// tidy: long because a random world is made, asked and compared in one go.
// The table and the obvious evaluator must agree everywhere; a disagreement prints its seed.
TEST_F(AuthorityTest, agrees_with_the_reference_on_random_worlds) {
    const std::vector<std::string> pieces = {"a",    "b",  "lamp",       "lamp.1",
                                             "hall", "on", "temperature"};
    const std::vector<std::string> patterns = {"*",       "*/*",    "a/*",      "*/on", "lamp*/on",
                                               "*a*/t*e", "hall/b", "lamp.*/*", "*1/*", "b/temp*"};
    for (unsigned seed = 1; seed <= 60; ++seed) {
        std::mt19937 rng(seed);
        const auto pick = [&](const auto& list) { return list[rng() % list.size()]; };
        Catalogue things;
        Authority fast(things);
        ReferenceAuthority::World slow;
        std::vector<std::string> subjects = {"hub"};
        fast.apply(SubjectNamed{{0}, "hub", SubjectKind::hub});
        slow.subjects["hub"] = SubjectKind::hub;
        Seq seq = 0;
        for (int step = 0; step < 60; ++step) {
            switch (rng() % 4) {
                case 0: {
                    const auto kind = static_cast<SubjectKind>(rng() % 11);
                    const std::string subject =
                        std::string(name(kind)) + ":" + std::to_string(step);
                    fast.apply(
                        SubjectNamed{{static_cast<std::uint32_t>(subjects.size())}, subject, kind});
                    slow.subjects[subject] = kind;
                    subjects.push_back(subject);
                    break;
                }
                case 1: {
                    ThingSpec spec;
                    spec.id = pick(pieces);
                    for (const auto& p : pieces) {
                        if (rng() % 2 == 0) spec.properties.push_back(PropertySpec{.name = p});
                    }
                    const std::string by = rng() % 3 == 0 ? "" : pick(subjects);
                    if (const auto done = things.tell(spec, by); done) {
                        fast.told(things.thing(done->thing));
                        slow.brought_by[spec.id] = by;
                    }
                    break;
                }
                case 2: {
                    GrantGiven given;
                    const auto subject = rng() % subjects.size();
                    given.subject = {static_cast<std::uint32_t>(subject)};
                    for (unsigned i = 0; i <= rng() % 3; ++i)
                        given.addresses.push_back(pick(patterns));
                    given.verbs = static_cast<std::uint16_t>(rng() % 1024);
                    given.from = Time{static_cast<std::int64_t>(rng() % 5)};
                    given.until = Time{static_cast<std::int64_t>(rng() % 10)};
                    fast.apply(++seq, given);
                    slow.grants.push_back({seq, {subjects[subject], given}});
                    break;
                }
                default:
                    if (!slow.grants.empty()) {
                        const auto at = rng() % slow.grants.size();
                        fast.apply(GrantEnded{slow.grants[at].first, ""});
                        slow.grants.erase(slow.grants.begin() + static_cast<std::ptrdiff_t>(at));
                    }
            }
        }
        for (const auto& property : things.properties()) {
            for (std::uint32_t s = 0; s < subjects.size(); ++s) {
                for (unsigned bit = 0; bit < 8; ++bit) {
                    const auto verb = static_cast<Verb>(1U << bit);
                    const Time now{static_cast<std::int64_t>(rng() % 10)};
                    const auto expected =
                        ReferenceAuthority::decide(slow, subjects[s], verb, property.address, now);
                    ASSERT_EQ(fast.decide({s}, verb, property.id, now), expected)
                        << "seed " << seed << ": " << subjects[s] << " " << name(verb) << " "
                        << property.address;
                    if (verb != Verb::report) {
                        ASSERT_EQ(fast.decide_at({s}, verb, property.address, now).allowed,
                                  expected.allowed)
                            << "seed " << seed << " by address: " << subjects[s] << " "
                            << name(verb) << " " << property.address;
                    }
                }
            }
        }
    }
}

}  // namespace
}  // namespace foxtail
