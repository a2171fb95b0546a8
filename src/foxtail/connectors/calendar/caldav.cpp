#include "foxtail/connectors/calendar/caldav.hpp"

#include "foxtail/connectors/calendar/caldav_xml.hpp"

#include <utility>

namespace foxtail::calendar {
namespace {

constexpr unsigned multi_status = 207;
constexpr Duration asked_behind = days(1);   // events under way, and clocks that differ
constexpr Duration window_moves = hours(6);  // an unchanged calendar has new days ahead

}  // namespace

CalDav::CalDav(boost::asio::io_context& context, Clock& clock, Account account, Told told)
    : clock_(clock),
      account_(std::move(account)),
      told_(std::move(told)),
      fetch_(context),
      poll_(context, question("PROPFIND", "0", change_question()), account_.every,
            [this](const Result<std::string>& changed) { look(changed); }) {}

FetchRequest CalDav::question(std::string method, std::string depth, std::string body) const {
    FetchRequest request;
    request.url = account_.url;
    request.method = std::move(method);
    request.body = std::move(body);
    request.headers = {{"Depth", std::move(depth)},
                       {"Content-Type", "application/xml; charset=utf-8"},
                       {"Authorization", account_.authorization}};
    request.trusted = account_.trusted;
    return request;
}

void CalDav::look(const Result<std::string>& changed) {
    if (!changed) return told_(fail(changed.error()));
    const auto told = read_multistatus(*changed);
    if (!told) return told_(fail(told.error()));
    const auto change = told->empty() ? std::string() : told->front().change;
    const Time now = clock_.now();
    const bool same = !change.empty() && change == change_;
    if (same && now - told_at_ < window_moves && now >= told_at_) return;
    fetch_.ask(
        question("REPORT", "1",
                 events_question(now - asked_behind,
                                 now + account_.ahead + window_moves + asked_behind)),
        [this, change, now](Result<HttpResponse> answer) { take(std::move(answer), change, now); });
}

void CalDav::take(Result<HttpResponse> answer, std::string change, Time asked_at) {
    if (!answer) return told_(fail(answer.error()));
    if (answer->status != multi_status)
        return told_(fail(Code::unavailable, "the events: " + std::to_string(answer->status) + " " +
                                                 std::string(reason_phrase(answer->status))));
    const auto objects = read_multistatus(answer->body);
    if (!objects) return told_(fail(objects.error()));
    change_ = std::move(change);
    told_at_ = asked_at;
    told_(one_calendar(*objects));
}

}  // namespace foxtail::calendar
