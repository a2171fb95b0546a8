#pragma once

#include "foxtail/planner/planner.hpp"
#include "foxtail/runtime/worker.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace foxtail {

/// Makes plans beside the household's thread: the quick ones (tiers 0 and 1) on a thread of its
/// own, the proved ones in a process. Answers come back on the household's thread; none comes
/// after the destructor. At most one plan and one what-if are under way.
class PlanSolving {
public:
    struct Answer {
        planner::Plan plan;
        std::uint64_t number = 0;  // of the plan, for price()
    };
    struct WhatIf {
        planner::Plan as_is;
        planner::Plan other;
    };
    /// `prover`: the command of the process for tier 2 and its arguments; empty = none.
    PlanSolving(boost::asio::io_context& io, std::vector<std::string> prover);
    ~PlanSolving();
    PlanSolving(const PlanSolving&) = delete;
    PlanSolving& operator=(const PlanSolving&) = delete;

    /// False when one is under way.
    [[nodiscard]] bool plan(planner::Request request, std::function<void(Answer)> then);
    /// Of the last plan: something better that is proved. Comes at most once for a plan(), and not
    /// when nothing is better.
    void on_better(std::function<void(Answer)> then) { better_ = std::move(then); }
    /// What was not chosen in that plan, with what it would cost: much slower than the plan, which
    /// need not wait for it. `then` is not called when another plan was made meanwhile.
    void price(std::uint64_t number, std::function<void(std::vector<planner::Alternative>)> then);
    /// What is being carried out; steadies the next plans.
    void accept(planner::Plan plan);
    /// Two plans that differ in one thing. False when too many wait.
    [[nodiscard]] bool what_if(planner::Request as_is, planner::Request other,
                               std::function<void(WhatIf)> then);

    /// Of each request its plan, one after the other, so that a new plan waits for one of them at
    /// most. `then` is not called when solve_each() was called anew meanwhile, or too much waits.
    void solve_each(std::vector<planner::Request> requests,
                    std::function<void(std::vector<planner::Plan>)> then);

    /// Anything else that takes its time. False when too much waits.
    template <class Work, class Done>
    [[nodiscard]] bool beside(Work work, Done done) {
        return thread().run(std::move(work), std::move(done));
    }
    /// Ends the process that proves; nothing better comes any more.
    void prove_no_more();
    /// Processes that hung, crashed or talked nonsense.
    [[nodiscard]] std::uint64_t provers_ended() const;

private:
    void prove(std::shared_ptr<const planner::WholeTask> task, bool once_more);
    [[nodiscard]] Worker& thread();

    struct Each;
    void solve_next(std::shared_ptr<Each> each);

    struct Inside;
    std::unique_ptr<Inside> inside_;
    std::function<void(Answer)> better_;
};

}  // namespace foxtail
