#include "foxtail/runtime/worker.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <pthread.h>

namespace foxtail {
namespace asio = boost::asio;

struct Worker::Shared {
    // Keeps the home context running until the answer is in.
    using HomeGuard = asio::executor_work_guard<asio::io_context::executor_type>;

    struct Job {
        std::function<void()> work;
        std::function<void()> done;
        HomeGuard guard;
    };

    Shared(asio::io_context& context, std::size_t most) : home(context), depth_max(most) {}

    void work_through();

    asio::io_context& home;
    const std::size_t depth_max;
    mutable std::mutex mutex;
    std::condition_variable more;
    std::deque<Job> jobs;
    std::size_t depth = 0;
    bool stop = false;
    std::thread thread;
};

void Worker::Shared::work_through() {
    std::unique_lock lock(mutex);
    while (true) {
        more.wait(lock, [this] { return stop || !jobs.empty(); });
        if (stop) return;
        auto job = std::move(jobs.front());
        jobs.pop_front();
        lock.unlock();
        job.work();
        job.work = nullptr;
        lock.lock();
        --depth;
        if (stop) return;
        asio::post(home, std::move(job.done));
    }
}

Worker::Worker(asio::io_context& home, std::string name, std::size_t depth_max)
    : shared_(std::make_shared<Shared>(home, depth_max)) {
    shared_->thread = std::thread([shared = shared_.get()] { shared->work_through(); });
    pthread_setname_np(shared_->thread.native_handle(), name.substr(0, 15).c_str());
}

Worker::~Worker() {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->stop = true;
    }
    shared_->more.notify_one();
    shared_->thread.join();
}

bool Worker::submit(std::function<void()> work, std::function<void()> done) {
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->depth >= shared_->depth_max) return false;
        ++shared_->depth;
        shared_->jobs.push_back(
            Shared::Job{std::move(work), std::move(done), asio::make_work_guard(shared_->home)});
    }
    shared_->more.notify_one();
    return true;
}

std::size_t Worker::depth() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->depth;
}

}  // namespace foxtail
