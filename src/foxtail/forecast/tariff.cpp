#include "foxtail/forecast/tariff.hpp"

#include "foxtail/forecast/local_time.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace foxtail::forecast {
namespace {

constexpr std::int64_t steps_most = 20'000;  // of a horizon; 15 min for 200 days
constexpr int days_back_most = 14;
constexpr double price_most = 1000;  // EUR/kWh; beyond it a source talks nonsense
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// What the source says of a quarter hour: the mean of what covers it; NaN when nothing does.
class Source {
public:
    explicit Source(const Series& series) : series_(series) {
        if (series.step.us <= 0) return;
        for (const double value : series.values) {
            if (!good(value)) continue;
            sum_ += value;
            ++count_;
        }
    }

    [[nodiscard]] double over(Time from, Duration length) const {
        if (count_ == 0) return nothing;
        const auto step = series_.step.us;
        const auto begin = (from - series_.from).us;
        const auto end = begin + length.us;
        auto index = std::max<std::int64_t>(begin < 0 ? 0 : begin / step, 0);
        double sum = 0;
        double weight = 0;
        const auto size = static_cast<std::int64_t>(series_.values.size());
        for (; index < size && index * step < end; ++index) {
            const double value = series_.values[static_cast<std::size_t>(index)];
            if (!good(value)) continue;
            const auto covered = std::min(end, (index + 1) * step) - std::max(begin, index * step);
            if (covered <= 0) continue;
            sum += value * static_cast<double>(covered);
            weight += static_cast<double>(covered);
        }
        return weight > 0 ? sum / weight : nothing;
    }
    [[nodiscard]] std::optional<double> mean() const {
        if (count_ == 0) return std::nullopt;
        return sum_ / static_cast<double>(count_);
    }

private:
    static bool good(double value) { return std::isfinite(value) && std::abs(value) < price_most; }

    const Series& series_;
    double sum_ = 0;
    std::size_t count_ = 0;
};

/// Monday to Friday are of a kind; Saturdays and Sundays each are of their own.
int kind_of(std::int64_t day) {
    const int weekday = weekday_of(day);
    return weekday >= 5 ? weekday : 0;
}

/// The same time of the clock on an earlier day.
double guess(const Source& source, Time t, Duration length, const Zone& zone, double otherwise) {
    const auto local = local_time(zone, t);
    double any = nothing;
    for (int back = 1; back <= days_back_most; ++back) {
        const auto day = local.day - back;
        const double value = source.over(moment_of(zone, day, local.minute), length);
        if (!std::isfinite(value)) continue;
        if (kind_of(day) == kind_of(local.day)) return value;
        if (!std::isfinite(any)) any = value;
    }
    if (std::isfinite(any)) return any;
    return source.mean().value_or(otherwise);
}

double all_in(const Price& price, double base, Time t, const Zone& zone) {
    const double network = by_clock(price.network, t, zone, 0);
    return (base * price.factor + price.adder_eur + network) * (1 + price.vat) + price.fee_eur;
}

}  // namespace

double by_clock(const std::vector<ByClock>& table, Time t, const Zone& zone, double otherwise) {
    if (table.empty()) return otherwise;
    const auto local = local_time(zone, t);
    const auto on = [](const ByClock& line, int weekday) {
        return (unsigned{line.weekdays} >> static_cast<unsigned>(weekday) & 1U) != 0;
    };
    for (auto line = table.rbegin(); line != table.rend(); ++line) {
        const int yesterday = (local.weekday + 6) % 7;
        const bool over_midnight = line->until_minute <= line->from_minute;
        const bool today = on(*line, local.weekday) && local.minute >= line->from_minute &&
                           (over_midnight || local.minute < line->until_minute);
        const bool since_yesterday =
            over_midnight && on(*line, yesterday) && local.minute < line->until_minute;
        if (today || since_yesterday) return line->value;
    }
    return otherwise;
}

Prices prices(const Price& price, const Series& source, Time from, Duration horizon, Duration step,
              const Zone& zone) {
    if (step.us <= 0) step = minutes(15);
    Prices out;
    out.eur.from = cut_down(from, step);
    out.eur.step = step;
    const auto span = std::max<std::int64_t>((from + horizon - out.eur.from).us, step.us);
    const auto steps = std::min((span + step.us - 1) / step.us, steps_most);
    // Inside a step of an hour the network's fee may change by the quarter.
    const Duration part = step > minutes(15) && step.us % minutes(15).us == 0 ? minutes(15) : step;
    const auto parts = step.us / part.us;
    const Source asked(source);
    const bool dynamic = price.kind == Price::Kind::dynamic;
    std::size_t guessed_since = 0;  // since the last step that was known
    out.known_until = dynamic ? out.eur.from : out.eur.from + step * steps;
    for (std::int64_t i = 0; i < steps; ++i) {
        double sum = 0;
        bool guessed = false;
        for (std::int64_t p = 0; p < parts; ++p) {
            const Time t = out.eur.from + step * i + part * p;
            double base = price.flat_eur;
            if (price.kind == Price::Kind::table) base = by_clock(price.table, t, zone, base);
            if (dynamic) {
                base = asked.over(t, part);
                if (!std::isfinite(base)) {
                    guessed = true;
                    base = guess(asked, t, part, zone, price.flat_eur);
                }
            }
            sum += all_in(price, base, t, zone);
        }
        out.eur.values.push_back(sum / static_cast<double>(parts));
        if (!dynamic) continue;
        if (guessed) {
            ++guessed_since;
        } else {
            out.holes += guessed_since;
            guessed_since = 0;
            out.known_until = out.eur.from + step * (i + 1);
        }
    }
    return out;
}

Series joined(const Series& older, const Series& newer, Time keep_from) {
    if (newer.values.empty() || newer.step.us <= 0) return older;
    if (older.values.empty() || older.step.us <= 0) return newer;
    const Duration step = std::min(older.step, newer.step);
    const Time begin = cut_down(std::max(std::min(older.from, newer.from), keep_from), step);
    const Time end = std::max(older.until(), newer.until());
    Series out{begin, step, {}};
    const auto said = [&](const Series& series, Time t) {
        return t < series.from || t >= series.until() ? nothing : series.at(t);
    };
    for (Time t = begin; t < end; t = t + step) {
        if (static_cast<std::int64_t>(out.values.size()) >= steps_most) break;
        const double value = said(newer, t);
        out.values.push_back(std::isfinite(value) ? value : said(older, t));
    }
    return out;
}

}  // namespace foxtail::forecast
