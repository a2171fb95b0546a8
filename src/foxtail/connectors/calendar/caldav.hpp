#pragma once

#include "foxtail/base/environment.hpp"
#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/runtime/http_fetch.hpp"
#include "foxtail/runtime/http_poll.hpp"

#include <functional>
#include <string>

namespace foxtail::calendar {

/// A calendar on a CalDAV server, asked again and again: whether it changed, and if so for the
/// events of the time ahead. It only reads. Redirects are not followed: the password is for this
/// address. On the context's thread.
class CalDav {
public:
    struct Account {
        std::string url;            // of the calendar, not of the account
        std::string authorization;  // "Basic ..."
        Duration every = minutes(15);
        Duration ahead = hours(48);  // what is asked for, from a day before now on
        std::string trusted;         // PEM of authorities that are trusted beside the system's
    };
    /// All its events as one iCalendar text, when they may have changed; or why there are none.
    using Told = std::function<void(Result<std::string>)>;

    /// `context` and `clock` must outlive it. Nothing is told after the destructor.
    CalDav(boost::asio::io_context& context, Clock& clock, Account account, Told told);

    void ask() { poll_.ask(); }

private:
    [[nodiscard]] FetchRequest question(std::string method, std::string depth,
                                        std::string body) const;
    void look(const Result<std::string>& changed);
    void take(Result<HttpResponse> answer, std::string change, Time asked_at);

    Clock& clock_;
    Account account_;
    Told told_;
    std::string change_;  // of what was told last; empty = nothing yet, or the server has none
    Time told_at_;
    HttpFetch fetch_;
    HttpPoll poll_;
};

}  // namespace foxtail::calendar
