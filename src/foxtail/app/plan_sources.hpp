#pragma once

#include "foxtail/app/outlook.hpp"
#include "foxtail/base/environment.hpp"
#include "foxtail/base/moment.hpp"
#include "foxtail/config/planner.hpp"
#include "foxtail/connectors/calendar/caldav.hpp"
#include "foxtail/runtime/http_poll.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// Where prices and weather of the next days come from: servers that are asked, and properties
/// that say the same text. On the context's thread.
class PlanSources {
public:
    struct Ends {
        /// What a source told; `because`: "prices until 2026-11-24T23:00:00Z came".
        std::function<void(Outlooker::Of what, planner::Series series, planner::Told because)> told;
        /// What all calendars say together: trips by time, and when nobody is there.
        std::function<void(std::vector<planning::Trip> trips,
                           std::vector<planning::Absence> absences, planner::Told because)>
            calendars;
        /// What it said was not understood, or it could not be asked.
        std::function<void(const std::string& source, std::string_view sample,
                           const std::string& why)>
            refused;
    };
    /// All references must outlive it.
    PlanSources(boost::asio::io_context& io, Clock& clock, const PlanningConfig& config,
                const Zone& zone, Ends ends);

    /// Asks the servers and reads the files now, and then at their times.
    void start();
    /// Reads calendars again that lie in files, where their time has come; looks at what is known
    /// from another day's point of view.
    void look(Moment now);
    /// How each source keeps its word, as of now.
    [[nodiscard]] std::vector<Outlooker::Source> states(Time now) const;
    /// What a property that is a source says. False when it is none.
    bool said(std::string_view address, std::string_view text);

private:
    struct Source {
        Outlooker::Of what = Outlooker::Of::prices;
        SourceConfig config;
        std::string last;  // an equal answer is no news
        Time heard;        // when an answer was understood
        std::string failed;
        Time asked_since;  // the beginning of waiting for the first
        const HttpPoll* poll = nullptr;
    };
    struct Calendar {
        CalendarConfig config;
        std::string text;  // as it was read last; empty = not yet
        Duration read_at;
    };
    void take(Source& source, const std::string& name, std::string_view text);
    void take(Calendar& calendar, std::string text);
    void read_file(Calendar& calendar);
    void ask_server(Calendar& calendar);
    void tell_calendars(planner::Told because);

    boost::asio::io_context& io_;
    const PlanningConfig& config_;
    const Zone& zone_;
    Clock& clock_;
    Ends ends_;
    std::vector<Source> sources_;
    std::vector<Calendar> calendars_;
    Time calendars_seen_;
    std::vector<std::unique_ptr<HttpPoll>> polls_;
    std::vector<std::unique_ptr<calendar::CalDav>> servers_;
};

/// The first line of a file: a token. Empty when there is none to be read.
[[nodiscard]] std::string token_in(const std::string& file);

}  // namespace foxtail
