#include "foxtail/connectors/mqtt/owntracks/owntracks.hpp"

#include "foxtail/connectors/mqtt/recording_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

namespace foxtail::mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double home_lat = 48.0;
constexpr double home_lon = 11.0;
constexpr std::int64_t start_s = 1'749'990'000;

OwnTracksOptions with_home() {
    OwnTracksOptions options;
    options.regions = {{"home", home_lat, home_lon, 100}};
    options.secrets = {{"carl", "open sesame"}};
    return options;
}

class OwnTracksTest : public ::testing::Test {
protected:
    OwnTracksTest() : format(with_home()) { format.start(sink); }
    ~OwnTracksTest() override {
        EXPECT_THAT(sink.wrong, IsEmpty());
        EXPECT_THAT(sink.bad, IsEmpty());
    }

    void hear(std::string_view topic, std::string_view payload, bool retained = false) {
        EXPECT_TRUE(sink.deliver(format, topic, payload, retained)) << topic;
    }
    /// A fix so many metres north of home, at second `s`.
    void at(double metres, std::int64_t s, std::string_view more = "",
            std::string_view device = "phone") {
        const double lat = home_lat + metres / 111'195.0;
        hear("owntracks/anna/" + std::string(device),
             R"({"_type":"location","lat":)" + std::to_string(lat) + R"(,"lon":11.0,"tst":)" +
                 std::to_string(start_s + s) + std::string(more) + "}");
    }
    void cross(std::string_view event, std::string_view region, std::int64_t s,
               std::string_view more = "") {
        hear("owntracks/anna/phone/event",
             R"({"_type":"transition","event":")" + std::string(event) + R"(","desc":")" +
                 std::string(region) + R"(","tst":)" + std::to_string(start_s + s) +
                 std::string(more) + "}");
    }
    std::string place() const {
        const auto value = sink.value("anna/place");
        const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
        return text == nullptr ? "?" : *text;
    }
    std::vector<std::string> moves() const {
        std::vector<std::string> list;
        for (const auto& event : sink.events)
            list.push_back(event.name + " " + std::get<std::string>(event.detail));
        return list;
    }

    RecordingSink sink;
    OwnTracks format;
};

TEST_F(OwnTracksTest, APhoneMakesAPersonAndEverythingOfItIsPersonal) {
    at(0, 0, R"(,"acc":12,"alt":520,"vel":"3","cog":90,"batt":77,"bs":2,"conn":"w")");
    ASSERT_TRUE(sink.things.contains("anna"));
    EXPECT_EQ(sink.things.at("anna").kind, ThingKind::person);
    for (const PropertySpec& property : sink.things.at("anna").properties) {
        EXPECT_EQ(property.sensitivity, Sensitivity::personal) << property.name;
    }
    EXPECT_EQ(place(), "home");
    EXPECT_EQ(sink.value("anna/accuracy"), Value(12.0));
    EXPECT_EQ(sink.value("anna/velocity"), Value(3.0));
    EXPECT_EQ(sink.value("anna/battery"), Value(77.0));
    EXPECT_EQ(sink.value("anna/charging"), Value(std::string("charging")));
    EXPECT_EQ(sink.value("anna/connection"), Value(std::string("wifi")));
    EXPECT_EQ(sink.value("anna/available"), Value(true));
    EXPECT_EQ(sink.said.back().source_time.us, start_s * 1'000'000);
    EXPECT_THAT(sink.events, IsEmpty()) << "the first place is no move";
}

TEST_F(OwnTracksTest, WhatDoesNotFitIsShownAloneAndTheRestIsTaken) {
    at(0, 0, R"(,"acc":"near","alt":520,"vel":-1,"cog":400,"batt":77,"bs":null,"conn":"x")");
    EXPECT_EQ(sink.value("anna/altitude"), Value(520.0));
    EXPECT_EQ(sink.value("anna/battery"), Value(77.0));
    EXPECT_EQ(sink.value("anna/accuracy"), std::nullopt);
    ASSERT_THAT(sink.refused, SizeIs(1));
    EXPECT_EQ(sink.refused[0].sample, R"({"acc":"near","cog":400,"conn":"x"})")
        << "-1 and null are what an app does not know; where she is stands in no list";
    EXPECT_THAT(sink.refused[0].reason, HasSubstr("outside type or range"));
}

TEST_F(OwnTracksTest, TheBorderHasTwoSides) {
    at(500, 0);
    EXPECT_EQ(place(), "away");
    at(120, 10);
    EXPECT_EQ(place(), "away") << "not yet inside the radius";
    at(90, 20);
    EXPECT_EQ(place(), "home");
    at(140, 30);
    EXPECT_EQ(place(), "home") << "within the margin";
    at(200, 40, R"(,"acc":80)");
    EXPECT_EQ(place(), "home") << "may still be inside";
    at(200, 50, R"(,"acc":10)");
    EXPECT_EQ(place(), "away");
    EXPECT_THAT(moves(), ElementsAre("entered home", "left home"));
}

TEST_F(OwnTracksTest, AnInexactFixSaysNothingAboutPresence) {
    at(0, 0);
    at(5000, 10, R"(,"acc":1500)");
    EXPECT_EQ(place(), "home");
    EXPECT_EQ(sink.value("anna/accuracy"), Value(1500.0));
    at(5000, 20, R"(,"acc":20)");
    EXPECT_EQ(place(), "away");
}

TEST_F(OwnTracksTest, WhatIsOlderThanKnownIsIgnored) {
    at(0, 100);
    at(5000, 50);
    cross("leave", "home", 60);
    EXPECT_EQ(place(), "home");
    EXPECT_THAT(sink.events, IsEmpty());
}

TEST_F(OwnTracksTest, APingShowsLifeOnly) {
    at(0, 0);
    sink.now = sink.now + minutes(5);
    at(5000, 100, R"(,"t":"p")");
    EXPECT_EQ(place(), "home");
    EXPECT_EQ(sink.value("anna/last_seen"), Value(format_rfc3339(sink.now)));
}

TEST_F(OwnTracksTest, ThePhonesWordOnRegionsCounts) {
    at(5000, 0, R"(,"inregions":["office"])");
    EXPECT_EQ(place(), "office");
    at(5000, 10);
    EXPECT_EQ(place(), "away") << "it tells regions, and now tells none";
    at(50, 20, R"(,"acc":3000,"inregions":["home"])");
    EXPECT_EQ(place(), "home") << "its list counts whatever the accuracy";
    at(120, 30, R"(,"inregions":["home"])");
    EXPECT_EQ(place(), "home");
    EXPECT_THAT(moves(), ElementsAre("left office", "entered home"));
}

TEST_F(OwnTracksTest, ATransitionIsPreferredToTheOwnGeofence) {
    at(500, 0);
    cross("enter", "home", 10);
    EXPECT_EQ(place(), "home");
    cross("leave", "home", 20);
    EXPECT_EQ(place(), "away");
    at(90, 30);
    EXPECT_EQ(place(), "away") << "the phone speaks of this region; it has not said enter";
    cross("enter", "home", 40, R"(,"acc":5000)");
    EXPECT_EQ(place(), "away") << "too inexact";
    cross("enter", "home", 50, R"(,"acc":5000,"t":"b")");
    EXPECT_EQ(place(), "home") << "a beacon is near";
    at(3000, 60);
    EXPECT_EQ(place(), "away") << "the leave was lost on the way, but the fix is clear";
    EXPECT_THAT(moves(), ElementsAre("entered home", "left home", "entered home", "left home"));
}

TEST_F(OwnTracksTest, TheSmallestRegionIsThePlace) {
    hear(
        "owntracks/anna/phone/waypoints",
        R"({"_type":"waypoints","waypoints":[{"_type":"waypoint","desc":"town","lat":48.0,"lon":11.0,"rad":5000},
             {"_type":"waypoint","desc":"point","lat":48.0,"lon":11.0,"rad":0},{"desc":"broken"}]})");
    hear("owntracks/anna/phone/waypoint",
         R"({"_type":"waypoint","desc":"shed","lat":48.0,"lon":11.0,"rad":20})");
    at(0, 0);
    EXPECT_EQ(place(), "shed");
    at(80, 10);
    EXPECT_EQ(place(), "home");
    at(1000, 20);
    EXPECT_EQ(place(), "town");
}

TEST_F(OwnTracksTest, RetainedMessagesAreNotMoves) {
    at(5000, 0);
    const double lat = home_lat;
    hear("owntracks/anna/phone",
         R"({"_type":"location","lat":)" + std::to_string(lat) + R"(,"lon":11.0,"tst":)" +
             std::to_string(start_s + 10) + "}",
         true);
    EXPECT_EQ(place(), "home");
    EXPECT_THAT(sink.events, IsEmpty());
}

TEST_F(OwnTracksTest, AClockThatRunsAheadDoesNotShutOutWhatFollows) {
    at(0, 10'000'000);
    sink.now = sink.now + seconds(10);
    at(5000, 10'000'010);
    EXPECT_EQ(place(), "away");
}

TEST_F(OwnTracksTest, WhatWasNotTakenAsNewsAfterARestartIsSaidAgain) {
    sink.from_before_a_restart = true;
    at(0, 0);
    hear("owntracks/anna/phone", R"({"_type":"lwt","tst":1})");
    EXPECT_EQ(sink.value("anna/place"), std::nullopt);
    sink.from_before_a_restart = false;
    cross("enter", "home", 10);
    EXPECT_EQ(place(), "home");
    EXPECT_EQ(sink.value("anna/available"), Value(true));
}

TEST_F(OwnTracksTest, ALostConnectionAndACardAreUnderstood) {
    at(0, 0);
    hear("owntracks/anna/phone", R"({"_type":"lwt","tst":1})");
    EXPECT_EQ(sink.value("anna/available"), Value(false));
    hear("owntracks/anna/phone/info",
         R"({"_type":"card","name":"Anna A.","tid":"an","face":"iVBOR"})");
    EXPECT_EQ(sink.things.at("anna").title, "Anna A.");
    at(1, 10);
    EXPECT_EQ(sink.value("anna/available"), Value(true));
    hear("owntracks/anna/phone/step", R"({"_type":"steps","steps":4})");
    hear("owntracks/anna/phone/cmd", R"({"_type":"cmd","action":"dump"})");
    EXPECT_THAT(sink.refused, IsEmpty());
}

TEST_F(OwnTracksTest, APersonCanBeAskedForThePosition) {
    at(0, 0);
    const auto sent = format.encode({"anna", {}, "locate", {}, {}});
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->at(0).topic, "owntracks/anna/phone/cmd");
    EXPECT_THAT(sent->at(0).payload, HasSubstr("reportLocation"));
    EXPECT_FALSE(format.encode({"anna", "place", {}, {}, std::string("home")}));
    EXPECT_FALSE(format.encode({"bert", {}, "locate", {}, {}}));
}

TEST_F(OwnTracksTest, BadMessagesAreRefusedAndMakeNobody) {
    for (const char* bad :
         {"nonsense", "[]", "{}", R"({"_type":"location"})",
          R"({"_type":"location","lat":91,"lon":0})", R"({"_type":"location","lat":"x","lon":0})",
          R"({"_type":"location","lat":1e999,"lon":0})",
          R"({"_type":"transition","event":"jump","desc":"a"})",
          R"({"_type":"transition","event":"enter"})", R"({"_type":"hologram"})",
          R"({"_type":"encrypted"})"}) {
        const std::size_t before = sink.refused.size();
        hear("owntracks/bert/phone", bad);
        EXPECT_EQ(sink.refused.size(), before + 1) << bad;
    }
    EXPECT_THAT(sink.things, IsEmpty());
}

std::string sealed(std::string_view text, std::string_view secret) {
    EXPECT_GE(sodium_init(), 0);
    std::array<unsigned char, crypto_secretbox_KEYBYTES> key{};
    std::copy(secret.begin(), secret.end(), key.begin());
    std::vector<unsigned char> box(
        crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size(), 7);
    crypto_secretbox_easy(box.data() + crypto_secretbox_NONCEBYTES,
                          reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                          box.data(), key.data());
    std::string base64(sodium_base64_ENCODED_LEN(box.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(base64.data(), base64.size(), box.data(), box.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    base64.pop_back();
    return R"({"_type":"encrypted","data":")" + base64 + "\"}";
}

TEST_F(OwnTracksTest, EncryptedMessagesAreOpenedWithTheSecretOnly) {
    const std::string inner = R"({"_type":"location","lat":48.0,"lon":11.0,"tst":1749990000})";
    hear("owntracks/carl/phone", sealed(inner, "open sesame"));
    EXPECT_EQ(sink.value("carl/place"), Value(std::string("home")));
    hear("owntracks/carl/phone", sealed(inner, "wrong"));
    hear("owntracks/carl/phone", R"({"_type":"encrypted","data":"AAAA"})");
    hear("owntracks/dora/phone", sealed(inner, "open sesame"));
    ASSERT_THAT(sink.refused, SizeIs(3));
    EXPECT_THAT(sink.refused[2].reason, HasSubstr("no secret"));
    EXPECT_FALSE(sink.things.contains("dora"));
}

TEST(OwnTracksDistance, IsThatOfTheEarth) {
    EXPECT_NEAR(owntracks::distance_m(0, 0, 0, 1), 111'195, 10);
    EXPECT_NEAR(owntracks::distance_m(48.1372, 11.5755, 52.5186, 13.4083), 504'000, 2'000);
    EXPECT_EQ(owntracks::distance_m(48, 11, 48, 11), 0);
    EXPECT_NEAR(owntracks::distance_m(90, 0, -90, 0), 20'015'115, 100);
}

TEST_F(OwnTracksTest, names_whom_a_topic_speaks_for_before_anything_is_said_on_it) {
    for (const char* topic : {"owntracks/anna/phone", "owntracks/anna/phone/event", "owntracks",
                              "owntracks/anna", "owntracks/anna/phone/a/b", "owntracks//x"}) {
        ASSERT_TRUE(format.speaks_for(topic)) << topic;
        EXPECT_EQ(*format.speaks_for(topic), "") << topic;
    }
    at(0, 0);
    for (const char* topic :
         {"owntracks/anna/phone", "owntracks/anna/watch", "owntracks/anna/phone/waypoints"})
        EXPECT_EQ(format.speaks_for(topic), "anna") << topic;
    EXPECT_EQ(format.speaks_for("owntracks/ben/phone"), "") << "nobody yet, and not Anna";
    EXPECT_FALSE(format.speaks_for("owntracks/anna/phone/cmd")) << "spoken to the phone";
    EXPECT_FALSE(format.speaks_for("owntrackster/anna/phone"));
    EXPECT_FALSE(format.speaks_for("hall/lamp"));
}

}  // namespace
}  // namespace foxtail::mqtt
