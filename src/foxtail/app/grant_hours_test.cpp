// The hours and weekdays of grants in a real zone, through the changes of the clock and past 2038:
// by moments that were looked up, and not by the library that tells them.
#include "foxtail/grants/authority.hpp"
#include "foxtail/runtime/zone.hpp"

#include <array>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

namespace foxtail {
namespace {

/// A change of the clock in Berlin, and the offset to UTC before and after it.
struct Change {
    const char* day;
    std::int64_t at_s;
    Duration before;
    Duration after;
};
constexpr std::array changes = {
    Change{"2026-03-29", 1'774'746'000, hours(1), hours(2)},
    Change{"2026-10-25", 1'792'890'000, hours(2), hours(1)},
    Change{"2038-03-28", 2'153'350'800, hours(1), hours(2)},
    Change{"2038-10-31", 2'172'099'600, hours(2), hours(1)},
};
constexpr std::int64_t day_min = 24 * 60;

struct Hours {
    int from;
    int until;
    std::uint8_t weekdays = 0;
};

/// Whether a minute since 1970, by local time, is within: as docs/api.md says it.
bool within(const Hours& when, std::int64_t local_min) {
    const auto minute = local_min % day_min;
    const auto weekday = (local_min / day_min + 3) % 7;  // the first day was a Thursday
    const auto on = [&](std::int64_t day) {
        return when.weekdays == 0 || (when.weekdays >> ((day + 7) % 7) & 1) != 0;
    };
    if (when.from == when.until) return on(weekday);
    if (when.from < when.until) return minute >= when.from && minute < when.until && on(weekday);
    return (minute >= when.from && on(weekday)) || (minute < when.until && on(weekday - 1));
}

struct GrantHours : ::testing::Test {
    GrantHours() {
        authority.apply(SubjectNamed{SubjectId{0}, "hub", SubjectKind::hub});
        authority.apply(SubjectNamed{guest, "guest:ann", SubjectKind::guest});
        ThingSpec lamp;
        lamp.id = "lamp";
        lamp.properties.push_back({.name = "on"});
        authority.told(catalogue.thing(catalogue.tell(lamp, "")->thing));
    }

    const std::unique_ptr<Zone> berlin = std::move(*find_zone("Europe/Berlin"));
    const SubjectId guest{1};
    Catalogue catalogue;
    Authority authority{catalogue, berlin.get()};
};

TEST_F(GrantHours, open_and_close_by_the_clock_on_the_wall_whenever_that_changes) {
    const std::array<Hours, 7> all = {
        {{2 * 60 + 30, 3 * 60 + 30},  // in what is left out or comes twice
         {2 * 60, 3 * 60},
         {22 * 60, 6 * 60},
         {8 * 60, 20 * 60},
         {23 * 60 + 59, 0},
         {0, 0, 0b100'0000},                    // Sundays
         {22 * 60, 2 * 60 + 15, 0b010'0000}}};  // Saturday nights
    Seq seq = 0;
    for (const Hours& when : all) {
        GrantGiven grant;
        grant.subject = guest;
        grant.addresses = {"lamp/on"};
        grant.verbs = static_cast<std::uint16_t>(Verb::read);
        grant.terms.when.from_minute = static_cast<std::uint16_t>(when.from);
        grant.terms.when.until_minute = static_cast<std::uint16_t>(when.until);
        grant.terms.when.weekdays = when.weekdays;
        authority.apply(++seq, grant);
        for (const Change& change : changes) {
            int open = 0;
            for (std::int64_t minute = -2 * day_min; minute < 2 * day_min; ++minute) {
                const std::int64_t utc_s = change.at_s + minute * 60;
                const Duration offset = minute < 0 ? change.before : change.after;
                const bool expected = within(when, (utc_s + offset.us / 1'000'000) / 60);
                for (const std::int64_t second : {0, 59}) {
                    const Time at{(utc_s + second) * 1'000'000};
                    ASSERT_EQ(
                        authority
                            .decide(guest, Verb::read, catalogue.find_property("lamp/on")->id, at)
                            .allowed,
                        expected)
                        << change.day << ", " << minute << " minutes after the change, "
                        << when.from << " to " << when.until;
                }
                open += expected ? 1 : 0;
            }
            EXPECT_GT(open, 0) << "nobody is locked out over " << change.day;
        }
        authority.apply(GrantEnded{seq, "over"});
    }
}

}  // namespace
}  // namespace foxtail
