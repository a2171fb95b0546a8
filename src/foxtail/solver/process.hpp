#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/base/time.hpp"
#include "foxtail/planner/solver.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace foxtail::solver {

/// Tier 2 in a process of its own, which may hang, crash or talk nonsense: it is then ended, the
/// asker is told, and the next task starts another one. Nothing here waits; everything is called,
/// and answers, on the home context's thread.
class WorkerProcess {
public:
    using Done = std::function<void(std::uint64_t number, Result<planner::Solution>)>;

    /// `command` speaks frames.hpp on its standard input and output, e.g. {"/proc/self/exe",
    /// "plan-worker"}; it starts with the first task. An answer that takes longer than `patience`
    /// will not come. `home` must outlive this.
    WorkerProcess(boost::asio::io_context& home, std::vector<std::string> command,
                  Duration patience = seconds(2));
    /// Ends the process; nobody is answered any more.
    ~WorkerProcess();
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    /// One task at a time: while one is at work the newest waits, and one that waited before it is
    /// told `conflict`. Errors: unavailable (no process, or it ended), timed_out, corrupt.
    void ask(planner::WholeTask task, Done done);

    [[nodiscard]] bool busy() const;
    /// 0 when none runs.
    [[nodiscard]] int pid() const;
    /// How many were started so far, and how many of them had to be ended.
    [[nodiscard]] std::uint64_t started() const;
    [[nodiscard]] std::uint64_t ended() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace foxtail::solver
