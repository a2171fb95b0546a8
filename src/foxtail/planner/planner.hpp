#pragma once

#include "foxtail/planner/plan.hpp"
#include "foxtail/planner/request.hpp"
#include "foxtail/planner/solver.hpp"
#include "foxtail/planner/told.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace foxtail::planner {

/// Makes plans: always one, whatever is asked and whatever the solver does. Keeps what makes the
/// next one quick, so one Planner belongs to one household. Knows no clock and does no I/O; equal
/// calls give equal plans. Not thread-safe.
class Planner {
public:
    explicit Planner(std::unique_ptr<LinearSolver> linear);
    ~Planner();
    Planner(const Planner&) = delete;
    Planner& operator=(const Planner&) = delete;

    /// Tier 0 where only numbers have changed since the last request, else tier 1; rules of thumb
    /// where the solver fails. The previous accepted plan steadies the tie-breaks.
    [[nodiscard]] Plan plan(const Request& request);
    /// Tier 2: what a process is to solve about the last request, starting from the last plan.
    [[nodiscard]] WholeTask task() const;
    /// What it said. The plan if it holds and saves something; nothing if the answer is late (of
    /// an earlier request), nonsense or no better. A plan already published is marked as proved
    /// (stage, gap) when the answer proves it.
    [[nodiscard]] std::optional<Plan> improve(std::uint64_t task, const Solution& answer);

    /// What else could have been done, priced by re-solving with the other whole numbers fixed (so
    /// an upper bound on what it would cost): for each car, battery, heat pump, tank and appliance
    /// the contrary now, and the neighbours of what is planned. At most `most`, dearest differences
    /// last.
    [[nodiscard]] std::vector<Alternative> alternatives(std::size_t most = 20);
    /// Of the last plan: the number that its task has. 0 before the first.
    [[nodiscard]] std::uint64_t number() const;

    /// Tells the planner which plan is being carried out, for steadiness.
    void accept(const Plan& plan);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Whether a new plan is worth replacing the old one that is being carried out: it saves more than
/// `eur`, or the old one is broken by what has changed (a goal that could be met is not, a limit
/// is exceeded, another set of devices or sessions, a device off its course), or it has run out.
struct Replaces {
    bool yes = false;
    Told because;  // for "the plan changed because ..."
    double saves_eur = 0;
};
[[nodiscard]] Replaces replaces(const Plan& old, const Plan& fresh, double eur = 0.02);

}  // namespace foxtail::planner
