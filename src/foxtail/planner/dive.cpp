#include "foxtail/planner/dive.hpp"

#include "foxtail/planner/heat_path.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace foxtail::planner {
namespace {

constexpr double whole_enough = 1e-6;

std::size_t at(int column) {
    return static_cast<std::size_t>(column);
}

/// One dive. Each step leaves `now` as the solution of what is fixed so far.
class Diver {
public:
    Diver(const Formulation& f, LinearSolver& linear, const Before& before)
        : f_(f), linear_(linear), fixing_(f.model, linear), before_(before), hints_(before.whole) {
        if (!before.relaxed.columns.empty()) linear.begin_from(before.relaxed);
    }

    std::optional<Dived> run() {
        now_ = fixing_.solve();
        if (now_.status != Status::optimal) return std::nullopt;
        bound_ = now_.objective;
        now_basis_ = relaxed_ = linear_.basis();
        auto known = as_before();
        if (known && known->gap() <= before_.gap) return known;
        if (known) {
            start_again();
            known_ = true;
            to_beat_ = known->solution.objective - before_.better;
        }
        for (std::size_t i = 0; i < f_.appliances.size(); ++i) appliance(f_.appliances[i]);
        for (std::size_t i = 0; i < f_.zones.size() && !beaten(); ++i) zone(i);
        for (std::size_t i = 0; i < f_.tanks.size() && !beaten(); ++i) rest(f_.tanks[i].on, {});
        for (std::size_t i = 0; i < f_.cars.size() && !beaten(); ++i) car(i);
        if (beaten() || !directions() || beaten()) {
            return known ? back_to(*known) : std::nullopt;
        }
        return made(false);
    }

private:
    Dived made(bool carried) const {
        return {now_, fixing_.all(), bound_, fixing_.solves(), relaxed_, carried};
    }
    /// Each number that is fixed costs more: what is dear already will not become better.
    bool beaten() const { return hopeless_ || now_.objective > to_beat_; }
    /// What it costs at least with these columns fixed so: the optimum of now bears on it, by its
    /// reduced costs, whatever becomes of the rest.
    double at_least(const std::vector<int>& columns, const std::vector<double>& values) const {
        if (now_.reduced.size() != f_.model.columns.size()) return -Model::infinite;
        double cost = now_.objective;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto& bounds = f_.model.columns[at(columns[i])];
            const double value = std::clamp(values[i], bounds.lower, bounds.upper);
            cost += now_.reduced[at(columns[i])] * (value - x(columns[i]));
        }
        return cost;
    }
    std::optional<Dived> as_before();
    void start_again();
    std::optional<Dived> back_to(const Dived& known);
    double x(int column) const { return now_.x[at(column)]; }
    bool whole(int column) const { return column != none && f_.model.columns[at(column)].whole; }

    /// Tries what `fix` fixes; keeps it only if it holds.
    template <class Columns>
    Solution attempt(const Columns& columns, const std::vector<double>& values) {
        for (std::size_t i = 0; i < columns.size(); ++i) fixing_.fix(columns[i], values[i]);
        return fixing_.solve();
    }

    /// The best of several ways to fix the same columns; whoever cannot be is not tried. False
    /// where none holds.
    bool choose(const std::vector<int>& columns, const std::vector<std::vector<double>>& ways) {
        std::optional<std::size_t> best;
        Priced priced;
        bool too_dear = false;
        for (std::size_t i = 0; i < ways.size(); ++i) {
            const double most = best ? priced.solution.objective : to_beat_;
            const double least = at_least(columns, ways[i]);
            too_dear = too_dear || least > to_beat_;
            if (least > to_beat_ || (best && least >= most)) continue;
            auto solution = below(most, [&] { return attempt(columns, ways[i]); });
            too_dear = too_dear || (known_ && solution.status == Status::stopped);
            if (solution.status != Status::optimal) continue;
            if (best && solution.objective >= most - 1e-9) continue;
            best = i;
            priced = {std::move(solution), linear_.basis()};
        }
        if (!best) {
            hopeless_ = too_dear;  // what was decided before is better than all that is left
            for (const int column : columns) fixing_.free(column);
            begin_from_now();
            return too_dear;
        }
        for (std::size_t i = 0; i < columns.size(); ++i) fixing_.fix(columns[i], ways[*best][i]);
        now_is(std::move(priced));
        return true;
    }
    struct Priced {
        Solution solution;
        Basis basis;
    };
    /// Solves, unless it turns out to cost more than `most`.
    template <class Solve>
    Solution below(double most, const Solve& solve) {
        linear_.give_up_above(most);
        auto solution = solve();
        linear_.give_up_above(Model::infinite);
        return solution;
    }
    void now_is(Priced priced) {
        now_ = std::move(priced.solution);
        now_basis_ = std::move(priced.basis);
        begin_from_now();
    }
    /// Whatever was tried since: the solver goes on from where `now_` ended.
    void begin_from_now() {
        if (!now_basis_.columns.empty()) linear_.begin_from(now_basis_);
    }

    void appliance(const ApplianceColumns& c);
    void zone(std::size_t index);
    std::vector<double> rounded_zone(const ZoneColumns& c) const;
    HeatQuestion question(std::size_t index, double bend) const;
    void tank_guess(std::size_t zone);
    void rest(const Columns& columns, Duration run);
    bool zone_ways(std::size_t index, const std::vector<int>& columns);
    void car(std::size_t index);
    void spread(const CarColumns& c, const Car& car, std::size_t range);
    struct Flip {
        int column = none;
        double price = 0;  // of a kWh in the house then
    };
    std::vector<Flip> flips(const CarColumns& c, bool on, std::size_t before) const;
    bool try_flips(const std::vector<std::vector<int>>& moves);
    void polish(const CarColumns& c);
    bool directions();

    const Formulation& f_;
    LinearSolver& linear_;
    Fixing fixing_;
    const Before& before_;
    const std::vector<double>& hints_;
    Solution now_;
    Basis now_basis_;
    Solution relaxed_optimum_;
    double bound_ = 0;                  // the relaxed optimum
    double to_beat_ = Model::infinite;  // who costs more is not looked at
    bool known_ = false;                // what was decided before stands in reserve
    bool hopeless_ = false;
    Basis relaxed_;
};

/// The plan of before, brought up to date. A column that only now is a whole number goes by the
/// power that the relaxed optimum gives it.
std::optional<Dived> Diver::as_before() {
    if (hints_.empty()) return std::nullopt;
    std::vector<bool> direction(f_.model.columns.size(), false);
    const auto leave_out = [&](const Columns& columns) {
        for (const int column : columns) {
            if (column != none) direction[at(column)] = true;
        }
    };
    leave_out(f_.direction);
    for (const auto& battery : f_.batteries) leave_out(battery.direction);
    auto way = hints_;
    const auto by_power = [&](const Columns& on, const Columns& power, double least) {
        for (std::size_t t = 0; t < on.size(); ++t) {
            if (on[t] == none || !std::isnan(way[at(on[t])])) continue;
            way[at(on[t])] = x(power[t]) > 0.5 * least ? 1 : 0;
        }
    };
    for (std::size_t i = 0; i < f_.cars.size(); ++i) {
        const auto& ranges = f_.scene.request.cars[i].ranges;
        for (std::size_t r = 0; r < ranges.size(); ++r) {
            by_power(f_.cars[i].on[r], f_.cars[i].power[r], ranges[r].min_kw);
        }
    }
    for (std::size_t i = 0; i < f_.zones.size(); ++i) {
        by_power(f_.zones[i].on, f_.zones[i].power, f_.scene.request.zones[i].min_kw);
    }
    for (std::size_t i = 0; i < way.size(); ++i) {
        const auto column = static_cast<int>(i);
        if (!whole(column) || direction[i]) continue;
        fixing_.fix(column, std::isnan(way[i]) ? std::round(x(column)) : way[i]);
    }
    relaxed_optimum_ = now_;
    auto solution = fixing_.solve();
    if (solution.status == Status::optimal) {
        now_is({std::move(solution), linear_.basis()});
        if (directions()) return made(true);
    }
    start_again();
    return std::nullopt;
}

/// Nothing fixed, at the relaxed optimum.
void Diver::start_again() {
    for (std::size_t i = 0; i < f_.model.columns.size(); ++i) fixing_.free(static_cast<int>(i));
    now_is({relaxed_optimum_, relaxed_});
}

std::optional<Dived> Diver::back_to(const Dived& known) {
    for (std::size_t i = 0; i < known.fixed.size(); ++i) {
        const auto column = static_cast<int>(i);
        if (std::isnan(known.fixed[i])) {
            fixing_.free(column);
        } else {
            fixing_.fix(column, known.fixed[i]);
        }
    }
    now_ = fixing_.solve();
    if (now_.status != Status::optimal) return std::nullopt;
    return made(true);
}

void Diver::appliance(const ApplianceColumns& c) {
    // The likeliest starts of the relaxed plan, each tried.
    struct Guess {
        double weight;
        std::size_t which;
    };
    std::vector<Guess> guesses;
    double far = 0;
    for (std::size_t i = 0; i < c.starts.size(); ++i) {
        const int column = c.starts[i].column;
        if (!whole(column)) {
            far += x(column);
            continue;
        }
        double weight = x(column);
        if (!hints_.empty() && hints_[at(column)] > 0.5) weight += 0.5;
        if (weight > 1e-6) guesses.push_back({weight, i});
    }
    std::stable_sort(guesses.begin(), guesses.end(),
                     [](const Guess& a, const Guess& b) { return a.weight > b.weight; });
    if (guesses.size() > 3) guesses.resize(3);
    std::vector<int> columns;
    for (const auto& start : c.starts) {
        if (whole(start.column)) columns.push_back(start.column);
    }
    if (columns.empty()) return;
    std::vector<std::vector<double>> ways;
    for (const auto& guess : guesses) {
        std::vector<double> way(columns.size(), 0);
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (columns[i] == c.starts[guess.which].column) way[i] = 1;
        }
        ways.push_back(std::move(way));
    }
    if (guesses.empty() || far + x(c.missed) > 0.3) ways.emplace_back(columns.size(), 0.0);
    if (!choose(columns, ways)) attempt(columns, std::vector<double>(columns.size(), 0));
}

HeatQuestion Diver::question(std::size_t index, double bend) const {
    const auto& s = f_.scene;
    const auto& z = s.request.zones[index];
    const auto& c = f_.zones[index];
    HeatQuestion q;
    q.temperature = z.temperature_c;
    q.running = z.running;
    q.min_kw = z.min_kw;
    q.max_kw = z.max_kw;
    q.start_eur = z.start_eur;
    q.cold_eur = s.ladder.cold_kh;
    q.hot_eur = s.ladder.hot_kh;
    std::vector<Time> starts;
    for (std::size_t t = 0; t < s.heat_whole; ++t) {
        HeatQuestion::Slot slot;
        slot.hours = s.hours[t];
        slot.price = now_.dual[at(f_.balance[t])] / s.hours[t];
        if (slot.price <= s.sell[t] + 1e-6) {
            slot.cheap_kw = x(c.power[t]) + x(f_.exports[t]) + x(f_.curtailed[t]);
            slot.price_beyond = std::max(slot.price, s.buy[t]);
        }
        slot.keep = c.keep[t];
        slot.reach = c.reach[t];
        const auto& step = f_.model.rows[at(c.steps[t])];
        slot.constant = step.lower - (t == 0 ? c.keep[t] * z.temperature_c : 0);
        slot.low = z.low_c.mean(s.slots[t].from, s.slots[t].until);
        slot.high = std::max(slot.low, z.high_c.mean(s.slots[t].from, s.slots[t].until));
        slot.blocked = c.blocked[t];
        for (std::size_t i = 0; i < f_.tanks.size(); ++i) {
            const bool shares = s.request.tanks[i].zone == index;
            if (shares && fixing_.value(f_.tanks[i].on[t]) > 0.5) slot.blocked = true;
        }
        slot.forced = c.forced[t] && !slot.blocked;
        if (t > 0 && c.on[t] == c.on[t - 1]) {
            join(q.slots.back(), slot);
            continue;
        }
        starts.push_back(s.slots[t].from);
        q.slots.push_back(slot);
    }
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const auto reach = [&](Duration d) {
            std::size_t n = 0;
            while (i + n < starts.size() && starts[i + n] < starts[i] + d) ++n;
            return n;
        };
        q.slots[i].up = std::max<std::size_t>(1, reach(z.min_up));
        q.slots[i].down = reach(z.min_down);
    }
    if (s.heat_whole < s.size()) {
        q.slope = now_.dual[at(c.steps[s.heat_whole])] * c.keep[s.heat_whole];
    }
    q.at = x(c.temperature[s.heat_whole - 1]);
    q.bend = bend * z.capacity_kwh_k / 9;
    return q;
}

/// Energy carried along until it is worth a run of the shortest length.
std::vector<double> Diver::rounded_zone(const ZoneColumns& c) const {
    std::vector<double> way;
    double owed = 0;
    bool on = false;
    for (std::size_t t = 0; t < f_.scene.heat_whole; ++t) {
        owed += x(c.on[t]) * f_.scene.hours[t];
        if (t > 0 && c.on[t] == c.on[t - 1]) {
            if (on) owed -= f_.scene.hours[t];
            continue;
        }
        on = !c.blocked[t] && (c.forced[t] || owed > (on ? 0.05 : 0.3));
        if (on) owed -= f_.scene.hours[t];
        way.push_back(on ? 1 : 0);
    }
    return way;
}

/// Hot water first, where it shares the machine: it is on or off and wants little.
void Diver::tank_guess(std::size_t zone) {
    const auto& s = f_.scene;
    for (std::size_t i = 0; i < f_.tanks.size(); ++i) {
        if (s.request.tanks[i].zone != zone) continue;
        rest(f_.tanks[i].on, s.request.zones[zone].min_up);
    }
}

void Diver::zone(std::size_t index) {
    const auto& s = f_.scene;
    const auto& c = f_.zones[index];
    if (s.heat_whole == 0 || s.request.zones[index].max_kw <= 0) return;
    tank_guess(index);
    auto columns = c.on;
    columns.resize(s.heat_whole);
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    if (zone_ways(index, columns)) return;
    // What was guessed of hot water leaves the rooms no way: then it waits.
    for (std::size_t i = 0; i < f_.tanks.size(); ++i) {
        if (s.request.tanks[i].zone != index) continue;
        for (const int on : f_.tanks[i].on) {
            if (whole(on)) fixing_.fix(on, 0);
        }
    }
    auto waits = fixing_.solve();
    if (waits.status == Status::optimal) {
        now_is({std::move(waits), linear_.basis()});
        if (zone_ways(index, columns)) return;
    }
    // Only what has to run does.
    std::vector<double> least;
    for (std::size_t t = 0; t < s.heat_whole; ++t) {
        if (t == 0 || c.on[t] != c.on[t - 1]) least.push_back(c.forced[t] ? 1 : 0);
    }
    choose(columns, {least});
}

/// The best way that the heat pump may go; false where none holds.
bool Diver::zone_ways(std::size_t index, const std::vector<int>& columns) {
    const auto& c = f_.zones[index];
    std::vector<std::vector<double>> ways;
    const auto add = [&ways](std::vector<double> way) {
        if (std::find(ways.begin(), ways.end(), way) == ways.end()) ways.push_back(std::move(way));
    };
    const auto as_numbers = [](const std::vector<bool>& path) {
        return std::vector<double>(path.begin(), path.end());
    };
    const bool clear = std::all_of(columns.begin(), columns.end(), [this](int column) {
        return x(column) < whole_enough || x(column) > 1 - whole_enough;
    });
    if (clear) {
        std::vector<double> as_is;
        for (const int column : columns) as_is.push_back(std::round(x(column)));
        add(std::move(as_is));
    } else {
        for (const double bend : {0.02, 0.15}) add(as_numbers(heat_path(question(index, bend))));
        add(rounded_zone(c));
        if (!hints_.empty()) {
            std::vector<double> last;
            for (const int column : columns) last.push_back(hints_[at(column)]);
            if (std::none_of(last.begin(), last.end(), [](double v) { return std::isnan(v); })) {
                add(std::move(last));
            }
        }
    }
    if (!choose(columns, ways)) return false;
    if (clear) return true;
    // Prices have moved with what was fixed: once more with those of the whole plan.
    std::vector<double> chosen;
    for (const int column : columns) chosen.push_back(std::round(x(column)));
    for (const int column : columns) fixing_.free(column);
    const auto again = as_numbers(heat_path(question(index, 0.05)));
    choose(columns, again == chosen ? std::vector<std::vector<double>>{chosen}
                                    : std::vector<std::vector<double>>{again, chosen});
    return true;
}

/// Rounds by carrying along what was rounded off, in runs of the shortest length: when half of one
/// is owed, or sooner, for what is wanted by a certain time.
void Diver::rest(const Columns& all, Duration run) {
    std::vector<int> columns;
    std::vector<std::vector<double>> ways(3);
    constexpr std::array<double, 3> owed_least = {0.5, 0.2, 0.02};
    std::array<double, 3> owed{};
    for (std::size_t t = 0; t < all.size();) {
        const auto end = f_.scene.slots[t].from + run;
        double hours = 0;
        double wanted = 0;
        bool may = true;
        do {
            if (!whole(all[t]) || fixing_.is_fixed(all[t])) continue;
            may = may && f_.model.columns[at(all[t])].upper > 0.5;
            hours += f_.scene.hours[t];
            wanted += x(all[t]) * f_.scene.hours[t];
            columns.push_back(all[t]);
        } while (++t < all.size() && f_.scene.slots[t].from < end);
        for (std::size_t way = 0; way < ways.size(); ++way) {
            owed[way] += wanted;
            const bool on = may && wanted > 1e-6 && owed[way] >= owed_least[way] * hours;
            if (on) owed[way] -= hours;
            ways[way].resize(columns.size(), on ? 1 : 0);
        }
    }
    if (columns.empty()) return;
    if (!choose(columns, ways)) choose(columns, {std::vector<double>(columns.size(), 0)});
}

/// Where the relaxed plan charges with less than the charger can: all or nothing, so that the
/// energy stays about the same.
void Diver::spread(const CarColumns& c, const Car& car, std::size_t range) {
    std::vector<int> columns;
    std::vector<double> way;
    double owed = 0;
    const double least = car.ranges[range].min_kw;
    for (std::size_t t = 0; t < c.on[range].size(); ++t) {
        const int on = c.on[range][t];
        if (!whole(on) || fixing_.is_fixed(on)) continue;
        double time = f_.scene.hours[t];
        double energy = x(c.power[range][t]) * time;
        bool enough = x(c.power[range][t]) >= least - 1e-7;
        for (; t + 1 < c.on[range].size() && c.on[range][t + 1] == on; ++t) {
            time += f_.scene.hours[t + 1];
            energy += x(c.power[range][t + 1]) * f_.scene.hours[t + 1];
            enough = enough && x(c.power[range][t + 1]) >= least - 1e-7;
        }
        bool charge = enough;
        if (!charge && energy > 1e-6) {
            owed += energy;
            charge = owed >= 0.5 * least * time;
            if (charge) owed -= std::max(energy, least * time);
        }
        columns.push_back(on);
        way.push_back(charge ? 1 : 0);
    }
    if (columns.empty()) return;
    if (!choose(columns, {way})) choose(columns, {std::vector<double>(columns.size(), 0)});
}

void Diver::car(std::size_t index) {
    const auto& car = f_.scene.request.cars[index];
    const auto& c = f_.cars[index];
    // Giving back excludes charging: what the relaxed plan does more of.
    std::vector<int> columns;
    std::vector<double> way;
    for (std::size_t t = 0; t < c.gives.size(); ++t) {
        if (!whole(c.gives[t])) continue;
        double charged = 0;
        for (const auto& power : c.power) charged += x(power[t]);
        columns.push_back(c.gives[t]);
        way.push_back(x(c.out[t]) > charged + 1e-6 ? 1 : 0);
    }
    if (!columns.empty() && !choose(columns, {way})) {
        choose(columns, {std::vector<double>(columns.size(), 0)});
    }
    for (std::size_t range = car.ranges.size(); range-- > 0;) spread(c, car, range);
    polish(c);
}

/// Slots before `before` in which the car charges (dearest first) or does not (cheapest first); at
/// most two.
std::vector<Diver::Flip> Diver::flips(const CarColumns& c, bool on, std::size_t before) const {
    std::vector<Flip> out;
    for (const auto& columns : c.on) {
        for (std::size_t t = 0; t < columns.size() && t < before; ++t) {
            if (!whole(columns[t]) || (t > 0 && columns[t] == columns[t - 1])) continue;
            const auto& bounds = f_.model.columns[at(columns[t])];
            if (bounds.lower == bounds.upper || (fixing_.value(columns[t]) > 0.5) != on) continue;
            out.push_back({columns[t], now_.dual[at(f_.balance[t])] / f_.scene.hours[t]});
        }
    }
    std::stable_sort(out.begin(), out.end(), [on](const Flip& a, const Flip& b) {
        return on ? a.price > b.price : a.price < b.price;
    });
    if (out.size() > 2) out.resize(2);
    return out;
}

/// Keeps the best of the moves if it is better than what is.
bool Diver::try_flips(const std::vector<std::vector<int>>& moves) {
    const auto flip = [this](const std::vector<int>& move) {
        for (const int column : move) fixing_.fix(column, fixing_.value(column) > 0.5 ? 0 : 1);
    };
    constexpr double worth_it = 1e-3;
    std::optional<std::size_t> best;
    Priced priced;
    for (std::size_t i = 0; i < moves.size(); ++i) {
        std::vector<double> values;
        for (const int column : moves[i]) values.push_back(fixing_.value(column) > 0.5 ? 0 : 1);
        const double wanted = best ? priced.solution.objective : now_.objective - worth_it;
        if (at_least(moves[i], values) >= wanted) continue;
        flip(moves[i]);
        auto solution = below(wanted, [this] { return fixing_.solve(); });
        flip(moves[i]);
        if (solution.status != Status::optimal) continue;
        if (solution.objective >= wanted) continue;
        best = i;
        priced = {std::move(solution), linear_.basis()};
    }
    if (!best) {
        begin_from_now();
        return false;
    }
    flip(moves[*best]);
    now_is(std::move(priced));
    return true;
}

/// What rounding spoilt: a slot more where a goal is a little short, one less or another where that
/// is cheaper.
void Diver::polish(const CarColumns& c) {
    constexpr int rounds = 3;
    constexpr double near_enough = 2e-3;  // nothing is to be won below it
    for (int round = 0; round < rounds && now_.objective > bound_ + near_enough; ++round) {
        std::size_t before = f_.scene.size();
        for (std::size_t i = 0; i < c.goal_gap.size(); ++i) {
            if (c.goal_gap[i] == none || x(c.goal_gap[i]) < 1e-3) continue;
            before = std::min(before, static_cast<std::size_t>(c.goal_slot[i]) + 1);
        }
        const auto more = flips(c, false, before);
        const auto less = flips(c, true, f_.scene.size());
        std::vector<std::vector<int>> moves;
        for (const auto& flip : more) moves.push_back({flip.column});
        for (const auto& flip : less) moves.push_back({flip.column});
        if (!more.empty() && !less.empty()) moves.push_back({more[0].column, less[0].column});
        if (moves.empty() || !try_flips(moves)) break;
    }
}

bool Diver::directions() {
    std::vector<int> columns;
    std::vector<double> way;
    for (std::size_t t = 0; t < f_.direction.size(); ++t) {
        if (!whole(f_.direction[t])) continue;
        columns.push_back(f_.direction[t]);
        way.push_back(x(f_.imports[t]) >= x(f_.exports[t]) ? 1 : 0);
    }
    for (std::size_t i = 0; i < f_.batteries.size(); ++i) {
        const auto& c = f_.batteries[i];
        const auto& battery = f_.scene.request.batteries[i];
        for (std::size_t t = 0; t < c.direction.size(); ++t) {
            if (!whole(c.direction[t])) continue;
            const double stored =
                x(c.in[t]) * battery.charge_efficiency - x(c.out[t]) / battery.discharge_efficiency;
            columns.push_back(c.direction[t]);
            way.push_back(stored >= 0 ? 1 : 0);
        }
    }
    if (columns.empty()) return true;
    return choose(columns, {way, std::vector<double>(columns.size(), 1)});
}

}  // namespace

std::optional<Dived> dive(const Formulation& f, LinearSolver& linear, const Before& before) {
    return Diver(f, linear, before).run();
}

}  // namespace foxtail::planner
