#include "foxtail/app/plan_solving.hpp"

#include "foxtail/solver/clp.hpp"
#include "foxtail/solver/process.hpp"

#include <utility>

namespace foxtail {

struct PlanSolving::Each {
    std::vector<planner::Request> requests;
    std::function<void(std::vector<planner::Plan>)> then;
    std::vector<planner::Plan> plans;
};

/// What lives longer than a call: the planners belong to the thread while a job is at work.
struct PlanSolving::Inside {
    Inside(boost::asio::io_context& io, std::vector<std::string> command)
        : planner(std::make_shared<planner::Planner>(solver::make_clp())),
          beside(std::make_shared<planner::Planner>(solver::make_clp())),
          thread(io, "planner", 8) {
        if (!command.empty())
            process = std::make_unique<solver::WorkerProcess>(io, std::move(command));
    }
    std::shared_ptr<planner::Planner> planner;  // of the plan
    std::shared_ptr<planner::Planner> beside;   // of what-ifs
    std::shared_ptr<Each> each;                 // the newest
    bool under_way = false;
    std::unique_ptr<solver::WorkerProcess> process;
    Worker thread;
};

PlanSolving::PlanSolving(boost::asio::io_context& io, std::vector<std::string> prover)
    : inside_(std::make_unique<Inside>(io, std::move(prover))) {}

PlanSolving::~PlanSolving() = default;

bool PlanSolving::plan(planner::Request request, std::function<void(Answer)> then) {
    if (inside_->under_way) return false;
    struct Made {
        Answer answer;
        planner::WholeTask task;
    };
    const auto planner = inside_->planner;
    const bool sent = inside_->thread.run(
        [planner, request = std::move(request)] {
            Made made;
            made.answer.plan = planner->plan(request);
            made.task = planner->task();
            made.answer.number = planner->number();
            return made;
        },
        [this, then = std::move(then)](Made made) {
            inside_->under_way = false;
            then(std::move(made.answer));
            prove(std::make_shared<const planner::WholeTask>(std::move(made.task)), true);
        });
    inside_->under_way = sent;
    return sent;
}

void PlanSolving::prove(std::shared_ptr<const planner::WholeTask> task, bool once_more) {
    if (!inside_->process) return;
    inside_->process->ask(
        *task,
        [this, task, once_more](std::uint64_t number, const Result<planner::Solution>& solution) {
            if (!solution) {
                // The plan that is stays. A process that was killed is no answer: another one is
                // asked, once. Who took too long would again, and what is newer is asked already.
                if (solution.error().code == Code::unavailable && once_more) prove(task, false);
                return;
            }
            (void)inside_->thread.run(
                [planner = inside_->planner, number, solution = *solution] {
                    return planner->improve(number, solution);
                },
                [this, number](std::optional<planner::Plan> better) {
                    if (better && better_) better_({std::move(*better), number});
                });
        });
}

void PlanSolving::price(std::uint64_t number,
                        std::function<void(std::vector<planner::Alternative>)> then) {
    using Priced = std::optional<std::vector<planner::Alternative>>;
    (void)inside_->thread.run(
        [planner = inside_->planner, number]() -> Priced {
            if (planner->number() != number) return std::nullopt;
            return planner->alternatives();
        },
        [then = std::move(then)](Priced priced) {
            if (priced) then(std::move(*priced));
        });
}

void PlanSolving::prove_no_more() {
    better_ = nullptr;
    inside_->process.reset();
}

std::uint64_t PlanSolving::provers_ended() const {
    return inside_->process ? inside_->process->ended() : 0;
}

void PlanSolving::accept(planner::Plan plan) {
    const auto planner = inside_->planner;
    (void)inside_->thread.submit([planner, plan = std::move(plan)] { planner->accept(plan); },
                                 [] {});
}

Worker& PlanSolving::thread() {
    return inside_->thread;
}

bool PlanSolving::what_if(planner::Request as_is, planner::Request other,
                          std::function<void(WhatIf)> then) {
    const auto planner = inside_->beside;
    return inside_->thread.run(
        [planner, as_is = std::move(as_is), other = std::move(other)] {
            WhatIf out;
            out.as_is = planner->plan(as_is);
            out.other = planner->plan(other);
            return out;
        },
        std::move(then));
}

void PlanSolving::solve_each(std::vector<planner::Request> requests,
                             std::function<void(std::vector<planner::Plan>)> then) {
    inside_->each = std::make_shared<Each>(Each{std::move(requests), std::move(then), {}});
    solve_next(inside_->each);
}

void PlanSolving::solve_next(std::shared_ptr<Each> each) {
    if (each != inside_->each) return;
    const auto at = each->plans.size();
    if (at == each->requests.size()) {
        inside_->each.reset();
        return each->then(std::move(each->plans));
    }
    (void)inside_->thread.run(
        [planner = inside_->beside, request = std::move(each->requests[at])] {
            return planner->plan(request);
        },
        [this, each](planner::Plan plan) {
            each->plans.push_back(std::move(plan));
            solve_next(each);
        });
}

}  // namespace foxtail
