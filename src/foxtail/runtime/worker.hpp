#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace boost::asio {
class io_context;
}

namespace foxtail {

/// One named thread for work that blocks or is heavy, with a bounded queue. Values go in, the
/// answer comes back on the home context's thread. Everything here is called from that thread.
class Worker {
public:
    /// `home` must outlive the worker. The name is what `top -H` shows (15 bytes at most).
    Worker(boost::asio::io_context& home, std::string name, std::size_t depth_max);
    /// Waits for the job at work; jobs still queued never run, and neither do their answers.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Runs `work` on the thread, then `done` at home. False when the queue is full: neither will
    /// run.
    [[nodiscard]] bool submit(std::function<void()> work, std::function<void()> done);

    /// As submit(), where `done` gets what `work` returned.
    template <class Work, class Done>
    [[nodiscard]] bool run(Work work, Done done) {
        using Answer = std::invoke_result_t<Work>;
        auto answer = std::make_shared<std::optional<Answer>>();
        return submit([answer, work = std::move(work)]() mutable { answer->emplace(work()); },
                      [answer, done = std::move(done)]() mutable { done(std::move(**answer)); });
    }

    /// Jobs waiting or at work.
    [[nodiscard]] std::size_t depth() const;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace foxtail
