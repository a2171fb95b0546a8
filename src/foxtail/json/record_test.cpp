#include "foxtail/json/record.hpp"

#include "foxtail/json/member_texts.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/json/record_testing.hpp"

#include <gtest/gtest.h>

namespace foxtail {
namespace {

using testing::NumberedNames;

const NumberedNames names(10, 4, 5);

std::string json_of(const Body& body) {
    std::string out;
    append_body_json(out, body, names);
    return out;
}

TEST(BodyJson, gives_every_random_body_back_exactly) {
    constexpr std::uint64_t seed = 20261122;
    testing::RandomBodies random(seed);
    for (int i = 0; i < 20'000; ++i) {
        // A few numbers are beyond what has names.
        const Body body = random.body(44, 7);
        const auto text = json_of(body);
        ASSERT_TRUE(parse_json(text)) << "seed " << seed << " round " << i << ": " << text;
        const auto back = body_from_json(kind_name(body), text, names);
        ASSERT_TRUE(back) << "seed " << seed << " round " << i << ": " << back.error().message
                          << "\n"
                          << text;
        ASSERT_TRUE(testing::same_body(body, *back))
            << "seed " << seed << " round " << i << ": " << text << "\n"
            << json_of(*back);
    }
}

TEST(BodyJson, reads_well_in_a_shell) {
    EXPECT_EQ(json_of(CommandAsked{{5}, {1}, "", 21.0, seconds(30)}),
              R"({"address":"t1/p1","thing":"t1","value":21.0,"time_to_live_s":30})");
    EXPECT_EQ(
        json_of(GrantGiven{{2}, {"hall-lamp/*"}, 2 | 16, {}, {1'800'000'000'000'000}, "page", ""}),
        R"({"subject":"token:\"2","addresses":["hall-lamp/*"],"verbs":["read","set"],)"
        R"("until":"2027-01-15T08:00:00Z","purpose":"page"})");
    EXPECT_EQ(json_of(ClockJumped{{-3'600'250'000}}), R"({"by_s":-3600.25})");
    EXPECT_EQ(json_of(ThingGone{{77}}), R"({"thing":"#77"})");
    EXPECT_EQ(json_of(Stopped{}), "{}");
}

TEST(BodyJson, keeps_what_a_json_value_looked_like) {
    const EventHappened event{{1}, "scan", Json{R"({"code":"4,}]","n":1.50})"}};
    const auto back = body_from_json("event", json_of(event), names);
    ASSERT_TRUE(back);
    EXPECT_EQ(std::get<Json>(std::get<EventHappened>(*back).detail).text,
              R"({"code":"4,}]","n":1.50})");
}

TEST(BodyJson, says_which_member_was_wrong) {
    const auto says = [](std::string_view kind, std::string_view text) {
        const auto body = body_from_json(kind, text, names);
        return body ? "" : body.error().message;
    };
    EXPECT_EQ(says("grant_ended", R"({"grant":1})"), "grant_ended.reason: is missing");
    EXPECT_EQ(says("grant_ended", R"({"grant":-1,"reason":""})"),
              "grant_ended.grant: expected a whole number");
    EXPECT_EQ(says("thing_gone", R"({"thing":"moon"})"),
              "thing_gone.thing: nothing is called \"moon\"");
    EXPECT_EQ(says("rule_ran", R"({"rule":"a","outcome":"slept","detail":""})"),
              "rule_ran.outcome: unknown word");
    EXPECT_EQ(says("party", "{}"), "no kind of record is called \"party\"");
    EXPECT_EQ(says("stopped", "{} x"), "not JSON at byte 3: something follows the object");
    EXPECT_EQ(says("stopped", "[]"), "not JSON at byte 0: expected an object");
}

TEST(BodyJson, shows_bytes_that_are_no_text_as_question_marks) {
    EXPECT_EQ(json_of(Noticed{"a\xff", ""}), R"({"text":"a?","to":""})");
}

TEST(RecordJson, has_the_shape_the_api_promises) {
    std::string out;
    append_record_json(
        out,
        Record{12, {1'800'000'000'125'000}, {1}, 11, CommandAsked{{5}, {1}, "", true, seconds(5)}},
        names);
    EXPECT_EQ(out, R"({"seq":12,"time":"2027-01-15T08:00:00.125Z","actor":"token:\"1","cause":11,)"
                   R"("kind":"command","address":"t1/p1",)"
                   R"("body":{"address":"t1/p1","thing":"t1","value":true,"time_to_live_s":5}})");
    out.clear();
    append_record_json(out, Record{1, {1'800'000'000'000'000}, {9}, 0, Started{3, "0.1.0"}}, names);
    EXPECT_EQ(out, R"({"seq":1,"time":"2027-01-15T08:00:00Z","actor":"#9","cause":null,)"
                   R"("kind":"started","body":{"boot":3,"version":"0.1.0"}})");
}

TEST(RecordJson, names_what_a_record_is_about) {
    const auto about = [](const Body& body) {
        std::string out;
        return append_subject_matter(out, body, names) ? out : "nothing";
    };
    EXPECT_EQ(about(Reading{{6}, Quality::good, {}, 1.0}), "t1/p2");
    EXPECT_EQ(about(EventHappened{{2}, "action", {}}), "t2/action");
    EXPECT_EQ(about(CommandAsked{{}, {3}, "open", {}, {}}), "t3/open");
    EXPECT_EQ(about(ThingGone{{4}}), "t4");
    EXPECT_EQ(about(Stopped{}), "nothing");
}

TEST(MemberTexts, refuses_what_does_not_close) {
    for (const char* text : {"", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":[1}", "{\"a\":\"x}",
                             "{a:1}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}}"}) {
        EXPECT_FALSE(MemberTexts::split(text)) << text;
    }
    EXPECT_TRUE(MemberTexts::split("{ \"a\" : 1 , \"b\" : [ {\"c\":\"]\\\"\"} ] }"));
}

}  // namespace
}  // namespace foxtail
