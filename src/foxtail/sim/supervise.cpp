#include "foxtail/sim/supervise.hpp"

#include "foxtail/sim/link.hpp"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace foxtail::sim {
namespace {

constexpr std::int64_t wait_first_ms = 500;
constexpr std::int64_t wait_last_ms = 30'000;
constexpr std::int64_t healthy_ms = 10'000;  // ran that long: the next failure is a new one
constexpr std::int64_t stop_ms = 3000;

struct Child {
    const std::vector<std::string>* arguments = nullptr;
    pid_t pid = 0;  // 0: not running
    std::int64_t started_ms = 0;
    std::int64_t wait_ms = wait_first_ms;
    std::int64_t not_before_ms = 0;
};

[[noreturn]] void become(const std::string& program, const std::vector<std::string>& arguments,
                         pid_t parent, const sigset_t& mask) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    // The parent may have died between fork and prctl.
    if (::getppid() != parent) {
        ::_exit(0);
    }
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) {
        argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    ::execv(program.c_str(), argv.data());
    std::perror("exec");
    ::_exit(127);
}

void start(Child& child, const std::string& program, const sigset_t& mask) {
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) {
        become(program, *child.arguments, parent, mask);
    }
    child.started_ms = steady_ms();
    if (pid < 0) {
        child.not_before_ms = child.started_ms + wait_last_ms;
        return;
    }
    child.pid = pid;
}

void reap(std::vector<Child>& children, bool stopping) {
    int status = 0;
    for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0;
         pid = ::waitpid(-1, &status, WNOHANG)) {
        for (Child& child : children) {
            if (child.pid != pid) {
                continue;
            }
            child.pid = 0;
            const std::int64_t now_ms = steady_ms();
            child.wait_ms = now_ms - child.started_ms > healthy_ms
                                ? wait_first_ms
                                : std::min(child.wait_ms * 2, wait_last_ms);
            child.not_before_ms = now_ms + child.wait_ms;
            if (!stopping) {
                std::fprintf(stderr, "foxtail-sim: %s ended (status %d); again in %lld ms\n",
                             child.arguments->back().c_str(), status,
                             static_cast<long long>(child.wait_ms));
            }
        }
    }
}

bool any_running(const std::vector<Child>& children) {
    return std::any_of(children.begin(), children.end(), [](const Child& c) { return c.pid != 0; });
}

void signal_all(const std::vector<Child>& children, int signal) {
    for (const Child& child : children) {
        if (child.pid != 0) {
            ::kill(child.pid, signal);
        }
    }
}

}  // namespace

int supervise(const std::string& program, const std::vector<std::vector<std::string>>& commands) {
    sigset_t mine;
    sigset_t before;
    sigemptyset(&mine);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) {
        sigaddset(&mine, signal);
    }
    ::sigprocmask(SIG_BLOCK, &mine, &before);
    std::vector<Child> children;
    for (const auto& arguments : commands) {
        children.push_back({&arguments});
    }
    bool stop = false;
    while (!stop) {
        for (Child& child : children) {
            if (child.pid == 0 && steady_ms() >= child.not_before_ms) {
                start(child, program, before);
            }
        }
        const timespec wait{0, 250'000'000};
        const int signal = ::sigtimedwait(&mine, nullptr, &wait);
        stop = signal == SIGTERM || signal == SIGINT || signal == SIGHUP;
        reap(children, stop);
    }
    signal_all(children, SIGTERM);
    const std::int64_t until_ms = steady_ms() + stop_ms;
    while (any_running(children)) {
        const timespec wait{0, 50'000'000};
        ::sigtimedwait(&mine, nullptr, &wait);
        reap(children, true);
        if (steady_ms() > until_ms) {
            signal_all(children, SIGKILL);
        }
    }
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return 0;
}

}  // namespace foxtail::sim
