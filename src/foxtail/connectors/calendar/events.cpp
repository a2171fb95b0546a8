#include "foxtail/connectors/calendar/events.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/calendar/ical.hpp"
#include "foxtail/connectors/calendar/zones.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace foxtail::calendar {
namespace {

using Moments = std::set<Time>;

/// Unrolls the events of one calendar.
class Unrolling {
public:
    Unrolling(const RawCalendar& raw, Time from, Time until, const Zone& house)
        : raw_(raw),
          from_(from),
          until_(until),
          zones_(raw.zones, house, from, until, budget_, out_.remarks) {}

    Events unroll() {
        out_.not_understood = raw_.not_understood;
        for (const auto& event : raw_.events) {
            if (event.instead_of) replaced_[event.uid].insert(zones_.moment_of(*event.instead_of));
        }
        for (const auto& event : raw_.events) {
            if (event.cancelled) continue;
            if (event.instead_of || (event.rules.empty() && event.more.empty())) {
                add(event, event.start.shown);
            } else {
                series(event);
            }
        }
        std::stable_sort(out_.events.begin(), out_.events.end(),
                         [](const Event& a, const Event& b) {
                             return a.from != b.from ? a.from < b.from : a.uid < b.uid;
                         });
        if (out_.events.size() > events_max) {
            out_.left_out += out_.events.size() - events_max;
            out_.events.resize(events_max);
        }
        return std::move(out_);
    }

private:
    /// How long, by the clocks: a day stays a day when they change.
    [[nodiscard]] Duration length_of(const RawEvent& event) {
        Duration length = event.start.date ? days(1) : Duration{};
        if (event.length) {
            length = *event.length;
        } else if (event.end) {
            const bool same = zones_.zone_of(*event.end).offset_at(from_) ==
                              zones_.zone_of(event.start).offset_at(from_);
            length = same ? event.end->shown - event.start.shown
                          : zones_.moment_of(*event.end) - zones_.moment_of(event.start);
        }
        return std::clamp(length, Duration{}, longest_event);
    }

    void add(const RawEvent& event, Time shown) {
        WallTime begin = event.start;
        begin.shown = shown;
        Event one;
        one.from = zones_.moment_of(begin);
        begin.shown = shown + length_of(event);
        // A day's end is the midnight after it; an hour's is so much later, whatever the clocks do.
        one.until = event.start.date || length_of(event) >= days(1)
                        ? std::max(zones_.moment_of(begin), one.from)
                        : one.from + length_of(event);
        const bool within = one.from < until_ && (one.until > from_ || one.from >= from_);
        if (!within) return;
        if (out_.events.size() >= 2 * events_max) {
            ++out_.left_out;
            return;
        }
        one.all_day = event.start.date;
        one.uid = event.uid;
        one.summary = event.summary;
        one.location = event.location;
        one.description = event.description;
        out_.events.push_back(std::move(one));
    }

    [[nodiscard]] Moments exceptions(const RawEvent& event, std::set<std::int64_t>& whole_days) {
        Moments out;
        for (const auto& t : event.not_on) {
            if (t.date && !event.start.date) whole_days.insert(t.shown.us / days(1).us);
            out.insert(zones_.moment_of(t));
        }
        if (const auto own = replaced_.find(event.uid); own != replaced_.end())
            out.insert(own->second.begin(), own->second.end());
        return out;
    }

    void series(const RawEvent& event) {
        std::set<std::int64_t> days_off;
        const auto off = exceptions(event, days_off);
        std::set<Time> shown_times;  // each once, however many rules say it
        const auto take = [&](Time shown) {
            WallTime t = event.start;
            t.shown = shown;
            if (days_off.contains(shown.us / days(1).us) || off.contains(zones_.moment_of(t)))
                return;
            if (shown_times.insert(shown).second) add(event, shown);
        };
        const auto length = length_of(event);
        const Time first = from_ - length - days(2);
        const Time last = until_ + days(2);
        take(event.start.shown);
        for (const auto& rule : event.rules) {
            if (!rule.understood) {
                ++out_.not_understood;
                continue;
            }
            const bool whole = each_by_rule(rule.rule, event.start.shown, first,
                                            end_of(rule, event, last), budget_, [&](Time shown) {
                                                take(shown);
                                                return out_.events.size() < 2 * events_max;
                                            });
            if (!whole) ++out_.left_out;
        }
        for (const auto& t : event.more) {
            const auto moment = zones_.moment_of(t);
            take(moment + zones_.zone_of(event.start).offset_at(moment));
        }
    }

    /// UNTIL, as the event's own clocks show it.
    [[nodiscard]] Time end_of(const RawRule& rule, const RawEvent& event, Time last) {
        const auto& end = rule.until;
        if (!end) return last;
        Time shown = end->shown;
        if (end->utc) shown = shown + zones_.zone_of(event.start).offset_at(shown);
        if (end->date) shown = shown + days(1) - Duration{1};
        return std::min(last, shown);
    }

    const RawCalendar& raw_;
    Time from_;
    Time until_;
    Events out_;
    Budget budget_;
    Zones zones_;
    std::map<std::string, Moments> replaced_;
};

}  // namespace

Result<Events> events_in(std::string_view ics, Time from, Time until, const Zone& house) {
    auto raw = read_ics(ics);
    if (!raw) return fail(raw.error());
    return Unrolling(*raw, from, until, house).unroll();
}

}  // namespace foxtail::calendar
