#pragma once

#include "foxtail/api/call.hpp"
#include "foxtail/api/site.hpp"

#include <memory>
#include <string>

namespace foxtail::api {

/// WS /stream: the whole picture first, then what changed, at most every 50 ms, the latest value of
/// each property. What waits for a slow reader is bounded by what there is, not by what happened.
/// docs/api.md has the frames.
[[nodiscard]] std::shared_ptr<HttpTalker> make_live_view(const Door& door, Site& site,
                                                         const Caller& caller);

/// What a server-sent-events stream shows.
struct Watched {
    std::string thing;
    std::string property;  // one property ...
    std::string event;     // ... or one event ...
    // ... or, with both empty, all properties
};
/// `after` is the Last-Event-ID, when there was one: then what came later than it is told first;
/// without one the present value of each property is.
[[nodiscard]] std::shared_ptr<HttpTalker> make_event_stream(const Door& door, Site& site,
                                                            const Caller& caller, Watched watched,
                                                            std::optional<Seq> after);

}  // namespace foxtail::api
