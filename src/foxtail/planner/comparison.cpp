#include "foxtail/planner/comparison.hpp"

#include <algorithm>

namespace foxtail::planner {
namespace {

constexpr double some_kw = 0.05;
constexpr double works_kw = 0.02;  // as people see it

double mean_of(const std::vector<double>& values, std::size_t from, std::size_t count) {
    const auto until = std::min(from + count, values.size());
    if (until <= from) return 0;
    double sum = 0;
    for (std::size_t t = from; t < until; ++t) sum += values[t];
    return sum / static_cast<double>(until - from);
}

/// What feeding a kWh in brings; what is held back brings nothing.
double fed_in(const Plan& plan, std::size_t t) {
    return plan.curtailed_kw[t] > some_kw ? std::min(0.0, plan.sell_eur[t]) : plan.sell_eur[t];
}

/// A kWh of `kw`, of which `own` does not come from the grid.
double mixed(const Plan& plan, std::size_t t, double kw, double own) {
    const double share = kw > 0 ? std::clamp(own / kw, 0.0, 1.0) : 1;
    return share * fed_in(plan, t) + (1 - share) * plan.buy_eur[t];
}

/// So many slots a run lasts; all else is decided slot by slot.
std::size_t slots_of_run(const Course& course, std::size_t from) {
    if (course.kind != Kind::appliance) return 1;
    std::size_t count = 0;
    while (from + count < course.steps.size() && course.steps[from + count].kw > works_kw) ++count;
    return std::max<std::size_t>(1, count);
}

/// With the sun there then, and what else the house has of it now.
Comparison by_sun(const Plan& plan, const Course& course, std::size_t slot, std::size_t later,
                  std::size_t count) {
    Comparison out{Comparison::By::sun, later, 0, 0};
    double from_grid = 0;
    double all = 0;
    for (std::size_t i = 0; i < count && later + i < plan.slots.size(); ++i) {
        const std::size_t then = later + i;
        const std::size_t now = slot + i;
        const double kw = course.steps[then].kw;
        const double bought = std::min(kw, plan.import_kw[then]);
        out.then_eur += kw * mixed(plan, then, kw, kw - bought);
        out.now_eur += kw * mixed(plan, now, kw, plan.export_kw[now] + plan.curtailed_kw[now]);
        from_grid += bought;
        all += kw;
    }
    const bool sun =
        mean_of(plan.sun_kw, later, count) > mean_of(plan.load_kw, later, count) + some_kw;
    if (all <= 0 || !sun || stores_give(plan, later) || from_grid > all / 2) return {};
    out.then_eur /= all;
    out.now_eur /= all;
    return out;
}

}  // namespace

std::optional<std::size_t> next_work(const Course& course, std::size_t slot) {
    for (std::size_t t = slot + 1; t < course.steps.size(); ++t)
        if (course.steps[t].kw > works_kw) return t;
    return std::nullopt;
}

bool stores_give(const Plan& plan, std::size_t slot) {
    return std::any_of(plan.courses.begin(), plan.courses.end(), [slot](const Course& course) {
        const bool stores = course.kind == Kind::battery || course.kind == Kind::car;
        return stores && course.steps[slot].kw < -some_kw;
    });
}

double mean_price(const Plan& plan) {
    double sum = 0;
    double hours = 0;
    for (std::size_t t = 0; t < plan.slots.size(); ++t) {
        sum += plan.buy_eur[t] * plan.slots[t].hours();
        hours += plan.slots[t].hours();
    }
    return hours > 0 ? sum / hours : 0;
}

std::optional<double> dearest_after(const std::vector<double>& eur, std::size_t slot) {
    if (slot + 1 >= eur.size()) return std::nullopt;
    return *std::max_element(eur.begin() + static_cast<std::ptrdiff_t>(slot) + 1, eur.end());
}

Comparison compare(const Plan& plan, const Course& course, std::size_t slot, std::size_t later) {
    const auto count = slots_of_run(course, later);
    const auto pays = [](const Comparison& one) {
        return one.by != Comparison::By::nothing && one.then_eur < one.now_eur - worth_waiting_eur;
    };
    const auto means = [&](Comparison::By by, const std::vector<double>& eur) {
        return Comparison{by, later, mean_of(eur, later, count), mean_of(eur, slot, count)};
    };
    const auto sun = by_sun(plan, course, slot, later, count);
    if (pays(sun)) return sun;
    const auto grid = means(Comparison::By::grid, plan.buy_eur);
    const bool buys = plan.import_kw[later] > some_kw;
    if (buys && pays(grid)) return grid;
    const auto house = means(Comparison::By::house, plan.marginal_eur);
    if (pays(house)) return house;
    return pays(grid) ? grid : Comparison{};
}

}  // namespace foxtail::planner
