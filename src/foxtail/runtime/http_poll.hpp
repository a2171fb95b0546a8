#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/runtime/http_fetch.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace foxtail {

/// When to ask again: after a good answer in `every`; after failures in `first`, twice that, and so
/// on up to `every`. No chance in it: equal histories give equal times.
class Backoff {
public:
    explicit Backoff(Duration every, Duration first = minutes(1)) : every_(every), first_(first) {}

    [[nodiscard]] Duration after_answer();
    /// `wanted`: what the other side asked for (Retry-After); never sooner than that, a day at
    /// most.
    [[nodiscard]] Duration after_failure(Duration wanted = {});
    [[nodiscard]] int failures() const { return failures_; }

private:
    Duration every_;
    Duration first_;
    int failures_ = 0;  // in a row
};

/// Asks a server for the same thing again and again. An answer that has not changed (304) is not
/// told again. On the context's thread.
class HttpPoll {
public:
    /// The body of each new answer; or why there is none. Any status but 200, 207 and 304 is a
    /// failure: denied (401, 403), not_found (404, 410), else unavailable, with the beginning of
    /// the body.
    using Told = std::function<void(Result<std::string>)>;

    HttpPoll(boost::asio::io_context& context, FetchRequest what, Duration every, Told told,
             Duration first_retry = minutes(1));
    /// Nothing is told afterwards.
    ~HttpPoll();
    HttpPoll(const HttpPoll&) = delete;
    HttpPoll& operator=(const HttpPoll&) = delete;

    /// Asks now, also when it is not time yet.
    void ask();

    struct Figures {
        std::uint64_t asked = 0;
        std::uint64_t answered = 0;  // with something new
        std::uint64_t unchanged = 0;
        std::uint64_t failed = 0;
        int failed_in_a_row = 0;
        std::string last_failure;  // empty = the last was an answer
        Duration next_in;          // from the last answer or failure on
    };
    [[nodiscard]] const Figures& figures() const;

private:
    struct Core;
    std::shared_ptr<Core> core_;
};

}  // namespace foxtail
