#include "foxtail/planner/formulation.hpp"
#include "foxtail/planner/ladder.hpp"

#include <algorithm>

namespace foxtail::planner {
namespace {

/// Nothing that was stored is to leave the house, unless a battery may: then what it gives may.
bool stores_stay(const Request& r) {
    const auto gives = [](const Battery& b) { return b.discharge_max_kw > 0; };
    return std::any_of(r.batteries.begin(), r.batteries.end(), gives) ||
           std::any_of(r.cars.begin(), r.cars.end(), [](const Car& c) { return c.gives_back; });
}

}  // namespace

void add_grid(Formulation& f) {
    const auto& s = f.scene;
    const auto& c = s.request.connection;
    const bool soft = !c.soft_import_kw.values.empty();
    const bool stay = stores_stay(s.request);
    f.peak =
        f.column(0, std::max(0.0, c.import_max_kw - c.peak_so_far_kw), c.peak_eur_kw, Share::money);
    f.next_owner();
    for (std::size_t t = 0; t < s.size(); ++t) {
        const double dt = s.hours[t];
        f.at_slot(t);
        const double out_max =
            stay ? std::min(c.export_max_kw, std::max(0.0, s.sun[t] - s.load[t])) : c.export_max_kw;
        const bool batteries_may =
            std::any_of(s.request.batteries.begin(), s.request.batteries.end(),
                        [](const Battery& b) { return b.grid_export && b.discharge_max_kw > 0; });
        const int in = f.column(0, c.import_max_kw, s.buy[t] * dt, Share::money);
        const int out =
            f.column(0, batteries_may ? c.export_max_kw : out_max, -s.sell[t] * dt, Share::money);
        const int curtailed =
            c.curtails ? f.column(0, s.sun[t], 0, Share::money)
                       : f.column(0, s.sun[t], curtail_eur_kwh * s.factor * dt, Share::penalty);
        // in + sun - curtailed + given = out + load + taken
        const int balance = f.row(s.load[t] - s.sun[t], s.load[t] - s.sun[t]);
        f.balance.push_back(balance);
        f.draws(t, in, -1);
        f.draws(t, out, 1);
        f.draws(t, curtailed, 1);
        f.imports.push_back(in);
        f.exports.push_back(out);
        f.curtailed.push_back(curtailed);
        f.direction.push_back(none);
        if (s.sell[t] > s.buy[t]) {  // else going round in a circle never pays
            const int importing = f.column(0, 1, 0, Share::money, true);
            f.direction.back() = importing;
            const int a = f.row(-Model::infinite, 0);
            f.entry(a, in, 1);
            f.entry(a, importing, -c.import_max_kw);
            const double most = f.model.columns[static_cast<std::size_t>(out)].upper;
            const int b = f.row(-Model::infinite, most);
            f.entry(b, out, 1);
            f.entry(b, importing, most);
        }
        const int peak = f.row(-Model::infinite, c.peak_so_far_kw);
        f.entry(peak, in, 1);
        f.entry(peak, f.peak, -1);
        f.over_soft.push_back(none);
        if (soft) {
            const double limit = c.soft_import_kw.mean(s.slots[t].from, s.slots[t].until);
            if (limit < c.import_max_kw) {
                const int over =
                    f.column(0, Model::infinite, s.ladder.soft_limit_kwh * dt, Share::penalty);
                f.over_soft.back() = over;
                const int row = f.row(-Model::infinite, limit);
                f.entry(row, in, 1);
                f.entry(row, over, -1);
            }
        }
    }
}

}  // namespace foxtail::planner
