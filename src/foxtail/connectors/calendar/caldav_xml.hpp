#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace foxtail::calendar {

/// What of CalDAV (RFC 4791 over WebDAV, RFC 4918) is spoken: a calendar is asked whether it has
/// changed, and for the events of a span of time. Pure; nothing is ever written.

/// The body of a PROPFIND (Depth: 0) for what changes when the calendar does.
[[nodiscard]] std::string change_question();
/// The body of a REPORT (Depth: 1): events that touch [from, until), whole, repetitions unresolved.
[[nodiscard]] std::string events_question(Time from, Time until);

/// One resource of a 207 answer, with what was told of it ("200 OK") and nothing of the rest.
struct DavResource {
    std::string href;
    std::string change;         // getctag of the calendar, else its sync-token; empty = none
    std::string etag;           // of an object
    std::string calendar_data;  // iCalendar; of an object
};
/// Reads a multistatus document. Names are taken without their prefix: whose they are is told by
/// the question. Errors: invalid_input (no such document), exhausted.
[[nodiscard]] Result<std::vector<DavResource>> read_multistatus(std::string_view xml);

/// All objects as one calendar, as if it had been exported; what stands around the components of
/// each is left out.
[[nodiscard]] std::string one_calendar(const std::vector<DavResource>& objects);

}  // namespace foxtail::calendar
