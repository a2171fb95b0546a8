#include "foxtail/cli/watch_feed.hpp"

#include "foxtail/cli/fake_terminal_testing.hpp"

#include <gtest/gtest.h>

namespace foxtail::cli {
namespace {

constexpr const char* hello = R"({"type":"hello","boot":"b1","seq":0,"now":1,"resumed":false})";
constexpr const char* things =
    R"({"type":"things","things":[{"id":"kitchen","properties":{"temperature":{"type":"number","unit":"Cel"}}}]})";
// 1795348800000 ms is 2026-11-22T12:00:00Z.
constexpr const char* first_part =
    R"({"type":"readings","seq":0,"readings":[["kitchen/temperature",20.0,"good",1795348700000,3]]})";
constexpr const char* last_part =
    R"({"type":"readings","seq":10,"readings":[["hall/on",true,"unconfirmed",1795348700000,4]]})";

struct Feed {
    explicit Feed(WatchOptions options = {}) : feed(std::move(options), fake.terminal) {}
    std::string take(std::string_view frame) {
        std::string out;
        EXPECT_TRUE(feed.take(frame, out));
        return out;
    }
    void begin() {
        for (const auto* frame : {hello, things, first_part, last_part}) take(frame);
    }
    FakeTerminal fake;
    WatchFeed feed;
};

TEST(WatchFeed, ThePresentStateIsNoChange) {
    Feed f;
    for (const auto* frame : {hello, things, first_part, last_part}) EXPECT_EQ(f.take(frame), "");
}

TEST(WatchFeed, ChangesAreOneLineEachWithUnitAndQuality) {
    Feed f;
    f.begin();
    EXPECT_EQ(
        f.take(
            R"({"type":"readings","seq":12,"readings":[["kitchen/temperature",21.5,"good",1795348800000,11],
                        ["hall/on",false,"estimated",1795348800000,12]]})"),
        "12:00:00  kitchen/temperature  21.5 °C\n"
        "12:00:00  hall/on  false  estimated\n");
}

TEST(WatchFeed, ThePresentStateComesFirstWhenAskedFor) {
    Feed f({.now = true});
    f.take(hello);
    f.take(things);
    EXPECT_EQ(f.take(first_part), "11:58:20  kitchen/temperature  20 °C\n");
    EXPECT_EQ(f.take(last_part), "11:58:20  hall/on  true  unconfirmed since the restart\n");
}

TEST(WatchFeed, HearingTheSameAgainIsNoChange) {
    constexpr const char* again =
        R"({"type":"readings","seq":12,"readings":[["kitchen/temperature",20.0,"good",1795348800000,11]]})";
    Feed f;
    f.begin();
    EXPECT_EQ(f.take(again), "");
    Feed all({.all = true});
    all.begin();
    EXPECT_EQ(all.take(again), "12:00:00  kitchen/temperature  20 °C\n");
}

TEST(WatchFeed, PatternsChoose) {
    Feed f({.patterns = {"*/temperature"}});
    f.begin();
    EXPECT_EQ(
        f.take(
            R"({"type":"readings","seq":12,"readings":[["hall/on",false,"good",1795348800000,12]]})"),
        "");
    EXPECT_NE(
        f.take(
            R"({"type":"readings","seq":13,"readings":[["kitchen/temperature",1,"good",1795348800000,13]]})"),
        "");
}

TEST(WatchFeed, RecordsOfBeforeAreNotToldAgain) {
    Feed f;
    f.begin();
    EXPECT_EQ(f.take(R"({"type":"records","records":[
        {"seq":9,"time":"2026-11-22T11:00:00Z","kind":"started","sentence":"Foxtail started"},
        {"seq":11,"time":"2026-11-22T12:00:00Z","kind":"rule_ran","sentence":"Rule 'a' ran"}]})"),
              "12:00:00  #11  Rule 'a' ran\n");
    EXPECT_EQ(
        f.take(
            R"({"type":"records","records":[{"seq":11,"time":"2026-11-22T12:00:00Z","sentence":"Rule 'a' ran"}]})"),
        "");
}

TEST(WatchFeed, WithPatternsOnlyRecordsAboutThoseAreTold) {
    Feed f({.patterns = {"hall"}});
    f.begin();
    EXPECT_EQ(f.take(R"({"type":"records","records":[
        {"seq":11,"time":"2026-11-22T12:00:00Z","sentence":"Rule 'a' ran"},
        {"seq":12,"time":"2026-11-22T12:00:00Z","address":"hall/on","sentence":"Anna asked"}]})"),
              "12:00:00  #12  Anna asked\n");
}

TEST(WatchFeed, JsonLinesAreComplete) {
    Feed f({.json = true});
    f.begin();
    EXPECT_EQ(
        f.take(
            R"({"type":"readings","seq":12,"readings":[["kitchen/temperature",21.5,"good",1795348800000,11]]})"),
        "{\"address\":\"kitchen/temperature\",\"value\":21.5,\"quality\":\"good\","
        "\"time\":\"2026-11-22T12:00:00Z\",\"seq\":11}\n");
}

TEST(WatchFeed, AfterALostConnectionItGoesOnWhereItWas) {
    Feed f;
    EXPECT_EQ(f.feed.greeting(), R"({"op":"start","boot":null,"seq":null})");
    f.begin();
    EXPECT_EQ(f.feed.greeting(), R"({"op":"start","boot":"b1","seq":10})");
    f.take(R"({"type":"hello","boot":"b1","seq":10,"now":1,"resumed":true})");
    EXPECT_NE(
        f.take(
            R"({"type":"readings","seq":14,"readings":[["hall/on",false,"good",1795348800000,14]]})"),
        "");
    EXPECT_EQ(f.feed.greeting(), R"({"op":"start","boot":"b1","seq":14})");
}

TEST(WatchFeed, AfterARestartOfTheHubOnlyWhatChangedMeanwhileIsTold) {
    Feed f;
    f.begin();
    (void)f.feed.greeting();
    f.take(R"({"type":"hello","boot":"b2","seq":0,"now":1,"resumed":false})");
    EXPECT_EQ(
        f.take(
            R"({"type":"readings","seq":20,"readings":[["hall/on",true,"unconfirmed",1795348700000,4],
                ["kitchen/temperature",22,"unconfirmed",1795348800000,15]]})"),
        "12:00:00  kitchen/temperature  22 °C  unconfirmed since the restart\n");
    EXPECT_EQ(f.feed.greeting(), R"({"op":"start","boot":"b2","seq":20})");
}

TEST(WatchFeed, FramesThatAreNoneAreAnError) {
    Feed f;
    std::string out;
    for (const auto* frame : {"", "[]", "{", "nonsense"})
        EXPECT_FALSE(f.feed.take(frame, out)) << frame;
    // Members that are missing or of another type change nothing.
    for (const auto* frame :
         {R"({})", R"({"type":"readings"})", R"({"type":"readings","readings":[1,[],["a"]]})",
          R"({"type":"things","things":[1]})", R"({"type":"records","records":[1]})"}) {
        EXPECT_TRUE(f.feed.take(frame, out)) << frame;
    }
    EXPECT_EQ(out, "");
}

TEST(WatchFeed, NamesCannotCommandTheTerminal) {
    Feed f;
    f.begin();
    const auto out = f.take(
        "{\"type\":\"readings\",\"seq\":12,\"readings\":[[\"a/"
        "b\",\"\\u001b[2J\",\"good\",1795348800000,11]]}");
    EXPECT_EQ(out.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace foxtail::cli
