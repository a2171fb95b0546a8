#include "foxtail/planner/planner.hpp"

#include "foxtail/planner/check.hpp"
#include "foxtail/planner/dive.hpp"
#include "foxtail/planner/hints.hpp"
#include "foxtail/planner/options.hpp"
#include "foxtail/planner/read_out.hpp"
#include "foxtail/planner/stages.hpp"
#include "foxtail/planner/thumb.hpp"

#include <algorithm>
#include <cmath>

namespace foxtail::planner {
namespace {

/// Nothing but what has to be: the whole numbers that always hold.
std::vector<double> least(const Formulation& f) {
    std::vector<double> whole(f.model.columns.size(), 0);
    for (const auto& zone : f.zones) {
        for (std::size_t t = 0; t < zone.on.size(); ++t) {
            if (zone.on[t] != none) whole[static_cast<std::size_t>(zone.on[t])] = zone.forced[t];
        }
    }
    for (const int column : f.direction) {
        if (column != none) whole[static_cast<std::size_t>(column)] = 1;
    }
    return whole;
}

}  // namespace

class Planner::Impl {
    // In here: a type of an anonymous namespace cannot be a member's where sources are joined.
    /// What the last plan was made of.
    struct Made {
        Formulation f;
        std::optional<Dived> dived;  // nothing: by rules of thumb
        double relaxed = 0;          // no plan costs less
        Basis basis;                 // of the relaxed optimum, the last that is known
        double gap = 0;              // above the relaxed optimum when it was last looked for
        int carried = 0;             // so many plans have kept its whole numbers
        std::vector<double> x;       // as it was read out
        Plan plan;
        std::uint64_t number = 0;
    };

public:
    explicit Impl(std::unique_ptr<LinearSolver> linear) : linear_(std::move(linear)) {}

    Plan plan(const Request& request) {
        auto f = formulate(make_scene(request));
        if (last_ && same(last_->f, f)) return last_->plan;
        ++number_;
        Made made;
        made.f = std::move(f);
        made.number = number_;
        Stage stage = Stage::warm;
        if (last_ && last_->dived && alike(last_->f, made.f)) {
            linear_->load(made.f.model);
            made.dived = settle(made.f, *linear_, last_->dived->solution.x);
            made.relaxed = -Model::infinite;
            made.basis = last_->basis;
            made.gap = last_->gap;
            made.carried = last_->carried;
            if (made.dived && !finish(made, stage)) made.dived.reset();
        }
        if (!made.dived) {
            stage = Stage::dive;
            linear_->load(made.f.model);
            made.dived = dive(made.f, *linear_, before(made.f));
            if (made.dived) looked_for(made);
            if (made.dived && !finish(made, stage)) made.dived.reset();
        }
        if (!made.dived) last_resorts(made);
        last_ = std::move(made);
        return last_->plan;
    }

    WholeTask task() const {
        WholeTask task;
        if (!last_ || !last_->dived) return task;
        task.number = last_->number;
        task.model = last_->f.model;
        // The row of the objective is for stage B; here it would only be in the way.
        std::erase_if(task.model.entries,
                      [this](const Model::Entry& e) { return e.row == last_->f.money_row; });
        task.model.rows.pop_back();
        task.start = last_->dived->solution.x;
        return task;
    }

    std::optional<Plan> improve(std::uint64_t task, const Solution& answer) {
        if (!last_ || !last_->dived || task != last_->number) return std::nullopt;
        const bool readable = answer.status == Status::optimal || answer.status == Status::feasible;
        if (!readable || answer.x.size() != last_->f.model.columns.size()) return std::nullopt;
        for (std::size_t i = 0; i < answer.x.size(); ++i) {
            if (!std::isfinite(answer.x[i])) return std::nullopt;
            const bool whole = last_->f.model.columns[i].whole;
            if (whole && std::abs(answer.x[i] - std::round(answer.x[i])) > 1e-4) {
                return std::nullopt;
            }
        }
        Made made = *last_;
        linear_->load(made.f.model);
        made.dived = settle(made.f, *linear_, answer.x);
        if (!made.dived) return std::nullopt;
        const double before = last_->dived->solution.objective;
        const double after = made.dived->solution.objective;
        const double best = std::min(before, after);
        // A bound above what is known to be possible proves nothing.
        const bool proves = std::isfinite(answer.bound) && answer.bound <= best + 1e-4;
        const double bound = std::max(answer.bound, last_->relaxed);
        const auto mark = [&](Plan& plan) {
            if (!proves) return;
            plan.gap_eur = std::max(0.0, best - bound);
            if (answer.status == Status::optimal) plan.stage = Stage::proved;
        };
        if (after < before - worth_replacing && finish(made, Stage::dive)) {
            mark(made.plan);
            made.gap = std::max(0.0, made.gap - (before - after));
            last_ = std::move(made);
            return last_->plan;
        }
        resident_ = false;
        if (!proves) return std::nullopt;
        mark(last_->plan);
        return last_->plan;
    }

    std::vector<Alternative> alternatives(std::size_t most) {
        if (!last_ || !last_->dived) return {};
        if (!resident_) {
            linear_->load(last_->f.model);
            resident_ = true;
        }
        return options(last_->f, *linear_, *last_->dived, most);
    }

    std::uint64_t number() const { return last_ ? last_->number : 0; }

    void accept(const Plan& plan) { carried_out_ = plan; }

private:
    static constexpr double worth_replacing = 0.02;
    static constexpr double near_enough = 0.002;  // to the relaxed optimum: nothing is to be won
    static constexpr int carried_max = 1;         // plans, until a better one is looked for anyway

    /// What the last plan leaves to the next. As long as it comes no further from the relaxed
    /// optimum, what was decided holds.
    Before before(const Formulation& fresh) const {
        if (!last_ || !last_->dived) return {};
        Before out{carried_over(last_->f, last_->dived->solution.x, fresh),
                   carried_basis(last_->f, last_->basis, fresh), near_enough};
        if (!wanted_alike(last_->f.scene.request, fresh.scene.request)) {
            // What was decided for other wishes holds only where nothing is as good.
            out.gap = out.better = 1e-7;
        } else if (last_->carried < carried_max) {
            out.gap += last_->gap;
        }
        return out;
    }

    void looked_for(Made& made) const {
        made.relaxed = made.dived->bound;
        made.basis = made.dived->relaxed;
        const bool kept = made.dived->carried && last_ && last_->carried < carried_max;
        made.carried = kept ? last_->carried + 1 : 0;
        made.gap = kept ? last_->gap : made.dived->gap();
    }

    /// From whole numbers to a plan that is checked: one way at a time, then ties broken.
    bool finish(Made& made, Stage stage) {
        auto a = one_way(made.f, *linear_, made.dived->solution);
        resident_ = false;
        if (!a) return false;
        made.dived->solution = std::move(*a);
        const auto* old = carried_out_ ? &*carried_out_ : nullptr;
        auto b = break_ties(made.f, *linear_, made.dived->solution.objective, old);
        if (b) b = one_way(made.f, *linear_, std::move(*b));
        if (b && read(made, b->x, stage)) return true;
        return read(made, made.dived->solution.x, stage);  // without stage B
    }

    bool read(Made& made, const std::vector<double>& x, Stage stage) {
        made.x = x;
        made.plan = read_out(made.f, x, made.dived->solution.dual);
        made.plan.stage = stage;
        return check(made.f.scene, made.plan).holds();
    }

    void last_resorts(Made& made) {
        linear_->load(made.f.model);
        made.dived = settle(made.f, *linear_, least(made.f));
        made.relaxed = -Model::infinite;
        if (made.dived && finish(made, Stage::dive)) return;
        made.dived.reset();
        made.plan = rules_of_thumb(made.f.scene);
        made.plan.stage = Stage::rules_of_thumb;
    }

    std::unique_ptr<LinearSolver> linear_;
    std::optional<Made> last_;
    std::optional<Plan> carried_out_;
    std::uint64_t number_ = 0;
    bool resident_ = false;  // the solver holds the last model with the costs of stage A
};

Planner::Planner(std::unique_ptr<LinearSolver> linear)
    : impl_(std::make_unique<Impl>(std::move(linear))) {}
Planner::~Planner() = default;

Plan Planner::plan(const Request& request) {
    return impl_->plan(request);
}
WholeTask Planner::task() const {
    return impl_->task();
}
std::optional<Plan> Planner::improve(std::uint64_t task, const Solution& answer) {
    return impl_->improve(task, answer);
}
std::vector<Alternative> Planner::alternatives(std::size_t most) {
    return impl_->alternatives(most);
}
std::uint64_t Planner::number() const {
    return impl_->number();
}
void Planner::accept(const Plan& plan) {
    impl_->accept(plan);
}

}  // namespace foxtail::planner
