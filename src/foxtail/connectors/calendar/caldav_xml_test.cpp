#include "foxtail/connectors/calendar/caldav_xml.hpp"

#include "foxtail/base/moment.hpp"
#include "foxtail/connectors/calendar/events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::calendar {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string object_with(const std::string& data, const char* status = "HTTP/1.1 200 OK") {
    return "<d:response><d:href>/a/x.ics</d:href><d:propstat><d:prop><d:getetag>\"7\"</d:getetag>"
           "<cal:calendar-data>" +
           data + "</cal:calendar-data></d:prop><d:status>" + status +
           "</d:status></d:propstat></d:response>";
}

std::string answer_of(const std::string& responses) {
    return R"(<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" )"
           R"(xmlns:cal="urn:ietf:params:xml:ns:caldav">)" +
           responses + "</d:multistatus>";
}

std::string event(const std::string& uid, const std::string& start) {
    return "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:" + uid + "\nDTSTART:" + start +
           "\nSUMMARY:Ulm &amp; back\nBEGIN:VALARM\nACTION:DISPLAY\nEND:VALARM\nEND:VEVENT\n"
           "END:VCALENDAR\n";
}

class AtUtc final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time) const override { return {}; }
};

TEST(CalDavXml, asks_for_the_events_of_a_span_in_utc) {
    const auto text = events_question(*parse_rfc3339("2026-11-22T18:30:00.5Z"),
                                      *parse_rfc3339("2026-11-25T00:00:00Z"));
    EXPECT_THAT(text, HasSubstr(R"(start="20261122T183000Z" end="20261125T000000Z")"));
    EXPECT_THAT(change_question(), HasSubstr("getctag"));
}

TEST(CalDavXml, many_objects_become_one_calendar_whose_events_are_read_as_any_other) {
    const auto read = read_multistatus(answer_of(object_with(event("a", "20261124T080000Z")) +
                                                 object_with(event("b", "20261124T100000Z"))));
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->size(), 2U);
    EXPECT_EQ(read->front().etag, "\"7\"");
    const AtUtc zone;
    const auto events = events_in(one_calendar(*read), *parse_rfc3339("2026-11-24T00:00:00Z"),
                                  *parse_rfc3339("2026-11-25T00:00:00Z"), zone);
    ASSERT_TRUE(events) << events.error().message;
    ASSERT_EQ(events->events.size(), 2U);
    EXPECT_EQ(events->events[0].summary, "Ulm & back");
    EXPECT_EQ(events->events[1].uid, "b");
}

TEST(CalDavXml, an_empty_calendar_is_one_without_events) {
    const auto read = read_multistatus(answer_of(""));
    ASSERT_TRUE(read);
    const AtUtc zone;
    const auto events = events_in(one_calendar(*read), *parse_rfc3339("2026-11-24T00:00:00Z"),
                                  *parse_rfc3339("2026-11-25T00:00:00Z"), zone);
    ASSERT_TRUE(events) << events.error().message;
    EXPECT_TRUE(events->events.empty());
}

TEST(CalDavXml, what_the_server_could_not_tell_is_not_taken) {
    const auto read =
        read_multistatus(answer_of(object_with(event("a", "20261124T080000Z"), "HTTP/1.1 404 x")));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->front().calendar_data, "");
}

TEST(CalDavXml, the_tag_of_change_is_the_ctag_else_the_sync_token_and_may_be_cdata) {
    const auto told = [](const std::string& prop) {
        const auto read = read_multistatus(
            answer_of("<d:response><d:propstat><d:prop>" + prop +
                      "</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"));
        return read && !read->empty() ? read->front().change : std::string("?");
    };
    EXPECT_EQ(told("<x:getctag xmlns:x=\"y\"><![CDATA[a<b]]></x:getctag>"
                   "<d:sync-token>s</d:sync-token>"),
              "a<b");
    EXPECT_EQ(told("<d:sync-token>s1</d:sync-token>"), "s1");
    EXPECT_EQ(told("<d:getetag>1</d:getetag>"), "");
}

TEST(CalDavXml, an_object_that_breaks_off_does_not_swallow_the_next) {
    const auto text = one_calendar(
        {{"a", "", "", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20261124T080000Z\n"},
         {"b", "", "", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:b\nEND:VEVENT\nEND:VCALENDAR\n"}});
    EXPECT_THAT(text, HasSubstr("END:VEVENT\r\nBEGIN:VEVENT\r\nUID:b"));
}

TEST(CalDavXml, what_is_no_answer_is_refused_with_why) {
    std::string deep;
    for (int i = 0; i < 100; ++i) deep += "<a>";
    for (const auto& [text, why] :
         {std::pair{std::string("<html><body>Sorry</body></html>"), "no multistatus"},
          std::pair{std::string("<!DOCTYPE x [<!ENTITY e \"e\">]><multistatus/>"), "DOCTYPE"},
          std::pair{std::string("<multistatus><response>"), "no answer"},
          std::pair{std::string("<multistatus"), "does not end"}, std::pair{deep, "deeper than"},
          std::pair{std::string("BEGIN:VCALENDAR"), "no answer"}}) {
        const auto read = read_multistatus(text);
        ASSERT_FALSE(read) << text;
        EXPECT_THAT(read.error().message, HasSubstr(why));
    }
}

}  // namespace
}  // namespace foxtail::calendar
