#include "foxtail/solver/process.hpp"

#include "foxtail/solver/frames.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;  // NOLINT: as POSIX has it

namespace foxtail::solver {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// A started process and our end of the line to it.
struct Spawned {
    pid_t pid = 0;
    int line = -1;
};

Result<Spawned> spawn(const std::vector<std::string>& command) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return fail(Code::unavailable, std::string("no socket pair: ") + std::strerror(errno));
    }
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<char*> words;
    for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));  // NOLINT
    words.push_back(nullptr);
    pid_t pid = 0;
    const int failed =
        ::posix_spawnp(&pid, words.front(), &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (failed != 0) {
        ::close(ends[0]);
        return fail(Code::unavailable,
                    "the plan worker does not start: " + std::string(std::strerror(failed)));
    }
    return Spawned{pid, ends[0]};
}

}  // namespace

class WorkerProcess::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::io_context& home, std::vector<std::string> command, Duration patience)
        : home_(home),
          command_(std::move(command)),
          patience_(patience),
          line_(home),
          clock_(home) {}

    void ask(planner::WholeTask task, Done done) {
        if (now_) {
            if (next_) tell(std::move(*next_), fail(Code::conflict, "a newer task came"));
            next_ = Job{std::move(task), std::move(done)};
            return;
        }
        now_ = Job{std::move(task), std::move(done)};
        begin();
    }

    void end() {
        ended_ = true;
        now_.reset();
        next_.reset();
        stop();
    }

    bool busy() const { return now_.has_value(); }
    int pid() const { return pid_; }

    std::uint64_t starts = 0;
    std::uint64_t stops = 0;

private:
    struct Job {
        planner::WholeTask task;
        Done done;
    };

    /// Later, so that whoever asks is never answered within its own call.
    void tell(Job job, Result<planner::Solution> answer) {
        asio::post(home_, [self = shared_from_this(), number = job.task.number,
                           done = std::move(job.done), answer = std::move(answer)] {
            if (!self->ended_) done(number, answer);
        });
    }

    void begin() {
        if (pid_ == 0) {
            auto spawned = spawn(command_);
            if (!spawned) {
                finish(fail(spawned.error()));
                return;
            }
            pid_ = spawned->pid;
            line_.assign(asio::local::stream_protocol(), spawned->line);
            ++starts;
        }
        const auto turn = ++turn_;
        bytes_ = encode(now_->task);
        clock_.expires_after(std::chrono::microseconds(patience_.us));
        clock_.async_wait([self = shared_from_this(), turn](error_code e) {
            if (!e && turn == self->turn_) self->give_up(Code::timed_out, "no answer in time");
        });
        asio::async_write(line_, asio::buffer(bytes_),
                          [self = shared_from_this(), turn](error_code e, std::size_t) {
                              if (turn != self->turn_) return;
                              if (e) return self->give_up(Code::unavailable, e.message());
                              self->read_head(turn);
                          });
    }

    void read_head(std::uint64_t turn) {
        bytes_.assign(frame_head_bytes, '\0');
        asio::async_read(line_, asio::buffer(bytes_),
                         [self = shared_from_this(), turn](error_code e, std::size_t) {
                             if (turn != self->turn_) return;
                             if (e) return self->give_up(Code::unavailable, e.message());
                             const auto size = decode_head(self->bytes_);
                             if (!size) return self->give_up(Code::corrupt, size.error().message);
                             self->read_rest(turn, *size);
                         });
    }

    void read_rest(std::uint64_t turn, std::size_t size) {
        bytes_.assign(size, '\0');
        asio::async_read(line_, asio::buffer(bytes_),
                         [self = shared_from_this(), turn](error_code e, std::size_t) {
                             if (turn != self->turn_) return;
                             if (e) return self->give_up(Code::unavailable, e.message());
                             auto answer = decode_answer(self->bytes_);
                             if (!answer || answer->number != self->now_->task.number) {
                                 return self->give_up(Code::corrupt, "not the answer asked for");
                             }
                             self->finish(std::move(answer->solution));
                         });
    }

    /// The process is not to be trusted any further.
    void give_up(Code code, const std::string& why) {
        ++stops;
        stop();
        finish(fail(code, "plan worker: " + why));
    }

    void finish(Result<planner::Solution> answer) {
        ++turn_;
        clock_.cancel();
        bytes_.clear();
        bytes_.shrink_to_fit();
        auto job = std::move(*now_);
        now_.reset();
        tell(std::move(job), std::move(answer));
        if (!next_) return;
        now_ = std::move(next_);
        next_.reset();
        begin();
    }

    void stop() {
        ++turn_;
        clock_.cancel();
        error_code ignored;
        line_.close(ignored);
        if (pid_ == 0) return;
        ::kill(pid_, SIGKILL);
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = 0;
    }

    asio::io_context& home_;
    std::vector<std::string> command_;
    Duration patience_;
    asio::local::stream_protocol::socket line_;
    asio::steady_timer clock_;
    pid_t pid_ = 0;
    std::uint64_t turn_ = 0;  // what an older turn still brings is not listened to
    std::string bytes_;
    std::optional<Job> now_, next_;
    bool ended_ = false;
};

WorkerProcess::WorkerProcess(asio::io_context& home, std::vector<std::string> command,
                             Duration patience)
    : impl_(std::make_shared<Impl>(home, std::move(command), patience)) {}

WorkerProcess::~WorkerProcess() {
    impl_->end();
}

void WorkerProcess::ask(planner::WholeTask task, Done done) {
    impl_->ask(std::move(task), std::move(done));
}
bool WorkerProcess::busy() const {
    return impl_->busy();
}
int WorkerProcess::pid() const {
    return impl_->pid();
}
std::uint64_t WorkerProcess::started() const {
    return impl_->starts;
}
std::uint64_t WorkerProcess::ended() const {
    return impl_->stops;
}

}  // namespace foxtail::solver
