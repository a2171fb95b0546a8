#include "foxtail/connectors/calendar/ical.hpp"

#include "foxtail/base/utf8.hpp"

#include <algorithm>
#include <memory>

#include <libical/ical.h>

namespace foxtail::calendar {
namespace {

constexpr std::size_t depth_max = 4;  // VCALENDAR, VTIMEZONE, STANDARD, and one to spare
constexpr std::size_t rules_each_max = 8;
constexpr std::size_t zones_max = 64;
constexpr std::size_t title_bytes_max = 500;
constexpr std::size_t text_bytes_max = 4000;

struct ComponentFree {
    void operator()(icalcomponent* one) const { icalcomponent_free(one); }
};
using Component = std::unique_ptr<icalcomponent, ComponentFree>;

bool starts_with_word(std::string_view line, std::string_view word) {
    return line.size() >= word.size() && fold_case(line.substr(0, word.size())) == word;
}

/// Lines that go on (RFC 5545, 3.1) as one.
std::string unfolded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto rest = text.substr(i);
        if (rest.starts_with("\r\n ") || rest.starts_with("\r\n\t")) {
            i += 2;
        } else if (rest.starts_with("\n ") || rest.starts_with("\n\t")) {
            i += 1;
        } else if (text[i] == '\0') {
            out += '?';
        } else {
            out += text[i];
        }
    }
    return out;
}

/// libical takes its components apart by recursion, so how deep they go is looked at before.
Result<void> check_nesting(std::string_view text, const IcsLimits& limits) {
    std::vector<std::string> open;
    std::size_t components = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
        while (!line.empty() && (line.front() == ' ' || line.front() == '\t'))
            line.remove_prefix(1);
        if (starts_with_word(line, "begin")) {
            if (++components > limits.components_max)
                return fail(Code::exhausted,
                            "more than " + std::to_string(limits.components_max) + " components");
            open.push_back(fold_case(line.substr(std::min<std::size_t>(line.size(), 6))));
            if (open.size() > depth_max)
                return fail(Code::invalid_input, "components deeper than 4");
        } else if (starts_with_word(line, "end:")) {
            if (open.empty() || open.back() != fold_case(line.substr(4)))
                return fail(Code::invalid_input,
                            "END:" + printable(line.substr(4), 30) + " closes what is not open");
            open.pop_back();
        }
    }
    if (!open.empty())
        return fail(Code::invalid_input, "it ends within " + printable(open.back(), 30));
    return {};
}

Time shown_by(const icaltimetype& t) {
    Civil civil;
    civil.year = t.year;
    civil.month = t.month;
    civil.day = t.day;
    if (!t.is_date) {
        civil.hour = t.hour;
        civil.minute = t.minute;
        civil.second = std::min(t.second, 59);
    }
    return time_from(civil);
}

std::optional<WallTime> wall_time(const icaltimetype& t, const std::string& zone) {
    const bool sane = !icaltime_is_null_time(t) && t.year >= 1600 && t.year <= 2200 &&
                      t.month >= 1 && t.month <= 12 && t.day >= 1 && t.day <= 31 && t.hour >= 0 &&
                      t.hour <= 24 && t.minute >= 0 && t.minute < 60 && t.second >= 0 &&
                      t.second <= 60;
    if (!sane) return std::nullopt;
    WallTime out;
    out.shown = shown_by(t);
    out.date = t.is_date != 0;
    out.utc = icaltime_is_utc(t) != 0;
    if (!out.utc && !out.date) out.zone = zone;
    return out;
}

std::string zone_of(icalproperty* property) {
    auto* parameter = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
    const char* name = parameter != nullptr ? icalparameter_get_tzid(parameter) : nullptr;
    return name != nullptr ? printable(name, 200) : std::string();
}

std::string text_in(icalcomponent* event, icalproperty_kind kind, std::size_t bytes_max) {
    auto* property = icalcomponent_get_first_property(event, kind);
    if (property == nullptr) return {};
    auto* value = icalproperty_get_value(property);
    const char* text = value != nullptr ? icalvalue_get_text(value) : nullptr;
    return text != nullptr ? printable(text, bytes_max) : std::string();
}

icaltimetype datetime_of(icalproperty* property) {
    auto* value = icalproperty_get_value(property);
    if (value == nullptr) return icaltime_null_time();
    switch (icalvalue_isa(value)) {
        case ICAL_DATE_VALUE:
            return icalvalue_get_date(value);
        case ICAL_DATETIME_VALUE:
            return icalvalue_get_datetime(value);
        case ICAL_DATETIMEPERIOD_VALUE: {
            const auto both = icalvalue_get_datetimeperiod(value);
            return icaltime_is_null_time(both.time) ? both.period.start : both.time;
        }
        case ICAL_PERIOD_VALUE:
            return icalvalue_get_period(value).start;
        default:
            return icaltime_null_time();
    }
}

std::optional<WallTime> time_in(icalcomponent* event, icalproperty_kind kind) {
    auto* property = icalcomponent_get_first_property(event, kind);
    if (property == nullptr) return std::nullopt;
    return wall_time(datetime_of(property), zone_of(property));
}

std::vector<WallTime> times_in(icalcomponent* event, icalproperty_kind kind, std::size_t most) {
    std::vector<WallTime> out;
    for (auto* property = icalcomponent_get_first_property(event, kind);
         property != nullptr && out.size() < most;
         property = icalcomponent_get_next_property(event, kind)) {
        if (auto t = wall_time(datetime_of(property), zone_of(property)))
            out.push_back(std::move(*t));
    }
    return out;
}

void copy_list(const short* from, std::size_t size, std::vector<int>& to) {
    for (std::size_t i = 0; i < size && from[i] != ICAL_RECURRENCE_ARRAY_MAX; ++i)
        to.push_back(from[i]);
}

std::optional<Rule::Every> every_of(icalrecurrencetype_frequency frequency) {
    switch (frequency) {
        case ICAL_DAILY_RECURRENCE:
            return Rule::Every::day;
        case ICAL_WEEKLY_RECURRENCE:
            return Rule::Every::week;
        case ICAL_MONTHLY_RECURRENCE:
            return Rule::Every::month;
        case ICAL_YEARLY_RECURRENCE:
            return Rule::Every::year;
        default:
            return std::nullopt;
    }
}

RawRule raw_rule(icalproperty* property) {
    const auto given = icalproperty_get_rrule(property);
    RawRule out;
    const auto every = every_of(given.freq);
    const auto used = [](const short* list) { return list[0] != ICAL_RECURRENCE_ARRAY_MAX; };
    // Several times a day are several events for us, which nobody writes.
    if (!every || used(given.by_hour) || used(given.by_minute) || used(given.by_second)) return out;
    out.understood = true;
    out.rule.every = *every;
    out.rule.interval = std::max<int>(given.interval, 1);
    out.rule.count = std::max(given.count, 0);
    const int week_begins = static_cast<int>(given.week_start);
    out.rule.week_begins = week_begins >= 1 && week_begins <= 7 ? week_begins - 1 : 1;
    copy_list(given.by_month, ICAL_BY_MONTH_SIZE, out.rule.months);
    copy_list(given.by_month_day, ICAL_BY_MONTHDAY_SIZE, out.rule.month_days);
    copy_list(given.by_year_day, ICAL_BY_YEARDAY_SIZE, out.rule.year_days);
    copy_list(given.by_week_no, ICAL_BY_WEEKNO_SIZE, out.rule.weeks);
    copy_list(given.by_set_pos, ICAL_BY_SETPOS_SIZE, out.rule.positions);
    for (std::size_t i = 0; i < ICAL_BY_DAY_SIZE; ++i) {
        const short day = given.by_day[i];
        if (day == ICAL_RECURRENCE_ARRAY_MAX) break;
        const int weekday = static_cast<int>(icalrecurrencetype_day_day_of_week(day)) - 1;
        if (weekday < 0 || weekday > 6) continue;
        out.rule.weekdays.push_back({weekday, icalrecurrencetype_day_position(day)});
    }
    out.until = wall_time(given.until, {});
    return out;
}

std::vector<RawRule> rules_in(icalcomponent* event) {
    std::vector<RawRule> out;
    for (auto* property = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
         property != nullptr && out.size() < rules_each_max;
         property = icalcomponent_get_next_property(event, ICAL_RRULE_PROPERTY))
        out.push_back(raw_rule(property));
    return out;
}

std::optional<RawEvent> raw_event(icalcomponent* event, const IcsLimits& limits) {
    RawEvent out;
    const auto start = time_in(event, ICAL_DTSTART_PROPERTY);
    if (!start) return std::nullopt;
    out.start = *start;
    out.uid = text_in(event, ICAL_UID_PROPERTY, title_bytes_max);
    out.summary = text_in(event, ICAL_SUMMARY_PROPERTY, title_bytes_max);
    out.location = text_in(event, ICAL_LOCATION_PROPERTY, title_bytes_max);
    out.description = text_in(event, ICAL_DESCRIPTION_PROPERTY, text_bytes_max);
    auto* status = icalcomponent_get_first_property(event, ICAL_STATUS_PROPERTY);
    out.cancelled = status != nullptr && icalproperty_get_status(status) == ICAL_STATUS_CANCELLED;
    out.end = time_in(event, ICAL_DTEND_PROPERTY);
    if (auto* property = icalcomponent_get_first_property(event, ICAL_DURATION_PROPERTY)) {
        const int s = icaldurationtype_as_int(icalproperty_get_duration(property));
        if (s >= 0) out.length = seconds(s);
    }
    out.rules = rules_in(event);
    out.more = times_in(event, ICAL_RDATE_PROPERTY, limits.dates_max);
    out.not_on = times_in(event, ICAL_EXDATE_PROPERTY, limits.dates_max);
    out.instead_of = time_in(event, ICAL_RECURRENCEID_PROPERTY);
    return out;
}

std::optional<RawOnset> raw_onset(icalcomponent* part, const IcsLimits& limits) {
    const auto start = time_in(part, ICAL_DTSTART_PROPERTY);
    auto* from = icalcomponent_get_first_property(part, ICAL_TZOFFSETFROM_PROPERTY);
    auto* to = icalcomponent_get_first_property(part, ICAL_TZOFFSETTO_PROPERTY);
    if (!start || from == nullptr || to == nullptr) return std::nullopt;
    RawOnset out;
    out.shown = start->shown;
    out.before = seconds(icalproperty_get_tzoffsetfrom(from));
    out.offset = seconds(icalproperty_get_tzoffsetto(to));
    constexpr Duration furthest = hours(26);
    for (const auto offset : {out.before, out.offset}) {
        if (offset > furthest || offset < Duration{} - furthest) return std::nullopt;
    }
    const auto rules = rules_in(part);
    if (!rules.empty()) out.rule = rules.front();
    for (const auto& t : times_in(part, ICAL_RDATE_PROPERTY, limits.dates_max))
        out.more.push_back(t.shown);
    return out;
}

RawZone raw_zone(icalcomponent* component, const IcsLimits& limits) {
    RawZone zone;
    zone.name = text_in(component, ICAL_TZID_PROPERTY, 200);
    for (const auto kind : {ICAL_XSTANDARD_COMPONENT, ICAL_XDAYLIGHT_COMPONENT}) {
        for (auto* part = icalcomponent_get_first_component(component, kind); part != nullptr;
             part = icalcomponent_get_next_component(component, kind)) {
            if (auto onset = raw_onset(part, limits)) zone.onsets.push_back(std::move(*onset));
        }
    }
    return zone;
}

void collect(icalcomponent* calendar, const IcsLimits& limits, RawCalendar& out) {
    for (auto* zone = icalcomponent_get_first_component(calendar, ICAL_VTIMEZONE_COMPONENT);
         zone != nullptr && out.zones.size() < zones_max;
         zone = icalcomponent_get_next_component(calendar, ICAL_VTIMEZONE_COMPONENT))
        out.zones.push_back(raw_zone(zone, limits));
    for (auto* event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
         event != nullptr;
         event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        if (auto raw = raw_event(event, limits)) {
            out.events.push_back(std::move(*raw));
        } else {
            ++out.not_understood;
        }
    }
}

}  // namespace

Result<RawCalendar> read_ics(std::string_view text, const IcsLimits& limits) {
    if (text.size() > limits.bytes_max)
        return fail(Code::exhausted, "calendar of " + std::to_string(text.size()) +
                                         " bytes, limit " + std::to_string(limits.bytes_max));
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const auto whole = unfolded(text);
    if (const auto good = check_nesting(whole, limits); !good) return fail(good.error());
    icalerror_set_errors_are_fatal(false);
    const Component root(icalparser_parse_string(whole.c_str()));
    if (!root) return fail(Code::invalid_input, "no calendar: nothing in it could be read");
    RawCalendar out;
    bool calendar = false;
    if (icalcomponent_isa(root.get()) == ICAL_VCALENDAR_COMPONENT) {
        calendar = true;
        collect(root.get(), limits, out);
    }
    for (auto* one = icalcomponent_get_first_component(root.get(), ICAL_VCALENDAR_COMPONENT);
         one != nullptr;
         one = icalcomponent_get_next_component(root.get(), ICAL_VCALENDAR_COMPONENT)) {
        calendar = true;
        collect(one, limits, out);
    }
    if (!calendar) return fail(Code::invalid_input, "no calendar: there is no BEGIN:VCALENDAR");
    return out;
}

}  // namespace foxtail::calendar
