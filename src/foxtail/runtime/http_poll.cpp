#include "foxtail/runtime/http_poll.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace foxtail {
namespace {

constexpr Duration longest_wait = days(1);
constexpr std::size_t told_of_failure = 200;  // bytes of a refusal's body

std::string_view poll_header(const HttpResponse& answer, std::string_view name) {
    for (const auto& header : answer.headers) {
        if (same_ignoring_case(header.name, name)) return header.value;
    }
    return {};
}

Duration retry_after(const HttpResponse& answer) {
    const auto text = poll_header(answer, "Retry-After");
    std::int64_t s = 0;
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), s);
    const bool whole = error == std::errc() && at == text.data() + text.size();
    return whole && s > 0 && s <= 86'400 ? seconds(s) : Duration{};
}

Code code_of(unsigned status) {
    if (status == 401 || status == 403) return Code::denied;
    if (status == 404 || status == 410) return Code::not_found;
    return Code::unavailable;
}

}  // namespace

Duration Backoff::after_answer() {
    failures_ = 0;
    return every_;
}

Duration Backoff::after_failure(Duration wanted) {
    Duration wait = first_;
    for (int i = 0; i < failures_ && wait < every_; ++i) wait = wait * 2;
    ++failures_;
    return std::min(std::max(std::min(wait, every_), wanted), longest_wait);
}

struct HttpPoll::Core : std::enable_shared_from_this<HttpPoll::Core> {
    Core(boost::asio::io_context& context, FetchRequest asked, Duration every, Told then,
         Duration first_retry)
        : what(std::move(asked)),
          told(std::move(then)),
          backoff(every, first_retry),
          fetch(context),
          timer(context) {}

    void ask() {
        if (under_way) return;
        under_way = true;
        timer.cancel();
        ++figures.asked;
        auto request = what;
        if (!tag.empty()) request.headers.push_back({"If-None-Match", tag});
        fetch.ask(std::move(request), [this](Result<HttpResponse> answer) {
            const auto keep = shared_from_this();  // who is told may end all this
            answered(std::move(answer));
        });
    }

    void answered(Result<HttpResponse> answer) {
        under_way = false;
        if (!answer) return failed(answer.error(), {});
        if (answer->status == 304 && !tag.empty()) {
            ++figures.unchanged;
            figures.last_failure.clear();
            figures.failed_in_a_row = 0;
            return again(backoff.after_answer());
        }
        if (answer->status != 200 && answer->status != 207) {
            auto words =
                std::to_string(answer->status) + " " + std::string(reason_phrase(answer->status));
            if (!answer->body.empty()) words += ": " + answer->body.substr(0, told_of_failure);
            return failed({code_of(answer->status), std::move(words)}, retry_after(*answer));
        }
        tag = std::string(poll_header(*answer, "ETag"));
        ++figures.answered;
        figures.last_failure.clear();
        figures.failed_in_a_row = 0;
        again(backoff.after_answer());
        if (told) told(std::move(answer->body));
    }

    void failed(const Error& error, Duration wanted) {
        ++figures.failed;
        figures.last_failure = error.message;
        const auto wait = backoff.after_failure(wanted);
        figures.failed_in_a_row = backoff.failures();
        again(wait);
        if (told) told(fail(error));
    }

    void again(Duration wait) {
        figures.next_in = wait;
        timer.expires_after(std::chrono::microseconds(wait.us));
        timer.async_wait([weak = weak_from_this()](boost::system::error_code e) {
            const auto self = weak.lock();
            if (!e && self) self->ask();
        });
    }

    FetchRequest what;
    Told told;
    Backoff backoff;
    HttpFetch fetch;
    boost::asio::steady_timer timer;
    std::string tag;
    bool under_way = false;
    Figures figures;
};

HttpPoll::HttpPoll(boost::asio::io_context& context, FetchRequest what, Duration every, Told told,
                   Duration first_retry)
    : core_(std::make_shared<Core>(context, std::move(what), every, std::move(told), first_retry)) {
}

HttpPoll::~HttpPoll() {
    core_->told = nullptr;
    core_->timer.cancel();
}

void HttpPoll::ask() {
    core_->ask();
}

const HttpPoll::Figures& HttpPoll::figures() const {
    return core_->figures;
}

}  // namespace foxtail
