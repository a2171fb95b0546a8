#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::calendar {

/// One event, or one of an event that comes again.
struct Event {
    std::string uid, summary, location, description;
    Time from;
    Time until;            // not before `from`
    bool all_day = false;  // by the house's clock
};

struct Events {
    std::vector<Event> events;         // by their beginning
    std::size_t left_out = 0;          // beyond the limits below, or of the work for one calendar
    std::size_t not_understood = 0;    // without a time, or by a rule that is none
    std::vector<std::string> remarks;  // what was guessed ("zone 'X' is not known ..."); 20 at most
};

constexpr std::size_t events_max = 2000;       // within the window
constexpr Duration longest_event = days(366);  // longer ones are cut

/// What of the calendar lies within [from, until): events that came again are unrolled, with
/// exceptions and changes of single ones; cancelled ones are left out. Zones are the tz database's
/// where the name is one of its, else the file's own (VTIMEZONE), else the house's; so are times
/// without a zone and days. Errors: invalid_input, exhausted.
[[nodiscard]] Result<Events> events_in(std::string_view ics, Time from, Time until,
                                       const Zone& house);

}  // namespace foxtail::calendar
