#include "foxtail/planner/formulation.hpp"
#include "foxtail/planner/grid.hpp"

#include <algorithm>

namespace foxtail::planner {
namespace {

constexpr Duration profile_step = minutes(15);

/// The profile begun at a slot, as mean powers of the slots it runs through.
std::vector<double> laid_out(const Scene& s, const Appliance& a, std::size_t first) {
    std::vector<double> kw;
    const auto begin = s.slots[first].from;
    const auto end = begin + profile_step * static_cast<std::int64_t>(a.profile_kw.size());
    for (std::size_t t = first; t < s.size() && s.slots[t].from < end; ++t) {
        double energy = 0;
        for (std::size_t q = 0; q < a.profile_kw.size(); ++q) {
            const auto from =
                std::max(begin + profile_step * static_cast<std::int64_t>(q), s.slots[t].from);
            const auto until =
                std::min(begin + profile_step * static_cast<std::int64_t>(q + 1), s.slots[t].until);
            if (from < until) energy += a.profile_kw[q] * Slot{from, until}.hours();
        }
        kw.push_back(energy / s.hours[t]);
    }
    return kw;
}

bool held_off(const Scene& s, const Appliance& a, std::size_t first, std::size_t slots) {
    for (std::size_t t = first; t < first + slots; ++t) {
        const auto* over = override_of(s, a.name, t);
        if (over && (over->what == Override::What::off || over->kw <= 0)) return true;
    }
    return false;
}

/// The slot a person told it to begin in, if any.
std::optional<std::size_t> told(const Scene& s, const Appliance& a) {
    for (std::size_t t = 0; t < s.size(); ++t) {
        const auto* over = override_of(s, a.name, t);
        if (over && over->what != Override::What::off && over->kw > 0) return t;
    }
    return std::nullopt;
}

void add_appliance_start(Formulation& f, const Appliance& a, ApplianceColumns& c, std::size_t first,
                         int one_of) {
    const auto& s = f.scene;
    ApplianceStart start{first, none, laid_out(s, a, first)};
    if (held_off(s, a, first, start.kw.size())) return;
    f.at_slot(first);
    double kwh = 0;
    for (std::size_t i = 0; i < start.kw.size(); ++i) kwh += start.kw[i] * s.hours[first + i];
    start.column = f.column(0, 1, later_eur(s, first, kwh), Share::tie, first < s.appliance_whole);
    f.entry(one_of, start.column, 1);
    for (std::size_t i = 0; i < start.kw.size(); ++i) f.draws(first + i, start.column, start.kw[i]);
    c.starts.push_back(std::move(start));
}

/// What not running within the horizon costs: the penalty; or, where there is time left after it,
/// what the current will cost then.
double missed_cost(const Scene& s, const Appliance& a, Time last_start) {
    const auto run = profile_step * static_cast<std::int64_t>(a.profile_kw.size());
    if (last_start + run < s.slots.back().until) return a.missed_eur * s.factor;
    double energy = 0;
    for (const double kw : a.profile_kw) energy += 0.25 * kw;
    return energy * s.mean_price;
}

}  // namespace

void add_appliances(Formulation& f) {
    const auto& s = f.scene;
    const auto end = s.slots.back().until;
    for (const auto& a : s.request.appliances) {
        ApplianceColumns c;
        f.next_owner();
        const auto run = profile_step * static_cast<std::int64_t>(a.profile_kw.size());
        const auto last_start = a.ready_by - run;
        const int one_of = f.row(1, 1);
        f.next_owner();
        if (const auto at = told(s, a); at && !a.profile_kw.empty()) {
            if (s.slots[*at].from + run <= end) add_appliance_start(f, a, c, *at, one_of);
        } else if (!a.profile_kw.empty()) {
            for (std::size_t t = 0; t < s.size(); ++t) {
                const auto from = s.slots[t].from;
                if (from + seconds(30) < a.earliest || from + run > end) continue;
                if (too_loud(a, from)) continue;
                if (from > last_start) {
                    // Too late for any: then as soon as it may.
                    c.late = c.starts.empty();
                    if (c.late) add_appliance_start(f, a, c, t, one_of);
                    break;
                }
                add_appliance_start(f, a, c, t, one_of);
            }
        }
        f.next_owner();
        c.missed = f.column(0, 1, a.profile_kw.empty() ? 0 : missed_cost(s, a, last_start),
                            Share::penalty);
        f.entry(one_of, c.missed, 1);
        f.appliances.push_back(std::move(c));
    }
}

}  // namespace foxtail::planner
