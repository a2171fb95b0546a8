#include "foxtail/connectors/calendar/recurrence.hpp"

#include "foxtail/connectors/calendar/ical.hpp"
#include "foxtail/forecast/zone_testing.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <libical/ical.h>

namespace foxtail::calendar {
namespace {

using forecast::at;

const Time rule_start = at("2010-01-04T18:30:00Z");  // a Monday
constexpr const char* rule_start_text = "20100104T183000";

RawRule parsed(const std::string& rule) {
    const auto read = read_ics(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20100104T183000\n"
        "RRULE:" +
        rule + "\nEND:VEVENT\nEND:VCALENDAR\n");
    if (!read || read->events.empty() || read->events[0].rules.empty()) return {};
    return read->events[0].rules[0];
}

std::vector<Time> ours(const RawRule& rule, Time first, Time last) {
    std::vector<Time> out;
    Budget budget;
    each_by_rule(rule.rule, rule_start, first, last, budget, [&](Time t) {
        if (t >= first) out.push_back(t);
        return true;
    });
    return out;
}

/// What libical makes of it: somebody else's code for the same rules.
std::vector<Time> theirs(const std::string& text, Time first, Time last) {
    std::vector<Time> out;
    const auto rule = icalrecurrencetype_from_string(text.c_str());
    const std::unique_ptr<icalrecur_iterator, decltype(&icalrecur_iterator_free)> each(
        icalrecur_iterator_new(rule, icaltime_from_string(rule_start_text)),
        icalrecur_iterator_free);
    while (each) {
        const auto next = icalrecur_iterator_next(each.get());
        if (icaltime_is_null_time(next)) break;
        Civil civil;
        civil.year = next.year;
        civil.month = next.month;
        civil.day = next.day;
        civil.hour = next.hour;
        civil.minute = next.minute;
        const Time t = time_from(civil);
        if (t > last) break;
        if (t >= first) out.push_back(t);
    }
    return out;
}

TEST(Recurrence, agrees_with_libical_on_rules_of_all_kinds) {
    const Time first = at("2026-01-01T00:00:00Z");
    const Time last = at("2031-12-31T00:00:00Z");
    for (const char* rule : {"FREQ=DAILY",
                             "FREQ=DAILY;INTERVAL=3",
                             "FREQ=DAILY;BYDAY=MO,WE,FR;INTERVAL=2",
                             "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=28",
                             "FREQ=DAILY;COUNT=7000",
                             "FREQ=WEEKLY",
                             "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
                             "FREQ=WEEKLY;INTERVAL=3;WKST=SU;BYDAY=SU,MO",
                             "FREQ=WEEKLY;BYDAY=TU,SA;COUNT=2000",
                             "FREQ=WEEKLY;BYMONTH=6,7;BYDAY=WE",
                             "FREQ=MONTHLY",
                             "FREQ=MONTHLY;INTERVAL=5;BYDAY=2TU",
                             "FREQ=MONTHLY;BYDAY=-1FR",
                             "FREQ=MONTHLY;BYMONTHDAY=31",
                             "FREQ=MONTHLY;BYMONTHDAY=-1,15",
                             "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
                             "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                             "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,3",
                             "FREQ=MONTHLY;BYMONTH=1,7;BYDAY=1MO",
                             "FREQ=YEARLY",
                             "FREQ=YEARLY;INTERVAL=3",
                             "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
                             "FREQ=YEARLY;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
                             "FREQ=YEARLY;BYYEARDAY=1,100,-1",
                             "FREQ=YEARLY;BYDAY=20MO",
                             "FREQ=YEARLY;BYDAY=-1FR",
                             "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
                             "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=TH",
                             "FREQ=YEARLY;BYMONTH=1,2;BYMONTHDAY=29",
                             "FREQ=YEARLY;BYMONTH=4",
                             "FREQ=YEARLY;BYDAY=MO;BYSETPOS=2"}) {
        const auto own = parsed(rule);
        ASSERT_TRUE(own.understood) << rule;
        const auto expected = theirs(rule, first, last);
        EXPECT_FALSE(expected.empty()) << rule;
        EXPECT_TRUE(ours(own, first, last) == expected) << rule;
        EXPECT_TRUE(ours(own, rule_start, last) == theirs(rule, rule_start, last)) << rule;
    }
}

TEST(Recurrence, agrees_with_libical_on_rules_thrown_together) {
    std::uint64_t seed = 2463534242ULL;
    const auto pick = [&](std::size_t n) {
        seed ^= seed << 13U;
        seed ^= seed >> 7U;
        seed ^= seed << 17U;
        return static_cast<std::size_t>(seed % n);
    };
    const std::array<const char*, 4> freqs = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
    const std::array<const char*, 6> weekdays = {"MO", "TU,TH", "SA,SU", "FR", "WE,SU", "MO,FR"};
    const Time last = at("2016-01-01T00:00:00Z");
    int compared = 0;
    for (int i = 0; i < 300; ++i) {
        const auto freq = pick(4);
        std::string rule = std::string("FREQ=") + freqs.at(freq);
        if (pick(2) == 0) rule += ";INTERVAL=" + std::to_string(1 + pick(4));
        if (pick(3) == 0) rule += ";COUNT=" + std::to_string(1 + pick(30));
        if (pick(3) == 0) rule += ";BYMONTH=" + std::to_string(1 + pick(12));
        if (pick(3) == 0) rule += std::string(";BYDAY=") + weekdays.at(pick(6));
        // Without a month libical takes that of the beginning, against the standard.
        const bool day_of_month =
            freq == 3 ? rule.find("BYMONTH=") != std::string::npos : freq != 1;
        if (day_of_month && pick(3) == 0) rule += ";BYMONTHDAY=" + std::to_string(1 + pick(28));
        const auto own = parsed(rule);
        ASSERT_TRUE(own.understood) << rule;
        EXPECT_TRUE(ours(own, rule_start, last) == theirs(rule, rule_start, last)) << rule;
        ++compared;
    }
    EXPECT_EQ(compared, 300);
}

TEST(Recurrence, days_of_the_month_are_those_of_the_standard_where_libical_differs) {
    const auto days_by = [](const char* rule) {
        std::string out;
        for (const Time t :
             ours(parsed(rule), at("2026-01-01T00:00:00Z"), at("2028-03-01T00:00:00Z")))
            out += format_rfc3339(t).substr(0, 10) + " ";
        return out;
    };
    EXPECT_EQ(days_by("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=-1"), "2026-02-28 2027-02-28 2028-02-29 ");
    EXPECT_EQ(days_by("FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR"),
              "2026-02-13 2026-03-13 2026-11-13 2027-08-13 ");
}

TEST(Recurrence, what_never_comes_costs_no_more_than_the_window) {
    const auto never = parsed("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30");
    Budget budget;
    EXPECT_TRUE(each_by_rule(never.rule, rule_start, at("2026-01-01T00:00:00Z"),
                             at("2027-01-01T00:00:00Z"), budget, [](Time) { return true; }));
    EXPECT_GT(budget.days, Budget{}.days - 1000);
    Budget little{100};
    EXPECT_FALSE(each_by_rule(never.rule, rule_start, rule_start, at("2027-01-01T00:00:00Z"),
                              little, [](Time) { return true; }));
}

TEST(Recurrence, rules_by_the_hour_and_nonsense_are_not_understood) {
    for (const char* rule : {"FREQ=SECONDLY", "FREQ=HOURLY;INTERVAL=6", "FREQ=DAILY;BYHOUR=8,12",
                             "FREQ=SOMETIMES", "nonsense"}) {
        EXPECT_FALSE(parsed(rule).understood) << rule;
    }
}

}  // namespace
}  // namespace foxtail::calendar
