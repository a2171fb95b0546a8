// Values as coarse as a grant obliges.
#include "foxtail/hub/coarse.hpp"

#include "foxtail/base/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace foxtail {
namespace {

Value figure_of(const HistoryPoint& point, Aggregate aggregate) {
    double last = 0;
    switch (aggregate) {
        case Aggregate::mean:
            return point.mean;
        case Aggregate::sum:
            return point.mean * static_cast<double>(point.count);
        case Aggregate::minimum:
            return point.min;
        case Aggregate::maximum:
            return point.max;
        case Aggregate::increase:
            // From the span alone: the same to every question, whatever lies before it.
            if (!as_number(point.last, last) || last < point.max) return Null{};
            return point.max - point.min;
        case Aggregate::last:
            break;
    }
    return point.last;
}

void put_together(HistoryPoint& into, const HistoryPoint& point) {
    const auto all = static_cast<double>(into.count + point.count);
    into.mean = (into.mean * static_cast<double>(into.count) +
                 point.mean * static_cast<double>(point.count)) /
                all;
    into.min = std::min(into.min, point.min);
    into.max = std::max(into.max, point.max);
    into.last = point.last;
    into.count += point.count;
}

}  // namespace

Time span_start(Time t, Duration length) {
    const auto over = (t.us % length.us + length.us) % length.us;
    return {t.us - over};
}

Time newest_span(const Obligation& obligation, Time now) {
    return span_start(now - obligation.delay, obligation.granularity) - obligation.granularity;
}

Value rounded(const Value& value, double precision) {
    double number = 0;
    if (precision <= 0 || std::holds_alternative<bool>(value) || !as_number(value, number))
        return value;
    number = std::round(number / precision) * precision;
    if (!std::isfinite(number)) return Null{};
    if (std::holds_alternative<std::int64_t>(value) && std::abs(number) < 9e15 &&
        number == std::trunc(number))
        return static_cast<std::int64_t>(number);
    return number;
}

Value coarse_value(const Value& value, const Obligation& obligation) {
    if (!obligation.home_or_away || std::holds_alternative<bool>(value))
        return rounded(value, obligation.precision);
    const auto* place = std::get_if<std::string>(&value);
    // Where somebody is stands in numbers too.
    if (place == nullptr || place->empty()) return Null{};
    return std::string(fold_case(*place) == "home" ? "home" : "away");
}

std::vector<HistoryPoint> coarsened(const std::vector<HistoryPoint>& points,
                                    const Obligation& obligation, const PropertySpec& spec) {
    std::vector<HistoryPoint> out;
    for (HistoryPoint point : points) {
        if (obligation.granularity.us > 0)
            point.time = span_start(point.time, obligation.granularity);
        if (obligation.granularity.us > 0 && !out.empty() && out.back().time == point.time) {
            put_together(out.back(), point);
        } else {
            out.push_back(std::move(point));
        }
    }
    const bool number = spec.type == Type::number || spec.type == Type::integer;
    for (HistoryPoint& point : out) {
        if (number) point.last = figure_of(point, obligation.aggregate);
        point.last = coarse_value(point.last, obligation);
        point.mean = 0;
        if (number) (void)as_number(point.last, point.mean);
        point.min = point.max = point.mean;
        point.count = 1;
    }
    // What comes to nothing is no point, and no zero.
    std::erase_if(out, [](const HistoryPoint& p) { return std::holds_alternative<Null>(p.last); });
    return out;
}

HistoryQuery allowed_part(HistoryQuery query, const Verdict& verdict, Time now) {
    if (verdict.since.known()) query.from = std::max(query.from, verdict.since);
    if (verdict.before.known()) query.to = std::min(query.to, verdict.before);
    const Obligation& obligation = verdict.obligation;
    const Duration span = obligation.granularity;
    if (span.us <= 0) return query;
    query.to = std::min(query.to, newest_span(obligation, now) + span);
    query.from = span_start(query.from + span - Duration{1}, span);
    query.to = span_start(query.to, span);
    // Each span by itself, the newest of them when there are more than one answer may hold.
    constexpr std::int64_t spans_max = 10'000;
    auto spans = (query.to - query.from).us / span.us;
    if (spans > spans_max) query.from = query.to - span * spans_max;
    spans = std::clamp<std::int64_t>(spans, 1, spans_max);
    query.points = static_cast<std::uint32_t>(spans);
    return query;
}

bool operator<(const Coarse::Key& a, const Coarse::Key& b) {
    const auto tie = [](const Coarse::Key& k) {
        return std::tuple(k.property.index, k.obligation.granularity.us, k.obligation.delay.us,
                          k.obligation.precision, k.obligation.aggregate,
                          k.obligation.home_or_away);
    };
    return tie(a) < tie(b);
}

Coarse::Told* Coarse::want(const Key& key) {
    const auto at = told_.find(key);
    if (at != told_.end()) return &at->second;
    if (told_.size() >= told_max) return nullptr;
    return &told_[key];
}

const Belief& Coarse::shown(const Key& key, const Belief& belief, Time since) {
    const Obligation& obligation = key.obligation;
    if (!obligation.any()) return belief.receipt_time < since ? unknown_ : belief;
    Told* told = want(key);
    if (told == nullptr) return unknown_;
    if (obligation.granularity.us > 0) return told->span < since ? unknown_ : told->belief;
    if (belief.receipt_time < since) return unknown_;
    // What is wished says what will be, to the last digit: it is not told.
    told->belief = belief;
    told->belief.value = coarse_value(belief.value, obligation);
    told->belief.wanted = Null{};
    told->belief.wanted_by = 0;
    return told->belief;
}

}  // namespace foxtail
