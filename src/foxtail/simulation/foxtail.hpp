#pragma once

#include "foxtail/planner/follower.hpp"
#include "foxtail/planner/planner.hpp"
#include "foxtail/simulation/forecast.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace foxtail::simulation {

struct FoxtailOptions {
    Foresight foresight = Foresight::perfect;
    /// Nothing = as far as pays with what is known: looking further than two days at guesses costs
    /// more than it brings (docs/simulate.md).
    std::optional<Duration> horizon;
    /// Plans do not look beyond it, and know what is left then to be worth something; nothing =
    /// they do not know that the span has an end.
    std::optional<Time> ends;
    /// What that is, once plans reach the end; nothing = as plans value what is left otherwise.
    std::optional<planner::Left> left;
    /// Tier 2: solves with whole numbers, or nothing.
    std::function<planner::Solution(const planner::WholeTask&)> whole;
    /// Seconds that have passed, for how long plans take; nothing = not measured.
    std::function<double()> stopwatch;
};

/// Foxtail itself: the planner each quarter hour, the follower each minute.
class Foxtail : public Controller {
public:
    Foxtail(std::unique_ptr<planner::LinearSolver> linear, FoxtailOptions options);

    [[nodiscard]] std::string name() const override;
    void quarter(const View& view) override;
    [[nodiscard]] Orders orders(const View& view) override;

    /// Seconds of each plan, in order; empty without a stopwatch.
    [[nodiscard]] const std::vector<double>& plan_seconds() const { return plan_seconds_; }
    [[nodiscard]] const planner::Plan& plan() const { return plan_; }
    /// How many plans there were of each stage.
    [[nodiscard]] const std::array<int, 4>& stages() const { return stages_; }

private:
    FoxtailOptions options_;
    planner::Planner planner_;
    planner::Follower follower_;
    planner::Plan plan_;
    std::vector<double> plan_seconds_;
    std::array<int, 4> stages_{};
};

/// What the planner is asked at this moment.
[[nodiscard]] planner::Request request_for(const View& view, Foresight foresight, Duration horizon);
/// What the follower sees.
[[nodiscard]] planner::Observed observed_in(const View& view);
/// Runs of the same machine are told apart by their number in the house.
[[nodiscard]] std::string run_name(const House& house, std::size_t run);

}  // namespace foxtail::simulation
