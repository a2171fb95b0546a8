#include "foxtail/connectors/calendar/events.hpp"

#include "foxtail/forecast/zone_testing.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::calendar {
namespace {

using forecast::at;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const forecast::BerlinZone house;

std::string ics_of(const std::string& inside) {
    std::string out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//hand//EN\r\n";
    std::string line;
    for (const char c : inside + "\n") {
        if (c != '\n') {
            line += c;
        } else if (!line.empty()) {
            out += line + "\r\n";
            line.clear();
        }
    }
    return out + "END:VCALENDAR\r\n";
}
std::string event_of(const std::string& lines) {
    return "BEGIN:VEVENT\n" + lines + "\nEND:VEVENT\n";
}

Events unrolled(const std::string& inside, const char* from, const char* until) {
    const auto got = events_in(ics_of(inside), at(from), at(until), house);
    EXPECT_TRUE(got) << got.error().message;
    return got ? *got : Events{};
}
/// "2026-11-22T09:00:00Z..10:00:00Z" of each.
std::vector<std::string> spans(const Events& all) {
    std::vector<std::string> out;
    for (const auto& one : all.events)
        out.push_back(format_rfc3339(one.from) + ".." + format_rfc3339(one.until));
    return out;
}
std::vector<std::string> begins(const Events& all) {
    std::vector<std::string> out;
    for (const auto& one : all.events) out.push_back(format_rfc3339(one.from));
    return out;
}

TEST(CalendarEvents, one_event_has_its_texts_and_its_times_in_utc) {
    const auto all = unrolled(
        event_of("UID:1\nSUMMARY:Dentist\\, Dr. Ostrich\nLOCATION:Mill Lane 3\n"
                 "DESCRIPTION:80 km\\nbring card\nDTSTART;TZID=Europe/Berlin:20261123T090000\n"
                 "DTEND;TZID=Europe/Berlin:20261123T103000"),
        "2026-11-22T00:00:00Z", "2026-11-30T00:00:00Z");
    ASSERT_THAT(spans(all), ElementsAre("2026-11-23T08:00:00Z..2026-11-23T09:30:00Z"));
    EXPECT_EQ(all.events[0].uid, "1");
    EXPECT_EQ(all.events[0].summary, "Dentist, Dr. Ostrich");
    EXPECT_EQ(all.events[0].location, "Mill Lane 3");
    EXPECT_THAT(all.events[0].description, HasSubstr("80 km"));
    EXPECT_FALSE(all.events[0].all_day);
}

TEST(CalendarEvents, utc_other_zones_floating_times_and_durations) {
    const auto all =
        unrolled(event_of("UID:a\nDTSTART:20261123T090000Z\nDURATION:PT90M") +
                     event_of("UID:b\nDTSTART;TZID=America/New_York:20261123T050000\n"
                              "DTEND;TZID=Europe/Berlin:20261123T120000") +
                     event_of("UID:c\nDTSTART:20261123T120000\nDTEND:20261123T130000") +
                     event_of("UID:d\nDTSTART:20261123T130000Z"),
                 "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z");
    EXPECT_THAT(spans(all), ElementsAre("2026-11-23T09:00:00Z..2026-11-23T10:30:00Z",
                                        "2026-11-23T10:00:00Z..2026-11-23T11:00:00Z",
                                        "2026-11-23T11:00:00Z..2026-11-23T12:00:00Z",
                                        "2026-11-23T13:00:00Z..2026-11-23T13:00:00Z"));
    EXPECT_THAT(all.remarks, IsEmpty());
}

TEST(CalendarEvents, days_last_from_midnight_to_midnight_of_the_house_also_when_they_are_short) {
    const auto all = unrolled(event_of("UID:a\nSUMMARY:Short day\nDTSTART;VALUE=DATE:20260329") +
                                  event_of("UID:b\nDTSTART;VALUE=DATE:20261024\n"
                                           "DTEND;VALUE=DATE:20261026"),
                              "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    EXPECT_THAT(spans(all), ElementsAre("2026-03-28T23:00:00Z..2026-03-29T22:00:00Z",
                                        "2026-10-23T22:00:00Z..2026-10-25T23:00:00Z"));
    EXPECT_TRUE(all.events[0].all_day);
}

TEST(CalendarEvents, what_comes_each_week_stays_at_its_time_of_the_clock_over_both_changes) {
    const std::string weekly = event_of(
        "UID:w\nDTSTART;TZID=Europe/Berlin:20200105T073000\nDTEND;TZID=Europe/Berlin:"
        "20200105T083000\nRRULE:FREQ=WEEKLY;BYDAY=SU");
    EXPECT_THAT(
        begins(unrolled(weekly, "2026-03-21T00:00:00Z", "2026-04-06T00:00:00Z")),
        ElementsAre("2026-03-22T06:30:00Z", "2026-03-29T05:30:00Z", "2026-04-05T05:30:00Z"));
    EXPECT_THAT(
        begins(unrolled(weekly, "2026-10-18T00:00:00Z", "2026-11-02T00:00:00Z")),
        ElementsAre("2026-10-18T05:30:00Z", "2026-10-25T06:30:00Z", "2026-11-01T06:30:00Z"));
}

TEST(CalendarEvents, an_hour_that_is_skipped_or_comes_twice) {
    const std::string nightly = event_of(
        "UID:n\nDTSTART;TZID=Europe/Berlin:20260301T023000\nDURATION:PT1H\nRRULE:FREQ=DAILY");
    EXPECT_THAT(spans(unrolled(nightly, "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z")),
                ElementsAre("2026-03-29T01:30:00Z..2026-03-29T02:30:00Z",
                            "2026-03-30T00:30:00Z..2026-03-30T01:30:00Z"));
    EXPECT_THAT(spans(unrolled(nightly, "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z")),
                ElementsAre("2026-10-25T00:30:00Z..2026-10-25T01:30:00Z",
                            "2026-10-26T01:30:00Z..2026-10-26T02:30:00Z"));
}

TEST(CalendarEvents, exceptions_changes_and_cancelled_ones_of_a_series) {
    const std::string zone = ";TZID=Europe/Berlin:";
    const auto all = unrolled(
        event_of("UID:s\nSUMMARY:Yoga\nDTSTART" + zone + "20261102T180000\nDURATION:PT1H\n" +
                 "RRULE:FREQ=WEEKLY;COUNT=6\nEXDATE" + zone + "20261109T180000\n" + "RDATE" + zone +
                 "20261111T180000") +
            event_of("UID:s\nSUMMARY:Yoga later\nRECURRENCE-ID" + zone + "20261116T180000\n" +
                     "DTSTART" + zone + "20261116T200000\nDURATION:PT1H") +
            event_of("UID:s\nSTATUS:CANCELLED\nRECURRENCE-ID:20261123T170000Z\nDTSTART" + zone +
                     "20261123T180000"),
        "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z");
    EXPECT_THAT(begins(all),
                ElementsAre("2026-11-02T17:00:00Z", "2026-11-11T17:00:00Z", "2026-11-16T19:00:00Z",
                            "2026-11-30T17:00:00Z", "2026-12-07T17:00:00Z"));
    EXPECT_EQ(all.events[2].summary, "Yoga later");
}

TEST(CalendarEvents, a_whole_day_can_be_an_exception_too) {
    const auto all =
        unrolled(event_of("UID:s\nDTSTART;TZID=Europe/Berlin:20261102T180000\nDURATION:PT1H\n"
                          "RRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20261103") +
                     event_of("UID:d\nDTSTART;VALUE=DATE:20261110\nRRULE:FREQ=DAILY;COUNT=3\n"
                              "EXDATE;VALUE=DATE:20261111"),
                 "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z");
    EXPECT_THAT(begins(all), ElementsAre("2026-11-02T17:00:00Z", "2026-11-04T17:00:00Z",
                                         "2026-11-09T23:00:00Z", "2026-11-11T23:00:00Z"));
}

TEST(CalendarEvents, a_series_ends_at_its_until_in_utc_as_its_own_clocks_show_it) {
    // 23:30 in Berlin on the 5th is 22:30 UTC: it is the last one.
    const auto all =
        unrolled(event_of("UID:u\nDTSTART;TZID=Europe/Berlin:20261103T233000\nDURATION:PT15M\n"
                          "RRULE:FREQ=DAILY;UNTIL=20261105T223000Z"),
                 "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z");
    EXPECT_EQ(all.events.size(), 3U);
    const auto by_day =
        unrolled(event_of("UID:u\nDTSTART;VALUE=DATE:20261103\nRRULE:FREQ=DAILY;UNTIL=20261105"),
                 "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z");
    EXPECT_EQ(by_day.events.size(), 3U);
}

TEST(CalendarEvents, an_event_that_began_before_the_window_is_in_it_while_it_lasts) {
    const auto all = unrolled(
        event_of("UID:h\nSUMMARY:Holiday\nDTSTART;VALUE=DATE:20261101\nDTEND;VALUE=DATE:20261115"),
        "2026-11-10T00:00:00Z", "2026-11-12T00:00:00Z");
    EXPECT_THAT(spans(all), ElementsAre("2026-10-31T23:00:00Z..2026-11-14T23:00:00Z"));
}

TEST(CalendarEvents, months_and_years_and_the_last_friday) {
    EXPECT_THAT(
        begins(unrolled(event_of("UID:m\nDTSTART:20200131T080000Z\n"
                                 "RRULE:FREQ=MONTHLY;BYMONTHDAY=31"),
                        "2026-01-15T00:00:00Z", "2026-06-01T00:00:00Z")),
        ElementsAre("2026-01-31T08:00:00Z", "2026-03-31T08:00:00Z", "2026-05-31T08:00:00Z"));
    EXPECT_THAT(begins(unrolled(event_of("UID:f\nDTSTART:20240126T160000Z\n"
                                         "RRULE:FREQ=MONTHLY;BYDAY=-1FR"),
                                "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z")),
                ElementsAre("2026-11-27T16:00:00Z", "2026-12-25T16:00:00Z"));
    EXPECT_THAT(begins(unrolled(event_of("UID:b\nDTSTART;VALUE=DATE:20000229\nRRULE:FREQ=YEARLY"),
                                "2026-01-01T00:00:00Z", "2029-01-01T00:00:00Z")),
                ElementsAre("2028-02-28T23:00:00Z"));
}

constexpr const char* outlook_zone =
    "BEGIN:VTIMEZONE\nTZID:W. Europe Standard Time\n"
    "BEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\n"
    "BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\n";

TEST(CalendarEvents, a_zone_that_only_the_file_knows_is_taken_from_it) {
    const std::string zone = ";TZID=\"W. Europe Standard Time\":";
    const auto all = unrolled(outlook_zone + event_of("UID:1\nDTSTART" + zone + "20260328T120000") +
                                  event_of("UID:2\nDTSTART" + zone + "20260329T120000") +
                                  event_of("UID:3\nDTSTART" + zone + "20261024T120000") +
                                  event_of("UID:4\nDTSTART" + zone + "20261025T120000"),
                              "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    EXPECT_THAT(begins(all), ElementsAre("2026-03-28T11:00:00Z", "2026-03-29T10:00:00Z",
                                         "2026-10-24T10:00:00Z", "2026-10-25T11:00:00Z"));
    EXPECT_THAT(all.remarks, IsEmpty());
}

TEST(CalendarEvents, long_names_of_known_zones_are_known_and_others_are_remarked_on) {
    const auto all = unrolled(
        event_of("UID:1\nDTSTART;TZID=/mozilla.org/20070129_1/America/New_York:20261123T050000") +
            event_of("UID:2\nDTSTART;TZID=Middle Earth:20261123T120000"),
        "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z");
    EXPECT_THAT(begins(all), ElementsAre("2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"));
    EXPECT_THAT(all.remarks,
                ElementsAre("zone 'Middle Earth' is not known: the house's stands in"));
}

TEST(CalendarEvents, long_lines_and_letters_of_the_world_come_whole) {
    const auto all =
        unrolled(event_of("UID:1\nSUMMARY:Fahrt nach M\xC3\xBC\n nchen\nDTSTART:20261123T090000Z"),
                 "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z");
    ASSERT_EQ(all.events.size(), 1U);
    EXPECT_EQ(all.events[0].summary, "Fahrt nach M\xC3\xBCnchen");
}

TEST(CalendarEvents, what_is_no_calendar_is_told) {
    const auto why = [](const std::string& text) {
        const auto got =
            events_in(text, at("2026-11-01T00:00:00Z"), at("2027-01-01T00:00:00Z"), house);
        return got ? "it was read" : got.error().message;
    };
    EXPECT_THAT(why(""), HasSubstr("no calendar"));
    EXPECT_THAT(why("<html></html>"), HasSubstr("no calendar"));
    EXPECT_THAT(why("BEGIN:VCALENDAR\nBEGIN:VEVENT\n"), HasSubstr("it ends within vevent"));
    EXPECT_THAT(why("BEGIN:VCALENDAR\nEND:VEVENT\n"),
                HasSubstr("END:VEVENT closes what is not open"));
    EXPECT_THAT(why(std::string((4U << 20U) + 1, 'x')), HasSubstr("limit 4194304"));
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "BEGIN:VEVENT\n";
    EXPECT_THAT(why(deep), HasSubstr("deeper than 4"));
    EXPECT_EQ(why("BEGIN:VCALENDAR\nEND:VCALENDAR\n"), "it was read");
}

TEST(CalendarEvents, what_is_hostile_is_bounded) {
    // Every second for ever, days that never come, a zone that changes each minute, no time at all.
    std::string inside = event_of("UID:s\nDTSTART:20200101T000000Z\nRRULE:FREQ=SECONDLY") +
                         event_of("UID:e\nSUMMARY:no time") + event_of("UID:x\nDTSTART:soon") +
                         "BEGIN:VTIMEZONE\nTZID:Jitter\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
                         "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=MINUTELY\nEND:STANDARD\n"
                         "END:VTIMEZONE\n" +
                         event_of("UID:j\nDTSTART;TZID=Jitter:20261123T120000");
    for (int i = 0; i < 200; ++i)
        inside += event_of("UID:n" + std::to_string(i) +
                           "\nDTSTART:20200101T000000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30");
    for (int i = 0; i < 30; ++i)
        inside +=
            event_of("UID:d" + std::to_string(i) + "\nDTSTART:20200101T000000Z\nRRULE:FREQ=DAILY");
    const auto all = unrolled(inside, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    EXPECT_EQ(all.events.size(), events_max);
    EXPECT_GE(all.not_understood, 2U);
    EXPECT_THAT(all.remarks, testing::Contains(HasSubstr("'Jitter' of the calendar")));
}

}  // namespace
}  // namespace foxtail::calendar
