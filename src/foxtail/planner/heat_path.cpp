#include "foxtail/planner/heat_path.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace foxtail::planner {
namespace {

constexpr std::size_t bins = 72;
constexpr std::size_t waits = 13;  // slots still bound to go on as it is, at most
constexpr double never = 1e9;

/// A course of the machine: on or off, and for how many more slots it is bound to stay so.
struct Path {
    explicit Path(const HeatQuestion& question)
        : q(question),
          first(std::min(question.temperature, lowest() - 2)),
          width((std::max(question.temperature, highest() + 2) - first) / (bins - 1)),
          value(q.slots.size() + 1) {}

    const HeatQuestion& q;
    double first;
    double width;
    using Layer = std::array<std::array<double, bins>, 2 * waits>;
    std::vector<Layer> value;

    [[nodiscard]] double lowest() const {
        double low = 100;
        for (const auto& s : q.slots) low = std::min(low, s.low);
        return low;
    }
    [[nodiscard]] double highest() const {
        double high = -100;
        for (const auto& s : q.slots) high = std::max(high, s.high);
        return high;
    }
    static std::size_t state(bool on, std::size_t bound) {
        return (on ? waits : 0) + std::min(bound, waits - 1);
    }
    [[nodiscard]] double look(const Layer& layer, std::size_t state, double t) const {
        const double place = std::clamp((t - first) / width, 0.0, bins - 1.001);
        const auto bin = static_cast<std::size_t>(place);
        const double part = place - static_cast<double>(bin);
        return layer[state][bin] * (1 - part) + layer[state][bin + 1] * part;
    }

    struct Choice {
        double cost = never;
        bool on = false;
        std::size_t bound = 0;
        double temperature = 0;
    };
    void consider(Choice& best, std::size_t t, double from, double kw, bool on, std::size_t bound,
                  double extra) const {
        const auto& s = q.slots[t];
        const double next = s.keep * from + s.reach * kw + s.constant;
        const double cheap = std::min(kw, s.cheap_kw);
        double cost = extra + (cheap * s.price + (kw - cheap) * s.price_beyond) * s.hours;
        cost += q.cold_eur * std::max(0.0, s.low - next) * s.hours;
        cost += q.hot_eur * std::max(0.0, next - s.high) * s.hours;
        cost += look(value[t + 1], state(on, bound), next);
        if (cost < best.cost - 1e-12) best = {cost, on, bound, next};
    }
    /// The best of this slot, coming from `on`, bound so for `bound` more slots.
    [[nodiscard]] Choice choose(std::size_t t, bool on, std::size_t bound, double from) const {
        const auto& s = q.slots[t];
        Choice best;
        const bool must_on = s.forced || (on && bound > 0);
        const bool must_off = s.blocked || (!on && bound > 0 && !s.forced);
        if (!must_on || s.blocked) {
            // Pauses are counted from the end of the last slot that ran.
            const std::size_t pause = on ? (s.down > 0 ? s.down - 1 : 0) : (bound ? bound - 1 : 0);
            consider(best, t, from, 0, false, pause, 0);
        }
        if (!must_off) {
            const std::size_t left = on ? (bound ? bound - 1 : 0) : s.up - 1;
            for (int level = 0; level < 4; ++level) {
                const double kw = q.min_kw + (q.max_kw - q.min_kw) * level / 3;
                consider(best, t, from, kw, true, left, on ? 0 : q.start_eur);
            }
        }
        return best;
    }
};

}  // namespace

std::vector<bool> heat_path(const HeatQuestion& question) {
    Path path(question);
    const auto n = question.slots.size();
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const double off = path.first + static_cast<double>(bin) * path.width - question.at;
        const double cost = question.slope * off + question.bend * off * off;
        for (auto& row : path.value[n]) row[bin] = cost;
    }
    std::size_t most_up = 0;  // states nobody comes to are left out
    std::size_t most_down = 0;
    for (const auto& slot : question.slots) {
        most_up = std::max(most_up, slot.up);
        most_down = std::max(most_down, slot.down);
    }
    for (std::size_t t = n; t-- > 0;) {
        for (std::size_t state = 0; state < 2 * waits; ++state) {
            const bool on = state >= waits;
            const auto bound = on ? state - waits : state;
            if (bound > (on ? most_up : most_down)) continue;
            for (std::size_t bin = 0; bin < bins; ++bin) {
                const double from = path.first + static_cast<double>(bin) * path.width;
                path.value[t][state][bin] = path.choose(t, on, bound, from).cost;
            }
        }
    }
    std::vector<bool> runs;
    bool on = question.running;
    std::size_t bound = 0;
    double temperature = question.temperature;
    for (std::size_t t = 0; t < n; ++t) {
        const auto best = path.choose(t, on, bound, temperature);
        runs.push_back(best.on);
        on = best.on;
        bound = best.bound;
        temperature = best.temperature;
    }
    return runs;
}

void join(HeatQuestion::Slot& a, const HeatQuestion::Slot& b) {
    const double hours = a.hours + b.hours;
    a.price = (a.price * a.hours + b.price * b.hours) / hours;
    a.price_beyond = (a.price_beyond * a.hours + b.price_beyond * b.hours) / hours;
    a.cheap_kw = std::min(a.cheap_kw, b.cheap_kw);
    a.hours = hours;
    a.constant = b.keep * a.constant + b.constant;
    a.reach = b.keep * a.reach + b.reach;
    a.keep *= b.keep;
    a.low = b.low;
    a.high = b.high;
}

}  // namespace foxtail::planner
