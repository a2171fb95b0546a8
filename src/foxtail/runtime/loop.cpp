#include "foxtail/runtime/loop.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace foxtail {
namespace asio = boost::asio;

namespace {

/// steady_clock and Clock::monotonic are both CLOCK_MONOTONIC.
std::chrono::steady_clock::time_point point_of(Duration at) {
    return std::chrono::steady_clock::time_point(std::chrono::microseconds(at.us));
}

}  // namespace

struct IoLoop::State : std::enable_shared_from_this<IoLoop::State> {
    explicit State(asio::io_context& context) : context_(context) {}

    struct Alarm {
        explicit Alarm(asio::io_context& context) : timer(context) {}
        asio::steady_timer timer;
        Duration at;
        std::function<void()> work;
        std::optional<Duration> waiting_for;  // what the timer is set to
    };

    void drain() {
        draining_.swap(queue_);
        posted_ = false;
        for (auto& work : draining_) work();
        draining_.clear();
    }
    void wait(int key, Alarm& alarm) {
        alarm.waiting_for = alarm.at;
        alarm.timer.expires_at(point_of(alarm.at));
        alarm.timer.async_wait([self = weak_from_this(), key](const boost::system::error_code& e) {
            if (e) return;
            if (const auto state = self.lock()) state->rang(key);
        });
    }
    void rang(int key) {
        Alarm& alarm = alarms_.at(key);
        alarm.waiting_for.reset();
        if (!alarm.work) return;
        if (std::chrono::steady_clock::now() < point_of(alarm.at)) return wait(key, alarm);
        const auto work = std::exchange(alarm.work, nullptr);
        work();
    }

    asio::io_context& context_;
    std::vector<std::function<void()>> queue_;
    std::vector<std::function<void()>> draining_;
    bool posted_ = false;
    std::map<int, Alarm> alarms_;  // a handful of keys
};

IoLoop::IoLoop(asio::io_context& context) : state_(std::make_shared<State>(context)) {}

IoLoop::~IoLoop() {
    state_->queue_.clear();
    state_->alarms_.clear();
}

void IoLoop::soon(std::function<void()> work) {
    state_->queue_.push_back(std::move(work));
    if (state_->posted_) return;
    state_->posted_ = true;
    asio::post(state_->context_, [self = std::weak_ptr<State>(state_)] {
        if (const auto state = self.lock()) state->drain();
    });
}

void IoLoop::alarm(int key, Duration at, std::function<void()> work) {
    auto& alarm = state_->alarms_.try_emplace(key, state_->context_).first->second;
    alarm.at = at;
    alarm.work = std::move(work);
    // An alarm that is only put off keeps its timer and looks again when it rings: the hub puts its
    // alarms off with every reading, and setting a timer costs a hundred times more than that.
    if (alarm.waiting_for && *alarm.waiting_for <= at) return;
    state_->wait(key, alarm);
}

}  // namespace foxtail
