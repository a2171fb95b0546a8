#include "foxtail/app/plan_sources.hpp"

#include "foxtail/connectors/calendar/events.hpp"
#include "foxtail/connectors/calendar/trips.hpp"
#include "foxtail/connectors/energy/parse.hpp"
#include "foxtail/journal/base64.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

namespace foxtail {
namespace {

constexpr std::array<planner::Tells, 3> source_tells = {planner::Tells::prices_came,
                                                        planner::Tells::sun_forecast_came,
                                                        planner::Tells::weather_forecast_came};
constexpr std::array<energy::Use, 3> source_uses = {energy::Use::price, energy::Use::sun,
                                                    energy::Use::outdoor};
constexpr std::int64_t late_after = 4;  // times it should have told something

}  // namespace

std::string token_in(const std::string& file) {
    std::string line;
    if (file.empty()) return line;
    std::ifstream in(file);
    std::getline(in, line);
    return line;
}

PlanSources::PlanSources(boost::asio::io_context& io, Clock& clock, const PlanningConfig& config,
                         const Zone& zone, Ends ends)
    : io_(io), config_(config), zone_(zone), clock_(clock), ends_(std::move(ends)) {
    for (const auto& calendar : config.calendars) calendars_.push_back({calendar, {}, {}});
    const auto add = [&](Outlooker::Of what, const std::optional<SourceConfig>& source) {
        if (source) sources_.push_back({what, *source, {}, {}, {}, {}});
    };
    add(Outlooker::Of::prices, config.prices);
    add(Outlooker::Of::sun, config.sun_forecast);
    add(Outlooker::Of::outdoor, config.outdoor_forecast);
}

void PlanSources::start() {
    for (auto& source : sources_) {
        source.asked_since = clock_.now();
        if (source.config.url.empty()) continue;
        FetchRequest request;
        request.url = source.config.url;
        request.token = token_in(source.config.token_file);
        if (!source.config.token_query.empty()) {
            request.url += request.url.find('?') == std::string::npos ? '?' : '&';
            request.url += source.config.token_query + "=" + percent_encode(request.token);
            request.token.clear();
        }
        request.body = source.config.ask;
        polls_.push_back(std::make_unique<HttpPoll>(
            io_, std::move(request), source.config.every,
            [this, &source](Result<std::string> said) {
                if (said) return take(source, source.config.url, *said);
                source.failed = said.error().message;
                ends_.refused(source.config.url, {}, said.error().message);
            }));
        source.poll = polls_.back().get();
        polls_.back()->ask();
    }
    for (auto& calendar : calendars_) {
        if (!calendar.config.caldav.empty()) ask_server(calendar);
        if (calendar.config.url.empty()) continue;
        FetchRequest request;
        request.url = calendar.config.url;
        request.token = token_in(calendar.config.token_file);
        polls_.push_back(std::make_unique<HttpPoll>(io_, std::move(request), calendar.config.every,
                                                    [this, &calendar](Result<std::string> said) {
                                                        if (said)
                                                            return take(calendar, std::move(*said));
                                                        ends_.refused(calendar.config.url, {},
                                                                      said.error().message);
                                                    }));
        polls_.back()->ask();
    }
    look({clock_.now(), clock_.monotonic()});
}

void PlanSources::look(Moment now) {
    for (auto& calendar : calendars_)
        if (!calendar.config.file.empty() &&
            (calendar.text.empty() || now.mono - calendar.read_at >= calendar.config.every))
            read_file(calendar);
    // What lies two days ahead comes into sight by itself.
    if (!calendars_.empty() && now.wall - calendars_seen_ > hours(1)) tell_calendars({});
}

void PlanSources::ask_server(Calendar& calendar) {
    calendar::CalDav::Account account;
    account.url = calendar.config.caldav;
    account.authorization = "Basic " + ledger::to_base64(calendar.config.user + ":" +
                                                         token_in(calendar.config.password_file));
    account.every = calendar.config.every;
    account.ahead = config_.horizon;
    servers_.push_back(std::make_unique<calendar::CalDav>(
        io_, clock_, std::move(account), [this, &calendar](Result<std::string> said) {
            if (said) return take(calendar, std::move(*said));
            ends_.refused(calendar.config.name, {}, said.error().message);
        }));
    servers_.back()->ask();
}

void PlanSources::read_file(Calendar& calendar) {
    calendar.read_at = clock_.monotonic();
    std::ifstream in(calendar.config.file, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    if (!in) return ends_.refused(calendar.config.file, {}, "the calendar cannot be read");
    take(calendar, std::move(text));
}

void PlanSources::take(Calendar& calendar, std::string text) {
    if (calendar.text == text) return;
    const Time now = clock_.now();
    if (const auto events = calendar::events_in(text, now, now + config_.horizon, zone_); !events)
        return ends_.refused(calendar.config.name, std::string_view(text).substr(0, 200),
                             events.error().message);
    calendar.text = std::move(text);
    tell_calendars({planner::Tells::calendar_changed, {{"name", calendar.config.name}}});
}

void PlanSources::tell_calendars(planner::Told because) {
    const Time now = clock_.now();
    calendars_seen_ = now;
    calendar::TripRules rules;
    for (const auto& car : config_.cars) rules.cars.push_back({car.limits.name, car.kwh_per_km});
    for (const auto& place : config_.locations) rules.places.push_back({place.words, place.km});
    rules.absence_words = config_.absence_words;
    std::vector<planning::Trip> trips;
    std::vector<planning::Absence> absences;
    for (const auto& calendar : calendars_) {
        if (calendar.text.empty()) continue;
        const auto events = calendar::events_in(calendar.text, now, now + config_.horizon, zone_);
        if (!events) continue;  // it was told when it came
        rules.default_car = calendar.config.car;
        const auto journeys = calendar::journeys_in(events->events, rules, zone_);
        const auto& whose =
            calendar.config.person.empty() ? calendar.config.name : calendar.config.person;
        for (const auto& trip : journeys.trips)
            trips.push_back({trip.car, trip.from, trip.until, trip.kwh, 1,
                             "calendar of " + whose + ": " + trip.words});
        for (const auto& absence : journeys.absences)
            absences.push_back({absence.from, absence.until});
    }
    std::sort(trips.begin(), trips.end(),
              [](const auto& a, const auto& b) { return a.from < b.from; });
    ends_.calendars(std::move(trips), std::move(absences), std::move(because));
}

std::vector<Outlooker::Source> PlanSources::states(Time now) const {
    std::vector<Outlooker::Source> out;
    for (const auto& source : sources_) {
        const auto& url = source.config.url;
        // Only the host: a path or query may hold what is nobody's business.
        const auto begin = url.find("://") + 3;
        const auto place = url.empty() ? source.config.address
                                       : url.substr(begin, url.find_first_of("/?:", begin) - begin);
        const auto format =
            forecast::format_names.at(static_cast<std::size_t>(source.config.format));
        const Time since = source.heard.known() ? source.heard : source.asked_since;
        // "Not modified" is an answer as well.
        const bool answers = source.poll != nullptr && source.heard.known() &&
                             source.poll->figures().failed_in_a_row == 0 && source.failed.empty();
        out.push_back(
            {source.what, std::string(format) + ", " + place, source.heard, source.failed,
             !answers && since.known() && now - since > source.config.every * late_after});
    }
    return out;
}

bool PlanSources::said(std::string_view address, std::string_view text) {
    bool known = false;
    for (auto& source : sources_) {
        if (source.config.address != address) continue;
        known = true;
        take(source, source.config.address, text);
    }
    return known;
}

void PlanSources::take(Source& source, const std::string& name, std::string_view text) {
    if (source.last == text) {
        source.heard = clock_.now();
        source.failed.clear();
        return;
    }
    const auto index = static_cast<std::size_t>(source.what);
    const energy::Asked asked{source.config.format, source_uses.at(index), source.config.scale};
    auto told = energy::parse(asked, text, zone_);
    if (!told) {
        source.failed = told.error().message;
        return ends_.refused(name, text.substr(0, 200), told.error().message);
    }
    source.heard = clock_.now();
    source.failed.clear();
    source.last = text;
    const auto until = told->series.until();
    ends_.told(source.what, std::move(told->series),
               {source_tells.at(index), {{"until", format_rfc3339(until)}}});
}

}  // namespace foxtail
