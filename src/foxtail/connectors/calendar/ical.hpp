#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/connectors/calendar/recurrence.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// iCalendar (RFC 5545) as it stands in a file, through libical, which is known nowhere else.
// libical keeps state of its own: to be used from one thread at a time.
namespace foxtail::calendar {

/// A time as it is written: what clocks show, somewhere.
struct WallTime {
    Time shown;         // as if it were UTC
    bool date = false;  // a day, without a time
    bool utc = false;   // it is UTC
    std::string zone;   // TZID; empty = wherever one is
};

/// An RRULE; by the hour and below, and what is none, it is not understood.
struct RawRule {
    bool understood = false;
    Rule rule;
    std::optional<WallTime> until;
};

/// A VEVENT.
struct RawEvent {
    std::string uid, summary, location, description;
    bool cancelled = false;
    WallTime start;
    std::optional<WallTime> end;
    std::optional<Duration> length;
    std::vector<RawRule> rules;          // RRULE
    std::vector<WallTime> more;          // RDATE
    std::vector<WallTime> not_on;        // EXDATE
    std::optional<WallTime> instead_of;  // RECURRENCE-ID
};

/// One of a VTIMEZONE's parts: from each onset on, `offset` is added to UTC.
struct RawOnset {
    Time shown;  // by the clocks before
    Duration before;
    Duration offset;
    std::optional<RawRule> rule;
    std::vector<Time> more;
};
struct RawZone {
    std::string name;
    std::vector<RawOnset> onsets;
};

struct RawCalendar {
    std::vector<RawEvent> events;
    std::vector<RawZone> zones;
    std::size_t not_understood = 0;  // events without a time that can be read
};

struct IcsLimits {
    std::size_t bytes_max = 4U << 20U;
    std::size_t components_max = 20'000;
    std::size_t dates_max = 2000;  // RDATE or EXDATE of one event; more are left out
};

/// Errors: invalid_input (no calendar), exhausted (too much of something, with the limit).
[[nodiscard]] Result<RawCalendar> read_ics(std::string_view text, const IcsLimits& limits = {});

}  // namespace foxtail::calendar
